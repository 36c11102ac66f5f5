#include "plan/cardinality.h"

#include <algorithm>

namespace trueno::plan {

namespace {

constexpr double kUnknownRows = 1000;
constexpr double kUnknownSelectivity = 0.25;
constexpr double kPatternSelectivity = 0.05;
constexpr double kUnknownDistinctPart = 0.1;
constexpr double kUnknownDistinct = 100;  // at least, or one a row: small tables are lists of different things

// Statistics of the source column that a plan's column is, found through operators that only pass it on.
std::optional<ColumnStatistics> statistics_of(const Plan& plan, int column) {
  if (const auto* scan = std::get_if<Scan>(&plan.node))
    return scan->source->column_statistics(scan->columns[static_cast<std::size_t>(column)]);
  if (const auto* project = std::get_if<Project>(&plan.node)) {
    const Expression& e = project->expressions[static_cast<std::size_t>(column)];
    return e.kind == ExpressionKind::kColumn ? statistics_of(plan.input(), e.index) : std::nullopt;
  }
  if (std::holds_alternative<Join>(plan.node)) {
    const auto left = static_cast<int>(plan.inputs[0]->schema.size());
    if (column < left) return statistics_of(*plan.inputs[0], column);
    if (column - left < static_cast<int>(plan.inputs[1]->schema.size()) &&
        plan.schema.size() == static_cast<std::size_t>(left) + plan.inputs[1]->schema.size())
      return statistics_of(*plan.inputs[1], column - left);
    return std::nullopt;
  }
  if (const auto* shared = std::get_if<Shared>(&plan.node)) return statistics_of(*shared->plan->plan, column);
  if (const auto* aggregate = std::get_if<Aggregate>(&plan.node)) {
    if (column >= static_cast<int>(aggregate->keys.size())) return std::nullopt;
    const Expression& key = aggregate->keys[static_cast<std::size_t>(column)];
    return key.kind == ExpressionKind::kColumn ? statistics_of(plan.input(), key.index) : std::nullopt;
  }
  const bool numbers = std::holds_alternative<Numbered>(plan.node) || std::holds_alternative<RowNumber>(plan.node);  // one column more
  const bool passes_on = std::holds_alternative<Filter>(plan.node) || std::holds_alternative<Sort>(plan.node) ||
                         std::holds_alternative<Limit>(plan.node) || std::holds_alternative<TopN>(plan.node) ||
                         (numbers && column < static_cast<int>(plan.input().schema.size()));
  return passes_on ? statistics_of(plan.input(), column) : std::nullopt;
}

std::optional<double> number_of(const std::optional<Value>& value) {
  if (!value || value->is_null()) return std::nullopt;
  if (value->type().is_float()) return value->as_double();
  if (is_integer(value->type().physical())) return static_cast<double>(value->as_integer());
  return std::nullopt;
}

// The part of a column's values below a literal, by its bounds as if they were spread evenly.
std::optional<double> part_below(const Plan& plan, const Expression& column, const Expression& literal) {
  if (column.kind != ExpressionKind::kColumn || literal.kind != ExpressionKind::kLiteral) return std::nullopt;
  const auto statistics = statistics_of(plan, column.index);
  if (!statistics || !(column.type == literal.type)) return std::nullopt;
  const auto least = number_of(statistics->min);
  const auto greatest = number_of(statistics->max);
  const auto at = number_of(literal.value);
  if (!least || !greatest || !at || *greatest <= *least) return std::nullopt;
  return std::clamp((*at - *least) / (*greatest - *least), 0.0, 1.0);
}

struct Rows {
  Estimator& of;
  const Plan& plan;
  [[nodiscard]] double input() const { return of.cardinality(plan.input()); }

