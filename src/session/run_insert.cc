// INSERT: the query's rows in the table's types, appended to the version the statement began with.
#include <algorithm>

#include "base/name.h"
#include "bind/scope.h"
#include "session/statement_runner.h"
#include "storage/table/table_writer.h"

namespace trueno::session {

namespace {

// For each column of the table its place in the query's output; -1: not given, so its default.
Result<std::vector<int>> positions(const sql::Insert& insert, const Schema& schema) {
  std::vector<int> position(schema.size(), -1);
  if (insert.columns.empty()) {
    for (std::size_t i = 0; i < schema.size(); ++i) position[i] = static_cast<int>(i);
  }
  for (std::size_t i = 0; i < insert.columns.size(); ++i) {
    const sql::Name& name = insert.columns[i];
    int& slot = position[static_cast<std::size_t>(TRUENO_TRY(column_number(schema, name)))];
    if (slot >= 0) return error(ErrorCode::kBinder, "column {} is there twice", name.text).at(name.span);
    slot = static_cast<int>(i);
  }
  return position;
}

}  // namespace

Result<plan::PlanPtr> StatementRunner::plan_insert(const sql::Insert& insert, const catalog::Table& table) const {
  const auto refuse = [&](std::string_view what) {
    return error(ErrorCode::kNotSupported, "{} is not supported yet", what).at(insert.table.span());
  };
  if (insert.by_name) return refuse("INSERT BY NAME");
  if (!insert.returning.empty()) return refuse("RETURNING");
  if (insert.on_conflict.action != sql::ConflictAction::kFail) return refuse("ON CONFLICT");
  if (!insert.with.empty()) return refuse("WITH before INSERT");
  const Schema& schema = table.data().schema;
  const std::vector<plan::Expression> defaults = TRUENO_TRY(defaults_of(*table.definition, schema));
  if (!insert.query) {  // DEFAULT VALUES: one row, no column given
    plan::Values row;
    row.rows.push_back(defaults);
    return plan::make_plan(std::move(row), schema);
  }
  const std::vector<int> position = TRUENO_TRY(positions(insert, schema));
  const std::size_t expected = insert.columns.empty() ? schema.size() : insert.columns.size();
  bind::Context context = bind_context();
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
  // A projection on top casts to the table's types, so that a bad cast fails before anything is written.
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
  return optimised(plan::make_plan(plan::Project{std::move(casts)}, schema, std::move(plan)));
}

Result<StatementResult> StatementRunner::run(const sql::Insert& insert) {
  const std::string& name = insert.table.last().text;
  const std::shared_ptr<const catalog::Table> table = TRUENO_TRY(table_named(insert.table));
  const plan::PlanPtr plan = TRUENO_TRY(plan_insert(insert, *table));
  StatementResult result = TRUENO_TRY(run_plan(*plan));
  TRUENO_TRY(check_rows(name, *table->definition, table->data().schema, result.rows));
  TableWriter writer = TRUENO_TRY(TableWriter::append_to(table->data(), result.rows.length));
  TRUENO_TRY(writer.append(result.rows));
  const catalog::TableContent content = TRUENO_TRY(indexed(*table->definition, &table->content, TRUENO_TRY(writer.finish())));
  TRUENO_TRY(check_foreign_keys(name, *table->definition, content, result.rows));
  TRUENO_TRY(database_.catalog().commit(name, *table, content));
  StatementResult done;
  done.profile = std::move(result.profile);
  return done;
}

}  // namespace trueno::session
