#include "function/combination.h"

namespace trueno::function {

namespace {

kernel::AccumulatorKind sum_of_integers(const Type&) { return kernel::AccumulatorKind::kSumInteger; }

// SUM, but with the type of what it sums: counts of rows that exist fit, and so do sums that cannot fail. Rules make calls of it, and plans
// show it; SQL has no name for it.
const AggregateFunction& sum_of_parts() {
  static const AggregateFunction the_one = [] {
    AggregateFunction function;
    function.name = "sum_of_parts";
    function.finish = kernel::FinishKind::kSum;
    function.accumulator = sum_of_integers;
    return function;
  }();
  return the_one;
}

}  // namespace

std::optional<Combination> combination_of(const AggregateFunction& function, const Signature& signature) {
  if (function.fold != nullptr || function.state != StateKind::kFixed || function.input != AggregateInput::kValue) return std::nullopt;
  const Type& type = signature.result;
  switch (function.finish) {
    case kernel::FinishKind::kCount: return Combination{&sum_of_parts(), {{type}, type}};
    case kernel::FinishKind::kExtreme:
    case kernel::FinishKind::kBits: return Combination{&function, {{type}, type}};
    case kernel::FinishKind::kSum:
      if (type.is_float()) return std::nullopt;
      return Combination{&sum_of_parts(), {{type}, type}};
    case kernel::FinishKind::kAverage:
    case kernel::FinishKind::kMoment: return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace trueno::function
