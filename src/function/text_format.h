#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "kernel/host.h"

namespace trueno::function {

/// What printf and format can print; other types are printed as their text.
enum class Printed : char { kText = 's', kBoolean = 'b', kInteger = 'i', kHugeInteger = 'h', kFloat = 'f' };

/// One placeholder of a format, of printf's kind or of format's, read.
struct FormatSpec {
  std::string fill = " ";  // one character
  char align = 0;          // '<', '>', '^'; 0: numbers right, texts left (printf: all right)
  char sign = 0;           // '+' or ' ': before numbers that are not negative
  bool alternate = false;  // 0x, 0b, 0 before digits of another radix
  bool zeros = false;      // zeros between sign and digits up to the width
  std::int64_t width = 0;
  std::int64_t precision = -1;
  char grouping = 0;       // between thousands
  char type = 0;           // d i u x X o b B c f F e E g G a A s, or none
  bool as_printf = false;  // other radices show two's complement; %c is possible
};

/// Appends a valid cell. kInvalidInput where type or precision do not fit the value.
[[nodiscard]] Status append_formatted(const FormatSpec& spec, Printed kind, const kernel::Cell& cell, std::string& out);

}  // namespace trueno::function
