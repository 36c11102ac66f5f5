#include "compile/aggregate_inputs.h"

#include <algorithm>
#include <array>

namespace trueno::compile {

using kernel::Builder;
using kernel::ValueId;
using plan::Expression;

std::uint32_t accumulator(Builder& builder, const kernel::Accumulator& wanted) {
  auto& list = builder.program().sink.accumulators;
  const auto found = std::ranges::find(list, wanted);
  if (found != list.end()) return static_cast<std::uint32_t>(found - list.begin());
  list.push_back(wanted);
  return static_cast<std::uint32_t>(list.size() - 1);
}

void make_pairs(Builder& builder, std::vector<ValueId>& values, function::AggregateInput input) {
  const auto where_valid = [&](ValueId other, ValueId value) {
    if (!builder.at(other).range.nullable) return value;
    const Type type = builder.at(value).type;
    const ValueId valid = builder.emit(kernel::Opcode::kIsNotNull, TypeId::kBoolean, {other});
    return builder.emit(kernel::Opcode::kSelect, type, {valid, value, builder.constant(Value::null(type))});
  };
  switch (input) {
    case function::AggregateInput::kValue: return;
    case function::AggregateInput::kPairs: values = {where_valid(values[0], values[1]), where_valid(values[1], values[0])}; return;
    case function::AggregateInput::kFirst: values = {where_valid(values[1], values[0])}; return;
    case function::AggregateInput::kSecond: values = {where_valid(values[0], values[1])}; return;
  }
}

void add_moment_sums(Builder& builder, kernel::Output& output, const std::vector<ValueId>& values) {
  using kernel::MomentSum;
  const ValueId x = values[0];
  const ValueId y = values.back();
  const auto sum = [](ValueId value) { return kernel::Accumulator{kernel::AccumulatorKind::kSumFloat, value}; };
  const auto power = [](ValueId value, int exponent) {
    return kernel::Accumulator{kernel::AccumulatorKind::kSumProduct, value, kernel::kNoValue, exponent};
  };
  const std::array<kernel::Accumulator, kernel::kMomentSums> sums = {
      sum(x), power(x, 2), power(x, 3), power(x, 4), sum(y), power(y, 2), {kernel::AccumulatorKind::kSumProduct, x, y, 1}};
  for (std::size_t i = 0; i < sums.size(); ++i) {
    if (kernel::reads(output.moment, static_cast<MomentSum>(i))) output.sums[i] = accumulator(builder, sums[i]);
  }
}

std::optional<AddedConstant> added_constant(const Expression& e) {
  if (e.kind != plan::ExpressionKind::kCall || e.arguments.size() != 2 || !(e.type.is_integer() || e.type.id == TypeId::kDecimal))
    return std::nullopt;
  const bool adds = e.function->name == "+";
  if (!adds && e.function->name != "-") return std::nullopt;
  const auto fits = [&](const Expression& part) { return part.type.id == e.type.id && part.type.scale == e.type.scale; };
  const auto number = [&](const Expression& part) {
    return part.kind == plan::ExpressionKind::kLiteral && !part.value.is_null() && fits(part);
  };
  const std::size_t rest = adds && number(e.arguments[0]) ? 1 : 0;
  const Expression& constant = e.arguments[1 - rest];
  if (!number(constant) || !fits(e.arguments[rest])) return std::nullopt;
  const i128 value = constant.value.as_integer();
  if (value > INT64_MAX || value < -INT64_MAX) return std::nullopt;
  return AddedConstant{rest, adds ? value : -value};
}

}  // namespace trueno::compile
