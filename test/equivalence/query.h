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

/// `{kind} (rows of t) v ON {condition}` behind FROM. The rows' columns are v0, v1, ... in the order of t's.
struct Join {
  std::string kind;
  std::string rows;
  Expression condition;
};

/// A query as its clauses, so that it can be shrunk clause by clause.
struct Query {
  std::vector<Expression> select;
  bool distinct = false;
  std::unique_ptr<Query> from;  // null: FROM t
  std::string with_itself;      // FROM t UNION ALL t, and so on; empty: t alone
  std::optional<Join> join;
  std::optional<Expression> where;
  std::vector<Expression> group_by;
  std::optional<Expression> having;
  std::vector<OrderItem> order_by;
  std::optional<std::int64_t> limit;
  std::int64_t offset = 0;

  [[nodiscard]] std::string sql() const;
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] Query clone() const;
};

/// A query over table t and the values of its `?`s.
struct Case {
  Table table;
  Query query;
  std::vector<Value> parameters;
};

[[nodiscard]] Case random_case(Random& random);

}  // namespace trueno::equivalence
