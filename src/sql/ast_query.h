#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "sql/ast_expression.h"

namespace trueno::sql {

// ---- FROM
// ---------------------------------------------------------------------------------------------------------------------------------

/// A table, view or common table by name; `FROM 'data/x.parquet'` has one part and `is_string`.
struct NamedTable {
  QualifiedName name;
  bool is_string = false;
  bool operator==(const NamedTable&) const = default;
};

/// `(SELECT ...) AS t`, `(VALUES ...) AS t(a, b)`.
struct SubqueryTable {
  QueryPtr query;
  bool lateral = false;
  bool operator==(const SubqueryTable&) const = default;
};

/// `range(10)`, `read_parquet('x', union_by_name := true)`, `unnest(t.list)`. Only name and arguments of the call are set.
struct FunctionTable {
  FunctionCall call;
  bool lateral = false;
  bool with_ordinality = false;
  bool operator==(const FunctionTable&) const = default;
};

enum class JoinKind : std::uint8_t { kInner, kLeft, kRight, kFull, kCross, kSemi, kAnti, kPositional };

/// `left JOIN right`. Joins lean left. At most one of `condition`, `using_columns` and `natural` is set; kCross and kPositional have none.
struct Join {
  JoinKind kind = JoinKind::kInner;
  bool asof = false;  // ASOF [INNER | LEFT | ...]
  bool natural = false;
  TableRefPtr left;
  TableRefPtr right;
  ExpressionPtr condition;
  std::vector<Name> using_columns;
  bool operator==(const Join&) const = default;
};

/// `TABLESAMPLE reservoir(10%) REPEATABLE (42)`, `USING SAMPLE 10 ROWS`.
struct Sample {
  NodeSpan span;
  ExpressionPtr amount;
  bool percent = false;
  Name method;  // reservoir, bernoulli, system; empty when not written
  std::optional<std::uint64_t> seed;
  bool operator==(const Sample&) const = default;
};

using TableRefNode = std::variant<NamedTable, SubqueryTable, FunctionTable, Join>;

/// One table expression of FROM, with what may follow it: `AS t(a, b) TABLESAMPLE ...`.
struct TableRef {
  TableRefNode node;
  NodeSpan span;
  Name alias;
  std::vector<Name> column_aliases;
  Owned<Sample> sample;
  Levels nesting;

  TableRef(TableRefNode value, SourceSpan where);
  ~TableRef();
  TableRef(const TableRef&) = delete;
  TableRef& operator=(const TableRef&) = delete;

  template <class T>
  [[nodiscard]] const T* as() const {
    return std::get_if<T>(&node);
  }
  template <class T>
  [[nodiscard]] T* as() {
    return std::get_if<T>(&node);
  }
  bool operator==(const TableRef&) const = default;
};

// ---- SELECT
// -------------------------------------------------------------------------------------------------------------------------------

/// `expression [AS alias]` or `alias: expression`.
struct SelectItem {
  ExpressionPtr expression;
  Name alias;
  bool operator==(const SelectItem&) const = default;
};

struct GroupingElement {
  enum class Kind : std::uint8_t {
    kSet,           // `expressions`: none `()`, one `a`, or several `(a, b)`
    kRollup,        // `elements`, each a kSet
    kCube,          // `elements`, each a kSet
    kGroupingSets,  // `elements` of any kind
  };
  Kind kind = Kind::kSet;
  NodeSpan span;
  std::vector<ExpressionPtr> expressions;
  std::vector<GroupingElement> elements;
  bool operator==(const GroupingElement&) const = default;
};

/// Neither `all` nor elements: the query has no GROUP BY.
struct GroupBy {
  NodeSpan span;
  bool all = false;
  std::vector<GroupingElement> elements;
  bool operator==(const GroupBy&) const = default;
};

/// One definition of the WINDOW clause.
struct NamedWindow {
  Name name;
  Owned<WindowSpec> spec;
  bool operator==(const NamedWindow&) const = default;
};

/// `FROM t` alone arrives with the one item `*`, and `TABLE t` as `SELECT * FROM t`, so `items` is never empty.
struct Select {
  bool distinct = false;
  std::vector<ExpressionPtr> distinct_on;  // DISTINCT ON (...), with `distinct`
  std::vector<SelectItem> items;
  std::vector<TableRefPtr> from;  // the comma list; empty without FROM
  ExpressionPtr where;
  GroupBy group_by;
  ExpressionPtr having;
  std::vector<NamedWindow> windows;
  ExpressionPtr qualify;
  Owned<Sample> sample;
  bool operator==(const Select&) const = default;
};

/// Rows of one or more values, all of the same length.
struct Values {
  std::vector<std::vector<ExpressionPtr>> rows;
  bool operator==(const Values&) const = default;
};

enum class SetOperator : std::uint8_t { kUnion, kIntersect, kExcept };

/// `a UNION ALL b UNION ALL c`: two or more inputs, combined from left to right. A run of the same operator is one flat node.
struct SetOperation {
  SetOperator op = SetOperator::kUnion;
  bool all = false;
  bool by_name = false;
  std::vector<QueryPtr> inputs;
  bool operator==(const SetOperation&) const = default;
};

/// `DESCRIBE x`, `SUMMARIZE x`, as statements or in `FROM (...)`. Exactly one of `table` and `query` is set.
struct Describe {
  bool summarize = false;
  QualifiedName table;
  QueryPtr query;
  bool operator==(const Describe&) const = default;
};

enum class Materialization : std::uint8_t { kDefault, kMaterialized, kNotMaterialized };

/// One `name (columns) AS (query)` of WITH.
struct CommonTable {
  Name name;
  std::vector<Name> columns;
  Materialization materialization = Materialization::kDefault;
  QueryPtr query;
  bool operator==(const CommonTable&) const = default;
};

using QueryBody = std::variant<Select, Values, SetOperation, Describe>;

/// A whole query: body, and what surrounds it. ORDER BY and LIMIT of a set operation belong to the query that holds it.
struct Query {
  NodeSpan span;
  bool recursive = false;
  std::vector<CommonTable> with;
  QueryBody body;
  std::vector<OrderItem> order_by;  // ORDER BY ALL: one bare Star
  ExpressionPtr limit;              // may be null
  bool limit_percent = false;
  ExpressionPtr offset;  // may be null
  Levels nesting;

  template <class T>
  [[nodiscard]] const T* as() const {
    return std::get_if<T>(&body);
  }
  template <class T>
  [[nodiscard]] T* as() {
    return std::get_if<T>(&body);
  }
  bool operator==(const Query&) const = default;
};

/// Whether something stands behind the body that would bind to a set operation around it.
[[nodiscard]] inline bool has_tail(const Query& query) {
  return !query.order_by.empty() || query.limit != nullptr || query.offset != nullptr;
}

}  // namespace trueno::sql
