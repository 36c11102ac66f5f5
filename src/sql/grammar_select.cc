// SELECT: its list, and the clauses from WHERE to USING SAMPLE.
//
// Every list may end in a comma (see Grammar::ends_list). The clauses come in one order; one that is out of order ends the query, and the
// error for what is left over says the order.
#include "sql/grammar.h"

namespace trueno::sql {

// SELECT [DISTINCT ...] list [FROM ...] tail | FROM ... [SELECT [DISTINCT ...] list] tail
Result<QueryPtr> Grammar::select() {
  const SourceSpan first = cursor_.current().span;
  Select node;
  const bool from_first = cursor_.accept("FROM"_t);
  if (from_first) node.from = TRUENO_TRY(from_list());
  if (cursor_.accept("SELECT"_t)) {
    TRUENO_TRY(select_list(node));
  } else if (from_first) {
    node.items.push_back({make(Star{}, first), {}});
  } else {
    return unexpected("SELECT, VALUES or FROM");
  }
  if (cursor_.at("INTO"_t)) return not_supported("SELECT ... INTO", "write CREATE TABLE name AS SELECT ...");
  if (!from_first && cursor_.accept("FROM"_t)) node.from = TRUENO_TRY(from_list());
  TRUENO_TRY(select_tail(node));
  QueryPtr result = std::make_unique<Query>();
  result->body = std::move(node);
  result->span = cursor_.span_since(first.begin);
  return result;
}

// [ALL | DISTINCT ...] item {"," item} [","]
Status Grammar::select_list(Select& select) {
  TRUENO_TRY(distinct_clause(select));
  cursor_.note(Wanted::kExpression);
  if (cursor_.at("FROM"_t) || cursor_.at_end() || cursor_.at(";"_t)) return unexpected("what to select, for example * or a column");
  select.items = TRUENO_TRY(select_items());
  return {};
}

// [ALL | DISTINCT [ON "(" expressions ")"]]
Status Grammar::distinct_clause(Select& select) {
  if (!cursor_.accept("DISTINCT"_t)) {
    cursor_.accept("ALL"_t);
    return {};
  }
  select.distinct = true;
  if (!cursor_.accept("ON"_t)) return {};
  const SourceSpan opening = cursor_.current().span;
  TRUENO_TRY(expect("("_t));
  select.distinct_on = TRUENO_TRY(expression_list());
  return expect_closing(")"_t, opening);
}

Result<std::vector<SelectItem>> Grammar::select_items() {
  std::vector<SelectItem> items;
  do {
    if (!items.empty() && ends_list()) break;
    items.push_back(TRUENO_TRY(select_item()));
  } while (cursor_.accept(","_t));
  return items;
}

// name ":" expression | expression [AS label | name]
Result<SelectItem> Grammar::select_item() {
  SelectItem item;
  if ((at_name() || cursor_.at_kind(TokenKind::kString)) && cursor_.next_is(":"_t)) {
    item.alias = TRUENO_TRY(label());
    cursor_.advance();
  }
  item.expression = TRUENO_TRY(expression_after_star());
  if (!item.alias.empty()) return item;
  if (cursor_.accept("AS"_t)) {
    item.alias = TRUENO_TRY(label());
    return item;
  }
  if (item.expression->is<Star>()) return item;
  cursor_.note(Wanted::kNewName);
  if (at_name()) {
    for (const Terminal clause : {"FROM"_t, "WHERE"_t, "GROUP"_t, "ORDER"_t, "LIMIT"_t, "UNION"_t, "HAVING"_t, "WINDOW"_t, "QUALIFY"_t})
      cursor_.note(clause);
    cursor_.note_bare_alias();
    item.alias = take_name();
  }
  return item;
}

// [WHERE ...] [GROUP BY ...] [HAVING ...] [WINDOW ...] [QUALIFY ...] [USING SAMPLE ...]
Status Grammar::select_tail(Select& select) {
  if (cursor_.accept("WHERE"_t)) select.where = TRUENO_TRY(expression());
  if (cursor_.at("GROUP"_t)) TRUENO_TRY(group_by(select));
  if (cursor_.accept("HAVING"_t)) select.having = TRUENO_TRY(expression());
  if (cursor_.accept("WINDOW"_t)) TRUENO_TRY(window_clause(select));
  if (cursor_.accept("QUALIFY"_t)) select.qualify = TRUENO_TRY(expression());
  if (cursor_.accept("USING"_t)) {
    TRUENO_TRY(expect("SAMPLE"_t));
    select.sample = TRUENO_TRY(sample());
  }
  return {};
}

// GROUP BY (ALL | "*" | element {"," element} [","])
Status Grammar::group_by(Select& select) {
  const std::uint32_t begin = cursor_.begin();
  cursor_.advance();
  TRUENO_TRY(expect("BY"_t));
  if (cursor_.accept("ALL"_t) || cursor_.accept("*"_t)) {
    select.group_by.all = true;
  } else {
    do {
      if (!select.group_by.elements.empty() && ends_list()) break;
      select.group_by.elements.push_back(TRUENO_TRY(grouping_element()));
    } while (cursor_.accept(","_t));
  }
  select.group_by.span = cursor_.span_since(begin);
  return {};
}

// "(" ")" | (ROLLUP | CUBE | GROUPING SETS) "(" elements ")" | "(" a "," b ")" | expression
Result<GroupingElement> Grammar::grouping_element() {
  const NestingScope scope(nesting_);
  if (!scope.ok()) return too_deep();
  GroupingElement element;
  const std::uint32_t begin = cursor_.begin();
  using Kind = GroupingElement::Kind;
  if (cursor_.at("("_t) && cursor_.next_is(")"_t)) {
    cursor_.advance();
    cursor_.advance();
  } else if ((cursor_.at("ROLLUP"_t) || cursor_.at("CUBE"_t)) && cursor_.next_is("("_t)) {
    element.kind = cursor_.at("ROLLUP"_t) ? Kind::kRollup : Kind::kCube;
    cursor_.advance();
    element.elements = TRUENO_TRY(grouping_elements());
  } else if (cursor_.accept("GROUPING"_t, "SETS"_t)) {
    element.kind = Kind::kGroupingSets;
    element.elements = TRUENO_TRY(grouping_elements());
  } else {
    const bool parenthesised = cursor_.at("("_t);
    ExpressionPtr expression = TRUENO_TRY(this->expression());
    Row* row = parenthesised && cursor_.at_index(cursor_.position() - 1).terminal == ")"_t ? expression->as<Row>() : nullptr;
    if (row != nullptr) {
      element.expressions = std::move(row->elements);
    } else {
      element.expressions.push_back(std::move(expression));
    }
  }
  element.span = cursor_.span_since(begin);
  return element;
}

Result<std::vector<GroupingElement>> Grammar::grouping_elements() {
  std::vector<GroupingElement> elements;
  const SourceSpan opening = cursor_.current().span;
  TRUENO_TRY(expect("("_t));
  do {
    if (!elements.empty() && cursor_.at(")"_t)) break;
    elements.push_back(TRUENO_TRY(grouping_element()));
  } while (cursor_.accept(","_t));
  TRUENO_TRY(expect_closing(")"_t, opening));
  return elements;
}

Result<std::vector<OrderItem>> Grammar::order_items() {
  std::vector<OrderItem> items;
  do {
    if (!items.empty() && ends_list()) break;
    items.push_back(TRUENO_TRY(order_item()));
  } while (cursor_.accept(","_t));
  return items;
}

// (ALL | "*" | expression) [ASC | DESC] [NULLS (FIRST | LAST)]
Result<OrderItem> Grammar::order_item() {
  OrderItem item;
  const SourceSpan span = cursor_.current().span;
  if (cursor_.accept("ALL"_t) || (cursor_.at("*"_t) && !cursor_.next_is("COLUMNS"_t) && cursor_.accept("*"_t))) {
    item.expression = make(Star{}, span);
  } else {
    item.expression = TRUENO_TRY(expression());
  }
  TRUENO_TRY(sort_options(item));
  return item;
}

// [ASC | DESC] [NULLS (FIRST | LAST)]
Status Grammar::sort_options(OrderItem& item) {
  if (cursor_.accept("ASC"_t)) item.direction = SortDirection::kAscending;
  if (cursor_.accept("DESC"_t)) item.direction = SortDirection::kDescending;
  if (!cursor_.accept("NULLS"_t)) return {};
  if (cursor_.accept("FIRST"_t)) {
    item.nulls = NullsOrder::kFirst;
  } else if (cursor_.accept("LAST"_t)) {
    item.nulls = NullsOrder::kLast;
  } else {
    return unexpected("FIRST or LAST after NULLS");
  }
  return {};
}

// WINDOW name AS "(" ... ")" {"," ...}
Status Grammar::window_clause(Select& select) {
  do {
    NamedWindow window{TRUENO_TRY(name(Wanted::kNewName, "the name of a window")), {}};
    TRUENO_TRY(expect("AS"_t));
    if (!cursor_.at("("_t)) return unexpected("\"(\"");
    window.spec = TRUENO_TRY(window_spec());
    select.windows.push_back(std::move(window));
  } while (cursor_.accept(","_t));
  return {};
}

}  // namespace trueno::sql
