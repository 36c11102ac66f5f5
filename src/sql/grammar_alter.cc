// DROP and ALTER.
#include "sql/grammar.h"

namespace trueno::sql {

Result<ObjectKind> Grammar::object_kind() {
  if (cursor_.accept("TABLE"_t)) return ObjectKind::kTable;
  if (cursor_.accept("VIEW"_t)) return ObjectKind::kView;
  if (cursor_.accept("SCHEMA"_t)) return ObjectKind::kSchema;
  if (cursor_.accept("SEQUENCE"_t)) return ObjectKind::kSequence;
  if (cursor_.accept("TYPE"_t)) return ObjectKind::kType;
  if (cursor_.accept("INDEX"_t)) return ObjectKind::kIndex;
  if (cursor_.accept("MACRO"_t) || cursor_.accept("FUNCTION"_t)) {
    return cursor_.accept("TABLE"_t) ? ObjectKind::kTableMacro : ObjectKind::kMacro;
  }
  if (cursor_.at("DATABASE"_t)) return not_supported("DATABASE here");
  return unexpected("TABLE, VIEW, SCHEMA, SEQUENCE, TYPE, MACRO or INDEX");
}

// [IF EXISTS]
Result<bool> Grammar::accept_if_exists() {
  if (!cursor_.accept("IF"_t)) return false;
  TRUENO_TRY(expect("EXISTS"_t));
  return true;
}

// DROP kind [IF EXISTS] name {"," name} [CASCADE | RESTRICT]
Result<StatementNode> Grammar::drop() {
  cursor_.advance();
  Drop node;
  node.kind = TRUENO_TRY(object_kind());
  node.if_exists = TRUENO_TRY(accept_if_exists());
  do {
    node.names.push_back(TRUENO_TRY(qualified_name(Wanted::kTable, "the name of what to drop")));
  } while (cursor_.accept(","_t));
  node.cascade = cursor_.accept("CASCADE"_t);
  if (!node.cascade) cursor_.accept("RESTRICT"_t);
  return node;
}

// ALTER kind [IF EXISTS] name action
Result<StatementNode> Grammar::alter() {
  cursor_.advance();
  Alter node;
  node.kind = TRUENO_TRY(object_kind());
  node.missing_ok = TRUENO_TRY(accept_if_exists());
  node.name = TRUENO_TRY(qualified_name(Wanted::kTable, "the name of what to alter"));
  TRUENO_TRY(alter_action(node));
  if (cursor_.at(","_t)) return not_supported("more than one action in ALTER", "write one ALTER statement for each");
  return node;
}

Status Grammar::alter_action(Alter& alter) {
  if (cursor_.accept("RENAME"_t)) return alter_rename(alter);
  if (cursor_.accept("SET"_t, "SCHEMA"_t)) {
    alter.action = Alter::Action::kSetSchema;
    alter.new_name = TRUENO_TRY(name(Wanted::kNothing, "the name of a schema"));
    return {};
  }
  if (alter.kind == ObjectKind::kTable) {
    if (cursor_.accept("ADD"_t)) return alter_add(alter);
    if (cursor_.accept("DROP"_t)) return alter_drop(alter);
    if (cursor_.accept("ALTER"_t)) return alter_column(alter);
    return unexpected("ADD, DROP, ALTER, RENAME or SET SCHEMA");
  }
  return unexpected("RENAME or SET SCHEMA");
}

// ADD [COLUMN] [IF NOT EXISTS] definition | ADD constraint
Status Grammar::alter_add(Alter& alter) {
  if (at_table_constraint()) {
    alter.action = Alter::Action::kAddConstraint;
    alter.constraint = std::make_unique<Constraint>(TRUENO_TRY(table_constraint()));
    return {};
  }
  alter.action = Alter::Action::kAddColumn;
  cursor_.accept("COLUMN"_t);
  alter.if_exists = TRUENO_TRY(if_not_exists(OnExisting::kFail)) == OnExisting::kIgnore;
  alter.definition = std::make_unique<ColumnDefinition>(TRUENO_TRY(column_definition()));
  return {};
}

// DROP [COLUMN] [IF EXISTS] name [CASCADE | RESTRICT]
Status Grammar::alter_drop(Alter& alter) {
  if (cursor_.at("CONSTRAINT"_t)) return not_supported("DROP CONSTRAINT");
  alter.action = Alter::Action::kDropColumn;
  cursor_.accept("COLUMN"_t);
  alter.if_exists = TRUENO_TRY(accept_if_exists());
  alter.column = TRUENO_TRY(name(Wanted::kColumn, "the name of a column"));
  alter.cascade = cursor_.accept("CASCADE"_t);
  if (!alter.cascade) cursor_.accept("RESTRICT"_t);
  return {};
}

// RENAME TO name | RENAME [COLUMN] name TO name
Status Grammar::alter_rename(Alter& alter) {
  alter.action = Alter::Action::kRename;
  if (alter.kind == ObjectKind::kTable && !cursor_.at("TO"_t)) {
    alter.action = Alter::Action::kRenameColumn;
    cursor_.accept("COLUMN"_t);
    alter.column = TRUENO_TRY(name(Wanted::kColumn, "the name of a column, or TO"));
  }
  if (!cursor_.accept("TO"_t)) return unexpected("TO and a new name");
  alter.new_name = TRUENO_TRY(name(Wanted::kNewName, "a new name"));
  return {};
}

// ALTER [COLUMN] name ([SET DATA] TYPE type [USING expression] | (SET | DROP) (DEFAULT | NOT NULL))
Status Grammar::alter_column(Alter& alter) {
  using Action = Alter::Action;
  cursor_.accept("COLUMN"_t);
  alter.column = TRUENO_TRY(name(Wanted::kColumn, "the name of a column"));
  if (cursor_.accept("DROP"_t)) {
    if (cursor_.accept("DEFAULT"_t)) {
      alter.action = Action::kDropDefault;
      return {};
    }
    if (!cursor_.accept("NOT"_t, "NULL"_t)) return unexpected("DEFAULT or NOT NULL");
    alter.action = Action::kDropNotNull;
    return {};
  }
  const bool set = cursor_.accept("SET"_t);
  if (set && cursor_.accept("DEFAULT"_t)) {
    alter.action = Action::kSetDefault;
    alter.expression = TRUENO_TRY(expression());
    return {};
  }
  if (set && cursor_.accept("NOT"_t, "NULL"_t)) {
    alter.action = Action::kSetNotNull;
    return {};
  }
  if (set) cursor_.accept("DATA"_t);
  if (!cursor_.accept("TYPE"_t)) return unexpected(set ? "TYPE, DEFAULT or NOT NULL" : "TYPE, SET or DROP");
  alter.action = Action::kSetType;
  alter.type = std::make_unique<TypeName>(TRUENO_TRY(type_name()));
  if (cursor_.accept("USING"_t)) alter.expression = TRUENO_TRY(expression());
  return {};
}

}  // namespace trueno::sql
