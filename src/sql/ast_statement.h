#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "sql/ast_query.h"

namespace trueno::sql {

// ---- Definitions
// --------------------------------------------------------------------------------------------------------------------------

/// What to do when the thing to create is there already.
enum class OnExisting : std::uint8_t { kFail, kIgnore /* IF NOT EXISTS */, kReplace /* OR REPLACE */ };

enum class ReferentialAction : std::uint8_t { kNoAction, kRestrict, kCascade, kSetNull, kSetDefault };

/// A constraint of a column or of a table. A column's own PRIMARY KEY, UNIQUE and REFERENCES have no `columns`.
struct Constraint {
  enum class Kind : std::uint8_t { kNotNull, kNull, kCheck, kUnique, kPrimaryKey, kForeignKey };
  Kind kind = Kind::kNotNull;
  NodeSpan span;
  Name name;            // CONSTRAINT name; may be empty
  ExpressionPtr check;  // kCheck
  std::vector<Name> columns;
  QualifiedName referenced_table;  // kForeignKey
  std::vector<Name> referenced_columns;
  ReferentialAction on_delete = ReferentialAction::kNoAction;
  ReferentialAction on_update = ReferentialAction::kNoAction;
  bool operator==(const Constraint&) const = default;
};

struct ColumnDefinition {
  NodeSpan span;
  Name name;
  std::optional<TypeName> type;  // may be absent only for a generated column
  QualifiedName collation;
  ExpressionPtr default_value;
  ExpressionPtr generated;  // GENERATED ALWAYS AS (expression)
  bool stored = false;      // of a generated column; VIRTUAL otherwise
  std::vector<Constraint> constraints;
  bool operator==(const ColumnDefinition&) const = default;
};

/// CREATE TABLE: with column definitions, or AS a query (then `column_names` may rename its columns).
struct CreateTable {
  QualifiedName name;
  OnExisting on_existing = OnExisting::kFail;
  bool temporary = false;
  std::vector<ColumnDefinition> columns;
  std::vector<Constraint> constraints;
  std::vector<Name> column_names;
  QueryPtr query;
  bool with_data = true;
  bool operator==(const CreateTable&) const = default;
};

struct CreateView {
  QualifiedName name;
  OnExisting on_existing = OnExisting::kFail;
  bool temporary = false;
  std::vector<Name> column_names;
  QueryPtr query;
  bool operator==(const CreateView&) const = default;
};

struct CreateSchema {
  QualifiedName name;
  OnExisting on_existing = OnExisting::kFail;
  bool operator==(const CreateSchema&) const = default;
};

/// Bounds as decimal text with a sign; empty where not written.
struct CreateSequence {
  QualifiedName name;
  OnExisting on_existing = OnExisting::kFail;
  bool temporary = false;
  std::string start, increment, minimum, maximum;
  bool cycle = false;
  bool operator==(const CreateSequence&) const = default;
};

/// CREATE TYPE name AS ENUM ('a', 'b') | another type; or AS ENUM (query).
struct CreateType {
  QualifiedName name;
  OnExisting on_existing = OnExisting::kFail;
  bool temporary = false;
  std::optional<TypeName> type;
  QueryPtr labels;
  bool operator==(const CreateType&) const = default;
};

struct MacroParameter {
  Name name;
  ExpressionPtr default_value;  // may be null
  bool operator==(const MacroParameter&) const = default;
};

/// One overload of a macro: exactly one of `expression` (scalar) and `query` (AS TABLE) is set.
struct MacroBody {
  std::vector<MacroParameter> parameters;
  ExpressionPtr expression;
  QueryPtr query;
  bool operator==(const MacroBody&) const = default;
};

/// CREATE MACRO | FUNCTION name (a, b := 1) AS expression, (a) AS TABLE query, ...
struct CreateMacro {
  QualifiedName name;
  OnExisting on_existing = OnExisting::kFail;
  bool temporary = false;
  std::vector<MacroBody> bodies;
  bool operator==(const CreateMacro&) const = default;
};

struct CreateIndex {
  Name name;  // may be empty
  OnExisting on_existing = OnExisting::kFail;
  bool unique = false;
  QualifiedName table;
  Name method;  // USING art; may be empty
  std::vector<OrderItem> keys;
  bool operator==(const CreateIndex&) const = default;
};

enum class ObjectKind : std::uint8_t { kTable, kView, kSchema, kSequence, kType, kMacro, kTableMacro, kIndex };

struct Drop {
  ObjectKind kind = ObjectKind::kTable;
  std::vector<QualifiedName> names;
  bool if_exists = false;
  bool cascade = false;
  bool operator==(const Drop&) const = default;
};

/// One action of ALTER TABLE | VIEW | SEQUENCE ... .
struct Alter {
  enum class Action : std::uint8_t {
    kAddColumn,      // definition, if_exists means IF NOT EXISTS
    kDropColumn,     // column, if_exists, cascade
    kRenameColumn,   // column -> new_name
    kSetType,        // column, type, expression (USING; may be null)
    kSetDefault,     // column, expression
    kDropDefault,    // column
    kSetNotNull,     // column
    kDropNotNull,    // column
    kRename,         // new_name
    kSetSchema,      // new_name
    kAddConstraint,  // constraint
  };
  ObjectKind kind = ObjectKind::kTable;
  QualifiedName name;
  bool missing_ok = false;  // ALTER TABLE IF EXISTS
  Action action = Action::kAddColumn;
  Name column;
  Name new_name;
  bool if_exists = false;
  bool cascade = false;
  Owned<TypeName> type;
  ExpressionPtr expression;
  Owned<ColumnDefinition> definition;
  Owned<Constraint> constraint;
  bool operator==(const Alter&) const = default;
};

// ---- Changes
// ------------------------------------------------------------------------------------------------------------------------------

/// `column = expression` of UPDATE and ON CONFLICT; `(a, b) = (1, 2)` arrives as two of them when the right side is a row.
struct Assignment {
  Name column;
  ExpressionPtr value;
  bool operator==(const Assignment&) const = default;
};

enum class ConflictAction : std::uint8_t { kFail, kNothing, kUpdate, kReplace };

/// ON CONFLICT [(columns) [WHERE ...]] DO NOTHING | DO UPDATE SET ... [WHERE ...]; INSERT OR IGNORE and OR REPLACE as kNothing and
/// kReplace.
struct OnConflict {
  ConflictAction action = ConflictAction::kFail;
  std::vector<Name> columns;
  ExpressionPtr target_where;
  std::vector<Assignment> assignments;
  ExpressionPtr where;
  bool operator==(const OnConflict&) const = default;
};

struct Insert {
  std::vector<CommonTable> with;
  bool recursive = false;
  QualifiedName table;
  Name alias;
  std::vector<Name> columns;
  bool by_name = false;
  QueryPtr query;  // VALUES or SELECT; null for DEFAULT VALUES
  OnConflict on_conflict;
  std::vector<SelectItem> returning;
  bool operator==(const Insert&) const = default;
};

struct Update {
  std::vector<CommonTable> with;
  bool recursive = false;
  QualifiedName table;
  Name alias;
  std::vector<Assignment> assignments;
  std::vector<TableRefPtr> from;
  ExpressionPtr where;
  std::vector<SelectItem> returning;
  bool operator==(const Update&) const = default;
};

struct Delete {
  std::vector<CommonTable> with;
  bool recursive = false;
  QualifiedName table;
  Name alias;
  std::vector<TableRefPtr> using_tables;
  ExpressionPtr where;
  std::vector<SelectItem> returning;
  bool operator==(const Delete&) const = default;
};

struct Truncate {
  QualifiedName table;
  bool operator==(const Truncate&) const = default;
};

/// `name value`, `name = value` or a bare `name` (then `value` is null) in the parentheses of COPY and others.
struct Option {
  Name name;
  ExpressionPtr value;
  bool operator==(const Option&) const = default;
};

/// COPY table [(columns)] | (query) TO | FROM target [(options)].
struct Copy {
  QualifiedName table;
  std::vector<Name> columns;
  QueryPtr query;
  bool from = false;
  ExpressionPtr target;  // a string as a rule; may be an expression or a parameter
  std::vector<Option> options;
  bool operator==(const Copy&) const = default;
};

// ---- Session
// ------------------------------------------------------------------------------------------------------------------------------

enum class SettingScope : std::uint8_t { kDefault, kSession, kLocal, kGlobal, kVariable };

/// SET name = value. A bare word on the right (`SET backend = gpu`) is a ColumnRef. SET VARIABLE has kVariable.
struct Set {
  SettingScope scope = SettingScope::kDefault;
  Name name;
  ExpressionPtr value;
  bool operator==(const Set&) const = default;
};

struct Reset {
  SettingScope scope = SettingScope::kDefault;
  Name name;
  bool operator==(const Reset&) const = default;
};

enum class ShowKind : std::uint8_t { kTables, kAllTables, kDatabases, kSchemas, kAllSettings, kName };

/// SHOW TABLES [FROM schema] | ALL TABLES | DATABASES | SCHEMAS | ALL | name: a setting or a table.
struct Show {
  ShowKind kind = ShowKind::kName;
  QualifiedName name;
  bool operator==(const Show&) const = default;
};

/// PRAGMA name | name = value | name(arguments).
struct Pragma {
  Name name;
  ExpressionPtr value;  // null unless assigned
  bool is_call = false;
  std::vector<Argument> arguments;
  bool operator==(const Pragma&) const = default;
};

struct Explain {
  bool analyze = false;
  std::vector<Option> options;  // FORMAT json
  StatementPtr statement;
  bool operator==(const Explain&) const = default;
};

struct Prepare {
  Name name;
  std::vector<TypeName> types;
  StatementPtr statement;
  bool operator==(const Prepare&) const = default;
};

struct Execute {
  Name name;
  std::vector<Argument> arguments;
  bool operator==(const Execute&) const = default;
};

/// Without a name: DEALLOCATE ALL.
struct Deallocate {
  Name name;
  bool operator==(const Deallocate&) const = default;
};

enum class TransactionAction : std::uint8_t { kBegin, kCommit, kRollback };

struct Transaction {
  TransactionAction action = TransactionAction::kBegin;
  bool read_only = false;
  bool operator==(const Transaction&) const = default;
};

struct Call {
  FunctionCall call;  // only name and arguments
  bool operator==(const Call&) const = default;
};

/// USE database | schema | database.schema.
struct Use {
  QualifiedName name;
  bool operator==(const Use&) const = default;
};

enum class MaintenanceKind : std::uint8_t { kCheckpoint, kForceCheckpoint, kVacuum, kAnalyze, kVacuumAnalyze };

/// CHECKPOINT [database], VACUUM [ANALYZE] [table [(columns)]], ANALYZE [table [(columns)]].
struct Maintenance {
  MaintenanceKind kind = MaintenanceKind::kCheckpoint;
  QualifiedName target;
  std::vector<Name> columns;
  bool operator==(const Maintenance&) const = default;
};

/// A query as a statement; DESCRIBE and SUMMARIZE are queries, too.
struct QueryStatement {
  QueryPtr query;
  bool operator==(const QueryStatement&) const = default;
};

// ---- The statement
// ------------------------------------------------------------------------------------------------------------------------

using StatementNode = std::variant<QueryStatement, CreateTable, CreateView, CreateSchema, CreateSequence, CreateType, CreateMacro,
                                   CreateIndex, Drop, Alter, Insert, Update, Delete, Truncate, Copy, Set, Reset, Show, Pragma, Explain,
                                   Prepare, Execute, Deallocate, Transaction, Call, Use, Maintenance>;

/// One statement, without its semicolon.
struct Statement {
  StatementNode node;
  NodeSpan span;

  template <class T>
  [[nodiscard]] const T* as() const {
    return std::get_if<T>(&node);
  }
  template <class T>
  [[nodiscard]] T* as() {
    return std::get_if<T>(&node);
  }
  bool operator==(const Statement&) const = default;
};

}  // namespace trueno::sql
