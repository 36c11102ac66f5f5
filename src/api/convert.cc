#include "api/convert.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "base/int128.h"
#include "trueno/outcome.h"

namespace trueno {

// The public list of codes is ours without what never leaves the engine. It may not include our headers, so equality is checked here.
static_assert(static_cast<int>(FailureCode::kParser) == static_cast<int>(ErrorCode::kParser));
static_assert(static_cast<int>(FailureCode::kDivisionByZero) == static_cast<int>(ErrorCode::kDivisionByZero));
static_assert(static_cast<int>(FailureCode::kTransaction) == static_cast<int>(ErrorCode::kTransaction));
static_assert(static_cast<int>(FailureCode::kConflict) == static_cast<int>(ErrorCode::kConflict));
static_assert(static_cast<int>(FailureCode::kCorruptFile) == static_cast<int>(ErrorCode::kCorruptFile));
static_assert(static_cast<int>(FailureCode::kDeadlineExceeded) == static_cast<int>(ErrorCode::kDeadlineExceeded));
static_assert(static_cast<int>(FailureCode::kDevice) == static_cast<int>(ErrorCode::kDevice));

namespace {

FailureCode to_code(ErrorCode code) { return code <= ErrorCode::kDevice ? static_cast<FailureCode>(code) : FailureCode::kInternal; }
ErrorCode from_code(FailureCode code) { return code <= FailureCode::kDevice ? static_cast<ErrorCode>(code) : ErrorCode::kInternal; }

}  // namespace

std::string_view failure_code_name(FailureCode code) { return error_code_name(from_code(code)); }

namespace detail {

void broken_contract(std::string_view what) {
  std::fprintf(stderr, "trueno: %.*s\n", static_cast<int>(what.size()), what.data());
  std::abort();
}

}  // namespace detail

namespace api {

Failure to_failure(const Error& error, std::string_view sql) {
  Failure failure;
  failure.code = to_code(error.code());
  failure.message = error.message();
  failure.hint = error.hint();
  failure.span = {error.span().begin, error.span().end};
  failure.text = error.to_string(sql);
  if (error.cause() != nullptr) failure.cause = std::make_shared<const Failure>(to_failure(*error.cause(), sql));
  return failure;
}

Failure failure(FailureCode code, std::string message, std::string hint) {
  Error error(from_code(code), std::move(message));
  if (!hint.empty()) error = std::move(error).hint(std::move(hint));
  return to_failure(error);
}

namespace {

i128 wide(const HugeInt& value) { return static_cast<i128>(value.high) * (i128{1} << 64) + static_cast<i128>(value.low); }

TypeId integer_type(const detail::SizedInteger& value) {
  switch (value.bytes) {
    case 1: return value.is_signed ? TypeId::kTinyInt : TypeId::kUTinyInt;
    case 2: return value.is_signed ? TypeId::kSmallInt : TypeId::kUSmallInt;
    case 4: return value.is_signed ? TypeId::kInteger : TypeId::kUInteger;
    default: return value.is_signed ? TypeId::kBigInt : TypeId::kUBigInt;
  }
}

struct ToValue {
  Value operator()(std::monostate) const { return {}; }
  Value operator()(bool value) const { return Value::boolean(value); }
  Value operator()(const detail::SizedInteger& value) const {
    const i128 number = value.is_signed ? static_cast<i128>(static_cast<std::int64_t>(value.bits)) : static_cast<i128>(value.bits);
    return Value::integer(number, integer_type(value));
  }
  Value operator()(float value) const { return {TypeId::kFloat, value}; }
  Value operator()(double value) const { return Value::floating(value); }
  Value operator()(const std::string& value) const { return Value::varchar(value); }
  Value operator()(const Blob& value) const { return {TypeId::kBlob, value.bytes}; }
  Value operator()(const HugeInt& value) const { return Value::integer(wide(value), TypeId::kHugeInt); }
  Value operator()(const Decimal& value) const { return Value::decimal(wide(value.unscaled), value.precision, value.scale); }
  Value operator()(const Date& value) const { return Value::integer(static_cast<i128>(value.time_since_epoch().count()), TypeId::kDate); }
  Value operator()(const Timestamp& value) const {
    return Value::integer(static_cast<i128>(value.time_since_epoch().count()), TypeId::kTimestamp);
  }
  Value operator()(const Interval& value) const { return {TypeId::kInterval, IntervalValue{value.months, value.days, value.micros}}; }
};

}  // namespace

Value to_value(const Parameter& parameter) { return std::visit(ToValue{}, parameter.content()); }

std::string_view backend_name(Backend backend) {
  switch (backend) {
    case Backend::CostBased: return "cost";
    case Backend::Gpu: return "gpu";
    case Backend::Simd: return "simd";
    case Backend::Scalar: return "scalar";
  }
  return "cost";
}

}  // namespace api
}  // namespace trueno
