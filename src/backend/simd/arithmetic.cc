// Arithmetic on registers: one source, compiled for every instruction set. The loops are plain, so that the compiler vectorises them with
// whatever the set has; what cannot be vectorised (128-bit overflow) is the same loop, only slower.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backend/simd/arithmetic.cc"
#include "backend/simd/targets.h"
#include "hwy/foreach_target.h"
//
#include <bit>
#include <cmath>
#include <type_traits>

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace trueno::backend::simd::HWY_NAMESPACE {
namespace {  // several of these files have a fill_lane<T>: without this the linker would keep one of them for all

template <class T>
HWY_INLINE T wrapped(Arithmetic op, T a, T b) {
  if constexpr (std::is_floating_point_v<T>) {
    switch (op) {
      case Arithmetic::kAdd: return a + b;
      case Arithmetic::kSubtract: return a - b;
      case Arithmetic::kMultiply: return a * b;
    }
    return a;
  } else {
    using U = std::conditional_t<sizeof(T) == 16, u128, std::make_unsigned_t<std::conditional_t<sizeof(T) == 16, std::int64_t, T>>>;
    switch (op) {
      case Arithmetic::kAdd: return static_cast<T>(static_cast<U>(a) + static_cast<U>(b));
      case Arithmetic::kSubtract: return static_cast<T>(static_cast<U>(a) - static_cast<U>(b));
      case Arithmetic::kMultiply: return static_cast<T>(static_cast<U>(a) * static_cast<U>(b));
    }
    return a;
  }
}

// Hardware differs in the sign and payload of the NaN an operation makes; results have the one NaN.
template <class T>
HWY_INLINE T one_nan(T value) {
  if constexpr (std::is_same_v<T, double>) {
    return value != value ? std::bit_cast<double>(std::uint64_t{0x7FF8000000000000}) : value;
  } else if constexpr (std::is_same_v<T, float>) {
    return value != value ? std::bit_cast<float>(std::uint32_t{0x7FC00000}) : value;
  } else {
    return value;
  }
}

template <class T, Shape kShape, class Operation>
HWY_INLINE void for_rows(const void* a, const void* b, void* out, std::size_t n, Operation operation) {
  const T* HWY_RESTRICT x = static_cast<const T*>(a);
  const T* HWY_RESTRICT y = static_cast<const T*>(b);
  T* HWY_RESTRICT to = static_cast<T*>(out);
  if constexpr (kShape == Shape::kVectorVector) {
    for (std::size_t i = 0; i < n; ++i) to[i] = operation(x[i], y[i]);
  } else if constexpr (kShape == Shape::kVectorConstant) {
    const T constant = *y;
    for (std::size_t i = 0; i < n; ++i) to[i] = operation(x[i], constant);
  } else {
    const T constant = *x;
    for (std::size_t i = 0; i < n; ++i) to[i] = operation(constant, y[i]);
  }
}

template <class T, Arithmetic kOp, Shape kShape>
void add_like(const void* a, const void* b, void* out, std::size_t n) {
  for_rows<T, kShape>(a, b, out, n, [](T x, T y) HWY_ATTR { return one_nan(wrapped(kOp, x, y)); });
}

template <class T, Shape kShape>
void divide(const void* a, const void* b, void* out, std::size_t n) {
  for_rows<T, kShape>(a, b, out, n, [](T x, T y) HWY_ATTR { return one_nan(x / y); });
}

// The exact result as a wider number where there is one, else with the overflow flag.
template <class T, Arithmetic kOp>
HWY_INLINE bool exact(T a, T b, T* out, T low, T high) {
  if constexpr (sizeof(T) == 4) {
    const std::int64_t wide = wrapped(kOp, static_cast<std::int64_t>(a), static_cast<std::int64_t>(b));
    *out = static_cast<T>(wide);
    return wide < low || wide > high;
  } else {
    bool overflow = false;
    if constexpr (kOp == Arithmetic::kAdd) overflow = __builtin_add_overflow(a, b, out);
    if constexpr (kOp == Arithmetic::kSubtract) overflow = __builtin_sub_overflow(a, b, out);
    if constexpr (kOp == Arithmetic::kMultiply) overflow = __builtin_mul_overflow(a, b, out);
    return overflow || *out < low || *out > high;
  }
}

template <class T, Arithmetic kOp, Shape kShape>
bool checked(const void* a, const void* b, void* out, std::size_t n, const std::uint8_t* ok, const Limits& limits) {
  const T* HWY_RESTRICT x = static_cast<const T*>(a);
  const T* HWY_RESTRICT y = static_cast<const T*>(b);
  T* HWY_RESTRICT to = static_cast<T*>(out);
  const T low = static_cast<T>(limits.min);
  const T high = static_cast<T>(limits.max);
  const T first = *x;
  const T second = *y;
  std::uint8_t failed = 0;
  const auto step = [&](std::size_t i) HWY_ATTR {
    const T p = kShape == Shape::kConstantVector ? first : x[i];
    const T q = kShape == Shape::kVectorConstant ? second : y[i];
    return static_cast<std::uint8_t>(exact<T, kOp>(p, q, to + i, low, high));
  };
  if (ok == nullptr) {
    for (std::size_t i = 0; i < n; ++i) failed |= step(i);
  } else {
    for (std::size_t i = 0; i < n; ++i) failed |= static_cast<std::uint8_t>(step(i) & ok[i]);
  }
  return failed != 0;
}

template <class T>
void negate(const void* in, void* out, std::size_t n) {
  const T* HWY_RESTRICT x = static_cast<const T*>(in);
  T* HWY_RESTRICT to = static_cast<T*>(out);
  for (std::size_t i = 0; i < n; ++i) {
    if constexpr (std::is_floating_point_v<T>) {
      to[i] = one_nan(-x[i]);
    } else {
      to[i] = wrapped(Arithmetic::kSubtract, T{0}, x[i]);
    }
  }
}

template <class T>
void absolute(const void* in, void* out, std::size_t n) {
  const T* HWY_RESTRICT x = static_cast<const T*>(in);
  T* HWY_RESTRICT to = static_cast<T*>(out);
  for (std::size_t i = 0; i < n; ++i) {
    if constexpr (std::is_floating_point_v<T>) {
      to[i] = one_nan(__builtin_fabs(x[i]));
    } else {
      to[i] = x[i] < 0 ? wrapped(Arithmetic::kSubtract, T{0}, x[i]) : x[i];
    }
  }
}
template <>
void absolute<float>(const void* in, void* out, std::size_t n) {
  const float* HWY_RESTRICT x = static_cast<const float*>(in);
  float* HWY_RESTRICT to = static_cast<float*>(out);
  for (std::size_t i = 0; i < n; ++i) to[i] = one_nan(__builtin_fabsf(x[i]));
}

template <class T, int kKind>
void rounded(const void* in, void* out, std::size_t n) {
  const T* HWY_RESTRICT x = static_cast<const T*>(in);
  T* HWY_RESTRICT to = static_cast<T*>(out);
  for (std::size_t i = 0; i < n; ++i) {
    T value = x[i];
    if constexpr (kKind == 0) value = std::floor(value);
    if constexpr (kKind == 1) value = std::ceil(value);
    if constexpr (kKind == 2) value = std::trunc(value);
    if constexpr (kKind == 3) value = std::nearbyint(value);
    if constexpr (kKind == 4) value = std::sqrt(value);
    to[i] = one_nan(value);
  }
}

template <class T, Arithmetic kOp>
void fill_operation(Routines& r, Lane lane) {
  auto& plain = r.add_like[static_cast<int>(kOp)][static_cast<int>(lane)];
  plain[0] = add_like<T, kOp, Shape::kVectorVector>;
  plain[1] = add_like<T, kOp, Shape::kVectorConstant>;
  plain[2] = add_like<T, kOp, Shape::kConstantVector>;
  if constexpr (!std::is_floating_point_v<T>) {
    auto& with_checks = r.checked[static_cast<int>(kOp)][static_cast<int>(lane)];
    with_checks[0] = checked<T, kOp, Shape::kVectorVector>;
    with_checks[1] = checked<T, kOp, Shape::kVectorConstant>;
    with_checks[2] = checked<T, kOp, Shape::kConstantVector>;
  }
}

template <class T>
void fill_lane(Routines& r, Lane lane) {
  const int at = static_cast<int>(lane);
  fill_operation<T, Arithmetic::kAdd>(r, lane);
  fill_operation<T, Arithmetic::kSubtract>(r, lane);
  fill_operation<T, Arithmetic::kMultiply>(r, lane);
  r.negate[at] = negate<T>;
  r.absolute[at] = absolute<T>;
  if constexpr (std::is_floating_point_v<T>) {
    r.float_divide[at][0] = divide<T, Shape::kVectorVector>;
    r.float_divide[at][1] = divide<T, Shape::kVectorConstant>;
    r.float_divide[at][2] = divide<T, Shape::kConstantVector>;
    r.round_to[0][at] = rounded<T, 0>;
    r.round_to[1][at] = rounded<T, 1>;
    r.round_to[2][at] = rounded<T, 2>;
    r.round_to[3][at] = rounded<T, 3>;
    r.square_root[at] = rounded<T, 4>;
  }
}

void fill_arithmetic(Routines& r) {
  fill_lane<std::int32_t>(r, Lane::kI32);
  fill_lane<std::int64_t>(r, Lane::kI64);
  fill_lane<i128>(r, Lane::kI128);
  fill_lane<float>(r, Lane::kF32);
  fill_lane<double>(r, Lane::kF64);
}

}  // namespace
}  // namespace trueno::backend::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace trueno::backend::simd {
HWY_EXPORT(fill_arithmetic);
void fill_arithmetic_routines(Routines& r) { HWY_DYNAMIC_DISPATCH(fill_arithmetic)(r); }
}  // namespace trueno::backend::simd
#endif
