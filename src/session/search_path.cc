#include "session/search_path.h"

#include "base/name.h"
#include "catalog/catalog.h"

namespace trueno::session {

using catalog::ObjectName;
using catalog::Space;

// The schema that the first `count` parts name. `memory` alone is the database's main schema, unless a schema is called so.
std::optional<std::string> SearchPath::schema(const catalog::Root& root, const std::vector<sql::Name>& parts, std::size_t count) const {
  std::string last = lower_name(parts[count - 1].text);
  const bool known = root.has_schema(last) && !catalog::Catalog::is_temporary(last);
  if (count == 1) {
    if (last == kTemporaryName) return temporary;
    if (known) return last;
    return last == kDatabaseName ? std::optional<std::string>(catalog::kMainSchema) : std::nullopt;
  }
  if (count != 2) return std::nullopt;
  const std::string database = lower_name(parts[0].text);
  if (database == kTemporaryName && last == catalog::kMainSchema) return temporary;
  return database == kDatabaseName && known ? std::optional(last) : std::nullopt;
}

std::optional<std::string> SearchPath::schema(const catalog::Root& root, const sql::QualifiedName& name) const {
  return schema(root, name.parts, name.parts.size());
}

std::optional<ObjectName> SearchPath::find(const catalog::Root& root, Space space, const sql::QualifiedName& name) const {
  const std::string last = lower_name(name.last().text);
  if (name.parts.size() > 1) {
    const std::optional<std::string> place = schema(root, name.parts, name.parts.size() - 1);
    if (!place) return std::nullopt;
    ObjectName object{space, *place, last};
    return root.entries.contains(object) ? std::optional(std::move(object)) : std::nullopt;
  }
  for (const std::string& place : {temporary, current, std::string(catalog::kMainSchema)}) {
    ObjectName object{space, place, last};
    if (root.entries.contains(object)) return object;
  }
  return std::nullopt;
}

Result<ObjectName> SearchPath::place(const catalog::Root& root, Space space, const sql::QualifiedName& name, bool temporary_thing) const {
  std::string schema_name = temporary_thing ? temporary : current;
  if (name.parts.size() > 1) {
    const std::optional<std::string> written = schema(root, name.parts, name.parts.size() - 1);
    sql::QualifiedName schema_parts{{name.parts.begin(), name.parts.end() - 1}};
    if (!written)
      return error(ErrorCode::kCatalog, "no schema {}", schema_parts.to_string()).hint("CREATE SCHEMA makes one").at(name.span());
    if (temporary_thing && *written != temporary)
      return error(ErrorCode::kCatalog, "a temporary thing has no schema but {}", kTemporaryName).at(name.span());
    schema_name = *written;
  }
  return ObjectName{space, std::move(schema_name), lower_name(name.last().text)};
}

std::vector<ObjectName> SearchPath::visible(const catalog::Root& root, Space space) const {
  std::vector<ObjectName> names = root.names(space);
  std::erase_if(names, [&](const ObjectName& name) { return catalog::Catalog::is_temporary(name.schema) && name.schema != temporary; });
  return names;
}

std::string schema_text(const std::string& schema) { return catalog::Catalog::is_temporary(schema) ? kTemporaryName : schema; }

}  // namespace trueno::session
