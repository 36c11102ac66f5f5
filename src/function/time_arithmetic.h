#pragma once

#include <optional>
#include <span>

#include "function/descriptor.h"

namespace trueno::function {

// The operators + - * / where a date, time, timestamp or interval takes part. The signatures are empty where none does, or none fits.

[[nodiscard]] std::optional<Signature> time_sum(const Type& a, const Type& b);
[[nodiscard]] std::optional<Signature> time_difference(const Type& a, const Type& b);
[[nodiscard]] std::optional<Signature> interval_product(const Type& a, const Type& b);
[[nodiscard]] std::optional<Signature> interval_quotient(const Type& a, const Type& b);

[[nodiscard]] Result<kernel::ValueId> lower_time_sum(kernel::Builder& b, std::span<const kernel::ValueId> args, const Signature& signature);
/// Of two operands, or the negation of one INTERVAL.
[[nodiscard]] Result<kernel::ValueId> lower_time_difference(kernel::Builder& b, std::span<const kernel::ValueId> args,
                                                            const Signature& signature);
[[nodiscard]] Result<kernel::ValueId> lower_interval_product(kernel::Builder& b, std::span<const kernel::ValueId> args,
                                                             const Signature& signature);
[[nodiscard]] Result<kernel::ValueId> lower_interval_quotient(kernel::Builder& b, std::span<const kernel::ValueId> args,
                                                              const Signature& signature);

}  // namespace trueno::function
