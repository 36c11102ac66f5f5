// date_part and date_trunc where the part is computed a row. (Where it is written down, the binder calls the function of the part.)
#include <cmath>

#include "base/civil_time.h"
#include "function/date_name.h"
#include "function/families.h"
#include "function/interval.h"
#include "function/overload.h"

namespace trueno::function {

namespace {

using kernel::Builder;
using kernel::Cell;
using kernel::ValueId;
using enum TypeId;

Result<CivilPart> part_named(std::string_view name) {
  if (const auto part = civil_part_from_name(name)) return *part;
  return error(ErrorCode::kConversion, "no date part '{}'", name).hint("year, month, day, hour, ...");
}

Status part_of_moment(std::span<const Cell> args, Cell& result, Arena&) {
  const auto micros = static_cast<std::int64_t>(args[1].integer);
  if (is_infinite(args[1])) {
    result = Cell::null();
    return {};
  }
  if (const auto further = further_part(args[0].string.view(), micros)) {
    result = Cell::of_f64(further->integer == 0 ? further->f64 : static_cast<double>(further->integer));
    return {};
  }
  const CivilPart part = TRUENO_TRY(part_named(args[0].string.view()));
  if (part == CivilPart::kEpoch) {
    result = Cell::of_f64(static_cast<double>(micros) / 1e6);
  } else {
    result = Cell::of_f64(static_cast<double>(part_of_micros(part, micros)));
  }
  return {};
}

Status part_of_time(std::span<const Cell> args, Cell& result, Arena& arena) {
  const CivilPart part = TRUENO_TRY(part_named(args[0].string.view()));
  if (part != CivilPart::kEpoch && (part < CivilPart::kHour || part > CivilPart::kMicrosecond))
    return error(ErrorCode::kNotSupported, "a TIME has no part '{}'", args[0].string.view());
  return part_of_moment(args, result, arena);
}

Status part_of_interval_named(std::span<const Cell> args, Cell& result, Arena&) {
  const CivilPart part = TRUENO_TRY(part_named(args[0].string.view()));
  result = Cell::of_f64(part == CivilPart::kEpoch ? epoch_of_interval(args[1].interval)
                                                  : static_cast<double>(TRUENO_TRY(part_of_interval(part, args[1].interval))));
  return {};
}

Result<ValueId> lower_part(Builder& b, std::span<const ValueId> args, const Signature& signature) {
  const TypeId of = signature.arguments[1].id;
  if (of == kTime) return b.host({"date_part(TIME)", part_of_time, false, true}, kDouble, {args[0], args[1]});
  if (of == kInterval) return b.host({"date_part(INTERVAL)", part_of_interval_named, false, true}, kDouble, {args[0], args[1]});
  return b.host({"date_part", part_of_moment, false, true}, kDouble, {args[0], args[1]});
}

// Parts that no moment is cut to (day of the week, ...) leave it at the start of its day.
Status truncate_moment(std::span<const Cell> args, Cell& result, Arena&) {
  const CivilPart part = TRUENO_TRY(part_named(args[0].string.view()));
  result = is_infinite(args[1]) ? args[1] : Cell::of_integer(truncate_micros(part, static_cast<std::int64_t>(args[1].integer)));
  return {};
}
Status truncate_interval_named(std::span<const Cell> args, Cell& result, Arena&) {
  result = Cell::of_interval(truncate_interval(TRUENO_TRY(part_named(args[0].string.view())), args[1].interval));
  return {};
}
Result<ValueId> lower_truncate(Builder& b, std::span<const ValueId> args, const Signature& signature) {
  if (signature.result.id == kInterval)
    return b.host({"date_trunc(INTERVAL)", truncate_interval_named, false, true}, kInterval, {args[0], args[1]});
  return b.host({"date_trunc", truncate_moment, false, true}, signature.result, {args[0], args[1]});
}

}  // namespace

std::vector<ScalarFunction> date_computed_functions() {
  return {
      {"date_part",
       {"datepart"},
       "date_part(part, x)",
       "The part that a text names: year, month, day, hour, epoch, ...; DOUBLE where the part is computed.",
       "date_part('month', DATE '1995-03-17')",
       "3",
       bind_as<"date_part", Takes<kDouble, kVarchar, kTimestamp>, Takes<kDouble, kVarchar, kTime>, Takes<kDouble, kVarchar, kInterval>>,
       lower_part},
      {"date_trunc",
       {"datetrunc"},
       "date_trunc(part, x)",
       "The first moment of the part that a text names; of an INTERVAL, what is left without the smaller parts.",
       "date_trunc('month', DATE '1995-03-17')",
       "1995-03-01 00:00:00",
       bind_as<"date_trunc", Takes<kTimestamp, kVarchar, kTimestamp>, Takes<kTimestampTz, kVarchar, kTimestampTz>,
               Takes<kInterval, kVarchar, kInterval>>,
       lower_truncate},
  };
}

}  // namespace trueno::function
