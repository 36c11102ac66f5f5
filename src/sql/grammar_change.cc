// INSERT, UPDATE, DELETE and COPY.
#include "sql/grammar.h"

namespace trueno::sql {

// INSERT [OR REPLACE | OR IGNORE] INTO table [AS alias] [columns] [BY NAME | BY POSITION] (DEFAULT VALUES | query) [ON CONFLICT ...]
// [RETURNING ...]
Result<StatementNode> Grammar::insert(std::vector<CommonTable> with, bool recursive) {
  cursor_.advance();
  Insert node;
  node.with = std::move(with);
  node.recursive = recursive;
  const bool has_or = cursor_.accept("OR"_t);
  if (has_or) {
    node.on_conflict.action = cursor_.at("REPLACE"_t) ? ConflictAction::kReplace : ConflictAction::kNothing;
    if (!cursor_.accept("REPLACE"_t) && !cursor_.accept("IGNORE"_t)) return unexpected("REPLACE or IGNORE after INSERT OR");
  }
  TRUENO_TRY(expect("INTO"_t));
  node.table = TRUENO_TRY(qualified_name(Wanted::kTable, "the name of a table"));
  if (cursor_.accept("AS"_t)) node.alias = TRUENO_TRY(name(Wanted::kNewName, "an alias"));
  if (cursor_.at("("_t) && !starts_nested_query()) node.columns = TRUENO_TRY(name_list(Wanted::kColumn, "the name of a column"));
  if (cursor_.accept("BY"_t)) {
    node.by_name = cursor_.accept("NAME"_t);
    if (!node.by_name) TRUENO_TRY(expect("POSITION"_t));
  }
  if (cursor_.accept("OVERRIDING"_t)) return not_supported("OVERRIDING");
  if (!cursor_.at("DEFAULT"_t)) {
    if (!starts_query() && !starts_nested_query() && !cursor_.at("VALUES"_t)) return unexpected("VALUES, SELECT or DEFAULT VALUES");
    node.query = TRUENO_TRY(query());
  } else {
    cursor_.advance();
    TRUENO_TRY(expect("VALUES"_t));
  }
  if (cursor_.at("ON"_t)) {
    if (has_or) return error(ErrorCode::kParser, "INSERT OR ... and ON CONFLICT exclude each other").at(cursor_.current().span);
    TRUENO_TRY(on_conflict(node.on_conflict));
  }
  node.returning = TRUENO_TRY(returning());
  return node;
}

// ON CONFLICT ["(" columns ")" [WHERE ...]] DO (NOTHING | UPDATE SET assignments [WHERE ...])
Status Grammar::on_conflict(OnConflict& conflict) {
  cursor_.advance();
  TRUENO_TRY(expect("CONFLICT"_t));
  conflict.columns = TRUENO_TRY(optional_name_list(Wanted::kColumn, "the name of a column"));
  if (!conflict.columns.empty() && cursor_.accept("WHERE"_t)) conflict.target_where = TRUENO_TRY(expression());
  TRUENO_TRY(expect("DO"_t));
  if (cursor_.accept("NOTHING"_t)) {
    conflict.action = ConflictAction::kNothing;
    return {};
  }
  if (!cursor_.accept("UPDATE"_t)) return unexpected("NOTHING or UPDATE");
  TRUENO_TRY(expect("SET"_t));
  conflict.action = ConflictAction::kUpdate;
  conflict.assignments = TRUENO_TRY(assignments());
  if (cursor_.accept("WHERE"_t)) conflict.where = TRUENO_TRY(expression());
  return {};
}

// [[AS] alias]; SET is not one.
Result<Name> Grammar::target_alias() {
  if (cursor_.accept("AS"_t)) return label();
  if (!cursor_.at("SET"_t) && at_name()) {
    for (const Terminal word : {"WHERE"_t, "USING"_t}) cursor_.note(word);
    cursor_.note_bare_alias();
    return take_name();
  }
  return Name();
}

// UPDATE table [alias] SET assignments [FROM tables] [WHERE ...] [RETURNING ...]
Result<StatementNode> Grammar::update(std::vector<CommonTable> with, bool recursive) {
  cursor_.advance();
  Update node;
  node.with = std::move(with);
  node.recursive = recursive;
  node.table = TRUENO_TRY(qualified_name(Wanted::kTable, "the name of a table"));
  node.alias = TRUENO_TRY(target_alias());
  if (!cursor_.accept("SET"_t)) return unexpected("SET and the columns to change");
  node.assignments = TRUENO_TRY(assignments());
  if (cursor_.accept("FROM"_t)) node.from = TRUENO_TRY(from_list());
  if (cursor_.accept("WHERE"_t)) node.where = TRUENO_TRY(expression());
  node.returning = TRUENO_TRY(returning());
  return node;
}

Result<std::vector<Assignment>> Grammar::assignments() {
  std::vector<Assignment> result;
  do {
    if (!result.empty() && ends_list(Wanted::kColumn)) break;
    TRUENO_TRY(assignment(result));
  } while (cursor_.accept(","_t));
  return result;
}

// column "=" expression | "(" columns ")" "=" row of as many
Status Grammar::assignment(std::vector<Assignment>& into) {
  if (!cursor_.at("("_t)) {
    Name column = TRUENO_TRY(name(Wanted::kColumn, "the name of a column"));
    if (cursor_.at("."_t)) return not_supported("a qualified column on the left of =", "write only the name of the column");
    TRUENO_TRY(expect("="_t));
    into.push_back({std::move(column), TRUENO_TRY(expression())});
    return {};
  }
  std::vector<Name> columns = TRUENO_TRY(name_list(Wanted::kColumn, "the name of a column"));
  TRUENO_TRY(expect("="_t));
  const SourceSpan opening = cursor_.current().span;
  if (starts_nested_query()) return not_supported("assigning from a subquery to several columns", "write one assignment for each column");
  ExpressionPtr value = TRUENO_TRY(expression());
  Row* row = value->as<Row>();
  if (row == nullptr && columns.size() == 1) {
    into.push_back({std::move(columns.front()), std::move(value)});
    return {};
  }
  if (row == nullptr || row->elements.size() != columns.size()) {
    return error(ErrorCode::kParser, "{} columns need a row of {} values", columns.size(), columns.size())
        .at(cursor_.span_since(opening.begin));
  }
  for (std::size_t i = 0; i < columns.size(); ++i) into.push_back({std::move(columns[i]), std::move(row->elements[i])});
  return {};
}

// DELETE FROM table [alias] [USING tables] [WHERE ...] [RETURNING ...]
Result<StatementNode> Grammar::delete_rows(std::vector<CommonTable> with, bool recursive) {
  cursor_.advance();
  Delete node;
  node.with = std::move(with);
  node.recursive = recursive;
  TRUENO_TRY(expect("FROM"_t));
  node.table = TRUENO_TRY(qualified_name(Wanted::kTable, "the name of a table"));
  node.alias = TRUENO_TRY(target_alias());
  if (cursor_.accept("USING"_t)) node.using_tables = TRUENO_TRY(from_list());
  if (cursor_.accept("WHERE"_t)) node.where = TRUENO_TRY(expression());
  node.returning = TRUENO_TRY(returning());
  return node;
}

// [RETURNING items]
Result<std::vector<SelectItem>> Grammar::returning() {
  if (!cursor_.accept("RETURNING"_t)) return std::vector<SelectItem>();
  return select_items();
}

// COPY (table [columns] | "(" query ")") (TO | FROM) target [[WITH] options]
Result<StatementNode> Grammar::copy() {
  cursor_.advance();
  Copy node;
  if (cursor_.at("FROM"_t) && cursor_.next_is("DATABASE"_t)) return not_supported("COPY FROM DATABASE");
  if (cursor_.at("("_t)) {
    node.query = TRUENO_TRY(parenthesised_query());
  } else {
    node.table = TRUENO_TRY(qualified_name(Wanted::kTable, "a table, or a query in parentheses"));
    node.columns = TRUENO_TRY(optional_name_list(Wanted::kColumn, "the name of a column"));
  }
  const SourceSpan direction = cursor_.current().span;
  node.from = cursor_.accept("FROM"_t);
  if (!node.from && !cursor_.accept("TO"_t)) return unexpected("TO or FROM");
  if (node.from && node.query != nullptr) return error(ErrorCode::kParser, "a query can only be copied TO a file").at(direction);
  cursor_.note(Wanted::kString);
  const bool is_expression = cursor_.at_kind(TokenKind::kString) || cursor_.at_kind(TokenKind::kParameter) || cursor_.at("("_t);
  if (!is_expression) return unexpected("the name of a file in single quotes");
  node.target = TRUENO_TRY(expression(Precedence::kPostfix));
  cursor_.accept("WITH"_t);
  if (cursor_.at("("_t)) node.options = TRUENO_TRY(options());
  return node;
}

// "(" name [["="] value] {"," ...} ")"
Result<std::vector<Option>> Grammar::options() {
  std::vector<Option> options;
  const SourceSpan opening = cursor_.current().span;
  cursor_.advance();
  do {
    if (!options.empty() && cursor_.at(")"_t)) break;
    Option option{TRUENO_TRY(label()), {}};
    cursor_.accept("="_t);
    if (!cursor_.at(","_t) && !cursor_.at(")"_t)) option.value = TRUENO_TRY(option_value());
    options.push_back(std::move(option));
  } while (cursor_.accept(","_t));
  TRUENO_TRY(expect_closing(")"_t, opening));
  return options;
}

}  // namespace trueno::sql
