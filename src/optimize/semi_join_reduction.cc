// Rows that a join throws away are not grouped, and not put into its table: semi-join reduction (Bernstein, Chiu 1981).
//
//   L JOIN (Aggregate by k over R) ON L.a = k    ->    L JOIN (Aggregate by k over (R SEMI JOIN K ON k = K.a)) ON L.a = k
//   L SEMI JOIN R ON L.a = R.k                   ->    L SEMI JOIN (R SEMI JOIN K ON R.k = K.a) ON L.a = R.k
//
// K is a part of L, the operator with the fewest rows that hold every value of L.a: written a second time, or where that would cost too
// much made once and read by both. What comes of unnesting a correlated aggregate has the first form, and groups a whole table for the few
// rows outside; EXISTS has the second, and its table would be larger than what is looked up in it. Sound where nothing that is left out
// could have failed, and nothing in K can; for joins that give no row of the right side without a partner.
#include <algorithm>
#include <limits>
#include <unordered_map>

#include "optimize/computed_columns.h"
#include "optimize/grouping.h"
#include "optimize/join_keys.h"
#include "optimize/observed_order.h"
#include "optimize/push_into_join.h"
#include "optimize/rules.h"
#include "plan/cardinality.h"

namespace trueno::optimize {

namespace {

using plan::Expression;
using plan::ExpressionKind;
using plan::JoinKind;
using plan::Plan;

// What is read a second time has to be this much less than what is grouped, and to leave this part of the groups.
constexpr double kMostWork = 0.5;
constexpr double kMostGroups = 0.25;
constexpr double kMostOfTable = 0.25;  // the same of the rows of a build side
constexpr double kSharingPays = 0.5;   // what is made once has this part of the rows of what can be written twice

// What is asked of many plans again and again: a thousand joins are looked through for each of them.
class Facts {
 public:
  double rows(const Plan& plan) { return estimator_.cardinality(plan); }
  double different(const Plan& plan, const Expression& e) { return estimator_.distinct_values(plan, e); }
  // Nothing in it can fail, nor changes from row to row by itself.
  bool is_safe(const Plan& plan) {
    if (const auto known = safe_.find(&plan); known != safe_.end()) return known->second;
    const bool safe = !plan::any_expression(plan, [](const Expression& e) { return !optimize::is_safe(e); }) &&
                      std::ranges::all_of(plan.inputs, [&](const plan::PlanPtr& input) { return is_safe(*input); });
    return safe_.emplace(&plan, safe).first->second;
  }
  // Rows of the sources below: what making the plan's rows costs at least.
  double work(const Plan& plan) {
    if (plan.inputs.empty()) return rows(plan);
    double sum = 0;
    for (const plan::PlanPtr& input : plan.inputs) sum += work(*input);
    return sum;
  }

