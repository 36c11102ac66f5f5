#pragma once

#include <string>
#include <vector>

#include "column/column.h"
#include "random.h"

namespace trueno::equivalence {

/// A random table as plain values, column by column: easy to shrink and to print. Layouts make sources of it (layout.h).
struct Table {
  Schema schema;
  std::vector<std::vector<Value>> columns;  // columns[c][row], of schema[c].type or NULL

  [[nodiscard]] std::int64_t rows() const { return columns.empty() ? 0 : static_cast<std::int64_t>(columns[0].size()); }
};

/// How many rows. What is compared with the rows of one part and one batch needs few; what cuts, merges and overflows buffers more.
enum class Size : std::uint8_t { kSmall, kAny };

/// Every scalar type, NULLs from none to all, extremes, skew, runs, constants, few distinct values, and for floats subnormals, signed
/// zeros, infinities, NaN and pairs that cancel.
[[nodiscard]] Table random_table(Random& random, Size size);

/// Statements that make the table again, for people.
[[nodiscard]] std::string as_sql(const Table& table);

/// A literal with its type ("'x'::VARCHAR"), as a query would write it.
[[nodiscard]] std::string as_literal(const Value& value);

/// A random value of a type, also used for literals of queries.
[[nodiscard]] Value random_value(Random& random, const Type& type);

}  // namespace trueno::equivalence
