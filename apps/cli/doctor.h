#pragma once

#include <string>
#include <vector>

#include "options.h"
#include "trueno/trueno.h"

namespace trueno::cli {

/// One line a finding, and its hint.
[[nodiscard]] std::string doctor_text(const std::vector<Finding>& findings);

/// `trueno doctor`: kExitFailed when something is broken.
[[nodiscard]] ExitCode run_doctor(const Database& database, bool json);

}  // namespace trueno::cli
