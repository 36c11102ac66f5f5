#include "session/settings.h"

#include <algorithm>
#include <optional>
#include <unordered_map>

#include "base/int128.h"
#include "base/large_memory.h"
#include "base/name.h"
#include "base/number_text.h"
#include "bind/binder.h"
#include "bind/scope.h"
#include "optimize/optimize.h"

namespace trueno::session {

const std::vector<Setting>& all_settings() {
  static const std::vector<Setting> settings = {
      {"backend", "cost|gpu|simd|scalar|intensity", "cost",
       "Where pipelines run: on the device with the least predicted time, always on one, or on the GPU where computing there takes five "
       "times "
       "as long as moving."},
      {"cache_size_mb", "0..1048576", "512", "MiB of columns that a device with memory of its own may keep."},
      {"chunk_rows", "0..2048", "0", "Rows a CPU device evaluates at a time; 0: as it likes. For tests."},
      {"default_null_order", "NULLS_LAST|NULLS_FIRST|NULLS_FIRST_ON_ASC_LAST_ON_DESC|NULLS_LAST_ON_ASC_FIRST_ON_DESC", "NULLS_LAST",
       "Where NULLs come when ORDER BY does not say."},
      {"default_order", "asc|desc|ascending|descending", "asc", "The direction of ORDER BY where it does not say one."},
      {"disabled_optimizers", kRuleList, "", "Rules of the optimizer that are left out, divided by commas. No result depends on them."},
      {"dispatch_learning", "boolean", "true",
       "Earlier runs correct predictions, and pay for moving columns to a device; one run in a hundred tries the runner-up."},
      {"fallback", "cost|simd|scalar", "cost", "Where a pipeline runs when the GPU was asked for and cannot run it."},
      {"gpu_adapter", "hardware|software", "hardware", "Which adapter counts as a GPU: a real one, or a CPU that plays one (for tests)."},
      {"gpu_fallback", "warn|error|silent", "warn", "What happens when the GPU was asked for and cannot run a part of the query."},
      {"ieee_floating_point_ops", "boolean", "true",
       "Floats are divided, and functions of them answer, as IEEE 754 says; false: NULL for a division by zero, errors where a function is "
       "undefined."},
      {"integer_division", "boolean", "false", "`/` of integers is integer division."},
      {"memory_limit", kByteCount, "80%",
       "Memory the process may use for large blocks (all of its databases) before queries put states of theirs aside in temporary files, "
       "or "
       "fail. Bytes with a unit, or a part of the machine's memory."},
      {"morsel_rows", "1..1073741824", "131072", "Rows a worker takes at a time."},
      {"morsel_size_mb", "1..4096", "128", "MiB that a device with memory of its own takes at a time."},
      {"optimizer", "boolean", "true", "Whether optional rewrites of the plan are applied."},
      {"order_by_non_integer_literal", "boolean", "false", "Whether ORDER BY may name a constant, which orders nothing."},
      {"result_cache", "boolean", "false",
       "Whether results of queries are kept, and given again while nothing that they were made of has changed."},
      {"result_cache_mb", "0..1048576", "64", "MiB that kept results may take; those that were not used longest go first."},
      {"result_cache_seconds", "0..31536000", "0", "How old a kept result may be; 0: of any age."},
      {"scalar_subquery_error_on_multiple_rows", "boolean", "true",
       "Whether a subquery used as a value may give one row at most; false: its first row counts."},
      {"spill_morsels", "0..1000000", "0",
       "States are put aside after so many morsels of a worker; 0: for want of memory only. For tests."},
      {"statistics_answers", "boolean", "true", "Whether statistics may skip parts and answer without reading."},
      {"temp_directory", kAnyText, "", "Where temporary files are made; empty: where the system has its own."},
      {"threads", "0..1024", "0", "Worker threads; 0: one a core."},
      {"timeout_ms", "0..86400000", "0", "Milliseconds a statement may run; 0: no limit."},
  };
  return settings;
}

namespace {

// The engine's own questions, some twenty a statement, are written as the list is.
const Setting* find(std::string_view name) {
  static const std::unordered_map<std::string_view, const Setting*> as_written = [] {
    std::unordered_map<std::string_view, const Setting*> by_name;
    for (const Setting& setting : all_settings()) by_name.emplace(setting.name, &setting);
    return by_name;
  }();
  if (const auto known = as_written.find(name); known != as_written.end()) return known->second;
  const auto found = std::ranges::find_if(all_settings(), [&](const Setting& setting) { return same_name(setting.name, name); });
  return found == all_settings().end() ? nullptr : &*found;
}

Error unknown(std::string_view name) {
  std::vector<std::string> names;
  for (const Setting& setting : all_settings()) names.emplace_back(setting.name);
  const std::string near = bind::nearest_name(name, names);
  return error(ErrorCode::kCatalog, "no setting {}", name).hint(near.empty() ? "see SHOW ALL" : fmt::format("did you mean {}?", near));
}

// Bytes of a text as '512MB' (powers of 1000), '1.5 GiB' (powers of 1024) or '80%'; nothing when it is none.
std::optional<std::int64_t> parse_bytes(std::string_view text) {
  struct Unit {
    std::string_view name;
    double bytes;
  };
  static constexpr Unit kUnits[] = {{"", 1},         {"b", 1},    {"byte", 1},  {"bytes", 1},           {"k", 1e3}, {"kb", 1e3},
                                    {"kib", 1024},   {"m", 1e6},  {"mb", 1e6},  {"mib", 1024.0 * 1024}, {"g", 1e9}, {"gb", 1e9},
                                    {"gib", 0x1p30}, {"t", 1e12}, {"tb", 1e12}, {"tib", 0x1p40}};
  const std::size_t digits = std::min(text.find_first_not_of("0123456789."), text.size());
  const std::optional<double> number = parse_double(text.substr(0, digits));
  if (!number || digits == 0) return std::nullopt;
  std::string_view rest = text.substr(digits);
  while (rest.starts_with(' ')) rest.remove_prefix(1);
  double bytes = 0;
  if (rest == "%") {
    if (*number > 100) return std::nullopt;
    bytes = *number / 100 * static_cast<double>(machine_memory());
  } else {
    const std::string name = lower_name(rest);
    const auto* unit = std::ranges::find(kUnits, name, &Unit::name);
    if (unit == std::end(kUnits)) return std::nullopt;
    bytes = *number * unit->bytes;
  }
  return bytes >= 1 && bytes <= 0x1p62 ? std::optional(static_cast<std::int64_t>(bytes)) : std::nullopt;
}

// The value as it is kept: choices as they are listed, booleans as true and false. Nothing when it is not allowed.
std::optional<std::string> normalised(const Setting& setting, std::string_view value) {
  if (setting.values == kAnyText) return std::string(value);
  if (setting.values == kByteCount) return parse_bytes(value) ? std::optional(std::string(value)) : std::nullopt;
  if (setting.values == "boolean") {
    const std::string lower = lower_name(value);
    if (lower == "on" || lower == "off") return lower == "on" ? "true" : "false";
    const std::optional<bool> parsed = parse_boolean(value);
    return parsed ? std::optional<std::string>(*parsed ? "true" : "false") : std::nullopt;
  }
  if (const std::size_t dots = setting.values.find(".."); dots != std::string_view::npos) {
    const std::optional<i128> number = parse_i128(value);
    const bool fits =
        number && *number >= *parse_i128(setting.values.substr(0, dots)) && *number <= *parse_i128(setting.values.substr(dots + 2));
    return fits ? std::optional(to_string(*number)) : std::nullopt;
  }
  for (std::string_view rest = setting.values; !rest.empty();) {
    const std::string_view choice = rest.substr(0, rest.find('|'));
    if (same_name(choice, value)) return std::string(choice);
    rest.remove_prefix(std::min(choice.size() + 1, rest.size()));
  }
  return std::nullopt;
}

Result<std::string> normalised_rules(std::string_view list) {
  std::string kept;
  for (const std::string& name : TRUENO_TRY(optimize::rules_named(list))) kept += (kept.empty() ? "" : ",") + name;
  return kept;
}

std::string allowed_values(const Setting& setting) {
  if (setting.values == "boolean") return "true or false";
  if (setting.values == kByteCount) return "bytes with a unit: '512MB', '1.5GiB', '80%'";
  const std::size_t dots = setting.values.find("..");
  if (dots == std::string_view::npos) return fmt::format("one of {}", setting.values);
  return fmt::format("a whole number from {} to {}", setting.values.substr(0, dots), setting.values.substr(dots + 2));
}

}  // namespace

Settings::Settings(const Settings& other) { *this = other; }

Settings& Settings::operator=(const Settings& other) {
  if (this == &other) return *this;
  std::map<std::string, std::string, std::less<>> changed;
  {
    const LockGuard lock(other.mutex_);
    changed = other.changed_;
  }
  const LockGuard lock(mutex_);
  changed_ = std::move(changed);
  return *this;
}

Status Settings::set(std::string_view name, std::string_view value) {
  const Setting* setting = find(name);
  if (setting == nullptr) return unknown(name);
  std::optional<std::string> kept = setting->values == kRuleList ? TRUENO_TRY(normalised_rules(value)) : normalised(*setting, value);
  if (!kept) return error(ErrorCode::kInvalidInput, "{} cannot be '{}'", setting->name, value).hint(allowed_values(*setting));
  const LockGuard lock(mutex_);
  changed_[std::string(setting->name)] = std::move(*kept);
  return {};
}

Status Settings::reset(std::string_view name) {
  const Setting* setting = find(name);
  if (setting == nullptr) return unknown(name);
  const LockGuard lock(mutex_);
  changed_.erase(std::string(setting->name));
  return {};
}

void Settings::reset_all() {
  const LockGuard lock(mutex_);
  changed_.clear();
}

Result<std::string> Settings::get(std::string_view name) const {
  const Setting* setting = find(name);
  if (setting == nullptr) return unknown(name);
  return text(setting->name);
}

std::string Settings::text(std::string_view name) const {
  const LockGuard lock(mutex_);
  const auto changed = changed_.find(name);
  return changed != changed_.end() ? changed->second : std::string(find(name)->initial);
}

std::int64_t Settings::integer(std::string_view name) const { return static_cast<std::int64_t>(parse_i128(text(name)).value_or(0)); }

std::int64_t Settings::bytes(std::string_view name) const { return parse_bytes(text(name)).value_or(0); }

}  // namespace trueno::session
