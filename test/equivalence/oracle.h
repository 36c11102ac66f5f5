#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine.h"

namespace trueno::equivalence {

/// The two sides of an oracle: what is run, and how. Both must give one answer.
struct Ways {
  Configuration expected;
  Configuration other;
};

/// The ways a case is tried in, drawn so that over many cases all combinations come up. Of one case all have the same `expected`.
[[nodiscard]] std::vector<Ways> ways_of(Oracle oracle, Random& random, const std::vector<Device>& devices);

/// What the case's oracle expects, run once for all its ways; nothing when the query is not one that the oracle can divide.
[[nodiscard]] std::optional<Outcome> expected_of(const Engine& engine, const Case& test, const Configuration& way);

/// How the other side of the oracle differs from it; empty: it does not, or it cannot be said because one of them failed.
[[nodiscard]] std::string disagreement(const Engine& engine, const Case& test, const Outcome& expected, const Ways& ways);

/// The same of both sides.
[[nodiscard]] std::string disagreement(const Engine& engine, const Case& test, const Ways& ways);

/// What the two sides run, for people.
[[nodiscard]] std::string texts_of(const Case& test);

}  // namespace trueno::equivalence
