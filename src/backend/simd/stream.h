#pragma once

#include <cstddef>

namespace trueno::backend::simd {

/// How far ahead loops over a column ask for its bytes. Hardware prefetchers stop at the ends of pages and keep fewer lines on their way
/// than a core may have, so that one core does not reach the memory's bandwidth. A Xeon (Sapphire Rapids), exact SUM of 100M doubles, one
/// thread: 81 ms without, 77 at 512 bytes, 62 at 2048, 53 at 4096, 53 at 8192.
inline constexpr std::size_t kStreamAhead = 4096;
inline constexpr std::size_t kCacheLine = 64;

/// Asks for the bytes that lie kStreamAhead behind [at, at + bytes); never fails, wherever that is.
__attribute__((always_inline)) inline void stream_ahead(const void* at, std::size_t bytes) {
  const char* begin = static_cast<const char*>(at) + kStreamAhead;
  for (std::size_t i = 0; i < bytes; i += kCacheLine) __builtin_prefetch(begin + i, 0, 3);
}

}  // namespace trueno::backend::simd
