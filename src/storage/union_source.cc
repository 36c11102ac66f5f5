// Several sources as one: part numbers are counted through.
#include "storage/union_source.h"

#include <algorithm>

namespace trueno {

namespace {

class UnionSource final : public TableSource {
 public:
  UnionSource(std::vector<std::shared_ptr<const TableSource>> sources, std::string description)
      : sources_(std::move(sources)), description_(std::move(description)) {
    for (const auto& source : sources_) ends_.push_back((ends_.empty() ? 0 : ends_.back()) + source->part_count());
  }

  const Schema& schema() const override { return sources_.front()->schema(); }
  std::string identity() const override {
    std::string identity;
    for (const auto& source : sources_) {
      const std::string one = source->identity();
      if (one.empty()) return {};
      identity += one;
      identity += '\n';
    }
    return identity;
  }
  std::string description() const override { return description_; }
  std::int64_t part_count() const override { return ends_.back(); }
  std::optional<std::int64_t> part_rows(std::int64_t part) const override {
    const auto [source, own] = find(part);
    return source->part_rows(own);
  }
  ColumnStatistics statistics(std::int64_t part, int column) const override {
    const auto [source, own] = find(part);
    return source->statistics(own, column);
  }
  std::int64_t column_bytes(std::int64_t part, int column) const override {
    const auto [source, own] = find(part);
    return source->column_bytes(own, column);
  }
  bool is_dictionary(int column) const override {
    return std::ranges::all_of(sources_, [&](const auto& source) { return source->is_dictionary(column); });
  }
  Result<BatchStream> scan(std::int64_t part, std::span<const int> columns, const ScanPredicate& predicate,
                           const CancelToken& cancel) const override {
    const auto [source, own] = find(part);
    return source->scan(own, columns, predicate, cancel);
  }

 private:
  struct Place {
    const TableSource* source;
    std::int64_t part;
  };
  Place find(std::int64_t part) const {
    const auto index = static_cast<std::size_t>(std::upper_bound(ends_.begin(), ends_.end(), part) - ends_.begin());
    return {sources_[index].get(), index == 0 ? part : part - ends_[index - 1]};
  }

  std::vector<std::shared_ptr<const TableSource>> sources_;
  std::string description_;
  std::vector<std::int64_t> ends_;  // parts of this source and all before it
};

}  // namespace

Result<std::shared_ptr<const TableSource>> make_union_source(std::vector<std::shared_ptr<const TableSource>> sources,
                                                             std::string description) {
  TRUENO_ASSERT(!sources.empty());
  if (sources.size() == 1) return std::move(sources.front());
  const Schema& expected = sources.front()->schema();
  for (const auto& source : sources) {
    const Schema& schema = source->schema();
    if (schema.size() != expected.size()) {
      return error(ErrorCode::kBinder, "{} has {} columns and {} has {}", source->description(), schema.size(),
                   sources.front()->description(), expected.size());
    }
    for (std::size_t i = 0; i < schema.size(); ++i) {
      if (schema[i].name == expected[i].name && schema[i].type == expected[i].type) continue;
      return error(ErrorCode::kBinder, "column {} is {} {} in {} and {} {} in {}", i + 1, schema[i].name, schema[i].type.to_string(),
                   source->description(), expected[i].name, expected[i].type.to_string(), sources.front()->description())
          .hint("files that are read as one table need the same columns");
    }
  }
  return std::shared_ptr<const TableSource>(std::make_shared<UnionSource>(std::move(sources), std::move(description)));
}

}  // namespace trueno
