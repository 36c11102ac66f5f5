#include "bind/scope.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "base/name.h"
#include "bind/binder.h"
#include "bind/foreign_names.h"

namespace trueno::bind {

namespace {

// Whether what stands before the column's name in `name`, if anything, is the table of `c`.
bool is_of_table(const Scope::Column& c, const sql::QualifiedName& name) {
  const std::size_t parts = name.parts.size();
  if (parts < 2) return true;
  if (!same_name(c.table, name.parts[parts - 2].text)) return false;
  return parts == 2 || c.schema == Scope::kAnySchema || (!c.schema.empty() && same_name(c.schema, name.parts[parts - 3].text));
}

}  // namespace

bool Scope::has(const sql::QualifiedName& name) const {
  const bool bare = name.parts.size() == 1;
  return std::ranges::any_of(
      columns, [&](const Column& c) { return same_name(c.name, name.last().text) && is_of_table(c, name) && !(bare && c.hidden); });
}

bool Scope::has_table(std::string_view name) const {
  return std::ranges::any_of(columns, [&](const Column& c) { return same_name(c.table, name); });
}

// What qualified names may begin with, in words: an alias hides the name of its table, which people forget.
std::string Scope::tables_there() const {
  constexpr std::size_t kMostNamed = 3;
  std::vector<std::string> names;
  for (const Column& c : columns) {
    if (!c.table.empty() && std::ranges::find(names, c.table) == names.end()) names.push_back(c.table);
  }
  if (names.empty() || names.size() > kMostNamed) return {};
  return fmt::format("FROM has {}", fmt::join(names, ", "));
}

Result<int> Scope::find(const sql::QualifiedName& name) const {
  const std::string& column = name.last().text;
  const std::string table = name.parts.size() > 1 ? name.parts[name.parts.size() - 2].text : "";
  int found = -1;
  bool table_known = table.empty();
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (!is_of_table(columns[i], name)) continue;
    table_known = true;
    if (table.empty() && columns[i].hidden) continue;
    if (!same_name(columns[i].name, column)) continue;
    if (found >= 0) {
      const std::string& other = columns[static_cast<std::size_t>(found)].table;
      const bool told_apart = !other.empty() && !columns[i].table.empty() && !same_name(other, columns[i].table);
      return error(ErrorCode::kBinder, "column \"{}\" is ambiguous", column)
          .hint(told_apart ? fmt::format("write {}.{} or {}.{}", other, column, columns[i].table, column)
                           : "give the tables of FROM names that differ: FROM t AS a, t AS b")
          .at(name.span());
    }
    found = static_cast<int>(i);
  }
  if (found >= 0) return found;
  std::vector<std::string> names;
  if (!table_known) {
    for (const Column& c : columns) names.push_back(c.table);
    const std::string near = nearest_name(table, names);
    sql::QualifiedName whole = name;
    whole.parts.pop_back();
    return error(ErrorCode::kBinder, "no table \"{}\" in FROM", whole.parts.size() > 1 && has_table(table) ? whole.to_string() : table)
        .hint(near.empty() ? tables_there() : fmt::format("did you mean \"{}\"?", near))
        .at(name.span());
  }
  std::string tables;
  for (const Column& c : columns) {
    names.push_back(c.name);
    if (tables.empty()) tables = c.table;
  }
  const std::string near = nearest_name(column, names);
  std::string hint = near.empty() ? "" : fmt::format("did you mean \"{}\"?", near);
  if (const std::string_view foreign = foreign_value(lower_name(column)); table.empty() && !foreign.empty()) hint = foreign;
  if (hint.empty() && table.empty() && column.size() > 3) {
    const std::string word = nearest_name(column, {"DISTINCT", "NULL", "TRUE", "FALSE", "CURRENT_DATE", "CURRENT_TIMESTAMP"});
    if (!word.empty()) hint = fmt::format("did you mean {}?", word);
  }
  // "news" where 'news' was meant: the name is shorter than what was written.
  const SourceSpan written = name.last().span;
  if (hint.empty() && name.parts.size() == 1 && written.end - written.begin > column.size())
    hint = fmt::format("a text takes single quotes: '{}'", column);
  const bool one_table = !tables.empty() && std::ranges::all_of(columns, [&](const Column& c) { return c.table == tables; });
  return error(ErrorCode::kBinder, "no column \"{}\"{}", column, one_table ? " in table " + tables : "")
      .hint(std::move(hint))
      .at(name.span());
}

}  // namespace trueno::bind
