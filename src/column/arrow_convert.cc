// Values of Arrow arrays that do not lie as ours do.
#include <bit>

#include "base/civil_time.h"
#include "column/arrow_layout.h"

namespace trueno {

namespace {

// What a conversion reads: rows [offset, offset + length) of an array's values.
struct Rows {
  const ArrowLayout& layout;
  const std::uint8_t* values;
  std::int64_t offset;
  std::int64_t length;
  const std::uint8_t* validity;

  [[nodiscard]] bool is_valid(std::int64_t row) const {
    return validity == nullptr || get_bit(validity, static_cast<std::size_t>(offset + row));
  }
  template <class T>
  [[nodiscard]] T at(std::int64_t row) const {
    return load<T>(values + static_cast<std::size_t>(offset + row) * sizeof(T));
  }
};

// out[row] = function(in[row]) for functions that cannot fail.
template <class From, class To, class Function>
Result<Buffer> map_values(const Rows& rows, Function function) {
  MutableBuffer out = TRUENO_TRY(MutableBuffer::uninitialised(static_cast<std::size_t>(rows.length) * sizeof(To)));
  To* to = out.as<To>();
  for (std::int64_t row = 0; row < rows.length; ++row) to[row] = function(rows.at<From>(row));
  return std::move(out).freeze();
}

// The same for functions `bool(From, To&)`; false on a valid row is the error, which names the value.
template <class From, class To, class Function>
Result<Buffer> map_checked(const Rows& rows, Function function) {
  MutableBuffer out = TRUENO_TRY(MutableBuffer::uninitialised(static_cast<std::size_t>(rows.length) * sizeof(To)));
  To* to = out.as<To>();
  std::int64_t failed = -1;
  for (std::int64_t row = rows.length - 1; row >= 0; --row) {
    to[row] = To{};
    if (!function(rows.at<From>(row), to[row]) && rows.is_valid(row)) [[unlikely]]
      failed = row;
  }
  if (failed >= 0) {
    return error(ErrorCode::kOutOfRange, "the Arrow value in row {} of column \"{}\" does not fit {}", failed, rows.layout.field.name,
                 rows.layout.field.type.to_string());
  }
  return std::move(out).freeze();
}

// Every half is a float; NaN keeps its payload's high bits.
float half_to_float(std::uint16_t half) {
  const std::uint32_t sign = static_cast<std::uint32_t>(half & 0x8000u) << 16;
  const std::uint32_t exponent = (half >> 10) & 0x1Fu;
  std::uint32_t mantissa = half & 0x3FFu;
  if (exponent == 0x1F) return std::bit_cast<float>(sign | 0x7F800000u | (mantissa << 13));
  if (exponent != 0) return std::bit_cast<float>(sign | ((exponent + 112) << 23) | (mantissa << 13));
  const float magnitude = static_cast<float>(mantissa) * 0x1p-24f;  // subnormal: exact
  return sign != 0 ? -magnitude : magnitude;
}

Result<Buffer> from_bits(const Rows& rows) {
  MutableBuffer out = TRUENO_TRY(MutableBuffer::uninitialised(static_cast<std::size_t>(rows.length)));
  for (std::int64_t row = 0; row < rows.length; ++row) {
    out.data()[row] = get_bit(rows.values, static_cast<std::size_t>(rows.offset + row)) ? 1 : 0;
  }
  return std::move(out).freeze();
}

// A decimal256 as it lies in memory: little-endian, two's complement.
struct Wide256 {
  std::uint64_t limbs[4];
};

// Decimals differ only in width: narrower ones are widened, wider ones must fit.
Result<Buffer> from_decimal(const Rows& rows) {
  const bool narrow = rows.layout.field.type.physical() == Physical::kI64;
  const auto narrowed = [](i128 value, std::int64_t& out) {
    out = static_cast<std::int64_t>(value);
    return static_cast<i128>(out) == value;
  };
  switch (rows.layout.kind) {
    case ArrowKind::kDecimal32:
      if (narrow) return map_values<std::int32_t, std::int64_t>(rows, [](std::int32_t v) { return std::int64_t{v}; });
      return map_values<std::int32_t, i128>(rows, [](std::int32_t v) { return i128{v}; });
    case ArrowKind::kDecimal64:
      if (narrow) return map_values<std::int64_t, std::int64_t>(rows, [](std::int64_t v) { return v; });
      return map_values<std::int64_t, i128>(rows, [](std::int64_t v) { return i128{v}; });
    case ArrowKind::kDecimal128:
      if (narrow) return map_checked<i128, std::int64_t>(rows, narrowed);
      return map_values<i128, i128>(rows, [](i128 v) { return v; });
    default: break;
  }
  const auto low128 = [](const Wide256& wide, i128& out) {
    out = make_i128(static_cast<std::int64_t>(wide.limbs[1]), wide.limbs[0]);
    const std::uint64_t sign = out < 0 ? ~std::uint64_t{0} : 0;
    return wide.limbs[2] == sign && wide.limbs[3] == sign;
  };
  if (!narrow) return map_checked<Wide256, i128>(rows, low128);
  return map_checked<Wide256, std::int64_t>(rows, [&](const Wide256& wide, std::int64_t& out) {
    i128 value = 0;
    return low128(wide, value) && narrowed(value, out);
  });
}

// Times and timestamps of other units: multiplied with an overflow check, or divided rounding down, so that the order of moments is kept.
template <class From, class To>
Result<Buffer> scaled(const Rows& rows) {
  return map_checked<From, To>(rows, [&](From value, To& out) {
    std::int64_t product = 0;
    if (__builtin_mul_overflow(std::int64_t{value}, rows.layout.multiplier, &product)) return false;
    const std::int64_t quotient = floor_divide(product, rows.layout.divisor);
    out = static_cast<To>(quotient);
    return static_cast<std::int64_t>(out) == quotient;
  });
}

// Arrow's interval, laid out like ours but in nanoseconds.
Result<Buffer> from_interval(const Rows& rows) {
  switch (rows.layout.kind) {
    case ArrowKind::kMonths:
      return map_values<std::int32_t, IntervalValue>(rows, [](std::int32_t months) { return IntervalValue{months, 0, 0}; });
    case ArrowKind::kDayTime:
      return map_values<std::int64_t, IntervalValue>(rows, [](std::int64_t pair) {  // i32 days, i32 milliseconds
        return IntervalValue{0, static_cast<std::int32_t>(pair), (pair >> 32) * 1000};
      });
    case ArrowKind::kMonthDayNano:
      return map_checked<MonthDayNano, IntervalValue>(rows, [](const MonthDayNano& value, IntervalValue& out) {
        out = {value.months, value.days, value.nanos / 1000};
        return value.nanos % 1000 == 0;
      });
    default: break;
  }
  return map_checked<std::int64_t, IntervalValue>(rows, [&](std::int64_t ticks, IntervalValue& out) {
    if (__builtin_mul_overflow(ticks, rows.layout.multiplier, &ticks)) return false;
    out = {0, 0, ticks / rows.layout.divisor};
    return ticks % rows.layout.divisor == 0;
  });
}

struct BigEndian128 {
  std::uint8_t bytes[16];
};

}  // namespace

Result<Buffer> convert_arrow_values(const ArrowLayout& layout, const std::uint8_t* values, std::int64_t offset, std::int64_t length,
                                    const std::uint8_t* validity) {
  const Rows rows{layout, values, offset, length, validity};
  switch (layout.kind) {
    case ArrowKind::kBits: return from_bits(rows);
    case ArrowKind::kHalfFloat: return map_values<std::uint16_t, float>(rows, half_to_float);
    case ArrowKind::kUuid:
      return map_values<BigEndian128, i128>(rows, [](const BigEndian128& id) {
        u128 value = 0;
        for (const std::uint8_t byte : id.bytes) value = (value << 8) | byte;
        return static_cast<i128>(value ^ (static_cast<u128>(1) << 127));
      });
    case ArrowKind::kDecimal32:
    case ArrowKind::kDecimal64:
    case ArrowKind::kDecimal128:
    case ArrowKind::kDecimal256: return from_decimal(rows);
    case ArrowKind::kScaled32: return scaled<std::int32_t, std::int64_t>(rows);
    case ArrowKind::kScaled64:
      if (layout.field.type.physical() == Physical::kI32) return scaled<std::int64_t, std::int32_t>(rows);
      return scaled<std::int64_t, std::int64_t>(rows);
    case ArrowKind::kDuration:
    case ArrowKind::kMonths:
    case ArrowKind::kDayTime:
    case ArrowKind::kMonthDayNano: return from_interval(rows);
    default: break;
  }
  return error(ErrorCode::kInternal, "no conversion of Arrow values of this kind");
}

}  // namespace trueno
