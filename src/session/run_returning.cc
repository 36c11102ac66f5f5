// RETURNING: a SELECT over the rows that a statement added, changed or took away.
#include "base/name.h"
#include "session/statement_runner.h"
#include "sql/parser.h"
#include "sql/printer.h"
#include "storage/table/table_writer.h"

namespace trueno::session {

namespace {

// What names stand for, with one more table.
class NamesWithRows final : public bind::NameResolver {
 public:
  NamesWithRows(const Names& names, std::string known, std::shared_ptr<const TableSource> rows)
      : names_(names), known_(std::move(known)), rows_(std::move(rows)) {}

  std::optional<bind::NamedQuery> view(const sql::QualifiedName& name) const override {
    return is_rows(name) ? std::nullopt : names_.view(name);
  }
  Result<std::shared_ptr<const TableSource>> table(const sql::QualifiedName& name, bool is_file) const override {
    return !is_file && is_rows(name) ? rows_ : names_.table(name, is_file);
  }
  Result<std::shared_ptr<const TableSource>> table_function(const std::string& name, const std::vector<Value>& arguments,
                                                            const bind::NamedValues& options) const override {
    return names_.table_function(name, arguments, options);
  }
  Result<std::shared_ptr<const TableSource>> values(const Schema& schema,
                                                    const std::vector<std::vector<plan::Expression>>& rows) const override {
    return names_.values(schema, rows);
  }

 private:
  [[nodiscard]] bool is_rows(const sql::QualifiedName& name) const { return name.parts.size() == 1 && same_name(name.last().text, known_); }

  const Names& names_;
  std::string known_;
  std::shared_ptr<const TableSource> rows_;
};

}  // namespace

Result<StatementResult> StatementRunner::returned(const std::vector<sql::SelectItem>& items, const std::string& known, const Schema& schema,
                                                  const Batch& rows) {
  TableWriter writer(schema);
  TRUENO_TRY(writer.append(rows));
  const NamesWithRows names(names_, known, make_table_source(TRUENO_TRY(writer.finish()), known, 0, 0));
  // The items are read again as a query of their own.
  std::string text = "SELECT ";
  for (const sql::SelectItem& item : items) {
    text += &item == &items.front() ? "" : ", ";
    text += sql::print(*item.expression);
    if (!item.alias.empty()) text += " AS " + sql::quote_identifier(item.alias.text);
  }
  text += " FROM " + sql::quote_identifier(known);
  const auto run = [&]() -> Result<StatementResult> {
    const std::vector<sql::StatementPtr> statements = TRUENO_TRY(sql::parse(text));
    const bind::Context here = bind_context();
    bind::Context context{here.functions, names,           here.constants,  here.parameters,
                          here.types,     here.null_order, here.descending, here.named_parameters};
    context.random = here.random;
    return run_plan(*TRUENO_TRY(optimised(TRUENO_TRY(bind::bind_query(*statements.front()->as<sql::QueryStatement>()->query, context)))));
  };
  Result<StatementResult> result = run();
  if (result) return result;
  const Error& why = result.error();  // its place is one of the other text
  return error(why.code(), "in RETURNING: {}", why.message()).hint(why.hint()).at(items.front().expression->span);
}

Result<StatementResult> StatementRunner::finished(StatementResult result, std::int64_t rows, std::vector<exec::PipelineProfile> profile) {
  profile.insert(profile.end(), result.profile.begin(), result.profile.end());
  result.profile = std::move(profile);
  if (result.is_query) return result;
  result.schema = {{"Count", TypeId::kBigInt, false}};
  result.rows = {1, {TRUENO_TRY(constant_column(Value::bigint(rows), 1))}};
  return result;
}

}  // namespace trueno::session
