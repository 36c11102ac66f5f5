#pragma once

#include <optional>
#include <span>

#include "function/descriptor.h"

namespace trueno::function {

// What is known of values before a program is made of them: enough to tell that an operation cannot fail.

using kernel::Range;

/// An operand: its type, its range, and its value where that is a literal.
struct Operand {
  Type type;
  Range range;
  const Value* literal = nullptr;
};

/// All values of a type; those of a literal; those of a column of a source with these statistics, which are taken at their word.
[[nodiscard]] Range range_of_type(const Type& type);
[[nodiscard]] Range range_of_literal(const Value& value);
[[nodiscard]] Range range_of_column(const Type& type, const ColumnStatistics& statistics, std::int64_t rows);
/// Values of either.
[[nodiscard]] Range either_range(const Range& a, const Range& b);

/// What a call, or a cast, gives for these operands; nothing where it may fail for some of them. It is lowered as the compiler lowers it:
/// safe is what leaves no instruction that checks.
[[nodiscard]] std::optional<Range> range_of_call(const ScalarFunction& function, const Signature& signature,
                                                 std::span<const Operand> operands);
[[nodiscard]] std::optional<Range> range_of_cast(const Operand& operand, const Type& type, bool trying);

}  // namespace trueno::function
