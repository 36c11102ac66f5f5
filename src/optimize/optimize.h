#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "plan/plan.h"

namespace trueno::optimize {

struct Options {
  bool optional_rules = true;         // false: only what compile needs
  bool statistics_answers = true;     // whether statistics may skip parts and answer without reading
  std::vector<std::string> disabled;  // rules that are left out, by name
};

/// A plan with the same rows in the same defined order, cheaper to run. Rules are listed in optimize.cc, one file each.
[[nodiscard]] Result<plan::PlanPtr> optimize(plan::PlanPtr plan, const plan::ConstantEvaluator& constants, const Options& options);

/// Names of every rule that may be left out, in the order they run: none of them changes a result.
[[nodiscard]] std::vector<std::string> optional_rules();

/// The rules that a list of names ("push_down_filters, order_joins") means. DuckDB's names are taken too: each stands for the rules here
/// that do the same, which may be none. kInvalidInput for a name that neither has, and for a rule that is always applied.
[[nodiscard]] Result<std::vector<std::string>> rules_named(std::string_view list);

}  // namespace trueno::optimize
