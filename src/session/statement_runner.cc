#include "session/statement_runner.h"

#include <algorithm>

#include "bind/scope.h"
#include "compile/compile.h"
#include "optimize/optimize.h"
#include "storage/table/table_writer.h"

#ifndef __wasm__
#include <thread>
#endif

namespace trueno::session {

namespace {

// Folding and VALUES: a program without columns on the scalar device, which gives the bits every device gives.
class Constants final : public plan::ConstantEvaluator {
 public:
  explicit Constants(const std::vector<std::shared_ptr<backend::Backend>>& devices) : devices_(devices) {}
  Result<Value> evaluate(const plan::Expression& expression) const override {
    if (expression.kind == plan::ExpressionKind::kLiteral || expression.kind == plan::ExpressionKind::kParameter) return expression.value;
    const kernel::PipelinePlan plan = TRUENO_TRY(compile::compile_expression(expression));
    exec::Options options;
    options.policy = dispatch::Policy::kScalar;
    const exec::Output output = TRUENO_TRY(exec::run(plan, devices_, options, CancelToken()));
    return output.rows.columns[0].value(0);
  }

 private:
  const std::vector<std::shared_ptr<backend::Backend>>& devices_;
};

int thread_count([[maybe_unused]] const Settings& settings) {
#ifdef __wasm__
  return 1;
#else
  const auto asked = static_cast<int>(std::min<std::int64_t>(settings.integer("threads"), 1024));
  return asked > 0 ? asked : static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
#endif
}

exec::Options options_of(const Settings& settings) {
  exec::Options options;
  options.threads = thread_count(settings);
  options.morsel_rows = std::max<std::int64_t>(1, settings.integer("morsel_rows"));
  options.chunk_rows = settings.integer("chunk_rows");
  const std::string backend = settings.text("backend");
  options.policy =
      backend == "simd" ? dispatch::Policy::kSimd : (backend == "scalar" ? dispatch::Policy::kScalar : dispatch::Policy::kCost);
  return options;
}

Result<StatementResult> text_table(Schema schema, const std::vector<std::vector<std::string>>& rows) {
  StatementResult result;
  result.is_query = true;
  std::vector<ColumnBuilder> builders;
  for (const Field& field : schema) builders.emplace_back(field.type);
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < builders.size(); ++i) TRUENO_TRY(builders[i].append_string(row[i]));
  }
  for (ColumnBuilder& builder : builders) result.rows.columns.push_back(TRUENO_TRY(builder.finish()));
  result.rows.length = static_cast<std::int64_t>(rows.size());
  result.schema = std::move(schema);
  return result;
}

}  // namespace

/// Tables of the catalog, files by path, and rows of VALUES.
class Names final : public bind::NameResolver {
 public:
  Names(const Database& database, const plan::ConstantEvaluator& constants) : database_(database), constants_(constants) {}

  Result<std::shared_ptr<const TableSource>> table(const sql::QualifiedName& name, bool is_file) const override {
    if (is_file) return database_.open_file(name.last().text);
    const std::string& last = name.last().text;
    if (const auto table = database_.find_table(last)) return make_table_source(table->data, last, table->id, table->version);
    const std::string near = bind::nearest_name(last, database_.table_names());
    return error(ErrorCode::kCatalog, "no table {}", name.to_string())
        .hint(near.empty() ? "a file is written in quotes: FROM 'data.parquet'" : fmt::format("did you mean {}?", near));
  }

  Result<std::shared_ptr<const TableSource>> table_function(const std::string& name, const std::vector<Value>& arguments) const override {
    const bool reads = name == "read_parquet" || name == "read_csv" || name == "read_csv_auto";
    if (reads && arguments.size() == 1 && arguments[0].type().id == TypeId::kVarchar) return database_.open_file(arguments[0].as_string());
    if ((name == "range" || name == "generate_series") && !arguments.empty() && arguments.size() <= 3) return series(name, arguments);
    return error(ErrorCode::kBinder, "no table function {} of {} arguments", name, arguments.size())
        .hint("range, generate_series, read_parquet, read_csv");
  }

  Result<std::shared_ptr<const TableSource>> values(const Schema& schema,
                                                    const std::vector<std::vector<plan::Expression>>& rows) const override {
    Batch batch;
    std::vector<ColumnBuilder> builders;
    for (const Field& field : schema) builders.emplace_back(field.type);
    for (const auto& row : rows) {
      for (std::size_t i = 0; i < row.size(); ++i) TRUENO_TRY(builders[i].append(TRUENO_TRY(constants_.evaluate(row[i]))));
    }
    return source_of(schema, builders, static_cast<std::int64_t>(rows.size()), "values");
  }

