// Join order: relations that inner joins connect are joined in the order that is estimated to make the fewest rows at each step, the
// smaller side of each pair as the build side.
//
//   Aggregate sum(l.x)                     Aggregate sum(l.x)
//     Join on o.c = c.c                      Join on l.o = o.o
//       Join on l.o = o.o            ->        Scan l
//         Scan l                               Join on o.c = c.c
//         Scan o                                 Scan o
//       Filter c.s = 'x'                         Filter c.s = 'x'
//         Scan c                                   Scan c
//
// Up to twelve connected relations: the least costly of all trees (enumerate_joins). More, or too many pairs to look at: greedy over pairs
// of what is joined so far (Fegaras 1998, "greedy operator ordering"). Trees may be bushy. Where an operator above can observe the order of
// rows (the ties of ORDER BY, LIMIT, list and its like), each relation's rows are numbered and the result is sorted by the numbers, in the
// order the relations were written. Only safe keys and conditions take part: others stay above all joins.
#include <algorithm>
#include <bit>
#include <map>
#include <numeric>
#include <optional>

#include "optimize/computed_columns.h"
#include "optimize/enumerate_joins.h"
#include "optimize/observed_order.h"
#include "optimize/push_into_join.h"
#include "optimize/rules.h"
#include "plan/cardinality.h"

namespace trueno::optimize {

namespace {

using plan::Expression;
using plan::Join;
using plan::JoinKind;
using plan::Plan;
using plan::PlanPtr;

constexpr std::size_t kMostRelations = 64;
// Twelve relations that are all connected with one another have 261,625 pairs; a chain of twelve 286, a star of twelve 11,264.
constexpr int kMostEnumerated = 12;
constexpr std::size_t kMostPairs = 20'000;

// A condition of the cluster, over all relations' columns one after the other; an equality of two expressions where `right` is there.
struct Predicate {
  Expression left;
  std::optional<Expression> right;
  bool null_safe = false;
  RelationSet left_set = 0;
  RelationSet right_set = 0;
  double left_distinct = 1;  // different values in the relation
  double right_distinct = 1;
  bool used = false;
  [[nodiscard]] RelationSet set() const { return left_set | right_set; }
};

// What is joined so far: some relations, as a plan with their columns in some order.
struct Part {
  PlanPtr plan;
  std::vector<int> columns;  // by column of the plan: its number in the cluster
  RelationSet set = 0;
  double rows = 0;
  std::size_t number = 0;  // no other part has or had it
};

// Plans with columns that may fail to be computed: they stay where they are, and the joins around them.
using Failing = std::unordered_set<const Plan*>;

PlanPtr order(PlanPtr plan, bool observed, const Failing& failing);

class Cluster {
 public:
  // Whether a plan is made of inner joins whose conditions may be evaluated in any order.
  static bool is_inner(const Plan& plan, const Failing& failing) {
    const auto* join = std::get_if<Join>(&plan.node);
    if (join == nullptr || join->kind != JoinKind::kInner) return false;
    const auto of_one_column = [](const Expression& e) { return is_safe(e) && plan::columns_of(e).size() == 1; };
    return std::ranges::all_of(join->keys, [&](const plan::JoinKey& key) { return of_one_column(key.left) && of_one_column(key.right); }) &&
           (!join->condition || is_safe(*join->condition)) &&
           std::ranges::none_of(plan.inputs, [&](const PlanPtr& input) { return failing.contains(input.get()); });  // stored, or not
  }
  static bool is_renaming(const Plan& plan, const Failing& failing) {  // what USING leaves between joins
    const auto* project = std::get_if<plan::Project>(&plan.node);
    return project != nullptr && std::holds_alternative<Join>(plan.input().node) && is_inner(plan.input(), failing) &&
           std::ranges::all_of(project->expressions, [](const Expression& e) { return e.kind == plan::ExpressionKind::kColumn; });
  }
  static std::size_t relations_in(const Plan& plan, const Failing& failing) {
    if (is_renaming(plan, failing)) return relations_in(plan.input(), failing);
    if (!is_inner(plan, failing)) return 1;
    return relations_in(*plan.inputs[0], failing) + relations_in(*plan.inputs[1], failing);
  }

