#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/threads.h"

namespace trueno::session {

/// Names of optimizer rules, divided by commas.
inline constexpr std::string_view kRuleList = "names of rules";

/// An amount of memory: '512MB', '1.5 GiB', '80%' of the machine's.
inline constexpr std::string_view kByteCount = "bytes";
/// Any text.
inline constexpr std::string_view kAnyText = "text";

/// One setting: SHOW ALL, completion and the reference are made from this list.
struct Setting {
  std::string_view name;
  std::string_view values;  // "a|b" for a choice, "boolean", "least..greatest" for a whole number, or one of the above
  std::string_view initial;
  std::string_view description;
};

[[nodiscard]] const std::vector<Setting>& all_settings();

/// The values of a session's settings. Thread-safe; a statement works on the copy it made when it began.
class Settings {
 public:
  Settings() = default;
  Settings(const Settings& other);
  Settings& operator=(const Settings& other);

  /// kCatalog when there is none of this name (with the nearest), kInvalidInput for a value that is not allowed.
  [[nodiscard]] Status set(std::string_view name, std::string_view value);
  /// Back to the initial value; kCatalog as above.
  [[nodiscard]] Status reset(std::string_view name);
  void reset_all();
  [[nodiscard]] Result<std::string> get(std::string_view name) const;

  // Of settings that exist.
  [[nodiscard]] std::int64_t integer(std::string_view name) const;
  [[nodiscard]] std::int64_t bytes(std::string_view name) const;
  [[nodiscard]] bool boolean(std::string_view name) const { return text(name) == "true"; }
  [[nodiscard]] std::string text(std::string_view name) const;

 private:
  mutable Mutex mutex_;
  std::map<std::string, std::string, std::less<>> changed_;  // only allowed values
};

}  // namespace trueno::session
