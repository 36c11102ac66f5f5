// Golden texts: for each file the plan as it was bound, what each rule of the optimiser makes of it, and the kernel programs.
//
// usage: trueno_golden [--update] FILE.golden...
//
// A file begins with SQL: statements that make tables, the query last. What follows the first "====" is compared with what comes out now;
// --update writes it anew, to be read before it is committed.
#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "compile/compile.h"
#include "optimize/rules.h"
#include "session/constants.h"
#include "session/database.h"
#include "session/names.h"
#include "session/session.h"
#include "sql/parser.h"

namespace trueno::golden {

namespace {

Result<std::string> texts_of(const std::string& sql) {
  session::Database database;
  const std::vector<sql::StatementPtr> statements = TRUENO_TRY(sql::parse(sql));
  const sql::Statement& last = *statements.back();
  TRUENO_TRY(database.execute(std::string_view(sql).substr(0, last.span.begin), {}, CancelToken()));
  const auto* query = last.as<sql::QueryStatement>();
  if (query == nullptr) return error(ErrorCode::kInvalidInput, "the last statement must be a query");
  const session::Constants constants(database.devices());
  const catalog::Transaction changes = database.catalog().begin();
  const session::Names names(database, changes, database.implicit_session().search_path(), database.settings(), constants);
  const std::vector<Value> parameters;
  const bind::Context context{database.functions(), names, constants, parameters, {}};
  plan::PlanPtr plan = TRUENO_TRY(bind::bind_query(*query->query, context));
  std::string before = plan::print(*plan);
  std::string out = "==== bound\n" + before;
  for (const optimize::Rule& rule : optimize::rules()) {
    plan = TRUENO_TRY(rule.apply(std::move(plan), constants));
    const std::string after = plan::print(*plan);
    if (after != before) out += fmt::format("==== after {}\n{}", rule.name, after);
    before = after;
  }
  const kernel::PipelinePlan pipelines = TRUENO_TRY(compile::compile(*plan, {}));
  for (std::size_t i = 0; i < pipelines.pipelines.size(); ++i)
    out += fmt::format("==== program {}\n{}", i + 1, kernel::print(*pipelines.pipelines[i].program));
  return out;
}

// The first line in which two texts differ.
std::string first_difference(const std::string& expected, const std::string& got) {
  std::istringstream a(expected);
  std::istringstream b(got);
  std::string left;
  std::string right;
  for (int line = 1;; ++line) {
    const bool more_left = static_cast<bool>(std::getline(a, left));
    const bool more_right = static_cast<bool>(std::getline(b, right));
    if (!more_left && !more_right) return {};
    if (!more_left) left = "(nothing)";
    if (!more_right) right = "(nothing)";
    if (left != right) return fmt::format("line {} of the texts\n  expected: {}\n  got:      {}", line, left, right);
  }
}

bool check(const std::string& path, bool update) {
  std::stringstream content;
  content << std::ifstream(path).rdbuf();
  const std::string text = content.str();
  const std::size_t end = text.find("==== ");
  const std::string sql = text.substr(0, end);
  const Result<std::string> got = texts_of(sql);
  if (!got) {
    std::printf("FAILED %s\n  %s\n", path.c_str(), got.error().to_string(sql).c_str());
    return false;
  }
  if (update) {
    std::ofstream(path) << sql << *got;
    return true;
  }
  const std::string expected = end == std::string::npos ? std::string() : text.substr(end);
  if (expected == *got) return true;
  std::printf("FAILED %s\n  %s\n", path.c_str(), first_difference(expected, *got).c_str());
  return false;
}

}  // namespace

}  // namespace trueno::golden

int main(int argc, char** argv) {
  int passed = 0;
  int failed = 0;
  bool update = false;
  for (int i = 1; i < argc; ++i) {
    if (std::string(argv[i]) == "--update") {
      update = true;
      continue;
    }
    trueno::golden::check(argv[i], update) ? ++passed : ++failed;
  }
  std::printf("%d passed, %d failed, 0 skipped\n", passed, failed);
  return failed == 0 && passed > 0 ? 0 : 1;
}
