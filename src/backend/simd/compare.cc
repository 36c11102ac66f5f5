// Comparisons of registers, to bytes 0 or 1. Floats compare in SQL's total order: NaN equals NaN and is greatest, -0 equals +0.
//
// A vector comparison gives a bit a lane; 64 bits become 64 bytes at once. (Left to itself the compiler narrows lanes to bytes step by
// step, which costs several times the comparison.)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backend/simd/compare.cc"
#include "backend/simd/targets.h"
#include "hwy/foreach_target.h"
//
#include <type_traits>

#include "backend/simd/stream.h"
#include "base/bits.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace trueno::backend::simd::HWY_NAMESPACE {
namespace {  // several of these files have a fill_lane<T>: without this the linker would keep one of them for all

namespace hn = hwy::HWY_NAMESPACE;

template <class T>
HWY_INLINE bool equal(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) return (a == b) | ((a != a) & (b != b));
  return a == b;
}
template <class T>
HWY_INLINE bool less(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) return (a < b) | ((b != b) & (a == a));
  return a < b;
}

template <class T, Comparison kOp>
HWY_INLINE std::uint8_t holds(T a, T b) {
  switch (kOp) {
    case Comparison::kEqual: return static_cast<std::uint8_t>(equal(a, b));
    case Comparison::kNotEqual: return static_cast<std::uint8_t>(!equal(a, b));
    case Comparison::kLess: return static_cast<std::uint8_t>(less(a, b));
    case Comparison::kLessEqual: return static_cast<std::uint8_t>(!less(b, a));
    case Comparison::kGreater: return static_cast<std::uint8_t>(less(b, a));
    case Comparison::kGreaterEqual: return static_cast<std::uint8_t>(!less(a, b));
  }
  return 0;
}

// A row at a time: bytes, 128-bit integers, and the ends of vectors.
template <class T, Comparison kOp, Shape kShape>
HWY_INLINE void compare_rows(const T* HWY_RESTRICT x, const T* HWY_RESTRICT y, std::uint8_t* HWY_RESTRICT to, std::size_t begin,
                             std::size_t n) {
  for (std::size_t i = begin; i < n; ++i) {
    to[i] = holds<T, kOp>(kShape == Shape::kConstantVector ? *x : x[i], kShape == Shape::kVectorConstant ? *y : y[i]);
  }
}

#if HWY_TARGET != HWY_SCALAR
template <class V>
HWY_INLINE auto mask_less(V a, V b) {
  if constexpr (hwy::IsFloat<hn::TFromV<V>>())
    return hn::Or(hn::Lt(a, b), hn::And(hn::IsNaN(b), hn::Eq(a, a)));
  else
    return hn::Lt(a, b);
}
template <class V>
HWY_INLINE auto mask_equal(V a, V b) {
  if constexpr (hwy::IsFloat<hn::TFromV<V>>())
    return hn::Or(hn::Eq(a, b), hn::And(hn::IsNaN(a), hn::IsNaN(b)));
  else
    return hn::Eq(a, b);
}

// What is compared, and whether the answer is its opposite.
template <Comparison kOp>
struct General {
  static constexpr bool kOpposite = kOp == Comparison::kNotEqual || kOp == Comparison::kLessEqual || kOp == Comparison::kGreaterEqual;
  template <class V>
  HWY_INLINE static auto mask(V a, V b) {
    if constexpr (kOp == Comparison::kEqual || kOp == Comparison::kNotEqual)
      return mask_equal(a, b);
    else if constexpr (kOp == Comparison::kLess || kOp == Comparison::kGreaterEqual)
      return mask_less(a, b);
    else
      return mask_less(b, a);
  }
};
// `b` is not NaN: one comparison does, since NaN, the greatest, fails < and <=.
template <Comparison kOp>
struct Ordered {
  static constexpr bool kOpposite = kOp == Comparison::kNotEqual || kOp == Comparison::kGreater || kOp == Comparison::kGreaterEqual;
  template <class V>
  HWY_INLINE static auto mask(V a, V b) {
    if constexpr (kOp == Comparison::kEqual || kOp == Comparison::kNotEqual)
      return hn::Eq(a, b);
    else if constexpr (kOp == Comparison::kLess || kOp == Comparison::kGreaterEqual)
      return hn::Lt(a, b);
    else
      return hn::Le(a, b);
  }
};

