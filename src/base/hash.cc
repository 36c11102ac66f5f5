#include "base/hash.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace trueno {

std::uint64_t hash_bytes(std::string_view bytes) { return XXH3_64bits(bytes.data(), bytes.size()); }

std::uint64_t xxh64(std::string_view bytes) { return XXH64(bytes.data(), bytes.size(), 0); }

}  // namespace trueno
