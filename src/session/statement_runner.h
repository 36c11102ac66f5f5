#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "bind/binder.h"
#include "catalog/catalog.h"
#include "kernel/pipeline.h"
#include "session/constants.h"
#include "session/names.h"
#include "session/session.h"
#include "sql/ast_statement.h"

namespace trueno::session {

struct CopyOptions;

/// Bound values, as binding takes them.
struct Values {
  std::vector<Value> positional;
  std::vector<std::pair<std::string, Value>> named;
};

/// `column = value` of SET.
struct Assigned {
  int column = 0;
  plan::Expression value;  // in the column's type
};
/// Whether a key has a column that is set.
[[nodiscard]] bool changes_keys(const catalog::TableDefinition& definition, const std::vector<Assigned>& assigned);

/// A table after UPDATE or DELETE.
struct Rewritten {
  std::shared_ptr<const TableData> data;
  Batch rows;                          // of the row groups that were written anew, as they are now
  std::vector<std::uint32_t> changed;  // which of them matched; not known where those went
  std::int64_t matched = 0;
  std::vector<exec::PipelineProfile> profile;
};

/// The rows of an INSERT in the table's types.
struct InsertPlan {
  plan::PlanPtr plan;
  struct Counted {
    std::size_t column = 0;
    std::vector<std::uint32_t> rows = {};  // the rows of a VALUES that say DEFAULT; none: the column is not given, so all
  };
  std::vector<Counted> counted;  // what gets numbers of sequences by a DEFAULT: NULL in the plan
};

/// The rows that UPDATE and DELETE are about, found by a query.
struct FoundRows {
  std::vector<std::int64_t> places;  // ascending, each once
  Batch values;                      // what is set, one row a place
  std::vector<exec::PipelineProfile> profile;
};

/// A table after INSERT.
struct Inserted {
  std::shared_ptr<const TableData> data;
  Batch rows;                // added and updated ones, as they are now, in the order they came
  bool keys_change = false;  // of rows that were there
};

/// Takes one statement from its AST to its result: bind, optimise, compile, run. One a statement; not thread-safe. A statement that fails
/// leaves nothing behind: what changes is put into `changes`, which the session makes visible when the statement succeeded.
///
/// Each group of statements has a file: run_query.cc, run_table.cc (CREATE TABLE and VIEW, DROP), run_insert.cc, run_setting.cc (SET,
/// RESET, SHOW), run_alter.cc, run_explain.cc, run_prepared.cc, run_change.cc (UPDATE, DELETE, TRUNCATE), run_conflict.cc (ON CONFLICT),
/// run_returning.cc. run_constraints.cc is what tables demand of rows.
class StatementRunner {
 public:
  /// All arguments outlive the runner. `sql` is the text the statement's spans refer to.
  StatementRunner(Database& database, Session& session, catalog::Transaction& changes, std::string_view sql, const Values& parameters,
                  const RunOptions& options);

  /// Expands its macros and runs it, on a stack that holds what its text can nest.
  [[nodiscard]] Result<StatementResult> execute(const sql::Statement& statement);

 private:
  [[nodiscard]] Result<StatementResult> run_expanded(const sql::Statement& statement);
  [[nodiscard]] Result<StatementResult> run(const sql::Statement& statement);
  [[nodiscard]] Result<StatementResult> run(const sql::QueryStatement& query);
  [[nodiscard]] Result<StatementResult> run(const sql::CreateTable& create);
  [[nodiscard]] Result<StatementResult> run(const sql::CreateView& create);
  [[nodiscard]] Result<StatementResult> run(const sql::Insert& insert);
  [[nodiscard]] Result<StatementResult> run(const sql::Update& update);
  [[nodiscard]] Result<StatementResult> run(const sql::Delete& node);
  [[nodiscard]] Result<StatementResult> run(const sql::Truncate& truncate);
  [[nodiscard]] Result<StatementResult> run(const sql::Drop& drop);
  [[nodiscard]] Result<StatementResult> run(const sql::Alter& alter);
  [[nodiscard]] Result<StatementResult> run(const sql::CreateIndex& create);
  [[nodiscard]] Result<StatementResult> run(const sql::Set& set);
  [[nodiscard]] Result<StatementResult> run(const sql::Reset& reset);
  [[nodiscard]] Result<StatementResult> run(const sql::Show& show);
  [[nodiscard]] Result<StatementResult> run(const sql::Explain& explain);
  [[nodiscard]] Result<StatementResult> run(const sql::Prepare& prepare);
  [[nodiscard]] Result<StatementResult> run(const sql::Execute& execute);
  [[nodiscard]] Result<StatementResult> run(const sql::Deallocate& deallocate);
  [[nodiscard]] Result<StatementResult> run(const sql::Transaction& transaction);
  [[nodiscard]] Result<StatementResult> run(const sql::CreateSchema& create);
  [[nodiscard]] Result<StatementResult> run(const sql::CreateSequence& create);
  [[nodiscard]] Result<StatementResult> run(const sql::CreateType& create);
  [[nodiscard]] Result<StatementResult> run(const sql::CreateMacro& create, std::string text);
  [[nodiscard]] Result<StatementResult> run(const sql::Use& use);
  [[nodiscard]] Result<StatementResult> run(const sql::Pragma& pragma);
  [[nodiscard]] Result<StatementResult> run(const sql::Copy& copy);
  [[nodiscard]] Result<StatementResult> run(const sql::Call& call);
  [[nodiscard]] Result<StatementResult> run(const sql::Maintenance& maintenance);

