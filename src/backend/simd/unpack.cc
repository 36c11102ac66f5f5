// Frame-of-reference columns: packed values of any width to lanes.
//
// Values of up to 32 bits are unpacked a vector at a time. A vector of N 32-bit lanes takes N consecutive values, that is N * width bits
// from a byte boundary (N is a multiple of 8; a vector of four lanes alternates between two phases). Each lane needs the one or two words
// its value straddles, which two permutations bring, then two shifts:
//
//   lane k: bit = phase + k * width    word = bit / 32    shift = bit % 32
//           value = (words[word] >> shift | words[word + 1] << (32 - shift)) & mask
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backend/simd/unpack.cc"
#include "backend/simd/targets.h"
#include "hwy/foreach_target.h"
//
#include "base/bits.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace trueno::backend::simd::HWY_NAMESPACE {
namespace {  // several of these files have a fill_lane<T>: without this the linker would keep one of them for all

namespace hn = hwy::HWY_NAMESPACE;

template <class T, class Base>
void unpack_each(const std::uint8_t* packed, std::size_t first, std::size_t n, int width, Base base, T* out) {
  using U = std::make_unsigned_t<T>;
  for (std::size_t i = 0; i < n; ++i) {
    out[i] = static_cast<T>(static_cast<U>(base) + static_cast<U>(unpack_bits(packed, first + i, width)));
  }
}

#if HWY_TARGET != HWY_SCALAR
// Where the lanes' words and shifts lie for one phase.
struct Phase {
  HWY_ALIGN std::int32_t word[HWY_MAX_BYTES / 4];
  HWY_ALIGN std::int32_t next[HWY_MAX_BYTES / 4];
  HWY_ALIGN std::uint32_t right[HWY_MAX_BYTES / 4];
  HWY_ALIGN std::uint32_t left[HWY_MAX_BYTES / 4];  // 31 - right: the words above move left by one first, since 32 is no shift

  Phase(int start, int width, int lanes) {
    for (int k = 0; k < lanes; ++k) {
      const int bit = start + k * width;
      word[k] = bit / 32;
      next[k] = bit / 32 + 1 < lanes ? bit / 32 + 1 : lanes - 1;  // past the end: the value ends with its first word
      right[k] = static_cast<std::uint32_t>(bit % 32);
      left[k] = 31 - right[k];
    }
  }
};

// `first` is a multiple of 8, so it begins at a byte. Reads whole vectors: up to 64 bytes past the last value, which buffers allow.
template <class Store>
HWY_INLINE void unpack_vectors(const std::uint8_t* packed, std::size_t first, std::size_t n, int width, Store store_lanes) {
  const hn::CappedTag<std::uint32_t, 16> d;
  const std::size_t lanes = hn::Lanes(d);
  const std::uint8_t* at = packed + first / 8 * static_cast<std::size_t>(width);
  const auto mask = hn::Set(d, width == 32 ? 0xFFFFFFFFu : (1u << width) - 1);
  const auto values = [&](const std::uint8_t* from, auto word, auto next, auto right, auto left) HWY_ATTR {
    const auto words = hn::LoadU(d, reinterpret_cast<const std::uint32_t*>(from));
    const auto low = hn::Shr(hn::TableLookupLanes(words, word), right);
    const auto high = hn::Shl(hn::ShiftLeft<1>(hn::TableLookupLanes(words, next)), left);
    return hn::And(hn::Or(low, high), mask);
  };
  const Phase even(0, width, static_cast<int>(lanes));
  const auto word = hn::SetTableIndices(d, even.word);
  const auto next = hn::SetTableIndices(d, even.next);
  const auto right = hn::Load(d, even.right);
  const auto left = hn::Load(d, even.left);
  if (lanes >= 8) {
    const std::size_t step = lanes / 8 * static_cast<std::size_t>(width);
    for (std::size_t i = 0; i < n; i += lanes, at += step) store_lanes(i, values(at, word, next, right, left));
    return;
  }
  // Four lanes: the second half of every eight values begins in the middle of a byte when the width is odd.
  const int half = 4 * width;
  const Phase odd(half % 8, width, static_cast<int>(lanes));
  const auto odd_word = hn::SetTableIndices(d, odd.word);
  const auto odd_next = hn::SetTableIndices(d, odd.next);
  const auto odd_right = hn::Load(d, odd.right);
  const auto odd_left = hn::Load(d, odd.left);
  for (std::size_t i = 0; i < n; i += 8, at += width) {
    store_lanes(i, values(at, word, next, right, left));
    store_lanes(i + 4, values(at + half / 8, odd_word, odd_next, odd_right, odd_left));
  }
}
#endif

// `out` has room for a whole vector more than n values, and `first` is a multiple of 8 where the width is at most 32.
void unpack32(const std::uint8_t* packed, std::size_t first, std::size_t n, int width, std::int32_t base, std::int32_t* out) {
#if HWY_TARGET != HWY_SCALAR
  if (width > 0 && width <= 32) {
    const hn::CappedTag<std::uint32_t, 16> d;
    const auto frame = hn::Set(d, static_cast<std::uint32_t>(base));
    auto* to = reinterpret_cast<std::uint32_t*>(out);
    unpack_vectors(packed, first, n, width, [&](std::size_t i, auto lanes) HWY_ATTR { hn::StoreU(hn::Add(lanes, frame), d, to + i); });
    return;
  }
#endif
  unpack_each(packed, first, n, width, base, out);
}

void unpack64(const std::uint8_t* packed, std::size_t first, std::size_t n, int width, std::int64_t base, std::int64_t* out) {
#if HWY_TARGET != HWY_SCALAR
  if (width > 0 && width <= 32) {
    const hn::CappedTag<std::uint32_t, 16> d;
    const hn::Repartition<std::uint64_t, decltype(d)> wide;
    const hn::Half<decltype(d)> half;
    const auto frame = hn::Set(wide, static_cast<std::uint64_t>(base));
    auto* to = reinterpret_cast<std::uint64_t*>(out);
    unpack_vectors(packed, first, n, width, [&](std::size_t i, auto lanes) HWY_ATTR {
      hn::StoreU(hn::Add(hn::PromoteTo(wide, hn::LowerHalf(half, lanes)), frame), wide, to + i);
      hn::StoreU(hn::Add(hn::PromoteTo(wide, hn::UpperHalf(half, lanes)), frame), wide, to + i + hn::Lanes(wide));
    });
    return;
  }
#endif
  if (width > 56) {
    unpack_each(packed, first, n, width, base, out);
    return;
  }
  // Up to 56 bits lie in the eight bytes from their first byte on: one load, one shift.
  const std::uint64_t mask = (std::uint64_t{1} << width) - 1;
  std::size_t bit = first * static_cast<std::size_t>(width);
  for (std::size_t i = 0; i < n; ++i, bit += static_cast<std::size_t>(width)) {
    out[i] = static_cast<std::int64_t>(static_cast<std::uint64_t>(base) + ((load<std::uint64_t>(packed + (bit >> 3)) >> (bit & 7)) & mask));
  }
}

void fill_unpack(Routines& r) {
  r.unpack32 = unpack32;
  r.unpack64 = unpack64;
}

}  // namespace
}  // namespace trueno::backend::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace trueno::backend::simd {
HWY_EXPORT(fill_unpack);
void fill_unpack_routines(Routines& r) { HWY_DYNAMIC_DISPATCH(fill_unpack)(r); }
}  // namespace trueno::backend::simd
#endif
