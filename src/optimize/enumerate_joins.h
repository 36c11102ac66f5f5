#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

namespace trueno::optimize {

/// Relations by number, 64 at most.
using RelationSet = std::uint64_t;

/// A condition that joins: it can be a join's key once one side has all of `left` and the other all of `right`. Both are there, and
/// disjoint.
struct JoinEdge {
  RelationSet left = 0;
  RelationSet right = 0;
};

/// Two sets that are joined, the one with more rows as the left: its rows look up those of the right, which a table is built of.
struct JoinStep {
  RelationSet left = 0;
  RelationSet right = 0;
  double rows = 0;  // expected of the two together
};

/// Expected rows of two joined sets, from theirs. Asked only where an edge connects the two.
using EstimateRows = std::function<double(RelationSet left, double left_rows, RelationSet right, double right_rows)>;

/// The joins, in order, that together cost least of all trees without cross products: every pair of connected sets is looked at once
/// (DPhyp). `rows`: of each relation. Nothing where the relations are not connected, or have more than `most_pairs` such pairs. Pure.
///
/// A join costs a row of the left one step, of the right two (it is stored before it is found), of the output one.
///
/// Source: Moerkotte and Neumann, "Dynamic Programming Strikes Back", SIGMOD 2008.
[[nodiscard]] std::optional<std::vector<JoinStep>> best_joins(std::span<const double> rows, std::span<const JoinEdge> edges,
                                                              const EstimateRows& estimate, std::size_t most_pairs);

}  // namespace trueno::optimize
