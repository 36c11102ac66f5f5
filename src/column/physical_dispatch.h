#pragma once

#include <cstdint>

#include "base/int128.h"
#include "column/column.h"
#include "column/type.h"

namespace trueno {

/// Calls `function.template operator()<T>()` with the C++ type that lies in a plain buffer of this physical type: `std::uint8_t` for
/// kBool, StoredView for kString, std::uint32_t for kCode. kNested gives the i32 of its offsets.
template <class Function>
decltype(auto) dispatch_physical(Physical physical, Function&& function) {
  switch (physical) {
    case Physical::kBool: return function.template operator()<std::uint8_t>();
    case Physical::kI8: return function.template operator()<std::int8_t>();
    case Physical::kI16: return function.template operator()<std::int16_t>();
    case Physical::kI32: return function.template operator()<std::int32_t>();
    case Physical::kI64: return function.template operator()<std::int64_t>();
    case Physical::kI128: return function.template operator()<i128>();
    case Physical::kU8: return function.template operator()<std::uint8_t>();
    case Physical::kU16: return function.template operator()<std::uint16_t>();
    case Physical::kU32: return function.template operator()<std::uint32_t>();
    case Physical::kU64: return function.template operator()<std::uint64_t>();
    case Physical::kF32: return function.template operator()<float>();
    case Physical::kF64: return function.template operator()<double>();
    case Physical::kString: return function.template operator()<StoredView>();
    case Physical::kCode: return function.template operator()<std::uint32_t>();
    case Physical::kInterval: return function.template operator()<IntervalValue>();
    case Physical::kNested: break;
  }
  return function.template operator()<std::int32_t>();
}

}  // namespace trueno
