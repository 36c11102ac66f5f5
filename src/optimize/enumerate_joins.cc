#include "optimize/enumerate_joins.h"

#include <algorithm>
#include <bit>
#include <unordered_map>

#include "base/result.h"

namespace trueno::optimize {

namespace {

constexpr double kProbeCost = 1;
constexpr double kBuildCost = 2;
constexpr double kOutputCost = 1;

RelationSet lowest(RelationSet set) { return set & (~set + 1); }
// The relation and all below it.
RelationSet up_to(RelationSet one) { return one | (one - 1); }
bool within(RelationSet inner, RelationSet outer) { return (inner & ~outer) == 0; }

// Calls visit for every part of a set that has something, parts before what holds them.
template <typename Visit>
void for_each_part(RelationSet set, const Visit& visit) {
  for (RelationSet part = lowest(set); part != 0; part = (part - set) & set) visit(part);
}

// The functions bear the names of the paper: csg, a connected subgraph; cmp, one that it is joined with.
class Enumerator {
 public:
  Enumerator(std::span<const double> rows, std::span<const JoinEdge> edges, const EstimateRows& estimate, std::size_t most_pairs)
      : relations_(rows.size()), edges_(edges), estimate_(estimate), most_pairs_(most_pairs) {
    for (std::size_t i = 0; i < rows.size(); ++i) best_[RelationSet{1} << i].rows = rows[i];
  }

  std::optional<std::vector<JoinStep>> run() {
    for (std::size_t i = relations_; i-- > 0;) {
      const RelationSet one = RelationSet{1} << i;
      emit_csg(one);
      grow_csg(one, up_to(one));
    }
    const RelationSet all = relations_ == 64 ? ~RelationSet{0} : (RelationSet{1} << relations_) - 1;
    if (pairs_ > most_pairs_ || !best_.contains(all)) return std::nullopt;
    std::vector<JoinStep> steps;
    collect(all, steps);
    return steps;
  }

 private:
  struct Best {
    double rows = 0;
    double cost = 0;  // of the joins below, and of this one but for its output: that is the same for all of a set's trees
    RelationSet left = 0;
    RelationSet right = 0;
    [[nodiscard]] double total() const { return left == 0 ? 0 : cost + kOutputCost * rows; }
  };

  [[nodiscard]] bool connected(RelationSet a, RelationSet b) const {
    return std::ranges::any_of(
        edges_, [&](const JoinEdge& e) { return (within(e.left, a) && within(e.right, b)) || (within(e.left, b) && within(e.right, a)); });
  }

  // What an edge leads to from the set, one relation for each far side, without what is excluded.
  [[nodiscard]] RelationSet neighbours(RelationSet set, RelationSet excluded) const {
    RelationSet out = 0;
    const RelationSet closed = set | excluded;
    for (const JoinEdge& e : edges_) {
      if (within(e.left, set) && (e.right & closed) == 0) out |= lowest(e.right);
      if (within(e.right, set) && (e.left & closed) == 0) out |= lowest(e.left);
    }
    return out;
  }

  void grow_csg(RelationSet set, RelationSet excluded) {
    if (pairs_ > most_pairs_) return;
    const RelationSet near = neighbours(set, excluded);
    for_each_part(near, [&](RelationSet part) {
      if (best_.contains(set | part)) emit_csg(set | part);
    });
    for_each_part(near, [&](RelationSet part) { grow_csg(set | part, excluded | near); });
  }

  void emit_csg(RelationSet set) {
    const RelationSet excluded = set | up_to(lowest(set));
    const RelationSet near = neighbours(set, excluded);
    for (RelationSet left = near; left != 0;) {
      const RelationSet one = std::bit_floor(left);
      left &= ~one;
      if (connected(set, one)) emit_pair(set, one);
      grow_cmp(set, one, excluded | (up_to(one) & near));
    }
  }

  void grow_cmp(RelationSet set, RelationSet other, RelationSet excluded) {
    if (pairs_ > most_pairs_) return;
    const RelationSet near = neighbours(other, excluded);
    for_each_part(near, [&](RelationSet part) {
      if (best_.contains(other | part) && connected(set, other | part)) emit_pair(set, other | part);
    });
    for_each_part(near, [&](RelationSet part) { grow_cmp(set, other | part, excluded | near); });
  }

  void emit_pair(RelationSet a, RelationSet b) {
    if (++pairs_ > most_pairs_) return;
    const Best of_a = best_.at(a);
    const Best of_b = best_.at(b);
    // The fewest rows that any of a set's pairs expects: with cycles, the pair that most conditions connect. All pairs of a set are seen
    // before the set is joined itself, so that all its trees are judged by one figure.
    const double rows = std::max(1.0, estimate_(a, of_a.rows, b, of_b.rows));
    const bool a_is_larger = of_a.rows > of_b.rows || (of_a.rows == of_b.rows && a < b);
    const double larger = std::max(of_a.rows, of_b.rows);
    const double smaller = std::min(of_a.rows, of_b.rows);
    const double cost = of_a.total() + of_b.total() + kProbeCost * larger + kBuildCost * smaller;
    const auto [found, added] = best_.try_emplace(a | b);
    Best& best = found->second;
    best.rows = added ? rows : std::min(best.rows, rows);
    if (!added && cost >= best.cost) return;
    best.cost = cost;
    best.left = a_is_larger ? a : b;
    best.right = a_is_larger ? b : a;
  }

  void collect(RelationSet set, std::vector<JoinStep>& steps) const {
    const Best& best = best_.at(set);
    if (best.left == 0) return;
    collect(best.left, steps);
    collect(best.right, steps);
    steps.push_back({best.left, best.right, best.rows});
  }

  std::size_t relations_;
  std::span<const JoinEdge> edges_;
  const EstimateRows& estimate_;
  std::size_t most_pairs_;
  std::size_t pairs_ = 0;
  std::unordered_map<RelationSet, Best> best_;
};

}  // namespace

std::optional<std::vector<JoinStep>> best_joins(std::span<const double> rows, std::span<const JoinEdge> edges, const EstimateRows& estimate,
                                                std::size_t most_pairs) {
  TRUENO_ASSERT(!rows.empty() && rows.size() <= 64);
  return Enumerator(rows, edges, estimate, most_pairs).run();
}

}  // namespace trueno::optimize
