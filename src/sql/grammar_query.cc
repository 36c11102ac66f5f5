// Queries: WITH, set operations and their precedence, VALUES, ORDER BY and LIMIT.
//
// Parentheses are the hard part. Behind "((" one cannot know whether a query, an expression, a row or a join begins: ((SELECT 1) + 2),
// ((SELECT 1) UNION SELECT 2) and ((SELECT 1) t JOIN u ...) all begin alike. Nothing is read twice: the inner query is read as what the
// context expects (a subquery of an expression, a table), and if a set operation or ORDER BY then follows, continue_query() takes the
// finished query out again and goes on with it as the first operand.
//
// A query in parentheses leaves no node of its own. Only when it has an ORDER BY or LIMIT and gets another from outside does it become a
// subquery: (SELECT ... LIMIT 2) LIMIT 1 is SELECT * FROM (SELECT ... LIMIT 2) LIMIT 1.
#include <utility>

#include "sql/grammar.h"

namespace trueno::sql {

namespace {}  // namespace

// query := [WITH ...] body [ORDER BY ...] [LIMIT ...]
Result<QueryPtr> Grammar::query() {
  const NestingScope scope(nesting_);
  if (!scope.ok()) return too_deep();
  const std::uint32_t begin = cursor_.begin();
  const Depth outer = std::exchange(tallest_, {});
  std::vector<CommonTable> with;
  bool recursive = false;
  TRUENO_TRY(with_clause(with, recursive));
  QueryPtr result = TRUENO_TRY(query_after_with(std::move(with), recursive, begin));
  const Depth depth = tallest_.above();
  tallest_ = outer;
  tallest_.include(depth);
  return result;
}

// The rest of a query; `begin` is where its WITH stands. WITH cannot be added to a query in parentheses that has its own.
Result<QueryPtr> Grammar::query_after_with(std::vector<CommonTable> with, bool recursive, std::uint32_t begin) {
  QueryPtr result = TRUENO_TRY(query_body({}));
  if (!with.empty() && (!result->with.empty() || has_tail(*result))) {
    const SourceSpan span = result->span;
    std::vector<TableRefPtr> from;
    from.push_back(std::make_unique<TableRef>(SubqueryTable{std::move(result), false}, span));
    result = star_query(std::move(from), span);
  }
  if (!with.empty()) {
    result->with = std::move(with);
    result->recursive = recursive;
  }
  TRUENO_TRY(query_tail(result));
  result->span = cursor_.span_since(begin);
  const Depth depth = TRUENO_TRY(checked(tallest_.above()));
  result->nesting.count = static_cast<std::uint16_t>(depth.nesting);
  return result;
}

// A query whose first operand, in parentheses, has been read as a subquery already: what may follow it.
Result<QueryPtr> Grammar::continue_query(QueryPtr start) {
  const std::uint32_t begin = start->span.begin;
  QueryPtr result = TRUENO_TRY(query_body(std::move(start)));
  TRUENO_TRY(query_tail(result));
  result->span = cursor_.span_since(begin);
  const Depth depth = TRUENO_TRY(checked(tallest_.above()));
  result->nesting.count = static_cast<std::uint16_t>(depth.nesting);
  tallest_.include(depth);
  return result;
}

// [WITH [RECURSIVE] table {"," table}]
Status Grammar::with_clause(std::vector<CommonTable>& with, bool& recursive) {
  if (!cursor_.accept("WITH"_t)) return {};
  recursive = cursor_.accept("RECURSIVE"_t);
  do {
    if (!with.empty() && cursor_.at("SELECT"_t)) break;
    with.push_back(TRUENO_TRY(common_table()));
  } while (cursor_.accept(","_t));
  return {};
}

// name ["(" columns ")"] AS [[NOT] MATERIALIZED] "(" query ")"
Result<CommonTable> Grammar::common_table() {
  CommonTable table;
  table.name = TRUENO_TRY(name(Wanted::kNewName, "the name of a common table"));
  table.columns = TRUENO_TRY(optional_name_list(Wanted::kNewName, "the name of a column"));
  if (cursor_.at("USING"_t)) return not_supported("USING KEY in WITH RECURSIVE");
  TRUENO_TRY(expect("AS"_t));
  if (cursor_.accept("MATERIALIZED"_t)) table.materialization = Materialization::kMaterialized;
  if (cursor_.accept("NOT"_t, "MATERIALIZED"_t)) table.materialization = Materialization::kNotMaterialized;
  const SourceSpan opening = cursor_.current().span;
  TRUENO_TRY(expect("("_t));
  if (cursor_.at("INSERT"_t) || cursor_.at("UPDATE"_t) || cursor_.at("DELETE"_t)) return not_supported("a changing statement in WITH");
  table.query = TRUENO_TRY(query());
  TRUENO_TRY(expect_closing(")"_t, opening));
  return table;
}

// body := operand {(UNION | EXCEPT) [ALL | DISTINCT] [BY NAME] operand}; INTERSECT binds tighter.
Result<QueryPtr> Grammar::query_body(QueryPtr start) {
  QueryPtr first = TRUENO_TRY(set_operand(SetOperator::kUnion, std::move(start)));
  return first;
}

// One level of set operations: `weakest` is kUnion for UNION and EXCEPT, kIntersect for INTERSECT. A run of one operator is one flat node.
Result<QueryPtr> Grammar::set_operand(SetOperator weakest, QueryPtr start) {
  const auto operand = [&](QueryPtr known) -> Result<QueryPtr> {
    if (weakest == SetOperator::kUnion) return set_operand(SetOperator::kIntersect, std::move(known));
    if (known != nullptr) return known;
    return query_primary();
  };
  const std::uint32_t begin = start == nullptr ? cursor_.begin() : start->span.begin;
  QueryPtr left = TRUENO_TRY(operand(std::move(start)));
  SetOperation* run = nullptr;  // the node made by the turn before
  while (true) {
    SetOperation next;
    if (weakest == SetOperator::kIntersect) {
      if (!cursor_.accept("INTERSECT"_t)) return left;
      next.op = SetOperator::kIntersect;
    } else if (cursor_.accept("EXCEPT"_t)) {
      next.op = SetOperator::kExcept;
    } else if (cursor_.accept("UNION"_t)) {
      next.op = SetOperator::kUnion;
    } else {
      return left;
    }
    next.all = cursor_.accept("ALL"_t);
    if (!next.all) cursor_.accept("DISTINCT"_t);
    next.by_name = cursor_.accept("BY"_t, "NAME"_t);
    QueryPtr right = TRUENO_TRY(operand({}));
    if (run != nullptr && run->op == next.op && run->all == next.all && run->by_name == next.by_name) {
      run->inputs.push_back(std::move(right));
    } else {
      next.inputs.push_back(std::move(left));
      next.inputs.push_back(std::move(right));
      left = std::make_unique<Query>();
      left->body = std::move(next);
      run = left->as<SetOperation>();
      tallest_ = TRUENO_TRY(checked(tallest_.above()));
      left->nesting.count = static_cast<std::uint16_t>(tallest_.nesting);
    }
    left->span = cursor_.span_since(begin);
  }
}

// SELECT ... | FROM ... | VALUES ... | TABLE name | DESCRIBE ... | "(" query ")"
Result<QueryPtr> Grammar::query_primary() {
  switch (cursor_.current().terminal) {
    case "("_t: return parenthesised_query();
    case "VALUES"_t: return values();
    case "DESCRIBE"_t:
    case "DESC"_t:
    case "SUMMARIZE"_t: return describe();
    case "PIVOT"_t:
    case "PIVOT_WIDER"_t: return not_supported("PIVOT", "use GROUP BY with one aggregate per value: sum(x) FILTER (WHERE key = 'a') AS a");
    case "UNPIVOT"_t:
    case "PIVOT_LONGER"_t: return not_supported("UNPIVOT", "use UNION ALL with one SELECT per column");
    default: break;
  }
  const std::uint32_t begin = cursor_.begin();
  if (!cursor_.accept("TABLE"_t)) return select();
  const SourceSpan name_span = cursor_.current().span;
  NamedTable table{TRUENO_TRY(qualified_name(Wanted::kTable, "the name of a table")), false};
  std::vector<TableRefPtr> from;
  from.push_back(std::make_unique<TableRef>(std::move(table), cursor_.span_since(name_span.begin)));
  return star_query(std::move(from), cursor_.span_since(begin));
}

// "(" query ")"
Result<QueryPtr> Grammar::parenthesised_query() {
  const SourceSpan opening = cursor_.current().span;
  cursor_.advance();
  if (!starts_query() && !cursor_.at("("_t)) return unexpected("SELECT, VALUES or FROM");
  QueryPtr inner = TRUENO_TRY(query());
  TRUENO_TRY(expect_closing(")"_t, opening));
  return inner;
}

// (DESCRIBE | DESC | SUMMARIZE) (query | [TABLE] name | string)
Result<QueryPtr> Grammar::describe() {
  const std::uint32_t begin = cursor_.begin();
  Describe node;
  node.summarize = cursor_.at("SUMMARIZE"_t);
  cursor_.advance();
  cursor_.accept("TABLE"_t);
  if (cursor_.at_kind(TokenKind::kString)) {
    const SourceSpan span = cursor_.current().span;
    NamedTable file{QualifiedName{{Name{TRUENO_TRY(string_literal("a file")), span}}}, true};
    std::vector<TableRefPtr> from;
    from.push_back(std::make_unique<TableRef>(std::move(file), span));
    node.query = star_query(std::move(from), span);
  } else if (starts_query() || starts_nested_query()) {
    node.query = TRUENO_TRY(query());
  } else {
    node.table = TRUENO_TRY(qualified_name(Wanted::kTable, "a table or a query"));
  }
  QueryPtr result = std::make_unique<Query>();
  result->body = std::move(node);
  result->span = cursor_.span_since(begin);
  return result;
}

// VALUES "(" expressions ")" {"," "(" expressions ")"} [","]
Result<QueryPtr> Grammar::values() {
  const std::uint32_t begin = cursor_.begin();
  cursor_.advance();
  Values node;
  do {
    if (!node.rows.empty() && !cursor_.at("("_t)) break;
    const SourceSpan opening = cursor_.current().span;
    TRUENO_TRY(expect("("_t));
    if (cursor_.at(")"_t)) return unexpected("a value");
    node.rows.push_back(TRUENO_TRY(expression_list()));
    TRUENO_TRY(expect_closing(")"_t, opening));
    if (node.rows.back().size() != node.rows.front().size()) {
      return error(ErrorCode::kParser, "this row of VALUES has {} values, but the first has {}", node.rows.back().size(),
                   node.rows.front().size())
          .at(cursor_.span_since(opening.begin));
    }
  } while (cursor_.accept(","_t));
  QueryPtr result = std::make_unique<Query>();
  result->body = std::move(node);
  result->span = cursor_.span_since(begin);
  return result;
}

// [ORDER BY ...] {LIMIT ... | OFFSET ... | FETCH ...}. A query that came in parentheses keeps a tail of its own: it becomes a subquery.
Status Grammar::query_tail(QueryPtr& query) {
  const bool orders = cursor_.at("ORDER"_t);
  const bool limits = cursor_.at("LIMIT"_t) || cursor_.at("OFFSET"_t) || cursor_.at("FETCH"_t);
  if (cursor_.at("FOR"_t)) return not_supported("FOR UPDATE and the like");
  if (!orders && !limits) return {};
  const bool only_limits_after_order = !orders && query->limit == nullptr && query->offset == nullptr;
  if (has_tail(*query) && !only_limits_after_order) {
    const SourceSpan span = query->span;
    std::vector<TableRefPtr> from;
    from.push_back(std::make_unique<TableRef>(SubqueryTable{std::move(query), false}, span));
    query = star_query(std::move(from), span);
    tallest_ = TRUENO_TRY(checked(tallest_.above().above()));
  }
  if (orders) {
    cursor_.advance();
    TRUENO_TRY(expect("BY"_t));
    query->order_by = TRUENO_TRY(order_items());
  }
  return this->limits(*query);
}

// LIMIT, OFFSET and FETCH in any order, each at most once.
Status Grammar::limits(Query& query) {
  while (true) {
    const SourceSpan word = cursor_.current().span;
    const bool twice = (cursor_.at("OFFSET"_t) ? query.offset : query.limit) != nullptr;
    if (cursor_.accept("LIMIT"_t)) {
      if (twice) return error(ErrorCode::kParser, "LIMIT is written twice").at(word);
      TRUENO_TRY(limit(query));
    } else if (cursor_.accept("OFFSET"_t)) {
      if (twice) return error(ErrorCode::kParser, "OFFSET is written twice").at(word);
      query.offset = TRUENO_TRY(expression());
      if (!cursor_.accept("ROWS"_t)) cursor_.accept("ROW"_t);
    } else if (cursor_.accept("FETCH"_t)) {
      if (twice) return error(ErrorCode::kParser, "a query has either LIMIT or FETCH").at(word);
      TRUENO_TRY(fetch_first(query));
    } else {
      return {};
    }
  }
}

// ALL | expression ["%" | PERCENT]
Status Grammar::limit(Query& query) {
  if (cursor_.accept("ALL"_t)) return {};
  query.limit = TRUENO_TRY(expression());
  query.limit_percent = cursor_.accept("PERCENT"_t) || cursor_.accept("%"_t);
  if (cursor_.at(","_t)) {
    return error(ErrorCode::kParser, "unexpected \",\" after LIMIT").hint("write LIMIT count OFFSET start").at(cursor_.current().span);
  }
  return {};
}

// FETCH (FIRST | NEXT) [expression] (ROW | ROWS) ONLY
Status Grammar::fetch_first(Query& query) {
  if (!cursor_.accept("FIRST"_t) && !cursor_.accept("NEXT"_t)) return unexpected("FIRST or NEXT after FETCH");
  if (cursor_.at("ROW"_t) || cursor_.at("ROWS"_t)) {
    query.limit = make(Literal{LiteralKind::kInteger, "1"}, cursor_.current().span);
  } else {
    query.limit = TRUENO_TRY(expression(Precedence::kAdditive));
    query.limit_percent = cursor_.accept("PERCENT"_t);
  }
  if (!cursor_.accept("ROW"_t) && !cursor_.accept("ROWS"_t)) return unexpected("ROWS");
  if (cursor_.at("WITH"_t)) return not_supported("WITH TIES");
  return expect("ONLY"_t);
}

// SELECT * FROM the given tables.
QueryPtr Grammar::star_query(std::vector<TableRefPtr> from, SourceSpan span) {
  Select select;
  select.items.push_back({make(Star{}, span), {}});
  select.from = std::move(from);
  QueryPtr result = std::make_unique<Query>();
  result->body = std::move(select);
  result->span = span;
  return result;
}

}  // namespace trueno::sql
