#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace trueno::session {

class Database;
class Settings;

enum class Health : std::uint8_t { kGood, kAbsent, kBroken };

/// One thing `trueno doctor` looks at.
struct Finding {
  std::string topic;
  Health health = Health::kGood;
  std::string text;
  std::string hint;  // what to do about it; empty when nothing has to be done
};

/// Looks at the machine and this installation: devices, instruction sets, the Arrow module, WebGPU, temporary files, settings that were
/// changed. Loads the Arrow module and, where there is one, the WebGPU library.
[[nodiscard]] std::vector<Finding> diagnose(const Database& database, const Settings& settings);

}  // namespace trueno::session
