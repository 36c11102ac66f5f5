// Packed values of any width to lanes, and codes to the entries they name.
//
// Values of up to 32 bits are unpacked a vector at a time. A vector of N 32-bit lanes takes N consecutive values, that is N * width bits
// from a byte boundary (N is a multiple of 8; a vector of four lanes alternates between two phases). Each lane needs the one or two words
// its value straddles, which two permutations bring, then two shifts:
//
//   lane k: bit = phase + k * width    word = bit / 32    shift = bit % 32
//           value = (words[word] >> shift | words[word + 1] << (32 - shift)) & mask
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "unpack/unpack.cc"
#include "hwy/foreach_target.h"
#include "unpack/targets.h"
//
#include <type_traits>

#include "base/bits.h"
#include "hwy/highway.h"
#include "unpack/chosen_lanes.h"

HWY_BEFORE_NAMESPACE();
namespace trueno::unpack::HWY_NAMESPACE {
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
// Where the words and shifts of the lanes lie when the first value begins `start` bits into a byte.
template <class T>
struct Phase {
  static constexpr int kBits = static_cast<int>(sizeof(T)) * 8;
  static constexpr int kMostLanes = HWY_MAX_BYTES / static_cast<int>(sizeof(T));
  using Index = std::conditional_t<sizeof(T) == 4, std::int32_t, std::int64_t>;
  HWY_ALIGN Index word[kMostLanes];
  HWY_ALIGN Index next[kMostLanes];
  HWY_ALIGN T right[kMostLanes];
  HWY_ALIGN T left[kMostLanes];  // kBits - 1 - right: the words above move left by one first, since kBits is no shift

  Phase(int start, int width, int lanes) {
    for (int k = 0; k < lanes; ++k) {
      const int bit = start + k * width;
      word[k] = bit / kBits;
      next[k] = bit / kBits + 1 < lanes ? bit / kBits + 1 : lanes - 1;  // past the end: the value ends with its first word
      right[k] = static_cast<T>(bit % kBits);
      left[k] = static_cast<T>(kBits - 1) - right[k];
    }
  }
};

// One phase's vectors of indices and shifts.
template <class D>
struct Plan {
  using T = hn::TFromD<D>;
  decltype(hn::SetTableIndices(D(), static_cast<const typename Phase<T>::Index*>(nullptr))) word;
  decltype(hn::SetTableIndices(D(), static_cast<const typename Phase<T>::Index*>(nullptr))) next;
  hn::Vec<D> right;
  hn::Vec<D> left;

  Plan(D d, const Phase<T>& phase)
      : word(hn::SetTableIndices(d, phase.word)),
        next(hn::SetTableIndices(d, phase.next)),
        right(hn::Load(d, phase.right)),
        left(hn::Load(d, phase.left)) {}

