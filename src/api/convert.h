#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "column/value.h"
#include "session/session.h"
#include "trueno/backend.h"
#include "trueno/failure.h"
#include "trueno/value.h"

namespace trueno::api {

/// An error as the API gives it; `sql` is the text its span refers to.
[[nodiscard]] Failure to_failure(const Error& error, std::string_view sql = {});
[[nodiscard]] Failure failure(FailureCode code, std::string message, std::string hint = {});

[[nodiscard]] Value to_value(const Parameter& parameter);

/// The value of the setting `backend`.
[[nodiscard]] std::string_view backend_name(Backend backend);

}  // namespace trueno::api
