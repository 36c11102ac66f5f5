#pragma once

#include "plan/plan.h"

namespace trueno::session {

/// Tells sources what is asked of them, as the last step before a plan is compiled: sets of files leave files out whose partitions or names
/// a Filter right above the scan excludes, and open the others.
[[nodiscard]] Status narrow_scans(plan::Plan& plan, const plan::ConstantEvaluator& constants);

}  // namespace trueno::session
