// Samples: a condition right above the scan of a large table is tried on some of its rows before joins are ordered. Bounds and numbers of
// distinct values know nothing of patterns, of skew and of columns that depend on each other.
//
//   Join on k = k                        Join on k = k
//     Filter a = 1 and b = 1       ->      Filter a = 1 and b = 1, passed by 50 % of a sample
//       Scan table t [k, a, b]               Scan table t [k, a, b]
//
// It changes nothing but estimates.
#include <algorithm>

#include "optimize/rules.h"
#include "plan/cardinality.h"

namespace trueno::optimize {

namespace {

constexpr std::int64_t kLeastRows = 16'384;   // below, what can be gained is less than asking costs
constexpr std::int64_t kMostRowBytes = 4096;  // of the columns of a condition: long texts take too long to look into

std::optional<double> passing(const plan::Filter& filter, const plan::Plan& input, const plan::ConstantEvaluator& constants) {
  const auto& scan = std::get<plan::Scan>(input.node);
  const std::vector<int> read = plan::columns_of(filter.condition);
  const std::int64_t rows_in_all = scan.source->row_count().value_or(0);
  if (read.empty() || plan::is_volatile(filter.condition) || rows_in_all < kLeastRows) return std::nullopt;
  std::int64_t bytes = 0;
  std::vector<int> columns;
  std::vector<int> places(input.schema.size(), -1);
  Schema schema;
  for (const int column : read) {
    const auto at = static_cast<std::size_t>(column);
    places[at] = static_cast<int>(columns.size());
    columns.push_back(scan.columns[at]);
    schema.push_back(input.schema[at]);
    bytes += scan.source->all_column_bytes(scan.columns[at]);
  }
  if (bytes / rows_in_all > kMostRowBytes) return std::nullopt;
  const Result<Batch> rows = scan.source->sample(columns);
  if (!rows || rows->length == 0) return std::nullopt;
  plan::Expression condition = filter.condition;
  plan::remap_columns(condition, places);
  const std::optional<std::int64_t> matches = constants.count_matches(condition, schema, *rows);
  if (!matches) return std::nullopt;
  if (*matches > 0) return static_cast<double>(*matches) / static_cast<double>(rows->length);
  // Rarer than a sample shows.
  return std::min(plan::selectivity(input, filter.condition), 0.5 / static_cast<double>(rows->length));
}

}  // namespace

Result<plan::PlanPtr> measure_filters(plan::PlanPtr plan, const plan::ConstantEvaluator& constants) {
  for (plan::PlanPtr& input : plan->inputs) input = TRUENO_TRY(measure_filters(std::move(input), constants));
  auto* filter = std::get_if<plan::Filter>(&plan->node);
  if (filter != nullptr && std::holds_alternative<plan::Scan>(plan->input().node))
    filter->passing = passing(*filter, plan->input(), constants);
  return plan;
}

}  // namespace trueno::optimize
