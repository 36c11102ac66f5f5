#include "optimize/observed_order.h"

#include <algorithm>

#include "optimize/push_into_join.h"

namespace trueno::optimize {

bool shows_order_of(const plan::Plan& plan, std::size_t input, bool observed) {
  if (const auto* aggregate = std::get_if<plan::Aggregate>(&plan.node)) {  // its rows come by key
    return std::ranges::any_of(aggregate->calls, [](const plan::AggregateCall& call) { return call.function->observes_order(); });
  }
  if (const auto* join = std::get_if<plan::Join>(&plan.node)) {
    const bool looks = join->kind == plan::JoinKind::kSemi || join->kind == plan::JoinKind::kAnti || join->kind == plan::JoinKind::kMark;
    return observed && !(looks && input == 1);
  }
  // Which rows come out, how they are numbered, and which of equal ones comes first, is told by their order.
  return observed || std::holds_alternative<plan::Limit>(plan.node) || std::holds_alternative<plan::Sort>(plan.node) ||
         std::holds_alternative<plan::TopN>(plan.node) || std::holds_alternative<plan::Numbered>(plan.node) ||
         std::holds_alternative<plan::RowNumber>(plan.node);
}

bool shows_order_or_error_of(const plan::Plan& plan, std::size_t input, bool observed) {
  return shows_order_of(plan, input, observed) || plan::any_expression(plan, [](const plan::Expression& e) { return !is_safe(e); });
}

}  // namespace trueno::optimize
