#include "column/batch_source.h"

#include <utility>

namespace trueno {

namespace {

class BatchSource final : public TableSource {
 public:
  BatchSource(Schema schema, Batch rows, std::string description)
      : schema_(std::move(schema)), rows_(std::move(rows)), description_(std::move(description)) {}
  const Schema& schema() const override { return schema_; }
  std::string identity() const override { return {}; }
  std::string description() const override { return description_; }
  std::int64_t part_count() const override { return 1; }
  std::optional<std::int64_t> part_rows(std::int64_t) const override { return rows_.length; }
  ColumnStatistics statistics(std::int64_t, int) const override { return {}; }
  bool in_memory() const override { return true; }
  std::int64_t column_bytes(std::int64_t, int column) const override { return rows_.columns[static_cast<std::size_t>(column)].byte_size(); }
  Result<BatchStream> scan(std::int64_t, std::span<const int> columns, const ScanPredicate&, const CancelToken&) const override {
    Batch batch{rows_.length, {}};
    for (const int column : columns) batch.columns.push_back(rows_.columns[static_cast<std::size_t>(column)]);
    return BatchStream(
        [batch = std::optional(std::move(batch))]() mutable -> Result<std::optional<Batch>> { return std::exchange(batch, std::nullopt); });
  }

 private:
  Schema schema_;
  Batch rows_;
  std::string description_;
};

}  // namespace

std::shared_ptr<const TableSource> batch_source(Schema schema, Batch rows, std::string description) {
  return std::make_shared<BatchSource>(std::move(schema), std::move(rows), std::move(description));
}

}  // namespace trueno
