// Digests of texts and BLOBs, as hexadecimal digits and as numbers.
#include "function/families.h"
#include "function/message_digest.h"
#include "function/overload.h"

namespace trueno::function {

namespace {

using kernel::Cell;
using enum TypeId;

template <auto digest>
Status hex_digest(std::span<const Cell> args, Cell& result, Arena& arena) {
  std::string out;
  for (const std::uint8_t byte : digest(args[0].string.view())) out += fmt::format("{:02x}", byte);
  result = Cell::of_string(arena.copy(out));
  return {};
}

// Half of the digest as a number, its first byte the least significant, as DuckDB reads it.
template <std::size_t first>
Status md5_half(std::span<const Cell> args, Cell& result, Arena&) {
  const auto bytes = md5_of(args[0].string.view());
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < 8; ++i) number |= std::uint64_t{bytes[first + i]} << (8 * i);
  result = Cell::of_integer(number);
  return {};
}

template <Name name>
constexpr auto kBindBytes = bind_as<name, Takes<kVarchar, kVarchar>, Takes<kVarchar, kBlob>>;

}  // namespace

std::vector<ScalarFunction> digest_functions() {
  return {
      {"md5",
       {},
       "md5(x)",
       "MD5 digest as hexadecimal digits.",
       "md5('abc')",
       "900150983cd24fb0d6963f7d28e17f72",
       kBindBytes<"md5">,
       lower_host<"md5", hex_digest<md5_of>>},
      {"md5_number_lower",
       {},
       "md5_number_lower(x)",
       "Second half of the MD5 digest as a number.",
       "md5_number_lower('a')",
       "7000413967451013937",
       bind_as<"md5_number_lower", Takes<kUBigInt, kVarchar>, Takes<kUBigInt, kBlob>>,
       lower_host<"md5_number_lower", md5_half<8>>},
      {"md5_number_upper",
       {},
       "md5_number_upper(x)",
       "First half of the MD5 digest as a number.",
       "md5_number_upper('a')",
       "12157170054180749580",
       bind_as<"md5_number_upper", Takes<kUBigInt, kVarchar>, Takes<kUBigInt, kBlob>>,
       lower_host<"md5_number_upper", md5_half<0>>},
      {"sha1",
       {},
       "sha1(x)",
       "SHA-1 digest as hexadecimal digits.",
       "sha1('abc')",
       "a9993e364706816aba3e25717850c26c9cd0d89d",
       kBindBytes<"sha1">,
       lower_host<"sha1", hex_digest<sha1_of>>},
      {"sha256",
       {},
       "sha256(x)",
       "SHA-256 digest as hexadecimal digits.",
       "sha256('abc')",
       "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
       kBindBytes<"sha256">,
       lower_host<"sha256", hex_digest<sha256_of>>},
  };
}

}  // namespace trueno::function
