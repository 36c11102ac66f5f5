#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "column/value.h"
#include "storage/parquet/pages/flat_column.h"

namespace trueno::pages {

/// How the values of a leaf column lie in statistics, page indexes and Bloom filters, and what they are here.
struct LeafValues {
  Type type = TypeId::kNull;  // ours; NULL: of a part of a nested column, of which nothing is used
  StoredType stored = StoredType::kInt32;
  std::int32_t stored_width = 0;  // of kFixedBytes
  bool ordered = false;           // bounds are in the order of the column's type
  // A stored 64-bit time in our unit: times `multiplier`, then floor divided by `divisor`.
  std::int64_t multiplier = 1;
  std::int64_t divisor = 1;
};

/// A bound as files hold it (PLAIN, a text without its size) in our type. Nothing for types whose order in the file is not ours, for NaN,
/// and for bytes that are no value.
[[nodiscard]] std::optional<Value> bound_of(const LeafValues& leaf, std::string_view bytes);

/// The bytes that a file holds for rows that are equal to `value`, without a text's size: one form, or two for the zero of floats. None:
/// not known, because a file has several for such a value.
[[nodiscard]] std::vector<std::string> stored_forms(const LeafValues& leaf, const Value& value);

}  // namespace trueno::pages
