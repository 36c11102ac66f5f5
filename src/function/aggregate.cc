// Aggregates with a state of fixed size.
#include "function/families.h"

#include "function/overload.h"

namespace trueno::function {

namespace {

using kernel::AccumulatorKind;
using kernel::FinishKind;

Result<Signature> bind_count(std::span<const Type> arguments, const BindContext& context) {
  if (arguments.size() > 1) return no_overload(context.name, arguments);
  Signature signature{{}, TypeId::kBigInt};
  if (arguments.size() == 1) signature.arguments.push_back(type_or_integer(arguments[0]));
  return signature;
}

Result<Signature> bind_sum(std::span<const Type> arguments, const BindContext& context) {
  if (arguments.size() != 1) return no_overload(context.name, arguments);
  Type type = arguments[0];
  if (type.id == TypeId::kNull || type.id == TypeId::kBoolean) type = TypeId::kInteger;
  if (type.is_integer()) return Signature{{type}, TypeId::kHugeInt};
  if (type.id == TypeId::kDecimal) return Signature{{type}, Type::decimal(38, type.scale)};
  if (type.is_float()) return Signature{{type}, TypeId::kDouble};
  return no_overload(context.name, arguments);
}

// Of moments and times of day a moment and a time of day; dates are midnights.
bool is_averaged_as_it_is(const Type& type) {
  switch (type.id) {
    case TypeId::kTime:
    case TypeId::kTimestamp:
    case TypeId::kTimestampS:
    case TypeId::kTimestampMs:
    case TypeId::kTimestampNs:
    case TypeId::kTimestampTz: return true;
    default: return false;
  }
}

Result<Signature> bind_average(std::span<const Type> arguments, const BindContext& context) {
  if (arguments.size() == 1 && is_averaged_as_it_is(arguments[0])) return Signature{{arguments[0]}, arguments[0]};
  if (arguments.size() == 1 && arguments[0].id == TypeId::kDate) return Signature{{TypeId::kTimestamp}, TypeId::kTimestamp};
  if (arguments.size() == 1 && arguments[0].id == TypeId::kBoolean) return no_overload(context.name, arguments);
  Signature signature = TRUENO_TRY(bind_sum(arguments, context));
  signature.result = TypeId::kDouble;
  return signature;
}

Result<Signature> bind_decimal_average(std::span<const Type> arguments, const BindContext& context) {
  if (arguments.size() != 1 || arguments[0].id != TypeId::kDecimal) return no_overload(context.name, arguments);
  return Signature{{arguments[0]}, arguments[0]};
}

// As DOUBLE, whatever it was.
Result<Signature> bind_sum_as_double(std::span<const Type> arguments, const BindContext& context) {
  TRUENO_TRY(bind_sum(arguments, context));
  return Signature{{TypeId::kDouble}, TypeId::kDouble};
}

Result<Signature> bind_least_or_greatest(std::span<const Type> arguments, const BindContext& context) {
  if (arguments.size() != 1 || arguments[0].is_nested()) return no_overload(context.name, arguments);
  const Type type = type_or_integer(arguments[0]);
  return Signature{{type}, type};
}

AccumulatorKind count_kind(const Type&) { return AccumulatorKind::kCount; }
AccumulatorKind sum_kind(const Type& type) { return type.is_float() ? AccumulatorKind::kSumFloat : AccumulatorKind::kSumInteger; }
AccumulatorKind min_kind(const Type&) { return AccumulatorKind::kMin; }
AccumulatorKind max_kind(const Type&) { return AccumulatorKind::kMax; }

}  // namespace

std::vector<AggregateFunction> aggregate_functions() {
  return {
      {"count",
       {},
       "count(*) or count(x)",
       "Number of rows, or of values that are not NULL.",
       "SELECT count(x) FROM (VALUES (1), (NULL)) t(x)",
       "1",
       bind_count,
       FinishKind::kCount,
       count_kind},
      {"sum",
       {},
       "sum(x)",
       "Exact sum; floats: the correctly rounded exact sum, in any order. HUGEINT, DECIMAL(38, s) or DOUBLE.",
       "SELECT sum(x) FROM (VALUES (1e308), (1), (-1e308)) t(x)",
       "1.0",
       bind_sum,
       FinishKind::kSum,
       sum_kind},
      {"avg",
       {"mean"},
       "avg(x)",
       "Exact sum divided by the count, rounded once to DOUBLE; of dates and times a timestamp or a time.",
       "SELECT avg(x) FROM (VALUES (1), (2)) t(x)",
       "1.5",
       bind_average,
       FinishKind::kAverage,
       sum_kind},
      {"fsum",
       {"kahan_sum", "sumkahan"},
       "fsum(x)",
       "Sum as DOUBLE. Every sum of floats is exact here, so this one only makes the numbers DOUBLE first.",
       "SELECT fsum(x) FROM (VALUES (1), (2)) t(x)",
       "3.0",
       bind_sum_as_double,
       FinishKind::kSum,
       sum_kind},
      {"decimal_average",
       {},
       "decimal_average(x)",
       "Average of decimals as a decimal of their type, ties rounded to even.",
       "SELECT decimal_average(x) FROM (VALUES (1.0), (1.5)) t(x)",
       "1.2",
       bind_decimal_average,
       FinishKind::kAverage,
       sum_kind},
      {"favg",
       {},
       "favg(x)",
       "Average of the numbers as DOUBLE.",
       "SELECT favg(x) FROM (VALUES (1), (2)) t(x)",
       "1.5",
       bind_sum_as_double,
       FinishKind::kAverage,
       sum_kind},
      {"min",
       {},
       "min(x)",
       "Least value.",
       "SELECT min(x) FROM (VALUES (3), (1)) t(x)",
       "1",
       bind_least_or_greatest,
       FinishKind::kExtreme,
       min_kind},
      {"max",
       {},
       "max(x)",
       "Greatest value.",
       "SELECT max(x) FROM (VALUES (3), (1)) t(x)",
       "3",
       bind_least_or_greatest,
       FinishKind::kExtreme,
       max_kind},
  };
}

}  // namespace trueno::function