 private:
  plan::Estimator estimator_;
  std::unordered_map<const Plan*, bool> safe_;
};

// Filters and projections of one source, or of what is shared already: cheap to do again.
bool is_simple(const Plan& plan) {
  const bool passes = std::holds_alternative<plan::Filter>(plan.node) || std::holds_alternative<plan::Project>(plan.node);
  return passes ? is_simple(plan.input())
                : std::holds_alternative<plan::Scan>(plan.node) || std::holds_alternative<plan::Shared>(plan.node);
}

// Where the values of the keys come from.
struct Origin {
  bool simple = false;  // looked for among what is
  const Plan* plan = nullptr;
  std::vector<Key> keys;
  double rows = std::numeric_limits<double>::infinity();
};

// The operator with the fewest rows that holds all values of some of the keys.
void find_origin(const Plan& plan, const std::vector<Key>& keys, Facts& facts, Origin& best) {
  if (keys.empty()) return;
  const double rows = facts.rows(plan);
  if (rows <= best.rows && (!best.simple || is_simple(plan)) && facts.is_safe(plan)) best = {best.simple, &plan, keys, rows};
  if (const auto* project = std::get_if<plan::Project>(&plan.node)) {
    find_origin(plan.input(), below_project(*project, keys), facts, best);
  } else if (std::holds_alternative<plan::Filter>(plan.node)) {
    find_origin(plan.input(), keys, facts, best);
  } else if (const auto* join = std::get_if<plan::Join>(&plan.node)) {
    switch (join->kind) {
      case JoinKind::kInner:
      case JoinKind::kSemi:
        find_origin(*plan.inputs[0], seen_from(plan, 0, keys), facts, best);
        find_origin(*plan.inputs[1], seen_from(plan, 1, keys), facts, best);
        break;
      case JoinKind::kLeft:
      case JoinKind::kSingle:
      case JoinKind::kAnti:
      case JoinKind::kMark: find_origin(*plan.inputs[0], of_side(plan, 0, keys), facts, best); break;
      case JoinKind::kRight:
      case JoinKind::kFull: break;
    }
  }
}

// Puts the semi join as far down as its keys go. Above filters, which let a scan skip parts.
void keep_matching(plan::PlanPtr& plan, std::vector<Expression> left, const Origin& origin) {
  const bool columns = std::ranges::all_of(left, [](const Expression& e) { return e.kind == ExpressionKind::kColumn; });
  std::vector<Key> keys;
  for (std::size_t n = 0; n < left.size() && columns; ++n) keys.push_back({n, left[n].index});
  const auto descend = [&](plan::PlanPtr& input, const std::vector<Key>& below) {
    for (const Key& key : below) left[key.number].index = key.column;
    keep_matching(input, std::move(left), origin);
  };
  if (columns) {
    if (const auto* project = std::get_if<plan::Project>(&plan->node)) {
      const std::vector<Key> below = below_project(*project, keys);
      if (below.size() == keys.size()) return descend(plan->inputs[0], below);
    } else if (const auto* join = std::get_if<plan::Join>(&plan->node)) {
      for (std::size_t side = 0; side < 2; ++side) {
        const std::vector<Key> below = of_side(*plan, side, keys);
        const bool keeps_rows =
            join->kind == JoinKind::kInner || (side == 0 && join->kind != JoinKind::kRight && join->kind != JoinKind::kFull);
        if (keeps_rows && below.size() == keys.size()) return descend(plan->inputs[side], below);
      }
    }
  }
  plan::Join semi;
  semi.kind = JoinKind::kSemi;
  std::vector<Expression> kept;
  Schema schema;
  for (std::size_t n = 0; n < origin.keys.size(); ++n) {
    const auto at = static_cast<std::size_t>(origin.keys[n].column);
    const Field& field = origin.plan->schema[at];
    semi.keys.push_back({left[n], Expression::column(static_cast<int>(n), field.type), false});
    kept.push_back(Expression::column(static_cast<int>(at), field.type));
    schema.push_back(field);
  }
  plan::PlanPtr right = plan::make_plan(plan::Project{std::move(kept)}, std::move(schema), plan::clone(*origin.plan));
  plan = plan::make_join(std::move(semi), std::move(plan), std::move(right));
}

// The keys of the join that are columns on both sides: of one side, and of the other.
std::pair<std::vector<Key>, std::vector<Key>> column_keys(const plan::Join& join, std::size_t side) {
  std::pair<std::vector<Key>, std::vector<Key>> keys;
  for (std::size_t n = 0; n < join.keys.size(); ++n) {
    const Expression& own = side == 0 ? join.keys[n].left : join.keys[n].right;
    const Expression& other = side == 0 ? join.keys[n].right : join.keys[n].left;
    if (own.kind != ExpressionKind::kColumn || other.kind != ExpressionKind::kColumn || join.keys[n].null_safe) continue;
    keys.first.push_back({n, own.index});
    keys.second.push_back({n, other.index});
  }
  return keys;
}

// Part of a tree is made once and read in its place; gives the reader. Null: it is no part of the tree.
const Plan* share_part(plan::PlanPtr& tree, const Plan* part, bool ordered) {
  if (tree.get() != part) {
    for (plan::PlanPtr& input : tree->inputs) {
      if (const Plan* reader = share_part(input, part, ordered); reader != nullptr) return reader;
    }
    return nullptr;
  }
  const std::shared_ptr<plan::SharedPlan> shared = plan::share(std::move(tree), "the rows to look up");
  shared->ordered = ordered;
  shared->lowered = true;
  tree = plan::read(shared);
  return tree.get();
}

// The right side of a join that only asks it for matches, or pads. A table costs less than groups do.
void reduce_table(Plan& node, Facts& facts, bool observed) {
  const auto [keys, others] = column_keys(std::get<plan::Join>(node.node), 1);
  plan::PlanPtr& right = node.inputs[1];
  if (keys.empty() || !facts.is_safe(*right)) return;
  const Origin nowhere{true, nullptr, {}, std::numeric_limits<double>::infinity()};
  Origin origin = nowhere;
  find_origin(*node.inputs[0], others, facts, origin);
  if (origin.plan != nullptr && facts.work(*origin.plan) > kMostWork * facts.work(*right)) origin = nowhere;
  Origin any;
  find_origin(*node.inputs[0], others, facts, any);
  const bool shares = any.rows < kSharingPays * origin.rows;
  if (shares) origin = any;
  if (origin.plan == nullptr || origin.rows > kMostOfTable * facts.rows(*right)) return;
  if (shares) origin.plan = share_part(node.inputs[0], origin.plan, shows_order_of(node, 0, observed));
  std::vector<Expression> left;
  for (const Key& key : origin.keys) {
    const auto own = std::ranges::find(keys, key.number, &Key::number);
    left.push_back(Expression::column(own->column, right->schema[static_cast<std::size_t>(own->column)].type));
  }
  keep_matching(right, std::move(left), origin);
}

// One side of a join is a grouping, perhaps below projections and filters. Whether it was reduced.
bool reduce_groups(Plan& node, std::size_t side, Facts& facts) {
  auto [keys, others] = column_keys(std::get<plan::Join>(node.node), side);
  Plan* at = node.inputs[side].get();
  while (!keys.empty() && !std::holds_alternative<plan::Aggregate>(at->node)) {
    if (const auto* project = std::get_if<plan::Project>(&at->node)) {
      keys = below_project(*project, keys);
      if (plan::any_expression(*at, [](const Expression& e) { return plan::is_volatile(e); })) return false;
    } else if (!std::holds_alternative<plan::Filter>(at->node) ||
               plan::any_expression(*at, [](const Expression& e) { return !is_safe(e); })) {
      return false;
    }
    at = &at->input();
  }
  if (keys.empty()) return false;
  const auto& groups = std::get<plan::Aggregate>(at->node);
  std::erase_if(keys, [&](const Key& key) { return static_cast<std::size_t>(key.column) >= groups.keys.size(); });
  std::erase_if(others,
                [&](const Key& other) { return std::ranges::none_of(keys, [&](const Key& key) { return key.number == other.number; }); });
  if (keys.empty() || !std::ranges::all_of(groups.calls, cannot_fail) || !facts.is_safe(*at)) return false;
  Origin origin;
  find_origin(*node.inputs[1 - side], others, facts, origin);
  if (origin.plan == nullptr) return false;
  std::vector<Expression> left;
  double different = 1;
  for (const Key& key : origin.keys) {
    const auto own = std::ranges::find(keys, key.number, &Key::number);
    left.push_back(groups.keys[static_cast<std::size_t>(own->column)]);
    different *= std::max(1.0, facts.different(at->input(), left.back()));
  }
  different = std::min(different, facts.rows(at->input()));
  if (origin.rows > kMostGroups * different || facts.work(*origin.plan) > kMostWork * facts.work(at->input())) return false;
  keep_matching(at->inputs[0], std::move(left), origin);
  return true;
}

void reduce(Plan& plan, Facts& facts, bool observed) {
  for (std::size_t i = 0; i < plan.inputs.size(); ++i) reduce(*plan.inputs[i], facts, shows_order_of(plan, i, observed));
  const auto* join = std::get_if<plan::Join>(&plan.node);
  if (join == nullptr) return;
  const JoinKind kind = join->kind;
  const bool inner = kind == JoinKind::kInner;
  const bool asks = kind == JoinKind::kSemi || kind == JoinKind::kAnti || kind == JoinKind::kLeft || kind == JoinKind::kSingle;
  const bool reduced = (inner || asks) && reduce_groups(plan, 1, facts);
  if (inner) static_cast<void>(reduce_groups(plan, 0, facts));
  if (asks && !reduced) reduce_table(plan, facts, observed);
}

}  // namespace

Result<plan::PlanPtr> semi_join_reduction(plan::PlanPtr plan, const plan::ConstantEvaluator&) {
  Facts facts;
  reduce(*plan, facts, true);
  return plan;
}

}  // namespace trueno::optimize
