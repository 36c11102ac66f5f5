#pragma once

#include "session/database.h"

namespace trueno::session {

/// Takes one statement from its AST to its result: bind, optimise, compile, run. One a statement; not thread-safe.
class StatementRunner {
 public:
  StatementRunner(Database& database, const std::vector<Value>& parameters, const CancelToken& cancel)
      : database_(database), parameters_(parameters), cancel_(cancel) {}

  [[nodiscard]] Result<StatementResult> run(const sql::Statement& statement);

 private:
  [[nodiscard]] Result<plan::PlanPtr> plan_query(const sql::Query& query) const;
  [[nodiscard]] Result<StatementResult> run_query(const sql::Query& query) const;
  [[nodiscard]] Result<StatementResult> run_describe(const sql::Describe& describe) const;
  [[nodiscard]] Result<StatementResult> run_create(const sql::CreateTable& create) const;
  [[nodiscard]] Result<StatementResult> run_insert(const sql::Insert& insert) const;
  [[nodiscard]] Result<StatementResult> run_drop(const sql::Drop& drop) const;
  [[nodiscard]] Result<StatementResult> run_set(const sql::Set& set) const;
  [[nodiscard]] Result<StatementResult> run_show(const sql::Show& show) const;
  [[nodiscard]] Result<StatementResult> run_explain(const sql::Explain& explain) const;

  Database& database_;
  const std::vector<Value>& parameters_;
  const CancelToken& cancel_;
};

}  // namespace trueno::session
