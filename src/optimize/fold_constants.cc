// Constant folding: an expression without columns becomes its value.
//
//   Filter x > 1 + 2   ->   Filter x > 3
//
// Not folded: what fails (the error belongs to the run, and only to rows that reach it) and what already is a literal.
#include "optimize/rules.h"

namespace trueno::optimize {

namespace {

using plan::Expression;
using plan::ExpressionKind;

void fold(Expression& e, const plan::ConstantEvaluator& constants) {
  if (e.kind == ExpressionKind::kLiteral || e.kind == ExpressionKind::kParameter || e.kind == ExpressionKind::kColumn) return;
  if (e.is_constant()) {
    if (auto value = constants.evaluate(e)) {
      const SourceSpan span = e.span;
      const Type type = e.type;
      e = Expression::literal(Value(type, value->payload()));
      e.span = span;
    }
    return;
  }
  for (Expression& argument : e.arguments) fold(argument, constants);
}

}  // namespace

Result<plan::PlanPtr> fold_constants(plan::PlanPtr plan, const plan::ConstantEvaluator& constants) {
  for (plan::PlanPtr& input : plan->inputs) input = TRUENO_TRY(fold_constants(std::move(input), constants));
  plan::for_each_expression(*plan, [&](Expression& e) { fold(e, constants); });
  return plan;
}

}  // namespace trueno::optimize
