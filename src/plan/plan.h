#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "column/scan_predicate.h"
#include "column/table_source.h"
#include "plan/expression.h"

namespace trueno::plan {

struct Plan;

/// Reads columns of a source. Output: these columns, in this order.
struct Scan {
  std::shared_ptr<const TableSource> source;
  std::vector<int> columns;  // in the source's schema
  ScanPredicate predicate;   // lets the source skip parts; rows are filtered again above
};
/// Rows of constants. Output: as many columns as each row has expressions.
struct Values {
  std::vector<std::vector<Expression>> rows;
};
struct Filter {
  Expression condition;
  std::optional<double> passing = std::nullopt;  // the part of the rows that was seen to satisfy it: an estimate
};
struct Project {
  std::vector<Expression> expressions;
};
struct SortOrder {
  Expression expression;
  bool descending = false;
  bool nulls_first = false;
};
struct AggregateCall {
  const function::AggregateFunction* function = nullptr;
  function::Signature signature;
  std::vector<Expression> arguments;   // none: count(*)
  std::optional<Expression> filter;    // FILTER (WHERE ...)
  std::vector<Value> constants = {};   // arguments that are the same for all rows, behind the others
  std::vector<SortOrder> orders = {};  // ORDER BY inside the call: none where the function cannot tell
  bool distinct = false;               // of each group's different values; lowered before programs are made
};
/// One row a distinct key, ascending by key; without keys exactly one row. Output: keys, then aggregates.
struct Aggregate {
  std::vector<Expression> keys;
  std::vector<AggregateCall> calls;
};
struct Sort {
  std::vector<SortOrder> orders;
};
/// `limit` rows after skipping `offset`; limit -1: all. With keys, so many of each group of rows whose keys are equal (NULL equals NULL);
/// these then come by key, and within a group in the order of the input.
struct Limit {
  std::int64_t limit = -1;
  std::int64_t offset = 0;
  std::vector<Expression> keys = {};
};
/// Sort and Limit in one: keeps limit + offset rows while it reads.
struct TopN {
  std::vector<SortOrder> orders;
  std::int64_t limit = 0;
  std::int64_t offset = 0;
};

/// The rows of all inputs, one input after the other; their columns have the same types.
struct Union {};

/// A last column more: a number a row that ascends in the order of the input.
struct Numbered {};

/// A last column more: 0, 1, 2, ... within the rows of equal keys (NULL equals NULL), in the order of the input. Rows come by key, then in
/// that order; without keys as they came.
struct RowNumber {
  std::vector<Expression> keys;
};

/// Rows of a plan that several places read: made once.
struct SharedPlan;
struct Shared {
  std::shared_ptr<SharedPlan> plan;
};

/// WITH RECURSIVE. Inputs: the rows to begin with, and a step that reads `working` (the rows of the round before, in Shared nodes) until it
/// gives none. Output: all rows of all rounds. `distinct`: the inputs give no row twice, and the step none that was there before, which it
/// finds in `result` (all rows so far).
struct Recursion {
  std::shared_ptr<SharedPlan> working;
  std::shared_ptr<SharedPlan> result;
  bool distinct = false;
};

enum class JoinKind : std::uint8_t {
  kInner,
  kLeft,
  kRight,
  kFull,
  kSemi,    // left rows with a match; output: left
  kAnti,    // left rows without one; output: left
  kMark,    // output: left, then BOOLEAN: whether there is a match, or the Kleene OR of `any` over the matches
  kSingle,  // as kLeft; a second match of a row is an error
};
/// `left` over the first input's columns equals `right` over the second's; both have one type.
struct JoinKey {
  Expression left;
  Expression right;
  bool null_safe = false;  // NULL equals NULL
};
/// Pairs of rows of two inputs for which all keys are equal and the condition is true; no key and no condition: all pairs. Rows come by
/// (left, right), rows of the right without a match last. Output: the left's columns, then the right's, unless the kind says otherwise.
struct Join {
  JoinKind kind = JoinKind::kInner;
  std::vector<JoinKey> keys;
  std::optional<Expression> condition;  // over the left's columns, then the right's
  std::optional<Expression> any;        // kMark: over the same columns
  std::vector<Expression> outer;        // over the left's columns: what kOuter in the right input stands for. None once it is unnested
};

using Node = std::variant<Scan, Values, Filter, Project, Aggregate, Sort, Limit, TopN, Union, Numbered, RowNumber, Shared, Recursion, Join>;

/// A relational operator with its inputs: a tree that owns its children. `schema` names and types its output columns.
struct Plan {
  Node node;
  std::vector<std::unique_ptr<Plan>> inputs;
  Schema schema;

