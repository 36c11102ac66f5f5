// DESCRIBE and SUMMARIZE as queries. DESCRIBE is a table of constants; SUMMARIZE one aggregation over all columns, whose one row is then
// cut into a row for each column.
#include <array>

#include "bind/query_binder.h"

namespace trueno::bind {

using plan::Expression;
using plan::PlanPtr;

namespace {

Expression text(std::string value) { return Expression::literal(Value::varchar(std::move(value))); }
Expression no_text() { return Expression::literal(Value::null(TypeId::kVarchar)); }

// The calls of SUMMARIZE over a column; a call that there is not for its type is none of them.
struct Measures {
  int least = -1;
  int greatest = -1;
  int different = -1;
  int average = -1;
  int deviation = -1;
  std::array<int, 3> quartiles = {-1, -1, -1};
  int valid = -1;
};

class Summary {
 public:
  Summary(const Context& context, const ExpressionBinder& binder, SourceSpan span) : context_(context), binder_(binder), span_(span) {}

  Result<PlanPtr> over(PlanPtr input) {
    const Schema schema = input->schema;
    std::vector<Measures> measures;
    const int rows = add("count", std::nullopt, false);
    for (std::size_t i = 0; i < schema.size(); ++i) {
      const Expression column = Expression::column(static_cast<int>(i), schema[i].type);
      const bool number = schema[i].type.is_numeric();
      const bool scale = number || schema[i].type.is_temporal();
      Measures& m = measures.emplace_back();
      m.least = add("min", column, false);
      m.greatest = add("max", column, false);
      m.different = add("count", column, true);
      m.average = scale ? add("avg", column, false) : -1;
      m.deviation = number ? add("stddev", column, false) : -1;
      for (std::size_t q = 0; q < m.quartiles.size() && scale; ++q)
        m.quartiles[q] = add("approx_quantile", column, false, 0.25 * static_cast<double>(q + 1));
      m.valid = add("count", column, false);
    }
    const auto all = plan::share(plan::make_plan(std::move(aggregate_), schema_, std::move(input)), "the measures");
    PlanPtr table;
    for (std::size_t i = 0; i < schema.size(); ++i) {
      PlanPtr row = TRUENO_TRY(row_of(schema[i], measures[i], rows, plan::read(all)));
      if (!table) table = plan::make_plan(plan::Union{}, row->schema);
      table->inputs.push_back(std::move(row));
    }
    return table;
  }

 private:
  // The number of the call's column, -1 where there is no such call.
  int add(std::string_view name, const std::optional<Expression>& argument, bool distinct, std::optional<double> fraction = {}) {
    plan::AggregateCall call;
    call.function = context_.functions.aggregate(name);
    if (call.function == nullptr) return -1;
    std::vector<Type> types;
    std::vector<const Value*> literals;
    if (argument) {
      types.push_back(argument->type);
      literals.push_back(nullptr);
    }
    if (fraction) {
      call.constants.push_back(Value::floating(*fraction));
      types.push_back(TypeId::kDouble);
      literals.push_back(&call.constants.back());
    }
    function::BindContext types_context = context_.types;
    types_context.literals = literals;
    types_context.name = name;
    Result<function::Signature> signature = call.function->bind(types, types_context);
    if (!signature) return -1;
    call.signature = std::move(*signature);
    if (argument) {
      Result<Expression> converted = binder_.convert(*argument, call.signature.arguments[0]);
      if (!converted) return -1;
      call.arguments.push_back(std::move(*converted));
    }
    if (call.function->is_quantile) call.constants.push_back(Value::boolean(false));  // ascending
    call.distinct = distinct;
    schema_.push_back({std::string(name), call.signature.result, true});
    aggregate_.calls.push_back(std::move(call));
    return static_cast<int>(schema_.size()) - 1;
  }

  Expression measure(int number) const {
    return number < 0 ? no_text() : Expression::column(number, schema_[static_cast<std::size_t>(number)].type);
  }

