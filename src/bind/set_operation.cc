// A union is a plan node. The distinct rows of the other two are a grouping over it: rows carry the side they come from. With ALL, equal
// rows are numbered on either side, so that the third one on the left meets the third one on the right.
#include "bind/set_operation.h"

#include <algorithm>

#include "base/name.h"
#include "function/descriptor.h"

namespace trueno::bind {

namespace {

using plan::Expression;
using plan::ExpressionKind;
using plan::PlanPtr;

// Unlike in an expression, a text column is no literal that adapts: a number that meets it becomes a text.
std::optional<Type> column_type(const Type& a, const Type& b) {
  if (a.id != b.id && a.id != TypeId::kNull && b.id != TypeId::kNull && (a.id == TypeId::kVarchar || b.id == TypeId::kVarchar))
    return a.is_nested() || b.is_nested() ? std::nullopt : std::optional<Type>(TypeId::kVarchar);
  return function::common_type(a, b);
}

// SELECT NULL has the type INTEGER, but takes any other.
Type type_of_output(const plan::Plan& plan, std::size_t column) {
  const auto* project = std::get_if<plan::Project>(&plan.node);
  if (project == nullptr) return plan.schema[column].type;
  const Expression& value = project->expressions[column];
  const Expression& inner = value.kind == ExpressionKind::kCast ? value.arguments[0] : value;
  const bool null = inner.kind == ExpressionKind::kLiteral && inner.value.is_null() && value.type.id == TypeId::kInteger;
  return null ? Type(TypeId::kNull) : plan.schema[column].type;
}

// Each input's place for each column of the result: by position, or BY NAME (-1: the input has none, so NULL).
Result<std::vector<std::vector<int>>> places(const sql::SetOperation& operation, const std::vector<PlanPtr>& inputs, Schema& schema) {
  std::vector<std::vector<int>> all;
  schema = inputs.front()->schema;
  for (std::size_t n = 0; operation.by_name && n < inputs.size(); ++n) {
    for (const Field& field : inputs[n]->schema) {
      if (std::ranges::none_of(schema, [&](const Field& f) { return same_name(f.name, field.name); })) schema.push_back(field);
    }
  }
  for (std::size_t n = 0; n < inputs.size(); ++n) {
    const Schema& own = inputs[n]->schema;
    if (!operation.by_name && own.size() != schema.size())
      return error(ErrorCode::kBinder, "the queries have {} and {} columns", schema.size(), own.size()).at(operation.inputs[n]->span);
    std::vector<int> place;
    for (std::size_t i = 0; i < schema.size(); ++i) {
      const auto named = std::ranges::find_if(own, [&](const Field& f) { return same_name(f.name, schema[i].name); });
      place.push_back(!operation.by_name ? static_cast<int>(i) : named == own.end() ? -1 : static_cast<int>(named - own.begin()));
    }
    all.push_back(std::move(place));
  }
  return all;
}

PlanPtr union_of(const Schema& schema, std::vector<PlanPtr> inputs) {
  PlanPtr all = plan::make_plan(plan::Union{}, schema);
  all->inputs = std::move(inputs);
  return all;
}

std::vector<Expression> columns(const Schema& schema, std::size_t count) {
  std::vector<Expression> out;
  for (std::size_t i = 0; i < count; ++i) out.push_back(Expression::column(static_cast<int>(i), schema[i].type));
  return out;
}

PlanPtr distinct(PlanPtr plan) {
  const Schema schema = plan->schema;
  plan::Aggregate groups;
  groups.keys = columns(schema, schema.size());
  return plan::make_plan(std::move(groups), schema, std::move(plan));
}

Expression equal(const Expression& value, int number, const function::Catalogue& functions) {
  Expression call;
  call.kind = ExpressionKind::kCall;
  call.function = functions.scalar("=");
  call.signature = {{TypeId::kInteger, TypeId::kInteger}, TypeId::kBoolean};
  call.type = TypeId::kBoolean;
  call.arguments = {value, Expression::literal(Value::integer(number))};
  return call;
}

// The distinct rows of the left that are also on the right, or are not: rows carry their side, groups know which sides they have.
PlanPtr rows_by_side(const Schema& schema, PlanPtr left, PlanPtr right, bool on_both, const function::Catalogue& functions) {
  Schema sided = schema;
  sided.push_back({"side", TypeId::kInteger, false});
  std::vector<PlanPtr> inputs;
  for (PlanPtr* input : {&left, &right}) {
    std::vector<Expression> outputs = columns(schema, schema.size());
    outputs.push_back(Expression::literal(Value::integer(input == &left ? 0 : 1)));
    inputs.push_back(plan::make_plan(plan::Project{std::move(outputs)}, sided, std::move(*input)));
  }
  plan::Aggregate groups;
  groups.keys = columns(schema, schema.size());
  const Expression side = Expression::column(static_cast<int>(schema.size()), TypeId::kInteger);
  for (const std::string_view name : {"min", "max"}) {
    plan::AggregateCall call;
    call.function = functions.aggregate(name);
    call.signature = {{TypeId::kInteger}, TypeId::kInteger};
    call.arguments = {side};
    groups.calls.push_back(std::move(call));
  }
  Schema grouped = schema;
  grouped.push_back({"first side", TypeId::kInteger, true});
  grouped.push_back({"last side", TypeId::kInteger, true});
  PlanPtr plan = plan::make_plan(std::move(groups), grouped, union_of(sided, std::move(inputs)));
  std::vector<Expression> terms;
  for (const int at : {0, 1}) {
    const Expression found = Expression::column(static_cast<int>(schema.size()) + at, TypeId::kInteger);
    terms.push_back(equal(found, at == 1 && on_both ? 1 : 0, functions));
  }
  plan = plan::make_plan(plan::Filter{plan::conjunction(std::move(terms))}, grouped, std::move(plan));
  return plan::make_plan(plan::Project{columns(schema, schema.size())}, schema, std::move(plan));
}

// -0 is +0, as in every set operation: x + 0.
PlanPtr with_one_zero(PlanPtr plan, const function::Catalogue& functions) {
  const Schema schema = plan->schema;
  if (std::ranges::none_of(schema, [](const Field& field) { return field.type.is_float(); })) return plan;
  std::vector<Expression> outputs = columns(schema, schema.size());
  for (Expression& e : outputs) {
    if (!e.type.is_float()) continue;
    Expression sum;
    sum.kind = ExpressionKind::kCall;
    sum.function = functions.scalar("+");
    sum.signature = {{e.type, e.type}, e.type};
    sum.type = e.type;
    sum.arguments = {std::move(e),
                     Expression::literal(Value(sum.type, sum.type.id == TypeId::kFloat ? Value::Payload(0.0F) : Value::Payload(0.0)))};
    e = std::move(sum);
  }
  return plan::make_plan(plan::Project{std::move(outputs)}, schema, std::move(plan));
}

// By key, as all rows of a set operation come.
PlanPtr rows_by_number(const Schema& schema, PlanPtr left, PlanPtr right, bool on_both) {
  plan::Join join;
  join.kind = on_both ? plan::JoinKind::kSemi : plan::JoinKind::kAnti;
  for (PlanPtr* input : {&left, &right}) *input = plan::with_row_number(std::move(*input), plan::all_columns(schema));
  for (const Expression& column : plan::all_columns(left->schema)) join.keys.push_back({column, column, true});
  return plan::first_columns(plan::make_join(std::move(join), std::move(left), std::move(right)), schema.size());
}

}  // namespace

Result<PlanPtr> bind_set_operation(const sql::SetOperation& operation, std::vector<PlanPtr> inputs, const Context& context) {
  Schema schema;
  const std::vector<std::vector<int>> place = TRUENO_TRY(places(operation, inputs, schema));
  for (std::size_t i = 0; i < schema.size(); ++i) {
    Type type = TypeId::kNull;
    for (std::size_t n = 0; n < inputs.size(); ++n) {
      if (place[n][i] < 0) continue;
      const Type own = type_of_output(*inputs[n], static_cast<std::size_t>(place[n][i]));
      const auto common = column_type(type, own);
      if (!common)
        return error(ErrorCode::kBinder, "column {} has no common type: {} and {}", i + 1, type.to_string(), own.to_string())
            .at(operation.inputs[n]->span);
      type = *common;
    }
    schema[i].type = type.id == TypeId::kNull ? Type(TypeId::kInteger) : type;
    schema[i].nullable = true;
  }
  for (std::size_t n = 0; n < inputs.size(); ++n) {
    std::vector<Expression> outputs;
    for (std::size_t i = 0; i < schema.size(); ++i) {
      const int at = place[n][i];
      outputs.push_back(
          at < 0 ? Expression::literal(Value::null(schema[i].type))
                 : Expression::cast(Expression::column(at, inputs[n]->schema[static_cast<std::size_t>(at)].type), schema[i].type));
    }
    inputs[n] = plan::make_plan(plan::Project{std::move(outputs)}, schema, std::move(inputs[n]));
  }
  if (operation.op == sql::SetOperator::kUnion) {
    PlanPtr all = union_of(schema, std::move(inputs));
    return operation.all ? std::move(all) : distinct(std::move(all));
  }
  const bool on_both = operation.op == sql::SetOperator::kIntersect;
  PlanPtr plan = std::move(inputs.front());
  for (std::size_t n = 1; n < inputs.size(); ++n)
    plan = operation.all ? rows_by_number(schema, with_one_zero(std::move(plan), context.functions), std::move(inputs[n]), on_both)
                         : rows_by_side(schema, std::move(plan), std::move(inputs[n]), on_both, context.functions);
  return plan;
}

}  // namespace trueno::bind
