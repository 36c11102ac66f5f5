#include "session/statement_runner.h"

#include <algorithm>
#include <utility>

#include "base/name.h"
#include "base/stack.h"
#include "session/expand.h"
#include "sql/parser.h"
#include "sql/printer.h"

namespace trueno::session {

namespace {

// Levels that a text can nest: `(FROM ` is the shortest of those that become an operator, and the parser refuses more than kMaxNesting.
std::size_t levels_in(std::size_t text) {
  constexpr std::size_t kShortest = 6;
  return std::min<std::size_t>(text / kShortest, sql::kMaxNesting);
}

// What binding, planning and printing take for a level, with room to spare. 900 joins: 4 to 8 MiB, under the address sanitizer more.
constexpr std::size_t kLevelBytes = std::size_t{32} << 10;
constexpr std::size_t kLeastBytes = std::size_t{256} << 10;
// Only address space. Views and macros in one another have all their levels together.
constexpr std::size_t kMostBytes = sizeof(void*) == 8 ? std::size_t{1} << 30 : std::size_t{64} << 20;

std::size_t stack_for(std::size_t text, const catalog::Root& root) {
  std::size_t levels = levels_in(text);
  for (const auto& [name, entry] : root.entries) {
    if (const auto* view = std::get_if<catalog::View>(&entry->object)) levels += levels_in(view->query.size());
    if (const auto* macro = std::get_if<catalog::Macro>(&entry->object)) levels += levels_in(macro->statement.size());
  }
  return std::min(kLeastBytes + levels * kLevelBytes, kMostBytes);
}

}  // namespace

StatementRunner::StatementRunner(Database& database, Session& session, catalog::Transaction& changes, std::string_view sql,
                                 const Values& parameters, const RunOptions& options)
    : database_(database),
      session_(session),
      changes_(changes),
      sql_(sql),
      parameters_(parameters),
      options_(options),
      settings_(session.settings()),
      constants_(database.devices()),
      names_(database, changes, session.search_path(), settings_, constants_),
      now_(session.moment()) {
  random_.seed = session.next_random_seed();
  random_.set_seed = [this](double seed) {
    session_.set_random_seed(seed);
    random_.seed = session_.next_random_seed();
  };
}

Result<StatementResult> StatementRunner::execute(const sql::Statement& statement) {
  const std::size_t text = statement.span.end - statement.span.begin;
  return on_stack(stack_for(text, changes_.root()), [&] { return run_expanded(statement); });
}

Result<StatementResult> StatementRunner::run_expanded(const sql::Statement& statement) {
  // What PREPARE keeps is expanded when it is executed.
  if (statement.as<sql::Prepare>() != nullptr || !has_expansions(sql_, changes_.root(), names_.path())) return run(statement);
  // The tree is shared with other executions: it is read again, and the copy is changed.
  for (const sql::StatementPtr& copy : TRUENO_TRY(sql::parse(sql_))) {
    if (copy->span.begin != statement.span.begin || copy->span.end != statement.span.end) continue;
    TRUENO_TRY(expand(*copy, changes_.root(), names_.path(), settings_));
    return run(*copy);
  }
  return error(ErrorCode::kInternal, "the statement is not part of its text");
}

Result<StatementResult> StatementRunner::run(const sql::Statement& statement) {
  auto result = std::visit(sql::Overloaded{
                               [&](const sql::QueryStatement& node) { return run(node); },
                               [&](const sql::CreateTable& node) { return run(node); },
                               [&](const sql::Insert& node) { return run(node); },
                               [&](const sql::Drop& node) { return run(node); },
                               [&](const sql::Set& node) { return run(node); },
                               [&](const sql::Reset& node) { return run(node); },
                               [&](const sql::Show& node) { return run(node); },
                               [&](const sql::Explain& node) { return run(node); },
                               [&](const sql::Prepare& node) { return run(node); },
                               [&](const sql::Execute& node) { return run(node); },
                               [&](const sql::Deallocate& node) { return run(node); },
                               [&](const sql::CreateView& node) { return run(node); },
                               [&](const sql::CreateSchema& node) { return run(node); },
                               [&](const sql::CreateSequence& node) { return run(node); },
                               [&](const sql::CreateType& node) { return run(node); },
                               [&](const sql::CreateMacro& node) { return run(node, sql::print(statement)); },
                               [&](const sql::CreateIndex& node) { return run(node); },
                               [&](const sql::Alter& node) { return run(node); },
                               [&](const sql::Update& node) { return run(node); },
                               [&](const sql::Delete& node) { return run(node); },
                               [&](const sql::Truncate& node) { return run(node); },
                               [&](const sql::Copy& node) { return run(node); },
                               [&](const sql::Pragma& node) { return run(node); },
                               [&](const sql::Transaction& node) { return run(node); },
                               [&](const sql::Call& node) { return run(node); },
                               [&](const sql::Use& node) { return run(node); },
                               [&](const sql::Maintenance& node) { return run(node); },
                           },
                           statement.node);
  if (result) {
    for (std::string& warning : std::exchange(warnings_, {})) result->warnings.push_back(std::move(warning));
  }
  return result;
}

Result<std::shared_ptr<const catalog::Table>> StatementRunner::table_named(const sql::QualifiedName& name) const {
  std::shared_ptr<const catalog::Table> table = names_.find<catalog::Table>(catalog::Space::kRelation, name);
  if (table) return table;
  if (names_.find<catalog::View>(catalog::Space::kRelation, name))
    return error(ErrorCode::kCatalog, "{} is a view", name.to_string()).hint("change the tables it reads").at(name.span());
  return no_table(changes_.root(), name).at(name.span());
}

bind::Context StatementRunner::bind_context() const {
  const std::string null_order = settings_.text("default_null_order");
  const bool first = null_order == "NULLS_FIRST";
  bind::Context context{
      database_.functions(),
      names_,
      constants_,
      parameters_.positional,
      {.integer_division = settings_.boolean("integer_division"), .ieee_floats = settings_.boolean("ieee_floating_point_ops"), .now = now_},
      {first || null_order == "NULLS_FIRST_ON_ASC_LAST_ON_DESC", first || null_order == "NULLS_LAST_ON_ASC_FIRST_ON_DESC"},
      settings_.text("default_order").starts_with("desc"),
      &parameters_.named};
  context.random = &random_;
  context.reads_clock = &reads_clock_;
  context.row_ids = lower_name(sql_).find("rowid") != std::string::npos;
  context.one_row_subqueries = settings_.boolean("scalar_subquery_error_on_multiple_rows");
  context.draw_numbers = [this](const plan::Plan& rows, const std::vector<const sql::FunctionCall*>& calls) {
    return draw_numbers(rows, calls);
  };
  context.order_by_constants = settings_.boolean("order_by_non_integer_literal");
  return context;
}

}  // namespace trueno::session
