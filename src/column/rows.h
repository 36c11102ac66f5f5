#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/parallel.h"
#include "column/column.h"

namespace trueno {

/// The rows of a column by number, in the order given; repeats are allowed. Plain, or dictionary where the column is one (same dictionary).
/// Texts share their buffers. Nested columns are copied row by row.
[[nodiscard]] Result<Column> take_rows(const Column& column, std::span<const std::uint32_t> rows, const Parallel& parallel = {});

/// One key of an order; all columns of an order are equally long.
struct OrderKey {
  const Column* column = nullptr;
  bool descending = false;
  bool nulls_first = false;
};

/// The numbers of the rows in order: by the keys as SQL compares (NaN greatest, -0 = +0, texts by bytes), rows that are equal by `ties`
/// (ascending) where they are given, then by their number. Cost: a few passes over words of 64 bits; keys are never compared one by one.
[[nodiscard]] Result<std::vector<std::uint32_t>> sorted_rows(std::span<const OrderKey> keys, std::int64_t rows,
                                                             std::span<const std::int64_t> ties = {}, const Parallel& parallel = {});

/// Rows in the order of `sorted_rows`, and where in it each group of equal keys begins.
struct GroupedRows {
  std::vector<std::uint32_t> rows;
  std::vector<std::uint32_t> starts;
};
[[nodiscard]] Result<GroupedRows> grouped_rows(std::span<const OrderKey> keys, std::int64_t rows, const Parallel& parallel = {});

/// Whether two rows of a column are one key: NULL equals NULL, NaN equals NaN, -0 equals +0. Looks into the column, which must outlive it.
class KeyEquality {
 public:
  [[nodiscard]] static Result<KeyEquality> make(const Column& column);
  [[nodiscard]] bool operator()(std::uint32_t a, std::uint32_t b) const;

 private:
  Column column_;  // plain, or codes of a dictionary with distinct values
};

/// The first `limit` of `sorted_rows`.
[[nodiscard]] Result<std::vector<std::uint32_t>> first_rows(std::span<const OrderKey> keys, std::int64_t rows,
                                                            std::span<const std::int64_t> ties, std::int64_t limit,
                                                            const Parallel& parallel = {});

}  // namespace trueno
