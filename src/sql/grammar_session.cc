// Settings, prepared statements, transactions, and statements about the database itself.
#include "sql/grammar.h"

namespace trueno::sql {

// A value where words stand for themselves: SET backend = gpu, (FORMAT parquet), SET x TO on.
Result<ExpressionPtr> Grammar::option_value() {
  const Token& token = cursor_.current();
  const Terminal next = cursor_.ahead(1).terminal;
  const bool stands_alone = cursor_.ahead(1).kind == TokenKind::kEnd || next == ","_t || next == ")"_t || next == ";"_t;
  const bool is_value_word =
      token.terminal == "NULL"_t || token.terminal == "TRUE"_t || token.terminal == "FALSE"_t || token.terminal == "DEFAULT"_t;
  if (token.kind == TokenKind::kKeyword && stands_alone && !is_value_word) {
    ColumnRef word;
    word.name.parts.push_back(take_name());
    return make(std::move(word), token.span);
  }
  return expression_after_star();
}

// [SESSION | LOCAL | GLOBAL | VARIABLE]
SettingScope Grammar::setting_scope() {
  if (cursor_.accept("SESSION"_t)) return SettingScope::kSession;
  if (cursor_.accept("LOCAL"_t)) return SettingScope::kLocal;
  if (cursor_.accept("GLOBAL"_t)) return SettingScope::kGlobal;
  if (cursor_.accept("VARIABLE"_t)) return SettingScope::kVariable;
  return SettingScope::kDefault;
}

// SET [SESSION | LOCAL | GLOBAL | VARIABLE] name ("=" | TO) value {"," value}
Result<StatementNode> Grammar::set() {
  cursor_.advance();
  Set node;
  const Terminal after = cursor_.ahead(1).terminal;
  if (after != "="_t && after != "TO"_t) node.scope = setting_scope();
  if (cursor_.at("TIME"_t) && cursor_.next_is("ZONE"_t)) {
    node.name = {"timezone", cursor_.current().span};
    cursor_.advance();
    cursor_.advance();
    if (!cursor_.accept("="_t)) cursor_.accept("TO"_t);
  } else {
    node.name = TRUENO_TRY(name(Wanted::kSetting, "the name of a setting"));
    if (cursor_.at("."_t)) return not_supported("a qualified setting");
    if (!cursor_.accept("="_t) && !cursor_.accept("TO"_t)) return unexpected("= and a value");
  }
  node.value = TRUENO_TRY(option_value());
  if (!cursor_.at(","_t)) return node;
  ListValue list;
  const std::uint32_t begin = node.value->span.begin;
  list.elements.push_back(std::move(node.value));
  while (cursor_.accept(","_t)) list.elements.push_back(TRUENO_TRY(option_value()));
  node.value = make(std::move(list), cursor_.span_since(begin));
  return node;
}

// RESET [SESSION | LOCAL | GLOBAL | VARIABLE] name
Result<StatementNode> Grammar::reset() {
  cursor_.advance();
  Reset node;
  if (cursor_.ahead(1).kind != TokenKind::kEnd && !cursor_.next_is(";"_t)) node.scope = setting_scope();
  node.name = TRUENO_TRY(name(Wanted::kSetting, "the name of a setting"));
  return node;
}

// SHOW (ALL TABLES | ALL | TABLES [FROM schema] | DATABASES | SCHEMAS | name)
Result<StatementNode> Grammar::show() {
  cursor_.advance();
  Show node;
  if (cursor_.accept("ALL"_t)) {
    node.kind = cursor_.accept("TABLES"_t) ? ShowKind::kAllTables : ShowKind::kAllSettings;
  } else if (cursor_.accept("TABLES"_t)) {
    node.kind = ShowKind::kTables;
    if (cursor_.accept("FROM"_t)) node.name = TRUENO_TRY(qualified_name(Wanted::kNothing, "the name of a schema"));
  } else if (cursor_.accept("DATABASES"_t)) {
    node.kind = ShowKind::kDatabases;
  } else if (cursor_.accept("SCHEMAS"_t)) {
    node.kind = ShowKind::kSchemas;
  } else if (starts_query() || starts_nested_query()) {
    Describe described;
    described.query = TRUENO_TRY(query());
    QueryPtr query = std::make_unique<Query>();
    query->span = described.query->span;
    query->body = std::move(described);
    return QueryStatement{std::move(query)};
  } else {
    node.name = TRUENO_TRY(qualified_name(Wanted::kSetting | Wanted::kTable, "TABLES, a setting or a table"));
  }
  return node;
}

// PRAGMA name [("=" value) | "(" arguments ")"]
Result<StatementNode> Grammar::pragma() {
  cursor_.advance();
  Pragma node;
  node.name = TRUENO_TRY(name(Wanted::kSetting, "the name of a pragma"));
  if (cursor_.accept("="_t)) {
    node.value = TRUENO_TRY(option_value());
  } else if (cursor_.at("("_t)) {
    FunctionCall call;
    TRUENO_TRY(call_arguments(call));
    node.is_call = true;
    node.arguments = std::move(call.arguments);
  }
  return node;
}

// EXPLAIN [ANALYZE] ["(" options ")"] statement
Result<StatementNode> Grammar::explain() {
  cursor_.advance();
  Explain node;
  node.analyze = cursor_.accept("ANALYZE"_t) || cursor_.accept("ANALYSE"_t);
  if (cursor_.at("("_t) && !starts_nested_query()) {
    std::vector<Option> written = TRUENO_TRY(options());
    for (Option& option : written) {
      if (equal_ignoring_case(option.name.text, "analyze") && option.value == nullptr) {
        node.analyze = true;
      } else {
        node.options.push_back(std::move(option));
      }
    }
  }
  node.statement = TRUENO_TRY(statement());
  return node;
}

// PREPARE name ["(" types ")"] AS statement
Result<StatementNode> Grammar::prepare() {
  cursor_.advance();
  Prepare node;
  node.name = TRUENO_TRY(name(Wanted::kNewName, "a name for the prepared statement"));
  const SourceSpan opening = cursor_.current().span;
  if (cursor_.accept("("_t)) {
    do {
      node.types.push_back(TRUENO_TRY(type_name()));
    } while (cursor_.accept(","_t));
    TRUENO_TRY(expect_closing(")"_t, opening));
  }
  TRUENO_TRY(expect("AS"_t));
  node.statement = TRUENO_TRY(statement());
  return node;
}

// EXECUTE name ["(" arguments ")"]
Result<StatementNode> Grammar::execute() {
  cursor_.advance();
  Execute node;
  node.name = TRUENO_TRY(name(Wanted::kNothing, "the name of a prepared statement"));
  if (cursor_.at("("_t)) {
    FunctionCall call;
    TRUENO_TRY(call_arguments(call));
    node.arguments = std::move(call.arguments);
  }
  return node;
}

// DEALLOCATE [PREPARE] (name | ALL)
Result<StatementNode> Grammar::deallocate() {
  cursor_.advance();
  if (cursor_.ahead(1).kind != TokenKind::kEnd && !cursor_.next_is(";"_t)) cursor_.accept("PREPARE"_t);
  if (cursor_.accept("ALL"_t)) return Deallocate{};
  return Deallocate{TRUENO_TRY(name(Wanted::kNothing, "the name of a prepared statement, or ALL"))};
}

// (BEGIN | START | COMMIT | END | ROLLBACK | ABORT) [TRANSACTION | WORK] [READ ONLY | READ WRITE]
Result<StatementNode> Grammar::transaction() {
  Transaction node;
  const Terminal word = cursor_.current().terminal;
  cursor_.advance();
  if (word == "COMMIT"_t || word == "END"_t) node.action = TransactionAction::kCommit;
  if (word == "ROLLBACK"_t || word == "ABORT"_t) node.action = TransactionAction::kRollback;
  if (word == "START"_t) {
    TRUENO_TRY(expect("TRANSACTION"_t));
  } else if (!cursor_.accept("TRANSACTION"_t)) {
    cursor_.accept("WORK"_t);
  }
  if (cursor_.at("TO"_t)) return not_supported("ROLLBACK TO a savepoint");
  if (node.action != TransactionAction::kBegin || !cursor_.accept("READ"_t)) return node;
  node.read_only = cursor_.accept("ONLY"_t);
  if (!node.read_only) TRUENO_TRY(expect("WRITE"_t));
  return node;
}

// CALL name "(" arguments ")"
Result<StatementNode> Grammar::call_statement() {
  cursor_.advance();
  Call node;
  node.call.name = TRUENO_TRY(qualified_name(Wanted::kTable, "the name of a table function"));
  if (!cursor_.at("("_t)) return unexpected("\"(\" and arguments");
  TRUENO_TRY(call_arguments(node.call));
  return node;
}

// [FORCE] CHECKPOINT [name] | VACUUM [ANALYZE] [name ["(" columns ")"]] | ANALYZE [name ["(" columns ")"]]
Result<StatementNode> Grammar::maintenance() {
  Maintenance node;
  const bool force = cursor_.accept("FORCE"_t);
  if (force || cursor_.at("CHECKPOINT"_t)) {
    TRUENO_TRY(expect("CHECKPOINT"_t));
    node.kind = force ? MaintenanceKind::kForceCheckpoint : MaintenanceKind::kCheckpoint;
  } else if (cursor_.accept("VACUUM"_t)) {
    node.kind = cursor_.accept("ANALYZE"_t) ? MaintenanceKind::kVacuumAnalyze : MaintenanceKind::kVacuum;
  } else {
    cursor_.advance();
    node.kind = MaintenanceKind::kAnalyze;
  }
  if (!at_name()) return node;
  node.target = TRUENO_TRY(qualified_name(Wanted::kTable, "the name of a table"));
  node.columns = TRUENO_TRY(optional_name_list(Wanted::kColumn, "the name of a column"));
  return node;
}

}  // namespace trueno::sql
