#include "kernel/cast.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "base/civil_time.h"
#include "base/number_text.h"
#include "kernel/bit_string.h"
#include "kernel/cell.h"
#include "kernel/range.h"

namespace trueno::kernel {

namespace {

bool is_text(const Type& type) { return type.id == TypeId::kVarchar; }
bool is_exact(const Type& type) { return type.is_integer() || type.id == TypeId::kDecimal; }

Error cannot(const Type& from, const Type& to, const Cell& in) {
  std::string hint = is_text(from) ? "TRY_CAST gives NULL instead" : "";
  if (is_text(from) && to.id == TypeId::kDate) hint = "a date is written YYYY-MM-DD; " + hint;
  if (is_text(from) && to.is_timestamp()) hint = "a timestamp is written YYYY-MM-DD HH:MM:SS; " + hint;
  return error(ErrorCode::kConversion, "cannot cast {} '{}' to {}", from.to_string(), value_of(from, in).to_string(), to.to_string())
      .hint(std::move(hint));
}

Error out_of_range(const Type& from, const Type& to, const Cell& in) {
  return error(ErrorCode::kConversion, "{} '{}' is out of range of {}", from.to_string(), value_of(from, in).to_string(), to.to_string());
}

bool fits(const Type& to, i128 value) {
  const auto limits = limits_of(to);
  return !limits || (value >= limits->min && value <= limits->max);
}

// Integers and decimals among themselves: change of scale, halves away from zero, then the target's limits.
Status exact_to_exact(const Type& from, const Type& to, const Cell& in, Cell& out) {
  i128 value = in.integer;
  const int shift = to.scale - from.scale;
  if (shift > 0 && __builtin_mul_overflow(value, power_of_ten(shift), &value)) return out_of_range(from, to, in);
  if (shift < 0) value = divide_rounded(value, power_of_ten(-shift));
  if (!fits(to, value)) return out_of_range(from, to, in);
  out = Cell::of_integer(value);
  return {};
}

double as_double(const Type& from, const Cell& in) {
  if (from.id == TypeId::kFloat) return static_cast<double>(in.f32);
  return from.id == TypeId::kDouble ? in.f64 : to_double(in.integer, from.scale);
}

Status float_to_exact(const Type& from, const Type& to, const Cell& in, Cell& out) {
  const double value = as_double(from, in);
  if (!std::isfinite(value)) return cannot(from, to, in);
  if (to.id == TypeId::kDecimal) {
    // Through the shortest text: 0.15 becomes 0.15 and not the binary number just below it.
    const ParsedDecimal parsed =
        parse_decimal(from.id == TypeId::kFloat ? format_float(in.f32) : format_double(in.f64), to.precision, to.scale);
    if (parsed.outcome != DecimalOutcome::kOk) return out_of_range(from, to, in);
    out = Cell::of_integer(parsed.unscaled);
    return {};
  }
  const double rounded = std::nearbyint(value);
  constexpr double kLimit = 0x1p127;
  if (rounded >= kLimit || rounded < -kLimit || !fits(to, static_cast<i128>(rounded))) return out_of_range(from, to, in);
  out = Cell::of_integer(static_cast<i128>(rounded));
  return {};
}

Cell to_float_cell(const Type& from, const Type& to, const Cell& in) {
  if (to.id == TypeId::kDouble) return Cell::of_f64(as_double(from, in));
  if (from.id == TypeId::kDouble) return Cell::of_f32(static_cast<float>(in.f64));
  // Exact numbers to FLOAT are rounded once: through their digits.
  return Cell::of_f32(*parse_float(format_decimal(in.integer, from.scale)));
}

// A time, or the time of a moment that is written out, midnight for a date.
std::optional<std::int64_t> clock_of(std::string_view text) {
  if (const auto time = parse_time(text)) return time;
  const auto moment = parse_timestamp(text);
  if (!moment || *moment == kTimestampInfinity || *moment == kTimestampMinusInfinity) return std::nullopt;
  const std::int64_t clock = *moment % kMicrosPerDay;
  return clock < 0 ? clock + kMicrosPerDay : clock;
}

Status text_to(const Type& from, const Type& to, const Cell& in, Cell& out, Arena& arena) {
  const std::string_view text = in.string.view();
  const auto integer = [&](auto parsed) -> Status {
    if (!parsed) return cannot(from, to, in);
    out = Cell::of_integer(static_cast<i128>(*parsed));
    return {};
  };
  switch (to.id) {
    case TypeId::kBoolean: {
      const auto parsed = parse_boolean(text);
      if (!parsed) return cannot(from, to, in);
      out = Cell::of_bool(*parsed);
      return {};
    }
    case TypeId::kDouble: {
      const auto parsed = parse_double(text);
      if (!parsed) return cannot(from, to, in);
      out = Cell::of_f64(*parsed);
      return {};
    }
    case TypeId::kFloat: {
      const auto parsed = parse_float(text);
      if (!parsed) return cannot(from, to, in);
      out = Cell::of_f32(*parsed);
      return {};
    }
    case TypeId::kDecimal: {
      const ParsedDecimal parsed = parse_decimal(text, to.precision, to.scale);
      if (parsed.outcome == DecimalOutcome::kMalformed) return cannot(from, to, in);
      if (parsed.outcome == DecimalOutcome::kOutOfRange) return out_of_range(from, to, in);
      out = Cell::of_integer(parsed.unscaled);
      return {};
    }
    case TypeId::kDate: return integer(parse_date(text));
    case TypeId::kTime: return integer(clock_of(text));
    case TypeId::kTimestamp: return integer(parse_timestamp(text));
    case TypeId::kTimestampS: return integer(parse_timestamp(text, TimeUnit::kSecond));
    case TypeId::kTimestampMs: return integer(parse_timestamp(text, TimeUnit::kMilli));
    case TypeId::kTimestampNs: return integer(parse_timestamp(text, TimeUnit::kNano));
    case TypeId::kTimestampTz: return integer(parse_timestamp_tz(text));
    case TypeId::kUuid: return integer(parse_uuid(text));
    case TypeId::kInterval: {
      const auto parsed = parse_interval(text);
      if (!parsed) return cannot(from, to, in);
      out = Cell::of_interval({parsed->months, parsed->days, parsed->micros});
      return {};
    }
    case TypeId::kBlob: {
      const auto bytes = parse_blob(text);
      if (!bytes) return cannot(from, to, in);
      out = Cell::of_string(arena.copy(*bytes));
      return {};
    }
    case TypeId::kBit: {
      const auto bits = parse_bits(text);
      if (!bits) return cannot(from, to, in);
      out = Cell::of_string(arena.copy(*bits));
      return {};
    }
    case TypeId::kEnum: {
      const auto found = std::ranges::find(*to.enum_values, text);
      if (found == to.enum_values->end()) return cannot(from, to, in);
      out = Cell::of_integer(found - to.enum_values->begin());
      return {};
    }
    default: break;
  }
  const auto parsed = parse_integer(text);
  if (!parsed) return cannot(from, to, in);
  if (!fits(to, *parsed)) return out_of_range(from, to, in);
  out = Cell::of_integer(*parsed);
  return {};
}

std::int64_t ticks(TypeId id) {
  switch (id) {
    case TypeId::kTimestampS: return 1;
    case TypeId::kTimestampMs: return 1'000;
    case TypeId::kTimestampNs: return 1'000'000'000;
    default: return 1'000'000;
  }
}

Status temporal(const Type& from, const Type& to, const Cell& in, Cell& out) {
  if (from.id == TypeId::kDate && to.is_timestamp()) {
    if (in.integer == kDateInfinity || in.integer == kDateMinusInfinity) {
      out = Cell::of_integer(in.integer > 0 ? kTimestampInfinity : kTimestampMinusInfinity);
      return {};
    }
    const i128 value = in.integer * 86'400 * ticks(to.id);
    if (!fits(to, value)) return out_of_range(from, to, in);
    out = Cell::of_integer(value);
    return {};
  }
  const auto value = static_cast<std::int64_t>(in.integer);
  if (value == kTimestampInfinity || value == kTimestampMinusInfinity) {
    if (to.id == TypeId::kTime) return cannot(from, to, in);
    out = Cell::of_integer(to.id != TypeId::kDate ? value : (value > 0 ? kDateInfinity : kDateMinusInfinity));
    return {};
  }
  // Nanoseconds are rounded to microseconds first, and coarser ticks are rounded too, halves away from zero.
  if (from.id == TypeId::kTimestampNs && !to.is_timestamp())
    return temporal(TypeId::kTimestamp, to, Cell::of_integer(divide_rounded(value, 1000)), out);
  if (to.id == TypeId::kDate) {
    out = Cell::of_integer(floor_divide(value, 86'400 * ticks(from.id)));
  } else if (to.id == TypeId::kTime) {
    const std::int64_t micros = static_cast<std::int64_t>(static_cast<i128>(value) * 1'000'000 / ticks(from.id));
    out = Cell::of_integer(micros_of_day(micros));
  } else {
    const i128 scaled = ticks(to.id) >= ticks(from.id) ? static_cast<i128>(value) * (ticks(to.id) / ticks(from.id))
                                                       : divide_rounded(value, ticks(from.id) / ticks(to.id));
    if (!fits(to, scaled)) return out_of_range(from, to, in);
    out = Cell::of_integer(scaled);
  }
  return {};
}

constexpr std::size_t kUuidBytes = 16;

// The bytes as they are written, most significant first; a UUID's number has its top bit flipped.
Cell uuid_to_blob(const Cell& in, Arena& arena) {
  const u128 bits = static_cast<u128>(in.integer) ^ (u128{1} << 127);
  char bytes[kUuidBytes];
  for (std::size_t i = 0; i < kUuidBytes; ++i) bytes[i] = static_cast<char>(static_cast<unsigned char>(bits >> (120 - 8 * i)));
  return Cell::of_string(arena.copy({bytes, kUuidBytes}));
}
Status blob_to_uuid(const Type& from, const Type& to, const Cell& in, Cell& out) {
  if (in.string.size() != kUuidBytes) return cannot(from, to, in);
  u128 bits = 0;
  for (const char byte : in.string.view()) bits = bits << 8 | static_cast<unsigned char>(byte);
  out = Cell::of_integer(static_cast<i128>(bits ^ (u128{1} << 127)));
  return {};
}

// Types whose memory BIT can hold: numbers of a fixed width, a truth value as a byte.
bool has_bits(const Type& type) { return type.is_integer() || type.is_float() || type.id == TypeId::kBoolean; }

Cell to_bits(const Type& from, const Cell& in, Arena& arena) {
  if (from.id == TypeId::kBlob) return Cell::of_string(arena.copy(bits_of_bytes(in.string.view())));
  u128 pattern = from.id == TypeId::kBoolean ? (in.boolean ? 1 : 0) : static_cast<u128>(in.integer);
  if (from.id == TypeId::kDouble) pattern = std::bit_cast<std::uint64_t>(in.f64);
  if (from.id == TypeId::kFloat) pattern = std::bit_cast<std::uint32_t>(in.f32);
  return Cell::of_string(arena.copy(bits_of(pattern, 8 * width_of(from.physical()))));
}

Status from_bits(const Type& from, const Type& to, const Cell& in, Cell& out, Arena& arena) {
  if (to.id == TypeId::kBlob) {
    out = Cell::of_string(arena.copy(bytes_of_bits(in.string.view())));
    return {};
  }
  const int width = 8 * width_of(to.physical());
  const auto pattern = pattern_of(in.string.view(), width);
  if (!pattern) return out_of_range(from, to, in);
  if (to.id == TypeId::kBoolean) {
    out = Cell::of_bool(*pattern != 0);
  } else if (to.id == TypeId::kDouble) {
    out = Cell::of_f64(canonical(std::bit_cast<double>(static_cast<std::uint64_t>(*pattern))));
  } else if (to.id == TypeId::kFloat) {
    out = Cell::of_f32(canonical(std::bit_cast<float>(static_cast<std::uint32_t>(*pattern))));
  } else {
    const bool negative = !to.is_unsigned() && (*pattern >> (width - 1)) != 0;
    out = Cell::of_integer(static_cast<i128>(negative && width < 128 ? *pattern - (u128{1} << width) : *pattern));
  }
  return {};
}

}  // namespace

bool cast_exists(const Type& from, const Type& to) {
  if (from == to || from.id == TypeId::kNull) return true;
  if (from.is_nested() || to.is_nested()) return from.is_nested() && to.id == TypeId::kVarchar;
  if (is_text(to) || is_text(from)) return true;
  const auto number = [](const Type& t) { return t.is_numeric() || t.id == TypeId::kBoolean; };
  if (number(from) && number(to)) return true;
  if ((from.id == TypeId::kUuid && to.id == TypeId::kBlob) || (from.id == TypeId::kBlob && to.id == TypeId::kUuid)) return true;
  if (to.id == TypeId::kBit) return has_bits(from) || from.id == TypeId::kBlob;
  if (from.id == TypeId::kBit) return has_bits(to) || to.id == TypeId::kBlob;
  if (from.id == TypeId::kDate) return to.is_timestamp();
  if (from.is_timestamp()) return to.is_timestamp() || to.id == TypeId::kDate || to.id == TypeId::kTime;
  return false;
}

bool cast_can_fail(const Type& from, const Type& to) {
  if (from.id == TypeId::kBit && from != to) return !is_text(to) && to.id != TypeId::kBlob;
  if (from == to || from.id == TypeId::kNull || is_text(to) || to.id == TypeId::kBoolean) return is_text(from) && to.id == TypeId::kBoolean;
  if (is_text(from)) return true;
  if (to.id == TypeId::kBit) return from.id == TypeId::kBlob;
  if (from.id == TypeId::kUuid) return false;
  if (to.is_float()) return to.id == TypeId::kFloat && from.id == TypeId::kDouble;
  if (from.id == TypeId::kBoolean) return to.id == TypeId::kDecimal && to.precision == to.scale;
  if (is_exact(from) && is_exact(to)) {
    const auto limits = limits_of(from);
    const auto target = limits_of(to);
    const int shift = to.scale - from.scale;
    i128 low = limits->min;
    i128 high = limits->max;
    if (shift > 0 && (__builtin_mul_overflow(low, power_of_ten(shift), &low) || __builtin_mul_overflow(high, power_of_ten(shift), &high)))
      return true;
    if (shift < 0) {
      low = divide_rounded(low, power_of_ten(-shift));
      high = divide_rounded(high, power_of_ten(-shift));
    }
    return low < target->min || high > target->max;
  }
  return true;
}

Status cast_cell(const Type& from, const Type& to, const Cell& in, Cell& out, Arena& arena) {
  if (!in.valid || from == to) {
    out = in;
    return {};
  }
  if (is_text(to)) {
    out = Cell::of_string(arena.copy(value_of(from, in).to_string()));
    return {};
  }
  if (is_text(from)) return text_to(from, to, in, out, arena);
  if (from.id == TypeId::kBit) return from_bits(from, to, in, out, arena);
  if (to.id == TypeId::kBit) {
    if (from.id == TypeId::kBlob && in.string.size() == 0) return cannot(from, to, in);  // no bit at all
    out = to_bits(from, in, arena);
    return {};
  }
  if (to.id == TypeId::kBoolean) {
    out = Cell::of_bool(from.is_float() ? as_double(from, in) != 0 : in.integer != 0);
    return {};
  }
  if (from.id == TypeId::kBoolean) return cast_cell(TypeId::kTinyInt, to, Cell::of_integer(in.boolean ? 1 : 0), out, arena);
  if (to.is_float() && from.is_numeric()) {
    out = to_float_cell(from, to, in);
    const bool overflows = from.id == TypeId::kDouble && to.id == TypeId::kFloat && std::isfinite(in.f64) && !std::isfinite(out.f32);
    return overflows ? Status(out_of_range(from, to, in)) : Status();
  }
  if (from.is_float()) return float_to_exact(from, to, in, out);
  if (is_exact(from) && is_exact(to)) return exact_to_exact(from, to, in, out);
  if (from.is_temporal() && to.is_temporal()) return temporal(from, to, in, out);
  if (from.id == TypeId::kUuid && to.id == TypeId::kBlob) {
    out = uuid_to_blob(in, arena);
    return {};
  }
  if (from.id == TypeId::kBlob && to.id == TypeId::kUuid) return blob_to_uuid(from, to, in, out);
  return error(ErrorCode::kInternal, "no cast from {} to {}", from.to_string(), to.to_string());
}

}  // namespace trueno::kernel
