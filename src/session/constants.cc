#include "session/constants.h"

#include "compile/compile.h"
#include "exec/run.h"

namespace trueno::session {

Result<Value> Constants::evaluate(const plan::Expression& expression) const {
  if (expression.kind == plan::ExpressionKind::kLiteral || expression.kind == plan::ExpressionKind::kParameter) return expression.value;
  const kernel::PipelinePlan plan = TRUENO_TRY(compile::compile_expression(expression));
  exec::Options options;
  options.policy = dispatch::Policy::kScalar;
  options.policy.learning = options.policy.recorded = false;
  const exec::Output output = TRUENO_TRY(exec::run(plan, devices_, options, CancelToken()));
  return output.rows.columns[0].value(0);
}

}  // namespace trueno::session
