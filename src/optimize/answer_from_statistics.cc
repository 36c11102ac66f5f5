// Statistics answers: counts and extremes of a whole table come from what is known of its parts.
//
//   Aggregate count(*), max(x)        Values (6001215, 1998-12-01)
//     Scan t                    ->
//
// Only over a bare scan, and only from what cannot be wrong: bounds that our own code computed and that occur as values, NULL counts it
// counted, row counts that every scan gives. Floats only where it is known that no NaN is among them, since bounds leave NaN out.
#include <algorithm>

#include "optimize/rules.h"

namespace trueno::optimize {

namespace {

using plan::Expression;
using plan::ExpressionKind;

// What one call gives over all rows of the scan; nothing when the statistics do not say.
std::optional<Value> answer(const plan::AggregateCall& call, const plan::Scan& scan, std::int64_t rows) {
  if (call.filter || call.arguments.size() > 1 || call.function->fold != nullptr) return std::nullopt;
  const bool counts = call.function->finish == kernel::FinishKind::kCount;
  if (call.arguments.empty()) return counts ? std::optional(Value::integer(rows, call.signature.result)) : std::nullopt;
  const Expression& argument = call.arguments[0];
  if (argument.kind != ExpressionKind::kColumn) return std::nullopt;
  const ColumnStatistics statistics = scan.source->column_statistics(scan.columns[static_cast<std::size_t>(argument.index)]);
  if (!statistics.proven || !statistics.null_count) return std::nullopt;
  if (counts) return Value::integer(rows - *statistics.null_count, call.signature.result);
  if (call.function->finish != kernel::FinishKind::kExtreme || !(argument.type == call.signature.result)) return std::nullopt;
  if (*statistics.null_count == rows) return Value::null(argument.type);
  if (!statistics.exact_bounds || !statistics.min || !statistics.max) return std::nullopt;
  if (argument.type.is_float() && (!statistics.span || statistics.span->has_nan)) return std::nullopt;
  const bool least = call.function->accumulator(argument.type) == kernel::AccumulatorKind::kMin;
  const Value& bound = least ? *statistics.min : *statistics.max;
  if (argument.type.id == TypeId::kInterval) return std::nullopt;  // equal intervals have several forms, results have one
  if (argument.type.is_float() && bound.as_double() == 0) {        // and so have zeros
    return argument.type.id == TypeId::kFloat ? Value(argument.type, 0.0F) : Value(argument.type, 0.0);
  }
  return bound;
}

}  // namespace

Result<plan::PlanPtr> answer_from_statistics(plan::PlanPtr plan, const plan::ConstantEvaluator& constants) {
  for (plan::PlanPtr& input : plan->inputs) input = TRUENO_TRY(answer_from_statistics(std::move(input), constants));
  const auto* aggregate = std::get_if<plan::Aggregate>(&plan->node);
  if (aggregate == nullptr || !aggregate->keys.empty()) return plan;
  const auto* scan = std::get_if<plan::Scan>(&plan->input().node);
  if (scan == nullptr || !scan->predicate.conditions.empty()) return plan;
  const std::optional<std::int64_t> rows = scan->source->row_count();
  if (!rows) return plan;
  plan::Values values;
  values.rows.emplace_back();
  for (const plan::AggregateCall& call : aggregate->calls) {
    const std::optional<Value> value = answer(call, *scan, *rows);
    if (!value) return plan;
    values.rows.front().push_back(Expression::literal(*value));
  }
  return plan::make_plan(std::move(values), plan->schema);
}

}  // namespace trueno::optimize
