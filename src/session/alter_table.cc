#include "session/alter_table.h"

#include <algorithm>

namespace trueno::session {

bool uses_column(const catalog::TableDefinition& definition, const catalog::ObjectName& table, int column) {
  const auto has = [column](const std::vector<int>& columns) { return std::ranges::count(columns, column) != 0; };
  return std::ranges::any_of(definition.keys, [&](const KeyColumns& key) { return has(key.columns); }) ||
         std::ranges::any_of(definition.foreign_keys, [&](const catalog::ForeignKey& key) {
           return has(key.columns) || (key.table == table && has(key.referenced));
         });
}

catalog::TableDefinition without_column(catalog::TableDefinition definition, const catalog::ObjectName& table, int column) {
  const auto renumber = [column](std::vector<int>& columns) {
    for (int& number : columns) number -= number > column ? 1 : 0;
  };
  const auto at = static_cast<std::size_t>(column);
  if (at < definition.defaults.size()) definition.defaults.erase(definition.defaults.begin() + column);
  for (KeyColumns& key : definition.keys) renumber(key.columns);
  for (catalog::ForeignKey& key : definition.foreign_keys) {
    renumber(key.columns);
    if (key.table == table) renumber(key.referenced);
  }
  return definition;
}

void shift_own_keys(catalog::TableDefinition& definition, const catalog::ObjectName& table) {
  for (catalog::ForeignKey& key : definition.foreign_keys) {
    if (key.table == table) ++key.key;
  }
}

}  // namespace trueno::session
