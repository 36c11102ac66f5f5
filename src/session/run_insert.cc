// INSERT: the query's rows in the table's types, appended to the version the statement began with.
#include <algorithm>

#include "base/name.h"
#include "bind/scope.h"
#include "column/rows.h"
#include "session/sequences.h"
#include "session/statement_runner.h"
#include "sql/parser.h"
#include "storage/table/table_writer.h"

namespace trueno::session {

namespace {

// For each column of the table its place in the query's output, of which `columns` are the names (none: all, in order); -1: not given, so
// its default.
Result<std::vector<int>> positions(const std::vector<sql::Name>& columns, const Schema& schema) {
  std::vector<int> position(schema.size(), -1);
  for (std::size_t i = 0; columns.empty() && i < schema.size(); ++i) position[i] = static_cast<int>(i);
  for (std::size_t i = 0; i < columns.size(); ++i) {
    int& slot = position[static_cast<std::size_t>(TRUENO_TRY(column_number(schema, columns[i])))];
    if (slot >= 0) return error(ErrorCode::kBinder, "column {} is there twice", columns[i].text).at(columns[i].span);
    slot = static_cast<int>(i);
  }
  return position;
}

// The rows of a VALUES that say DEFAULT at a position.
std::vector<std::uint32_t> rows_with_default(const sql::Insert& insert, int position) {
  std::vector<std::uint32_t> rows;
  const auto* values = insert.query ? insert.query->as<sql::Values>() : nullptr;
  if (values == nullptr || position < 0) return rows;
  for (std::size_t row = 0; row < values->rows.size(); ++row) {
    const auto at = static_cast<std::size_t>(position);
    const bool says_default = at < values->rows[row].size() && values->rows[row][at]->is<sql::DefaultValue>();
    if (says_default) rows.push_back(static_cast<std::uint32_t>(row));
  }
  return rows;
}

}  // namespace

Result<InsertPlan> StatementRunner::plan_insert(const sql::Insert& insert, const catalog::Table& table) const {
  const Schema& schema = table.data().schema;
  bind::Context context = bind_context();
  context.common_tables = &insert.with;
  if (insert.by_name) return plan_rows(insert, table, TRUENO_TRY(bind::bind_query(*insert.query, context)));
  const std::vector<plan::Expression> defaults = TRUENO_TRY(defaults_of(*table.definition, schema));
  if (!insert.query) {  // DEFAULT VALUES: one row, no column given
    InsertPlan one;
    for (std::size_t i = 0; i < table.definition->defaults.size(); ++i) {
      if (uses_sequence(table.definition->defaults[i])) one.counted.push_back({i});
    }
    plan::Values row;
    row.rows.push_back(defaults);
    one.plan = plan::make_plan(std::move(row), schema);
    return one;
  }
  const std::vector<int> position = TRUENO_TRY(positions(insert.columns, schema));
  const std::size_t expected = insert.columns.empty() ? schema.size() : insert.columns.size();
  context.row_types.resize(expected);
  context.row_defaults.resize(expected);
  for (std::size_t i = 0; i < schema.size(); ++i) {
    if (position[i] < 0) continue;
    context.row_types[static_cast<std::size_t>(position[i])] = schema[i].type;
    context.row_defaults[static_cast<std::size_t>(position[i])] = defaults[i];
  }
  plan::PlanPtr plan = TRUENO_TRY(bind::bind_query(*insert.query, context));
  if (plan->schema.size() != expected)
    return error(ErrorCode::kBinder, "table {} takes {} values, not {}", insert.table.to_string(), expected, plan->schema.size())
        .at(insert.table.span());
  return plan_rows(insert, table, std::move(plan));
}

// A projection on top casts to the table's types, so that a bad cast fails before anything is written.
Result<InsertPlan> StatementRunner::plan_rows(const sql::Insert& insert, const catalog::Table& table, plan::PlanPtr plan) const {
  const Schema& schema = table.data().schema;
  const std::vector<plan::Expression> defaults = TRUENO_TRY(defaults_of(*table.definition, schema));
  std::vector<sql::Name> columns = insert.columns;
  if (insert.by_name) {
    for (const Field& field : plan->schema) columns.push_back({field.name, insert.query->span});
  }
  const std::vector<int> position = TRUENO_TRY(positions(columns, schema));
  InsertPlan out;
  for (std::size_t i = 0; i < schema.size(); ++i) {
    if (i >= table.definition->defaults.size() || !uses_sequence(table.definition->defaults[i])) continue;
    std::vector<std::uint32_t> rows = rows_with_default(insert, position[i]);
    const bool in_order = !insert.query || (insert.query->order_by.empty() && !insert.query->limit && !insert.query->offset);
    if (!rows.empty() && !in_order)
      return error(ErrorCode::kNotSupported, "DEFAULT of a sequence in a VALUES that is ordered or limited").at(insert.table.span());
    if (position[i] < 0 || !rows.empty()) out.counted.push_back({i, std::move(rows)});
  }
  std::vector<plan::Expression> casts;
  for (std::size_t i = 0; i < schema.size(); ++i) {
    plan::Expression value =
        position[i] < 0 ? defaults[i] : plan::Expression::column(position[i], plan->schema[static_cast<std::size_t>(position[i])].type);
    if (!function::cast_possible(value.type, schema[i].type))
      return error(ErrorCode::kBinder, "column {} is {}, and {} cannot be cast to it", schema[i].name, schema[i].type.to_string(),
                   value.type.to_string())
          .at(insert.table.span());
    casts.push_back(plan::Expression::cast(std::move(value), schema[i].type));
  }
  out.plan = TRUENO_TRY(optimised(plan::make_plan(plan::Project{std::move(casts)}, schema, std::move(plan))));
  return out;
}

Result<StatementResult> StatementRunner::run(const sql::Insert& insert) {
  const std::shared_ptr<const catalog::Table> table = TRUENO_TRY(table_named(insert.table));
  return insert_rows(insert, *table, TRUENO_TRY(plan_insert(insert, *table)));
}

Result<StatementResult> StatementRunner::insert_rows(const sql::Insert& insert, const catalog::Table& table, const InsertPlan& plan) {
  StatementResult rows = TRUENO_TRY(run_written(*plan.plan));
  const catalog::TableDefinition& definition = *table.definition;
  const Schema& schema = table.data().schema;
  for (const InsertPlan::Counted& counted : plan.counted) TRUENO_TRY(put_counted(counted, table, rows.rows));
  const std::string& known = insert.alias.empty() ? insert.table.last().text : insert.alias.text;
  const bool plain = insert.on_conflict.action == sql::ConflictAction::kFail;
  const Inserted inserted = TRUENO_TRY(plain ? append_rows(table, rows.rows) : resolve_conflicts(insert, table, rows.rows));
  TRUENO_TRY(check_rows(table.name.name, definition, schema, inserted.rows));
  const catalog::TableContent content = TRUENO_TRY(indexed(definition, inserted.keys_change ? nullptr : &table.content, inserted.data));
  TRUENO_TRY(check_foreign_keys(table.name, definition, content, inserted.rows));
  if (inserted.keys_change) TRUENO_TRY(check_referrers(table.name, content));
  StatementResult result;
  if (!insert.returning.empty()) result = TRUENO_TRY(returned(insert.returning, known, schema, inserted.rows));
  if (inserted.rows.length != 0) changes_.change(table, table.definition, content);
  return finished(std::move(result), inserted.rows.length, std::move(rows.profile));
}

Status StatementRunner::put_counted(const InsertPlan::Counted& counted, const catalog::Table& table, Batch& rows) {
  const std::string& text = table.definition->defaults[counted.column];
  const Field& field = table.data().schema[counted.column];
  Column& column = rows.columns[counted.column];
  const auto some = static_cast<std::int64_t>(counted.rows.size());
  const Column numbers = TRUENO_TRY(counted_default(text, field, some == 0 ? rows.length : some));
  if (some == 0) {
    column = numbers;
    return {};
  }
  const Column both[] = {column, numbers};
  std::vector<std::uint32_t> places;  // of each row: its own value, or its number behind them
  for (std::int64_t row = 0; row < rows.length; ++row) places.push_back(static_cast<std::uint32_t>(row));
  for (std::size_t i = 0; i < counted.rows.size(); ++i)
    places[counted.rows[i]] = static_cast<std::uint32_t>(rows.length) + static_cast<std::uint32_t>(i);
  column = TRUENO_TRY(take_rows(TRUENO_TRY(concatenate(both)), places));
  return {};
}

// The calls of nextval become columns of drawn numbers, and the default an expression over these.
Result<Column> StatementRunner::counted_default(const std::string& text, const Field& field, std::int64_t rows) {
  sql::ExpressionPtr written = TRUENO_TRY(sql::parse_expression(text));
  Schema schema;
  Batch numbers{rows, {}};
  const PutNumber put = [&](const catalog::Sequence& sequence, SourceSpan span) -> Result<sql::ExpressionPtr> {
    ColumnBuilder drawn{TypeId::kBigInt};
    for (std::int64_t row = 0; row < rows; ++row) TRUENO_TRY(drawn.append(Value::bigint(TRUENO_TRY(sequence.counter->next()))));
    numbers.columns.push_back(TRUENO_TRY(drawn.finish()));
    schema.push_back({fmt::format("number {}", schema.size()), TypeId::kBigInt, false});
    return sql::ExpressionPtr(new sql::Expression(sql::ColumnRef{{{{schema.back().name, span}}}}, span));
  };
  TRUENO_TRY(replace_sequences(written, changes_.root(), names_.path(), put));
  if (schema.empty()) {  // currval alone
    schema.push_back({"row", TypeId::kBigInt, false});
    numbers.columns.push_back(TRUENO_TRY(constant_column(Value::bigint(0), rows)));
  }
  plan::Project project;
  const plan::Expression value = TRUENO_TRY(bind::bind_value(*written, schema, "numbers", bind_context()));
  project.expressions.push_back(plan::Expression::cast(value, field.type));
  TableWriter writer(schema);
  TRUENO_TRY(writer.append(numbers));
  plan::Scan scan;
  for (std::size_t i = 0; i < schema.size(); ++i) scan.columns.push_back(static_cast<int>(i));
  scan.source = make_table_source(TRUENO_TRY(writer.finish()), "numbers of sequences", 0, 0);
  plan::PlanPtr plan = plan::make_plan(std::move(project), {{field.name, field.type, true}}, plan::make_plan(std::move(scan), schema));
  return TRUENO_TRY(run_plan(*TRUENO_TRY(optimised(std::move(plan))))).rows.columns.front();
}

}  // namespace trueno::session
