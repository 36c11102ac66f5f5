#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "data.h"
#include "random.h"

namespace trueno::equivalence {

/// What a generated expression is meant to be; enough to put expressions together that mostly bind.
enum class Kind : std::uint8_t { kBoolean, kInteger, kDecimal, kFloat, kText, kDate, kTimestamp, kInterval, kOther };

[[nodiscard]] Kind kind_of(const Type& type);

/// SQL text with holes: `{}` stands for the next operand.
struct Expression {
  Kind kind = Kind::kOther;
  std::string format;
  std::vector<Expression> operands;

  [[nodiscard]] std::string sql() const;
  [[nodiscard]] std::size_t size() const;
};

struct OrderItem {
  Expression expression;
  std::string direction;  // " DESC NULLS FIRST"
};

/// `{kind} (rows of t) v {ON condition}` behind FROM. The rows' columns are v0, v1, ... in the order of t's; u0, u1, ... of a second join.
struct Join {
  std::string kind;
  std::string alias;
  Expression rows;  // the operand of LATERAL is its condition
  std::optional<Expression> condition;
  std::string suffix;  // "USING (c0)" in place of the condition
};

/// How FROM has its subquery.
enum class Place : std::uint8_t { kInline, kWith, kMaterialized, kNotMaterialized };

/// A query as its clauses, so that it can be shrunk clause by clause.
struct Query {
  std::vector<Expression> select;
  std::string star;    // one item more: "* EXCLUDE (c0)"; its columns have no names that others use
  int first_name = 0;  // items are o0, o1, ... from here
  bool distinct = false;
  std::vector<Expression> distinct_on;
  std::unique_ptr<Query> from;  // null: FROM t
  Place place = Place::kInline;
  std::string rows;  // FROM this text in the place of t; empty: t. It has t's columns
  std::vector<Join> joins;
  std::optional<Expression> where;
  std::vector<Expression> group_by;
  std::string grouping;                  // "", "ROLLUP", "CUBE", "GROUPING SETS", "ALL"
  std::vector<std::uint32_t> sets = {};  // the keys of each set as bits
  std::optional<Expression> having;
  std::string operation;         // "UNION ALL BY NAME"; empty: none
  std::unique_ptr<Query> right;  // of the operation
  std::vector<OrderItem> order_by;
  std::string limit;
  std::string offset;

  [[nodiscard]] std::string sql() const;
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] Query clone() const;
  /// It and all queries in it that are kept as clauses.
  void collect(std::vector<Query*>& all);

 private:
  [[nodiscard]] std::string body() const;
  [[nodiscard]] std::string grouping_text() const;
};

/// What has to hold of a case.
enum class Oracle : std::uint8_t {
  kDevices,       // devices, threads, morsels, layouts, merges: the same bytes
  kRules,         // each rule of the optimizer on and off: the same bytes
  kNoRec,         // WHERE keeps the rows for which SELECT says true
  kTlpWhere,      // the rows where p, where NOT p and where p IS NULL are all rows
  kTlpDistinct,   // the same of distinct rows
  kTlpHaving,     // the same of groups
  kTlpAggregate,  // aggregates of the three parts, put together, are those of all rows
};
[[nodiscard]] std::string_view name_of(Oracle oracle);

/// A query over table t and the values of its `?`s.
struct Case {
  Table table;
  Query query;
  std::vector<Value> parameters;
  Oracle oracle = Oracle::kDevices;
};

[[nodiscard]] Case random_case(Random& random, Oracle oracle);

}  // namespace trueno::equivalence
