// UPDATE ... FROM, DELETE ... USING, and queries in their conditions and values: a query finds the rows by number, with what is to be set;
// then they are replaced or left out.
#include <algorithm>
#include <utility>

#include "session/statement_runner.h"
#include "session/table_rows.h"
#include "storage/table/table_writer.h"

namespace trueno::session {

using plan::Expression;

Result<FoundRows> StatementRunner::find_rows(const catalog::Table& table, bind::ChangedRows changed,
                                             const std::vector<sql::CommonTable>& with, const std::vector<int>& columns) {
  const Schema& schema = table.data().schema;
  changed.table = make_table_source(TRUENO_TRY(with_row_numbers(table.data(), "row number")), table.name.to_string(), 0, 0);
  bind::Context context = bind_context();
  context.common_tables = &with;
  plan::PlanPtr plan = TRUENO_TRY(bind::bind_changed_rows(changed, context));
  plan::Project project;
  Schema output = {{"row", TypeId::kBigInt, true}};
  project.expressions.push_back(Expression::column(0, TypeId::kBigInt));
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const Field& field = schema[static_cast<std::size_t>(columns[i])];
    const Type& type = plan->schema[i + 1].type;
    if (!function::cast_possible(type, field.type))
      return error(ErrorCode::kBinder, "column {} is {}, and {} cannot be cast to it", field.name, field.type.to_string(), type.to_string())
          .at(changed.values[i]->span);
    project.expressions.push_back(Expression::cast(Expression::column(static_cast<int>(i) + 1, type), field.type));
    output.push_back({field.name, field.type, true});
  }
  plan = plan::make_plan(std::move(project), output, std::move(plan));
  StatementResult result = TRUENO_TRY(run_plan(*TRUENO_TRY(optimised(std::move(plan)))));

  FoundRows found;
  found.profile = std::move(result.profile);
  const Column numbers = TRUENO_TRY(result.rows.columns[0].decoded());
  const auto* places = numbers.values.as<std::int64_t>();
  std::vector<std::uint32_t> rows(static_cast<std::size_t>(result.rows.length));
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = static_cast<std::uint32_t>(i);
  std::ranges::sort(rows, {}, [&](std::uint32_t row) { return std::pair(places[row], row); });
  const auto again = std::ranges::unique(rows, {}, [&](std::uint32_t row) { return places[row]; });
  rows.erase(again.begin(), again.end());
  for (const std::uint32_t row : rows) found.places.push_back(places[row]);
  result.rows.columns.erase(result.rows.columns.begin());
  found.values = TRUENO_TRY(take_batch(result.rows, rows));
  return found;
}

Result<StatementResult> StatementRunner::delete_found(const sql::Delete& node, const catalog::Table& table) {
  const std::string& known = node.alias.empty() ? node.table.last().text : node.alias.text;
  FoundRows found = TRUENO_TRY(find_rows(table, {nullptr, known, node.using_tables, node.where.get()}, node.with, {}));
  StatementResult result;
  if (!node.returning.empty())
    result = TRUENO_TRY(returned(node.returning, known, table.data().schema, TRUENO_TRY(rows_at(table.data(), found.places))));
  const auto rows = static_cast<std::int64_t>(found.places.size());
  return finish_delete(table, TRUENO_TRY(without_rows(table.data(), found.places)), std::move(result), rows, std::move(found.profile));
}

Result<StatementResult> StatementRunner::update_found(const sql::Update& update, const catalog::Table& table) {
  const std::string& known = update.alias.empty() ? update.table.last().text : update.alias.text;
  bind::ChangedRows changed{nullptr, known, update.from, update.where.get()};
  std::vector<int> columns;
  // Names, DEFAULT and what is set twice are checked as everywhere; the values are bound by the query.
  const BindValue later = [&](const sql::Expression& value) -> Result<Expression> {
    changed.values.push_back(&value);
    return Expression::literal(Value());
  };
  std::vector<Assigned> assigned = TRUENO_TRY(assignments(update.assignments, table, later));
  for (std::size_t i = 0; i < assigned.size(); ++i) {
    if (update.assignments[i].value->as<sql::DefaultValue>() == nullptr) columns.push_back(assigned[i].column);
  }
  FoundRows found = TRUENO_TRY(find_rows(table, std::move(changed), update.with, columns));
  Batch rows = TRUENO_TRY(rows_at(table.data(), found.places));
  for (std::size_t i = 0; i < columns.size(); ++i) rows.columns[static_cast<std::size_t>(columns[i])] = found.values.columns[i];
  for (std::size_t i = 0; i < assigned.size(); ++i) {
    if (update.assignments[i].value->as<sql::DefaultValue>() == nullptr) continue;
    const Value initial = TRUENO_TRY(constants_.evaluate(assigned[i].value));
    rows.columns[static_cast<std::size_t>(assigned[i].column)] = TRUENO_TRY(constant_column(initial, rows.length));
  }
  Batch none;
  for (const Field& field : table.data().schema) none.columns.push_back(TRUENO_TRY(ColumnBuilder(field.type).finish()));
  return finish_update(update, table, assigned, TRUENO_TRY(with_rows(table.data(), found.places, rows, none)), rows, rows,
                       std::move(found.profile));
}

}  // namespace trueno::session
