#include "session/series_source.h"

#include <algorithm>

#include <fmt/format.h>

namespace trueno::session {

namespace {

constexpr std::int64_t kBatchRows = 131'072;
constexpr std::int64_t kMostParts = 65'536;  // so that a part has less than 2^32 rows, as row ids want, and walks over the parts are short
constexpr i128 kMostRows = i128{1} << 48;

class SeriesSource final : public TableSource {
 public:
  SeriesSource(const std::string& name, i128 begin, i128 step, std::int64_t rows)
      : schema_{{name, TypeId::kBigInt, false}}, begin_(begin), step_(step), rows_(rows) {
    const std::int64_t batches = (rows + kBatchRows - 1) / kBatchRows;
    part_rows_ = kBatchRows * std::max<std::int64_t>(1, (batches + kMostParts - 1) / kMostParts);
  }

  const Schema& schema() const override { return schema_; }
  std::string identity() const override {
    return fmt::format("numbers from {} by {}, {} of them", trueno::to_string(begin_), trueno::to_string(step_), rows_);
  }
  std::string description() const override { return schema_[0].name; }
  std::int64_t part_count() const override { return (rows_ + part_rows_ - 1) / part_rows_; }
  std::optional<std::int64_t> part_rows(std::int64_t part) const override { return std::min(part_rows_, rows_ - part * part_rows_); }
  std::int64_t column_bytes(std::int64_t part, int) const override { return *part_rows(part) * 8; }

  ColumnStatistics statistics(std::int64_t part, int) const override {
    const std::int64_t first = part * part_rows_;
    return bounds(first, first + *part_rows(part) - 1);
  }
  ColumnStatistics column_statistics(int) const override { return rows_ == 0 ? ColumnStatistics{} : bounds(0, rows_ - 1); }

  Result<BatchStream> scan(std::int64_t part, std::span<const int> columns, const ScanPredicate&,
                           const CancelToken& cancel) const override {
    const std::int64_t end = part * part_rows_ + *part_rows(part);
    return BatchStream([this, next = part * part_rows_, end, width = columns.size(), cancel]() mutable -> Result<std::optional<Batch>> {
      TRUENO_TRY(cancel.check());
      if (next >= end) return std::nullopt;
      Batch batch{std::min(kBatchRows, end - next), {}};
      if (width != 0) batch.columns.assign(width, TRUENO_TRY(numbers(next, batch.length)));
      next += batch.length;
      return batch;
    });
  }

 private:
  [[nodiscard]] std::int64_t at(std::int64_t row) const { return static_cast<std::int64_t>(begin_ + step_ * row); }

  [[nodiscard]] ColumnStatistics bounds(std::int64_t first, std::int64_t last) const {
    ColumnStatistics statistics;
    statistics.min = Value::bigint(std::min(at(first), at(last)));
    statistics.max = Value::bigint(std::max(at(first), at(last)));
    statistics.null_count = 0;
    statistics.distinct_count = last - first + 1;
    statistics.exact_bounds = true;
    statistics.proven = true;
    return statistics;
  }

  [[nodiscard]] Result<Column> numbers(std::int64_t first, std::int64_t count) const {
    MutableBuffer values = TRUENO_TRY(MutableBuffer::uninitialised(static_cast<std::size_t>(count) * sizeof(std::int64_t)));
    auto* out = values.as<std::int64_t>();
    for (std::int64_t i = 0; i < count; ++i) out[i] = at(first + i);
    Column column;
    column.type = TypeId::kBigInt;
    column.length = count;
    column.values = std::move(values).freeze();
    column.statistics = bounds(first, first + count - 1);
    return column;
  }

  Schema schema_;
  i128 begin_;
  i128 step_;
  std::int64_t rows_;
  std::int64_t part_rows_ = kBatchRows;
};

}  // namespace

Result<std::shared_ptr<const TableSource>> make_series_source(std::string name, i128 begin, i128 end, i128 step, bool with_end) {
  if (step == 0) return error(ErrorCode::kInvalidInput, "the step of {} must not be 0", name);
  for (const i128 number : {begin, end, step}) {
    if (number < INT64_MIN || number > INT64_MAX) return error(ErrorCode::kInvalidInput, "{} is beyond BIGINT", to_string(number));
  }
  const i128 distance = step > 0 ? end - begin : begin - end;
  const i128 stride = step > 0 ? step : -step;
  i128 rows = distance < 0 ? 0 : (distance + stride - 1) / stride;
  if (with_end && distance >= 0 && distance % stride == 0) ++rows;
  if (rows > kMostRows)
    return error(ErrorCode::kInvalidInput, "{} of {} rows is too long", name, to_string(rows)).hint("at most 2^48 rows");
  return std::make_shared<const SeriesSource>(name, begin, step, static_cast<std::int64_t>(rows));
}

}  // namespace trueno::session