 private:
  static Result<std::shared_ptr<const TableSource>> source_of(const Schema& schema, std::vector<ColumnBuilder>& builders, std::int64_t rows,
                                                              const std::string& name) {
    Batch batch;
    batch.length = rows;
    for (ColumnBuilder& builder : builders) batch.columns.push_back(TRUENO_TRY(builder.finish()));
    TableWriter writer(schema);
    TRUENO_TRY(writer.append(batch));
    return make_table_source(TRUENO_TRY(writer.finish()), name, 0, 0);
  }

  static Result<std::shared_ptr<const TableSource>> series(const std::string& name, const std::vector<Value>& arguments) {
    std::vector<i128> numbers;
    for (const Value& value : arguments) {
      if (value.is_null() || !value.type().is_integer()) return error(ErrorCode::kBinder, "{} takes whole numbers", name);
      numbers.push_back(value.as_integer());
    }
    const i128 begin = numbers.size() == 1 ? 0 : numbers[0];
    const i128 end = (numbers.size() == 1 ? numbers[0] : numbers[1]);
    const i128 step = numbers.size() == 3 ? numbers[2] : 1;
    if (step == 0) return error(ErrorCode::kInvalidInput, "the step of {} must not be 0", name);
    const bool inclusive = name == "generate_series";
    const Schema schema = {{name, TypeId::kBigInt, false}};
    std::vector<ColumnBuilder> builders;
    builders.emplace_back(schema[0].type);
    std::int64_t rows = 0;
    for (i128 i = begin; step > 0 ? (i < end || (inclusive && i == end)) : (i > end || (inclusive && i == end)); i += step, ++rows) {
      const auto value = static_cast<std::int64_t>(i);
      TRUENO_TRY(builders[0].append_bytes(&value));
    }
    return source_of(schema, builders, rows, name);
  }

  const Database& database_;
  const plan::ConstantEvaluator& constants_;
};

Result<StatementResult> StatementRunner::run(const sql::Statement& statement) {
  if (const auto* query = statement.as<sql::QueryStatement>()) {
    if (const auto* describe = query->query->as<sql::Describe>()) return run_describe(*describe);
    return run_query(*query->query);
  }
  if (const auto* create = statement.as<sql::CreateTable>()) return run_create(*create);
  if (const auto* insert = statement.as<sql::Insert>()) return run_insert(*insert);
  if (const auto* drop = statement.as<sql::Drop>()) return run_drop(*drop);
  if (const auto* set = statement.as<sql::Set>()) return run_set(*set);
  if (const auto* show = statement.as<sql::Show>()) return run_show(*show);
  if (const auto* explain = statement.as<sql::Explain>()) return run_explain(*explain);
  return error(ErrorCode::kNotSupported, "this statement is not supported yet").at(statement.span);
}

Result<plan::PlanPtr> StatementRunner::plan_query(const sql::Query& query) const {
  const Constants constants(database_.devices_);
  const Names names(database_, constants);
  const bind::Context context{database_.functions_, names, constants, parameters_, {database_.settings_.boolean("integer_division")}};
  plan::PlanPtr plan = TRUENO_TRY(bind::bind_query(query, context));
  optimize::Options options;
  options.optional_rules = database_.settings_.boolean("optimizer");
  options.statistics_answers = database_.settings_.boolean("statistics_answers");
  return optimize::optimize(std::move(plan), constants, options);
}

Result<StatementResult> StatementRunner::run_query(const sql::Query& query) const {
  const plan::PlanPtr plan = TRUENO_TRY(plan_query(query));
  kernel::PipelinePlan pipelines = TRUENO_TRY(compile::compile(*plan, {}));
  auto output = exec::run(pipelines, database_.devices_, options_of(database_.settings_), cancel_);
  if (!output && output.error().code() == ErrorCode::kCorruptFile) {
    // A file's statistics lied: forget what files claim, and read everything.
    pipelines = TRUENO_TRY(compile::compile(*plan, {.trust_claims = false}));
    output = exec::run(pipelines, database_.devices_, options_of(database_.settings_), cancel_);
  }
  if (!output) return std::move(output).error();
  StatementResult result;
  result.is_query = true;
  result.schema = std::move(pipelines.result);
  result.rows = std::move(output->rows);
  result.profile = std::move(output->profile);
  return result;
}

