// What one place alone reads is not shared: the rules go through it.
//
//   Filter x > 1                    Filter x > 1
//     Rows of w               ->      Scan t
//       Scan t
//
// WITH ... AS MATERIALIZED stays: the query asks for it.
#include <map>

#include "optimize/rules.h"

namespace trueno::optimize {

namespace {

using Uses = std::map<const plan::SharedPlan*, int>;

void count(const plan::Plan& plan, Uses& uses) {
  if (const auto* shared = std::get_if<plan::Shared>(&plan.node); shared != nullptr && ++uses[shared->plan.get()] == 1)
    count(*shared->plan->plan, uses);
  for (const plan::PlanPtr& input : plan.inputs) count(*input, uses);
}

// `seen`: what is shared and has been gone through.
void replace(plan::PlanPtr& plan, const Uses& uses, Uses& seen) {
  if (auto* shared = std::get_if<plan::Shared>(&plan->node)) {
    plan::SharedPlan& inner = *shared->plan;
    if (++seen[&inner] == 1) replace(inner.plan, uses, seen);
    if (uses.at(&inner) == 1 && !inner.materialized) {
      Schema schema = std::move(plan->schema);
      plan = std::move(inner.plan);
      plan->schema = std::move(schema);  // WITH may have named its columns
    }
    return;
  }
  for (plan::PlanPtr& input : plan->inputs) replace(input, uses, seen);
}

}  // namespace

Result<plan::PlanPtr> inline_shared(plan::PlanPtr plan, const plan::ConstantEvaluator&) {
  Uses uses;
  count(*plan, uses);
  Uses seen;
  replace(plan, uses, seen);
  return plan;
}

}  // namespace trueno::optimize
