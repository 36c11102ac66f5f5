#include "catalog/catalog.h"

#include "base/name.h"

namespace trueno::catalog {

std::vector<std::string> Catalog::table_names() const {
  const LockGuard lock(mutex_);
  std::vector<std::string> names;
  for (const auto& [name, table] : tables_) names.push_back(name);
  return names;
}

std::shared_ptr<const Table> Catalog::find_table(const std::string& name) const {
  const LockGuard lock(mutex_);
  const auto found = tables_.find(lower_name(name));
  return found == tables_.end() ? nullptr : found->second;
}

Status Catalog::create_table(const std::string& name, std::shared_ptr<const TableData> data, bool replace) {
  const LockGuard lock(mutex_);
  const std::string key = lower_name(name);
  if (!replace && tables_.contains(key))
    return error(ErrorCode::kCatalog, "table {} exists already", name).hint("CREATE OR REPLACE TABLE, or CREATE TABLE IF NOT EXISTS");
  tables_[key] = std::make_shared<const Table>(Table{next_table_id_++, 1, std::move(data)});
  return {};
}

Status Catalog::commit(const std::string& name, const Table& base, std::shared_ptr<const TableData> data) {
  const LockGuard lock(mutex_);
  const auto current = tables_.find(lower_name(name));
  if (current == tables_.end() || current->second->id != base.id || current->second->version != base.version)
    return error(ErrorCode::kConflict, "table {} was changed meanwhile by another statement", name).hint("run the statement again");
  current->second = std::make_shared<const Table>(Table{base.id, base.version + 1, std::move(data)});
  return {};
}

Status Catalog::drop_tables(const std::vector<std::string>& names, bool missing_ok) {
  const LockGuard lock(mutex_);
  for (const std::string& name : names) {
    if (!missing_ok && !tables_.contains(lower_name(name))) return error(ErrorCode::kCatalog, "no table {}", name);
  }
  for (const std::string& name : names) tables_.erase(lower_name(name));
  return {};
}

}  // namespace trueno::catalog
