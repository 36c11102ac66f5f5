#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace trueno::sql {

/// A table that the statement under the cursor names, before or after the cursor, so that its columns can be offered.
struct NamedSource {
  std::string table;  // qualified, unquoted: "schema.t"; the path of a file; empty for a subquery
  std::string alias;  // empty when there is none
  bool operator==(const NamedSource&) const = default;
};

/// What could stand at a place in a text. The catalogue side (which tables, columns, functions) is for the caller: sql/ knows no names.
struct Completion {
  SourceSpan replaces;                // the word being typed, up to the cursor; empty and at the cursor when there is none
  std::string prefix;                 // that word, unquoted
  std::vector<std::string> keywords;  // upper case, sorted, those that begin with the prefix
  bool table = false;                 // a table, view or table function fits
  bool column = false;
  bool function = false;
  bool type = false;
  bool setting = false;
  std::string qualifier;  // `t` when the cursor stands behind "t.": only columns of t, or tables of schema t, fit
  std::vector<NamedSource> sources;
};

/// Looks at the statement of `sql` that holds byte `cursor` (clamped to the text). Never fails: broken text yields what can be said of it.
/// Inside a string or comment nothing is expected.
[[nodiscard]] Completion complete(std::string_view sql, std::size_t cursor);

}  // namespace trueno::sql