// 64 rows at a time: the bits of mask_at(row) in one word, which becomes 64 bytes by masked moves. Gives the rows that are done.
template <class T, class MaskAt, class Ask>
HWY_INLINE std::size_t write_masks(std::uint8_t* HWY_RESTRICT to, std::size_t n, bool opposite, const MaskAt& mask_at,
                                   const Ask& ask_ahead) {
  const hn::CappedTag<T, 16> d;
  const hn::CappedTag<std::uint8_t, 64> bytes;
  constexpr std::size_t kLanes = hn::MaxLanes(d);
  constexpr std::size_t kByteLanes = hn::MaxLanes(bytes);
  const auto one = hn::Set(bytes, std::uint8_t{1});
  std::size_t i = 0;
  for (; i + 64 <= n; i += 64) {
    ask_ahead(i);
    std::uint64_t word = 0;
    for (std::size_t k = 0; k < 64; k += kLanes) {
      std::uint64_t bits = 0;
      hn::StoreMaskBits(d, mask_at(i + k), reinterpret_cast<std::uint8_t*>(&bits));
      word |= (bits & ((std::uint64_t{1} << kLanes) - 1)) << k;
    }
    if (opposite) word = ~word;
    for (std::size_t k = 0; k < 64; k += kByteLanes) {
      const std::uint64_t bits = word >> k;
      HWY_ALIGN std::uint8_t mask[8];
      store(mask, bits);
      hn::StoreU(hn::IfThenElseZero(hn::LoadMaskBits(bytes, mask), one), bytes, to + i + k);
    }
  }
  return i;
}

template <class T, class Test, Shape kShape>
HWY_INLINE std::size_t compare_vectors(const T* HWY_RESTRICT x, const T* HWY_RESTRICT y, std::uint8_t* HWY_RESTRICT to, std::size_t n) {
  const hn::CappedTag<T, 16> d;
  const auto first = hn::Set(d, *x);
  const auto second = hn::Set(d, *y);
  const std::size_t ahead = stream_distance();
  const auto mask_at = [&](std::size_t i) HWY_ATTR {
    const auto p = kShape == Shape::kConstantVector ? first : hn::LoadU(d, x + i);
    const auto q = kShape == Shape::kVectorConstant ? second : hn::LoadU(d, y + i);
    return Test::mask(p, q);
  };
  const auto ask_ahead = [&](std::size_t i) HWY_ATTR {
    if constexpr (kShape != Shape::kConstantVector) stream_ahead(x + i, 64 * sizeof(T), ahead);
    if constexpr (kShape != Shape::kVectorConstant) stream_ahead(y + i, 64 * sizeof(T), ahead);
  };
  return write_masks<T>(to, n, Test::kOpposite, mask_at, ask_ahead);
}

template <class T, Comparison kOp, Shape kShape>
void compare(const void* a, const void* b, void* out, std::size_t n) {
  const T* x = static_cast<const T*>(a);
  const T* y = static_cast<const T*>(b);
  std::uint8_t* to = static_cast<std::uint8_t*>(out);
  std::size_t done = 0;
  if constexpr (std::is_floating_point_v<T> && kShape == Shape::kVectorConstant) {
    done = *y == *y ? compare_vectors<T, Ordered<kOp>, kShape>(x, y, to, n) : compare_vectors<T, General<kOp>, kShape>(x, y, to, n);
  } else {
    done = compare_vectors<T, General<kOp>, kShape>(x, y, to, n);
  }
  compare_rows<T, kOp, kShape>(x, y, to, done, n);
}
#else
template <class T, Comparison kOp, Shape kShape>
void compare(const void* a, const void* b, void* out, std::size_t n) {
  compare_rows<T, kOp, kShape>(static_cast<const T*>(a), static_cast<const T*>(b), static_cast<std::uint8_t*>(out), 0, n);
}
#endif

#if HWY_TARGET != HWY_SCALAR
template <class V>
HWY_INLINE auto at_most(V a, V b) {
  if constexpr (hwy::IsFloat<hn::TFromV<V>>())
    return hn::Le(a, b);
  else
    return hn::Not(hn::Lt(b, a));  // not every target has <= of integers
}
#endif

