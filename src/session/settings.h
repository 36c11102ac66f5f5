#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace trueno::session {

/// One setting: SHOW ALL, completion and the reference are made from this list.
struct Setting {
  std::string_view name;
  std::string_view values;  // "a|b" for a choice, "integer" or "boolean"
  std::string_view initial;
  std::string_view description;
};

[[nodiscard]] const std::vector<Setting>& all_settings();

/// The values of a session's settings. Not thread-safe.
class Settings {
 public:
  /// kCatalog when there is none of this name (with the nearest), kInvalidInput for a value outside its list.
  [[nodiscard]] Status set(std::string_view name, std::string value);
  [[nodiscard]] Result<std::string> get(std::string_view name) const;
  [[nodiscard]] std::int64_t integer(std::string_view name) const;
  [[nodiscard]] bool boolean(std::string_view name) const { return text(name) == "true"; }
  [[nodiscard]] std::string text(std::string_view name) const;

 private:
  std::map<std::string, std::string, std::less<>> changed_;
};

}  // namespace trueno::session
