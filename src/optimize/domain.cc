// Way 3 of unnesting: a plan that reads the row outside, for a whole set of rows outside at once.
#include <algorithm>

#include "optimize/dependent_join.h"

namespace trueno::optimize {

using plan::Expression;
using plan::Join;
using plan::JoinKind;
using plan::PlanPtr;
using plan::reads_outside;

namespace {

using Domain = std::shared_ptr<plan::SharedPlan>;

PlanPtr read(const Domain& domain) { return plan::make_plan(plan::Shared{domain}, domain->plan->schema); }

// kOuter as the columns from `first` on.
Expression over_domain(const Expression& e, std::size_t first, const Schema& domain) {
  std::vector<Expression> columns;
  for (std::size_t i = 0; i < domain.size(); ++i) columns.push_back(Expression::column(static_cast<int>(first + i), domain[i].type));
  return plan::substitute_outer(e, columns);
}

class Pusher {
 public:
  explicit Pusher(const Domain& domain) : domain_(domain), schema_(domain->plan->schema) {}

  Result<PlanPtr> push(PlanPtr plan) const {
    if (!reads_outside(*plan)) return plan::make_join({}, std::move(plan), read(domain_));
    if (std::holds_alternative<plan::Filter>(plan->node)) return push_filter(std::move(plan));
    if (std::holds_alternative<plan::Project>(plan->node)) return push_project(std::move(plan));
    if (std::holds_alternative<plan::Aggregate>(plan->node)) return push_aggregate(std::move(plan));
    if (std::holds_alternative<Join>(plan->node)) return push_join(std::move(plan));
    if (std::holds_alternative<plan::Union>(plan->node)) {
      for (PlanPtr& input : plan->inputs) input = TRUENO_TRY(push(std::move(input)));
      append_domain(plan->schema);
      return plan;
    }
    if (std::holds_alternative<plan::Sort>(plan->node)) return push(std::move(plan->inputs[0]));
    if (auto* values = std::get_if<plan::Values>(&plan->node); values != nullptr && values->rows.size() == 1) {
      std::vector<Expression> outputs;
      for (const Expression& e : values->rows[0]) outputs.push_back(over_domain(e, 0, schema_));
      for (std::size_t i = 0; i < schema_.size(); ++i) outputs.push_back(domain_column(i));
      Schema schema = plan->schema;
      append_domain(schema);
      return plan::make_plan(plan::Project{std::move(outputs)}, std::move(schema), read(domain_));
    }
    const bool recursive = std::holds_alternative<plan::Recursion>(plan->node);
    return error(ErrorCode::kNotSupported, "{} in a subquery that reads the row outside is not supported yet",
                 recursive ? "WITH RECURSIVE" : "LIMIT");
  }

 private:
  Expression domain_column(std::size_t i) const { return Expression::column(static_cast<int>(i), schema_[i].type); }
  void append_domain(Schema& schema) const { schema.insert(schema.end(), schema_.begin(), schema_.end()); }

  Result<PlanPtr> push_filter(PlanPtr plan) const {
    const std::size_t columns = plan->schema.size();
    plan->inputs[0] = TRUENO_TRY(push(std::move(plan->inputs[0])));
    auto& filter = std::get<plan::Filter>(plan->node);
    filter.condition = over_domain(filter.condition, columns, schema_);
    append_domain(plan->schema);
    return plan;
  }

  Result<PlanPtr> push_project(PlanPtr plan) const {
    const std::size_t below = plan->inputs[0]->schema.size();
    plan->inputs[0] = TRUENO_TRY(push(std::move(plan->inputs[0])));
    auto& project = std::get<plan::Project>(plan->node);
    for (Expression& e : project.expressions) e = over_domain(e, below, schema_);
    for (std::size_t i = 0; i < schema_.size(); ++i) project.expressions.push_back(domain_column(below + i, i));
    append_domain(plan->schema);
    return plan;
  }
  Expression domain_column(std::size_t at, std::size_t i) const { return Expression::column(static_cast<int>(at), schema_[i].type); }

