#include "session/table_rows.h"

#include <algorithm>
#include <numeric>

#include "column/rows.h"
#include "storage/table/table_writer.h"

namespace trueno::session {

namespace {

// Numbers of `places` in ascending order of the places.
std::vector<std::uint32_t> ascending(const std::vector<std::int64_t>& places) {
  std::vector<std::uint32_t> order(places.size());
  std::iota(order.begin(), order.end(), 0u);
  std::ranges::sort(order, {}, [&](std::uint32_t i) { return places[i]; });
  return order;
}

std::vector<std::uint32_t> all_rows(std::int64_t count) {
  std::vector<std::uint32_t> rows(static_cast<std::size_t>(count));
  std::iota(rows.begin(), rows.end(), 0u);
  return rows;
}

}  // namespace

Result<std::vector<std::uint32_t>> true_rows(const Column& column) {
  const Column plain = TRUENO_TRY(column.decoded());
  std::vector<std::uint32_t> rows;
  for (std::int64_t row = 0; row < plain.length; ++row) {
    if (plain.is_valid(row) && plain.values.data()[row] != 0) rows.push_back(static_cast<std::uint32_t>(row));
  }
  return rows;
}

Result<Batch> take_batch(const Batch& batch, std::span<const std::uint32_t> rows) {
  Batch out{static_cast<std::int64_t>(rows.size()), {}};
  for (const Column& column : batch.columns) out.columns.push_back(TRUENO_TRY(take_rows(column, rows)));
  return out;
}

Result<Batch> joined(const Batch& a, const Batch& b) {
  Batch out{a.length + b.length, {}};
  for (std::size_t c = 0; c < a.columns.size(); ++c) {
    const Column both[] = {a.columns[c], b.columns[c]};
    out.columns.push_back(TRUENO_TRY(concatenate(both)));
  }
  return out;
}

Result<std::shared_ptr<const TableData>> with_row_numbers(const TableData& data, const std::string& name) {
  auto numbered = std::make_shared<TableData>(data);
  numbered->schema.push_back({name, TypeId::kBigInt, false});
  numbered->sketches.push_back(std::make_shared<const HyperLogLog>());
  std::int64_t number = 0;
  for (std::size_t n = 0; n < data.groups.size(); ++n) {
    auto group = std::make_shared<RowGroup>(*data.groups[n]);
    ColumnBuilder numbers{TypeId::kBigInt};
    numbers.reserve(group->rows);
    for (std::int64_t row = 0; row < group->rows; ++row, ++number) TRUENO_TRY(numbers.append_bytes(&number));
    group->columns.push_back(TRUENO_TRY(numbers.finish()));
    numbered->groups[n] = std::move(group);
  }
  return std::shared_ptr<const TableData>(std::move(numbered));
}

Result<Batch> rows_at(const TableData& data, const std::vector<std::int64_t>& places) {
  const std::vector<std::uint32_t> order = ascending(places);
  std::vector<std::vector<Column>> pieces(data.schema.size());  // by column
  std::int64_t begin = 0;
  std::size_t at = 0;
  for (const auto& group : data.groups) {
    std::vector<std::uint32_t> rows;
    for (; at < order.size() && places[order[at]] < begin + group->rows; ++at)
      rows.push_back(static_cast<std::uint32_t>(places[order[at]] - begin));
    begin += group->rows;
    if (rows.empty()) continue;
    for (std::size_t c = 0; c < pieces.size(); ++c) pieces[c].push_back(TRUENO_TRY(take_rows(group->columns[c], rows)));
  }
  std::vector<std::uint32_t> back(places.size());  // where the row of each place came to lie
  for (std::size_t i = 0; i < order.size(); ++i) back[order[i]] = static_cast<std::uint32_t>(i);
  Batch out{static_cast<std::int64_t>(places.size()), {}};
  for (std::size_t c = 0; c < pieces.size(); ++c) {
    if (pieces[c].empty()) {
      out.columns.push_back(TRUENO_TRY(ColumnBuilder(data.schema[c].type).finish()));
    } else {
      out.columns.push_back(TRUENO_TRY(take_rows(TRUENO_TRY(concatenate(pieces[c])), back)));
    }
  }
  return out;
}

Result<std::shared_ptr<const TableData>> with_rows(const TableData& data, const std::vector<std::int64_t>& places, const Batch& updated,
                                                   const Batch& fresh) {
  const std::vector<std::uint32_t> order = ascending(places);
  TableWriter writer = TRUENO_TRY(TableWriter::rewrite(data));
  std::int64_t begin = 0;
  std::size_t at = 0;
  for (const auto& group : data.groups) {
    const std::size_t first = at;
    while (at < order.size() && places[order[at]] < begin + group->rows) ++at;
    const std::span<const std::uint32_t> here(order.data() + first, at - first);
    // A short last group is filled up when what comes is not much smaller than it.
    const bool fill_up = group == data.groups.back() && group->rows < kRowGroupRows && group->rows <= fresh.length * 4;
    if (here.empty() && !fill_up) {
      TRUENO_TRY(writer.keep(group));
    } else {
      // The group, its new rows behind it, and of both what stands at each place.
      const Batch both = TRUENO_TRY(joined({group->rows, group->columns}, TRUENO_TRY(take_batch(updated, here))));
      std::vector<std::uint32_t> rows = all_rows(group->rows);
      for (std::size_t i = 0; i < here.size(); ++i)
        rows[static_cast<std::size_t>(places[here[i]] - begin)] = static_cast<std::uint32_t>(group->rows) + static_cast<std::uint32_t>(i);
      TRUENO_TRY(writer.append(TRUENO_TRY(take_batch(both, rows))));
    }
    begin += group->rows;
  }
  TRUENO_TRY(writer.append(fresh));
  return writer.finish();
}

Result<std::shared_ptr<const TableData>> without_rows(const TableData& data, const std::vector<std::int64_t>& places) {
  TableWriter writer = TRUENO_TRY(TableWriter::rewrite(data));
  std::int64_t begin = 0;
  std::size_t at = 0;
  for (const auto& group : data.groups) {
    const std::size_t first = at;
    std::vector<std::uint32_t> kept;
    for (std::int64_t row = 0; row < group->rows; ++row) {
      if (at < places.size() && places[at] == begin + row) {
        ++at;
      } else {
        kept.push_back(static_cast<std::uint32_t>(row));
      }
    }
    begin += group->rows;
    if (first == at) {
      TRUENO_TRY(writer.keep(group));
    } else {
      TRUENO_TRY(writer.append(TRUENO_TRY(take_batch({group->rows, group->columns}, kept))));
    }
  }
  return writer.finish();
}

}  // namespace trueno::session
