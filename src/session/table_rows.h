#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "column/table_source.h"
#include "storage/table/table_data.h"

namespace trueno::session {

// Rows of a version of a table by number, counted from its beginning.

/// The rows where a BOOLEAN column is true.
[[nodiscard]] Result<std::vector<std::uint32_t>> true_rows(const Column& column);
/// Rows of a batch.
[[nodiscard]] Result<Batch> take_batch(const Batch& batch, std::span<const std::uint32_t> rows);
/// The rows of `a`, then those of `b`.
[[nodiscard]] Result<Batch> joined(const Batch& a, const Batch& b);

/// The table with the number of each row as one more BIGINT column, called `name`.
[[nodiscard]] Result<std::shared_ptr<const TableData>> with_row_numbers(const TableData& data, const std::string& name);
/// Rows in the order given; repeats are allowed.
[[nodiscard]] Result<Batch> rows_at(const TableData& data, const std::vector<std::int64_t>& places);
/// The next version: row i of `updated` in the place of row `places[i]` (each place once), and `fresh` behind. Row groups without such a
/// place are kept.
[[nodiscard]] Result<std::shared_ptr<const TableData>> with_rows(const TableData& data, const std::vector<std::int64_t>& places,
                                                                 const Batch& updated, const Batch& fresh);
/// The next version without some rows; `places` ascending, each once.
[[nodiscard]] Result<std::shared_ptr<const TableData>> without_rows(const TableData& data, const std::vector<std::int64_t>& places);

}  // namespace trueno::session
