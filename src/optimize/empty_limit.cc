// LIMIT 0 reads nothing: what is below it becomes a source without rows.
//
//   Limit 0             ->    Limit 0
//     Sort x                    Scan nothing
//       Scan t
//
// Not optional: rows past a satisfied LIMIT raise no error, and here no row is wanted.
#include "optimize/no_rows.h"
#include "optimize/rules.h"

namespace trueno::optimize {

Result<plan::PlanPtr> empty_limit(plan::PlanPtr plan, const plan::ConstantEvaluator& constants) {
  const auto* limit = std::get_if<plan::Limit>(&plan->node);
  if (limit != nullptr && limit->limit == 0) {
    plan->inputs.front() = no_rows(plan->schema);
    return plan;
  }
  for (plan::PlanPtr& input : plan->inputs) input = TRUENO_TRY(empty_limit(std::move(input), constants));
  return plan;
}

}  // namespace trueno::optimize