Result<StatementResult> StatementRunner::run_describe(const sql::Describe& describe) const {
  if (describe.summarize) return error(ErrorCode::kNotSupported, "SUMMARIZE is not supported yet");
  Schema schema;
  if (describe.query) {
    schema = TRUENO_TRY(plan_query(*describe.query))->schema;
  } else {
    const Constants constants(database_.devices_);
    schema = TRUENO_TRY(Names(database_, constants).table(describe.table, false))->schema();
  }
  std::vector<std::vector<std::string>> rows;
  for (const Field& field : schema) rows.push_back({field.name, field.type.to_string(), field.nullable ? "YES" : "NO"});
  return text_table({{"column_name", TypeId::kVarchar, false}, {"column_type", TypeId::kVarchar, false}, {"null", TypeId::kVarchar, false}},
                    rows);
}

Result<StatementResult> StatementRunner::run_create(const sql::CreateTable& create) const {
  const std::string& name = create.name.last().text;
  if (create.on_existing == sql::OnExisting::kIgnore && database_.find_table(name)) return StatementResult{};
  const bool replace = create.on_existing == sql::OnExisting::kReplace;
  if (create.query) {
    StatementResult rows = TRUENO_TRY(run_query(*create.query));
    for (std::size_t i = 0; i < create.column_names.size() && i < rows.schema.size(); ++i)
      rows.schema[i].name = create.column_names[i].text;
    TableWriter writer(rows.schema);
    if (create.with_data) TRUENO_TRY(writer.append(rows.rows));
    TRUENO_TRY(database_.put_table(name, TRUENO_TRY(writer.finish()), replace));
    return StatementResult{};
  }
  if (!create.constraints.empty())
    return error(ErrorCode::kNotSupported, "table constraints are not supported yet").at(create.constraints[0].span);
  Schema schema;
  for (const sql::ColumnDefinition& column : create.columns) {
    if (!column.type) return error(ErrorCode::kBinder, "column {} needs a type", column.name.text).at(column.name.span);
    Field field{column.name.text, TRUENO_TRY(bind::bind_type(*column.type)), true};
    if (column.default_value || column.generated)
      return error(ErrorCode::kNotSupported, "DEFAULT and generated columns are not supported yet").at(column.name.span);
    for (const sql::Constraint& constraint : column.constraints) {
      if (constraint.kind == sql::Constraint::Kind::kNull) continue;
      if (constraint.kind != sql::Constraint::Kind::kNotNull)
        return error(ErrorCode::kNotSupported, "only NOT NULL constraints are supported yet").at(constraint.span);
      field.nullable = false;
    }
    if (std::ranges::any_of(schema, [&](const Field& other) { return bind::same_name(other.name, field.name); }))
      return error(ErrorCode::kBinder, "column {} is there twice", field.name).at(column.name.span);
    schema.push_back(std::move(field));
  }
  TableWriter writer(schema);
  TRUENO_TRY(database_.put_table(name, TRUENO_TRY(writer.finish()), replace));
  return StatementResult{};
}

Result<StatementResult> StatementRunner::run_insert(const sql::Insert& insert) const {
  const std::string& name = insert.table.last().text;
  const auto table = database_.find_table(name);
  if (!table) return error(ErrorCode::kCatalog, "no table {}", name).at(insert.table.span());
  if (!insert.query || insert.by_name || !insert.returning.empty())
    return error(ErrorCode::kNotSupported, "this form of INSERT is not supported yet").at(insert.table.span());
  const Schema& schema = table->data->schema;
  std::vector<int> position(schema.size(), -1);  // of each column in the query's output
  if (insert.columns.empty()) {
    for (std::size_t i = 0; i < schema.size(); ++i) position[i] = static_cast<int>(i);
  }
  for (std::size_t i = 0; i < insert.columns.size(); ++i) {
    const auto column =
        std::ranges::find_if(schema, [&](const Field& field) { return bind::same_name(field.name, insert.columns[i].text); });
    if (column == schema.end())
      return error(ErrorCode::kBinder, "no column {} in table {}", insert.columns[i].text, name).at(insert.columns[i].span);
    position[static_cast<std::size_t>(column - schema.begin())] = static_cast<int>(i);
  }
  plan::PlanPtr plan = TRUENO_TRY(plan_query(*insert.query));
  const std::size_t expected = insert.columns.empty() ? schema.size() : insert.columns.size();
  if (plan->schema.size() != expected)
    return error(ErrorCode::kBinder, "table {} takes {} values, not {}", name, expected, plan->schema.size()).at(insert.table.span());
  // The query's columns are cast to the table's types by a projection on top, so a bad cast fails before anything is written.
  std::vector<plan::Expression> casts;
  for (std::size_t i = 0; i < schema.size(); ++i) {
    plan::Expression value = position[i] < 0
                                 ? plan::Expression::literal(Value::null(schema[i].type))
                                 : plan::Expression::column(position[i], plan->schema[static_cast<std::size_t>(position[i])].type);
    casts.push_back(plan::Expression::cast(std::move(value), schema[i].type));
  }
  plan = plan::make_plan(plan::Project{std::move(casts)}, schema, std::move(plan));
  const kernel::PipelinePlan pipelines = TRUENO_TRY(compile::compile(*plan, {}));
  const exec::Output output = TRUENO_TRY(exec::run(pipelines, database_.devices_, options_of(database_.settings_), cancel_));
  TableWriter writer = TRUENO_TRY(TableWriter::append_to(*table->data, output.rows.length));
  TRUENO_TRY(writer.append(output.rows));
  TRUENO_TRY(database_.put_table(name, TRUENO_TRY(writer.finish()), true));
  return StatementResult{};
}