  hn::Vec<D> unpack(D d, const std::uint8_t* from, hn::Vec<D> mask) const {
    const auto words = hn::LoadU(d, reinterpret_cast<const T*>(from));
    const auto low = hn::Shr(hn::TableLookupLanes(words, word), right);
    const auto high = hn::Shl(hn::ShiftLeft<1>(hn::TableLookupLanes(words, next)), left);
    return hn::And(hn::Or(low, high), mask);
  }
};

// `first` is a multiple of 8, so it begins at a byte. A vector of fewer than eight lanes passes through several phases of a byte. Reads
// whole vectors: up to 64 bytes past the last value, which buffers allow.
template <class T, class Store>
HWY_INLINE void unpack_vectors(const std::uint8_t* packed, std::size_t first, std::size_t n, int width, Store store_lanes) {
  const hn::CappedTag<T, 64 / sizeof(T)> d;
  using D = decltype(d);
  const std::size_t lanes = hn::Lanes(d);
  const std::uint8_t* at = packed + first / 8 * static_cast<std::size_t>(width);
  const auto mask = hn::Set(d, static_cast<T>(~T{0} >> (static_cast<int>(sizeof(T)) * 8 - width)));
  const auto plan_for = [&](int start) HWY_ATTR { return Plan<D>(d, Phase<T>(start, width, static_cast<int>(lanes))); };
  const Plan<D> first_plan = plan_for(0);
  if (lanes >= 8) {
    const std::size_t step = lanes / 8 * static_cast<std::size_t>(width);
    for (std::size_t i = 0; i < n; i += lanes, at += step) store_lanes(i, first_plan.unpack(d, at, mask));
    return;
  }
  const int bits = static_cast<int>(lanes) * width;  // of a vector's values
  const Plan<D> second = plan_for(bits % 8);
  if (lanes == 4) {
    for (std::size_t i = 0; i < n; i += 8, at += width) {
      store_lanes(i, first_plan.unpack(d, at, mask));
      store_lanes(i + 4, second.unpack(d, at + bits / 8, mask));
    }
    return;
  }
  const Plan<D> third = plan_for(2 * bits % 8);
  const Plan<D> fourth = plan_for(3 * bits % 8);
  for (std::size_t i = 0; i < n; i += 8, at += width) {
    store_lanes(i, first_plan.unpack(d, at, mask));
    store_lanes(i + 2, second.unpack(d, at + bits / 8, mask));
    store_lanes(i + 4, third.unpack(d, at + 2 * bits / 8, mask));
    store_lanes(i + 6, fourth.unpack(d, at + 3 * bits / 8, mask));
  }
}

// Whether a vector's values fit the vector they are loaded with, in every phase.
template <class T>
HWY_INLINE bool fits_a_vector(int width) {
  const hn::CappedTag<T, 64 / sizeof(T)> d;
  const int lanes = static_cast<int>(hn::Lanes(d));
  const int latest = lanes >= 8 ? 0 : 7 - (width % 2 == 0 ? (lanes == 4 || width % 4 == 0 ? 7 : 5) : (lanes == 4 ? 3 : 1));
  return latest + lanes * width <= lanes * static_cast<int>(sizeof(T)) * 8;
}
#endif

// `out` has room for a whole vector more than n values, and `first` is a multiple of 8.
void unpack32(const std::uint8_t* packed, std::size_t first, std::size_t n, int width, std::int32_t base, std::int32_t* out) {
#if HWY_TARGET != HWY_SCALAR
  if (width > 0 && width <= 32) {
    const hn::CappedTag<std::uint32_t, 16> d;
    const auto frame = hn::Set(d, static_cast<std::uint32_t>(base));
    auto* to = reinterpret_cast<std::uint32_t*>(out);
    unpack_vectors<std::uint32_t>(packed, first, n, width,
                                  [&](std::size_t i, auto lanes) HWY_ATTR { hn::StoreU(hn::Add(lanes, frame), d, to + i); });
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
    unpack_vectors<std::uint32_t>(packed, first, n, width, [&](std::size_t i, auto lanes) HWY_ATTR {
      hn::StoreU(hn::Add(hn::PromoteTo(wide, hn::LowerHalf(half, lanes)), frame), wide, to + i);
      hn::StoreU(hn::Add(hn::PromoteTo(wide, hn::UpperHalf(half, lanes)), frame), wide, to + i + hn::Lanes(wide));
    });
    return;
  }
#if HWY_HAVE_FLOAT64  // the targets without doubles cannot shift 64-bit lanes one by one either
  if (width > 32 && fits_a_vector<std::uint64_t>(width)) {
    const hn::CappedTag<std::uint64_t, 8> d;
    const auto frame = hn::Set(d, static_cast<std::uint64_t>(base));
    auto* to = reinterpret_cast<std::uint64_t*>(out);
    unpack_vectors<std::uint64_t>(packed, first, n, width,
                                  [&](std::size_t i, auto lanes) HWY_ATTR { hn::StoreU(hn::Add(lanes, frame), d, to + i); });
    return;
  }
#endif
#endif
  unpack_each(packed, first, n, width, base, out);
}

#if HWY_TARGET != HWY_SCALAR
// Bits of 64 rows to bytes.
HWY_INLINE void store_bytes(std::uint64_t bits, std::uint8_t* to) {
  const hn::CappedTag<std::uint8_t, 64> bytes;
  const auto one = hn::Set(bytes, std::uint8_t{1});
  for (std::size_t k = 0; k < 64; k += hn::Lanes(bytes)) {
    HWY_ALIGN std::uint8_t mask[8];
    const std::uint64_t word = bits >> k;
    hwy::CopyBytes<8>(&word, mask);
    hn::StoreU(hn::IfThenElseZero(hn::LoadMaskBits(bytes, mask), one), bytes, to + k);
  }
}
#endif

// `out` has room for 64 bytes more than n.
template <bool equal>
void compare32(const std::uint8_t* packed, std::size_t first, std::size_t n, int width, std::uint32_t with, bool opposite,
               std::uint8_t* out) {
#if HWY_TARGET != HWY_SCALAR
  if (width > 0) {
    const std::uint64_t flip = opposite ? ~std::uint64_t{0} : 0;
    std::uint64_t word = 0;
    const hn::CappedTag<std::uint32_t, 16> d;
    const std::size_t lanes = hn::Lanes(d);
    const auto bound = hn::Set(d, with);
    std::size_t done = 0;
    unpack_vectors<std::uint32_t>(packed, first, n, width, [&](std::size_t i, auto values) HWY_ATTR {
      std::uint64_t bits = 0;
      hn::StoreMaskBits(d, equal ? hn::Eq(values, bound) : hn::Lt(values, bound), reinterpret_cast<std::uint8_t*>(&bits));
      word |= (bits & ((std::uint64_t{1} << lanes) - 1)) << i % 64;
      done = i + lanes;
      if (done % 64 != 0) return;
      store_bytes(word ^ flip, out + done - 64);
      word = 0;
    });
    if (done % 64 != 0) store_bytes(word ^ flip, out + done / 64 * 64);
    return;
  }
#endif
  for (std::size_t i = 0; i < n; ++i) {
    const std::uint64_t value = unpack_bits(packed, first + i, width);
    out[i] = static_cast<std::uint8_t>((equal ? value == with : value < with) != opposite);
  }
}

#if HWY_TARGET != HWY_SCALAR && HWY_HAVE_FLOAT64  // the targets without doubles cannot shift 64-bit lanes one by one either
// Where vectors have eight words or more, half as many values go through lanes of 64 bits: a permutation brings both words that a value may
// straddle, one shift does, and what comes out is added as it is. Adds the rows of whole vectors and gives their number.
template <bool masked>
HWY_INLINE std::size_t sum_wide(const std::uint8_t* at, std::size_t n, int width, const std::uint8_t* mask, std::uint64_t* sum) {
  const hn::CappedTag<std::uint32_t, 16> d;
  const hn::Repartition<std::uint64_t, decltype(d)> wide;
  const std::size_t lanes = hn::Lanes(d);
  const std::size_t half = lanes / 2;
  if (lanes < 8) return 0;
  HWY_ALIGN std::int32_t words[2][16];
  HWY_ALIGN std::uint64_t shifts[2][8];
  for (std::size_t k = 0; k < lanes; ++k) {
    const std::size_t bit = k * static_cast<std::size_t>(width);
    const std::size_t next = bit / 32 + 1 < lanes ? bit / 32 + 1 : lanes - 1;  // past the end: the value ends with its first word
    words[k / half][k % half * 2] = static_cast<std::int32_t>(bit / 32);
    words[k / half][k % half * 2 + 1] = static_cast<std::int32_t>(next);
    shifts[k / half][k % half] = bit % 32;
  }
  const auto first_words = hn::SetTableIndices(d, words[0]);
  const auto second_words = hn::SetTableIndices(d, words[1]);
  const auto first_shift = hn::Load(wide, shifts[0]);
  const auto second_shift = hn::Load(wide, shifts[1]);
  const auto bits = hn::Set(wide, ~std::uint64_t{0} >> (64 - width));
  auto first = hn::Zero(wide);
  auto second = hn::Zero(wide);
  const std::size_t step = lanes / 8 * static_cast<std::size_t>(width);
  std::size_t i = 0;
  for (; i + lanes <= n; i += lanes, at += step) {
    const auto loaded = hn::LoadU(d, reinterpret_cast<const std::uint32_t*>(at));
    auto x = hn::And(hn::Shr(hn::BitCast(wide, hn::TableLookupLanes(loaded, first_words)), first_shift), bits);
    auto y = hn::And(hn::Shr(hn::BitCast(wide, hn::TableLookupLanes(loaded, second_words)), second_shift), bits);
    if constexpr (masked) {
      x = hn::IfThenElseZero(chosen_lanes(wide, mask + i), x);
      y = hn::IfThenElseZero(chosen_lanes(wide, mask + i + half), y);
    }
    first = hn::Add(first, x);
    second = hn::Add(second, y);
  }
  *sum += hn::GetLane(hn::SumOfLanes(wide, hn::Add(first, second)));
  return i;
}
#endif

std::uint64_t sum32(const std::uint8_t* packed, std::size_t first, std::size_t n, int width, const std::uint8_t* mask) {
  if (width == 0) return 0;
#if HWY_TARGET != HWY_SCALAR
  std::uint64_t sum = 0;
#if HWY_HAVE_FLOAT64
  const std::uint8_t* at = packed + first / 8 * static_cast<std::size_t>(width);
  const std::size_t added = mask == nullptr ? sum_wide<false>(at, n, width, mask, &sum) : sum_wide<true>(at, n, width, mask, &sum);
  if (added == n) return sum;
  first += added;
  n -= added;
  mask = mask == nullptr ? nullptr : mask + added;
#endif
  const hn::CappedTag<std::uint32_t, 16> d;
  const hn::Repartition<std::uint64_t, decltype(d)> wide;
  const hn::Rebind<std::uint8_t, decltype(d)> bytes;
  const std::size_t lanes = hn::Lanes(d);
  const auto low = hn::Set(wide, std::uint64_t{0xFFFFFFFF});
  auto even = hn::Zero(wide);
  auto odd = hn::Zero(wide);
  unpack_vectors<std::uint32_t>(packed, first, n, width, [&](std::size_t i, auto values) HWY_ATTR {
    if (i >= n) return;  // narrow vectors come eight rows at a time
    const bool whole = i + lanes <= n;
    if (mask != nullptr) {
      std::uint8_t last[16] = {};
      if (!whole) std::memcpy(last, mask + i, n - i);
      values = hn::IfThenElseZero(hn::Ne(hn::PromoteTo(d, hn::LoadU(bytes, whole ? mask + i : last)), hn::Zero(d)), values);
    }
    if (!whole) values = hn::IfThenElseZero(hn::FirstN(d, n - i), values);
    const auto pairs = hn::BitCast(wide, values);
    even = hn::Add(even, hn::And(pairs, low));
    odd = hn::Add(odd, hn::ShiftRight<32>(pairs));
  });
  return sum + hn::GetLane(hn::SumOfLanes(wide, hn::Add(even, odd)));
#else
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < n; ++i) sum += mask == nullptr || mask[i] != 0 ? unpack_bits(packed, first + i, width) : 0;
  return sum;
#endif
}

