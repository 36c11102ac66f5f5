#pragma once

#include <memory>
#include <string>
#include <vector>

#include "bind/binder.h"
#include "session/database.h"

namespace trueno::session {

/// What names stand for in one session: tables and views of the catalog, files by path, table functions, rows of VALUES.
class Names final : public bind::NameResolver {
 public:
  /// All arguments outlive it.
  Names(const Database& database, const Settings& settings, const plan::ConstantEvaluator& constants)
      : database_(database), settings_(settings), constants_(constants) {}

  [[nodiscard]] std::optional<bind::NamedQuery> view(const sql::QualifiedName& name) const override;
  [[nodiscard]] Result<std::shared_ptr<const TableSource>> table(const sql::QualifiedName& name, bool is_file) const override;
  [[nodiscard]] Result<std::shared_ptr<const TableSource>> table_function(const std::string& name,
                                                                          const std::vector<Value>& arguments) const override;
  [[nodiscard]] Result<std::shared_ptr<const TableSource>> values(const Schema& schema,
                                                                  const std::vector<std::vector<plan::Expression>>& rows) const override;

 private:
  const Database& database_;
  const Settings& settings_;
  const plan::ConstantEvaluator& constants_;
};

/// The column's number. kBinder when there is none, with the nearest name.
[[nodiscard]] Result<int> column_number(const Schema& schema, const sql::Name& name);

/// "no table x", with the nearest name.
[[nodiscard]] Error no_table(const Database& database, const sql::QualifiedName& name);

}  // namespace trueno::session
