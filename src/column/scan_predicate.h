#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "column/statistics.h"

namespace trueno {

enum class CompareOp : std::uint8_t { kEqual, kNotEqual, kLess, kLessEqual, kGreater, kGreaterEqual };

/// `column op constant`, or `column IN values`, or IS [NOT] NULL: what a scan may use to skip whole parts. Rows that fail may still be
/// returned; rows that pass are never dropped. NULL rows fail comparisons.
struct ColumnCondition {
  enum class Kind : std::uint8_t { kCompare, kIn, kIsNull, kIsNotNull };
  Kind kind = Kind::kCompare;
  int column = 0;  // index in the source's schema
  CompareOp op = CompareOp::kEqual;
  std::vector<Value> values;  // one for kCompare, any number for kIn; of the column's type
};

/// A conjunction of conditions.
struct ScanPredicate {
  std::vector<ColumnCondition> conditions;
};

/// Whether a part with these statistics can hold a row that satisfies the condition. `row_count` rows; -1: not known. Sound for claimed
/// bounds of honest files; float bounds from files skip only what NaN cannot satisfy (NaN is greatest, and files leave NaN out of their
/// bounds).
[[nodiscard]] bool may_match(const ColumnCondition& condition, const ColumnStatistics& statistics, std::int64_t row_count);

}  // namespace trueno
