#pragma once

#include "plan/plan.h"

namespace trueno::optimize {

struct Options {
  bool optional_rules = true;      // false: only what compile needs
  bool statistics_answers = true;  // whether statistics may skip parts and answer without reading
};

/// A plan with the same rows in the same defined order, cheaper to run. Rules are listed in optimize.cc, one file each.
[[nodiscard]] Result<plan::PlanPtr> optimize(plan::PlanPtr plan, const plan::ConstantEvaluator& constants, const Options& options);

}  // namespace trueno::optimize