  [[nodiscard]] Result<StatementResult> define_object(catalog::Space space, const sql::QualifiedName& written, bool temporary,
                                                      sql::OnExisting on_existing, catalog::Object object);
  // Settings (run_setting.cc, run_schema.cc).
  [[nodiscard]] Result<StatementResult> table_info(const sql::Pragma& pragma) const;
  [[nodiscard]] Result<StatementResult> use_schema(const sql::QualifiedName& name);
  [[nodiscard]] Result<std::string> setting_value(const sql::Expression& value) const;
  [[nodiscard]] Result<StatementResult> set(const sql::Name& name, const std::string& value);

  [[nodiscard]] bind::Context bind_context() const;
  /// The table a statement changes; kCatalog with the nearest name.
  [[nodiscard]] Result<std::shared_ptr<const catalog::Table>> table_named(const sql::QualifiedName& name) const;
  [[nodiscard]] Status drop_key(const catalog::ObjectName& index, SourceSpan span);
  [[nodiscard]] std::optional<catalog::ObjectName> find_object(catalog::Space space, const sql::QualifiedName& name) const;
  /// What goes with a schema. kCatalog when there is something and not `cascade`.
  [[nodiscard]] Status add_content(const catalog::ObjectName& schema, bool cascade, SourceSpan span,
                                   std::vector<catalog::ObjectName>& names) const;
  [[nodiscard]] Result<plan::PlanPtr> plan_query(const sql::Query& query) const;
  [[nodiscard]] Result<plan::PlanPtr> optimised(plan::PlanPtr plan) const;
  [[nodiscard]] std::vector<std::string> disabled_rules() const;
  /// The rows of `plan` as those of the table: its columns are the ones `insert` lists (BY NAME: that it names), the others have defaults.
  [[nodiscard]] Result<InsertPlan> plan_rows(const sql::Insert& insert, const catalog::Table& table, plan::PlanPtr plan) const;
  /// The values of a DEFAULT with sequences, one a row.
  [[nodiscard]] Status put_counted(const InsertPlan::Counted& counted, const catalog::Table& table, Batch& rows);
  [[nodiscard]] Result<Column> counted_default(const std::string& text, const Field& field, std::int64_t rows);
  [[nodiscard]] Result<StatementResult> insert_rows(const sql::Insert& insert, const catalog::Table& table, const InsertPlan& plan);
  // COPY (run_copy.cc).
  [[nodiscard]] Result<std::string> copy_path(const sql::Copy& copy) const;
  [[nodiscard]] Result<plan::PlanPtr> plan_copy(const sql::Copy& copy) const;
  [[nodiscard]] Result<StatementResult> copy_from(const sql::Copy& copy, const std::string& path, const CopyOptions& options);
  /// The rows an INSERT adds, in the table's types.
  [[nodiscard]] Result<InsertPlan> plan_insert(const sql::Insert& insert, const catalog::Table& table) const;
  /// Rewrites the row groups of a table that hold a row for which `condition` is true: all rows, or only those for which it is not, each as
  /// `values`. `condition` and `values` are over the table's columns.
  [[nodiscard]] Result<Rewritten> rewrite(const catalog::Table& table, const plan::Expression& condition, bool keep_matching,
                                          std::vector<plan::Expression> values);
  /// The condition of WHERE over a table known as `known`; none: true.
  [[nodiscard]] Result<plan::Expression> changed_rows(const sql::Expression* where, const Schema& schema, const std::string& known) const;
  using BindValue = std::function<Result<plan::Expression>(const sql::Expression&)>;
  /// Runs the query of `changed`, whose table is set here; its values become those of `columns`. Where it gives several rows for one of the
  /// table, the first counts.
  [[nodiscard]] Result<FoundRows> find_rows(const catalog::Table& table, bind::ChangedRows changed,
                                            const std::vector<sql::CommonTable>& with, const std::vector<int>& columns);
  [[nodiscard]] Result<StatementResult> update_found(const sql::Update& update, const catalog::Table& table);
  [[nodiscard]] Result<StatementResult> delete_found(const sql::Delete& node, const catalog::Table& table);
  /// Checks the rows of an UPDATE and makes them part of the table.
  [[nodiscard]] Result<StatementResult> finish_update(const sql::Update& update, const catalog::Table& table,
                                                      const std::vector<Assigned>& assigned, const std::shared_ptr<const TableData>& data,
                                                      const Batch& checked, const Batch& changed,
                                                      std::vector<exec::PipelineProfile> profile);
  [[nodiscard]] Result<StatementResult> finish_delete(const catalog::Table& table, std::shared_ptr<const TableData> data,
                                                      StatementResult result, std::int64_t rows,
                                                      std::vector<exec::PipelineProfile> profile);
  /// SET of UPDATE and of ON CONFLICT, in the types of the columns.
  [[nodiscard]] Result<std::vector<Assigned>> assignments(const std::vector<sql::Assignment>& written, const catalog::Table& table,
                                                          const BindValue& bind_value) const;
  /// The rows of an INSERT as its ON CONFLICT leaves them, and the table with them.
  [[nodiscard]] Result<Inserted> resolve_conflicts(const sql::Insert& insert, const catalog::Table& table, const Batch& rows);
  [[nodiscard]] Result<Inserted> append_rows(const catalog::Table& table, const Batch& rows) const;
  /// RETURNING: a SELECT of `items` from `rows`, which are known as `known`.
  [[nodiscard]] Result<StatementResult> returned(const std::vector<sql::SelectItem>& items, const std::string& known, const Schema& schema,
                                                 const Batch& rows);
  /// The result of a change: what RETURNING gave, or how many rows.
  [[nodiscard]] static Result<StatementResult> finished(StatementResult result, std::int64_t rows,
                                                        std::vector<exec::PipelineProfile> profile);
  /// Defaults and constraints of a table; sets columns of `schema` NOT NULL that are so.
  [[nodiscard]] Result<catalog::TableDefinition> define(const sql::CreateTable& create, const catalog::ObjectName& name, Schema& schema);
  /// The definition of a table and one constraint more; sets columns of `schema` NOT NULL that become so.
  [[nodiscard]] Result<catalog::TableDefinition> with_constraint(const catalog::Table& table, const sql::Constraint& constraint,
                                                                 Schema& schema);
  /// `definition` with another default of a column; null: none.
  [[nodiscard]] Result<catalog::TableDefinition> with_default(const catalog::Table& table, catalog::TableDefinition definition,
                                                              Schema& schema, std::size_t column, const sql::Expression* value);
  /// By column, in its type; NULL where there is none.
  [[nodiscard]] Result<std::vector<plan::Expression>> defaults_of(const catalog::TableDefinition& definition, const Schema& schema) const;
  /// kConstraint when a row violates a CHECK.
  [[nodiscard]] Status check_rows(const std::string& name, const catalog::TableDefinition& definition, const Schema& schema,
                                  const Batch& rows);
  /// What a version holds whose first rows are those of `before` (null: none): its indexes. kConstraint when a key occurs twice.
  [[nodiscard]] Result<catalog::TableContent> indexed(const catalog::TableDefinition& definition, const catalog::TableContent* before,
                                                      std::shared_ptr<const TableData> data) const;
  /// kConstraint when a row that is to be added to a table refers to a key that is not there.
  [[nodiscard]] Status check_foreign_keys(const catalog::ObjectName& table, const catalog::TableDefinition& definition,
                                          const catalog::TableContent& content, const Batch& added);
  /// kConstraint when a row of some table refers to a key that the new content of `table` has not.
  [[nodiscard]] Status check_referrers(const catalog::ObjectName& table, const catalog::TableContent& content);
  /// What a statement runs over rows; null when it only changes the catalogue or the session.
  [[nodiscard]] Result<plan::PlanPtr> plan_statement(const sql::Statement& statement) const;
  // ALTER (run_alter.cc).
  [[nodiscard]] Status rename(const catalog::ObjectName& from, const sql::Alter& alter);
  [[nodiscard]] Status still_bind(const catalog::TableDefinition& definition, const Schema& schema, const std::string& table) const;
  [[nodiscard]] Status alter_table(const sql::Alter& alter, const catalog::Table& table);
  [[nodiscard]] Status add_column(const sql::Alter& alter, const catalog::Table& table);
  [[nodiscard]] Status drop_column(const sql::Alter& alter, const catalog::Table& table, std::size_t column);
  [[nodiscard]] Status set_type(const sql::Alter& alter, const catalog::Table& table, std::size_t column);
  [[nodiscard]] Status add_constraint(const sql::Constraint& constraint, const catalog::Table& table);
  [[nodiscard]] Status refuse_if_referred(const catalog::Table& table, SourceSpan span);
  [[nodiscard]] Result<Column> evaluate_over(const catalog::Table& table, plan::Expression value, const Field& field);

