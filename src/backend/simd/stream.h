#pragma once

#include <cstddef>

namespace trueno::backend::simd {

/// How far ahead loops over a column ask for its bytes; 0: not at all.
///
/// Hardware prefetchers stop at the ends of pages. An Intel core keeps too few lines on their way without help: exact SUM of 100M doubles,
/// one thread of a Sapphire Rapids: 81 ms without, 77 at 512 bytes, 62 at 2048, 53 at 4096, 53 at 8192. On an AMD core (Zen 4) the same
/// instructions stand in the way: COUNT of doubles in a range takes 46 ms without and 64 at any distance, every kind of hint loses.
inline std::size_t stream_distance() {
#if defined(__x86_64__) || defined(__i386__)
  static const std::size_t distance = __builtin_cpu_is("intel") ? 4096 : 0;
  return distance;
#else
  return 0;
#endif
}
/// How many rows ahead loops ask for the places that they will look at in a table.
inline constexpr std::size_t kPrefetchDistance = 16;
inline constexpr std::size_t kCacheLine = 64;

/// Asks for the bytes that lie `distance` behind [at, at + bytes); never fails, wherever that is.
__attribute__((always_inline)) inline void stream_ahead(const void* at, std::size_t bytes, std::size_t distance) {
  if (distance == 0) return;
  const char* begin = static_cast<const char*>(at) + distance;
  for (std::size_t i = 0; i < bytes; i += kCacheLine) __builtin_prefetch(begin + i, 0, 3);
}

}  // namespace trueno::backend::simd
