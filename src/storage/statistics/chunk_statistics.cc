// Statistics of a chunk.
//
// Loops are written for the vectoriser: minimum, maximum and span in passes of their own over values that are in the cache, hashing in
// another. That is faster than one loop that does everything, and a chunk of 131,072 values fits the second-level cache.
#include "storage/statistics/chunk_statistics.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "base/hash.h"
#include "column/physical_dispatch.h"

namespace trueno {

namespace {

constexpr std::size_t kBoundBytes = 64;

// The span of many floats in one pass without branches on ordinary values.
template <class Float>
FloatSpan span_of_floats(std::span<const Float> values) {
  // Over the bits: the greatest magnitude gives the highest bit; every value's lowest set bit is looked at.
  using Bits = std::conditional_t<sizeof(Float) == 8, std::uint64_t, std::uint32_t>;
  constexpr int kMantissa = std::numeric_limits<Float>::digits - 1;
  constexpr int kBias = std::numeric_limits<Float>::max_exponent - 1 + kMantissa;
  constexpr Bits kInfinity = std::bit_cast<Bits>(std::numeric_limits<Float>::infinity());
  constexpr Bits kSign = Bits{1} << (sizeof(Float) * 8 - 1);
  FloatSpan span;
  Bits greatest = 0;
  int lowest = 1 << 20;
  for (const Float value : values) {
    const Bits magnitude = std::bit_cast<Bits>(value) & ~kSign;
    if (magnitude >= kInfinity) [[unlikely]] {
      (magnitude == kInfinity ? span.has_infinity : span.has_nan) = true;
      continue;
    }
    greatest = std::max(greatest, magnitude);
    const auto exponent = static_cast<int>(magnitude >> kMantissa);
    const Bits mantissa = magnitude & ((Bits{1} << kMantissa) - 1);
    // A normal value's hidden one stops the count at bit kMantissa; a subnormal's does not exist, and zero counts as nothing.
    const Bits digits = exponent != 0 ? mantissa | (Bits{1} << kMantissa) : mantissa;
    const int bit = (exponent != 0 ? exponent : 1) - kBias + std::countr_zero(digits);
    lowest = digits != 0 ? std::min(lowest, bit) : lowest;
  }
  if (greatest != 0) {
    span.lowest_bit = lowest;
    span.highest_bit = trueno::span_of(static_cast<double>(std::bit_cast<Float>(greatest))).highest_bit;
  }
  return span;
}

// Calls `each(value)` for every valid row.
template <class T, class Each>
void for_each_valid(const Column& plain, Each each) {
  const T* values = plain.values.as<T>() + plain.offset;
  if (plain.null_count == 0) {
    for (std::int64_t row = 0; row < plain.length; ++row) each(values[row]);
  } else {
    for (std::int64_t row = 0; row < plain.length; ++row) {
      if (plain.is_valid(row)) each(values[row]);
    }
  }
}

// Two loops on purpose: the first vectorises, the second hashes.
template <class T>
void measure_integers(const Column& plain, ColumnStatistics& statistics, HyperLogLog& sketch) {
  T min = std::numeric_limits<T>::max();
  T max = std::numeric_limits<T>::min();
  for_each_valid<T>(plain, [&](T value) {
    min = std::min(min, value);
    max = std::max(max, value);
  });
  statistics.min = Value(plain.type, static_cast<i128>(min));
  statistics.max = Value(plain.type, static_cast<i128>(max));
  if (min == max) return sketch.add(hash64(static_cast<std::uint64_t>(min)));
  for_each_valid<T>(plain, [&](T value) { sketch.add(hash64(static_cast<std::uint64_t>(value))); });
}

// 128 bits: HUGEINT, UUID and wide decimals.
void measure_wide(const Column& plain, ColumnStatistics& statistics, HyperLogLog& sketch) {
  i128 min = kI128Max;
  i128 max = kI128Min;
  for_each_valid<i128>(plain, [&](i128 value) {
    min = std::min(min, value);
    max = std::max(max, value);
    sketch.add(hash_combine(low64(value), static_cast<std::uint64_t>(high64(value))));
  });
  statistics.min = Value(plain.type, min);
  statistics.max = Value(plain.type, max);
}

// NaN is the greatest value, so it is the maximum where it occurs, and the minimum only where there is nothing else.
template <class T>
void measure_floats(const Column& plain, ColumnStatistics& statistics, HyperLogLog& sketch) {
  T min = std::numeric_limits<T>::infinity();
  T max = -std::numeric_limits<T>::infinity();
  for_each_valid<T>(plain, [&](T value) {  // comparisons with NaN are false
    min = value < min ? value : min;
    max = value > max ? value : max;
  });
  if (plain.null_count == 0) {
    statistics.span = span_of_floats(std::span(plain.values.as<T>() + plain.offset, static_cast<std::size_t>(plain.length)));
  } else {
    FloatSpan span;
    for_each_valid<T>(plain, [&](T value) { span.include(span_of(static_cast<double>(value))); });
    statistics.span = span;
  }
  for_each_valid<T>(plain, [&](T value) {
    const double canonical =
        std::isnan(value) ? std::numeric_limits<double>::quiet_NaN() : static_cast<double>(value) + 0.0;  // -0 + 0 = +0
    sketch.add(hash64(std::bit_cast<std::uint64_t>(canonical)));
  });
  const T nan = std::numeric_limits<T>::quiet_NaN();
  const bool only_nan = min > max;
  statistics.min = Value(plain.type, only_nan ? nan : min);
  statistics.max = Value(plain.type, statistics.span->has_nan ? nan : max);
}

void measure_booleans(const Column& plain, ColumnStatistics& statistics, HyperLogLog& sketch) {
  bool seen[2] = {};
  for_each_valid<std::uint8_t>(plain, [&](std::uint8_t value) { seen[value != 0 ? 1 : 0] = true; });
  for (std::uint64_t value = 0; value < 2; ++value) {
    if (seen[value]) sketch.add(hash64(value));
  }
  statistics.min = Value(plain.type, !seen[0]);
  statistics.max = Value(plain.type, seen[1]);
}

// Compared by their normalised length; the bounds are values as they were given.
void measure_intervals(const Column& plain, ColumnStatistics& statistics, HyperLogLog& sketch) {
  std::optional<IntervalValue> min;
  std::optional<IntervalValue> max;
  for_each_valid<IntervalValue>(plain, [&](const IntervalValue& value) {
    const i128 micros = value.normalised_micros();
    if (!min || micros < min->normalised_micros()) min = value;
    if (!max || micros > max->normalised_micros()) max = value;
    sketch.add(hash_combine(low64(micros), static_cast<std::uint64_t>(high64(micros))));
  });
  statistics.min = Value(plain.type, *min);
  statistics.max = Value(plain.type, *max);
}

// By bytes, which is SQL's order of texts.
void measure_texts(const Column& plain, ColumnStatistics& statistics, HyperLogLog& sketch) {
  std::string_view min;
  std::string_view max;
  bool first = true;
  for (std::int64_t row = 0; row < plain.length; ++row) {
    if (!plain.is_valid(row)) continue;
    const std::string_view text = plain.text(row);
    if (first || text < min) min = text;
    if (first || text > max) max = text;
    first = false;
    sketch.add(hash_bytes(text));
  }
  statistics.min = lower_text_bound(plain.type, min, statistics.exact_bounds);
  statistics.max = upper_text_bound(plain.type, max, statistics.exact_bounds);
}

void measure_plain(const Column& plain, ColumnStatistics& statistics, HyperLogLog& sketch) {
  switch (plain.physical()) {
    case Physical::kBool: return measure_booleans(plain, statistics, sketch);
    case Physical::kI128: return measure_wide(plain, statistics, sketch);
    case Physical::kF32: return measure_floats<float>(plain, statistics, sketch);
    case Physical::kF64: return measure_floats<double>(plain, statistics, sketch);
    case Physical::kString: return measure_texts(plain, statistics, sketch);
    case Physical::kInterval: return measure_intervals(plain, statistics, sketch);
    case Physical::kNested: return;
    default: break;
  }
  dispatch_physical(plain.physical(), [&]<class T>() {
    if constexpr (std::is_integral_v<T>) measure_integers<T>(plain, statistics, sketch);
  });
}

}  // namespace

FloatSpan span_of(std::span<const double> values) { return span_of_floats(values); }
FloatSpan span_of(std::span<const float> values) { return span_of_floats(values); }

std::optional<Value> lower_text_bound(const Type& type, std::string_view text, bool& exact) {
  if (text.size() > kBoundBytes) exact = false;
  return Value(type, std::string(text.substr(0, kBoundBytes)));
}

std::optional<Value> upper_text_bound(const Type& type, std::string_view text, bool& exact) {
  if (text.size() <= kBoundBytes) return Value(type, std::string(text));
  exact = false;
  // The shortest text above all that begin with these bytes.
  std::string bound(text.substr(0, kBoundBytes));
  while (!bound.empty() && bound.back() == '\xFF') bound.pop_back();
  if (bound.empty()) return std::nullopt;
  bound.back() = static_cast<char>(static_cast<unsigned char>(bound.back()) + 1);
  return Value(type, std::move(bound));
}

Result<ColumnStatistics> measure(const Column& column, HyperLogLog* all_values) {
  const Column plain = column.type.is_nested() || column.encoding == Encoding::kPlain ? column : TRUENO_TRY(column.decoded());
  ColumnStatistics statistics;
  statistics.null_count = column.null_count;
  statistics.proven = true;
  statistics.exact_bounds = true;
  if (column.null_count >= column.length || column.type.is_nested() || column.type.id == TypeId::kNull) {
    if (column.null_count >= column.length) statistics.distinct_count = 0;
    return statistics;
  }
  HyperLogLog sketch;
  measure_plain(plain, statistics, sketch);
  statistics.distinct_count = std::min(sketch.estimate(), column.length - column.null_count);
  if (all_values != nullptr) all_values->merge(sketch);
  return statistics;
}

}  // namespace trueno
