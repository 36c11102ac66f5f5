// Aggregates of truth values and of bits.
#include "function/families.h"

#include "function/overload.h"

namespace trueno::function {

namespace {

using kernel::AccumulatorKind;
using kernel::FinishKind;

Result<Signature> bind_truth(std::span<const Type> arguments, const BindContext& context) {
  const bool fits = arguments.size() == 1 && (arguments[0].id == TypeId::kBoolean || arguments[0].id == TypeId::kNull);
  if (!fits) return no_overload(context.name, arguments);
  return Signature{{TypeId::kBoolean}, TypeId::kBoolean};
}

// Truth values are added up as 0 and 1.
Result<Signature> bind_count_if(std::span<const Type> arguments, const BindContext& context) {
  if (!bind_truth(arguments, context)) return no_overload(context.name, arguments);
  return Signature{{TypeId::kInteger}, TypeId::kHugeInt};
}

Result<Signature> bind_bits(std::span<const Type> arguments, const BindContext& context) {
  const bool fits = arguments.size() == 1 && (arguments[0].is_integer() || arguments[0].id == TypeId::kNull);
  if (!fits) return no_overload(context.name, arguments);
  const Type type = type_or_integer(arguments[0]);
  return Signature{{type}, type};
}

AccumulatorKind least(const Type&) { return AccumulatorKind::kMin; }
AccumulatorKind greatest(const Type&) { return AccumulatorKind::kMax; }
AccumulatorKind sum(const Type&) { return AccumulatorKind::kSumInteger; }
AccumulatorKind bit_and(const Type&) { return AccumulatorKind::kBitAnd; }
AccumulatorKind bit_or(const Type&) { return AccumulatorKind::kBitOr; }
AccumulatorKind bit_xor(const Type&) { return AccumulatorKind::kBitXor; }

}  // namespace

std::vector<AggregateFunction> bit_aggregates() {
  return {
      {"bool_and",
       {"logical_and", "every"},
       "bool_and(x)",
       "Whether every value that is not NULL is true.",
       "SELECT bool_and(x) FROM (VALUES (true), (NULL)) t(x)",
       "true",
       bind_truth,
       FinishKind::kExtreme,
       least},
      {"bool_or",
       {"logical_or"},
       "bool_or(x)",
       "Whether some value is true.",
       "SELECT bool_or(x) FROM (VALUES (true), (false)) t(x)",
       "true",
       bind_truth,
       FinishKind::kExtreme,
       greatest},
      {"bit_and",
       {},
       "bit_and(x)",
       "Bits that are set in every value that is not NULL.",
       "SELECT bit_and(x) FROM (VALUES (6), (3)) t(x)",
       "2",
       bind_bits,
       FinishKind::kBits,
       bit_and},
      {"bit_or",
       {},
       "bit_or(x)",
       "Bits that are set in some value.",
       "SELECT bit_or(x) FROM (VALUES (6), (3)) t(x)",
       "7",
       bind_bits,
       FinishKind::kBits,
       bit_or},
      {"bit_xor",
       {},
       "bit_xor(x)",
       "Bits that are set in an odd number of values.",
       "SELECT bit_xor(x) FROM (VALUES (6), (3)) t(x)",
       "5",
       bind_bits,
       FinishKind::kBits,
       bit_xor},
      {"count_if",
       {"countif"},
       "count_if(x)",
       "Number of rows for which x is true; NULL when it is NULL for all.",
       "SELECT count_if(x > 1) FROM (VALUES (1), (2), (3)) t(x)",
       "2",
       bind_count_if,
       FinishKind::kSum,
       sum},
  };
}

}  // namespace trueno::function
