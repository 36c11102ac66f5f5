#pragma once

#include <string_view>

namespace trueno {

/// Of these headers.
inline constexpr std::string_view kVersion = "0.1.0";

}  // namespace trueno
