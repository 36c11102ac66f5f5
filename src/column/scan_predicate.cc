// Whether statistics leave any hope for a condition.
//
// Soundness is one-sided: "may match" is always a right answer. Two things need care. A part of NULLs only satisfies no comparison. And a
// file's bounds leave out NaN, which SQL puts above every number: so `x > 5` cannot be excluded by such a maximum, while `x = 5` can.
#include "column/scan_predicate.h"

#include <algorithm>

namespace trueno {

namespace {

// Bounds as this condition may use them: a file leaves NaN, the greatest value, out of its maximum.
struct Bounds {
  const Value* min = nullptr;
  const Value* max = nullptr;
};

Bounds bounds_of(const ColumnStatistics& statistics) {
  Bounds bounds{statistics.min ? &*statistics.min : nullptr, statistics.max ? &*statistics.max : nullptr};
  const Value* any = bounds.max != nullptr ? bounds.max : bounds.min;
  const bool floating = any != nullptr && any->type().is_float();
  const bool without_nan = statistics.proven || (statistics.span && !statistics.span->has_nan);
  if (floating && !without_nan) bounds.max = nullptr;
  return bounds;
}

// Bounds of another kind than the constant (a caller's mistake) skip nothing.
bool comparable(const Value& a, const Value& b) { return !a.is_null() && !b.is_null() && a.payload().index() == b.payload().index(); }

// Whether some value within the bounds satisfies `value op constant`; an unknown bound satisfies everything.
bool compare_may_match(CompareOp op, const Value& constant, const Bounds& bounds) {
  if (constant.is_null()) return false;
  const bool low = bounds.min != nullptr && comparable(*bounds.min, constant);
  const bool high = bounds.max != nullptr && comparable(*bounds.max, constant);
  const int to_min = low ? compare_values(constant, *bounds.min) : 1;    // < 0: the constant lies below everything
  const int to_max = high ? compare_values(constant, *bounds.max) : -1;  // > 0: the constant lies above everything
  switch (op) {
    case CompareOp::kEqual: return to_min >= 0 && to_max <= 0;
    case CompareOp::kNotEqual: return !(low && high && to_min == 0 && to_max == 0);
    case CompareOp::kLess: return to_min > 0;
    case CompareOp::kLessEqual: return to_min >= 0;
    case CompareOp::kGreater: return to_max < 0;
    case CompareOp::kGreaterEqual: return to_max <= 0;
  }
  return true;
}

// Equality with a number that is not NaN can use a file's maximum as well.
Bounds bounds_for_equality(const Value& constant, const ColumnStatistics& statistics) {
  Bounds bounds = bounds_of(statistics);
  const bool nan = constant.type().is_float() && !constant.is_null() && constant.as_double() != constant.as_double();
  if (!nan && statistics.max) bounds.max = &*statistics.max;
  return bounds;
}

}  // namespace

bool may_match(const ColumnCondition& condition, const ColumnStatistics& statistics, std::int64_t row_count) {
  const bool only_nulls = statistics.null_count && row_count >= 0 && *statistics.null_count >= row_count;
  switch (condition.kind) {
    case ColumnCondition::Kind::kIsNull: return !statistics.null_count || *statistics.null_count > 0;
    case ColumnCondition::Kind::kIsNotNull: return !only_nulls;
    case ColumnCondition::Kind::kIn:
      return !only_nulls && std::any_of(condition.values.begin(), condition.values.end(), [&](const Value& value) {
        return compare_may_match(CompareOp::kEqual, value, bounds_for_equality(value, statistics));
      });
    case ColumnCondition::Kind::kCompare: {
      if (only_nulls || condition.values.empty()) return !only_nulls;
      const Value& constant = condition.values.front();
      return compare_may_match(condition.op, constant,
                               condition.op == CompareOp::kEqual ? bounds_for_equality(constant, statistics) : bounds_of(statistics));
    }
  }
  return true;
}

}  // namespace trueno