  Result<PlanPtr> row_of(const Field& field, const Measures& m, int rows, PlanPtr all) const {
    Schema schema;
    std::vector<Expression> outputs;
    const auto put = [&](std::string_view name, Expression value, const Type& type) -> Status {
      outputs.push_back(TRUENO_TRY(binder_.convert(std::move(value), type)));
      schema.push_back({std::string(name), type, true});
      return {};
    };
    TRUENO_TRY(put("column_name", text(field.name), TypeId::kVarchar));
    TRUENO_TRY(put("column_type", text(field.type.to_string()), TypeId::kVarchar));
    TRUENO_TRY(put("min", measure(m.least), TypeId::kVarchar));
    TRUENO_TRY(put("max", measure(m.greatest), TypeId::kVarchar));
    TRUENO_TRY(put("approx_unique", measure(m.different), TypeId::kBigInt));
    TRUENO_TRY(put("avg", measure(m.average), TypeId::kVarchar));
    TRUENO_TRY(put("std", measure(m.deviation), TypeId::kVarchar));
    for (std::size_t q = 0; q < m.quartiles.size(); ++q)
      TRUENO_TRY(put(std::array{"q25", "q50", "q75"}[q], measure(m.quartiles[q]), TypeId::kVarchar));
    TRUENO_TRY(put("count", measure(rows), TypeId::kBigInt));
    TRUENO_TRY(put("null_percentage", TRUENO_TRY(null_part(m.valid, rows)), Type::decimal(9, 2)));
    return plan::make_plan(plan::Project{std::move(outputs)}, std::move(schema), std::move(all));
  }

  // 100 * (1 - valid / rows), NULL of no rows.
  Result<Expression> null_part(int valid, int rows) const {
    const auto as_double = [&](int number) { return Expression::cast(measure(number), TypeId::kDouble); };
    const auto number = [](double value) { return Expression::literal(Value::floating(value)); };
    Expression part = TRUENO_TRY(binder_.call("/", {as_double(valid), as_double(rows)}, span_));
    part = TRUENO_TRY(binder_.call("-", {number(1), std::move(part)}, span_));
    part = TRUENO_TRY(binder_.call("*", {std::move(part), number(100)}, span_));
    Expression some = TRUENO_TRY(binder_.call(">", {measure(rows), Expression::literal(Value::bigint(0))}, span_));
    return Expression::where(std::move(some), std::move(part));
  }

  const Context& context_;
  const ExpressionBinder& binder_;
  SourceSpan span_;
  plan::Aggregate aggregate_;
  Schema schema_;
};

}  // namespace

Result<PlanPtr> QueryBinder::bind_describe(const sql::Describe& node, SourceSpan span) {
  PlanPtr input;
  if (node.query) {
    const bool rested = std::exchange(rests_, rests_ || !node.summarize);
    auto bound = bind(*node.query);
    rests_ = rested;
    input = TRUENO_TRY(std::move(bound));
  } else {
    const sql::TableRef table(sql::NamedTable{node.table, false}, node.table.span());
    Relation relation = TRUENO_TRY(bind_table(table));
    std::size_t columns = relation.scope.columns.size();
    while (columns > 0 && relation.scope.columns[columns - 1].implicit) --columns;
    input = plan::first_columns(std::move(relation.plan), columns);
  }
  if (node.summarize) {
    const Scope nothing;
    const ExpressionBinder binder(context_, nothing);
    return Summary(context_, binder, span).over(std::move(input));
  }
  Schema schema;
  for (const char* name : {"column_name", "column_type", "null", "key", "default", "extra"})
    schema.push_back({name, TypeId::kVarchar, true});
  std::vector<std::vector<Expression>> rows;
  for (const Field& field : input->schema)
    rows.push_back({text(field.name), text(field.type.to_string()), text("YES"), no_text(), no_text(), no_text()});
  return scan(TRUENO_TRY(context_.names.values(schema, rows)), "").plan;
}

}  // namespace trueno::bind
