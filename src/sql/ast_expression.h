#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "sql/ast.h"

namespace trueno::sql {

// ---- Values
// -------------------------------------------------------------------------------------------------------------------------------

enum class LiteralKind : std::uint8_t {
  kNull,
  kBoolean,  // text "true" or "false"
  kInteger,  // decimal digits, any number of them; 0x, 0b, 0o and underscores are already resolved
  kDecimal,  // digits with one point: "1.50", ".5", "1."
  kFloat,    // with an exponent: "1e5", "2.5e-3"
  kString,   // the characters, escapes resolved, UTF-8
  kBlob,     // the bytes
};

/// A constant without a sign: `-1` is Unary "-" of 1.
struct Literal {
  LiteralKind kind = LiteralKind::kNull;
  std::string text;
  bool operator==(const Literal&) const = default;
};

/// The name of a type. Words of several tokens are one name here: DOUBLE PRECISION is "double", CHARACTER VARYING "varchar",
/// TIMESTAMP WITH TIME ZONE "timestamptz", TIME WITH TIME ZONE "timetz"; other names are as written.
struct TypeName {
  enum class Kind : std::uint8_t {
    kNamed,   // name, modifiers: DECIMAL(10, 2)
    kList,    // children[0]: INTEGER[]
    kArray,   // children[0], array_size: INTEGER[3]
    kStruct,  // field_names, children: STRUCT(a INTEGER, b VARCHAR)
    kUnion,   // field_names, children
    kMap,     // children[0] -> children[1]
    kEnum,    // labels
  };
  Kind kind = Kind::kNamed;
  NodeSpan span;
  QualifiedName name;
  std::vector<Literal> modifiers;
  std::vector<Name> field_names;
  std::vector<TypeName> children;
  std::vector<std::string> labels;
  std::uint64_t array_size = 0;
  bool operator==(const TypeName&) const = default;
};

/// `DATE '2024-01-01'`, `DECIMAL(5, 2) '1.25'`.
struct TypedLiteral {
  Owned<TypeName> type;
  std::string text;
  bool operator==(const TypedLiteral&) const = default;
};

/// `INTERVAL '1 day'` (no unit), `INTERVAL 5 DAY`, `INTERVAL (x + 1) HOURS`.
struct IntervalLiteral {
  ExpressionPtr value;
  std::string unit;  // lower case and singular: "day"; "year to month" for a range; empty when the text holds it
  bool operator==(const IntervalLiteral&) const = default;
};

// ---- References
// ---------------------------------------------------------------------------------------------------------------------------

/// `x`, `t.x`, `schema.t.x`, `t.struct_column.field`: which part is the table is for the binder to say.
struct ColumnRef {
  QualifiedName name;
  bool operator==(const ColumnRef&) const = default;
};

/// One item of `* REPLACE (x + 1 AS x)`.
struct StarReplacement {
  ExpressionPtr expression;
  Name name;
  bool operator==(const StarReplacement&) const = default;
};

/// One item of `* RENAME (x AS y)`.
struct StarRename {
  QualifiedName from;
  Name to;
  bool operator==(const StarRename&) const = default;
};

/// `*`, `t.*`, `* EXCLUDE (a, t.b) REPLACE (...) RENAME (...)`. Also what ORDER BY ALL sorts by, and `count(*)` counts.
struct Star {
  QualifiedName qualifier;
  std::vector<QualifiedName> exclude;
  std::vector<StarReplacement> replace;
  std::vector<StarRename> rename;
  bool operator==(const Star&) const = default;
};

/// `COLUMNS('regex')`, `COLUMNS(*)`, `COLUMNS(t.* EXCLUDE x)`, `COLUMNS([a, b])`, `COLUMNS(c -> c LIKE 'x%')`; `*COLUMNS(...)` unpacks.
struct Columns {
  ExpressionPtr argument;
  bool unpacked = false;
  bool operator==(const Columns&) const = default;
};

/// `?` (the n-th one of its statement is number n), `$3`, or `$name` (number 0).
struct Parameter {
  std::string name;
  std::uint32_t number = 0;
  bool operator==(const Parameter&) const = default;
};

/// `#2`: the second column of the input.
struct PositionalRef {
  std::uint32_t number = 0;
  bool operator==(const PositionalRef&) const = default;
};

/// DEFAULT as a value of INSERT or UPDATE.
struct DefaultValue {
  bool operator==(const DefaultValue&) const = default;
};

// ---- Operators
// ----------------------------------------------------------------------------------------------------------------------------

enum class LogicalOperator : std::uint8_t { kAnd, kOr };

/// `a AND b AND c`: one flat node of two or more operands, in written order. Parenthesised ANDs inside an AND stay nodes of their own.
struct Logical {
  LogicalOperator op = LogicalOperator::kAnd;
  std::vector<ExpressionPtr> operands;
  bool operator==(const Logical&) const = default;
};

struct Not {
  ExpressionPtr operand;
  bool operator==(const Not&) const = default;
};

/// Prefix `-`, `+`, `~` (bitwise not), `@` (absolute value); postfix `!` (factorial).
struct Unary {
  std::string op;
  ExpressionPtr operand;
  bool operator==(const Unary&) const = default;
};

/// Arithmetic, comparison and every other infix operator, by its canonical text: `==` is "=", `!=` is "<>", `**` is "^".
/// `->` is here as well, JSON access or lambda: see lambda_parameters().
struct Binary {
  std::string op;
  ExpressionPtr left;
  ExpressionPtr right;
  bool operator==(const Binary&) const = default;
};

enum class TruthTest : std::uint8_t { kNull, kTrue, kFalse, kUnknown };

/// `x IS [NOT] NULL | TRUE | FALSE | UNKNOWN`, `x ISNULL`, `x NOTNULL`.
struct IsTest {
  ExpressionPtr operand;
  TruthTest test = TruthTest::kNull;
  bool negated = false;
  bool operator==(const IsTest&) const = default;
};

/// `a IS [NOT] DISTINCT FROM b`; `negated` is the form with NOT, which is equality that takes NULL as a value.
struct IsDistinctFrom {
  ExpressionPtr left;
  ExpressionPtr right;
  bool negated = false;
  bool operator==(const IsDistinctFrom&) const = default;
};

struct Between {
  ExpressionPtr value;
  ExpressionPtr low;
  ExpressionPtr high;
  bool negated = false;
  bool symmetric = false;
  bool operator==(const Between&) const = default;
};

/// At most one of `list`, `query` and `collection` (`x IN some_list_column`) is set; none of them is `x IN ()`, the empty list.
struct In {
  ExpressionPtr value;
  std::vector<ExpressionPtr> list;
  QueryPtr query;
  ExpressionPtr collection;
  bool negated = false;
  bool operator==(const In&) const = default;
};

enum class LikeKind : std::uint8_t { kLike, kILike, kGlob, kSimilarTo };

/// `x [NOT] LIKE p [ESCAPE e]` and its operator spellings `~~`, `!~~`, `~~*`, `!~~*`, `~~~`.
struct Like {
  LikeKind kind = LikeKind::kLike;
  ExpressionPtr value;
  ExpressionPtr pattern;
  ExpressionPtr escape;  // may be null
  bool negated = false;
  bool operator==(const Like&) const = default;
};

struct Collate {
  ExpressionPtr operand;
  QualifiedName collation;
  bool operator==(const Collate&) const = default;
};

struct AtTimeZone {
  ExpressionPtr operand;
  ExpressionPtr zone;
  bool operator==(const AtTimeZone&) const = default;
};

/// CAST, TRY_CAST (`trying`) and `::`.
struct Cast {
  ExpressionPtr operand;
  Owned<TypeName> type;
  bool trying = false;
  bool operator==(const Cast&) const = default;
};

struct CaseBranch {
  ExpressionPtr when;
  ExpressionPtr then;
  bool operator==(const CaseBranch&) const = default;
};

struct Case {
  ExpressionPtr operand;  // null in the searched form
  std::vector<CaseBranch> branches;
  ExpressionPtr otherwise;  // null without ELSE
  bool operator==(const Case&) const = default;
};

// ---- Functions
// ----------------------------------------------------------------------------------------------------------------------------

enum class SortDirection : std::uint8_t { kDefault, kAscending, kDescending };
enum class NullsOrder : std::uint8_t { kDefault, kFirst, kLast };

/// One item of ORDER BY. ORDER BY ALL is one item whose expression is a bare Star.
struct OrderItem {
  ExpressionPtr expression;
  SortDirection direction = SortDirection::kDefault;
  NullsOrder nulls = NullsOrder::kDefault;
  bool operator==(const OrderItem&) const = default;
};

/// `value`, or `name := value` / `name => value`.
struct Argument {
  Name name;
  ExpressionPtr value;
  bool operator==(const Argument&) const = default;
};

enum class NullTreatment : std::uint8_t { kDefault, kRespect, kIgnore };

/// A call, scalar, aggregate or window: which one it is depends on the catalogue and on `over`.
/// These forms arrive as plain calls: EXTRACT(p FROM x) as date_part('p', x); SUBSTRING(x FROM a FOR b) as substring(x, a, b);
/// POSITION(a IN b) as position(b, a); TRIM([BOTH | LEADING | TRAILING] [c] FROM x) as trim / ltrim / rtrim(x[, c]);
/// OVERLAY(a PLACING b FROM c FOR d) as overlay(a, b, c, d); CURRENT_DATE and its like as calls without arguments;
/// `(x).f(y)` as f(x, y). But `t.f(y)` is the qualified name t.f: whether t is a schema or a column is for the binder to say.
struct FunctionCall {
  QualifiedName name;
  std::vector<Argument> arguments;  // count(*) has one: a bare Star
  bool distinct = false;
  bool within_group = false;  // `order_by` stands in WITHIN GROUP (ORDER BY ...), not inside the parentheses
  NullTreatment nulls = NullTreatment::kDefault;
  std::vector<OrderItem> order_by;
  ExpressionPtr filter;  // FILTER (WHERE ...)
  Owned<WindowSpec> over;
  bool operator==(const FunctionCall&) const = default;
};

enum class FrameUnit : std::uint8_t { kRows, kRange, kGroups };
enum class FrameBoundKind : std::uint8_t { kUnboundedPreceding, kPreceding, kCurrentRow, kFollowing, kUnboundedFollowing };
enum class FrameExclusion : std::uint8_t { kNoOthers, kCurrentRow, kGroup, kTies };

struct FrameBound {
  FrameBoundKind kind = FrameBoundKind::kUnboundedPreceding;
  ExpressionPtr offset;  // kPreceding and kFollowing
  bool operator==(const FrameBound&) const = default;
};

struct WindowFrame {
  FrameUnit unit = FrameUnit::kRange;
  FrameBound start;
  FrameBound end;  // CURRENT ROW when not written
  FrameExclusion exclusion = FrameExclusion::kNoOthers;
  bool operator==(const WindowFrame&) const = default;
};

/// `OVER w` (only `base`, and `is_reference`), `OVER (w PARTITION BY ... ORDER BY ... ROWS ...)`, or a definition of the WINDOW clause.
struct WindowSpec {
  NodeSpan span;
  Name base;
  bool is_reference = false;
  std::vector<ExpressionPtr> partition_by;
  std::vector<OrderItem> order_by;
  Owned<WindowFrame> frame;
  bool operator==(const WindowSpec&) const = default;
};

/// `lambda x, y: x + y`. The older `x -> x + 1` is a Binary: see lambda_parameters().
struct Lambda {
  std::vector<Name> parameters;
  ExpressionPtr body;
  bool operator==(const Lambda&) const = default;
};

// ---- Subqueries and nested values
// ---------------------------------------------------------------------------------------------------------

enum class SubqueryKind : std::uint8_t { kScalar, kExists, kArray };

/// `(SELECT ...)`, `EXISTS (SELECT ...)`, `ARRAY(SELECT ...)`. NOT EXISTS is Not of kExists.
struct Subquery {
  SubqueryKind kind = SubqueryKind::kScalar;
  QueryPtr query;
  bool operator==(const Subquery&) const = default;
};

/// `x = ANY (SELECT ...)`, `x < ALL ([1, 2])`: exactly one of `query` and `collection` is set.
struct Quantified {
  std::string op;  // as in Binary
  bool all = false;
  ExpressionPtr left;
  QueryPtr query;
  ExpressionPtr collection;
  bool operator==(const Quantified&) const = default;
};

/// `(a, b)` or `ROW(a, b)`.
struct Row {
  std::vector<ExpressionPtr> elements;
  bool operator==(const Row&) const = default;
};

/// `[a, b]` or `ARRAY[a, b]`.
struct ListValue {
  std::vector<ExpressionPtr> elements;
  bool operator==(const ListValue&) const = default;
};

struct StructField {
  Name name;
  ExpressionPtr value;
  bool operator==(const StructField&) const = default;
};

/// `{'a': 1, b: 2}`: at least one field.
struct StructValue {
  std::vector<StructField> fields;
  bool operator==(const StructValue&) const = default;
};

struct MapEntry {
  ExpressionPtr key;
  ExpressionPtr value;
  bool operator==(const MapEntry&) const = default;
};

/// `MAP {'a': 1}`.
struct MapValue {
  std::vector<MapEntry> entries;
  bool operator==(const MapValue&) const = default;
};

/// `x[i]`.
struct Subscript {
  ExpressionPtr operand;
  ExpressionPtr index;
  bool operator==(const Subscript&) const = default;
};

/// `x[lower:upper:step]`; any of the three may be null.
struct Slice {
  ExpressionPtr operand;
  ExpressionPtr lower;
  ExpressionPtr upper;
  ExpressionPtr step;
  bool operator==(const Slice&) const = default;
};

/// `(expression).field`, `f(x).field`, `x[1].field`.
struct FieldAccess {
  ExpressionPtr operand;
  Name field;
  bool operator==(const FieldAccess&) const = default;
};

// ---- The expression
// -----------------------------------------------------------------------------------------------------------------------

using ExpressionNode =
    std::variant<Literal, TypedLiteral, IntervalLiteral, ColumnRef, Star, Columns, Parameter, PositionalRef, DefaultValue, Logical, Not,
                 Unary, Binary, IsTest, IsDistinctFrom, Between, In, Like, Collate, AtTimeZone, Cast, Case, FunctionCall, Lambda, Subquery,
                 Quantified, Row, ListValue, StructValue, MapValue, Subscript, Slice, FieldAccess>;

/// An expression as written. Parentheses leave no node behind: the tree is the grouping, and `span` does not include them.
struct Expression {
  ExpressionNode node;
  NodeSpan span;
  std::uint16_t nesting = 1;  // levels of recursion a walk needs that loops along Binary::left; at most kMaxNesting
  std::uint16_t height = 1;   // levels of the tree; at most kMaxHeight

  Expression(ExpressionNode value, SourceSpan where);
  ~Expression();  // takes long chains apart in a loop
  Expression(const Expression&) = delete;
  Expression& operator=(const Expression&) = delete;

  template <class T>
  [[nodiscard]] bool is() const {
    return std::holds_alternative<T>(node);
  }
  /// The node as a T, or nullptr.
  template <class T>
  [[nodiscard]] const T* as() const {
    return std::get_if<T>(&node);
  }
  template <class T>
  [[nodiscard]] T* as() {
    return std::get_if<T>(&node);
  }
  bool operator==(const Expression& other) const;
};

/// The parameters if `expression` can be read as a lambda: a Lambda, or `x -> body`, `(x, y) -> body`. Empty otherwise.
[[nodiscard]] std::vector<Name> lambda_parameters(const Expression& expression);
/// The body that goes with lambda_parameters(); nullptr when there are none.
[[nodiscard]] const Expression* lambda_body(const Expression& expression);

}  // namespace trueno::sql
