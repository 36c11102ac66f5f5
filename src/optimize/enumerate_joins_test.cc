// The enumeration beside one that tries every split of every set, on random graphs; and that it looks at no pair it need not.
#include "optimize/enumerate_joins.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <limits>
#include <map>
#include <random>

namespace trueno::optimize {
namespace {

struct Graph {
  std::vector<double> rows;
  std::vector<JoinEdge> edges;
  std::vector<double> selectivities;  // by edge

  void join(RelationSet left, RelationSet right, double selectivity) {
    edges.push_back({left, right});
    selectivities.push_back(selectivity);
  }
  // Of a set, whatever tree makes it.
  [[nodiscard]] double rows_of(RelationSet set) const {
    double out = 1;
    for (std::size_t i = 0; i < rows.size(); ++i) out *= (set >> i & 1) != 0 ? rows[i] : 1;
    for (std::size_t e = 0; e < edges.size(); ++e) out *= ((edges[e].left | edges[e].right) & ~set) == 0 ? selectivities[e] : 1;
    return std::max(1.0, out);
  }
  [[nodiscard]] bool connect(RelationSet a, RelationSet b) const {
    return std::ranges::any_of(edges, [&](const JoinEdge& e) {
      return ((e.left & ~a) == 0 && (e.right & ~b) == 0) || ((e.left & ~b) == 0 && (e.right & ~a) == 0);
    });
  }
  [[nodiscard]] RelationSet all() const { return (RelationSet{1} << rows.size()) - 1; }
  [[nodiscard]] std::optional<std::vector<JoinStep>> best(std::size_t most_pairs = 1'000'000) const {
    return best_joins(rows, edges, [this](RelationSet a, double, RelationSet b, double) { return rows_of(a | b); }, most_pairs);
  }
};

double step_cost(const Graph& graph, RelationSet a, RelationSet b) {
  const double of_a = graph.rows_of(a);
  const double of_b = graph.rows_of(b);
  return std::max(of_a, of_b) + 2 * std::min(of_a, of_b) + graph.rows_of(a | b);
}

// Infinite where no tree without a cross product makes the set.
double least_cost(const Graph& graph, RelationSet set, std::map<RelationSet, double>& known) {
  if (std::has_single_bit(set)) return 0;
  const auto found = known.find(set);
  if (found != known.end()) return found->second;
  double least = std::numeric_limits<double>::infinity();
  for (RelationSet a = (set - 1) & set; a != 0; a = (a - 1) & set) {
    const RelationSet b = set & ~a;
    if (a < b || !graph.connect(a, b)) continue;
    least = std::min(least, least_cost(graph, a, known) + least_cost(graph, b, known) + step_cost(graph, a, b));
  }
  return known[set] = least;
}

// What the steps cost together; they must be a tree over all relations whose joins are connected.
double cost_of(const Graph& graph, const std::vector<JoinStep>& steps) {
  std::vector<RelationSet> there;
  for (std::size_t i = 0; i < graph.rows.size(); ++i) there.push_back(RelationSet{1} << i);
  double cost = 0;
  for (const JoinStep& step : steps) {
    EXPECT_EQ(std::erase(there, step.left), 1U);
    EXPECT_EQ(std::erase(there, step.right), 1U);
    EXPECT_TRUE(graph.connect(step.left, step.right));
    EXPECT_GE(graph.rows_of(step.left), graph.rows_of(step.right));
    EXPECT_DOUBLE_EQ(step.rows, graph.rows_of(step.left | step.right));
    cost += step_cost(graph, step.left, step.right);
    there.push_back(step.left | step.right);
  }
  EXPECT_EQ(there, std::vector<RelationSet>{graph.all()});
  return cost;
}

Graph with_relations(std::size_t count, std::mt19937& random) {
  Graph graph;
  for (std::size_t i = 0; i < count; ++i) graph.rows.push_back(std::floor(std::exp(std::uniform_real_distribution(0.0, 12.0)(random))));
  return graph;
}

TEST(BestJoins, CostLeastOfAllTrees) {
  constexpr unsigned kSeed = 20261126;
  std::mt19937 random(kSeed);
  const auto number = [&](std::size_t below) { return std::uniform_int_distribution<std::size_t>(0, below - 1)(random); };
  int joined = 0;
  for (int trial = 0; trial < 600; ++trial) {
    Graph graph = with_relations(2 + number(6), random);
    const std::size_t count = graph.rows.size();
    const auto selectivity = [&] { return std::exp(std::uniform_real_distribution(-9.0, 0.0)(random)); };
    const std::size_t shape = number(4);
    for (std::size_t i = 1; i < count; ++i) {  // chain, star, tree, clique
      for (std::size_t j = 0; j < i; ++j) {
        const bool edge = shape == 0 ? j + 1 == i : shape == 1 ? j == 0 : shape == 2 ? j == number(i) : true;
        if (edge) graph.join(RelationSet{1} << i, RelationSet{1} << j, selectivity());
      }
    }
    for (std::size_t more = number(3); more > 0; --more) {  // conditions over several relations a side
      const RelationSet left = 1 + number(graph.all());
      const RelationSet right = (1 + number(graph.all())) & ~left;
      if (right != 0) graph.join(left, right, selectivity());
    }
    std::map<RelationSet, double> known;
    const double least = least_cost(graph, graph.all(), known);
    const auto steps = graph.best();
    ASSERT_EQ(steps.has_value(), std::isfinite(least)) << "seed " << kSeed << ", trial " << trial;
    if (!steps) continue;
    ++joined;
    EXPECT_NEAR(cost_of(graph, *steps) / least, 1, 1e-12) << "seed " << kSeed << ", trial " << trial;
  }
  EXPECT_GT(joined, 400);
}

TEST(BestJoins, LookAtEachPairOnce) {
  std::mt19937 random(1);
  Graph chain = with_relations(12, random);
  Graph star = with_relations(12, random);
  Graph clique = with_relations(8, random);
  for (std::size_t i = 1; i < 12; ++i) {
    chain.join(RelationSet{1} << i, RelationSet{1} << (i - 1), 0.01);
    star.join(RelationSet{1} << i, 1, 0.01);
  }
  for (std::size_t i = 1; i < 8; ++i) {
    for (std::size_t j = 0; j < i; ++j) clique.join(RelationSet{1} << i, RelationSet{1} << j, 0.01);
  }
  // (n^3 - n) / 6, (n - 1) 2^(n - 2), (3^n - 2^(n + 1) + 1) / 2
  for (const auto& [graph, pairs] : {std::pair<const Graph&, std::size_t>{chain, 286}, {star, 11'264}, {clique, 3'025}}) {
    EXPECT_TRUE(graph.best(pairs).has_value());
    EXPECT_FALSE(graph.best(pairs - 1).has_value());
  }
}

TEST(BestJoins, RefuseWhatIsNotConnected) {
  Graph graph;
  graph.rows = {10, 20, 30};
  graph.join(1, 2, 0.1);
  EXPECT_FALSE(graph.best().has_value());
  graph.join(3, 4, 0.1);  // a condition that needs both of the first two on one side
  const auto steps = graph.best();
  ASSERT_TRUE(steps.has_value());
  EXPECT_EQ(steps->front().left | steps->front().right, 3U);
}

}  // namespace
}  // namespace trueno::optimize
