#pragma once

#include <functional>
#include <vector>

#include "plan/plan.h"
#include "sql/ast_query.h"

namespace trueno::bind {

/// Columns that stand for GROUPING(...) while a SELECT is bound: numbers from here on behind FROM's.
inline constexpr int kMaskColumns = 1 << 24;

/// The groupings of a query, each by some of its keys; and what GROUPING(...) was asked for.
struct GroupingSets {
  std::vector<std::vector<std::size_t>> sets;        // numbers of keys
  std::vector<std::vector<plan::Expression>> masks;  // each over FROM's columns
};

/// The sets that a GROUP BY list means: ROLLUP (a, b) is (a, b), (a), (); elements next to one another multiply. `key_number` binds a key.
[[nodiscard]] Result<std::vector<std::vector<std::size_t>>> sets_of(
    const std::vector<sql::GroupingElement>& elements, const std::function<Result<std::size_t>(const sql::Expression&)>& key_number);

/// Keys, calls, then masks. One set by all keys is an ordinary grouping; several are the union of theirs, NULL where a set lacks a key.
/// kBinder when GROUPING names what is no key. `schema`: of keys and calls.
[[nodiscard]] Result<plan::PlanPtr> group(plan::Aggregate aggregate, const GroupingSets& sets, Schema schema, plan::PlanPtr input);

}  // namespace trueno::bind
