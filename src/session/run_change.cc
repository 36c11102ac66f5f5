// UPDATE, DELETE, TRUNCATE: row groups without a matching row stay as they are, the others are written anew.
//
// Two queries do it, like any other on every device and thread: the first counts the matching rows of each row group, the second gives the
// new rows of the groups that have some. Rows keep their order.
#include <algorithm>

#include "exec/merge.h"
#include "session/sequences.h"
#include "session/statement_runner.h"
#include "session/table_rows.h"
#include "storage/table/table_writer.h"

namespace trueno::session {

namespace {

using plan::Expression;
using plan::PlanPtr;

PlanPtr scan_of(std::shared_ptr<const TableData> data, const std::string& name) {
  plan::Scan scan;
  const Schema schema = data->schema;
  for (std::size_t i = 0; i < schema.size(); ++i) scan.columns.push_back(static_cast<int>(i));
  scan.source = make_table_source(std::move(data), name, 0, 0);
  return plan::make_plan(std::move(scan), schema);
}

// The table with the number of its row group as one more column.
Result<std::shared_ptr<const TableData>> with_group_numbers(const TableData& data) {
  auto numbered = std::make_shared<TableData>(data);
  numbered->schema.push_back({"row group", TypeId::kBigInt, false});
  numbered->sketches.push_back(std::make_shared<const HyperLogLog>());
  for (std::size_t n = 0; n < data.groups.size(); ++n) {
    auto group = std::make_shared<RowGroup>(*data.groups[n]);
    group->columns.push_back(TRUENO_TRY(constant_column(Value::bigint(static_cast<std::int64_t>(n)), group->rows)));
    numbered->groups[n] = std::move(group);
  }
  return std::shared_ptr<const TableData>(std::move(numbered));
}

}  // namespace

Result<Rewritten> StatementRunner::rewrite(const catalog::Table& table, const Expression& condition, bool keep_matching,
                                           std::vector<Expression> values) {
  const TableData& data = table.data();
  PlanPtr numbered = scan_of(TRUENO_TRY(with_group_numbers(data)), "rows to change");
  const Schema all = numbered->schema;
  plan::Aggregate counts;
  counts.keys = {Expression::column(static_cast<int>(data.schema.size()), TypeId::kBigInt)};
  plan::AggregateCall call;
  call.function = database_.functions().aggregate("count");
  call.signature.result = TypeId::kBigInt;
  counts.calls.push_back(std::move(call));
  PlanPtr matching = plan::make_plan(plan::Filter{condition}, all, std::move(numbered));
  matching =
      plan::make_plan(std::move(counts), {{"row group", TypeId::kBigInt, true}, {"rows", TypeId::kBigInt, true}}, std::move(matching));
  StatementResult counted = TRUENO_TRY(run_plan(*TRUENO_TRY(optimised(std::move(matching)))));

  Rewritten out;
  std::vector<std::int64_t> matches(data.groups.size(), 0);
  for (std::int64_t row = 0; row < counted.rows.length; ++row) {
    std::int64_t& rows = matches[static_cast<std::size_t>(counted.rows.columns[0].value(row).as_integer())];
    rows = static_cast<std::int64_t>(counted.rows.columns[1].value(row).as_integer());
    out.matched += rows;
  }
  auto touched = std::make_shared<TableData>();
  touched->schema = data.schema;
  touched->sketches = data.sketches;
  for (std::size_t n = 0; n < data.groups.size(); ++n) {
    if (matches[n] == 0) continue;
    touched->groups.push_back(data.groups[n]);
    touched->rows += data.groups[n]->rows;
  }
  PlanPtr plan = scan_of(std::move(touched), "rows to change");
  Schema written = data.schema;
  const Expression yes = Expression::literal(Value::boolean(true));
  const Expression no = Expression::literal(Value::boolean(false));
  if (!keep_matching) plan = plan::make_plan(plan::Filter{Expression::choice(condition, no, yes)}, data.schema, std::move(plan));
  if (keep_matching) {
    values.push_back(Expression::choice(condition, yes, no));
    written.push_back({"changed", TypeId::kBoolean, false});
  }
  plan = plan::make_plan(plan::Project{std::move(values)}, written, std::move(plan));
  StatementResult rewritten = TRUENO_TRY(run_plan(*TRUENO_TRY(optimised(std::move(plan)))));
  out.rows = std::move(rewritten.rows);
  out.profile = std::move(counted.profile);
  out.profile.insert(out.profile.end(), rewritten.profile.begin(), rewritten.profile.end());
  if (keep_matching) {
    out.changed = TRUENO_TRY(true_rows(out.rows.columns.back()));
    out.rows.columns.pop_back();
  }

  TableWriter writer = TRUENO_TRY(TableWriter::rewrite(data));
  std::int64_t at = 0;
  for (std::size_t n = 0; n < data.groups.size(); ++n) {
    if (matches[n] == 0) {
      TRUENO_TRY(writer.keep(data.groups[n]));
      continue;
    }
    const std::int64_t rows = data.groups[n]->rows - (keep_matching ? 0 : matches[n]);
    TRUENO_TRY(writer.append(exec::slice(out.rows, at, rows)));
    at += rows;
  }
  if (at != out.rows.length) return error(ErrorCode::kInternal, "the condition did not choose the same rows twice");
  out.data = TRUENO_TRY(writer.finish());
  return out;
}

Result<Expression> StatementRunner::changed_rows(const sql::Expression* where, const Schema& schema, const std::string& known) const {
  if (where == nullptr) return Expression::literal(Value::boolean(true));
  return bind::bind_condition(*where, schema, known, bind_context());
}

// What needs no other table is decided group by group; a query in the condition, or another table, is run as a query first.
Result<StatementResult> StatementRunner::run(const sql::Delete& node) {
  if (node.recursive) return error(ErrorCode::kNotSupported, "WITH RECURSIVE before DELETE is not supported").at(node.table.span());
  const std::shared_ptr<const catalog::Table> table = TRUENO_TRY(table_named(node.table));
  const Schema& schema = table->data().schema;
  const std::string& known = node.alias.empty() ? node.table.last().text : node.alias.text;
  if (!node.using_tables.empty()) return delete_found(node, *table);
  const auto condition = changed_rows(node.where.get(), schema, known);
  if (!condition) return delete_found(node, *table);
  StatementResult result;
  if (!node.returning.empty()) {
    PlanPtr gone = plan::make_plan(plan::Filter{*condition}, schema, scan_of(table->content.data, table->name.to_string()));
    const StatementResult rows = TRUENO_TRY(run_plan(*TRUENO_TRY(optimised(std::move(gone)))));
    result = TRUENO_TRY(returned(node.returning, known, schema, rows.rows));
  }
  std::vector<Expression> values;
  for (std::size_t i = 0; i < schema.size(); ++i) values.push_back(Expression::column(static_cast<int>(i), schema[i].type));
  Rewritten left = TRUENO_TRY(rewrite(*table, *condition, false, std::move(values)));
  return finish_delete(*table, std::move(left.data), std::move(result), left.matched, std::move(left.profile));
}

Result<StatementResult> StatementRunner::finish_delete(const catalog::Table& table, std::shared_ptr<const TableData> data,
                                                       StatementResult result, std::int64_t rows,
                                                       std::vector<exec::PipelineProfile> profile) {
  const catalog::TableContent content = TRUENO_TRY(indexed(*table.definition, nullptr, std::move(data)));
  TRUENO_TRY(check_referrers(table.name, content));
  if (rows != 0) changes_.change(table, table.definition, content);
  return finished(std::move(result), rows, std::move(profile));
}

Result<StatementResult> StatementRunner::run(const sql::Truncate& truncate) {
  sql::Delete all;
  all.table = truncate.table;
  return run(all);
}

Result<StatementResult> StatementRunner::run(const sql::Update& update) {
  if (update.recursive) return error(ErrorCode::kNotSupported, "WITH RECURSIVE before UPDATE is not supported").at(update.table.span());
  const std::shared_ptr<const catalog::Table> table = TRUENO_TRY(table_named(update.table));
  const Schema& schema = table->data().schema;
  const std::string& known = update.alias.empty() ? update.table.last().text : update.alias.text;
  const bind::Context context = bind_context();
  if (!update.from.empty()) return update_found(update, *table);
  const auto condition = changed_rows(update.where.get(), schema, known);
  if (!condition) return update_found(update, *table);
  const BindValue bind_value = [&](const sql::Expression& value) { return bind::bind_value(value, schema, known, context); };
  auto assigned = assignments(update.assignments, *table, bind_value);
  if (!assigned) return update_found(update, *table);
  std::vector<Expression> values;
  for (std::size_t i = 0; i < schema.size(); ++i) values.push_back(Expression::column(static_cast<int>(i), schema[i].type));
  for (const Assigned& one : *assigned) {
    Expression& value = values[static_cast<std::size_t>(one.column)];
    value = Expression::choice(*condition, one.value, std::move(value));
  }
  Rewritten changed = TRUENO_TRY(rewrite(*table, *condition, true, std::move(values)));
  const Batch rows = update.returning.empty() ? Batch{changed.matched, {}} : TRUENO_TRY(take_batch(changed.rows, changed.changed));
  return finish_update(update, *table, *assigned, changed.data, changed.rows, rows, std::move(changed.profile));
}

Result<StatementResult> StatementRunner::finish_update(const sql::Update& update, const catalog::Table& table,
                                                       const std::vector<Assigned>& assigned, const std::shared_ptr<const TableData>& data,
                                                       const Batch& checked, const Batch& changed,
                                                       std::vector<exec::PipelineProfile> profile) {
  const catalog::TableDefinition& definition = *table.definition;
  const Schema& schema = table.data().schema;
  TRUENO_TRY(check_rows(table.name.name, definition, schema, checked));
  // Rows stay where they are, so an index whose columns are not set stays right.
  const bool keys_change = changes_keys(definition, assigned);
  const catalog::TableContent content =
      keys_change ? TRUENO_TRY(indexed(definition, nullptr, data)) : catalog::TableContent{data, table.content.indexes};
  TRUENO_TRY(check_foreign_keys(table.name, definition, content, checked));
  if (keys_change) TRUENO_TRY(check_referrers(table.name, content));
  StatementResult result;
  if (!update.returning.empty()) {
    const std::string& known = update.alias.empty() ? update.table.last().text : update.alias.text;
    result = TRUENO_TRY(returned(update.returning, known, schema, changed));
  }
  if (changed.length != 0) changes_.change(table, table.definition, content);
  return finished(std::move(result), changed.length, std::move(profile));
}

Result<std::vector<Assigned>> StatementRunner::assignments(const std::vector<sql::Assignment>& written, const catalog::Table& table,
                                                           const BindValue& bind_value) const {
  const Schema& schema = table.data().schema;
  const std::vector<Expression> defaults = TRUENO_TRY(defaults_of(*table.definition, schema));
  std::vector<Assigned> assigned;
  for (const sql::Assignment& assignment : written) {
    const int column = TRUENO_TRY(column_number(schema, assignment.column));
    if (std::ranges::find(assigned, column, &Assigned::column) != assigned.end())
      return error(ErrorCode::kBinder, "column {} is set twice", assignment.column.text).at(assignment.column.span);
    const auto at = static_cast<std::size_t>(column);
    const bool is_default = assignment.value->as<sql::DefaultValue>() != nullptr;
    if (is_default && at < table.definition->defaults.size() && uses_sequence(table.definition->defaults[at]))
      return error(ErrorCode::kNotSupported, "DEFAULT of a sequence is only supported by INSERT").at(assignment.value->span);
    Expression value = is_default ? defaults[at] : TRUENO_TRY(bind_value(*assignment.value));
    if (!function::cast_possible(value.type, schema[at].type))
      return error(ErrorCode::kBinder, "column {} is {}, and {} cannot be cast to it", schema[at].name, schema[at].type.to_string(),
                   value.type.to_string())
          .at(assignment.value->span);
    assigned.push_back({column, Expression::cast(std::move(value), schema[at].type)});
  }
  return assigned;
}

bool changes_keys(const catalog::TableDefinition& definition, const std::vector<Assigned>& assigned) {
  const auto is_assigned = [&](int column) { return std::ranges::find(assigned, column, &Assigned::column) != assigned.end(); };
  return std::ranges::any_of(definition.keys, [&](const KeyColumns& key) { return std::ranges::any_of(key.columns, is_assigned); });
}

}  // namespace trueno::session
