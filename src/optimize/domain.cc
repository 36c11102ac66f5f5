// Way 3 of unnesting: a plan that reads the row outside, for a whole set of rows outside at once.
//
// An order is of no use to what reads the plan, but for a LIMIT in it: that becomes one of each row of the domain. The rounds of a
// recursion are those of all rows of the domain: what a round reads of the round before carries the domain's columns, too.
#include <algorithm>
#include <map>

#include "optimize/dependent_join.h"

namespace trueno::optimize {

using plan::Expression;
using plan::Join;
using plan::JoinKind;
using plan::PlanPtr;
using plan::reads_outside;

namespace {

using Domain = std::shared_ptr<plan::SharedPlan>;

// kOuter as the columns from `first` on.
Expression over_domain(const Expression& e, std::size_t first, const Schema& domain) {
  std::vector<Expression> columns;
  for (std::size_t i = 0; i < domain.size(); ++i) columns.push_back(Expression::column(static_cast<int>(first + i), domain[i].type));
  return plan::substitute_outer(e, columns);
}

class Pusher {
 public:
  explicit Pusher(const Domain& domain) : domain_(domain), schema_(domain->plan->schema) {}

  // `ordered`: a LIMIT above counts the rows as they come.
  Result<PlanPtr> push(PlanPtr plan, bool ordered = false) {
    if (const auto* shared = std::get_if<plan::Shared>(&plan->node)) {
      if (const auto round = rounds_.find(shared->plan.get()); round != rounds_.end()) return plan::read(round->second);
    }
    if (!carries(*plan)) return plan::make_join({}, std::move(plan), plan::read(domain_));
    if (std::holds_alternative<plan::Filter>(plan->node)) return push_filter(std::move(plan), ordered);
    if (std::holds_alternative<plan::Project>(plan->node)) return push_project(std::move(plan), ordered);
    if (std::holds_alternative<plan::Aggregate>(plan->node)) return push_aggregate(std::move(plan));
    if (std::holds_alternative<Join>(plan->node)) return push_join(std::move(plan));
    if (std::holds_alternative<plan::Union>(plan->node)) {
      for (PlanPtr& input : plan->inputs) input = TRUENO_TRY(push(std::move(input), ordered));
      append_domain(plan->schema);
      return plan;
    }
    if (std::holds_alternative<plan::Sort>(plan->node)) return push_sort(std::move(plan), ordered);
    if (std::holds_alternative<plan::Limit>(plan->node)) return push_limit(std::move(plan));
    if (std::holds_alternative<plan::Recursion>(plan->node)) return push_recursion(std::move(plan));
    if (std::holds_alternative<plan::Numbered>(plan->node) || std::holds_alternative<plan::RowNumber>(plan->node))
      return push_number(std::move(plan));
    if (auto* values = std::get_if<plan::Values>(&plan->node); values != nullptr && values->rows.size() == 1) {
      std::vector<Expression> outputs;
      for (const Expression& e : values->rows[0]) outputs.push_back(over_domain(e, 0, schema_));
      for (std::size_t i = 0; i < schema_.size(); ++i) outputs.push_back(domain_column(i));
      Schema schema = plan->schema;
      append_domain(schema);
      return plan::make_plan(plan::Project{std::move(outputs)}, std::move(schema), plan::read(domain_));
    }
    return error(ErrorCode::kNotSupported, "an operator in a subquery that reads the row outside is not supported yet");
  }

 private:
  Expression domain_column(std::size_t i) const { return Expression::column(static_cast<int>(i), schema_[i].type); }
  void append_domain(Schema& schema) const { schema.insert(schema.end(), schema_.begin(), schema_.end()); }

  // Whether the plan reads the row outside, or rows that carry the domain already.
  [[nodiscard]] bool carries(const plan::Plan& plan) const {
    if (reads_outside(plan)) return true;
    return !rounds_.empty() && reads_rounds(plan);
  }
  [[nodiscard]] bool reads_rounds(const plan::Plan& plan) const {
    const auto* shared = std::get_if<plan::Shared>(&plan.node);
    if (shared != nullptr && rounds_.contains(shared->plan.get())) return true;
    if (shared != nullptr) return reads_rounds(*shared->plan->plan);
    return std::ranges::any_of(plan.inputs, [&](const PlanPtr& input) { return reads_rounds(*input); });
  }

  Result<PlanPtr> push_sort(PlanPtr plan, bool ordered) {
    if (!ordered) return push(std::move(plan->inputs[0]));
    const std::size_t columns = plan->schema.size();
    plan->inputs[0] = TRUENO_TRY(push(std::move(plan->inputs[0]), true));
    plan::for_each_expression(*plan, [&](Expression& e) { e = over_domain(e, columns, schema_); });
    append_domain(plan->schema);
    return plan;
  }

  std::vector<Expression> domain_columns(std::size_t first) const {
    std::vector<Expression> columns;
    for (std::size_t i = 0; i < schema_.size(); ++i) columns.push_back(domain_column(first + i, i));
    return columns;
  }

  Result<PlanPtr> push_limit(PlanPtr plan) {
    const std::size_t columns = plan->schema.size();
    plan->inputs[0] = TRUENO_TRY(push(std::move(plan->inputs[0]), true));
    auto& limit = std::get<plan::Limit>(plan->node);
    for (Expression& key : limit.keys) key = over_domain(key, columns, schema_);
    for (Expression& column : domain_columns(columns)) limit.keys.push_back(std::move(column));
    append_domain(plan->schema);
    return plan;
  }