// NaN, the greatest, fails < and <= as it has to.
template <class T, bool kOpenBelow, bool kOpenAbove>
void within(const void* values, const void* least, const void* greatest, void* out, std::size_t n) {
  const T* HWY_RESTRICT x = static_cast<const T*>(values);
  const T low = *static_cast<const T*>(least);
  const T high = *static_cast<const T*>(greatest);
  std::uint8_t* HWY_RESTRICT to = static_cast<std::uint8_t*>(out);
  std::size_t i = 0;
#if HWY_TARGET != HWY_SCALAR
  const hn::CappedTag<T, 16> d;
  const auto lows = hn::Set(d, low);
  const auto highs = hn::Set(d, high);
  const std::size_t ahead = stream_distance();
  const auto mask_at = [&](std::size_t row) HWY_ATTR {
    const auto value = hn::LoadU(d, x + row);
    const auto above = kOpenBelow ? hn::Lt(lows, value) : at_most(lows, value);
    return hn::And(above, kOpenAbove ? hn::Lt(value, highs) : at_most(value, highs));
  };
  i = write_masks<T>(to, n, false, mask_at, [&](std::size_t row) HWY_ATTR { stream_ahead(x + row, 64 * sizeof(T), ahead); });
#endif
  for (; i < n; ++i) {
    const bool above = kOpenBelow ? x[i] > low : x[i] >= low;
    const bool below = kOpenAbove ? x[i] < high : x[i] <= high;
    to[i] = static_cast<std::uint8_t>(above & below);
  }
}

template <class T, Comparison kOp, Shape kShape>
void compare_one_by_one(const void* a, const void* b, void* out, std::size_t n) {
  compare_rows<T, kOp, kShape>(static_cast<const T*>(a), static_cast<const T*>(b), static_cast<std::uint8_t*>(out), 0, n);
}

// Whether the target compares lanes of this width (Highway's SIMD128 has no double and no 64-bit order).
template <class T>
constexpr bool kComparesVectors = sizeof(T) == 4 || (sizeof(T) == 8 && HWY_HAVE_FLOAT64 != 0);

template <class T, Comparison kOp>
void fill_operation(Routines& r, Lane lane) {
  auto& slot = r.compare[static_cast<int>(kOp)][static_cast<int>(lane)];
  if constexpr (kComparesVectors<T>) {
    slot[0] = compare<T, kOp, Shape::kVectorVector>;
    slot[1] = compare<T, kOp, Shape::kVectorConstant>;
    slot[2] = compare<T, kOp, Shape::kConstantVector>;
  } else {
    slot[0] = compare_one_by_one<T, kOp, Shape::kVectorVector>;
    slot[1] = compare_one_by_one<T, kOp, Shape::kVectorConstant>;
    slot[2] = compare_one_by_one<T, kOp, Shape::kConstantVector>;
  }
}

template <class T>
void fill_lane(Routines& r, Lane lane) {
  fill_operation<T, Comparison::kEqual>(r, lane);
  fill_operation<T, Comparison::kNotEqual>(r, lane);
  fill_operation<T, Comparison::kLess>(r, lane);
  fill_operation<T, Comparison::kLessEqual>(r, lane);
  fill_operation<T, Comparison::kGreater>(r, lane);
  fill_operation<T, Comparison::kGreaterEqual>(r, lane);
  if constexpr (kComparesVectors<T>) {
    auto& slot = r.within[static_cast<int>(lane)];
    slot[0][0] = within<T, false, false>;
    slot[0][1] = within<T, false, true>;
    slot[1][0] = within<T, true, false>;
    slot[1][1] = within<T, true, true>;
  }
}

void fill_compare(Routines& r) {
  fill_lane<std::uint8_t>(r, Lane::kBool);
  fill_lane<std::int32_t>(r, Lane::kI32);
  fill_lane<std::int64_t>(r, Lane::kI64);
  fill_lane<i128>(r, Lane::kI128);
  fill_lane<float>(r, Lane::kF32);
  fill_lane<double>(r, Lane::kF64);
  fill_lane<std::uint32_t>(r, Lane::kCode);
}

}  // namespace
}  // namespace trueno::backend::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace trueno::backend::simd {
HWY_EXPORT(fill_compare);
void fill_compare_routines(Routines& r) { HWY_DYNAMIC_DISPATCH(fill_compare)(r); }
}  // namespace trueno::backend::simd
#endif
