// LIMIT 0 reads nothing: what is below it becomes a source without rows.
//
//   Limit 0             ->    Limit 0
//     Sort x                    Scan nothing
//       Scan t
//
// Not optional: rows past a satisfied LIMIT raise no error, and here no row is wanted.
#include "optimize/rules.h"

namespace trueno::optimize {

namespace {

class NoRows final : public TableSource {
 public:
  explicit NoRows(Schema schema) : schema_(std::move(schema)) {}
  const Schema& schema() const override { return schema_; }
  std::string identity() const override { return "no rows"; }
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

Result<plan::PlanPtr> empty_limit(plan::PlanPtr plan, const plan::ConstantEvaluator& constants) {
  const auto* limit = std::get_if<plan::Limit>(&plan->node);
  if (limit != nullptr && limit->limit == 0) {
    plan::Scan scan;
    scan.source = std::make_shared<NoRows>(plan->schema);
    for (std::size_t i = 0; i < plan->schema.size(); ++i) scan.columns.push_back(static_cast<int>(i));
    plan->inputs.front() = plan::make_plan(std::move(scan), plan->schema);
    return plan;
  }
  for (plan::PlanPtr& input : plan->inputs) input = TRUENO_TRY(empty_limit(std::move(input), constants));
  return plan;
}

}  // namespace trueno::optimize
