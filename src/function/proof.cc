#include "function/proof.h"

namespace trueno::function {

namespace {

using kernel::Builder;
using kernel::ValueId;

std::vector<ValueId> write(Builder& builder, std::span<const Operand> operands) {
  std::vector<ValueId> values;
  for (std::size_t i = 0; i < operands.size(); ++i) {
    const Operand& operand = operands[i];
    if (operand.literal == nullptr) {
      values.push_back(builder.column({"", operand.type, static_cast<int>(i), false}, operand.range, false));
    } else if (operand.literal->is_null() || operand.type.id == TypeId::kBoolean) {
      values.push_back(builder.constant(*operand.literal));
    } else {
      values.push_back(builder.parameter(operand.type, "", operand.literal, static_cast<std::uint32_t>(i)));
    }
  }
  return values;
}

std::optional<Range> range_unless_checked(const Builder& builder, const Result<ValueId>& value) {
  if (!value) return std::nullopt;
  for (const kernel::Instruction& i : builder.program().instructions) {
    if (i.checked) return std::nullopt;
  }
  return builder.at(*value).range;
}

}  // namespace

Range range_of_type(const Type& type) {
  const auto limits = kernel::limits_of(type);
  return limits ? Range::of(limits->min, limits->max, true) : Range::unknown();
}

Range range_of_literal(const Value& value) {
  if (value.is_null() || !is_integer(value.type().physical())) return range_of_type(value.type());
  return Range::of(value.as_integer(), value.as_integer());
}

Range range_of_column(const Type& type, const ColumnStatistics& statistics, std::int64_t rows) {
  Range range = kernel::range_from_statistics(type, statistics, rows);
  range.proven = true;
  return range.bounded() ? range : range_of_type(type);
}

Range either_range(const Range& a, const Range& b) { return kernel::range_union(a, b); }

std::optional<Range> range_of_call(const ScalarFunction& function, const Signature& signature, std::span<const Operand> operands) {
  Builder builder;
  const std::vector<ValueId> values = write(builder, operands);
  return range_unless_checked(builder, function.lower(builder, values, signature));
}

std::optional<Range> range_of_cast(const Operand& operand, const Type& type, bool trying) {
  Builder builder;
  const std::vector<ValueId> values = write(builder, {&operand, 1});
  return range_unless_checked(builder, builder.cast(values.front(), type, trying));
}

}  // namespace trueno::function