  // Not inline: the code of all members in every file that passes one on is most of what a build compiles.
  Plan();
  Plan(const Plan&) = delete;
  Plan(Plan&&) noexcept;
  Plan& operator=(const Plan&) = delete;
  Plan& operator=(Plan&&) noexcept;
  ~Plan();

  [[nodiscard]] Plan& input() { return *inputs.front(); }
  [[nodiscard]] const Plan& input() const { return *inputs.front(); }
};
using PlanPtr = std::unique_ptr<Plan>;

struct SharedPlan {
  PlanPtr plan;
  std::string name;           // for people
  bool materialized = false;  // stays one where a single place reads it, too
  bool ordered = true;        // whether the order of its rows can show in what reads it
  std::vector<bool> read;     // by column: whether something reads it; empty while that is not known
  bool lowered = false;       // the rules have seen it: those that programs need, and the others
  bool optimized = false;
};

enum class SubqueryKind : std::uint8_t {
  kScalar,  // its one value; NULL without a row, an error with several
  kExists,  // whether it has a row
  kAny,     // the Kleene OR of `test` over its rows
};
/// A query inside an expression. kOuter in its plan are the arguments of the expression that holds it.
struct Subquery {
  SubqueryKind kind = SubqueryKind::kScalar;
  PlanPtr plan;
  std::optional<Expression> test;  // kAny: over the plan's columns and kOuter
};

[[nodiscard]] PlanPtr make_plan(Node node, Schema schema, PlanPtr input = nullptr);
/// A deep copy; what is shared stays shared.
[[nodiscard]] PlanPtr clone(const Plan& plan);
/// Calls visit for every expression of the node itself.
void for_each_expression(Plan& plan, const std::function<void(Expression&)>& visit);
/// Whether the test holds for one of them.
[[nodiscard]] bool any_expression(const Plan& plan, const std::function<bool(const Expression&)>& test);
/// Whether some expression of the plan reads the row outside the plan. The right input of a dependent join inside reads that join's left.
[[nodiscard]] bool reads_outside(const Plan& plan);
/// Splits a condition over both inputs' columns: equalities between the sides become keys, the rest is and-ed to the join's condition. A
/// conjunct that stands behind one that may fail stays behind it.
void add_join_condition(Join& join, Expression condition, int left_columns);
/// A join with its output schema.
[[nodiscard]] PlanPtr make_join(Join join, PlanPtr left, PlanPtr right);
/// Every column of a schema, in order.
[[nodiscard]] std::vector<Expression> all_columns(const Schema& schema);
/// The plan without the columns behind its first `count` ones.
[[nodiscard]] PlanPtr first_columns(PlanPtr plan, std::size_t count);
/// The plan in Numbered, and in RowNumber.
[[nodiscard]] PlanPtr with_numbers(PlanPtr plan);
[[nodiscard]] PlanPtr with_row_number(PlanPtr plan, std::vector<Expression> keys);
/// A plan that is read from several places: `read` once for each.
[[nodiscard]] std::shared_ptr<SharedPlan> share(PlanPtr plan, std::string name);
[[nodiscard]] PlanPtr read(const std::shared_ptr<SharedPlan>& shared);

/// The tree as indented text, top operator first; held by golden tests and shown by EXPLAIN.
[[nodiscard]] std::string print(const Plan& plan);

/// Rows the plan is expected to give; an estimate from row counts and simple selectivities. -1: unknown.
[[nodiscard]] std::int64_t estimated_rows(const Plan& plan);

/// Evaluates expressions while a query is planned; session implements it with compile and the scalar backend.
class ConstantEvaluator {
 public:
  virtual ~ConstantEvaluator() = default;
  [[nodiscard]] virtual Result<Value> evaluate(const Expression& expression) const = 0;
  /// How many of these rows satisfy a condition over their columns; nothing where it fails on one, or cannot be said.
  [[nodiscard]] virtual std::optional<std::int64_t> count_matches(const Expression& condition, const Schema& schema,
                                                                  const Batch& rows) const;
};

}  // namespace trueno::plan
