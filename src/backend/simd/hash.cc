// Hashes of key words, a chunk at a time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backend/simd/hash.cc"
#include "backend/simd/targets.h"
#include "hwy/foreach_target.h"
//
#include "base/hash.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace trueno::backend::simd::HWY_NAMESPACE {
namespace {  // several of these files have a fill_lane<T>: without this the linker would keep one of them for all

void hash_words(const std::uint64_t* HWY_RESTRICT words, std::size_t n, std::uint64_t* HWY_RESTRICT hashes) {
  for (std::size_t i = 0; i < n; ++i) hashes[i] = hash64(words[i]);
}

void fill_hash(Routines& r) { r.hash_words = hash_words; }

}  // namespace
}  // namespace trueno::backend::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace trueno::backend::simd {
HWY_EXPORT(fill_hash);
void fill_hash_routines(Routines& r) { HWY_DYNAMIC_DISPATCH(fill_hash)(r); }
}  // namespace trueno::backend::simd
#endif
