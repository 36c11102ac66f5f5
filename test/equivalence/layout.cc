#include "layout.h"

#include <algorithm>

#include <fmt/format.h>

#include "storage/table/table_writer.h"

namespace trueno::equivalence {

namespace {

class LaidOutTable final : public TableSource {
 public:
  LaidOutTable(Schema schema, std::vector<Batch> parts, std::int64_t batch_rows, std::string identity)
      : schema_(std::move(schema)), parts_(std::move(parts)), batch_rows_(batch_rows), identity_(std::move(identity)) {}

  const Schema& schema() const override { return schema_; }
  std::string identity() const override { return identity_; }
  std::string description() const override { return "table t"; }
  std::int64_t part_count() const override { return static_cast<std::int64_t>(parts_.size()); }
  std::optional<std::int64_t> part_rows(std::int64_t part) const override { return at(part).length; }
  ColumnStatistics statistics(std::int64_t part, int column) const override {
    return at(part).columns[static_cast<std::size_t>(column)].statistics;
  }
  std::int64_t column_bytes(std::int64_t part, int column) const override {
    return at(part).columns[static_cast<std::size_t>(column)].byte_size();
  }

  bool is_dictionary(int column) const override {
    const auto coded = [&](const Batch& part) { return part.columns[static_cast<std::size_t>(column)].encoding == Encoding::kDictionary; };
    return !parts_.empty() && std::all_of(parts_.begin(), parts_.end(), coded);
  }
  std::shared_ptr<const Dictionary> shared_dictionary(int column) const override {
    const auto at = static_cast<std::size_t>(column);
    if (!is_dictionary(column)) return nullptr;
    const std::shared_ptr<const Dictionary> first = parts_[0].columns[at].dictionary;
    for (const Batch& part : parts_) {
      if (part.columns[at].dictionary != first) return nullptr;
    }
    return first;
  }

  Result<BatchStream> scan(std::int64_t part, std::span<const int> columns, const ScanPredicate&, const CancelToken&) const override {
    Batch batch{at(part).length, {}};
    for (const int column : columns) batch.columns.push_back(at(part).columns[static_cast<std::size_t>(column)]);
    return BatchStream([batch = std::move(batch), begin = std::int64_t{0}, rows = batch_rows_]() mutable -> Result<std::optional<Batch>> {
      if (begin >= batch.length) return std::nullopt;
      Batch slice{std::min(rows, batch.length - begin), {}};
      for (const Column& column : batch.columns) slice.columns.push_back(column.slice(begin, slice.length));
      begin += slice.length;
      return slice;
    });
  }

 private:
  const Batch& at(std::int64_t part) const { return parts_[static_cast<std::size_t>(part)]; }

  Schema schema_;
  std::vector<Batch> parts_;
  std::int64_t batch_rows_;
  std::string identity_;
};

Result<Batch> plain_batch(const Table& table, std::int64_t begin, std::int64_t end) {
  Batch batch{end - begin, {}};
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    const std::span<const Value> values(table.columns[c]);
    batch.columns.push_back(TRUENO_TRY(
        column_of(table.schema[c].type, values.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin)))));
  }
  return batch;
}

Status write_rows(TableWriter& writer, const Table& table, std::int64_t begin, std::int64_t end) {
  return writer.append(TRUENO_TRY(plain_batch(table, begin, end)));
}

Result<std::vector<Batch>> written_parts(const Table& table, const Layout& layout) {
  std::vector<Batch> parts;
  const auto take = [&](TableWriter& writer) -> Status {
    const std::shared_ptr<const TableData> data = TRUENO_TRY(writer.finish());
    for (const auto& group : data->groups) parts.push_back({group->rows, group->columns});
    return {};
  };
  if (!layout.own_dictionaries) {
    TableWriter writer(table.schema, {.rows_per_group = layout.part_rows});
    TRUENO_TRY(write_rows(writer, table, 0, table.rows()));
    TRUENO_TRY(take(writer));
    return parts;
  }
  for (std::int64_t begin = 0; begin < table.rows(); begin += layout.part_rows) {
    TableWriter writer(table.schema, {.rows_per_group = layout.part_rows});
    TRUENO_TRY(write_rows(writer, table, begin, std::min(table.rows(), begin + layout.part_rows)));
    TRUENO_TRY(take(writer));
  }
  return parts;
}

}  // namespace

std::string describe(const Layout& layout) {
  static constexpr const char* kKnowledge[] = {"proven", "claimed", "no"};
  return fmt::format("parts of {}, batches of {}, {}{}, {} statistics", layout.part_rows, layout.batch_rows,
                     layout.encoded ? "encoded" : "plain", layout.own_dictionaries ? ", a dictionary a part" : "",
                     kKnowledge[static_cast<int>(layout.knowledge)]);
}

Result<std::shared_ptr<const TableSource>> make_source(const Table& table, const Layout& layout) {
  std::vector<Batch> parts = TRUENO_TRY(written_parts(table, layout));
  for (Batch& part : parts) {
    for (Column& column : part.columns) {
      if (!layout.encoded) {
        const ColumnStatistics statistics = column.statistics;
        column = TRUENO_TRY(column.decoded());
        column.statistics = statistics;
      }
      if (layout.knowledge == Knowledge::kNone) column.statistics = {};
      if (layout.knowledge == Knowledge::kClaimed) column.statistics.proven = false;
    }
  }
  return std::make_shared<LaidOutTable>(table.schema, std::move(parts), layout.batch_rows, std::string());
}

Layout random_layout(Random& random) {
  Layout layout;
  layout.part_rows = random.pick<std::int64_t>({1, 3, 7, 64, 100, 1024, 131'072});
  layout.batch_rows = random.pick<std::int64_t>({1, 2, 7, 33, 1024, 131'072, 131'072});
  layout.encoded = random.percent(75);
  layout.own_dictionaries = random.percent(40);
  layout.knowledge = random.pick({Knowledge::kProven, Knowledge::kProven, Knowledge::kClaimed, Knowledge::kNone});
  return layout;
}

}  // namespace trueno::equivalence
