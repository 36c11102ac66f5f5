// A table version as a source of rows.
#include <algorithm>
#include <vector>

#include "base/hash.h"
#include "column/rows.h"
#include "storage/table/table_writer.h"

namespace trueno {

namespace {

constexpr std::size_t kSampledRows = 1024;
constexpr std::size_t kSampledGroups = 32;

// Scans hand out the chunks themselves: no copy, one batch a row group.
class MemoryTable final : public TableSource {
 public:
  MemoryTable(std::shared_ptr<const TableData> data, std::string name, std::string identity, bool of_table)
      : data_(std::move(data)), name_(std::move(name)), identity_(std::move(identity)), of_table_(of_table) {}

  const Schema& schema() const override { return data_->schema; }
  // Of a table also the row groups it consists of, in runs of neighbouring numbers.
  std::string identity() const override {
    if (!of_table_) return identity_;
    return identity_ + ", row groups" + data_->group_runs.of(0, [&] { return group_runs(); });
  }
  std::string group_runs() const {
    std::string name;
    for (std::size_t first = 0; first < data_->groups.size();) {
      std::size_t end = first + 1;
      const std::uint64_t number = data_->groups[first]->id.value();
      while (end < data_->groups.size() && data_->groups[end]->id.value() == number + (end - first)) ++end;
      name += fmt::format(" {}+{}", number, end - first);
      first = end;
    }
    return name;
  }
  std::string description() const override { return fmt::format("table {}", name_); }
  std::int64_t part_count() const override { return static_cast<std::int64_t>(data_->groups.size()); }
  std::optional<std::int64_t> part_rows(std::int64_t part) const override { return group(part).rows; }
  ColumnStatistics statistics(std::int64_t part, int column) const override { return chunk(part, column).statistics; }
  bool in_memory() const override { return true; }
  std::int64_t column_bytes(std::int64_t part, int column) const override {
    const Column& values = chunk(part, column);
    if (values.encoding == Encoding::kDictionary) return values.length * 4;  // the dictionary is shared by all parts
    return values.byte_size();
  }

  std::int64_t all_column_bytes(int column) const override {
    return data_->column_bytes.of(column, [&] { return TableSource::all_column_bytes(column); });
  }

  ColumnStatistics column_statistics(int column) const override {
    return data_->statistics.of(column, [&] { return merged_statistics(column); });
  }
  ColumnStatistics merged_statistics(int column) const {
    ColumnStatistics merged = TableSource::column_statistics(column);
    const std::int64_t estimate = data_->sketches[static_cast<std::size_t>(column)]->estimate();
    if (estimate != 0) merged.distinct_count = std::min(estimate, std::max<std::int64_t>(data_->rows, 1));
    return merged;
  }

  Result<Batch> sample(std::span<const int> columns) const override {
    Batch rows;
    if (part_count() == 0) return rows;
    for (const int column : columns) rows.columns.push_back(TRUENO_TRY(data_->samples.of(column, [&] { return sampled(column); })));
    rows.length = rows.columns.empty() ? 0 : rows.columns.front().length;
    return rows;
  }

  bool is_dictionary(int column) const override { return shared_dictionary(column) != nullptr; }

  std::shared_ptr<const Dictionary> shared_dictionary(int column) const override {
    return data_->dictionaries.of(column, [&] { return common_dictionary(column); });
  }
  std::shared_ptr<const Dictionary> common_dictionary(int column) const {
    std::shared_ptr<const Dictionary> longest;
    for (const auto& group : data_->groups) {
      const Column& values = group->columns[static_cast<std::size_t>(column)];
      if (values.type.id != TypeId::kVarchar || values.encoding != Encoding::kDictionary || values.dictionary == nullptr) return nullptr;
      if (longest != nullptr && longest->id != values.dictionary->id) return nullptr;
      if (longest == nullptr || longest->values->length < values.dictionary->values->length) longest = values.dictionary;
    }
    return longest;
  }

  Result<BatchStream> scan(std::int64_t part, std::span<const int> columns, const ScanPredicate& predicate,
                           const CancelToken& cancel) const override {
    const bool possible = std::all_of(predicate.conditions.begin(), predicate.conditions.end(), [&](const ColumnCondition& condition) {
      return may_match(condition, statistics(part, condition.column), group(part).rows);
    });
    if (!possible) return BatchStream([]() -> Result<std::optional<Batch>> { return std::nullopt; });
    Batch batch{group(part).rows, {}};
    for (const int column : columns) batch.columns.push_back(chunk(part, column));
    return BatchStream([batch = std::optional(std::move(batch)), cancel]() mutable -> Result<std::optional<Batch>> {
      TRUENO_TRY(cancel.check());
      return std::exchange(batch, std::nullopt);
    });
  }

 private:
  const RowGroup& group(std::int64_t part) const { return *data_->groups[static_cast<std::size_t>(part)]; }
  const Column& chunk(std::int64_t part, int column) const { return group(part).columns[static_cast<std::size_t>(column)]; }

  // Of each of some row groups a few rows, anywhere in it: what lies together is often alike.
  Result<Column> sampled(int column) const {
    const auto groups = static_cast<std::size_t>(part_count());
    const std::size_t taken = std::min(groups, kSampledGroups);
    std::vector<Column> pieces;
    for (std::size_t i = 0; i < taken; ++i) {
      const auto part = static_cast<std::int64_t>(i * groups / taken);
      const auto length = static_cast<std::uint64_t>(group(part).rows);
      std::vector<std::uint32_t> rows(length == 0 ? 0 : kSampledRows / taken);
      for (std::size_t k = 0; k < rows.size(); ++k) rows[k] = static_cast<std::uint32_t>(hash64(i * kSampledRows + k + 1) % length);
      std::ranges::sort(rows);
      pieces.push_back(TRUENO_TRY(take_rows(chunk(part, column), rows)));
    }
    return concatenate(pieces);
  }

  std::shared_ptr<const TableData> data_;
  std::string name_;
  std::string identity_;
  bool of_table_;
};

}  // namespace

std::shared_ptr<const TableSource> make_table_source(std::shared_ptr<const TableData> data, std::string name, std::uint64_t table_id,
                                                     std::uint64_t version) {
  const std::string identity = table_id == 0 ? std::string() : fmt::format("table {} version {}", table_id, version);
  return std::make_shared<MemoryTable>(std::move(data), std::move(name), identity, table_id != 0);
}

std::shared_ptr<const TableSource> make_table_source(std::shared_ptr<const TableData> data, std::string name, std::string identity) {
  return std::make_shared<MemoryTable>(std::move(data), std::move(name), std::move(identity), false);
}

}  // namespace trueno
