#pragma once

#include "plan/plan.h"

namespace trueno::session {

/// The place in the statement that a failure of its run came from, found afterwards: programs know nothing of texts. A constant that fails
/// in the same way, or else the only operation of the plan that fails like this. Empty where that is none or several.
[[nodiscard]] SourceSpan place_of(const Error& failure, const plan::Plan& plan, const plan::ConstantEvaluator& constants);

}  // namespace trueno::session
