// UPDATE, DELETE, TRUNCATE: row groups without a matching row stay as they are, the others are written anew.
//
// Two queries do it, like any other on every device and thread: the first counts the matching rows of each row group, the second gives the
// new rows of the groups that have some. Rows keep their order.
#include <algorithm>

#include "exec/merge.h"
#include "session/statement_runner.h"
#include "storage/table/table_writer.h"

namespace trueno::session {

namespace {

using plan::Expression;
using plan::ExpressionKind;
using plan::PlanPtr;

Expression choice(Expression condition, Expression then, Expression otherwise) {
  Expression e;
  e.kind = ExpressionKind::kCase;
  e.type = then.type;
  e.arguments.push_back(std::move(condition));
  e.arguments.push_back(std::move(then));
  e.arguments.push_back(std::move(otherwise));
  return e;
}

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

Result<std::shared_ptr<const TableData>> StatementRunner::rewrite(const catalog::Table& table, const Expression& condition,
                                                                  const Expression* keep, std::vector<Expression> values,
                                                                  StatementResult& rewritten) {
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

  std::vector<std::int64_t> matches(data.groups.size(), 0);
  for (std::int64_t row = 0; row < counted.rows.length; ++row) {
    matches[static_cast<std::size_t>(counted.rows.columns[0].value(row).as_integer())] =
        static_cast<std::int64_t>(counted.rows.columns[1].value(row).as_integer());
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
  if (keep != nullptr) plan = plan::make_plan(plan::Filter{*keep}, data.schema, std::move(plan));
  plan = plan::make_plan(plan::Project{std::move(values)}, data.schema, std::move(plan));
  rewritten = TRUENO_TRY(run_plan(*TRUENO_TRY(optimised(std::move(plan)))));
  rewritten.profile.insert(rewritten.profile.begin(), counted.profile.begin(), counted.profile.end());

  TableWriter writer = TRUENO_TRY(TableWriter::rewrite(data));
  std::int64_t at = 0;
  for (std::size_t n = 0; n < data.groups.size(); ++n) {
    if (matches[n] == 0) {
      TRUENO_TRY(writer.keep(data.groups[n]));
      continue;
    }
    const std::int64_t rows = data.groups[n]->rows - (keep != nullptr ? matches[n] : 0);
    TRUENO_TRY(writer.append(exec::slice(rewritten.rows, at, rows)));
    at += rows;
  }
  if (at != rewritten.rows.length) return error(ErrorCode::kInternal, "the condition did not choose the same rows twice");
  return writer.finish();
}

Result<StatementResult> StatementRunner::run(const sql::Delete& node) {
  const auto refuse = [&](std::string_view what) {
    return error(ErrorCode::kNotSupported, "{} is not supported yet", what).at(node.table.span());
  };
  if (!node.using_tables.empty()) return refuse("DELETE USING");
  if (!node.returning.empty()) return refuse("RETURNING");
  if (!node.with.empty()) return refuse("WITH before DELETE");
  const std::string& name = node.table.last().text;
  const std::shared_ptr<const catalog::Table> table = TRUENO_TRY(table_named(node.table));
  const Schema& schema = table->data().schema;
  const std::string& known = node.alias.empty() ? name : node.alias.text;
  const Expression condition =
      node.where ? TRUENO_TRY(bind::bind_condition(*node.where, schema, known, bind_context())) : Expression::literal(Value::boolean(true));
  const Expression keep = choice(condition, Expression::literal(Value::boolean(false)), Expression::literal(Value::boolean(true)));
  std::vector<Expression> values;
  for (std::size_t i = 0; i < schema.size(); ++i) values.push_back(Expression::column(static_cast<int>(i), schema[i].type));
  StatementResult left;
  const catalog::TableContent content =
      TRUENO_TRY(indexed(*table->definition, nullptr, TRUENO_TRY(rewrite(*table, condition, &keep, std::move(values), left))));
  TRUENO_TRY(check_referrers(name, content));
  TRUENO_TRY(database_.catalog().commit(name, *table, content));
  StatementResult done;
  done.profile = std::move(left.profile);
  return done;
}

Result<StatementResult> StatementRunner::run(const sql::Truncate& truncate) {
  sql::Delete all;
  all.table = truncate.table;
  return run(all);
}

Result<StatementResult> StatementRunner::run(const sql::Update& update) {
  const auto refuse = [&](std::string_view what) {
    return error(ErrorCode::kNotSupported, "{} is not supported yet", what).at(update.table.span());
  };
  if (!update.from.empty()) return refuse("UPDATE FROM");
  if (!update.returning.empty()) return refuse("RETURNING");
  if (!update.with.empty()) return refuse("WITH before UPDATE");
  const std::string& name = update.table.last().text;
  const std::shared_ptr<const catalog::Table> table = TRUENO_TRY(table_named(update.table));
  const catalog::TableDefinition& definition = *table->definition;
  const Schema& schema = table->data().schema;
  const std::string& known = update.alias.empty() ? name : update.alias.text;
  const bind::Context context = bind_context();
  const Expression condition =
      update.where ? TRUENO_TRY(bind::bind_condition(*update.where, schema, known, context)) : Expression::literal(Value::boolean(true));
  std::vector<Expression> values;
  for (std::size_t i = 0; i < schema.size(); ++i) values.push_back(Expression::column(static_cast<int>(i), schema[i].type));
  const std::vector<Expression> defaults = TRUENO_TRY(defaults_of(definition, schema));
  std::vector<int> assigned;
  for (const sql::Assignment& assignment : update.assignments) {
    const int column = TRUENO_TRY(column_number(schema, assignment.column));
    if (std::ranges::find(assigned, column) != assigned.end())
      return error(ErrorCode::kBinder, "column {} is set twice", assignment.column.text).at(assignment.column.span);
    assigned.push_back(column);
    const auto at = static_cast<std::size_t>(column);
    const bool is_default = assignment.value->as<sql::DefaultValue>() != nullptr;
    Expression value = is_default ? defaults[at] : TRUENO_TRY(bind::bind_value(*assignment.value, schema, known, context));
    if (!function::cast_possible(value.type, schema[at].type))
      return error(ErrorCode::kBinder, "column {} is {}, and {} cannot be cast to it", schema[at].name, schema[at].type.to_string(),
                   value.type.to_string())
          .at(assignment.value->span);
    values[at] = choice(condition, Expression::cast(std::move(value), schema[at].type), std::move(values[at]));
  }
  const auto is_assigned = [&](int column) { return std::ranges::find(assigned, column) != assigned.end(); };
  StatementResult changed;
  const std::shared_ptr<const TableData> data = TRUENO_TRY(rewrite(*table, condition, nullptr, std::move(values), changed));
  TRUENO_TRY(check_rows(name, definition, schema, changed.rows));
  // Rows stay where they are, so an index whose columns are not set stays right.
  const bool keys_change =
      std::ranges::any_of(definition.keys, [&](const KeyColumns& k) { return std::ranges::any_of(k.columns, is_assigned); });
  const catalog::TableContent content =
      keys_change ? TRUENO_TRY(indexed(definition, nullptr, data)) : catalog::TableContent{data, table->content.indexes};
  TRUENO_TRY(check_foreign_keys(name, definition, content, changed.rows));
  if (keys_change) TRUENO_TRY(check_referrers(name, content));
  TRUENO_TRY(database_.catalog().commit(name, *table, content));
  StatementResult done;
  done.profile = std::move(changed.profile);
  return done;
}

}  // namespace trueno::session
