// Filters and joins:
//
//   Filter(a.x > 1 AND b.y = a.z)        Join on a.z = b.y
//     Join (all pairs)             ->      Filter(a.x > 1)
//       Scan a                               Scan a
//       Scan b                             Scan b
//
//   Filter(b.y > 1)                      Join on a.k = b.k
//     Left join on a.k = b.k       ->      Scan a
//       Scan a                             Filter(b.y > 1)
//       Scan b                               Scan b
//
//   Filter(mark)                         Semi join on a.k = b.k
//     Mark join on a.k = b.k       ->      Scan a
//       Scan a                             Scan b
//       Scan b
//
// Only safe conjuncts, and only where keys and conditions of the join are safe as well: rows that are filtered out earlier raise no error.
#include "optimize/push_into_join.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace trueno::optimize {

using plan::Expression;
using plan::ExpressionKind;
using plan::Join;
using plan::JoinKind;
using plan::Plan;
using plan::PlanPtr;

namespace {

bool is_safe_join(const Join& join) {
  return std::ranges::all_of(join.keys, [](const plan::JoinKey& key) { return is_safe(key.left) && is_safe(key.right); }) &&
         (!join.condition || is_safe(*join.condition)) && (!join.any || is_safe(*join.any));
}

enum class Side : std::uint8_t { kNone, kLeft, kRight, kBoth };
Side side_of(const Expression& term, int left_columns) {
  int sides = 0;
  for (const int column : plan::columns_of(term)) sides |= column < left_columns ? 1 : 2;
  return static_cast<Side>(sides);
}

Expression over_right(Expression term, int left_columns) {
  std::vector<int> mapping(static_cast<std::size_t>(plan::columns_of(term).back()) + 1);
  for (std::size_t i = 0; i < mapping.size(); ++i) mapping[i] = static_cast<int>(i) - left_columns;
  plan::remap_columns(term, mapping);
  return term;
}

void add_filter(PlanPtr& input, std::vector<Expression> added) {
  if (added.empty()) return;
  if (auto* filter = std::get_if<plan::Filter>(&input->node)) {
    std::vector<Expression> terms = plan::conjuncts(std::move(filter->condition));
    std::ranges::move(added, std::back_inserter(terms));
    filter->condition = plan::conjunction(std::move(terms));
    return;
  }
  const Schema schema = input->schema;
  input = plan::make_plan(plan::Filter{plan::conjunction(std::move(added))}, schema, std::move(input));
}

// NULL for sure where every column of a side is NULL: NULL goes through casts, arithmetic and comparisons.
bool null_for_nulls(const Expression& e, Side side, int left_columns) {
  switch (e.kind) {
    case ExpressionKind::kColumn: return (e.index < left_columns) == (side == Side::kLeft);
    case ExpressionKind::kCast: return null_for_nulls(e.arguments[0], side, left_columns);
    case ExpressionKind::kCall: {
      static constexpr std::string_view kStrict[] = {"=", "<>", "<", "<=", ">", ">=", "+", "-", "*", "not", "like", "not_like"};
      if (std::ranges::find(kStrict, e.function->name) == std::end(kStrict)) return false;
      return std::ranges::any_of(e.arguments, [&](const Expression& a) { return null_for_nulls(a, side, left_columns); });
    }
    default: return false;
  }
}
// Not TRUE for a padded row.
bool rejects_padding(const Expression& term, Side side, int left_columns) {
  if (term.kind == ExpressionKind::kCall && term.function->name == "is_not_null")
    return null_for_nulls(term.arguments[0], side, left_columns);
  return null_for_nulls(term, side, left_columns);
}

// Raises no error for a padded row: what may fail is only asked of NULL.
bool accepts_padding(const Expression& e, Side side, int left_columns) {
  return (!plan::may_fail_itself(e) || null_for_nulls(e, side, left_columns)) && !plan::is_volatile(e) &&
         std::ranges::all_of(e.arguments, [&](const Expression& a) { return accepts_padding(a, side, left_columns); });
}

// Computed columns are only asked for what reaches the end of a pipeline: a right or full join ends one before the filter above it.
bool computes_what_may_fail(const Plan& plan) {
  const auto* project = std::get_if<plan::Project>(&plan.node);
  return (project != nullptr && std::ranges::any_of(project->expressions, plan::may_fail)) ||
         std::ranges::any_of(plan.inputs, [](const PlanPtr& input) { return computes_what_may_fail(*input); });
}

void narrow_outer(Join& join, const Plan& left, const std::vector<Expression>& terms) {
  if (join.kind != JoinKind::kLeft && computes_what_may_fail(left)) return;
  const auto left_columns = static_cast<int>(left.schema.size());
  const auto rejects = [&](Side side) {
    return std::ranges::any_of(terms, [&](const Expression& term) { return rejects_padding(term, side, left_columns); }) &&
           std::ranges::all_of(terms, [&](const Expression& term) { return accepts_padding(term, side, left_columns); });
  };
  // Padded on the right: rows of the left without a match.
  if ((join.kind == JoinKind::kLeft || join.kind == JoinKind::kFull) && rejects(Side::kRight))
    join.kind = join.kind == JoinKind::kLeft ? JoinKind::kInner : JoinKind::kRight;
  if ((join.kind == JoinKind::kRight || join.kind == JoinKind::kFull) && rejects(Side::kLeft))
    join.kind = join.kind == JoinKind::kRight ? JoinKind::kInner : JoinKind::kLeft;
}

bool keeps_left_rows_apart(JoinKind kind) {  // what is asked of a left row can be asked before the join
  return kind != JoinKind::kRight && kind != JoinKind::kFull;
}

// A mark join under a conjunct that is the mark itself, or NOT of it.
bool take_mark(PlanPtr& plan, const Expression& term, PushPass& pass) {
  auto& join = std::get<Join>(plan->node);
  const auto mark = static_cast<int>(plan->schema.size()) - 1;
  const auto is_mark = [&](const Expression& e) { return e.kind == ExpressionKind::kColumn && e.index == mark; };
  const bool negated = term.kind == ExpressionKind::kCall && term.function->name == "not" && is_mark(term.arguments[0]);
  if (!negated && !is_mark(term)) return false;
  if (negated && join.any) return false;  // NULL is not FALSE: a left row stays out for it
  const auto left_columns = static_cast<int>(plan->inputs[0]->schema.size());
  if (join.any) {
    Expression any = std::move(*join.any);
    join.any.reset();
    plan::add_join_condition(join, std::move(any), left_columns);
  }
  join.kind = negated ? JoinKind::kAnti : JoinKind::kSemi;
  // The mark's column stays in the schema, as what the term made it.
  PlanPtr left = std::move(plan->inputs[0]);
  PlanPtr right = std::move(plan->inputs[1]);
  const Schema schema = plan->schema;
  std::vector<Expression> outputs;
  for (std::size_t i = 0; i + 1 < schema.size(); ++i) outputs.push_back(Expression::column(static_cast<int>(i), schema[i].type));
  outputs.push_back(Expression::literal(Value::boolean(!negated)));
  PlanPtr narrowed = plan::make_join(std::move(join), std::move(left), std::move(right));
  pass.replaced.push_back(std::move(plan));
  plan = plan::make_plan(plan::Project{std::move(outputs)}, schema, std::move(narrowed));
  return true;
}

}  // namespace

