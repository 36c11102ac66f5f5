#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace trueno {

/// A 64-bit mixer (the finaliser of MurmurHash3, A. Appleby, public domain): every input bit reaches every output bit.
[[nodiscard]] constexpr std::uint64_t hash64(std::uint64_t x) {
  x ^= x >> 33;
  x *= 0xff51afd7ed558ccdULL;
  x ^= x >> 33;
  x *= 0xc4ceb9fe1a85ec53ULL;
  x ^= x >> 33;
  return x;
}

/// Folds a further value into a hash; the order of the values matters.
[[nodiscard]] constexpr std::uint64_t hash_combine(std::uint64_t seed, std::uint64_t value) {
  return hash64(seed * 0x9e3779b97f4a7c15ULL + value);
}

/// Hash of bytes (XXH3). Same on every platform.
[[nodiscard]] std::uint64_t hash_bytes(std::string_view bytes);

/// XXH64 of bytes with seed 0, which file formats name.
[[nodiscard]] std::uint64_t xxh64(std::string_view bytes);

}  // namespace trueno
