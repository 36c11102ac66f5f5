#pragma once

namespace trueno::function {

/// Simple case mappings of Unicode 14.0: one code point to one, independent of the language.
[[nodiscard]] char32_t upper_case(char32_t code);
[[nodiscard]] char32_t lower_case(char32_t code);

}  // namespace trueno::function
