#include "backend/simd/vector.h"

namespace trueno::backend::simd {

kernel::Cell cell_of(const Vector& vector, std::size_t row) {
  using kernel::Cell;
  if (!vector.is_valid(row)) return Cell::null();
  const std::size_t at = vector.at(row);
  switch (vector.lane) {
    case Lane::kBool: return Cell::of_bool(vector.as<std::uint8_t>()[at] != 0);
    case Lane::kI32: return Cell::of_integer(vector.as<std::int32_t>()[at]);
    case Lane::kI64: return Cell::of_integer(vector.as<std::int64_t>()[at]);
    case Lane::kI128: return Cell::of_integer(load<i128>(vector.as<i128>() + at));
    case Lane::kF32: return Cell::of_f32(vector.as<float>()[at]);
    case Lane::kF64: return Cell::of_f64(vector.as<double>()[at]);
    case Lane::kString: return Cell::of_string(vector.as<StringView>()[at]);
    case Lane::kCode: return Cell::of_integer(vector.as<std::uint32_t>()[at]);
    case Lane::kInterval: return Cell::of_interval(vector.as<IntervalValue>()[at]);
  }
  return Cell::null();
}

void store_cell(Lane lane, void* out, std::size_t row, const kernel::Cell& cell) {
  switch (lane) {
    case Lane::kBool: static_cast<std::uint8_t*>(out)[row] = cell.boolean ? 1 : 0; return;
    case Lane::kI32: static_cast<std::int32_t*>(out)[row] = static_cast<std::int32_t>(cell.integer); return;
    case Lane::kI64: static_cast<std::int64_t*>(out)[row] = static_cast<std::int64_t>(cell.integer); return;
    case Lane::kI128: static_cast<i128*>(out)[row] = cell.integer; return;
    case Lane::kF32: static_cast<float*>(out)[row] = cell.f32; return;
    case Lane::kF64: static_cast<double*>(out)[row] = cell.f64; return;
    case Lane::kString: static_cast<StringView*>(out)[row] = cell.string; return;
    case Lane::kCode: static_cast<std::uint32_t*>(out)[row] = static_cast<std::uint32_t>(cell.integer); return;
    case Lane::kInterval: static_cast<IntervalValue*>(out)[row] = cell.interval; return;
  }
}

}  // namespace trueno::backend::simd
