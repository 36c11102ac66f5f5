#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/int128.h"
#include "function/descriptor.h"
#include "kernel/builder.h"
#include "plan/expression.h"

namespace trueno::compile {

/// The number of an accumulator of the sink; shared between the calls that need the same one.
[[nodiscard]] std::uint32_t accumulator(kernel::Builder& builder, const kernel::Accumulator& wanted);
/// Makes two values what an aggregate of pairs reads of them: both NULL where one of them is, or one of them alone.
void make_pairs(kernel::Builder& builder, std::vector<kernel::ValueId>& values, function::AggregateInput input);
/// The sums of one value or a pair that the moment is made of.
void add_moment_sums(kernel::Builder& builder, kernel::Output& output, const std::vector<kernel::ValueId>& values);

/// x + c, c + x, x - c of whole numbers or of decimals of one scale.
struct AddedConstant {
  std::size_t rest = 0;  // which argument is x
  i128 value = 0;        // c, or -c; fits 64 bits
};
[[nodiscard]] std::optional<AddedConstant> added_constant(const plan::Expression& e);

}  // namespace trueno::compile
