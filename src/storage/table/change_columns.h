#pragma once

#include <memory>

#include "storage/table/table_data.h"

namespace trueno {

// Versions of a table that differ in a column. All others keep their chunks; row groups stay as they are.

/// With `values`, one a row of the table, as column number `at`: a new last one, or instead of the one there. kConstraint for a NULL where
/// `field` is not nullable.
[[nodiscard]] Result<std::shared_ptr<const TableData>> with_column(const TableData& data, std::size_t at, const Field& field,
                                                                   const Column& values);
[[nodiscard]] std::shared_ptr<const TableData> without_column(const TableData& data, std::size_t at);
/// With other names or NULL rules of its columns. Types stay.
[[nodiscard]] std::shared_ptr<const TableData> with_schema(const TableData& data, Schema schema);
/// How many rows have a NULL in a column.
[[nodiscard]] std::int64_t null_count(const TableData& data, std::size_t column);

}  // namespace trueno
