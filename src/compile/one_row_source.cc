#include "compile/one_row_source.h"

namespace trueno::compile {

namespace {

class OneRowSource final : public TableSource {
 public:
  const Schema& schema() const override { return schema_; }
  std::string identity() const override { return {}; }
  std::string description() const override { return "one row"; }
  std::int64_t part_count() const override { return 1; }
  std::optional<std::int64_t> part_rows(std::int64_t) const override { return 1; }
  ColumnStatistics statistics(std::int64_t, int) const override { return {}; }
  std::int64_t column_bytes(std::int64_t, int) const override { return 0; }
  Result<BatchStream> scan(std::int64_t, std::span<const int>, const ScanPredicate&, const CancelToken&) const override {
    return BatchStream([done = false]() mutable -> Result<std::optional<Batch>> {
      if (done) return std::optional<Batch>();
      done = true;
      return std::optional<Batch>(Batch{1, {}});
    });
  }

 private:
  Schema schema_;
};

}  // namespace

std::shared_ptr<const TableSource> one_row_source() { return std::make_shared<OneRowSource>(); }

}  // namespace trueno::compile
