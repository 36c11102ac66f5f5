#pragma once

#include "dispatch/devices.h"

namespace trueno::session {

/// Measured rates of devices as files of the user's cache folder: $TRUENO_CACHE_DIR, else $XDG_CACHE_HOME/trueno, else ~/.cache/trueno. A
/// folder that cannot be written costs a measurement in each process, and nothing else.
[[nodiscard]] dispatch::RatesStore rates_in_cache_folder();

}  // namespace trueno::session
