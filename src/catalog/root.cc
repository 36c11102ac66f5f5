#include "catalog/root.h"

#include <algorithm>

namespace trueno::catalog {

std::string ObjectName::to_string() const { return schema.empty() || schema == kMainSchema ? name : schema + "." + name; }

std::string_view kind_of(const Object& object) {
  constexpr std::string_view kKinds[] = {"schema", "table", "view", "sequence", "type", "macro", "index"};
  static_assert(std::size(kKinds) == std::variant_size_v<Object>);
  return kKinds[object.index()];
}

std::string key_of_index(const ObjectName& index) { return "unique index " + index.to_string(); }

std::vector<ObjectName> Root::names(Space space, const std::string& schema) const {
  std::vector<ObjectName> names;
  for (auto at = entries.lower_bound({space, schema, ""}); at != entries.end() && at->first.space == space; ++at) {
    if (!schema.empty() && at->first.schema != schema) break;
    names.push_back(at->first);
  }
  return names;
}

std::vector<ObjectName> Root::referrers(const ObjectName& table) const {
  std::vector<ObjectName> names;
  for (auto at = entries.lower_bound({Space::kRelation, "", ""}); at != entries.end() && at->first.space == Space::kRelation; ++at) {
    const auto* other = std::get_if<Table>(&at->second->object);
    if (other == nullptr) continue;
    const auto refers = [&](const ForeignKey& key) { return key.table == table; };
    if (std::ranges::any_of(other->definition->foreign_keys, refers)) names.push_back(at->first);
  }
  return names;
}

std::vector<ObjectName> Root::indexes_of(const ObjectName& table) const {
  std::vector<ObjectName> names;
  for (const ObjectName& name : this->names(Space::kIndex)) {
    if (find<Index>(name)->table == table) names.push_back(name);
  }
  return names;
}

std::vector<ObjectName> Root::content_of(const std::string& schema) const {
  std::vector<ObjectName> names;
  for (const auto& [name, entry] : entries) {
    if (name.space != Space::kSchema && name.schema == schema) names.push_back(name);
  }
  return names;
}

}  // namespace trueno::catalog