bool is_safe(const Expression& e) { return !plan::may_fail(e) && !plan::is_volatile(e); }

std::vector<Expression> push_into_join(PlanPtr& plan, std::vector<Expression> terms, PushPass& pass) {
  {
    auto& join = std::get<Join>(plan->node);
    if (!is_safe_join(join)) return terms;
    narrow_outer(join, *plan->inputs[0], terms);
  }
  ComputedColumns& computed = pass.computed;
  std::vector<Expression> stay, left, right;
  bool behind_failing = false;
  const auto keep = [&](Expression term) {
    behind_failing = behind_failing || plan::may_fail(term);
    stay.push_back(std::move(term));
  };
  const auto add_filters = [&] {
    add_filter(plan->inputs[0], std::exchange(left, {}));
    if (plan->inputs.size() > 1) add_filter(plan->inputs[1], std::exchange(right, {}));
  };
  for (Expression& term : terms) {
    auto* join = std::get_if<Join>(&plan->node);
    if (join == nullptr || behind_failing || !is_safe(term)) {
      keep(std::move(term));
      continue;
    }
    const auto left_columns = static_cast<int>(plan->inputs[0]->schema.size());
    const Side side = side_of(term, left_columns);
    // The join asks for what it reads of every left row, and stores all of each right one.
    const bool early = computed.reads_what_may_fail(term, *plan->inputs[0]);
    const bool loses = side == Side::kRight && !computed.may_drop_rows(term, *plan->inputs[1], static_cast<std::size_t>(left_columns));
    if ((early || loses) && join->kind != JoinKind::kMark) {
      keep(std::move(term));
    } else if (side == Side::kLeft && keeps_left_rows_apart(join->kind) && !early) {
      left.push_back(std::move(term));
    } else if (side == Side::kRight && (join->kind == JoinKind::kInner || join->kind == JoinKind::kRight)) {
      right.push_back(over_right(std::move(term), left_columns));
    } else if (side == Side::kBoth && join->kind == JoinKind::kInner) {
      plan::add_join_condition(*join, std::move(term), left_columns);
    } else if (join->kind == JoinKind::kMark) {
      add_filters();
      if (!take_mark(plan, term, pass)) keep(std::move(term));
    } else {
      keep(std::move(term));
    }
  }
  add_filters();
  return stay;
}

void push_own_conditions(Plan& plan, PushPass& pass) {
  auto& join = std::get<Join>(plan.node);
  if (!join.condition || !is_safe_join(join)) return;
  const auto left_columns = static_cast<int>(plan.inputs[0]->schema.size());
  ComputedColumns& computed = pass.computed;
  std::vector<Expression> stay, left, right;
  for (Expression& term : plan::conjuncts(std::move(*join.condition))) {
    const Side side = side_of(term, left_columns);
    // A left row that fails its own condition has no match: an inner or semi join drops it, others keep it as one without.
    const bool early = computed.reads_what_may_fail(term, *plan.inputs[0]);
    const bool loses = side == Side::kRight && !computed.may_drop_rows(term, *plan.inputs[1], static_cast<std::size_t>(left_columns));
    if (early || loses) {
      stay.push_back(std::move(term));
    } else if (side == Side::kLeft && (join.kind == JoinKind::kInner || join.kind == JoinKind::kSemi || join.kind == JoinKind::kRight)) {
      left.push_back(std::move(term));
    } else if (side == Side::kRight && join.kind != JoinKind::kRight && join.kind != JoinKind::kFull) {
      right.push_back(over_right(std::move(term), left_columns));
    } else {
      stay.push_back(std::move(term));
    }
  }
  add_filter(plan.inputs[0], std::move(left));
  add_filter(plan.inputs[1], std::move(right));
  join.condition.reset();
  if (!stay.empty()) join.condition = plan::conjunction(std::move(stay));
}

}  // namespace trueno::optimize
