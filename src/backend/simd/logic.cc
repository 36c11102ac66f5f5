// Logic on bytes, selection of rows, and moving values of any type by rows.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backend/simd/logic.cc"
#include "backend/simd/targets.h"
#include "hwy/foreach_target.h"
//
#include <cstring>

#include "base/bits.h"
#include "hwy/highway.h"

#ifndef TRUENO_SIMD_SET_BITS
#define TRUENO_SIMD_SET_BITS
namespace trueno::backend::simd {

/// The numbers of the set bits of every byte, ascending; shared by all instruction sets.
struct SetBits {
  std::uint8_t offsets[256][8] = {};
  std::uint8_t counts[256] = {};
  constexpr SetBits() {
    for (int mask = 0; mask < 256; ++mask) {
      for (int bit = 0; bit < 8; ++bit) {
        if (((mask >> bit) & 1) != 0) offsets[mask][counts[mask]++] = static_cast<std::uint8_t>(bit);
      }
    }
  }
};
inline constexpr SetBits kSetBits;

}  // namespace trueno::backend::simd
#endif

HWY_BEFORE_NAMESPACE();
namespace trueno::backend::simd::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
namespace {  // several of these files have a fill_lane<T>: without this the linker would keep one of them for all

// Kleene: AND is false where either side is a valid false, OR is true where either is a valid true; else NULL if a side is.
template <Logic kOp>
void kleene(const std::uint8_t* a, const std::uint8_t* a_valid, const std::uint8_t* b, const std::uint8_t* b_valid, std::uint8_t* out,
            std::uint8_t* out_valid, std::size_t n) {
  if (a_valid == nullptr && b_valid == nullptr) {
    for (std::size_t i = 0; i < n; ++i) out[i] = static_cast<std::uint8_t>(kOp == Logic::kAnd ? a[i] & b[i] : a[i] | b[i]);
    return;
  }
  for (std::size_t i = 0; i < n; ++i) {
    const std::uint8_t va = a_valid != nullptr ? a_valid[i] : 1;
    const std::uint8_t vb = b_valid != nullptr ? b_valid[i] : 1;
    // With `decides` the value that settles it: true for OR, false for AND.
    const auto da = static_cast<std::uint8_t>(va & (kOp == Logic::kAnd ? a[i] ^ 1 : a[i]));
    const auto db = static_cast<std::uint8_t>(vb & (kOp == Logic::kAnd ? b[i] ^ 1 : b[i]));
    const auto decided = static_cast<std::uint8_t>(da | db);
    out[i] = kOp == Logic::kAnd ? static_cast<std::uint8_t>(decided ^ 1) : decided;
    out_valid[i] = static_cast<std::uint8_t>(decided | (va & vb));
  }
}

void both(const std::uint8_t* a, const std::uint8_t* b, std::uint8_t* out, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) out[i] = a[i] & b[i];
}

void invert(const std::uint8_t* a, std::uint8_t* out, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) out[i] = a[i] ^ 1;
}

template <class T>
void select(const std::uint8_t* condition, const void* a, bool a_constant, const void* b, bool b_constant, void* out, std::size_t n) {
  const T* HWY_RESTRICT x = static_cast<const T*>(a);
  const T* HWY_RESTRICT y = static_cast<const T*>(b);
  T* HWY_RESTRICT to = static_cast<T*>(out);
  if (a_constant && b_constant) {
    const T p = *x;
    const T q = *y;
    for (std::size_t i = 0; i < n; ++i) to[i] = condition[i] != 0 ? p : q;
  } else if (a_constant) {
    const T p = *x;
    for (std::size_t i = 0; i < n; ++i) to[i] = condition[i] != 0 ? p : y[i];
  } else if (b_constant) {
    const T q = *y;
    for (std::size_t i = 0; i < n; ++i) to[i] = condition[i] != 0 ? x[i] : q;
  } else {
    for (std::size_t i = 0; i < n; ++i) to[i] = condition[i] != 0 ? x[i] : y[i];
  }
}