  [[nodiscard]] Result<plan::PlanPtr> plan_changed(const sql::QualifiedName& name, const sql::Name& alias,
                                                   const sql::Expression* where) const;
  /// CALL f(...) is FROM f(...).
  [[nodiscard]] Result<plan::PlanPtr> plan_call(const sql::Call& call) const;
  [[nodiscard]] exec::Options exec_options() const;
  void warn_of_refusals(const std::vector<exec::PipelineProfile>& profile);
  [[nodiscard]] Result<kernel::PipelinePlan> compile_plan(const plan::Plan& plan, bool trust_claims) const;
  [[nodiscard]] Result<StatementResult> run_plan(const plan::Plan& plan);
  /// run_plan without warnings.
  [[nodiscard]] Result<StatementResult> output_of(const plan::Plan& plan) const;
  [[nodiscard]] Result<exec::Output> execute_plan(const plan::Plan& plan, bool in_pieces) const;
  /// run_plan whose rows come as several batches: for what passes them on.
  [[nodiscard]] Result<exec::Output> run_in_pieces(const plan::Plan& plan);
  /// With its place in the statement's own text, of which the plan was made.
  [[nodiscard]] Error placed(Error failure, const plan::Plan& plan) const;
  /// bind::DrawNumbers.
  [[nodiscard]] Result<std::vector<bind::Drawn>> draw_numbers(const plan::Plan& rows,
                                                              const std::vector<const sql::FunctionCall*>& calls) const;
  [[nodiscard]] Result<StatementResult> run_written(const plan::Plan& plan);
  // Results that are kept (run_cached.cc).
  struct CacheKey {
    std::string text;
    std::string refusal;  // why there is none
  };
  [[nodiscard]] std::optional<CacheRequest> cache_wanted() const;
  [[nodiscard]] CacheKey cache_key(const plan::Plan& plan) const;
  /// What would be: kKept where it is not there yet.
  [[nodiscard]] CacheUse cache_use(const plan::Plan& plan) const;
  [[nodiscard]] Result<StatementResult> run_cached(const sql::Query& query, const CacheRequest& wanted);
  /// `definition` null: of a query.
  [[nodiscard]] static Result<StatementResult> describe(const Schema& schema, const catalog::TableDefinition* definition);
  [[nodiscard]] Result<StatementResult> describe(const sql::Describe& describe) const;
  /// The columns of a table, view or file.
  [[nodiscard]] Result<Schema> schema_of(const sql::QualifiedName& name) const;

  Database& database_;
  Session& session_;
  catalog::Transaction& changes_;
  std::string_view sql_;
  const Values& parameters_;
  const RunOptions& options_;
  const Settings settings_;  // the session's when the statement began
  const Constants constants_;
  const Names names_;
  const std::int64_t now_;  // one moment a statement, or that of BEGIN
  std::vector<std::string> warnings_;
  mutable bind::Randomness random_;
  mutable bool reads_clock_ = false;
  bool draws_ = true;           // false: what is bound does not run, so no sequence moves on
  mutable bool drawn_ = false;  // rows were numbered
};

}  // namespace trueno::session
