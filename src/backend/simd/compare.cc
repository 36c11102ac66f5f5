// Comparisons of registers, to bytes 0 or 1. Floats compare in SQL's total order: NaN equals NaN and is greatest, -0 equals +0.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backend/simd/compare.cc"
#include "backend/simd/targets.h"
#include "hwy/foreach_target.h"
//
#include <type_traits>

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace trueno::backend::simd::HWY_NAMESPACE {
namespace {  // several of these files have a fill_lane<T>: without this the linker would keep one of them for all

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

template <class T, Comparison kOp, Shape kShape>
void compare(const void* a, const void* b, void* out, std::size_t n) {
  const T* HWY_RESTRICT x = static_cast<const T*>(a);
  const T* HWY_RESTRICT y = static_cast<const T*>(b);
  std::uint8_t* HWY_RESTRICT to = static_cast<std::uint8_t*>(out);
  if constexpr (kShape == Shape::kVectorVector) {
    for (std::size_t i = 0; i < n; ++i) to[i] = holds<T, kOp>(x[i], y[i]);
  } else if constexpr (kShape == Shape::kVectorConstant) {
    const T constant = *y;
    for (std::size_t i = 0; i < n; ++i) to[i] = holds<T, kOp>(x[i], constant);
  } else {
    const T constant = *x;
    for (std::size_t i = 0; i < n; ++i) to[i] = holds<T, kOp>(constant, y[i]);
  }
}

template <class T, Comparison kOp>
void fill_operation(Routines& r, Lane lane) {
  auto& slot = r.compare[static_cast<int>(kOp)][static_cast<int>(lane)];
  slot[0] = compare<T, kOp, Shape::kVectorVector>;
  slot[1] = compare<T, kOp, Shape::kVectorConstant>;
  slot[2] = compare<T, kOp, Shape::kConstantVector>;
}

template <class T>
void fill_lane(Routines& r, Lane lane) {
  fill_operation<T, Comparison::kEqual>(r, lane);
  fill_operation<T, Comparison::kNotEqual>(r, lane);
  fill_operation<T, Comparison::kLess>(r, lane);
  fill_operation<T, Comparison::kLessEqual>(r, lane);
  fill_operation<T, Comparison::kGreater>(r, lane);
  fill_operation<T, Comparison::kGreaterEqual>(r, lane);
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
