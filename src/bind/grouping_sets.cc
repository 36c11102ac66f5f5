#include "bind/grouping_sets.h"

#include <algorithm>

namespace trueno::bind {

using plan::Expression;
using plan::PlanPtr;

namespace {

using Set = std::vector<std::size_t>;
using KeyNumber = std::function<Result<std::size_t>(const sql::Expression&)>;

// CUBE of this many elements is 4,096 groupings.
constexpr std::size_t kMostCubed = 12;
constexpr std::size_t kMostSets = 4096;

Set united(Set a, const Set& b) {
  for (const std::size_t key : b) {
    if (std::ranges::find(a, key) == a.end()) a.push_back(key);
  }
  return a;
}

Result<Set> keys_of(const sql::GroupingElement& element, const KeyNumber& key_number) {
  Set keys;
  for (const auto& expression : element.expressions) keys = united(std::move(keys), {TRUENO_TRY(key_number(*expression))});
  return keys;
}

Result<std::vector<Set>> sets_of_element(const sql::GroupingElement& element, const KeyNumber& key_number) {
  using Kind = sql::GroupingElement::Kind;
  std::vector<Set> sets;
  if (element.kind == Kind::kSet) {
    sets.push_back(TRUENO_TRY(keys_of(element, key_number)));
    return sets;
  }
  if (element.kind == Kind::kGroupingSets) {
    for (const sql::GroupingElement& inner : element.elements) {
      for (Set& set : TRUENO_TRY(sets_of_element(inner, key_number))) sets.push_back(std::move(set));
    }
    return sets;
  }
  std::vector<Set> parts;
  for (const sql::GroupingElement& inner : element.elements) parts.push_back(TRUENO_TRY(keys_of(inner, key_number)));
  if (element.kind == Kind::kRollup) {
    for (std::size_t count = parts.size() + 1; count-- > 0;) {
      Set set;
      for (std::size_t i = 0; i < count; ++i) set = united(std::move(set), parts[i]);
      sets.push_back(std::move(set));
    }
    return sets;
  }
  if (parts.size() > kMostCubed) return error(ErrorCode::kBinder, "CUBE of more than {} elements", kMostCubed).at(element.span);
  for (std::size_t bits = std::size_t{1} << parts.size(); bits-- > 0;) {
    Set set;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      if ((bits >> (parts.size() - 1 - i) & 1) != 0) set = united(std::move(set), parts[i]);
    }
    sets.push_back(std::move(set));
  }
  return sets;
}

// Bit i from the right is 1 where the i-th key from the right is none of the set.
Result<Expression> mask_of(const std::vector<Expression>& asked, const std::vector<Expression>& keys, const Set& set) {
  std::int64_t mask = 0;
  for (const Expression& e : asked) {
    const auto known = std::ranges::find_if(keys, [&](const Expression& key) { return plan::same_expression(key, e); });
    if (known == keys.end()) return error(ErrorCode::kBinder, "GROUPING may only name what is grouped by").at(e.span);
    const auto number = static_cast<std::size_t>(known - keys.begin());
    mask = mask * 2 + (std::ranges::find(set, number) == set.end() ? 1 : 0);
  }
  return Expression::literal(Value::integer(mask, TypeId::kBigInt));
}

// One grouping, with a column for each key of any set.
Result<PlanPtr> group_by(const plan::Aggregate& aggregate, const GroupingSets& sets, const Set& set, const Schema& schema, PlanPtr input) {
  plan::Aggregate one;
  Schema fields;
  for (const std::size_t key : set) {
    one.keys.push_back(aggregate.keys[key]);
    fields.push_back(schema[key]);
  }
  one.calls = aggregate.calls;
  const std::size_t keys = aggregate.keys.size();
  fields.insert(fields.end(), schema.begin() + static_cast<std::ptrdiff_t>(keys),
                schema.begin() + static_cast<std::ptrdiff_t>(keys + aggregate.calls.size()));
  PlanPtr plan = plan::make_plan(std::move(one), std::move(fields), std::move(input));
  std::vector<Expression> outputs;
  for (std::size_t key = 0; key < keys; ++key) {
    const auto place = std::ranges::find(set, key);
    outputs.push_back(place == set.end() ? Expression::literal(Value::null(schema[key].type))
                                         : Expression::column(static_cast<int>(place - set.begin()), schema[key].type));
  }
  for (std::size_t i = 0; i < aggregate.calls.size(); ++i)
    outputs.push_back(Expression::column(static_cast<int>(set.size() + i), schema[keys + i].type));
  for (const std::vector<Expression>& asked : sets.masks) outputs.push_back(TRUENO_TRY(mask_of(asked, aggregate.keys, set)));
  return plan::make_plan(plan::Project{std::move(outputs)}, schema, std::move(plan));
}

}  // namespace

Result<std::vector<Set>> sets_of(const std::vector<sql::GroupingElement>& elements, const KeyNumber& key_number) {
  std::vector<Set> sets = {{}};
  for (const sql::GroupingElement& element : elements) {
    const std::vector<Set> more = TRUENO_TRY(sets_of_element(element, key_number));
    if (sets.size() * more.size() > kMostSets) return error(ErrorCode::kBinder, "more than {} grouping sets", kMostSets).at(element.span);
    std::vector<Set> product;
    for (const Set& a : sets) {
      for (const Set& b : more) product.push_back(united(a, b));
    }
    sets = std::move(product);
  }
  return sets;
}

Result<PlanPtr> group(plan::Aggregate aggregate, const GroupingSets& sets, Schema schema, PlanPtr input) {
  const bool ordinary = sets.sets.empty() || (sets.sets.size() == 1 && sets.sets.front().size() == aggregate.keys.size());
  if (ordinary && sets.masks.empty()) return plan::make_plan(std::move(aggregate), std::move(schema), std::move(input));
  for (std::size_t i = 0; i < sets.masks.size(); ++i) schema.push_back({"grouping", TypeId::kBigInt, false});
  std::vector<Set> all = sets.sets;
  if (all.empty()) {  // GROUP BY ALL, or none
    all.emplace_back();
    for (std::size_t key = 0; key < aggregate.keys.size(); ++key) all.front().push_back(key);
  }
  if (all.size() == 1) return group_by(aggregate, sets, all.front(), schema, std::move(input));
  PlanPtr plan = plan::make_plan(plan::Union{}, schema);
  if (plan::reads_outside(*input)) {  // what is shared must not
    for (const Set& set : all) plan->inputs.push_back(TRUENO_TRY(group_by(aggregate, sets, set, schema, plan::clone(*input))));
    return plan;
  }
  auto rows = std::make_shared<plan::SharedPlan>();
  rows->name = "the rows to group";
  rows->plan = std::move(input);
  rows->ordered = std::ranges::any_of(aggregate.calls, [](const plan::AggregateCall& call) { return call.function->observes_order(); });
  for (const Set& set : all)
    plan->inputs.push_back(TRUENO_TRY(group_by(aggregate, sets, set, schema, plan::make_plan(plan::Shared{rows}, rows->plan->schema))));
  return plan;
}

}  // namespace trueno::bind
