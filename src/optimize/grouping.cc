#include "optimize/grouping.h"

namespace trueno::optimize {

using plan::Expression;

bool equal_is_same(const Type& type) {
  return type.is_integer() || type.id == TypeId::kBoolean || type.id == TypeId::kDecimal || type.id == TypeId::kDate ||
         type.id == TypeId::kTimestamp || type.id == TypeId::kVarchar;
}

bool cannot_fail(const plan::AggregateCall& call) {
  if (call.function->may_fail) return false;
  constexpr int kMostDigits = 19;  // 10^19 values of 10^19 fit 38 digits
  if (call.function->finish != kernel::FinishKind::kSum) return call.function->finish != kernel::FinishKind::kMoment;
  const Type& type = call.arguments.front().type;
  return type.is_float() || type.physical() != Physical::kI128 || (type.id == TypeId::kDecimal && type.precision <= kMostDigits);
}

bool ignores_repeats(const plan::AggregateCall& call) {
  const function::AggregateFunction& function = *call.function;
  if (function.observes_order()) return false;
  if (function.ignores_repeats) return true;
  if (function.fold != nullptr) return false;
  if (function.finish == kernel::FinishKind::kExtreme) return true;
  return function.finish == kernel::FinishKind::kBits && function.accumulator(call.signature.result) != kernel::AccumulatorKind::kBitXor;
}

std::optional<Grouping> below_projections(plan::Plan& plan) {
  plan::Plan computed;  // the aggregate alone
  computed.node = std::get<plan::Aggregate>(plan.node);
  plan::PlanPtr* below = &plan.inputs.front();
  while (const auto* project = std::get_if<plan::Project>(&(*below)->node)) {
    std::vector<Expression> all;
    plan::for_each_expression(computed, [&](Expression& e) { all.push_back(e); });
    if (plan::repeats_work(all, project->expressions)) return std::nullopt;
    plan::for_each_expression(computed, [&](Expression& e) { e = plan::substitute(e, project->expressions); });
    below = &(*below)->inputs.front();
  }
  return Grouping{std::move(std::get<plan::Aggregate>(computed.node)), below};
}

}  // namespace trueno::optimize
