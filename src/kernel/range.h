#pragma once

#include <optional>

#include "column/statistics.h"

namespace trueno::kernel {

/// What is known of every valid value of an instruction. Integers of all kinds (booleans, dates, unscaled decimals, codes) have bounds,
/// floats have a span. A range never changes a logical type; it removes checks, narrows lanes and sizes tables.
///
/// `proven`: follows from our own decoder or writer, so a check may be dropped. Otherwise a file claimed it: good for estimates only,
/// unless the `column` instruction verifies it while it decodes.
struct Range {
  std::optional<i128> min;
  std::optional<i128> max;
  std::optional<FloatSpan> span;
  bool nullable = true;
  bool proven = false;

  [[nodiscard]] bool bounded() const { return min.has_value() && max.has_value(); }
  /// Both bounds are proven and lie in [low, high].
  [[nodiscard]] bool proven_within(i128 low, i128 high) const { return proven && bounded() && *min >= low && *max <= high; }
  [[nodiscard]] static Range of(i128 low, i128 high, bool nullable_values = false) {
    return {low, high, std::nullopt, nullable_values, true};
  }
  [[nodiscard]] static Range unknown() { return {}; }
};

/// Bounds of every value the type can hold: physical limits, or +-(10^p - 1) for DECIMAL(p, s). Nothing for floats and strings.
struct TypeLimits {
  i128 min = 0;
  i128 max = 0;
};
[[nodiscard]] std::optional<TypeLimits> limits_of(const Type& type);

/// Range of a op b, computed on the bounds; unknown where a bound is missing or leaves 128 bits.
[[nodiscard]] Range range_add(const Range& a, const Range& b);
[[nodiscard]] Range range_subtract(const Range& a, const Range& b);
[[nodiscard]] Range range_multiply(const Range& a, const Range& b);
[[nodiscard]] Range range_negate(const Range& a);
/// Values of either.
[[nodiscard]] Range range_union(const Range& a, const Range& b);
/// Range that a column's statistics give, for integers and floats.
[[nodiscard]] Range range_from_statistics(const Type& type, const ColumnStatistics& statistics, std::int64_t rows);

/// The narrowest signed lane (i32, i64, i128) that holds the range; the type's own physical when nothing is proven.
[[nodiscard]] Physical narrowest_lane(const Type& type, const Range& range);

}  // namespace trueno::kernel
