// FROM: tables, subqueries, table functions, joins and samples.
//
// Joins lean left and are read in a loop. A word behind a table that is not reserved is its alias: this is why JOIN, LEFT, SEMI, ... are of
// a class that cannot name a table (see TerminalClass), and why a misspelled WHERE first becomes an alias. Taking one is remembered
// (Cursor::note_bare_alias) together with the clauses that could have stood there, for the error message behind it.
#include <utility>

#include "sql/grammar.h"

namespace trueno::sql {

namespace {

bool needs_condition(const Join& join) { return !join.natural && join.kind != JoinKind::kCross && join.kind != JoinKind::kPositional; }

}  // namespace

// table {"," table} [","]
Result<std::vector<TableRefPtr>> Grammar::from_list() {
  std::vector<TableRefPtr> tables;
  do {
    if (!tables.empty() && (ends_list(Wanted::kTable) || cursor_.at("SELECT"_t))) break;
    tables.push_back(TRUENO_TRY(table_ref()));
  } while (cursor_.accept(","_t));
  return tables;
}

// table := primary {join}
Result<TableRefPtr> Grammar::table_ref() {
  const NestingScope scope(nesting_);
  if (!scope.ok()) return too_deep();
  TableRefPtr left = TRUENO_TRY(table_primary());
  while (at_join()) TRUENO_TRY(join(left));
  return left;
}

// [alias ":"] [LATERAL] ("(" ... ")" | VALUES ... | string | name | function) suffixes
Result<TableRefPtr> Grammar::table_primary() {
  cursor_.note(Wanted::kTable);
  const std::uint32_t begin = cursor_.begin();
  const Depth outer = std::exchange(tallest_, {});
  Name prefix_alias;
  if (at_name() && cursor_.next_is(":"_t)) {
    prefix_alias = take_name();
    cursor_.advance();
  }
  const bool lateral = cursor_.accept("LATERAL"_t);
  TableRefPtr table;
  if (cursor_.at("("_t)) {
    table = TRUENO_TRY(parenthesised_table(lateral));
  } else if (cursor_.at("VALUES"_t) && cursor_.next_is("("_t)) {
    QueryPtr rows = TRUENO_TRY(values());
    table = std::make_unique<TableRef>(SubqueryTable{std::move(rows), false}, cursor_.span_since(begin));
  } else if (cursor_.at_kind(TokenKind::kString)) {
    const SourceSpan span = cursor_.current().span;
    NamedTable file{QualifiedName{{Name{TRUENO_TRY(string_literal("a file")), span}}}, true};
    table = std::make_unique<TableRef>(std::move(file), span);
  } else {
    table = TRUENO_TRY(named_table(lateral));
  }
  if (!prefix_alias.empty()) table->alias = std::move(prefix_alias);
  TRUENO_TRY(table_suffixes(*table));
  table->span = cursor_.span_since(begin);
  const Depth depth = TRUENO_TRY(checked(tallest_.above()));
  table->nesting.count = static_cast<std::uint16_t>(depth.nesting);
  tallest_ = outer;
  tallest_.include(depth);
  return table;
}

// "(" query ")" | "(" table {join} ")". Behind several "(" the first operand is read as a table and may turn out to begin a query.
Result<TableRefPtr> Grammar::parenthesised_table(bool lateral) {
  const SourceSpan opening = cursor_.current().span;
  const bool nested_query = starts_nested_query();
  cursor_.advance();
  QueryPtr inner;
  if (starts_query()) {
    inner = TRUENO_TRY(query());
  } else {
    TableRefPtr table = TRUENO_TRY(table_ref());
    SubqueryTable* subquery = nested_query && table->alias.empty() && table->sample == nullptr ? table->as<SubqueryTable>() : nullptr;
    if (subquery == nullptr) {
      TRUENO_TRY(expect_closing(")"_t, opening));
      return table;
    }
    inner = TRUENO_TRY(continue_query(std::move(subquery->query)));
  }
  TRUENO_TRY(expect_closing(")"_t, opening));
  return TableRefPtr(std::make_unique<TableRef>(SubqueryTable{std::move(inner), lateral}, cursor_.span_since(opening.begin)));
}

// name {"." name} | name {"." name} "(" arguments ")" [WITH ORDINALITY]
Result<TableRefPtr> Grammar::named_table(bool lateral) {
  const Token first = cursor_.current();
  if (first.terminal == "PIVOT"_t || first.terminal == "UNPIVOT"_t) return not_supported(cursor_.text(first));
  QualifiedName name;
  const bool function_word = first.kind == TokenKind::kKeyword && may_name_function(first.terminal) && cursor_.next_is("("_t);
  if (function_word) {
    name.parts.push_back(take_name());
  } else {
    name = TRUENO_TRY(qualified_name(Wanted::kTable, "a table, a file in single quotes, or a subquery"));
  }
  if (cursor_.at("("_t)) {
    FunctionTable function;
    function.lateral = lateral;
    function.call.name = std::move(name);
    TRUENO_TRY(call_arguments(function.call));
    if (cursor_.at("WITH"_t) && cursor_.next_is("ORDINALITY"_t)) {
      cursor_.advance();
      cursor_.advance();
      function.with_ordinality = true;
    }
    return TableRefPtr(std::make_unique<TableRef>(std::move(function), cursor_.span_since(first.span.begin)));
  }
  if (lateral) return unexpected("a subquery or a table function after LATERAL");
  return TableRefPtr(std::make_unique<TableRef>(NamedTable{std::move(name), false}, cursor_.span_since(first.span.begin)));
}

// [[AS] alias ["(" columns ")"]] [TABLESAMPLE ...]
Status Grammar::table_suffixes(TableRef& table) {
  if (table.alias.empty()) {
    if (cursor_.accept("AS"_t)) {
      table.alias = TRUENO_TRY(label());
    } else {
      cursor_.note(Wanted::kNewName);
      if (at_name()) {
        for (const Terminal clause : {"JOIN"_t, "WHERE"_t, "GROUP"_t, "ORDER"_t, "LIMIT"_t, "UNION"_t, "HAVING"_t, "LEFT"_t, "RIGHT"_t,
                                      "FULL"_t, "INNER"_t, "CROSS"_t, "NATURAL"_t, "WINDOW"_t, "QUALIFY"_t, "USING"_t, "OFFSET"_t}) {
          cursor_.note(clause);
        }
        cursor_.note_bare_alias();
        table.alias = take_name();
      }
    }
  }
  if (!table.alias.empty()) table.column_aliases = TRUENO_TRY(optional_name_list(Wanted::kNewName, "the name of a column"));
  if (cursor_.accept("TABLESAMPLE"_t)) table.sample = TRUENO_TRY(sample());
  if (cursor_.at("PIVOT"_t) || cursor_.at("UNPIVOT"_t)) return not_supported(cursor_.text(cursor_.current()));
  return {};
}

// Asks for each word, so that all of them are known to completion.
bool Grammar::at_join() {
  for (const Terminal word :
       {"JOIN"_t, "INNER"_t, "LEFT"_t, "RIGHT"_t, "FULL"_t, "CROSS"_t, "NATURAL"_t, "SEMI"_t, "ANTI"_t, "ASOF"_t, "POSITIONAL"_t}) {
    if (cursor_.at(word)) return true;
  }
  return false;
}

// left kind JOIN right [ON ... | USING (...)]. As in PostgreSQL a condition belongs to the nearest join that waits for one:
// a JOIN b JOIN c ON x ON y is a JOIN (b JOIN c ON x) ON y.
Status Grammar::join(TableRefPtr& left) {
  const NestingScope scope(nesting_);
  if (!scope.ok()) return too_deep();
  const std::uint32_t begin = left->span.begin;
  Join node;
  TRUENO_TRY(join_kind(node));
  const std::uint32_t left_nesting = left->nesting.count;
  node.left = std::move(left);
  const Depth outer = std::exchange(tallest_, {});
  node.right = TRUENO_TRY(table_primary());
  if (needs_condition(node)) {
    while (at_join()) TRUENO_TRY(join(node.right));
    TRUENO_TRY(join_condition(node));
  }
  left = std::make_unique<TableRef>(std::move(node), cursor_.span_since(begin));
  Depth depth{std::max(left_nesting, tallest_.nesting) + 1, tallest_.height + 1};
  depth = TRUENO_TRY(checked(depth));
  left->nesting.count = static_cast<std::uint16_t>(depth.nesting);
  tallest_ = outer;
  tallest_.include(depth);
  return {};
}

// [NATURAL] [ASOF] [INNER | (LEFT | RIGHT | FULL) [OUTER] | SEMI | ANTI] JOIN | CROSS JOIN | POSITIONAL JOIN
Status Grammar::join_kind(Join& join) {
  if (cursor_.accept("CROSS"_t)) {
    join.kind = JoinKind::kCross;
    return expect("JOIN"_t);
  }
  if (cursor_.accept("POSITIONAL"_t)) {
    join.kind = JoinKind::kPositional;
    return expect("JOIN"_t);
  }
  join.natural = cursor_.accept("NATURAL"_t);
  join.asof = cursor_.accept("ASOF"_t);
  const auto outer = [&](JoinKind kind) {
    join.kind = kind;
    cursor_.accept("OUTER"_t);
  };
  if (cursor_.accept("LEFT"_t)) {
    outer(JoinKind::kLeft);
  } else if (cursor_.accept("RIGHT"_t)) {
    outer(JoinKind::kRight);
  } else if (cursor_.accept("FULL"_t)) {
    outer(JoinKind::kFull);
  } else if (cursor_.accept("SEMI"_t)) {
    join.kind = JoinKind::kSemi;
  } else if (cursor_.accept("ANTI"_t)) {
    join.kind = JoinKind::kAnti;
  } else {
    cursor_.accept("INNER"_t);
  }
  return expect("JOIN"_t);
}

// ON expression | USING "(" columns ")"
Status Grammar::join_condition(Join& join) {
  if (cursor_.accept("ON"_t)) {
    join.condition = TRUENO_TRY(expression());
    return {};
  }
  if (cursor_.at("USING"_t) && !cursor_.next_is("SAMPLE"_t)) {
    cursor_.advance();
    join.using_columns = TRUENO_TRY(name_list(Wanted::kColumn, "the name of a column"));
    return {};
  }
  return unexpected("ON or USING for the join");
}

// method "(" amount ")" | amount ["(" method ["," seed] ")"] ; then [REPEATABLE "(" seed ")"]
Result<Owned<Sample>> Grammar::sample() {
  auto sample = std::make_unique<Sample>();
  const std::uint32_t begin = cursor_.begin();
  if (at_name()) sample->method = take_name();
  if (cursor_.at("("_t)) {
    const SourceSpan opening = cursor_.current().span;
    cursor_.advance();
    TRUENO_TRY(sample_amount(*sample));
    TRUENO_TRY(expect_closing(")"_t, opening));
  } else {
    TRUENO_TRY(sample_amount(*sample));
    const SourceSpan opening = cursor_.current().span;
    if (cursor_.accept("("_t)) {
      sample->method = TRUENO_TRY(name(Wanted::kNothing, "reservoir, bernoulli or system"));
      if (cursor_.accept(","_t)) sample->seed = TRUENO_TRY(small_integer("a seed"));
      TRUENO_TRY(expect_closing(")"_t, opening));
    }
  }
  if (cursor_.at("REPEATABLE"_t)) {
    cursor_.advance();
    const SourceSpan opening = cursor_.current().span;
    TRUENO_TRY(expect("("_t));
    sample->seed = TRUENO_TRY(small_integer("a seed"));
    TRUENO_TRY(expect_closing(")"_t, opening));
  }
  sample->span = cursor_.span_since(begin);
  return Owned<Sample>(std::move(sample));
}

// number ["%" | PERCENT | ROWS]
Status Grammar::sample_amount(Sample& sample) {
  if (cursor_.at_kind(TokenKind::kInteger) || cursor_.at_kind(TokenKind::kDecimal) || cursor_.at_kind(TokenKind::kFloat)) {
    sample.amount = TRUENO_TRY(literal());
  } else if (cursor_.at_kind(TokenKind::kParameter)) {
    sample.amount = TRUENO_TRY(parameter());
  } else {
    cursor_.note(Wanted::kNumber);
    return unexpected("how many rows, or how many percent");
  }
  sample.percent = cursor_.accept("%"_t) || cursor_.accept("PERCENT"_t);
  if (!sample.percent) cursor_.accept("ROWS"_t);
  return {};
}

}  // namespace trueno::sql
