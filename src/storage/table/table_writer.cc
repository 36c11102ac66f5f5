// Batches to row groups.
#include "storage/table/table_writer.h"

#include <algorithm>
#include <utility>

namespace trueno {

TableWriter::TableWriter(Schema schema, TableWriterOptions options) : schema_(std::move(schema)), options_(std::move(options)) {
  for (const Field& field : schema_) columns_.emplace_back(field.type, options_.rows_per_group);
}

Result<TableWriter> TableWriter::rewrite(const TableData& base, TableWriterOptions options) {
  TableWriter writer(base.schema, std::move(options));
  for (std::size_t i = 0; i < base.schema.size(); ++i) {
    if (!base.groups.empty()) TRUENO_TRY(writer.columns_[i].continue_from(base.groups.front()->columns[i]));
    writer.columns_[i].continue_from(*base.sketches[i]);
  }
  return writer;
}

Result<TableWriter> TableWriter::append_to(const TableData& base, std::int64_t expected_rows, const TableWriterOptions& options) {
  TableWriter writer = TRUENO_TRY(rewrite(base, options));
  for (const auto& group : base.groups) {
    // Rewriting a group that is at most four times what comes costs a constant number of copies a row over many appends.
    const bool fill_up = group == base.groups.back() && group->rows < options.rows_per_group && group->rows <= expected_rows * 4;
    if (fill_up) {
      TRUENO_TRY(writer.append({group->rows, group->columns}));
    } else {
      TRUENO_TRY(writer.keep(group));
    }
  }
  return writer;
}

// By column, where they are independent of one another.
Status TableWriter::each_column(const std::function<Status(std::size_t column)>& body) const {
  std::vector<Status> done(columns_.size());
  options_.parallel(columns_.size(), [&](std::size_t i) { done[i] = body(i); });
  for (Status& status : done) TRUENO_TRY(std::move(status));
  return {};
}

// A batch may be of any length: it is cut where row groups end.
Status TableWriter::append(const Batch& batch) {
  TRUENO_ASSERT(batch.columns.size() == columns_.size());
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (!schema_[i].nullable && batch.columns[i].null_count != 0) {
      return error(ErrorCode::kConstraint, "column \"{}\" is NOT NULL and got a NULL", schema_[i].name);
    }
  }
  const std::int64_t before = std::exchange(pending_, (pending_ + batch.length) % options_.rows_per_group);
  std::vector<std::vector<Column>> chunks(columns_.size());  // that are full, by column
  TRUENO_TRY(each_column([&](std::size_t i) -> Status {
    std::int64_t pending = before;
    for (std::int64_t at = 0; at < batch.length;) {
      const std::int64_t count = std::min(batch.length - at, options_.rows_per_group - pending);
      TRUENO_TRY(columns_[i].append(batch.columns[i].slice(at, count)));
      at += count;
      pending += count;
      if (pending < options_.rows_per_group) continue;
      chunks[i].push_back(TRUENO_TRY(columns_[i].finish_chunk()));
      pending = 0;
    }
    return {};
  }));
  rows_ += batch.length;
  for (std::int64_t number = 0; number < (before + batch.length) / options_.rows_per_group; ++number) {
    auto group = std::make_shared<RowGroup>();
    group->rows = options_.rows_per_group;
    for (std::vector<Column>& full : chunks) group->columns.push_back(std::move(full[static_cast<std::size_t>(number)]));
    groups_.push_back(std::move(group));
  }
  return {};
}

// Ends the row group being filled, whatever its length.
Status TableWriter::flush() {
  if (pending_ == 0) return {};
  auto group = std::make_shared<RowGroup>();
  group->rows = pending_;
  group->columns.resize(columns_.size());
  TRUENO_TRY(each_column([&](std::size_t i) -> Status {
    group->columns[i] = TRUENO_TRY(columns_[i].finish_chunk());
    return {};
  }));
  groups_.push_back(std::move(group));
  pending_ = 0;
  return {};
}

// The group's columns are copied (their buffers are not), because a grown dictionary may have to be put into them.
Status TableWriter::keep(const std::shared_ptr<const RowGroup>& group) {
  TRUENO_TRY(flush());
  for (ChunkWriter& column : columns_) column.note_kept(group->rows);
  groups_.push_back(std::make_shared<RowGroup>(*group));
  rows_ += group->rows;
  return {};
}

// Dictionaries are made last, over all groups, kept ones included.
Result<std::shared_ptr<const TableData>> TableWriter::finish() {
  TRUENO_TRY(flush());
  auto data = std::make_shared<TableData>();
  data->schema = schema_;
  data->rows = rows_;
  TRUENO_TRY(each_column([&](std::size_t i) -> Status {
    std::vector<Column*> chunks;
    for (const auto& group : groups_) chunks.push_back(&group->columns[i]);
    return columns_[i].finish(chunks);
  }));
  for (const ChunkWriter& column : columns_) data->sketches.push_back(std::make_shared<const HyperLogLog>(column.sketch()));
  data->groups.assign(groups_.begin(), groups_.end());
  return std::shared_ptr<const TableData>(std::move(data));
}

std::int64_t TableData::byte_size() const {
  std::int64_t bytes = 0;
  for (const auto& group : groups) {
    for (const Column& column : group->columns) bytes += column.byte_size();
  }
  return bytes;
}

}  // namespace trueno