  // The number is the last column before the domain's. Numbers that only ascend do so over the whole domain as well.
  Result<PlanPtr> push_number(PlanPtr plan) {
    const std::size_t below = plan->inputs[0]->schema.size();
    const Schema before = plan->schema;
    plan->inputs[0] = TRUENO_TRY(push(std::move(plan->inputs[0]), true));
    if (auto* number = std::get_if<plan::RowNumber>(&plan->node)) {
      for (Expression& key : number->keys) key = over_domain(key, below, schema_);
      for (Expression& column : domain_columns(below)) number->keys.push_back(std::move(column));
    }
    plan->schema = plan->inputs[0]->schema;
    plan->schema.push_back(before.back());
    std::vector<Expression> outputs;
    for (std::size_t i = 0; i < below; ++i) outputs.push_back(Expression::column(static_cast<int>(i), before[i].type));
    outputs.push_back(Expression::column(static_cast<int>(below + schema_.size()), before.back().type));
    for (Expression& column : domain_columns(below)) outputs.push_back(std::move(column));
    Schema schema = before;
    append_domain(schema);
    return plan::make_plan(plan::Project{std::move(outputs)}, std::move(schema), std::move(plan));
  }

  Result<PlanPtr> push_recursion(PlanPtr plan) {
    plan::Recursion recursion = std::get<plan::Recursion>(plan->node);
    for (std::shared_ptr<plan::SharedPlan>* rows : {&recursion.working, &recursion.result}) {
      auto carrying = std::make_shared<plan::SharedPlan>();
      carrying->name = (*rows)->name;
      carrying->materialized = true;
      // Only its columns count: what it gives is what a round has made.
      carrying->plan = plan::make_join({}, plan::clone(*(*rows)->plan), plan::read(domain_));
      rounds_[rows->get()] = carrying;
      *rows = std::move(carrying);
    }
    plan->node = std::move(recursion);
    for (PlanPtr& input : plan->inputs) input = TRUENO_TRY(push(std::move(input)));
    append_domain(plan->schema);
    return plan;
  }

  Result<PlanPtr> push_filter(PlanPtr plan, bool ordered) {
    const std::size_t columns = plan->schema.size();
    plan->inputs[0] = TRUENO_TRY(push(std::move(plan->inputs[0]), ordered));
    auto& filter = std::get<plan::Filter>(plan->node);
    filter.condition = over_domain(filter.condition, columns, schema_);
    append_domain(plan->schema);
    return plan;
  }

  Result<PlanPtr> push_project(PlanPtr plan, bool ordered) {
    const std::size_t below = plan->inputs[0]->schema.size();
    plan->inputs[0] = TRUENO_TRY(push(std::move(plan->inputs[0]), ordered));
    auto& project = std::get<plan::Project>(plan->node);
    for (Expression& e : project.expressions) e = over_domain(e, below, schema_);
    for (std::size_t i = 0; i < schema_.size(); ++i) project.expressions.push_back(domain_column(below + i, i));
    append_domain(plan->schema);
    return plan;
  }
  Expression domain_column(std::size_t at, std::size_t i) const { return Expression::column(static_cast<int>(at), schema_[i].type); }

  // Grouped by the domain as well; without keys, each row of the domain has a group, be it of no rows.
  Result<PlanPtr> push_aggregate(PlanPtr plan) {
    const std::size_t below = plan->inputs[0]->schema.size();
    const auto& pushed = std::get<plan::Aggregate>(plan->node).calls;
    const bool ordered = std::ranges::any_of(pushed, [](const plan::AggregateCall& call) { return call.function->observes_order(); });
    plan->inputs[0] = TRUENO_TRY(push(std::move(plan->inputs[0]), ordered));
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
      plan = plan::make_join(std::move(join), plan::read(domain_), std::move(plan));
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

  Result<PlanPtr> push_join(PlanPtr plan) {
    Join join = std::move(std::get<Join>(plan->node));
    PlanPtr left = std::move(plan->inputs[0]);
    PlanPtr right = std::move(plan->inputs[1]);
    const Schema before = plan->schema;
    const bool pads_left = join.kind == JoinKind::kRight || join.kind == JoinKind::kFull;
    const std::size_t left_columns = left->schema.size();
    const std::size_t right_columns = right->schema.size();
    const bool right_reads = pads_left || (join.outer.empty() && carries(*right));
    if (!join.outer.empty() && !rounds_.empty() && reads_rounds(*right))
      return error(ErrorCode::kNotSupported, "a subquery in the step of a WITH RECURSIVE that reads the row outside is not supported yet");
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
    // A row of the right without a match has its own values outside.
    const std::size_t of_right = left_columns + schema_.size() + right_columns;
    for (std::size_t i = 0; i < schema_.size(); ++i)
      outputs.push_back(pads_left ? either(domain_column(left_columns + i, i), domain_column(of_right + i, i))
                                  : domain_column(left_columns + i, i));
    Schema schema = before;
    append_domain(schema);
    return plan::make_plan(plan::Project{std::move(outputs)}, std::move(schema), std::move(plan));
  }

  static Expression either(Expression a, Expression b) {
    Expression e;
    e.kind = plan::ExpressionKind::kCoalesce;
    e.type = a.type;
    e.arguments.push_back(std::move(a));
    e.arguments.push_back(std::move(b));
    return e;
  }

  const Domain& domain_;
  const Schema& schema_;
  std::map<const plan::SharedPlan*, Domain> rounds_;  // of recursions: what carries the domain's columns in their place
};

}  // namespace

Result<PlanPtr> for_domain(PlanPtr plan, const std::shared_ptr<plan::SharedPlan>& domain) { return Pusher(domain).push(std::move(plan)); }

}  // namespace trueno::optimize