Result<StatementResult> StatementRunner::run_drop(const sql::Drop& drop) const {
  if (drop.kind != sql::ObjectKind::kTable) return error(ErrorCode::kNotSupported, "only DROP TABLE is supported yet");
  const LockGuard lock(database_.mutex_);
  for (const sql::QualifiedName& name : drop.names) {
    if (database_.tables_.erase(bind::lower_name(name.last().text)) == 0 && !drop.if_exists)
      return error(ErrorCode::kCatalog, "no table {}", name.to_string()).at(name.span());
  }
  return StatementResult{};
}

Result<StatementResult> StatementRunner::run_set(const sql::Set& set) const {
  std::string value;
  if (const auto* word = set.value->as<sql::ColumnRef>()) {
    value = word->name.to_string();
  } else {
    const Constants constants(database_.devices_);
    const Names names(database_, constants);
    const bind::Context context{database_.functions_, names, constants, parameters_, {}};
    value = TRUENO_TRY(constants.evaluate(TRUENO_TRY(bind::bind_constant(*set.value, context)))).to_string();
  }
  auto status = database_.settings_.set(bind::lower_name(set.name.text), std::move(value));
  if (!status) return std::move(status).error().at(set.name.span);
  return StatementResult{};
}

Result<StatementResult> StatementRunner::run_show(const sql::Show& show) const {
  std::vector<std::vector<std::string>> rows;
  if (show.kind == sql::ShowKind::kTables || show.kind == sql::ShowKind::kAllTables) {
    for (const std::string& name : database_.table_names()) rows.push_back({name});
    return text_table({{"name", TypeId::kVarchar, false}}, rows);
  }
  const Schema schema = {{"name", TypeId::kVarchar, false}, {"value", TypeId::kVarchar, false}, {"description", TypeId::kVarchar, false}};
  for (const Setting& setting : all_settings()) {
    const bool wanted = show.kind == sql::ShowKind::kAllSettings ||
                        (show.kind == sql::ShowKind::kName && bind::same_name(show.name.last().text, setting.name));
    if (wanted) rows.push_back({std::string(setting.name), database_.settings_.text(setting.name), std::string(setting.description)});
  }
  if (rows.empty()) return std::move(database_.settings_.get(show.name.empty() ? "" : show.name.last().text)).error().at(show.name.span());
  return text_table(schema, rows);
}

Result<StatementResult> StatementRunner::run_explain(const sql::Explain& explain) const {
  const auto* query = explain.statement->as<sql::QueryStatement>();
  if (query == nullptr || query->query->as<sql::Describe>() != nullptr)
    return error(ErrorCode::kNotSupported, "only queries can be explained yet").at(explain.statement->span);
  const plan::PlanPtr plan = TRUENO_TRY(plan_query(*query->query));
  const kernel::PipelinePlan pipelines = TRUENO_TRY(compile::compile(*plan, {}));
  std::vector<std::vector<std::string>> rows = {{"plan", plan::print(*plan)}};
  for (const kernel::Pipeline& pipeline : pipelines.pipelines) rows.push_back({"kernel program", kernel::print(*pipeline.program)});
  if (explain.analyze) {
    const StatementResult run = TRUENO_TRY(run_query(*query->query));
    std::string text;
    for (std::size_t i = 0; i < run.profile.size(); ++i) {
      const exec::PipelineProfile& p = run.profile[i];
      text += fmt::format("pipeline {} on {} ({}): {} -> {} rows, predicted {:.0f} us, measured {:.0f} us, {} parts skipped\n", i + 1,
                          p.device, p.reason, p.rows_in, p.rows_out, p.predicted_us, p.measured_us, p.parts_skipped);
    }
    rows.push_back({"measured", text});
  }
  return text_table({{"what", TypeId::kVarchar, false}, {"text", TypeId::kVarchar, false}}, rows);
}

}  // namespace trueno::session
