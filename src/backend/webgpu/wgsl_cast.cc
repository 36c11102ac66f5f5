// Casts among integers, decimals, booleans, dates and timestamps.
#include "backend/webgpu/wgsl_writer.h"
#include "base/civil_time.h"

namespace trueno::backend::webgpu {

using kernel::Instruction;
using kernel::Opcode;
using kernel::ValueId;

namespace {

constexpr int kDigitsOfI64 = 18;  // 10^18 is the last power of ten of 64 bits

bool is_exact(const Type& type) { return type.is_integer() || type.id == TypeId::kDecimal || type.id == TypeId::kBoolean; }

// Microseconds or nanoseconds in a day; 0 for the types whose casts have no shader.
std::int64_t ticks_of_day(TypeId id) {
  switch (id) {
    case TypeId::kTimestamp:
    case TypeId::kTimestampTz: return kMicrosPerDay;
    case TypeId::kTimestampNs: return kMicrosPerDay * 1000;
    default: return 0;
  }
}

}  // namespace

// The value, exact in `lane`, against the type's limits: outside, CAST fails and TRY_CAST gives NULL.
void WgslWriter::finish_cast(ValueId id, const std::string& value, Lane lane) {
  const Instruction& i = program_.at(id);
  const std::string name = fmt::format("x{}", id);
  line(fmt::format("let {} = {};", name, value));
  const kernel::TypeLimits limits = *kernel::limits_of(i.type);
  const std::string bad = outside(name, lane, limits.min, limits.max);
  std::string valid = arg(i, 0).valid;
  if (!bad.empty() && i.op == Opcode::kTryCast) {
    valid = both(valid, fmt::format("!({})", bad));
  } else if (!bad.empty() && i.checked) {
    fail_where(bad, valid, i);
  }
  define(id, *lane_of(program_, i), convert(name, lane, *lane_of(program_, i)), valid);
}

bool WgslWriter::cast_exact(ValueId id, const Register& from, int shift) {
  const Instruction& i = program_.at(id);
  if (shift == 0) {
    finish_cast(id, from.value, from.lane);
    return true;
  }
  if (shift < 0) {
    if (from.lane == Lane::kI128 || -shift > kDigitsOfI64) return decline(i, "of 128-bit decimals to fewer digits has no shader yet");
    const std::string value = in_lane(from, Lane::kI64);
    finish_cast(id, call("round_div_64", fmt::format("{}, {}", value, literal(power_of_ten(-shift), Lane::kI64))), Lane::kI64);
    return true;
  }
  const i128 factor = power_of_ten(shift);
  if (from.lane == Lane::kI32 && factor <= INT32_MAX) {
    finish_cast(id, call("mul_32_64", fmt::format("{}, {}", from.value, literal(factor, Lane::kI32))), Lane::kI64);
    return true;
  }
  const std::string operands = fmt::format("{}, {}", in_lane(from, Lane::kI128), literal(factor, Lane::kI128));
  if (from.lane == Lane::kI128 || shift > kDigitsOfI64) {
    // The product may leave 128 bits; the rest of the way is finish_cast's.
    if (i.op == Opcode::kTryCast) return decline(i, "of 128-bit decimals has no shader yet");
    line(fmt::format("let p{} = {};", id, call("checked_product_128", operands)));
    if (i.checked) fail_where(fmt::format("p{}.over", id), from.valid, i);
    finish_cast(id, fmt::format("p{}.value", id), Lane::kI128);
    return true;
  }
  finish_cast(id, call("mul_128", operands), Lane::kI128);
  return true;
}

bool WgslWriter::cast_temporal(ValueId id) {
  const Instruction& i = program_.at(id);
  const Register& from = arg(i, 0);
  const Type& source = arg_type(i, 0);
  if (source.id == TypeId::kDate && ticks_of_day(i.type.id) != 0) {
    const std::string days = in_lane(from, Lane::kI128);
    const std::string ticks = call("mul_128", fmt::format("{}, {}", days, literal(ticks_of_day(i.type.id), Lane::kI128)));
    // The infinities of dates are those of timestamps.
    const std::string day = in_lane(from, Lane::kI32);
    const std::string high =
        fmt::format("select({}, {}, {} == {})", ticks, literal(kTimestampInfinity, Lane::kI128), day, literal(kDateInfinity, Lane::kI32));
    finish_cast(id,
                fmt::format("select({}, {}, {} == {})", high, literal(kTimestampMinusInfinity, Lane::kI128), day,
                            literal(kDateMinusInfinity, Lane::kI32)),
                Lane::kI128);
    return true;
  }
  // Nanoseconds are rounded to microseconds first: no shader yet.
  if (ticks_of_day(source.id) == kMicrosPerDay && i.type.id == TypeId::kDate) {
    const std::string ticks = in_lane(from, Lane::kI64);
    const std::string days = call("floor_div_64", fmt::format("{}, {}", ticks, literal(kMicrosPerDay, Lane::kI64)));
    const auto same = [&](std::int64_t moment) { return fmt::format("all({} == {})", ticks, literal(moment, Lane::kI64)); };
    const std::string high = fmt::format("select({}, {}, {})", convert(days, Lane::kI64, Lane::kI32), literal(kDateInfinity, Lane::kI32),
                                         same(kTimestampInfinity));
    define(id, Lane::kI32, fmt::format("select({}, {}, {})", high, literal(kDateMinusInfinity, Lane::kI32), same(kTimestampMinusInfinity)),
           from.valid);
    return true;
  }
  return decline(i, fmt::format("from {} to {} has no shader yet", source.to_string(), i.type.to_string()));
}

bool WgslWriter::cast(ValueId id) {
  const Instruction& i = program_.at(id);
  const Register& from = arg(i, 0);
  const Type& source = arg_type(i, 0);
  if (source == i.type) {
    const Lane lane = *lane_of(program_, i);
    define(id, lane, is_integer(lane) ? in_lane(from, lane) : from.value, from.valid);
    return true;
  }
  if (source.physical() == Physical::kString) return decline(DeclineReason::kStringOperation, "cast of strings");
  if (source.is_temporal() && i.type.is_temporal()) return cast_temporal(id);
  if (!is_exact(source) || !is_exact(i.type))
    return decline(i, fmt::format("from {} to {} has no shader yet", source.to_string(), i.type.to_string()));
  if (i.type.id == TypeId::kBoolean) {
    define(id, Lane::kBool, fmt::format("any(vec4<u32>(0u, 0u, 0u, 0u) != {})", in_lane(from, Lane::kI128)), from.valid);
    return true;
  }
  Register number = from;
  if (from.lane == Lane::kBool) {
    number.value = convert(from.value, Lane::kBool, Lane::kI32);
    number.lane = Lane::kI32;
  }
  return cast_exact(id, number, i.type.scale - source.scale);
}

}  // namespace trueno::backend::webgpu
