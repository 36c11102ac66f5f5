// Subqueries in the ON of a join. A condition of an inner join is asked above it. Of other joins:
//
//   Left join on (a.x, b.y, (subquery of a))     Left join on (a.x, b.y, value)
//     Scan a                                ->     Single join
//     Scan b                                         Scan a ...
//                                                  Scan b
//
// where each subquery reads one side only (or none). One that reads both is computed for the pairs of an inner join; the outer, semi or
// anti join then finds its rows among them by number:
//
//   Left join on (subquery of a, b)              Left join on row = row
//     Scan a                                ->     Number rows (a)
//     Scan b                                       Filter (subquery of a, b)
//                                                    Join
//                                                      Number rows (a), Scan b
#include <algorithm>

#include "optimize/attach.h"

namespace trueno::optimize {

using plan::Expression;
using plan::ExpressionKind;
using plan::Join;
using plan::JoinKind;
using plan::PlanPtr;

namespace {

// Conditions of an inner join that hold subqueries are asked above it.
PlanPtr ask_above(PlanPtr plan) {
  auto& join = std::get<Join>(plan->node);
  std::vector<Expression> stay;
  std::vector<Expression> above;
  for (Expression& term : plan::conjuncts(std::move(*join.condition))) (plan::has_subquery(term) ? above : stay).push_back(std::move(term));
  join.condition.reset();
  if (!stay.empty()) join.condition = plan::conjunction(std::move(stay));
  const Schema schema = plan->schema;
  return plan::make_plan(plan::Filter{plan::conjunction(std::move(above))}, schema, std::move(plan));
}

void collect(Expression& e, std::vector<Expression*>& subqueries) {
  if (e.kind == ExpressionKind::kSubquery) {
    subqueries.push_back(&e);
    return;  // those in its arguments are attached with it
  }
  for (Expression& argument : e.arguments) collect(argument, subqueries);
}

bool reads_right(const Expression& e, int left_columns) {
  const std::vector<int> columns = plan::columns_of(e);
  return !columns.empty() && columns.back() >= left_columns;
}
bool reads_left(const Expression& e, int left_columns) {
  const std::vector<int> columns = plan::columns_of(e);
  return !columns.empty() && columns.front() < left_columns;
}

// The outputs of the join as it was, where its sides have got columns more.
PlanPtr without_attached(PlanPtr plan, const Schema& schema, std::size_t left_before, std::size_t left_now) {
  std::vector<Expression> outputs;
  for (std::size_t i = 0; i < schema.size(); ++i)
    outputs.push_back(Expression::column(static_cast<int>(i < left_before ? i : i - left_before + left_now), schema[i].type));
  return plan::make_plan(plan::Project{std::move(outputs)}, schema, std::move(plan));
}

// Each subquery is joined to the side it reads.
PlanPtr attach_to_sides(PlanPtr plan) {
  Join join = std::move(std::get<Join>(plan->node));
  Expression condition = std::move(*join.condition);
  join.condition.reset();
  std::vector<Expression*> subqueries;
  collect(condition, subqueries);
  const Schema schema = plan->schema;
  PlanPtr left = std::move(plan->inputs[0]);
  PlanPtr right = std::move(plan->inputs[1]);
  const std::size_t left_before = left->schema.size();
  const std::size_t right_before = right->schema.size();
  const auto first_of_right = static_cast<int>(left_before);
  std::vector<int> over_right(left_before + right_before);
  for (std::size_t i = 0; i < over_right.size(); ++i) over_right[i] = static_cast<int>(i) - first_of_right;
  // Where what was attached is: numbers behind both sides until it is known how many columns the left has got.
  std::vector<int> place(left_before + right_before);
  std::vector<std::pair<bool, int>> attached;  // of the right?; its column there
  for (Expression* e : subqueries) {
    const bool to_right = reads_right(*e, first_of_right);
    if (to_right) plan::remap_columns(*e, over_right);
    attach_subqueries(*e, to_right ? right : left);
    attached.emplace_back(to_right, e->index);
    e->index = static_cast<int>(left_before + right_before + attached.size()) - 1;
  }
  const std::size_t left_now = left->schema.size();
  for (std::size_t i = 0; i < place.size(); ++i) place[i] = static_cast<int>(i < left_before ? i : i - left_before + left_now);
  for (const auto& [to_right, column] : attached) place.push_back(to_right ? column + static_cast<int>(left_now) : column);
  plan::remap_columns(condition, place);
  plan::add_join_condition(join, std::move(condition), static_cast<int>(left_now));
  return without_attached(plan::make_join(std::move(join), std::move(left), std::move(right)), schema, left_before, left_now);
}

std::vector<Expression> columns_from(const Schema& schema, std::size_t first, std::size_t count) {
  std::vector<Expression> columns;
  for (std::size_t i = first; i < first + count; ++i) columns.push_back(Expression::column(static_cast<int>(i), schema[i].type));
  return columns;
}

PlanPtr projected(PlanPtr plan, std::vector<Expression> outputs) {
  Schema schema;
  for (const Expression& e : outputs) {
    const bool column = e.kind == ExpressionKind::kColumn;
    schema.push_back(column ? plan->schema[static_cast<std::size_t>(e.index)] : Field{"nothing", e.type, true});
  }
  return plan::make_plan(plan::Project{std::move(outputs)}, std::move(schema), std::move(plan));
}

Join by_number(JoinKind kind, std::size_t left, std::size_t right) {
  Join join;
  join.kind = kind;
  join.keys.push_back(
      {Expression::column(static_cast<int>(left), TypeId::kBigInt), Expression::column(static_cast<int>(right), TypeId::kBigInt), false});
  return join;
}

// The pairs of an inner join for which the condition is true are made once; what the join gives is found among them.
PlanPtr attach_to_pairs(PlanPtr plan) {
  Join join = std::move(std::get<Join>(plan->node));
  const JoinKind kind = join.kind;
  const Schema schema = plan->schema;
  const std::size_t left_columns = plan->inputs[0]->schema.size();
  const std::size_t right_columns = plan->inputs[1]->schema.size();
  const auto left = plan::share(plan::with_numbers(std::move(plan->inputs[0])), "the left side");
  const auto right = plan::share(plan::with_numbers(std::move(plan->inputs[1])), "the right side");
  std::vector<int> both(left_columns + right_columns);  // the left's number stands between
  for (std::size_t i = 0; i < both.size(); ++i) both[i] = static_cast<int>(i < left_columns ? i : i + 1);
  Expression condition = std::move(*join.condition);
  join.condition.reset();
  join.kind = JoinKind::kInner;
  plan::remap_columns(condition, both);
  PlanPtr pairs = plan::make_join(std::move(join), plan::read(left), plan::read(right));
  const Schema pair_schema = pairs->schema;
  const auto matched =
      plan::share(plan::make_plan(plan::Filter{std::move(condition)}, pair_schema, std::move(pairs)), "the pairs that match");
  const std::size_t left_number = left_columns;
  const std::size_t right_number = left_columns + 1 + right_columns;
  if (kind == JoinKind::kSemi || kind == JoinKind::kAnti) {
    PlanPtr rows = projected(plan::read(matched), columns_from(pair_schema, left_number, 1));
    return plan::first_columns(plan::make_join(by_number(kind, left_columns, 0), plan::read(left), std::move(rows)), left_columns);
  }
  PlanPtr rows;
  std::vector<Expression> outputs = columns_from(pair_schema, 0, left_columns);
  for (Expression& e : columns_from(pair_schema, left_columns + 1, right_columns)) outputs.push_back(std::move(e));
  if (kind == JoinKind::kRight) {
    rows = plan::make_plan(plan::Project{std::move(outputs)}, schema, plan::read(matched));
  } else {
    PlanPtr of_right = projected(plan::read(matched), columns_from(pair_schema, left_number, right_columns + 1));
    PlanPtr padded = plan::make_join(by_number(JoinKind::kLeft, left_columns, 0), plan::read(left), std::move(of_right));
    std::vector<Expression> kept = columns_from(padded->schema, 0, left_columns);
    for (Expression& e : columns_from(padded->schema, left_columns + 2, right_columns)) kept.push_back(std::move(e));
    rows = plan::make_plan(plan::Project{std::move(kept)}, schema, std::move(padded));
  }
  if (kind == JoinKind::kLeft) return rows;
  PlanPtr found = projected(plan::read(matched), columns_from(pair_schema, right_number, 1));
  PlanPtr rest = plan::make_join(by_number(JoinKind::kAnti, right_columns, 0), plan::read(right), std::move(found));
  std::vector<Expression> padded;
  for (std::size_t i = 0; i < left_columns; ++i) padded.push_back(Expression::literal(Value::null(schema[i].type)));
  for (Expression& e : columns_from(rest->schema, 0, right_columns)) padded.push_back(std::move(e));
  PlanPtr all = plan::make_plan(plan::Union{}, schema, std::move(rows));
  all->inputs.push_back(plan::make_plan(plan::Project{std::move(padded)}, schema, std::move(rest)));
  return all;
}

}  // namespace

Result<PlanPtr> attach_to_join(PlanPtr plan) {
  auto& join = std::get<Join>(plan->node);
  if (!join.condition || !plan::has_subquery(*join.condition)) return plan;
  if (join.kind == JoinKind::kInner) return ask_above(std::move(plan));
  std::vector<Expression*> subqueries;
  collect(*join.condition, subqueries);
  const auto left_columns = static_cast<int>(plan->inputs[0]->schema.size());
  const auto of_one_side = [&](const Expression* e) { return !reads_left(*e, left_columns) || !reads_right(*e, left_columns); };
  // What a subquery reads of the row outside the join means the same on either side, unless the right side has an outside of its own.
  const auto movable = [&](const Expression* e) { return join.outer.empty() || !reads_right(*e, left_columns) || !plan::has_outer(*e); };
  if (std::ranges::all_of(subqueries, of_one_side) && std::ranges::all_of(subqueries, movable)) return attach_to_sides(std::move(plan));
  if (!join.outer.empty() || plan::reads_outside(*plan))
    return error(ErrorCode::kNotSupported,
                 "a subquery in ON that reads both sides of a join, within one that reads the row outside, is not supported yet")
        .at(join.condition->span);
  return attach_to_pairs(std::move(plan));
}

}  // namespace trueno::optimize
