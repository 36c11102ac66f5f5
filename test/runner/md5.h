#pragma once

#include <string>
#include <string_view>

namespace trueno::test {

/// The MD5 digest of bytes as 32 hexadecimal digits; sqllogictest abbreviates long results by it. Source: RFC 1321.
std::string md5(std::string_view bytes);

}  // namespace trueno::test