  Cluster(PlanPtr plan, bool observed, const Failing& failing) : observed_(observed), failing_(failing) {
    schema_ = plan->schema;
    outputs_ = flatten(std::move(plan));
    for (Predicate& p : predicates_) {
      p.left_set = set_of(p.left);
      if (!p.right) continue;
      p.right_set = set_of(*p.right);
      p.left_distinct = distinct(p.left, p.left_set);
      p.right_distinct = distinct(*p.right, p.right_set);
    }
  }

  PlanPtr ordered() {
    for (const RelationSet component : components()) join_enumerated(component);
    while (parts_.size() > 1) join_best_pair();
    Part whole = std::move(parts_.front());
    const std::vector<int> mapping = places(whole);
    for (Expression& e : outputs_) plan::remap_columns(e, mapping);
    PlanPtr plan = std::move(whole.plan);
    if (observed_) {
      plan::Sort sort;
      for (const int number : numbers_)
        sort.orders.push_back({Expression::column(mapping[static_cast<std::size_t>(number)], TypeId::kBigInt), false, false});
      const Schema all = plan->schema;
      plan = plan::make_plan(std::move(sort), all, std::move(plan));
    }
    return plan::make_plan(plan::Project{std::move(outputs_)}, schema_, std::move(plan));
  }

 private:
  // The plan's outputs over the cluster's columns; its relations and conditions are noted on the way.
  std::vector<Expression> flatten(PlanPtr plan) {
    if (is_renaming(*plan, failing_)) {
      const std::vector<Expression> below = flatten(std::move(plan->inputs[0]));
      std::vector<Expression> out;
      for (const Expression& e : std::get<plan::Project>(plan->node).expressions) out.push_back(plan::substitute(e, below));
      return out;
    }
    if (!is_inner(*plan, failing_)) return add_relation(std::move(plan));
    auto& join = std::get<Join>(plan->node);
    const std::vector<Expression> left = flatten(std::move(plan->inputs[0]));
    const std::vector<Expression> right = flatten(std::move(plan->inputs[1]));
    std::vector<Expression> both = left;
    both.insert(both.end(), right.begin(), right.end());
    for (const plan::JoinKey& key : join.keys) {
      Predicate& p = predicates_.emplace_back();
      p.left = plan::substitute(key.left, left);
      p.right = plan::substitute(key.right, right);
      p.null_safe = key.null_safe;
    }
    if (join.condition) {
      for (const Expression& term : plan::conjuncts(*join.condition)) predicates_.emplace_back().left = plan::substitute(term, both);
    }
    return both;
  }

  std::vector<Expression> add_relation(PlanPtr plan);

  [[nodiscard]] RelationSet set_of(const Expression& e) const {
    RelationSet set = 0;
    for (const int column : plan::columns_of(e)) set |= RelationSet{1} << relation_of_[static_cast<std::size_t>(column)];
    return set;
  }

  // By column of the cluster: where it is in the part, -1 elsewhere.
  [[nodiscard]] std::vector<int> places(const Part& part) const {
    std::vector<int> mapping(relation_of_.size(), -1);
    for (std::size_t i = 0; i < part.columns.size(); ++i) mapping[static_cast<std::size_t>(part.columns[i])] = static_cast<int>(i);
    return mapping;
  }

  static bool joins(const Predicate& p, RelationSet a, RelationSet b) {
    if (p.used || !p.right) return false;
    const auto within = [](RelationSet inner, RelationSet outer) { return inner != 0 && (inner & ~outer) == 0; };
    return (within(p.left_set, a) && within(p.right_set, b)) || (within(p.left_set, b) && within(p.right_set, a));
  }

  // Of a key over one relation; parts are the relations themselves when it is asked.
  [[nodiscard]] double distinct(const Expression& over_cluster, RelationSet relation) const {
    const Part& part = parts_[static_cast<std::size_t>(std::countr_zero(relation))];
    Expression e = over_cluster;
    plan::remap_columns(e, places(part));
    return plan::distinct_values(*part.plan, e);
  }

  // Expected rows of the two joined; nothing where no equality connects them. Asked again for each step: remembered.
  std::optional<double> rows_of(const Part& a, const Part& b) {
    const auto [known, added] = estimates_.try_emplace({a.number, b.number});
    if (added) known->second = estimate(a, b);
    return known->second;
  }
  [[nodiscard]] std::optional<double> estimate(const Part& a, const Part& b) const { return estimate(a.set, a.rows, b.set, b.rows); }
  [[nodiscard]] std::optional<double> estimate(RelationSet a, double a_rows, RelationSet b, double b_rows) const {
    plan::KeyedJoin keyed(a_rows, b_rows);
    bool connected = false;
    for (const Predicate& p : predicates_) {
      if (!joins(p, a, b)) continue;
      connected = true;
      const bool straight = (p.left_set & ~a) == 0;
      const double of_a = straight ? p.left_distinct : p.right_distinct;
      const double of_b = straight ? p.right_distinct : p.left_distinct;
      keyed.add(std::min(a_rows, of_a), std::min(b_rows, of_b));
    }
    return connected ? std::optional(keyed.rows()) : std::nullopt;
  }