  double operator()(const Scan& scan) const {
    const auto rows = scan.source->row_count();
    return rows ? static_cast<double>(*rows) : kUnknownRows;
  }
  double operator()(const Values& values) const { return static_cast<double>(values.rows.size()); }
  double operator()(const Filter& filter) const {
    return input() * (filter.passing ? *filter.passing : of.selectivity(plan.input(), filter.condition));
  }
  double operator()(const Project&) const { return input(); }
  double operator()(const Aggregate& aggregate) const {
    if (aggregate.keys.empty()) return 1;
    double groups = 1;
    for (const Expression& key : aggregate.keys) groups *= std::max(1.0, of.distinct_values(plan.input(), key));
    return std::min(groups, input());
  }
  double operator()(const Sort&) const { return input(); }
  double operator()(const Limit& limit) const {
    if (limit.limit < 0) return input();
    double groups = 1;
    for (const Expression& key : limit.keys) groups *= std::max(1.0, of.distinct_values(plan.input(), key));
    return std::min(static_cast<double>(limit.limit) * groups, input());
  }
  double operator()(const TopN& top) const { return std::min(static_cast<double>(top.limit), input()); }
  double operator()(const Numbered&) const { return input(); }
  double operator()(const RowNumber&) const { return input(); }
  double operator()(const Recursion&) const { return kUnknownRows; }
  double operator()(const Shared& shared) const { return of.cardinality(*shared.plan->plan); }
  double operator()(const Union&) const {
    double rows = 0;
    for (const PlanPtr& one : plan.inputs) rows += of.cardinality(*one);
    return rows;
  }
  double operator()(const Join& join) const {
    const double left = of.cardinality(*plan.inputs[0]);
    const double right = of.cardinality(*plan.inputs[1]);
    KeyedJoin keyed(left, right);
    for (const JoinKey& key : join.keys)
      keyed.add(of.distinct_values(*plan.inputs[0], key.left), of.distinct_values(*plan.inputs[1], key.right));
    double rows = keyed.rows();
    const double matching = keyed.matching();
    if (join.condition) rows *= kUnknownSelectivity;
    switch (join.kind) {
      case JoinKind::kInner: return rows;
      case JoinKind::kLeft: return std::max(rows, left);
      case JoinKind::kRight: return std::max(rows, right);
      case JoinKind::kFull: return std::max(rows, left + right);
      case JoinKind::kSemi: return left * matching;
      case JoinKind::kAnti: return left * std::max(0.1, 1 - matching);
      case JoinKind::kMark:
      case JoinKind::kSingle: return left;
    }
    return rows;
  }
};

}  // namespace

void KeyedJoin::add(double left_distinct, double right_distinct) {
  ++keys_;
  left_distinct_ *= std::max(1.0, left_distinct);
  right_distinct_ *= std::max(1.0, right_distinct);
}

// Each row meets one of the different keys of the side that has more of them. Of several keys together there are at most as many as rows;
// the product is far above what occurs where they depend on each other, so that the side with fewer decides.
double KeyedJoin::rows() const {
  const double left = std::min(left_distinct_, std::max(1.0, left_rows_));
  const double right = std::min(right_distinct_, std::max(1.0, right_rows_));
  return left_rows_ * right_rows_ / (keys_ > 1 ? std::min(left, right) : std::max(left, right));
}

double KeyedJoin::matching() const {
  const double left = std::min(left_distinct_, std::max(1.0, left_rows_));
  const double right = std::min(right_distinct_, std::max(1.0, right_rows_));
  return std::min(1.0, right / left);
}

double cardinality(const Plan& plan) { return Estimator().cardinality(plan); }
double distinct_values(const Plan& plan, const Expression& expression) { return Estimator().distinct_values(plan, expression); }
double selectivity(const Plan& plan, const Expression& condition) { return Estimator().selectivity(plan, condition); }

double Estimator::comparison_selectivity(const Plan& plan, const Expression& term) {
  const std::string_view op = term.function->name;
  const bool flipped = term.arguments[0].is_constant();
  const Expression& column = term.arguments[flipped ? 1 : 0];
  const Expression& literal = term.arguments[flipped ? 0 : 1];
  if (!literal.is_constant()) return op == "=" ? 1 / std::max(1.0, distinct_values(plan, column)) : kUnknownSelectivity;
  if (op == "=") return 1 / std::max(1.0, distinct_values(plan, column));
  if (op == "<>") return 1 - 1 / std::max(1.0, distinct_values(plan, column));
  const auto below = part_below(plan, column, literal);
  if (!below) return kUnknownSelectivity;
  const bool less = (op == "<" || op == "<=") != flipped;
  return less ? *below : 1 - *below;
}

double Estimator::cardinality(const Plan& plan) {
  if (const auto known = rows_.find(&plan); known != rows_.end()) return known->second;
  const double estimate = std::visit(Rows{*this, plan}, plan.node);
  rows_.emplace(&plan, estimate);
  return estimate;
}

double Estimator::distinct_values(const Plan& plan, const Expression& expression) {
  const double rows = cardinality(plan);
  if (expression.is_constant()) return 1;
  const Expression* e = &expression;
  while (e->kind == ExpressionKind::kCast) e = &e->arguments[0];
  if (e->kind != ExpressionKind::kColumn) return std::max(1.0, rows * kUnknownDistinctPart);
  const auto statistics = statistics_of(plan, e->index);
  if (!statistics) return rows;
  const auto least = number_of(statistics->min);
  const auto greatest = number_of(statistics->max);
  const bool bounded = least && greatest && !e->type.is_float();
  const double most = bounded ? std::min(rows, *greatest - *least + 1) : rows;
  if (statistics->distinct_count) return std::min(most, static_cast<double>(*statistics->distinct_count));
  if (bounded) return most;
  return std::max({1.0, std::min(rows, kUnknownDistinct), rows * kUnknownDistinctPart});
}

double Estimator::selectivity(const Plan& plan, const Expression& e) {
  if (e.kind == ExpressionKind::kAnd) {
    double all = 1;
    for (const Expression& term : e.arguments) all *= selectivity(plan, term);
    return all;
  }
  if (e.kind == ExpressionKind::kOr) {
    double none = 1;
    for (const Expression& term : e.arguments) none *= 1 - selectivity(plan, term);
    return 1 - none;
  }
  if (e.kind != ExpressionKind::kCall) return kUnknownSelectivity;
  const std::string_view name = e.function->name;
  if (name == "not") return 1 - selectivity(plan, e.arguments[0]);
  if (name == "like" || name == "contains" || name == "starts_with" || name == "ends_with") return kPatternSelectivity;
  if (name == "not_like") return 1 - kPatternSelectivity;
  if (name == "is_null") return 0.05;
  if (name == "is_not_null") return 0.95;
  const bool compares = name == "=" || name == "<>" || name == "<" || name == "<=" || name == ">" || name == ">=";
  return compares ? comparison_selectivity(plan, e) : kUnknownSelectivity;
}

}  // namespace trueno::plan
