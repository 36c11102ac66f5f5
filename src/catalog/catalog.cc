#include "catalog/catalog.h"

#include <algorithm>

#include "base/name.h"

namespace trueno::catalog {

namespace {

template <class Things>
std::vector<std::string> names_of(const Things& things) {
  std::vector<std::string> names;
  for (const auto& [name, thing] : things) names.push_back(name);
  return names;
}

template <class Thing>
std::shared_ptr<const Thing> find_in(const std::map<std::string, std::shared_ptr<const Thing>>& things, const std::string& name) {
  const auto found = things.find(lower_name(name));
  return found == things.end() ? nullptr : found->second;
}

}  // namespace

std::vector<std::string> Catalog::table_names() const {
  const LockGuard lock(mutex_);
  return names_of(tables_);
}

std::shared_ptr<const Table> Catalog::find_table(const std::string& name) const {
  const LockGuard lock(mutex_);
  return find_in(tables_, name);
}

std::vector<std::string> Catalog::view_names() const {
  const LockGuard lock(mutex_);
  return names_of(views_);
}

std::shared_ptr<const View> Catalog::find_view(const std::string& name) const {
  const LockGuard lock(mutex_);
  return find_in(views_, name);
}

Status Catalog::create_view(const std::string& name, View view, bool replace) {
  const LockGuard lock(mutex_);
  const std::string key = lower_name(name);
  if (tables_.contains(key)) return error(ErrorCode::kCatalog, "{} is a table", name).hint("choose another name, or drop the table");
  if (!replace && views_.contains(key))
    return error(ErrorCode::kCatalog, "view {} exists already", name).hint("CREATE OR REPLACE VIEW, or CREATE VIEW IF NOT EXISTS");
  views_[key] = std::make_shared<const View>(std::move(view));
  return {};
}

Status Catalog::drop_views(const std::vector<std::string>& names, bool missing_ok) {
  const LockGuard lock(mutex_);
  for (const std::string& name : names) {
    if (!missing_ok && !views_.contains(lower_name(name))) return error(ErrorCode::kCatalog, "no view {}", name);
  }
  for (const std::string& name : names) views_.erase(lower_name(name));
  return {};
}

std::string Catalog::referrer(const std::string& key, const std::vector<std::string>& leaving) const {
  for (const auto& [name, table] : tables_) {
    const bool refers = std::ranges::any_of(table->definition->foreign_keys, [&](const ForeignKey& f) { return f.table == key; });
    if (refers && std::ranges::find(leaving, name) == leaving.end()) return name;
  }
  return {};
}

Status Catalog::create_table(const std::string& name, TableDefinition definition, TableContent content, bool replace) {
  const LockGuard lock(mutex_);
  const std::string key = lower_name(name);
  if (views_.contains(key)) return error(ErrorCode::kCatalog, "{} is a view", name).hint("choose another name, or drop the view");
  if (!replace && tables_.contains(key))
    return error(ErrorCode::kCatalog, "table {} exists already", name).hint("CREATE OR REPLACE TABLE, or CREATE TABLE IF NOT EXISTS");
  if (const std::string other = referrer(key, {key}); tables_.contains(key) && !other.empty())
    return error(ErrorCode::kCatalog, "table {} cannot be replaced: table {} refers to it", name, other);
  tables_[key] = std::make_shared<const Table>(
      Table{next_table_id_++, 1, std::make_shared<const TableDefinition>(std::move(definition)), std::move(content)});
  return {};
}

Status Catalog::commit(const std::string& name, const Table& base, TableContent content) {
  const LockGuard lock(mutex_);
  const auto current = tables_.find(lower_name(name));
  if (current == tables_.end() || current->second->id != base.id || current->second->version != base.version)
    return error(ErrorCode::kConflict, "table {} was changed meanwhile by another statement", name).hint("run the statement again");
  current->second = std::make_shared<const Table>(Table{base.id, base.version + 1, base.definition, std::move(content)});
  return {};
}

Status Catalog::drop_tables(const std::vector<std::string>& names, bool missing_ok) {
  const LockGuard lock(mutex_);
  std::vector<std::string> keys;
  for (const std::string& name : names) keys.push_back(lower_name(name));
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (!tables_.contains(keys[i])) {
      if (missing_ok) continue;
      return error(ErrorCode::kCatalog, "no table {}", names[i]);
    }
    if (const std::string other = referrer(keys[i], keys); !other.empty())
      return error(ErrorCode::kCatalog, "table {} cannot be dropped: table {} refers to it", names[i], other)
          .hint("drop both in one DROP TABLE");
  }
  for (const std::string& key : keys) tables_.erase(key);
  return {};
}

}  // namespace trueno::catalog
