#pragma once

#include <cstdint>
#include <string>

namespace trueno {

enum class Health : std::uint8_t {
  kGood,
  kAbsent,  // not there, and everything works without it
  kBroken,  // something will fail
};

/// One thing Database::diagnose looked at.
struct Finding {
  std::string topic;
  Health health = Health::kGood;
  std::string text;
  std::string hint;  // what to do about it; empty when nothing has to be done
};

}  // namespace trueno
