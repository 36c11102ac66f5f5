// Parts of dates and timestamps, as BIGINT.
#include "backend/webgpu/wgsl_writer.h"
#include "base/civil_time.h"

namespace trueno::backend::webgpu {

using kernel::DatePart;
using kernel::Instruction;
using kernel::ValueId;

bool WgslWriter::date_part(ValueId id) {
  const Instruction& i = program_.at(id);
  const Register& from = arg(i, 0);
  const TypeId source = arg_type(i, 0).id;
  const bool date = source == TypeId::kDate;
  if (!date && source != TypeId::kTimestamp && source != TypeId::kTimestampTz) return decline(i, "of this type has no shader yet");
  const auto part = static_cast<DatePart>(i.index);
  std::string days = in_lane(from, Lane::kI32);
  if (!date) {
    const std::string ticks = in_lane(from, Lane::kI64);
    line(fmt::format("let d{} = {};", id, call("floor_div_64", fmt::format("{}, {}", ticks, literal(kMicrosPerDay, Lane::kI64)))));
    days = fmt::format("bitcast<i32>(d{}.x)", id);
  }
  const auto civil = [&](std::string_view member) { return fmt::format("{}{}", call("civil", days), member); };
  // The part of the day's time: microseconds since midnight fit 64 bits, divided they fit 32.
  const auto of_day = [&](std::int64_t divisor, std::int64_t modulus) {
    const std::string midnight = call("mul_64", fmt::format("d{}, {}", id, literal(kMicrosPerDay, Lane::kI64)));
    const std::string time = call("sub_64", fmt::format("{}, {}", in_lane(from, Lane::kI64), midnight));
    const std::string whole = call("divide_unsigned_64", fmt::format("{}, {}", time, literal(divisor, Lane::kI64))) + ".xy";
    if (modulus == 0) return fmt::format("bitcast<i32>({}.x)", whole);
    const std::string rest = call("divide_unsigned_64", fmt::format("{}, {}", whole, literal(modulus, Lane::kI64)));
    return fmt::format("bitcast<i32>({}.z)", rest);
  };
  std::string value;
  switch (part) {
    case DatePart::kYear: value = civil(".x"); break;
    case DatePart::kQuarter: value = fmt::format("({} + 2) / 3", civil(".y")); break;
    case DatePart::kMonth: value = civil(".y"); break;
    case DatePart::kDay: value = civil(".z"); break;
    case DatePart::kDayOfYear: value = civil(".w"); break;
    case DatePart::kDayOfWeek: value = fmt::format("({} + 1) % 7", call("weekday", days)); break;
    case DatePart::kIsoDayOfWeek: value = fmt::format("{} + 1", call("weekday", days)); break;
    case DatePart::kHour: value = date ? "0" : of_day(3'600'000'000, 0); break;
    case DatePart::kMinute: value = date ? "0" : of_day(60'000'000, 60); break;
    case DatePart::kSecond: value = date ? "0" : of_day(1'000'000, 60); break;
    case DatePart::kMillisecond: value = date ? "0" : of_day(1'000, 60'000); break;
    case DatePart::kMicrosecond: value = date ? "0" : of_day(1, 60'000'000); break;
    case DatePart::kWeek:
    case DatePart::kIsoYear:
    case DatePart::kEpoch:
    case DatePart::kCentury:
    case DatePart::kDecade:
    case DatePart::kMillennium: return decline(i, fmt::format("{} has no shader yet", kernel::date_part_name(part)));
  }
  define(id, *lane_of(program_, i), convert(value, Lane::kI32, *lane_of(program_, i)), from.valid);
  return true;
}

}  // namespace trueno::backend::webgpu
