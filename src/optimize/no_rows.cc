#include "optimize/no_rows.h"

namespace trueno::optimize {

namespace {

constexpr std::string_view kIdentity = "no rows";

class NoRows final : public TableSource {
 public:
  explicit NoRows(Schema schema) : schema_(std::move(schema)) {}
  const Schema& schema() const override { return schema_; }
  std::string identity() const override { return std::string(kIdentity); }
  std::string description() const override { return "nothing"; }
  std::int64_t part_count() const override { return 0; }
  std::optional<std::int64_t> part_rows(std::int64_t) const override { return 0; }
  ColumnStatistics statistics(std::int64_t, int) const override { return {}; }
  std::int64_t column_bytes(std::int64_t, int) const override { return 0; }
  Result<BatchStream> scan(std::int64_t, std::span<const int>, const ScanPredicate&, const CancelToken&) const override {
    return BatchStream([]() -> Result<std::optional<Batch>> { return std::nullopt; });
  }

 private:
  Schema schema_;
};

}  // namespace

plan::PlanPtr no_rows(Schema schema) {
  plan::Scan scan;
  scan.source = std::make_shared<NoRows>(schema);
  for (std::size_t i = 0; i < schema.size(); ++i) scan.columns.push_back(static_cast<int>(i));
  return plan::make_plan(std::move(scan), std::move(schema));
}

bool gives_no_rows(const plan::Plan& plan) {
  const auto* scan = std::get_if<plan::Scan>(&plan.node);
  return scan != nullptr && scan->source->part_count() == 0 && scan->source->identity() == kIdentity;
}

}  // namespace trueno::optimize
