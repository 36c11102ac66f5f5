// Conversions between the values of plain columns and register lanes, and between lanes. No check: the caller knows that values fit.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "backend/simd/convert.cc"
#include "backend/simd/targets.h"
#include "hwy/foreach_target.h"
//
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace trueno::backend::simd::HWY_NAMESPACE {
namespace {  // several of these files have a fill_lane<T>: without this the linker would keep one of them for all

template <class From, class To>
void convert(const void* in, void* out, std::size_t n) {
  const From* HWY_RESTRICT from = static_cast<const From*>(in);
  To* HWY_RESTRICT to = static_cast<To*>(out);
  for (std::size_t i = 0; i < n; ++i) to[i] = static_cast<To>(from[i]);  // NOLINT(bugprone-signed-char-misuse): TINYINT is a number
}

template <class T>
void fill_narrow(Routines& r, Lane lane) {
  const int at = static_cast<int>(lane);
  const auto set = [&](Physical physical, UnaryRoutine routine) { r.narrow[static_cast<int>(physical)][at] = routine; };
  set(Physical::kI8, convert<T, std::int8_t>);
  set(Physical::kI16, convert<T, std::int16_t>);
  set(Physical::kU8, convert<T, std::uint8_t>);
  set(Physical::kU16, convert<T, std::uint16_t>);
  set(Physical::kU32, convert<T, std::uint32_t>);
  set(Physical::kU64, convert<T, std::uint64_t>);
  if (lane != Lane::kI32) set(Physical::kI32, convert<T, std::int32_t>);
  if (lane != Lane::kI64) set(Physical::kI64, convert<T, std::int64_t>);
  if (lane != Lane::kI128) set(Physical::kI128, convert<T, i128>);
}

template <class From>
void fill_from(Routines& r, Lane from) {
  auto& row = r.convert[static_cast<int>(from)];
  row[static_cast<int>(Lane::kI32)] = convert<From, std::int32_t>;
  row[static_cast<int>(Lane::kI64)] = convert<From, std::int64_t>;
  row[static_cast<int>(Lane::kI128)] = convert<From, i128>;
  row[static_cast<int>(Lane::kF64)] = convert<From, double>;
  row[static_cast<int>(Lane::kF32)] = convert<From, float>;
  row[static_cast<int>(from)] = nullptr;
}

void fill_convert(Routines& r) {
  r.widen[static_cast<int>(Physical::kI8)] = convert<std::int8_t, std::int32_t>;
  r.widen[static_cast<int>(Physical::kI16)] = convert<std::int16_t, std::int32_t>;
  r.widen[static_cast<int>(Physical::kU8)] = convert<std::uint8_t, std::int32_t>;
  r.widen[static_cast<int>(Physical::kU16)] = convert<std::uint16_t, std::int32_t>;
  r.widen[static_cast<int>(Physical::kU32)] = convert<std::uint32_t, std::int64_t>;
  r.widen[static_cast<int>(Physical::kU64)] = convert<std::uint64_t, i128>;
  fill_narrow<std::int32_t>(r, Lane::kI32);
  fill_narrow<std::int64_t>(r, Lane::kI64);
  fill_narrow<i128>(r, Lane::kI128);
  fill_from<std::uint8_t>(r, Lane::kBool);
  fill_from<std::int32_t>(r, Lane::kI32);
  fill_from<std::int64_t>(r, Lane::kI64);
  fill_from<i128>(r, Lane::kI128);
  // 128-bit integers to floats: kernel::cast_cell rounds them; the conversion instruction of compilers differs.
  r.convert[static_cast<int>(Lane::kI128)][static_cast<int>(Lane::kF64)] = nullptr;
  r.convert[static_cast<int>(Lane::kI128)][static_cast<int>(Lane::kF32)] = nullptr;
  r.convert[static_cast<int>(Lane::kF32)][static_cast<int>(Lane::kF64)] = convert<float, double>;
  r.convert[static_cast<int>(Lane::kF64)][static_cast<int>(Lane::kF32)] = convert<double, float>;
}

}  // namespace
}  // namespace trueno::backend::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace trueno::backend::simd {
HWY_EXPORT(fill_convert);
void fill_convert_routines(Routines& r) { HWY_DYNAMIC_DISPATCH(fill_convert)(r); }
}  // namespace trueno::backend::simd
#endif
