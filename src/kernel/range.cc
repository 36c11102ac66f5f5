#include "kernel/range.h"

#include <algorithm>
#include <initializer_list>

namespace trueno::kernel {

std::optional<TypeLimits> limits_of(const Type& type) {
  if (type.id == TypeId::kDecimal) {
    const i128 limit = power_of_ten(type.precision) - 1;
    return TypeLimits{-limit, limit};
  }
  switch (type.physical()) {
    case Physical::kBool: return TypeLimits{0, 1};
    case Physical::kI8: return TypeLimits{INT8_MIN, INT8_MAX};
    case Physical::kI16: return TypeLimits{INT16_MIN, INT16_MAX};
    case Physical::kI32: return TypeLimits{INT32_MIN, INT32_MAX};
    case Physical::kI64: return TypeLimits{INT64_MIN, INT64_MAX};
    case Physical::kI128: return TypeLimits{kI128Min, kI128Max};
    case Physical::kU8: return TypeLimits{0, UINT8_MAX};
    case Physical::kU16: return TypeLimits{0, UINT16_MAX};
    case Physical::kU32:
    case Physical::kCode: return TypeLimits{0, UINT32_MAX};
    case Physical::kU64: return TypeLimits{0, static_cast<i128>(UINT64_MAX)};
    case Physical::kF32:
    case Physical::kF64:
    case Physical::kString:
    case Physical::kInterval:
    case Physical::kNested: return std::nullopt;
  }
  return std::nullopt;
}

namespace {

// The four corner results of a monotone-in-each-argument operation; nothing when one overflows.
template <class Operation>
std::optional<std::pair<i128, i128>> corners(const Range& a, const Range& b, Operation operation) {
  i128 low = kI128Max;
  i128 high = kI128Min;
  for (const i128 x : {*a.min, *a.max}) {
    for (const i128 y : {*b.min, *b.max}) {
      i128 result = 0;
      if (operation(x, y, &result)) return std::nullopt;
      low = std::min(low, result);
      high = std::max(high, result);
    }
  }
  return std::pair{low, high};
}

template <class Operation>
Range combine(const Range& a, const Range& b, Operation operation) {
  Range out;
  out.nullable = a.nullable || b.nullable;
  if (!a.bounded() || !b.bounded()) return out;
  const auto bounds = corners(a, b, operation);
  if (!bounds) return out;
  out.min = bounds->first;
  out.max = bounds->second;
  out.proven = a.proven && b.proven;
  return out;
}

}  // namespace

Range range_add(const Range& a, const Range& b) {
  return combine(a, b, [](i128 x, i128 y, i128* out) { return __builtin_add_overflow(x, y, out); });
}
Range range_subtract(const Range& a, const Range& b) {
  return combine(a, b, [](i128 x, i128 y, i128* out) { return __builtin_sub_overflow(x, y, out); });
}
Range range_multiply(const Range& a, const Range& b) {
  return combine(a, b, [](i128 x, i128 y, i128* out) { return __builtin_mul_overflow(x, y, out); });
}
Range range_negate(const Range& a) { return range_subtract(Range{0, 0, std::nullopt, a.nullable, true}, a); }

Range range_union(const Range& a, const Range& b) {
  Range out;
  out.nullable = a.nullable || b.nullable;
  out.proven = a.proven && b.proven;
  if (a.bounded() && b.bounded()) {
    out.min = std::min(*a.min, *b.min);
    out.max = std::max(*a.max, *b.max);
  }
  if (a.span && b.span) {
    out.span = a.span;
    out.span->include(*b.span);
  }
  return out;
}

Range range_from_statistics(const Type& type, const ColumnStatistics& statistics, std::int64_t rows) {
  Range range;
  range.nullable = !(statistics.proven && statistics.null_count && *statistics.null_count == 0);
  range.proven = statistics.proven;
  range.span = statistics.span;
  const bool integral = is_integer(type.physical()) || type.physical() == Physical::kBool;
  if (!integral || type.id == TypeId::kNull) return range;
  const auto bound = [&](const std::optional<Value>& value) -> std::optional<i128> {
    if (!value || value->is_null()) return std::nullopt;
    return type.id == TypeId::kBoolean ? static_cast<i128>(value->as_bool() ? 1 : 0) : value->as_integer();
  };
  range.min = bound(statistics.min);
  range.max = bound(statistics.max);
  if (!range.bounded() && statistics.proven && statistics.null_count && *statistics.null_count == rows) {
    range.min = range.max = 0;  // no valid value: any range holds
  }
  return range;
}

Physical narrowest_lane(const Type& type, const Range& range) {
  const Physical own = type.physical();
  if (!is_integer(own) || width_of(own) <= 4) return own;
  if (range.proven_within(INT32_MIN, INT32_MAX)) return Physical::kI32;
  if (width_of(own) > 8 && range.proven_within(INT64_MIN, INT64_MAX)) return Physical::kI64;
  return own;
}

}  // namespace trueno::kernel
