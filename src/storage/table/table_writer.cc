// Batches to row groups.
#include "storage/table/table_writer.h"

#include <algorithm>

namespace trueno {

TableWriter::TableWriter(Schema schema, TableWriterOptions options) : schema_(std::move(schema)), options_(options) {
  for (const Field& field : schema_) columns_.emplace_back(field.type, options_.rows_per_group);
}

Result<TableWriter> TableWriter::rewrite(const TableData& base, TableWriterOptions options) {
  TableWriter writer(base.schema, options);
  for (std::size_t i = 0; i < base.schema.size(); ++i) {
    if (!base.groups.empty()) TRUENO_TRY(writer.columns_[i].continue_from(base.groups.front()->columns[i]));
    writer.columns_[i].continue_from(*base.sketches[i]);
  }
  return writer;
}

Result<TableWriter> TableWriter::append_to(const TableData& base, std::int64_t expected_rows, TableWriterOptions options) {
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

// A batch may be of any length: it is cut where row groups end.
Status TableWriter::append(const Batch& batch) {
  TRUENO_ASSERT(batch.columns.size() == columns_.size());
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (!schema_[i].nullable && batch.columns[i].null_count != 0) {
      return error(ErrorCode::kConstraint, "column \"{}\" is NOT NULL and got a NULL", schema_[i].name);
    }
  }
  for (std::int64_t at = 0; at < batch.length;) {
    const std::int64_t count = std::min(batch.length - at, options_.rows_per_group - pending_);
    for (std::size_t i = 0; i < columns_.size(); ++i) TRUENO_TRY(columns_[i].append(batch.columns[i].slice(at, count)));
    at += count;
    pending_ += count;
    rows_ += count;
    if (pending_ == options_.rows_per_group) TRUENO_TRY(flush());
  }
  return {};
}

// Ends the row group being filled, whatever its length.
Status TableWriter::flush() {
  if (pending_ == 0) return {};
  auto group = std::make_shared<RowGroup>();
  group->rows = pending_;
  for (ChunkWriter& column : columns_) group->columns.push_back(TRUENO_TRY(column.finish_chunk()));
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
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    std::vector<Column*> chunks;
    for (const auto& group : groups_) chunks.push_back(&group->columns[i]);
    TRUENO_TRY(columns_[i].finish(chunks));
    data->sketches.push_back(std::make_shared<const HyperLogLog>(columns_[i].sketch()));
  }
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
