// Statements as text, one overload a kind, in the order of ast_statement.h; CREATE and ALTER are in print_create.cc.
#include "sql/printer.h"
#include "sql/writer.h"

namespace trueno::sql {

namespace {

std::string_view object_word(ObjectKind kind) {
  switch (kind) {
    case ObjectKind::kTable: return "TABLE ";
    case ObjectKind::kView: return "VIEW ";
    case ObjectKind::kSchema: return "SCHEMA ";
    case ObjectKind::kSequence: return "SEQUENCE ";
    case ObjectKind::kType: return "TYPE ";
    case ObjectKind::kMacro: return "MACRO ";
    case ObjectKind::kTableMacro: return "MACRO TABLE ";
    case ObjectKind::kIndex: return "INDEX ";
  }
  return {};
}

std::string_view scope_word(SettingScope scope) {
  switch (scope) {
    case SettingScope::kDefault: return "";
    case SettingScope::kSession: return "SESSION ";
    case SettingScope::kLocal: return "LOCAL ";
    case SettingScope::kGlobal: return "GLOBAL ";
    case SettingScope::kVariable: return "VARIABLE ";
  }
  return {};
}

std::string_view maintenance_words(MaintenanceKind kind) {
  switch (kind) {
    case MaintenanceKind::kCheckpoint: return "CHECKPOINT";
    case MaintenanceKind::kForceCheckpoint: return "FORCE CHECKPOINT";
    case MaintenanceKind::kVacuum: return "VACUUM";
    case MaintenanceKind::kAnalyze: return "ANALYZE";
    case MaintenanceKind::kVacuumAnalyze: return "VACUUM ANALYZE";
  }
  return {};
}

std::string_view show_words(ShowKind kind) {
  switch (kind) {
    case ShowKind::kTables: return "TABLES";
    case ShowKind::kAllTables: return "ALL TABLES";
    case ShowKind::kDatabases: return "DATABASES";
    case ShowKind::kSchemas: return "SCHEMAS";
    case ShowKind::kAllSettings: return "ALL";
    case ShowKind::kName: return "";
  }
  return {};
}

}  // namespace

std::string print(const Statement& statement) {
  Writer writer;
  writer.write(statement);
  return writer.take();
}

void Writer::write(const Statement& statement) {
  std::visit([this](const auto& n) { node(n); }, statement.node);
}

void Writer::node(const QueryStatement& n) { write(*n.query); }

void Writer::node(const Drop& n) {
  put("DROP ");
  put(object_word(n.kind));
  put_if(n.if_exists, "IF EXISTS ");
  list(n.names, [this](const QualifiedName& target) { name(target); });
  put_if(n.cascade, " CASCADE");
}

void Writer::assignments(const std::vector<Assignment>& assignments) {
  put(" SET ");
  list(assignments, [this](const Assignment& assignment) {
    name(assignment.column);
    clause(" = ", assignment.value);
  });
}

void Writer::returning(const std::vector<SelectItem>& items) {
  if (items.empty()) return;
  put(" RETURNING ");
  select_items(items);
}

void Writer::node(const Insert& n) {
  with(n.with, n.recursive);
  put(n.on_conflict.action == ConflictAction::kReplace ? "INSERT OR REPLACE INTO " : "INSERT INTO ");
  name(n.table);
  if (!n.alias.empty()) {
    put(" AS ");
    name(n.alias);
  }
  optional_names(n.columns);
  put_if(n.by_name, " BY NAME");
  if (n.query == nullptr) {
    put(" DEFAULT VALUES");
  } else {
    put(" ");
    write(*n.query);
  }
  on_conflict(n.on_conflict);
  returning(n.returning);
}

// INSERT OR IGNORE comes out as ON CONFLICT DO NOTHING, which is the same; OR REPLACE has no such form and stands at the front.
void Writer::on_conflict(const OnConflict& conflict) {
  if (conflict.action != ConflictAction::kNothing && conflict.action != ConflictAction::kUpdate) return;
  put(" ON CONFLICT");
  optional_names(conflict.columns);
  clause(" WHERE ", conflict.target_where);
  if (conflict.action == ConflictAction::kNothing) return put(" DO NOTHING");
  put(" DO UPDATE");
  assignments(conflict.assignments);
  clause(" WHERE ", conflict.where);
}

void Writer::node(const Update& n) {
  with(n.with, n.recursive);
  put("UPDATE ");
  name(n.table);
  if (!n.alias.empty()) {
    put(" AS ");
    name(n.alias);
  }
  assignments(n.assignments);
  if (!n.from.empty()) {
    put(" FROM ");
    tables(n.from);
  }
  clause(" WHERE ", n.where);
  returning(n.returning);
}

void Writer::node(const Delete& n) {
  with(n.with, n.recursive);
  put("DELETE FROM ");
  name(n.table);
  if (!n.alias.empty()) {
    put(" AS ");
    name(n.alias);
  }
  if (!n.using_tables.empty()) {
    put(" USING ");
    tables(n.using_tables);
  }
  clause(" WHERE ", n.where);
  returning(n.returning);
}

void Writer::node(const Truncate& n) {
  put("TRUNCATE ");
  name(n.table);
}

void Writer::options(const std::vector<Option>& options) {
  if (options.empty()) return;
  put(" (");
  list(options, [this](const Option& option) {
    name(option.name);
    clause(" ", option.value);
  });
  put(")");
}

void Writer::node(const Copy& n) {
  put("COPY ");
  if (n.query != nullptr) {
    put("(");
    write(*n.query);
    put(")");
  } else {
    name(n.table);
    optional_names(n.columns);
  }
  put(n.from ? " FROM " : " TO ");
  const bool bare = n.target->is<Literal>() || n.target->is<Parameter>();
  put_if(!bare, "(");
  write(*n.target);
  put_if(!bare, ")");
  options(n.options);
}

void Writer::node(const Set& n) {
  put("SET ");
  put(scope_word(n.scope));
  name(n.name);
  clause(" = ", n.value);
}

void Writer::node(const Reset& n) {
  put("RESET ");
  put(scope_word(n.scope));
  name(n.name);
}

void Writer::node(const Show& n) {
  put("SHOW ");
  put(show_words(n.kind));
  put_if(n.kind == ShowKind::kTables && !n.name.empty(), " FROM ");
  name(n.name);
}

void Writer::node(const Pragma& n) {
  put("PRAGMA ");
  name(n.name);
  clause(" = ", n.value);
  if (!n.is_call) return;
  put("(");
  argument_list(n.arguments);
  put(")");
}

void Writer::node(const Explain& n) {
  put(n.analyze ? "EXPLAIN ANALYZE" : "EXPLAIN");
  options(n.options);
  put(" ");
  write(*n.statement);
}

void Writer::node(const Prepare& n) {
  put("PREPARE ");
  name(n.name);
  if (!n.types.empty()) {
    put(" (");
    list(n.types, [this](const TypeName& type) { write(type); });
    put(")");
  }
  put(" AS ");
  write(*n.statement);
}

void Writer::node(const Execute& n) {
  put("EXECUTE ");
  name(n.name);
  if (n.arguments.empty()) return;
  put("(");
  argument_list(n.arguments);
  put(")");
}

void Writer::node(const Deallocate& n) {
  put("DEALLOCATE ");
  if (n.name.empty()) return put("ALL");
  name(n.name);
}

void Writer::node(const Transaction& n) {
  switch (n.action) {
    case TransactionAction::kBegin: put("BEGIN TRANSACTION"); break;
    case TransactionAction::kCommit: put("COMMIT"); break;
    case TransactionAction::kRollback: put("ROLLBACK"); break;
  }
  put_if(n.read_only, " READ ONLY");
}

void Writer::node(const Call& n) {
  put("CALL ");
  name(n.call.name);
  arguments(n.call);
}

void Writer::node(const Use& n) {
  put("USE ");
  name(n.name);
}

void Writer::node(const Maintenance& n) {
  put(maintenance_words(n.kind));
  if (n.target.empty()) return;
  put(" ");
  name(n.target);
  optional_names(n.columns);
}

}  // namespace trueno::sql
