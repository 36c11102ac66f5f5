#pragma once

#include <cstdint>
#include <optional>

#include "column/value.h"

namespace trueno {

/// Which binary digits the finite, non-zero values of a float column use: every value is a multiple of 2^lowest_bit and smaller than
/// 2^(highest_bit + 1). From it follow the limbs an exact sum needs (design §4.2).
struct FloatSpan {
  std::int32_t lowest_bit = 1 << 20;  // > highest_bit: no finite, non-zero value
  std::int32_t highest_bit = -(1 << 20);
  bool has_nan = false;
  bool has_infinity = false;
  [[nodiscard]] bool empty() const { return lowest_bit > highest_bit; }
  void include(const FloatSpan& other);
  bool operator==(const FloatSpan&) const = default;
};

/// The span of one value.
[[nodiscard]] FloatSpan span_of(double value);

/// What is known of a column chunk. `proven`: computed by our own decoder or writer; otherwise a file or caller claimed it, which may
/// prune and estimate but never removes a check. Bounds are in the column's type; absent = unknown (or no valid row).
struct ColumnStatistics {
  std::optional<Value> min;
  std::optional<Value> max;
  std::optional<std::int64_t> null_count;
  std::optional<std::int64_t> distinct_count;  // an estimate
  std::optional<FloatSpan> span;
  bool exact_bounds = false;  // min and max are values that occur (not truncated or widened)
  bool proven = false;
};

/// Bounds that hold for the rows of both.
[[nodiscard]] ColumnStatistics merge_statistics(const ColumnStatistics& a, const ColumnStatistics& b);

/// Order of two non-NULL values of one type as SQL compares them: NaN greatest, -0 = +0, strings by bytes.
[[nodiscard]] int compare_values(const Value& a, const Value& b);

}  // namespace trueno
