// ASOF JOIN by what there is already. Each row on the right learns the value of the next one of its key, so that at most one of them is the
// nearest to a row on the left:
//
//   ASOF join on l.k = r.k and l.t >= r.t     Join on l.k = r.k and l.t >= r.t and (next IS NULL or not l.t >= next)
//     l                                  ->     l
//     r                                         Left join on k = k and row number + 1 = row number
//                                                 Row number within k (Sort t (r)), twice
//
// Of rows with one key and one value the last one counts. Cost: the right side is sorted once; all pairs of one key are looked at, none of
// them is stored.
//
// With a further condition of both sides the nearest is one of those for which it is true: the pairs are made, sorted by nearness, and the
// first one of each row on the left is kept.
#include "bind/asof_join.h"

#include <algorithm>

namespace trueno::bind {

using plan::Expression;
using plan::ExpressionKind;
using plan::JoinKind;
using plan::PlanPtr;

namespace {

struct Nearest {
  std::string_view op;  // left op right
  Expression left;
  Expression right;  // over the right's columns
};

std::string_view flipped(std::string_view op) { return op == "<" ? ">" : op == "<=" ? ">=" : op == ">" ? "<" : "<="; }

// 1: columns of the left alone, 2: of the right alone, else 0.
int side_of(const Expression& e, int left_columns) {
  const std::vector<int> columns = plan::columns_of(e);
  if (columns.empty()) return 0;
  if (columns.back() < left_columns) return 1;
  return columns.front() >= left_columns ? 2 : 0;
}

bool compares(const Expression& e) {
  if (e.kind != ExpressionKind::kCall) return false;
  const std::string_view op = e.function->name;
  return op == "<" || op == "<=" || op == ">" || op == ">=";
}

// Takes the comparison out of the join's condition; what is asked of the left side, or of both, stays there.
Result<Nearest> take_comparison(plan::Join& join, SourceSpan span, int left_columns, int right_columns) {
  std::optional<Nearest> nearest;
  std::vector<Expression> of_right;
  std::vector<Expression> stay;
  std::vector<int> shift(static_cast<std::size_t>(left_columns + right_columns));
  for (std::size_t i = 0; i < shift.size(); ++i) shift[i] = static_cast<int>(i) - left_columns;
  const auto terms = join.condition ? plan::conjuncts(std::move(*join.condition)) : std::vector<Expression>();
  join.condition.reset();
  for (const Expression& e : terms) {
    const int first = compares(e) ? side_of(e.arguments[0], left_columns) : 0;
    const int second = compares(e) ? side_of(e.arguments[1], left_columns) : 0;
    if (first != 0 && second != 0 && first != second) {
      if (nearest)
        return error(ErrorCode::kBinder, "ASOF JOIN takes one comparison of the two sides, not several").at(e.span.empty() ? span : e.span);
      const bool straight = first == 1;
      nearest = {straight ? std::string_view(e.function->name) : flipped(e.function->name), e.arguments[straight ? 0 : 1],
                 e.arguments[straight ? 1 : 0]};
      plan::remap_columns(nearest->right, shift);
    } else if (side_of(e, left_columns) == 2 && !plan::has_subquery(e)) {
      of_right.push_back(e);
      plan::remap_columns(of_right.back(), shift);
    } else {
      stay.push_back(e);
    }
  }
  if (!nearest)
    return error(ErrorCode::kBinder, "ASOF JOIN needs a comparison of the two sides by <, <=, > or >=")
        .hint("such as ON l.k = r.k AND l.t >= r.t")
        .at(span);
  // A condition of the right side alone decides which rows there are to be near: the value of others is NULL.
  if (!of_right.empty()) nearest->right = Expression::where(plan::conjunction(std::move(of_right)), std::move(nearest->right));
  if (!stay.empty()) join.condition = plan::conjunction(std::move(stay));
  return std::move(*nearest);
}

Expression column(std::size_t number, const Type& type) { return Expression::column(static_cast<int>(number), type); }

// The right's columns, its keys, the value, the value of the next row of the key.
Result<PlanPtr> with_next(const plan::Join& join, const Nearest& nearest, SourceSpan span, PlanPtr right, const ExpressionBinder& binder) {
  const std::size_t columns = right->schema.size();
  const std::size_t keys = join.keys.size();
  std::vector<Expression> outputs = plan::all_columns(right->schema);
  Schema schema = right->schema;
  for (const plan::JoinKey& key : join.keys) {
    outputs.push_back(key.right);
    schema.push_back({"key", key.right.type, true});
  }
  outputs.push_back(nearest.right);
  schema.push_back({"value", nearest.right.type, true});
  PlanPtr plan = plan::make_plan(plan::Project{std::move(outputs)}, schema, std::move(right));
  const Expression value = column(columns + keys, nearest.right.type);
  const bool descending = nearest.op == "<" || nearest.op == "<=";
  plan = plan::make_plan(plan::Sort{{{value, descending, false}}}, schema, std::move(plan));
  std::vector<Expression> partition;
  for (std::size_t k = 0; k < keys; ++k) partition.push_back(column(columns + k, schema[columns + k].type));
  plan = plan::with_row_number(std::move(plan), partition);
  PlanPtr others;
  if (plan::reads_outside(*plan)) {
    others = plan::clone(*plan);
  } else {
    const auto rows = plan::share(std::move(plan), "the right side in order");
    plan = plan::read(rows);
    others = plan::read(rows);
  }
  const std::size_t number = columns + keys + 1;
  plan::Join next;
  next.kind = JoinKind::kLeft;
  for (const Expression& key : partition) next.keys.push_back({key, key, true});
  std::vector<Expression> following;
  following.push_back(column(number, TypeId::kBigInt));
  following.push_back(Expression::literal(Value::bigint(1)));
  next.keys.push_back({TRUENO_TRY(binder.call("+", std::move(following), span)), column(number, TypeId::kBigInt), false});
  plan = plan::make_join(std::move(next), std::move(plan), std::move(others));
  std::vector<Expression> kept = plan::all_columns(schema);
  kept.push_back(column(number + 1 + columns + keys, nearest.right.type));
  schema.push_back({"next value", nearest.right.type, true});
  return plan::make_plan(plan::Project{std::move(kept)}, std::move(schema), std::move(plan));
}

bool reads_both(const plan::Join& join, int left_columns) {
  if (!join.condition) return false;
  const std::vector<Expression> terms = plan::conjuncts(*join.condition);
  return std::ranges::any_of(terms, [&](const Expression& e) {
    const std::vector<int> columns = plan::columns_of(e);
    return !columns.empty() && columns.back() >= left_columns;
  });
}

Result<PlanPtr> nearest_pairs(plan::Join join, const Nearest& nearest, SourceSpan span, PlanPtr left, PlanPtr right,
                              const ExpressionBinder& binder) {
  const JoinKind kind = join.kind;
  if (kind == JoinKind::kRight || kind == JoinKind::kFull)
    return error(ErrorCode::kBinder, "a RIGHT or FULL ASOF JOIN takes no further condition of both sides").at(span);
  if (plan::reads_outside(*left))
    return error(ErrorCode::kNotSupported, "this ASOF JOIN in a subquery that reads the row outside is not supported yet").at(span);
  const std::size_t left_columns = left->schema.size();
  const std::size_t right_columns = right->schema.size();
  std::vector<int> both(left_columns + right_columns);  // the number of the left's row stands between
  for (std::size_t i = 0; i < both.size(); ++i) both[i] = static_cast<int>(i < left_columns ? i : i + 1);
  Expression value = nearest.right;
  std::vector<int> behind(right_columns);
  for (std::size_t i = 0; i < behind.size(); ++i) behind[i] = static_cast<int>(i + left_columns + 1);
  plan::remap_columns(value, behind);
  plan::remap_columns(*join.condition, both);
  join.condition = plan::conjunction({TRUENO_TRY(binder.call(nearest.op, {nearest.left, value}, span)), std::move(*join.condition)});
  join.kind = JoinKind::kInner;
  const auto rows = plan::share(plan::with_numbers(std::move(left)), "the left side");
  PlanPtr pairs = plan::make_join(std::move(join), plan::read(rows), std::move(right));
  const Schema schema = pairs->schema;
  const bool ascending = nearest.op == "<" || nearest.op == "<=";
  pairs = plan::make_plan(plan::Sort{{{std::move(value), !ascending, false}}}, schema, std::move(pairs));
  plan::Limit first{1};
  first.keys.push_back(column(left_columns, TypeId::kBigInt));
  pairs = plan::make_plan(std::move(first), schema, std::move(pairs));
  std::vector<Expression> kept;  // the number, then the right's columns
  for (std::size_t i = left_columns; i < schema.size(); ++i) kept.push_back(column(i, schema[i].type));
  pairs = plan::make_plan(plan::Project{std::move(kept)}, Schema(schema.begin() + static_cast<std::ptrdiff_t>(left_columns), schema.end()),
                          std::move(pairs));
  plan::Join found;
  found.kind = kind;
  found.keys.push_back({column(left_columns, TypeId::kBigInt), column(0, TypeId::kBigInt), false});
  PlanPtr plan = plan::make_join(std::move(found), plan::read(rows), std::move(pairs));
  std::vector<Expression> outputs;
  Schema fields;
  for (std::size_t i = 0; i < plan->schema.size(); ++i) {
    if (i == left_columns || i == left_columns + 1) continue;
    outputs.push_back(column(i, plan->schema[i].type));
    fields.push_back(plan->schema[i]);
  }
  return plan::make_plan(plan::Project{std::move(outputs)}, std::move(fields), std::move(plan));
}

}  // namespace

Result<PlanPtr> asof_join(plan::Join join, SourceSpan span, PlanPtr left, PlanPtr right, const ExpressionBinder& binder) {
  const std::size_t left_columns = left->schema.size();
  const std::size_t right_columns = right->schema.size();
  const Nearest nearest = TRUENO_TRY(take_comparison(join, span, static_cast<int>(left_columns), static_cast<int>(right_columns)));
  if (reads_both(join, static_cast<int>(left_columns)))
    return nearest_pairs(std::move(join), nearest, span, std::move(left), std::move(right), binder);
  right = TRUENO_TRY(with_next(join, nearest, span, std::move(right), binder));
  const std::size_t value = left_columns + right_columns + join.keys.size();
  const auto compare = [&](std::size_t with) { return binder.call(nearest.op, {nearest.left, column(with, nearest.right.type)}, span); };
  Expression last = TRUENO_TRY(binder.call("is_null", {column(value + 1, nearest.right.type)}, span));
  Expression beyond = TRUENO_TRY(binder.call("not", {TRUENO_TRY(compare(value + 1))}, span));
  Expression either;
  either.kind = ExpressionKind::kOr;
  either.type = TypeId::kBoolean;
  either.arguments = {std::move(last), std::move(beyond)};
  std::vector<Expression> conditions = {TRUENO_TRY(compare(value)), std::move(either)};
  if (join.condition) conditions.push_back(std::move(*join.condition));
  join.condition = plan::conjunction(std::move(conditions));
  PlanPtr plan = plan::make_join(std::move(join), std::move(left), std::move(right));
  return plan::first_columns(std::move(plan), left_columns + right_columns);
}

}  // namespace trueno::bind
