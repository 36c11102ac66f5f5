#include "session/settings.h"

#include <algorithm>
#include <cstdlib>

#include "base/int128.h"
#include "bind/binder.h"

namespace trueno::session {

const std::vector<Setting>& all_settings() {
  static const std::vector<Setting> settings = {
      {"backend", "cost|simd|scalar", "cost", "Who decides where a pipeline runs: measured cost, or one device."},
      {"threads", "integer", "0", "Worker threads; 0: one a core."},
      {"morsel_rows", "integer", "131072", "Rows a worker takes at a time."},
      {"chunk_rows", "integer", "0", "Rows a CPU device evaluates at a time, at most 2048; 0: as it likes. For tests."},
      {"integer_division", "boolean", "false", "`/` of integers is integer division."},
      {"optimizer", "boolean", "true", "Whether optional rewrites of the plan are applied."},
      {"statistics_answers", "boolean", "true", "Whether statistics may skip parts and answer without reading."},
  };
  return settings;
}

namespace {

const Setting* find(std::string_view name) {
  const auto found = std::ranges::find(all_settings(), name, &Setting::name);
  return found == all_settings().end() ? nullptr : &*found;
}

Error unknown(std::string_view name) {
  std::vector<std::string> names;
  for (const Setting& setting : all_settings()) names.emplace_back(setting.name);
  const std::string near = bind::nearest_name(name, names);
  return error(ErrorCode::kCatalog, "no setting {}", name).hint(near.empty() ? "see SHOW ALL" : fmt::format("did you mean {}?", near));
}

bool allowed(const Setting& setting, std::string_view value) {
  if (setting.values == "integer") {
    const auto number = parse_i128(value);
    return number && *number >= 0 && *number <= INT64_MAX;
  }
  const std::string choices = setting.values == "boolean" ? "|true|false|" : fmt::format("|{}|", setting.values);
  return choices.find(fmt::format("|{}|", value)) != std::string::npos;
}

}  // namespace

Status Settings::set(std::string_view name, std::string value) {
  const Setting* setting = find(name);
  if (setting == nullptr) return unknown(name);
  if (!allowed(*setting, value))
    return error(ErrorCode::kInvalidInput, "{} cannot be '{}'", name, value).hint(fmt::format("one of {}", setting->values));
  changed_[std::string(name)] = std::move(value);
  return {};
}

Result<std::string> Settings::get(std::string_view name) const {
  if (find(name) == nullptr) return unknown(name);
  return text(name);
}

std::string Settings::text(std::string_view name) const {
  const auto changed = changed_.find(name);
  return changed != changed_.end() ? changed->second : std::string(find(name)->initial);
}

std::int64_t Settings::integer(std::string_view name) const { return static_cast<std::int64_t>(parse_i128(text(name)).value_or(0)); }

}  // namespace trueno::session
