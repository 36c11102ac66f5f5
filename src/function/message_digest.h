#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace trueno::function {

// Digests of bytes. They tell accidental changes apart; MD5 and SHA-1 protect against no attacker.

[[nodiscard]] std::array<std::uint8_t, 16> md5_of(std::string_view bytes);     // RFC 1321
[[nodiscard]] std::array<std::uint8_t, 20> sha1_of(std::string_view bytes);    // FIPS 180-4
[[nodiscard]] std::array<std::uint8_t, 32> sha256_of(std::string_view bytes);  // FIPS 180-4

}  // namespace trueno::function
