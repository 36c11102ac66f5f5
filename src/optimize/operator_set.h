#pragma once

#include <cstdint>
#include <type_traits>

#include "plan/plan.h"

namespace trueno::optimize {

/// Kinds of operators: bit i stands for alternative i of plan::Node.
using OperatorSet = std::uint32_t;

template <typename Operator, typename... All>
consteval OperatorSet bit_of(std::type_identity<std::variant<All...>>) {
  static_assert((std::is_same_v<Operator, All> || ...));
  OperatorSet bit = 1;
  (void)((std::is_same_v<Operator, All> || (bit <<= 1, false)) || ...);
  return bit;
}

template <typename... Operators>
consteval OperatorSet set_of() {
  return (bit_of<Operators>(std::type_identity<plan::Node>{}) | ...);
}

/// All that a plan is made of, but for what it shares with others.
[[nodiscard]] inline OperatorSet operators_of(const plan::Plan& plan) {
  OperatorSet set = OperatorSet{1} << plan.node.index();
  for (const plan::PlanPtr& input : plan.inputs) set |= operators_of(*input);
  return set;
}

}  // namespace trueno::optimize