std::size_t count_true(const std::uint8_t* bytes, std::size_t n) {
  std::size_t count = 0;
  std::size_t i = 0;
#if HWY_TARGET != HWY_SCALAR
  const hn::CappedTag<std::uint8_t, 64> d;
  const hn::Repartition<std::uint64_t, decltype(d)> words;
  const std::size_t lanes = hn::Lanes(d);
  auto sum = hn::Zero(words);
  for (; i + lanes <= n; i += lanes) sum = hn::Add(sum, hn::SumsOf8(hn::LoadU(d, bytes + i)));
  count = static_cast<std::size_t>(hn::GetLane(hn::SumOfLanes(words, sum)));
#endif
  for (; i < n; ++i) count += bytes[i];
  return count;
}

// Eight bytes become a bit mask, whose row offsets lie in a table: eight rows for a few instructions, whatever is chosen.
std::size_t true_rows(const std::uint8_t* bytes, std::size_t n, std::uint32_t* rows) {
  std::size_t count = 0;
  std::size_t i = 0;
  for (; i + 8 <= n; i += 8) {
    const auto word = load<std::uint64_t>(bytes + i);
    if (word == 0) continue;
    const std::uint64_t mask = (word * 0x0102040810204080) >> 56;  // bit k is byte k
    const std::uint8_t* offsets = kSetBits.offsets[mask];
    for (std::size_t k = 0; k < 8; ++k) rows[count + k] = static_cast<std::uint32_t>(i) + offsets[k];
    count += kSetBits.counts[mask];
  }
  for (; i < n; ++i) {
    rows[count] = static_cast<std::uint32_t>(i);
    count += bytes[i];
  }
  return count;
}

template <class T>
void gather(const void* in, const std::uint32_t* rows, void* out, std::size_t n) {
  const T* HWY_RESTRICT from = static_cast<const T*>(in);
  T* HWY_RESTRICT to = static_cast<T*>(out);
  for (std::size_t i = 0; i < n; ++i) to[i] = from[rows[i]];
}

template <class T>
void broadcast(const void* value, void* out, std::size_t n) {
  T one;
  std::memcpy(&one, value, sizeof one);
  T* HWY_RESTRICT to = static_cast<T*>(out);
  for (std::size_t i = 0; i < n; ++i) to[i] = one;
}

void bits_to_bytes(const std::uint8_t* bits, std::size_t first, std::size_t n, std::uint8_t* bytes) {
  std::size_t i = 0;
  for (; i < n && ((first + i) & 7) != 0; ++i) bytes[i] = get_bit(bits, first + i) ? 1 : 0;
  for (; i + 8 <= n; i += 8) {
    // Spreads 8 bits to 8 bytes: each copy of the byte keeps one bit, which is then moved to bit 0 of its byte.
    const std::uint64_t copies = bits[(first + i) >> 3] * std::uint64_t{0x0101010101010101};
    const std::uint64_t kept = copies & 0x8040201008040201;
    store(bytes + i, ((kept + 0x7F7F7F7F7F7F7F7F) >> 7) & 0x0101010101010101);
  }
  for (; i < n; ++i) bytes[i] = get_bit(bits, first + i) ? 1 : 0;
}

template <class T>
void fill_width(Routines& r, int index) {
  r.select[index] = select<T>;
  r.gather[index] = gather<T>;
  r.broadcast[index] = broadcast<T>;
}

void fill_logic(Routines& r) {
  r.kleene[0] = kleene<Logic::kAnd>;
  r.kleene[1] = kleene<Logic::kOr>;
  r.both = both;
  r.invert = invert;
  r.count_true = count_true;
  r.true_rows = true_rows;
  r.bits_to_bytes = bits_to_bytes;
  fill_width<std::uint8_t>(r, 0);
  fill_width<std::uint32_t>(r, 1);
  fill_width<std::uint64_t>(r, 2);
  fill_width<u128>(r, 3);
}

}  // namespace
}  // namespace trueno::backend::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace trueno::backend::simd {
HWY_EXPORT(fill_logic);
void fill_logic_routines(Routines& r) { HWY_DYNAMIC_DISPATCH(fill_logic)(r); }
}  // namespace trueno::backend::simd
#endif
