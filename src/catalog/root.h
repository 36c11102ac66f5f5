#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "catalog/object.h"

namespace trueno::catalog {

/// Everything that names stand for at one moment. Immutable once it is shared: who holds a root reads without locks.
struct Root {
  std::map<ObjectName, EntryPtr> entries;

  /// Null when there is none, or it is of another kind. The pointer keeps the entry alive.
  template <class T>
  [[nodiscard]] std::shared_ptr<const T> find(const ObjectName& name) const {
    const auto found = entries.find(name);
    if (found == entries.end()) return nullptr;
    const T* object = std::get_if<T>(&found->second->object);
    return object == nullptr ? nullptr : std::shared_ptr<const T>(found->second, object);
  }
  /// 0 when there is none.
  [[nodiscard]] std::uint64_t stamp_of(const ObjectName& name) const {
    const auto found = entries.find(name);
    return found == entries.end() ? 0 : found->second->stamp;
  }
  [[nodiscard]] bool has_schema(const std::string& schema) const { return entries.contains({Space::kSchema, "", schema}); }
  /// Names of a space in ascending order; `schema` empty: of all schemas.
  [[nodiscard]] std::vector<ObjectName> names(Space space, const std::string& schema = {}) const;
  /// Tables whose foreign keys name `table`, itself among them.
  [[nodiscard]] std::vector<ObjectName> referrers(const ObjectName& table) const;
  [[nodiscard]] std::vector<ObjectName> indexes_of(const ObjectName& table) const;
  /// Whatever lies in a schema.
  [[nodiscard]] std::vector<ObjectName> content_of(const std::string& schema) const;
};
using RootPtr = std::shared_ptr<const Root>;

}  // namespace trueno::catalog
