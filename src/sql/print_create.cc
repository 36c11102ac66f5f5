// CREATE and ALTER as text.
#include "sql/printer.h"
#include "sql/writer.h"

namespace trueno::sql {

namespace {

std::string_view action_words(ReferentialAction action) {
  switch (action) {
    case ReferentialAction::kNoAction: return "NO ACTION";
    case ReferentialAction::kRestrict: return "RESTRICT";
    case ReferentialAction::kCascade: return "CASCADE";
    case ReferentialAction::kSetNull: return "SET NULL";
    case ReferentialAction::kSetDefault: return "SET DEFAULT";
  }
  return {};
}

std::string_view altered_word(ObjectKind kind) {
  switch (kind) {
    case ObjectKind::kTable: return "ALTER TABLE ";
    case ObjectKind::kView: return "ALTER VIEW ";
    case ObjectKind::kSchema: return "ALTER SCHEMA ";
    case ObjectKind::kSequence: return "ALTER SEQUENCE ";
    case ObjectKind::kType: return "ALTER TYPE ";
    case ObjectKind::kMacro: return "ALTER MACRO ";
    case ObjectKind::kTableMacro: return "ALTER MACRO TABLE ";
    case ObjectKind::kIndex: return "ALTER INDEX ";
  }
  return {};
}

}  // namespace

// CREATE [OR REPLACE] [TEMP] kind [IF NOT EXISTS]
void Writer::create(OnExisting on_existing, bool temporary, std::string_view kind) {
  put(on_existing == OnExisting::kReplace ? "CREATE OR REPLACE " : "CREATE ");
  put_if(temporary, "TEMP ");
  put(kind);
  put_if(on_existing == OnExisting::kIgnore, "IF NOT EXISTS ");
}

void Writer::node(const CreateTable& n) {
  create(n.on_existing, n.temporary, "TABLE ");
  name(n.name);
  optional_names(n.column_names);
  if (n.query != nullptr) {
    put(" AS ");
    write(*n.query);
    put_if(!n.with_data, " WITH NO DATA");
    return;
  }
  put(" (");
  list(n.columns, [this](const ColumnDefinition& c) { column(c); });
  for (const Constraint& c : n.constraints) {
    put(", ");
    constraint(c, true);
  }
  put(")");
}

void Writer::column(const ColumnDefinition& column) {
  name(column.name);
  if (column.type) {
    put(" ");
    write(*column.type);
  }
  if (!column.collation.empty()) {
    put(" COLLATE ");
    name(column.collation);
  }
  clause(" DEFAULT ", column.default_value);
  if (column.generated != nullptr) {
    clause(" GENERATED ALWAYS AS (", column.generated);
    put(column.stored ? ") STORED" : ")");
  }
  for (const Constraint& c : column.constraints) {
    put(" ");
    constraint(c, false);
  }
}

void Writer::constraint(const Constraint& constraint, bool of_table) {
  using Kind = Constraint::Kind;
  if (!constraint.name.empty()) {
    put("CONSTRAINT ");
    name(constraint.name);
    put(" ");
  }
  switch (constraint.kind) {
    case Kind::kNotNull: put("NOT NULL"); break;
    case Kind::kNull: put("NULL"); break;
    case Kind::kCheck:
      clause("CHECK (", constraint.check);
      put(")");
      break;
    case Kind::kUnique: put("UNIQUE"); break;
    case Kind::kPrimaryKey: put("PRIMARY KEY"); break;
    case Kind::kForeignKey: put_if(of_table, "FOREIGN KEY"); break;
  }
  optional_names(constraint.columns);
  if (constraint.kind != Kind::kForeignKey) return;
  put(of_table ? " REFERENCES " : "REFERENCES ");
  name(constraint.referenced_table);
  optional_names(constraint.referenced_columns);
  if (constraint.on_delete != ReferentialAction::kNoAction) put(fmt::format(" ON DELETE {}", action_words(constraint.on_delete)));
  if (constraint.on_update != ReferentialAction::kNoAction) put(fmt::format(" ON UPDATE {}", action_words(constraint.on_update)));
}

void Writer::node(const CreateView& n) {
  create(n.on_existing, n.temporary, "VIEW ");
  name(n.name);
  optional_names(n.column_names);
  put(" AS ");
  write(*n.query);
}

void Writer::node(const CreateSchema& n) {
  create(n.on_existing, false, "SCHEMA ");
  name(n.name);
}

void Writer::node(const CreateSequence& n) {
  create(n.on_existing, n.temporary, "SEQUENCE ");
  name(n.name);
  put_if(!n.start.empty(), " START WITH " + n.start);
  put_if(!n.increment.empty(), " INCREMENT BY " + n.increment);
  put_if(!n.minimum.empty(), " MINVALUE " + n.minimum);
  put_if(!n.maximum.empty(), " MAXVALUE " + n.maximum);
  put_if(n.cycle, " CYCLE");
}

void Writer::node(const CreateType& n) {
  create(n.on_existing, n.temporary, "TYPE ");
  name(n.name);
  put(" AS ");
  if (n.type) return write(*n.type);
  put("ENUM (");
  write(*n.labels);
  put(")");
}

void Writer::node(const CreateMacro& n) {
  create(n.on_existing, n.temporary, "MACRO ");
  name(n.name);
  list(n.bodies, [this](const MacroBody& body) {
    put("(");
    list(body.parameters, [this](const MacroParameter& parameter) {
      name(parameter.name);
      clause(" := ", parameter.default_value);
    });
    put(") AS ");
    if (body.expression != nullptr) return write(*body.expression);
    put("TABLE (");  // in parentheses, so that the comma before another body is not the query's
    write(*body.query);
    put(")");
  });
}

void Writer::node(const CreateIndex& n) {
  create(n.on_existing, false, n.unique ? "UNIQUE INDEX " : "INDEX ");
  if (!n.name.empty()) {
    name(n.name);
    put(" ");
  }
  put("ON ");
  name(n.table);
  if (!n.method.empty()) {
    put(" USING ");
    name(n.method);
  }
  put(" (");
  order_items(n.keys);
  put(")");
}

void Writer::node(const Alter& n) {
  using Action = Alter::Action;
  put(altered_word(n.kind));
  put_if(n.missing_ok, "IF EXISTS ");
  name(n.name);
  const auto of_column = [this, &n](std::string_view words) {
    put(" ALTER COLUMN ");
    name(n.column);
    put(words);
  };
  switch (n.action) {
    case Action::kAddColumn: put(n.if_exists ? " ADD COLUMN IF NOT EXISTS " : " ADD COLUMN "); return column(*n.definition);
    case Action::kDropColumn:
      put(n.if_exists ? " DROP COLUMN IF EXISTS " : " DROP COLUMN ");
      name(n.column);
      return put_if(n.cascade, " CASCADE");
    case Action::kRenameColumn:
      put(" RENAME COLUMN ");
      name(n.column);
      put(" TO ");
      return name(n.new_name);
    case Action::kSetType:
      of_column(" TYPE ");
      write(*n.type);
      return clause(" USING ", n.expression);
    case Action::kSetDefault: of_column(" SET DEFAULT "); return write(*n.expression);
    case Action::kDropDefault: return of_column(" DROP DEFAULT");
    case Action::kSetNotNull: return of_column(" SET NOT NULL");
    case Action::kDropNotNull: return of_column(" DROP NOT NULL");
    case Action::kRename: put(" RENAME TO "); return name(n.new_name);
    case Action::kSetSchema: put(" SET SCHEMA "); return name(n.new_name);
    case Action::kAddConstraint: put(" ADD "); return constraint(*n.constraint, true);
  }
}

}  // namespace trueno::sql