  // The sets of relations that equalities connect, each as large as it can be.
  [[nodiscard]] std::vector<RelationSet> components() const {
    std::vector<RelationSet> out;
    for (const Part& part : parts_) out.push_back(part.set);
    for (const Predicate& p : predicates_) {
      if (!p.right) continue;
      RelationSet joined = 0;
      std::erase_if(out, [&](RelationSet set) {
        const bool touched = (set & p.set()) != 0;
        if (touched) joined |= set;
        return touched;
      });
      out.push_back(joined);
    }
    return out;
  }

  // Joins a component in the best of all orders, where these are few enough to look at.
  void join_enumerated(RelationSet component) {
    const int count = std::popcount(component);
    if (count < 3 || count > kMostEnumerated) return;
    std::vector<RelationSet> members;  // the component's relations, numbered anew from 0
    for (RelationSet rest = component; rest != 0; rest &= rest - 1) members.push_back(rest & (~rest + 1));
    const auto here = [&](RelationSet set) {
      RelationSet out = 0;
      for (std::size_t i = 0; i < members.size(); ++i) out |= (set & members[i]) != 0 ? RelationSet{1} << i : 0;
      return out;
    };
    const auto there = [&](RelationSet set) {
      RelationSet out = 0;
      for (; set != 0; set &= set - 1) out |= members[static_cast<std::size_t>(std::countr_zero(set))];
      return out;
    };
    std::vector<double> rows;
    for (const RelationSet one : members) rows.push_back(parts_[part_of(one)].rows);
    std::vector<JoinEdge> edges;
    for (const Predicate& p : predicates_) {
      if (p.right && (p.set() & ~component) == 0) edges.push_back({here(p.left_set), here(p.right_set)});
    }
    const EstimateRows estimated = [&](RelationSet a, double a_rows, RelationSet b, double b_rows) {
      return estimate(there(a), a_rows, there(b), b_rows).value_or(a_rows * b_rows);
    };
    const auto steps = best_joins(rows, edges, estimated, kMostPairs);
    if (!steps) return;
    for (const JoinStep& step : *steps) {
      Part right = take(there(step.right));
      const std::size_t place = part_of(there(step.left));
      parts_[place] = joined(std::move(parts_[place]), std::move(right), step.rows);
    }
  }

  [[nodiscard]] std::size_t part_of(RelationSet set) const {
    return static_cast<std::size_t>(std::ranges::find(parts_, set, &Part::set) - parts_.begin());
  }
  Part take(RelationSet set) {
    const std::size_t place = part_of(set);
    Part out = std::move(parts_[place]);
    parts_.erase(parts_.begin() + static_cast<std::ptrdiff_t>(place));
    return out;
  }

  void join_best_pair() {
    std::size_t best_a = 0;
    std::size_t best_b = 1;
    std::optional<double> best;
    for (std::size_t a = 0; a < parts_.size(); ++a) {
      for (std::size_t b = a + 1; b < parts_.size(); ++b) {
        const std::optional<double> rows = rows_of(parts_[a], parts_[b]);
        if (!rows || (best && *rows >= *best)) continue;
        best = rows;
        best_a = a;
        best_b = b;
      }
    }
    if (!best) {  // nothing connects any two: the two smallest
      std::vector<std::size_t> order(parts_.size());
      std::iota(order.begin(), order.end(), std::size_t{0});
      std::ranges::sort(order, {}, [&](std::size_t i) { return std::pair(parts_[i].rows, i); });
      best_a = std::min(order[0], order[1]);
      best_b = std::max(order[0], order[1]);
      best = parts_[best_a].rows * parts_[best_b].rows;
    }
    Part b = std::move(parts_[best_b]);
    parts_.erase(parts_.begin() + static_cast<std::ptrdiff_t>(best_b));
    Part a = std::move(parts_[best_a]);
    parts_[best_a] = a.rows >= b.rows ? joined(std::move(a), std::move(b), *best) : joined(std::move(b), std::move(a), *best);
  }

