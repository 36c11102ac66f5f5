#pragma once

#include "backend/simd/vector.h"

namespace trueno::backend::simd {

/// Hash of one valid value of a key; equal keys (-0 = +0, one NaN, intervals by length) have equal hashes.
[[nodiscard]] std::uint64_t hash_value(const Vector& vector, std::size_t row);
/// Whether two valid values of one lane are one key.
[[nodiscard]] bool same_value(const Vector& a, std::size_t a_row, const Vector& b, std::size_t b_row);

/// Bits of a float that are the same for equal keys.
[[nodiscard]] std::uint64_t key_bits(double value);
[[nodiscard]] std::uint64_t key_bits(float value);

}  // namespace trueno::backend::simd
