#include "column/row_id_source.h"

#include <algorithm>

#include "base/name.h"

namespace trueno {

namespace {

constexpr std::string_view kRowId = "rowid";

class RowIdSource final : public TableSource {
 public:
  explicit RowIdSource(std::shared_ptr<const TableSource> source) : source_(std::move(source)), schema_(source_->schema()) {
    schema_.push_back({std::string(kRowId), TypeId::kBigInt, false});
    std::int64_t rows = 0;
    for (std::int64_t part = 0; part < source_->part_count(); ++part) {
      first_rows_.push_back(rows);
      rows += source_->part_rows(part).value_or(0);
    }
    rows_ = rows;
  }

  const Schema& schema() const override { return schema_; }
  std::string identity() const override {
    const std::string rows = source_->identity();
    return rows.empty() ? rows : rows + " with row ids";
  }
  std::string description() const override { return source_->description(); }
  std::int64_t part_count() const override { return source_->part_count(); }
  std::optional<std::int64_t> part_rows(std::int64_t part) const override { return source_->part_rows(part); }
  ColumnStatistics statistics(std::int64_t part, int column) const override {
    if (!is_row_id(column)) return source_->statistics(part, column);
    return bounds(first_rows_[static_cast<std::size_t>(part)], source_->part_rows(part).value_or(0));
  }
  ColumnStatistics column_statistics(int column) const override {
    return is_row_id(column) ? bounds(0, rows_) : source_->column_statistics(column);
  }
  bool is_dictionary(int column) const override { return !is_row_id(column) && source_->is_dictionary(column); }
  std::shared_ptr<const Dictionary> shared_dictionary(int column) const override {
    return is_row_id(column) ? nullptr : source_->shared_dictionary(column);
  }
  std::int64_t column_bytes(std::int64_t part, int column) const override {
    return is_row_id(column) ? 8 * source_->part_rows(part).value_or(0) : source_->column_bytes(part, column);
  }

  Result<BatchStream> scan(std::int64_t part, std::span<const int> columns, const ScanPredicate& predicate,
                           const CancelToken& cancel) const override {
    std::vector<int> read;
    std::vector<bool> row_ids;
    for (const int column : columns) {
      row_ids.push_back(is_row_id(column));
      if (!row_ids.back()) read.push_back(column);
    }
    if (read.size() == columns.size()) return source_->scan(part, columns, predicate, cancel);
    // Rows are counted as they come: none may be left out.
    const BatchStream rows = TRUENO_TRY(source_->scan(part, read, {}, cancel));
    return BatchStream([rows, row_ids, next = first_rows_[static_cast<std::size_t>(part)]]() mutable -> Result<std::optional<Batch>> {
      std::optional<Batch> batch = TRUENO_TRY(rows());
      if (!batch) return std::nullopt;
      const Column numbers = TRUENO_TRY(numbered(next, batch->length));
      next += batch->length;
      Batch out{batch->length, {}};
      std::size_t at = 0;
      for (const bool row_id : row_ids) out.columns.push_back(row_id ? numbers : batch->columns[at++]);
      return out;
    });
  }

 private:
  [[nodiscard]] bool is_row_id(int column) const { return static_cast<std::size_t>(column) + 1 == schema_.size(); }

  static ColumnStatistics bounds(std::int64_t first, std::int64_t rows) {
    ColumnStatistics statistics;
    if (rows == 0) return statistics;
    statistics.min = Value::bigint(first);
    statistics.max = Value::bigint(first + rows - 1);
    statistics.null_count = 0;
    statistics.distinct_count = rows;
    statistics.exact_bounds = true;
    statistics.proven = true;
    return statistics;
  }

  static Result<Column> numbered(std::int64_t first, std::int64_t rows) {
    MutableBuffer values = TRUENO_TRY(MutableBuffer::uninitialised(static_cast<std::size_t>(rows) * sizeof(std::int64_t)));
    auto* out = values.as<std::int64_t>();
    for (std::int64_t i = 0; i < rows; ++i) out[i] = first + i;
    Column column;
    column.type = TypeId::kBigInt;
    column.length = rows;
    column.values = std::move(values).freeze();
    column.statistics = bounds(first, rows);
    return column;
  }

  std::shared_ptr<const TableSource> source_;
  Schema schema_;
  std::vector<std::int64_t> first_rows_;  // by part
  std::int64_t rows_ = 0;
};

}  // namespace

std::shared_ptr<const TableSource> with_row_ids(std::shared_ptr<const TableSource> source) {
  if (!source->row_count()) return nullptr;
  if (std::ranges::any_of(source->schema(), [](const Field& field) { return same_name(field.name, kRowId); })) return nullptr;
  return std::make_shared<const RowIdSource>(std::move(source));
}

}  // namespace trueno