  Part joined(Part left, Part right, double rows) {
    Part out;
    out.number = next_number_++;
    out.set = left.set | right.set;
    out.rows = std::max(1.0, rows);
    out.columns = left.columns;
    out.columns.insert(out.columns.end(), right.columns.begin(), right.columns.end());
    Join join;
    std::vector<Expression> conditions;
    const std::vector<int> left_places = places(left);
    const std::vector<int> right_places = places(right);
    const std::vector<int> both_places = places(out);
    for (Predicate& p : predicates_) {
      if (p.used || (p.set() & ~out.set) != 0) continue;
      p.used = true;
      if (p.right && (p.left_set & ~left.set) == 0 && (p.right_set & ~right.set) == 0) {
        join.keys.push_back(key(p.left, *p.right, p.null_safe, left_places, right_places));
      } else if (p.right && (p.left_set & ~right.set) == 0 && (p.right_set & ~left.set) == 0) {
        join.keys.push_back(key(*p.right, p.left, p.null_safe, left_places, right_places));
      } else {
        TRUENO_ASSERT(!p.right);  // an equality has one relation on each side: it is used where these meet
        conditions.push_back(p.left);
        plan::remap_columns(conditions.back(), both_places);
      }
    }
    if (!conditions.empty()) join.condition = plan::conjunction(std::move(conditions));
    out.plan = plan::make_join(std::move(join), std::move(left.plan), std::move(right.plan));
    return out;
  }

  static plan::JoinKey key(Expression left, Expression right, bool null_safe, const std::vector<int>& left_places,
                           const std::vector<int>& right_places) {
    plan::remap_columns(left, left_places);
    plan::remap_columns(right, right_places);
    return {std::move(left), std::move(right), null_safe};
  }

  bool observed_;
  const Failing& failing_;
  Schema schema_;
  std::vector<Expression> outputs_;
  std::vector<std::size_t> relation_of_;  // by column of the cluster
  std::vector<int> numbers_;              // by relation: its row numbers' column
  std::vector<Predicate> predicates_;
  std::vector<Part> parts_;
  std::map<std::pair<std::size_t, std::size_t>, std::optional<double>> estimates_;  // by the numbers of two parts
  std::size_t next_number_ = 0;
};

// `observed`: an operator above can tell in which order rows come.
PlanPtr order(PlanPtr plan, bool observed, const Failing& failing) {
  const std::size_t relations = Cluster::relations_in(*plan, failing);
  if (relations > (observed ? 2U : 1U) && relations <= kMostRelations) return Cluster(std::move(plan), observed, failing).ordered();
  for (std::size_t i = 0; i < plan->inputs.size(); ++i) {
    const bool below = shows_order_of(*plan, i, observed);
    plan->inputs[i] = order(std::move(plan->inputs[i]), below, failing);
  }
  return plan;
}

std::vector<Expression> Cluster::add_relation(PlanPtr plan) {
  plan = order(std::move(plan), observed_, failing_);
  std::vector<Expression> outputs;
  Part& part = parts_.emplace_back();
  part.number = next_number_++;
  part.set = RelationSet{1} << (parts_.size() - 1);
  for (const Field& field : plan->schema) {
    part.columns.push_back(static_cast<int>(relation_of_.size()));
    outputs.push_back(Expression::column(part.columns.back(), field.type));
    relation_of_.push_back(parts_.size() - 1);
  }
  if (observed_) {
    numbers_.push_back(static_cast<int>(relation_of_.size()));
    part.columns.push_back(numbers_.back());
    relation_of_.push_back(parts_.size() - 1);
    Schema schema = plan->schema;
    schema.push_back({"row", TypeId::kBigInt, false});
    plan = plan::make_plan(plan::Numbered{}, std::move(schema), std::move(plan));
  }
  part.rows = plan::cardinality(*plan);
  part.plan = std::move(plan);
  return outputs;
}

}  // namespace

Result<PlanPtr> order_joins(PlanPtr plan, const plan::ConstantEvaluator&) {
  const Failing failing = plans_that_may_fail(*plan);
  return order(std::move(plan), false, failing);
}

Result<PlanPtr> order_joins_of_shared(PlanPtr plan, const plan::ConstantEvaluator&) {
  const Failing failing = plans_that_may_fail(*plan);
  return order(std::move(plan), true, failing);
}

}  // namespace trueno::optimize
