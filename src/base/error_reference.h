#pragma once

#include <string_view>

#include "base/result.h"

namespace trueno {

/// What an error code means to the person who meets it, and the way out: one or two sentences for docs/reference/errors.md.
[[nodiscard]] std::string_view error_code_description(ErrorCode code);

}  // namespace trueno
