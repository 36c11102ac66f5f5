#include "backend/simd/key_value.h"

#include <bit>
#include <cstring>

#include "base/hash.h"
#include "kernel/cell.h"

namespace trueno::backend::simd {

std::uint64_t key_bits(double value) { return std::bit_cast<std::uint64_t>(kernel::canonical(value)); }
std::uint64_t key_bits(float value) { return std::bit_cast<std::uint32_t>(kernel::canonical(value)); }

namespace {

i128 interval_length(const Vector& vector, std::size_t at) {
  return load<IntervalValue>(vector.as<IntervalValue>() + at).normalised_micros();
}

std::uint64_t hash_wide(i128 value) {
  return hash_combine(hash64(static_cast<std::uint64_t>(value)), static_cast<std::uint64_t>(value >> 64));
}

}  // namespace

std::uint64_t hash_value(const Vector& vector, std::size_t row) {
  const std::size_t at = vector.at(row);
  switch (vector.lane) {
    case Lane::kBool: return hash64(vector.as<std::uint8_t>()[at]);
    case Lane::kI32: return hash64(static_cast<std::uint64_t>(static_cast<std::int64_t>(vector.as<std::int32_t>()[at])));
    case Lane::kI64: return hash64(static_cast<std::uint64_t>(vector.as<std::int64_t>()[at]));
    case Lane::kCode: return hash64(vector.as<std::uint32_t>()[at]);
    case Lane::kF32: return hash64(key_bits(vector.as<float>()[at]));
    case Lane::kF64: return hash64(key_bits(vector.as<double>()[at]));
    case Lane::kI128: return hash_wide(load<i128>(vector.as<i128>() + at));
    case Lane::kInterval: return hash_wide(interval_length(vector, at));
    case Lane::kString: return hash_bytes(vector.as<StringView>()[at].view());
  }
  return 0;
}

bool same_value(const Vector& a, std::size_t a_row, const Vector& b, std::size_t b_row) {
  const std::size_t x = a.at(a_row);
  const std::size_t y = b.at(b_row);
  switch (a.lane) {
    case Lane::kBool: return a.as<std::uint8_t>()[x] == b.as<std::uint8_t>()[y];
    case Lane::kI32: return a.as<std::int32_t>()[x] == b.as<std::int32_t>()[y];
    case Lane::kI64: return a.as<std::int64_t>()[x] == b.as<std::int64_t>()[y];
    case Lane::kCode: return a.as<std::uint32_t>()[x] == b.as<std::uint32_t>()[y];
    case Lane::kF32: return key_bits(a.as<float>()[x]) == key_bits(b.as<float>()[y]);
    case Lane::kF64: return key_bits(a.as<double>()[x]) == key_bits(b.as<double>()[y]);
    case Lane::kI128: return load<i128>(a.as<i128>() + x) == load<i128>(b.as<i128>() + y);
    case Lane::kInterval: return interval_length(a, x) == interval_length(b, y);
    case Lane::kString: return a.as<StringView>()[x] == b.as<StringView>()[y];
  }
  return false;
}

}  // namespace trueno::backend::simd