std::uint32_t greatest(const std::uint32_t* codes, std::size_t n) {
  const hn::CappedTag<std::uint32_t, 16> d;
  const std::size_t lanes = hn::Lanes(d);
  auto first = hn::Zero(d);
  auto second = hn::Zero(d);
  std::size_t i = 0;
  for (; i + 2 * lanes <= n; i += 2 * lanes) {
    first = hn::Max(first, hn::LoadU(d, codes + i));
    second = hn::Max(second, hn::LoadU(d, codes + i + lanes));
  }
  std::uint32_t most = hn::GetLane(hn::MaxOfLanes(d, hn::Max(first, second)));
  for (; i < n; ++i) most = codes[i] > most ? codes[i] : most;
  return most;
}

// Loads one by one: on the machines at hand a gather instruction is no faster, and the entries lie in the first or second cache.
template <class T>
void gather(const void* entries, const std::uint32_t* codes, std::size_t n, void* out) {
  const auto* from = static_cast<const T*>(entries);
  auto* to = static_cast<T*>(out);
  std::size_t i = 0;
  for (; i + 4 <= n; i += 4) {
    const T a = from[codes[i]];
    const T b = from[codes[i + 1]];
    const T c = from[codes[i + 2]];
    const T e = from[codes[i + 3]];
    to[i] = a;
    to[i + 1] = b;
    to[i + 2] = c;
    to[i + 3] = e;
  }
  for (; i < n; ++i) to[i] = from[codes[i]];
}

void fill(Routines& r) {
  r.unpack32 = unpack32;
  r.unpack64 = unpack64;
  r.less32 = compare32<false>;
  r.equal32 = compare32<true>;
  r.sum32 = sum32;
  r.greatest = greatest;
  r.gather4 = gather<std::uint32_t>;
  r.gather8 = gather<std::uint64_t>;
}

}  // namespace
}  // namespace trueno::unpack::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace trueno::unpack {
HWY_EXPORT(fill);
Routines routines() {
  Routines r;
  HWY_DYNAMIC_DISPATCH(fill)(r);
  return r;
}
}  // namespace trueno::unpack
#endif
