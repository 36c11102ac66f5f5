#pragma once

#include <compare>
#include <cstdint>
#include <string>

namespace trueno::catalog {

/// Things of one space cannot share a name; a table and a view are of one.
enum class Space : std::uint8_t { kSchema, kRelation, kSequence, kType, kMacro, kTableMacro, kIndex };

/// The schema that is always there.
inline constexpr char kMainSchema[] = "main";

/// The name of one thing. Both parts in lower case; a schema lies in the schema "".
struct ObjectName {
  Space space = Space::kRelation;
  std::string schema;
  std::string name;

  auto operator<=>(const ObjectName&) const = default;
  /// For messages: "t", or "s.t" outside of main.
  [[nodiscard]] std::string to_string() const;
};

}  // namespace trueno::catalog
