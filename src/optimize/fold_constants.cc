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

struct Folder {
  const plan::ConstantEvaluator& constants;
  void operator()(plan::Scan&) const {}
  void operator()(plan::Limit&) const {}
  void operator()(plan::Union&) const {}
  void operator()(plan::Numbered&) const {}
  void operator()(plan::Join& join) const {
    for (plan::JoinKey& key : join.keys) {
      fold(key.left, constants);
      fold(key.right, constants);
    }
    if (join.condition) fold(*join.condition, constants);
    if (join.any) fold(*join.any, constants);
  }
  void operator()(plan::Values& values) const {
    for (auto& row : values.rows) {
      for (Expression& e : row) fold(e, constants);
    }
  }
  void operator()(plan::Filter& filter) const { fold(filter.condition, constants); }
  void operator()(plan::Project& project) const {
    for (Expression& e : project.expressions) fold(e, constants);
  }
  void operator()(plan::Aggregate& aggregate) const {
    for (Expression& e : aggregate.keys) fold(e, constants);
    for (plan::AggregateCall& call : aggregate.calls) {
      for (Expression& e : call.arguments) fold(e, constants);
      if (call.filter) fold(*call.filter, constants);
    }
  }
  void operator()(plan::Sort& sort) const {
    for (plan::SortOrder& order : sort.orders) fold(order.expression, constants);
  }
  void operator()(plan::TopN& top) const {
    for (plan::SortOrder& order : top.orders) fold(order.expression, constants);
  }
};

}  // namespace

Result<plan::PlanPtr> fold_constants(plan::PlanPtr plan, const plan::ConstantEvaluator& constants) {
  for (plan::PlanPtr& input : plan->inputs) input = TRUENO_TRY(fold_constants(std::move(input), constants));
  std::visit(Folder{constants}, plan->node);
  return plan;
}

}  // namespace trueno::optimize
