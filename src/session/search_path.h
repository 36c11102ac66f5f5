#pragma once

#include <optional>
#include <string>
#include <vector>

#include "catalog/root.h"
#include "sql/ast.h"

namespace trueno::session {

/// The name of the one database, in `memory.main.t`.
inline constexpr char kDatabaseName[] = "memory";
/// The schema of temporary things, as it is written.
inline constexpr char kTemporaryName[] = "temp";

/// Where a session looks for names that do not say their schema: its temporary things, its current schema, main.
struct SearchPath {
  std::string temporary;
  std::string current;

  /// What a written name stands for; nothing when there is none.
  [[nodiscard]] std::optional<catalog::ObjectName> find(const catalog::Root& root, catalog::Space space,
                                                        const sql::QualifiedName& name) const;
  /// Where CREATE puts a thing of this name. kCatalog when there is no such schema or database.
  [[nodiscard]] Result<catalog::ObjectName> place(const catalog::Root& root, catalog::Space space, const sql::QualifiedName& name,
                                                  bool temporary_thing = false) const;
  /// The schema that one or two written parts name: `s`, `memory.s`; nothing when there is none.
  [[nodiscard]] std::optional<std::string> schema(const catalog::Root& root, const sql::QualifiedName& name) const;

  /// Things of all schemas but other sessions' temporary ones, in ascending order of schema and name.
  [[nodiscard]] std::vector<catalog::ObjectName> visible(const catalog::Root& root, catalog::Space space) const;

 private:
  [[nodiscard]] std::optional<std::string> schema(const catalog::Root& root, const std::vector<sql::Name>& parts, std::size_t count) const;
};

/// A schema as people know it.
[[nodiscard]] std::string schema_text(const std::string& schema);

}  // namespace trueno::session
