// Dates, times and intervals in + - * /. A moment that is infinite stays what it is.
#include "function/time_arithmetic.h"

#include "base/civil_time.h"
#include "function/families.h"
#include "function/interval.h"

namespace trueno::function {

namespace {

using kernel::Builder;
using kernel::Cell;
using kernel::Opcode;
using kernel::ValueId;
using enum TypeId;

constexpr std::int64_t kLeastTimestamp = -9'223'372'022'400'000'000;  // 290309-12-22 (BC): the first whole day

// TIMESTAMP - TIMESTAMP: whole days and the rest, as DuckDB gives it.
Status timestamp_difference(std::span<const Cell> args, Cell& result, Arena&) {
  for (const Cell& time : args) {
    if (time.integer == kTimestampInfinity || time.integer == kTimestampMinusInfinity)
      return error(ErrorCode::kInvalidInput, "cannot subtract infinite timestamps");
  }
  const i128 micros = args[0].integer - args[1].integer;
  result = Cell::of_interval(TRUENO_TRY(make_interval(0, micros / kMicrosPerDay, micros % kMicrosPerDay)));
  return {};
}

// The clock goes round; whole days and months of the interval change nothing.
Status move_clock(std::span<const Cell> args, Cell& result, Arena&) {
  const i128 moved = (args[0].integer + args[1].interval.micros) % kMicrosPerDay;
  result = Cell::of_integer(moved < 0 ? moved + kMicrosPerDay : moved);
  return {};
}

Status date_with_time(std::span<const Cell> args, Cell& result, Arena&) {
  if (args[0].integer == kDateInfinity || args[0].integer == kDateMinusInfinity) {
    result = Cell::of_integer(args[0].integer > 0 ? kTimestampInfinity : kTimestampMinusInfinity);
    return {};
  }
  const i128 micros = args[0].integer * kMicrosPerDay + args[1].integer;
  if (micros <= kTimestampMinusInfinity || micros >= kTimestampInfinity) return error(ErrorCode::kOutOfRange, "overflow of TIMESTAMP");
  result = Cell::of_integer(micros);
  return {};
}

// Fails where the value leaves [least, most]: it is moved to the end of its width and back, which is checked.
ValueId within(Builder& b, const Type& type, ValueId value, i128 least, i128 most) {
  if (b.at(value).range.proven_within(least, most)) return value;
  const kernel::TypeLimits limits = *kernel::limits_of(type);
  const auto there_and_back = [&](Opcode there, Opcode back, i128 distance) {
    const ValueId step = b.constant(Value::integer(distance, type));
    value = b.emit(back, type, {b.emit(there, type, {value, step}), step});
  };
  there_and_back(Opcode::kAdd, Opcode::kSubtract, limits.max - most);
  there_and_back(Opcode::kSubtract, Opcode::kAdd, least - limits.min);
  return value;
}

// op(time, amount), where an infinite time stays what it is.
ValueId move_time(Builder& b, Opcode op, const Type& type, ValueId time, ValueId amount) {
  ValueId finite = is_finite_time(b, time);
  const auto move = [&] {
    const ValueId moved = b.emit(op, type, {time, amount});
    return type.id == kDate ? within(b, type, moved, kDateMinusInfinity + 1, kDateInfinity - 1)
                            : within(b, type, moved, kLeastTimestamp, kTimestampInfinity - 1);
  };
  if (finite == kernel::kNoValue) return move();
  if (b.at(amount).range.nullable) {
    finite = b.emit(Opcode::kOr, kBoolean, {finite, b.emit(Opcode::kIsNull, kBoolean, {amount})});
  }
  const ValueId former = b.narrow_active(finite);
  const ValueId moved = move();
  b.restore_active(former);
  return b.emit(Opcode::kSelect, type, {finite, moved, time});
}

bool is_moment(const Type& type) { return type.id == kDate || type.id == kTimestamp || type.id == kTimestampTz; }
// What adding an interval makes of a date: it may have hours.
Type moment_type(const Type& type) { return type.id == kDate ? Type(kTimestamp) : type; }

// Without its mirror image.
std::optional<Signature> ordered_sum(const Type& a, const Type& b) {
  if (a.id == kDate && b.is_integer()) return Signature{{a, kInteger}, kDate};
  if (a.id == kDate && b.id == kTime) return Signature{{a, b}, kTimestamp};
  if (b.id != kInterval) return std::nullopt;
  if (a.id == kInterval || a.id == kNull) return Signature{{kInterval, kInterval}, kInterval};
  if (a.id == kTime) return Signature{{a, b}, kTime};
  if (a.is_timestamp() && !is_moment(a)) return Signature{{kTimestamp, b}, kTimestamp};
  if (is_moment(a)) return Signature{{moment_type(a), b}, moment_type(a)};
  return std::nullopt;
}

bool takes_whole(const Type& type) { return type.is_integer() || type.id == kNull; }

}  // namespace

std::optional<Signature> time_sum(const Type& a, const Type& b) {
  if (auto signature = ordered_sum(a, b)) return signature;
  auto signature = ordered_sum(b, a);
  if (signature) std::swap(signature->arguments[0], signature->arguments[1]);
  return signature;
}

std::optional<Signature> time_difference(const Type& a, const Type& b) {
  if (a.id == kDate && b.id == kDate) return Signature{{a, b}, kBigInt};
  if ((a.is_timestamp() || a.id == kDate) && (b.is_timestamp() || b.id == kDate)) return Signature{{kTimestamp, kTimestamp}, kInterval};
  if (a.id == kDate && b.id == kTime) return std::nullopt;
  return ordered_sum(a, b);
}

std::optional<Signature> interval_product(const Type& a, const Type& b) {
  if (a.id == kInterval && takes_whole(b)) return Signature{{a, kBigInt}, kInterval};
  if (b.id == kInterval && takes_whole(a)) return Signature{{kBigInt, b}, kInterval};
  if (a.id == kInterval && b.is_numeric()) return Signature{{a, kDouble}, kInterval};
  if (b.id == kInterval && a.is_numeric()) return Signature{{kDouble, b}, kInterval};
  return std::nullopt;
}

std::optional<Signature> interval_quotient(const Type& a, const Type& b) {
  if (a.id == kInterval && (b.is_numeric() || b.id == kNull)) return Signature{{a, kDouble}, kInterval};
  return std::nullopt;
}

Result<ValueId> lower_time_sum(Builder& b, std::span<const ValueId> args, const Signature& signature) {
  // The moment first, the amount second.
  const bool swapped = signature.arguments[1].is_temporal() && !(signature.arguments[0].id == kDate && signature.arguments[1].id == kTime);
  const ValueId time = args[swapped ? 1 : 0];
  const ValueId amount = args[swapped ? 0 : 1];
  const Type& amount_type = signature.arguments[swapped ? 0 : 1];
  if (signature.result.id == kInterval) return b.host({"add(INTERVAL)", add_intervals, false, true}, kInterval, {args[0], args[1]});
  if (signature.result.id == kTime) return b.host({"add(TIME)", move_clock, false, false}, kTime, {time, amount});
  if (amount_type.id == kTime) return b.host({"add(DATE, TIME)", date_with_time, false, true}, kTimestamp, {time, amount});
  const Opcode op = signature.result.is_timestamp() ? Opcode::kTimestampAdd : Opcode::kAdd;
  return move_time(b, op, signature.result, time, amount);
}

Result<ValueId> lower_time_difference(Builder& b, std::span<const ValueId> args, const Signature& signature) {
  const kernel::HostCall negate{"negate(INTERVAL)", negate_interval, false, true};
  if (args.size() == 1) return b.host(negate, kInterval, {args[0]});
  if (signature.arguments[1].is_timestamp())
    return b.host({"timestamp_difference", timestamp_difference, false, true}, kInterval, {args[0], args[1]});
  if (signature.result.id == kInterval)
    return b.host({"subtract(INTERVAL)", subtract_intervals, false, true}, kInterval, {args[0], args[1]});
  if (signature.arguments[1].id == kInterval) {
    const ValueId negated = b.host(negate, kInterval, {args[1]});
    if (signature.result.id == kTime) return b.host({"add(TIME)", move_clock, false, false}, kTime, {args[0], negated});
    return move_time(b, Opcode::kTimestampAdd, signature.result, args[0], negated);
  }
  if (signature.result.id == kDate) return move_time(b, Opcode::kSubtract, signature.result, args[0], args[1]);
  return b.emit(Opcode::kSubtract, signature.result, {args[0], args[1]});
}

Result<ValueId> lower_interval_product(Builder& b, std::span<const ValueId> args, const Signature& signature) {
  const bool swapped = signature.arguments[1].id == kInterval;
  const ValueId interval = args[swapped ? 1 : 0];
  const ValueId factor = args[swapped ? 0 : 1];
  if (signature.arguments[swapped ? 0 : 1].id == kDouble)
    return b.host({"multiply(INTERVAL, DOUBLE)", scale_interval, false, true}, kInterval, {interval, factor});
  return b.host({"multiply(INTERVAL)", multiply_interval, false, true}, kInterval, {interval, factor});
}

Result<ValueId> lower_interval_quotient(Builder& b, std::span<const ValueId> args, const Signature&) {
  return b.host({"divide(INTERVAL)", divide_interval, false, true}, kInterval, {args[0], args[1]});
}

}  // namespace trueno::function
