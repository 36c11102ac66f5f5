#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "bind/binder.h"
#include "session/database.h"

namespace trueno::session {

/// What names stand for in one statement: tables and views as its transaction sees them, files by path, table functions, rows of VALUES.
class Names final : public bind::NameResolver {
 public:
  /// All arguments outlive it.
  Names(const Database& database, const catalog::Transaction& changes, SearchPath path, const Settings& settings,
        const plan::ConstantEvaluator& constants)
      : database_(database), changes_(changes), path_(std::move(path)), settings_(settings), constants_(constants) {}

  [[nodiscard]] std::optional<bind::NamedQuery> view(const sql::QualifiedName& name) const override;
  [[nodiscard]] Result<std::shared_ptr<const TableSource>> table(const sql::QualifiedName& name, bool is_file) const override;
  [[nodiscard]] Result<std::shared_ptr<const TableSource>> table_function(const std::string& name, const std::vector<Value>& arguments,
                                                                          const bind::NamedValues& options) const override;
  [[nodiscard]] Result<std::shared_ptr<const TableSource>> values(const Schema& schema,
                                                                  const std::vector<std::vector<plan::Expression>>& rows) const override;

  /// Null when there is none.
  template <class T>
  [[nodiscard]] std::shared_ptr<const T> find(catalog::Space space, const sql::QualifiedName& name) const {
    const auto found = path_.find(changes_.root(), space, name);
    return found ? changes_.root().find<T>(*found) : nullptr;
  }
  [[nodiscard]] const SearchPath& path() const { return path_; }

 private:
  const Database& database_;
  const catalog::Transaction& changes_;
  const SearchPath path_;
  const Settings& settings_;
  const plan::ConstantEvaluator& constants_;
};

/// The column's number. kBinder when there is none, with the nearest name.
[[nodiscard]] Result<int> column_number(const Schema& schema, const sql::Name& name);

/// The table of a name that came as text: `t`, `s.t`. kCatalog when there is none.
[[nodiscard]] Result<std::shared_ptr<const catalog::Table>> find_table(const catalog::Root& root, const SearchPath& path,
                                                                       const std::string& written);

/// "no table x", with the nearest name.
[[nodiscard]] Error no_table(const catalog::Root& root, const sql::QualifiedName& name);

}  // namespace trueno::session
