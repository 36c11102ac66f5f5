#include "kernel/cell.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "base/hash.h"

namespace trueno::kernel {

double canonical(double value) {
  if (std::isnan(value)) return std::bit_cast<double>(kCanonicalNan);
  return value == 0 ? 0.0 : value;
}
float canonical(float value) {
  if (std::isnan(value)) return std::bit_cast<float>(0x7FC00000u);
  return value == 0 ? 0.0f : value;
}

Cell canonical(const Cell& cell, Physical physical) {
  if (!cell.valid) return Cell::null();
  Cell out = cell;
  if (physical == Physical::kF64) out.f64 = canonical(cell.f64);
  if (physical == Physical::kF32) out.f32 = canonical(cell.f32);
  if (physical == Physical::kInterval) {
    // What 32 bits of months do not hold stays days, what 32 bits of days do not hold stays time: so every length has one form, and what is
    // left fits, as it did in the interval it came from.
    i128 rest = cell.interval.normalised_micros();
    const auto take = [&rest](i128 unit) {
      const i128 whole = std::clamp<i128>(rest / unit, INT32_MIN, INT32_MAX);
      rest -= whole * unit;
      return static_cast<std::int32_t>(whole);
    };
    constexpr i128 kMicrosPerDay = 86'400'000'000;
    out.interval.months = take(30 * kMicrosPerDay);
    out.interval.days = take(kMicrosPerDay);
    out.interval.micros = static_cast<std::int64_t>(rest);
  }
  return out;
}

namespace {

template <class T>
int compare_numbers(T a, T b) {
  return a < b ? -1 : (b < a ? 1 : 0);
}

template <class T>
int compare_floats(T a, T b) {
  const bool a_nan = std::isnan(a);
  const bool b_nan = std::isnan(b);
  if (a_nan || b_nan) return a_nan == b_nan ? 0 : (a_nan ? 1 : -1);
  return compare_numbers(a, b);
}

}  // namespace

int compare(const Cell& a, const Cell& b, Physical physical) {
  switch (physical) {
    case Physical::kBool: return compare_numbers(a.boolean ? 1 : 0, b.boolean ? 1 : 0);
    case Physical::kF32: return compare_floats(a.f32, b.f32);
    case Physical::kF64: return compare_floats(a.f64, b.f64);
    case Physical::kString: {
      const int order = a.string.view().compare(b.string.view());
      return order < 0 ? -1 : (order > 0 ? 1 : 0);
    }
    case Physical::kInterval: return compare_numbers(a.interval.normalised_micros(), b.interval.normalised_micros());
    case Physical::kNested: return compare_values(a.nested->value(a.row), b.nested->value(b.row));
    default: return compare_numbers(a.integer, b.integer);
  }
}

bool same_key(const Cell& a, const Cell& b, Physical physical) {
  if (!a.valid || !b.valid) return a.valid == b.valid;
  return compare(a, b, physical) == 0;
}

std::uint64_t hash(const Cell& cell, Physical physical) {
  if (!cell.valid) return 0x6E756C6C;
  switch (physical) {
    case Physical::kBool: return hash64(cell.boolean ? 1 : 2);
    case Physical::kF32: return hash64(std::bit_cast<std::uint64_t>(static_cast<double>(canonical(cell.f32))));
    case Physical::kF64: return hash64(std::bit_cast<std::uint64_t>(canonical(cell.f64)));
    case Physical::kString: return hash_bytes(cell.string.view());
    case Physical::kInterval: {
      const i128 micros = cell.interval.normalised_micros();
      return hash_combine(low64(micros), static_cast<std::uint64_t>(high64(micros)));
    }
    case Physical::kNested: return 0;  // as good as compared
    default: return hash_combine(low64(cell.integer), static_cast<std::uint64_t>(high64(cell.integer)));
  }
}

Cell cell_of(const Value& value) {
  if (value.is_null()) return Cell::null();
  switch (value.type().physical()) {
    case Physical::kBool: return Cell::of_bool(value.as_bool());
    case Physical::kF32: return Cell::of_f32(static_cast<float>(value.as_double()));
    case Physical::kF64: return Cell::of_f64(value.as_double());
    case Physical::kString: return Cell::of_string(std::string_view(value.as_string()));
    case Physical::kInterval: return Cell::of_interval(value.as_interval());
    case Physical::kNested: return Cell::null();
    default: return Cell::of_integer(value.as_integer());
  }
}

Value value_of(const Type& type, const Cell& cell) {
  if (!cell.valid) return Value::null(type);
  switch (type.physical()) {
    case Physical::kBool: return {type, cell.boolean};
    case Physical::kF32: return {type, cell.f32};
    case Physical::kF64: return {type, cell.f64};
    case Physical::kString: return {type, std::string(cell.string.view())};
    case Physical::kInterval: return {type, cell.interval};
    case Physical::kNested: return cell.nested->value(cell.row);
    default: return {type, cell.integer};
  }
}

namespace {

template <class T>
T plain_at(const Column& column, std::int64_t index) {
  return load<T>(column.values.data() + static_cast<std::size_t>(index) * sizeof(T));
}

// The plain value at a position of the values buffer.
Cell stored_cell(const Column& column, std::int64_t index) {
  switch (column.physical()) {
    case Physical::kBool: return Cell::of_bool(plain_at<std::uint8_t>(column, index) != 0);
    case Physical::kI8: return Cell::of_integer(plain_at<std::int8_t>(column, index));
    case Physical::kI16: return Cell::of_integer(plain_at<std::int16_t>(column, index));
    case Physical::kI32: return Cell::of_integer(plain_at<std::int32_t>(column, index));
    case Physical::kI64: return Cell::of_integer(plain_at<std::int64_t>(column, index));
    case Physical::kI128: return Cell::of_integer(plain_at<i128>(column, index));
    case Physical::kU8: return Cell::of_integer(plain_at<std::uint8_t>(column, index));
    case Physical::kU16: return Cell::of_integer(plain_at<std::uint16_t>(column, index));
    case Physical::kU32: return Cell::of_integer(plain_at<std::uint32_t>(column, index));
    case Physical::kU64: return Cell::of_integer(static_cast<i128>(plain_at<std::uint64_t>(column, index)));
    case Physical::kF32: return Cell::of_f32(plain_at<float>(column, index));
    case Physical::kF64: return Cell::of_f64(plain_at<double>(column, index));
    case Physical::kString: return Cell::of_string(resolve_view(plain_at<StoredView>(column, index), column.string_buffers));
    case Physical::kCode: return Cell::of_integer(plain_at<std::uint32_t>(column, index));
    case Physical::kInterval: return Cell::of_interval(plain_at<IntervalValue>(column, index));
    case Physical::kNested: return Cell::null();
  }
  return Cell::null();
}

}  // namespace

Cell cell_of(const Column& column, std::int64_t row) {
  if (column.type.id == TypeId::kNull || !column.is_valid(row)) return Cell::null();
  if (column.type.is_nested()) return Cell::of_nested(column, row);
  const std::int64_t at = column.offset + row;
  switch (column.encoding) {
    case Encoding::kPlain: return stored_cell(column, at);
    case Encoding::kConstant: return stored_cell(column, 0);
    case Encoding::kDictionary: return cell_of(*column.dictionary->values, static_cast<std::int64_t>(plain_at<std::uint32_t>(column, at)));
    case Encoding::kPacked: {
      const std::uint64_t packed = unpack_bits(column.values.data(), static_cast<std::size_t>(at), column.bit_width);
      return Cell::of_integer(column.base + static_cast<i128>(packed));
    }
    case Encoding::kRunLength: {
      const auto* ends = column.run_ends.as<std::int64_t>();
      return stored_cell(column, std::upper_bound(ends, ends + column.run_count, at) - ends);
    }
  }
  return Cell::null();
}

Status append_cell(ColumnBuilder& builder, const Type& type, const Cell& cell) {
  if (!cell.valid) return builder.append_null();
  if (type.physical() == Physical::kString) return builder.append_string(cell.string.view());
  if (type.is_nested()) return builder.append_row(*cell.nested, cell.row);
  return builder.append(value_of(type, cell));
}

}  // namespace trueno::kernel
