#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "column/value.h"

namespace trueno::session {

/// Values for the parameters of a statement: `?` and `$1` by number, `$name` by name. Not thread-safe.
struct Parameters {
  std::vector<std::optional<Value>> positional;  // `$1` is [0]; nothing: not bound
  std::vector<std::pair<std::string, Value>> named;

  void bind(std::size_t index, Value value);
  /// `name` with or without its `$`; names compare case-insensitively.
  void bind(std::string_view name, Value value);
  void clear();
};

/// The parameters a text has. `?` are counted from 1 in each statement.
struct ParameterNames {
  std::uint32_t positional = 0;
  std::vector<std::string> named;  // without `$`, each once
};
[[nodiscard]] ParameterNames find_parameters(std::string_view sql);

/// The positional values in the form binding takes. kInvalidInput for a gap between them, or a value that nothing in the text asks for.
/// (That a value is missing is for the binder to say, who knows where.)
[[nodiscard]] Result<std::vector<Value>> values_for(const Parameters& parameters, const ParameterNames& wanted);

}  // namespace trueno::session
