// Bounds, spans and the order of values.
//
// A float is m * 2^e with an odd m: its lowest bit is e, its highest e + (bits of m) - 1. The span of a column covers those of its values,
// and tells how wide a fixed-point number must be to hold their sum exactly.
#include "column/statistics.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace trueno {

void FloatSpan::include(const FloatSpan& other) {
  lowest_bit = std::min(lowest_bit, other.lowest_bit);
  highest_bit = std::max(highest_bit, other.highest_bit);
  has_nan = has_nan || other.has_nan;
  has_infinity = has_infinity || other.has_infinity;
}

FloatSpan span_of(double value) {
  FloatSpan span;
  const auto bits = std::bit_cast<std::uint64_t>(value);
  const auto exponent = static_cast<std::int32_t>((bits >> 52) & 0x7FF);
  std::uint64_t mantissa = bits & ((std::uint64_t{1} << 52) - 1);
  if (exponent == 0x7FF) {
    span.has_nan = mantissa != 0;
    span.has_infinity = mantissa == 0;
    return span;
  }
  if (exponent != 0) mantissa |= std::uint64_t{1} << 52;
  if (mantissa == 0) return span;
  const std::int32_t unit = (exponent == 0 ? 1 : exponent) - 1075;  // weight of the mantissa's last bit
  span.lowest_bit = unit + std::countr_zero(mantissa);
  span.highest_bit = unit + 63 - std::countl_zero(mantissa);
  return span;
}

namespace {

int order_of(double a, double b) {
  const bool a_nan = std::isnan(a);
  const bool b_nan = std::isnan(b);
  if (a_nan || b_nan) return static_cast<int>(a_nan) - static_cast<int>(b_nan);
  return a < b ? -1 : static_cast<int>(b < a);
}

// Three-way order of values that have `<`.
template <class T>
int order_of(const T& a, const T& b) {
  return a < b ? -1 : static_cast<int>(b < a);
}

// Element by element, NULL greatest, the shorter first.
int order_of_children(const std::vector<Value>& a, const std::vector<Value>& b) {
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    if (a[i].is_null() || b[i].is_null()) {
      if (a[i].is_null() != b[i].is_null()) return a[i].is_null() ? 1 : -1;
      continue;
    }
    const int order = compare_values(a[i], b[i]);
    if (order != 0) return order;
  }
  return order_of(a.size(), b.size());
}

}  // namespace

int compare_values(const Value& a, const Value& b) {
  if (std::holds_alternative<double>(a.payload()) || std::holds_alternative<float>(a.payload()))
    return order_of(a.as_double(), b.as_double());
  struct Order {
    const Value& b;
    int operator()(std::monostate) const { return 0; }
    int operator()(bool value) const { return order_of(value, b.as_bool()); }
    int operator()(const i128& value) const { return order_of(value, b.as_integer()); }
    int operator()(double) const { return 0; }
    int operator()(float) const { return 0; }
    int operator()(const std::string& value) const { return order_of(value.compare(b.as_string()), 0); }
    int operator()(const IntervalValue& value) const { return order_of(value.normalised_micros(), b.as_interval().normalised_micros()); }
    int operator()(const Value::Children& value) const { return order_of_children(*value, b.as_children()); }
  };
  return std::visit(Order{b}, a.payload());
}

// A bound one side does not know is not known of both.
ColumnStatistics merge_statistics(const ColumnStatistics& a, const ColumnStatistics& b) {
  ColumnStatistics merged;
  const bool bounded = a.min && a.max && b.min && b.max;
  if (a.min && b.min) merged.min = compare_values(*a.min, *b.min) <= 0 ? a.min : b.min;
  if (a.max && b.max) merged.max = compare_values(*a.max, *b.max) >= 0 ? a.max : b.max;
  if (a.null_count && b.null_count) merged.null_count = *a.null_count + *b.null_count;
  if (a.distinct_count && b.distinct_count) {
    // Ranges apart share no value; overlapping ones are taken to share all.
    const bool apart = bounded && (compare_values(*a.max, *b.min) < 0 || compare_values(*b.max, *a.min) < 0);
    merged.distinct_count = apart ? *a.distinct_count + *b.distinct_count : std::max(*a.distinct_count, *b.distinct_count);
  }
  if (a.span && b.span) {
    merged.span = a.span;
    merged.span->include(*b.span);
  }
  merged.exact_bounds = a.exact_bounds && b.exact_bounds;
  merged.proven = a.proven && b.proven;
  return merged;
}

}  // namespace trueno
