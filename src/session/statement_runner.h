#pragma once

#include <cstdint>
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

/// Bound values, as binding takes them.
struct Values {
  std::vector<Value> positional;
  std::vector<std::pair<std::string, Value>> named;
};

/// Takes one statement from its AST to its result: bind, optimise, compile, run. One a statement; not thread-safe. A statement that fails
/// leaves nothing behind: what changes is made on the side and swapped in as the last step.
///
/// Each group of statements has a file: run_query.cc, run_table.cc (CREATE TABLE and VIEW, DROP), run_insert.cc, run_setting.cc (SET,
/// RESET, SHOW), run_explain.cc, run_prepared.cc, run_change.cc (UPDATE, DELETE, TRUNCATE). run_constraints.cc is what tables demand of
/// rows.
class StatementRunner {
 public:
  /// All arguments outlive the runner. `sql` is the text the statement's spans refer to.
  StatementRunner(Database& database, Session& session, std::string_view sql, const Values& parameters, const RunOptions& options);

  [[nodiscard]] Result<StatementResult> run(const sql::Statement& statement);

 private:
  [[nodiscard]] Result<StatementResult> run(const sql::QueryStatement& query);
  [[nodiscard]] Result<StatementResult> run(const sql::CreateTable& create);
  [[nodiscard]] Result<StatementResult> run(const sql::CreateView& create);
  [[nodiscard]] Result<StatementResult> run(const sql::Insert& insert);
  [[nodiscard]] Result<StatementResult> run(const sql::Update& update);
  [[nodiscard]] Result<StatementResult> run(const sql::Delete& node);
  [[nodiscard]] Result<StatementResult> run(const sql::Truncate& truncate);
  [[nodiscard]] Result<StatementResult> run(const sql::Drop& drop);
  [[nodiscard]] Result<StatementResult> run(const sql::Set& set);
  [[nodiscard]] Result<StatementResult> run(const sql::Reset& reset);
  [[nodiscard]] Result<StatementResult> run(const sql::Show& show);
  [[nodiscard]] Result<StatementResult> run(const sql::Explain& explain);
  [[nodiscard]] Result<StatementResult> run(const sql::Prepare& prepare);
  [[nodiscard]] Result<StatementResult> run(const sql::Execute& execute);
  [[nodiscard]] Result<StatementResult> run(const sql::Deallocate& deallocate);

  [[nodiscard]] bind::Context bind_context() const;
  /// The table a statement changes; kCatalog with the nearest name.
  [[nodiscard]] Result<std::shared_ptr<const catalog::Table>> table_named(const sql::QualifiedName& name) const;
  [[nodiscard]] Result<plan::PlanPtr> plan_query(const sql::Query& query) const;
  [[nodiscard]] Result<plan::PlanPtr> optimised(plan::PlanPtr plan) const;
  /// The rows an INSERT adds, in the table's types.
  [[nodiscard]] Result<plan::PlanPtr> plan_insert(const sql::Insert& insert, const catalog::Table& table) const;
  /// Rewrites the row groups of a table that hold a row for which `condition` is true: only the rows for which `keep` is true (null: all),
  /// each as `values`. `rewritten` gets these rows, and where they came from. `condition`, `keep` and `values` are over the table's
  /// columns.
  [[nodiscard]] Result<std::shared_ptr<const TableData>> rewrite(const catalog::Table& table, const plan::Expression& condition,
                                                                 const plan::Expression* keep, std::vector<plan::Expression> values,
                                                                 StatementResult& rewritten);
  /// Defaults and constraints of a table; sets columns of `schema` NOT NULL that are so.
  [[nodiscard]] Result<catalog::TableDefinition> define(const sql::CreateTable& create, Schema& schema) const;
  /// By column, in its type; NULL where there is none.
  [[nodiscard]] Result<std::vector<plan::Expression>> defaults_of(const catalog::TableDefinition& definition, const Schema& schema) const;
  /// kConstraint when a row violates a CHECK.
  [[nodiscard]] Status check_rows(const std::string& name, const catalog::TableDefinition& definition, const Schema& schema,
                                  const Batch& rows);
  /// What a version holds whose first rows are those of `before` (null: none): its indexes. kConstraint when a key occurs twice.
  [[nodiscard]] Result<catalog::TableContent> indexed(const catalog::TableDefinition& definition, const catalog::TableContent* before,
                                                      std::shared_ptr<const TableData> data) const;
  /// kConstraint when a row that is to be added to table `name` refers to a key that is not there.
  [[nodiscard]] Status check_foreign_keys(const std::string& name, const catalog::TableDefinition& definition,
                                          const catalog::TableContent& content, const Batch& added) const;
  /// kConstraint when a row of some table refers to a key that the new content of table `name` has not.
  [[nodiscard]] Status check_referrers(const std::string& name, const catalog::TableContent& content) const;
  /// What a statement runs over rows; null when it only changes the catalogue or the session.
  [[nodiscard]] Result<plan::PlanPtr> plan_statement(const sql::Statement& statement) const;
  [[nodiscard]] exec::Options exec_options() const;
  void warn_of_refusals(const std::vector<exec::PipelineProfile>& profile);
  [[nodiscard]] Result<kernel::PipelinePlan> compile_plan(const plan::Plan& plan, bool trust_claims) const;
  [[nodiscard]] Result<StatementResult> run_plan(const plan::Plan& plan);
  [[nodiscard]] Result<StatementResult> describe(const Schema& schema) const;
  [[nodiscard]] Result<StatementResult> describe(const sql::Describe& describe) const;

  Database& database_;
  Session& session_;
  std::string_view sql_;
  const Values& parameters_;
  const RunOptions& options_;
  const Settings settings_;  // the session's when the statement began
  const Constants constants_;
  const Names names_;
  const std::int64_t now_ = Clock::system().now_micros();  // one moment a statement
  std::vector<std::string> warnings_;
};

}  // namespace trueno::session