  // Grouped by the domain as well; without keys, each row of the domain has a group, be it of no rows.
  Result<PlanPtr> push_aggregate(PlanPtr plan) const {
    const std::size_t below = plan->inputs[0]->schema.size();
    plan->inputs[0] = TRUENO_TRY(push(std::move(plan->inputs[0])));
    plan::for_each_expression(*plan, [&](Expression& e) { e = over_domain(e, below, schema_); });
    auto& aggregate = std::get<plan::Aggregate>(plan->node);
    const std::size_t keys = aggregate.keys.size();
    const Schema before = plan->schema;
    Schema now(before.begin(), before.begin() + static_cast<std::ptrdiff_t>(keys));
    append_domain(now);
    now.insert(now.end(), before.begin() + static_cast<std::ptrdiff_t>(keys), before.end());
    for (std::size_t i = 0; i < schema_.size(); ++i) aggregate.keys.push_back(domain_column(below + i, i));
    plan->schema = now;
    Schema schema = before;
    append_domain(schema);
    std::vector<Expression> outputs;
    const std::vector<plan::AggregateCall> calls = aggregate.calls;
    std::size_t first = 0;  // of the aggregate's columns
    if (keys == 0) {
      Join join;
      join.kind = JoinKind::kLeft;
      for (std::size_t i = 0; i < schema_.size(); ++i) join.keys.push_back({domain_column(i), domain_column(i), true});
      plan = plan::make_join(std::move(join), read(domain_), std::move(plan));
      first = schema_.size();
    }
    for (std::size_t i = 0; i < keys; ++i) outputs.push_back(Expression::column(static_cast<int>(i), before[i].type));
    for (std::size_t i = 0; i < calls.size(); ++i) {
      Expression column = Expression::column(static_cast<int>(first + keys + schema_.size() + i), before[keys + i].type);
      outputs.push_back(keys == 0 ? or_empty(calls[i], std::move(column)) : std::move(column));
    }
    for (std::size_t i = 0; i < schema_.size(); ++i) outputs.push_back(domain_column(keys == 0 ? i : keys + i, i));
    return plan::make_plan(plan::Project{std::move(outputs)}, std::move(schema), std::move(plan));
  }

  Result<PlanPtr> push_join(PlanPtr plan) const {
    Join join = std::move(std::get<Join>(plan->node));
    PlanPtr left = std::move(plan->inputs[0]);
    PlanPtr right = std::move(plan->inputs[1]);
    const Schema before = plan->schema;
    if (join.kind == JoinKind::kRight || join.kind == JoinKind::kFull)
      return error(ErrorCode::kNotSupported, "a RIGHT or FULL JOIN in a subquery that reads the row outside is not supported yet");
    const std::size_t left_columns = left->schema.size();
    const std::size_t right_columns = right->schema.size();
    const bool right_reads = join.outer.empty() && reads_outside(*right);
    left = TRUENO_TRY(push(std::move(left)));
    if (right_reads) right = TRUENO_TRY(push(std::move(right)));
    // Left columns, the domain's, right columns (and the domain's again).
    std::vector<int> both(left_columns + right_columns);
    for (std::size_t i = 0; i < both.size(); ++i) both[i] = static_cast<int>(i < left_columns ? i : i + schema_.size());
    const auto move = [&](Expression& e) {
      plan::remap_columns(e, both);
      e = over_domain(e, left_columns, schema_);
    };
    if (join.condition) move(*join.condition);
    if (join.any) move(*join.any);
    for (Expression& e : join.outer) e = over_domain(e, left_columns, schema_);
    for (plan::JoinKey& key : join.keys) {
      key.left = over_domain(key.left, left_columns, schema_);
      if (plan::has_outer(key.right)) key.right = over_domain(key.right, right_columns, schema_);
    }
    if (right_reads) {
      for (std::size_t i = 0; i < schema_.size(); ++i)
        join.keys.push_back({domain_column(left_columns + i, i), domain_column(right_columns + i, i), true});
    }
    const bool tests = join.kind == JoinKind::kSemi || join.kind == JoinKind::kAnti;
    plan = plan::make_join(std::move(join), std::move(left), std::move(right));
    if (tests) return plan;  // left columns, then the domain's
    std::vector<Expression> outputs;
    for (std::size_t i = 0; i < before.size(); ++i) {
      const std::size_t at = i < left_columns ? i : i + schema_.size();
      outputs.push_back(Expression::column(static_cast<int>(at), before[i].type));
    }
    for (std::size_t i = 0; i < schema_.size(); ++i) outputs.push_back(domain_column(left_columns + i, i));
    Schema schema = before;
    append_domain(schema);
    return plan::make_plan(plan::Project{std::move(outputs)}, std::move(schema), std::move(plan));
  }

  const Domain& domain_;
  const Schema& schema_;
};

}  // namespace

Result<PlanPtr> for_domain(PlanPtr plan, const std::shared_ptr<plan::SharedPlan>& domain) { return Pusher(domain).push(std::move(plan)); }

}  // namespace trueno::optimize
