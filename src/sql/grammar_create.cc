// CREATE, except for what is between the parentheses of a table (grammar_table.cc).
#include "sql/grammar.h"

namespace trueno::sql {

// CREATE [OR REPLACE] [TEMP | TEMPORARY] [UNIQUE] kind ...
Result<StatementNode> Grammar::create() {
  cursor_.advance();
  OnExisting on_existing = OnExisting::kFail;
  if (cursor_.accept("OR"_t)) {
    TRUENO_TRY(expect("REPLACE"_t));
    on_existing = OnExisting::kReplace;
  }
  const bool temporary = cursor_.accept("TEMP"_t) || cursor_.accept("TEMPORARY"_t);
  if (cursor_.accept("TABLE"_t)) return create_table(on_existing, temporary);
  if (cursor_.accept("VIEW"_t)) return create_view(on_existing, temporary);
  if (cursor_.accept("SEQUENCE"_t)) return create_sequence(on_existing, temporary);
  if (cursor_.accept("TYPE"_t)) return create_type(on_existing, temporary);
  if (cursor_.accept("MACRO"_t) || cursor_.accept("FUNCTION"_t)) return create_macro(on_existing, temporary);
  if (cursor_.at("RECURSIVE"_t)) return not_supported("CREATE RECURSIVE VIEW", "write CREATE VIEW name AS WITH RECURSIVE ...");
  if (cursor_.at("UNLOGGED"_t)) return not_supported("an UNLOGGED table");
  if (!temporary) {
    if (cursor_.accept("SCHEMA"_t)) return create_schema(on_existing);
    if (cursor_.accept("INDEX"_t)) return create_index(on_existing, false);
    if (cursor_.accept("UNIQUE"_t, "INDEX"_t)) return create_index(on_existing, true);
    if (cursor_.at("DATABASE"_t)) return not_supported("CREATE DATABASE", "open a second Database");
  }
  return unexpected("TABLE, VIEW, SCHEMA, SEQUENCE, TYPE, MACRO or INDEX after CREATE");
}

// [IF NOT EXISTS]
Result<OnExisting> Grammar::if_not_exists(OnExisting on_existing) {
  if (!cursor_.at("IF"_t) || !cursor_.next_is("NOT"_t)) return on_existing;
  const SourceSpan span = cursor_.current().span;
  cursor_.advance();
  cursor_.advance();
  TRUENO_TRY(expect("EXISTS"_t));
  if (on_existing == OnExisting::kReplace) return error(ErrorCode::kParser, "OR REPLACE and IF NOT EXISTS exclude each other").at(span);
  return OnExisting::kIgnore;
}

// name ["(" elements ")"] [AS query [WITH [NO] DATA]]
Result<StatementNode> Grammar::create_table(OnExisting on_existing, bool temporary) {
  CreateTable table;
  table.temporary = temporary;
  table.on_existing = TRUENO_TRY(if_not_exists(on_existing));
  table.name = TRUENO_TRY(qualified_name(Wanted::kNewName, "a name for the table"));
  const Token& after_name = cursor_.ahead(2);  // "(" name "," and "(" name ")" are new names for the columns of a query
  if (cursor_.at("("_t) && (after_name.terminal == ","_t || after_name.terminal == ")"_t)) {
    table.column_names = TRUENO_TRY(name_list(Wanted::kNewName, "the name of a column"));
    if (!cursor_.at("AS"_t)) return unexpected("AS and a query; columns without one need types");
  } else if (cursor_.at("("_t)) {
    TRUENO_TRY(table_elements(table));
    return table;
  }
  if (cursor_.at("WITH"_t) || cursor_.at("PARTITIONED"_t) || cursor_.at("SORTED"_t)) return not_supported("an option of CREATE TABLE");
  if (!cursor_.accept("AS"_t)) return unexpected("columns in parentheses, or AS and a query");
  table.query = TRUENO_TRY(query());
  if (cursor_.accept("WITH"_t)) {
    table.with_data = !cursor_.accept("NO"_t);
    TRUENO_TRY(expect("DATA"_t));
  }
  return table;
}

// name ["(" columns ")"] AS query
Result<StatementNode> Grammar::create_view(OnExisting on_existing, bool temporary) {
  CreateView view;
  view.temporary = temporary;
  view.on_existing = TRUENO_TRY(if_not_exists(on_existing));
  view.name = TRUENO_TRY(qualified_name(Wanted::kNewName, "a name for the view"));
  view.column_names = TRUENO_TRY(optional_name_list(Wanted::kNewName, "the name of a column"));
  if (!cursor_.accept("AS"_t)) return unexpected("AS and a query");
  view.query = TRUENO_TRY(query());
  return view;
}

Result<StatementNode> Grammar::create_schema(OnExisting on_existing) {
  CreateSchema schema;
  schema.on_existing = TRUENO_TRY(if_not_exists(on_existing));
  schema.name = TRUENO_TRY(qualified_name(Wanted::kNewName, "a name for the schema"));
  return schema;
}

// name {START [WITH] n | INCREMENT [BY] n | MINVALUE n | MAXVALUE n | NO (MINVALUE | MAXVALUE | CYCLE) | CYCLE}
Result<StatementNode> Grammar::create_sequence(OnExisting on_existing, bool temporary) {
  CreateSequence sequence;
  sequence.temporary = temporary;
  sequence.on_existing = TRUENO_TRY(if_not_exists(on_existing));
  sequence.name = TRUENO_TRY(qualified_name(Wanted::kNewName, "a name for the sequence"));
  while (true) {
    if (cursor_.accept("START"_t)) {
      cursor_.accept("WITH"_t);
      sequence.start = TRUENO_TRY(signed_integer());
    } else if (cursor_.accept("INCREMENT"_t)) {
      cursor_.accept("BY"_t);
      sequence.increment = TRUENO_TRY(signed_integer());
    } else if (cursor_.accept("MINVALUE"_t)) {
      sequence.minimum = TRUENO_TRY(signed_integer());
    } else if (cursor_.accept("MAXVALUE"_t)) {
      sequence.maximum = TRUENO_TRY(signed_integer());
    } else if (cursor_.accept("CYCLE"_t)) {
      sequence.cycle = true;
    } else if (cursor_.accept("NO"_t)) {
      if (!cursor_.accept("MINVALUE"_t) && !cursor_.accept("MAXVALUE"_t) && !cursor_.accept("CYCLE"_t)) {
        return unexpected("MINVALUE, MAXVALUE or CYCLE after NO");
      }
    } else {
      return sequence;
    }
  }
}

Result<std::string> Grammar::signed_integer() {
  const bool negative = cursor_.accept("-"_t);
  if (!negative) cursor_.accept("+"_t);
  cursor_.note(Wanted::kNumber);
  if (!cursor_.at_kind(TokenKind::kInteger)) return unexpected("a whole number");
  std::string digits = TRUENO_TRY(number_text(cursor_.sql(), cursor_.current()));
  cursor_.advance();
  return negative ? "-" + digits : digits;
}

// name AS (ENUM "(" (query | labels) ")" | type)
Result<StatementNode> Grammar::create_type(OnExisting on_existing, bool temporary) {
  CreateType type;
  type.temporary = temporary;
  type.on_existing = TRUENO_TRY(if_not_exists(on_existing));
  type.name = TRUENO_TRY(qualified_name(Wanted::kNewName, "a name for the type"));
  TRUENO_TRY(expect("AS"_t));
  if (cursor_.at("ENUM"_t) && cursor_.next_is("("_t) && starts_query(2)) {
    cursor_.advance();
    const SourceSpan opening = cursor_.current().span;
    cursor_.advance();
    type.labels = TRUENO_TRY(query());
    TRUENO_TRY(expect_closing(")"_t, opening));
  } else {
    type.type = TRUENO_TRY(type_name());
  }
  return type;
}

// name body {"," body}
Result<StatementNode> Grammar::create_macro(OnExisting on_existing, bool temporary) {
  CreateMacro macro;
  macro.temporary = temporary;
  macro.on_existing = TRUENO_TRY(if_not_exists(on_existing));
  macro.name = TRUENO_TRY(qualified_name(Wanted::kNewName, "a name for the macro"));
  do {
    macro.bodies.push_back(TRUENO_TRY(macro_body()));
  } while (cursor_.accept(","_t));
  return macro;
}

// "(" [name [":=" expression] {"," ...}] ")" AS (TABLE query | expression)
Result<MacroBody> Grammar::macro_body() {
  MacroBody body;
  const SourceSpan opening = cursor_.current().span;
  TRUENO_TRY(expect("("_t));
  while (!cursor_.at(")"_t)) {
    MacroParameter parameter{TRUENO_TRY(name(Wanted::kNewName, "the name of a parameter")), {}};
    if (cursor_.accept(":="_t) || cursor_.accept("=>"_t)) parameter.default_value = TRUENO_TRY(expression());
    body.parameters.push_back(std::move(parameter));
    if (!cursor_.accept(","_t)) break;
  }
  TRUENO_TRY(expect_closing(")"_t, opening));
  TRUENO_TRY(expect("AS"_t));
  if (cursor_.accept("TABLE"_t)) {
    body.query = TRUENO_TRY(query());
  } else {
    body.expression = TRUENO_TRY(expression());
  }
  return body;
}

// [name] ON table [USING method] "(" key {"," key} ")"
Result<StatementNode> Grammar::create_index(OnExisting on_existing, bool unique) {
  CreateIndex index;
  index.unique = unique;
  index.on_existing = TRUENO_TRY(if_not_exists(on_existing));
  if (!cursor_.at("ON"_t)) index.name = TRUENO_TRY(name(Wanted::kNewName, "a name for the index"));
  TRUENO_TRY(expect("ON"_t));
  index.table = TRUENO_TRY(qualified_name(Wanted::kTable, "the name of a table"));
  if (cursor_.accept("USING"_t)) index.method = TRUENO_TRY(name(Wanted::kNothing, "the kind of the index"));
  const SourceSpan opening = cursor_.current().span;
  TRUENO_TRY(expect("("_t));
  index.keys = TRUENO_TRY(order_items());
  TRUENO_TRY(expect_closing(")"_t, opening));
  return index;
}

}  // namespace trueno::sql
