// Chooses and makes the encoding of a chunk.
//
// The choice weighs bytes against the work of decoding: packing must save a quarter, runs half, else plain values win. All candidates are
// priced before one is made, from the bounds (packed) and one count of changes (runs).
#include "storage/table/chunk_encoder.h"

#include <algorithm>
#include <cstring>
#include <type_traits>

#include "column/physical_dispatch.h"
#include "storage/statistics/chunk_statistics.h"

namespace trueno {

namespace {

/// What is packed: whether __int128 counts as integral depends on the standard library.
template <class T>
constexpr bool kPackable = std::is_integral_v<T> && sizeof(T) <= 8;

template <class T>
bool same(const T& a, const T& b) {
  return std::memcmp(&a, &b, sizeof(T)) == 0;  // NOLINT(bugprone-suspicious-memory-comparison): bits are meant, -0 and +0 stay apart
}

// One pass that vectorises: comparisons are added up.
template <class T>
std::int64_t count_runs(const T* values, std::int64_t length) {
  std::int64_t changes = 0;
  for (std::int64_t i = 1; i < length; ++i) changes += same(values[i - 1], values[i]) ? 0 : 1;
  return changes + 1;
}

// One value and one exclusive end a run.
template <class T>
Status make_runs(Column& column, std::int64_t runs) {
  MutableBuffer values = TRUENO_TRY(MutableBuffer::uninitialised(static_cast<std::size_t>(runs) * sizeof(T)));
  MutableBuffer ends = TRUENO_TRY(MutableBuffer::uninitialised(static_cast<std::size_t>(runs) * sizeof(std::int64_t)));
  const T* from = column.values.as<T>();
  std::int64_t run = 0;
  for (std::int64_t i = 0; i < column.length; ++i) {
    if (i + 1 < column.length && same(from[i], from[i + 1])) continue;
    values.as<T>()[run] = from[i];
    ends.as<std::int64_t>()[run] = i + 1;
    ++run;
  }
  column.encoding = Encoding::kRunLength;
  column.values = std::move(values).freeze();
  column.run_ends = std::move(ends).freeze();
  column.run_count = runs;
  return {};
}

// Packs through a 128-bit window, so that no value is written twice.
template <class T>
Status make_packed(Column& column, std::int64_t base, int width) {
  MutableBuffer packed = TRUENO_TRY(MutableBuffer::uninitialised(packed_bytes(static_cast<std::size_t>(column.length), width)));
  const T* from = column.values.as<T>();
  std::uint8_t* to = packed.data();
  u128 window = 0;
  int filled = 0;
  for (std::int64_t i = 0; i < column.length; ++i) {
    window |= static_cast<u128>(static_cast<std::uint64_t>(from[i]) - static_cast<std::uint64_t>(base)) << filled;
    filled += width;
    if (filled >= 64) {
      store(to, static_cast<std::uint64_t>(window));
      to += 8;
      window >>= 64;
      filled -= 64;
    }
  }
  std::uint8_t rest[24] = {};  // the last bits, and zeros up to the over-read of `unpack_bits`
  store(rest, static_cast<std::uint64_t>(window));
  std::memcpy(to, rest, static_cast<std::size_t>(packed.data() + packed.size() - to));
  column.encoding = Encoding::kPacked;
  column.base = std::is_signed_v<T> ? static_cast<i128>(base) : static_cast<i128>(static_cast<std::uint64_t>(base));
  column.bit_width = width;
  column.values = std::move(packed).freeze();
  return {};
}

// Prices every encoding in bytes, from the range and the number of runs.
template <class T>
Status choose(Column& column) {
  const auto length = column.length;
  std::int64_t best = length * static_cast<std::int64_t>(sizeof(T));
  int width = -1;
  if constexpr (kPackable<T>) {
    const bool packable = column.physical() != Physical::kBool && column.physical() != Physical::kCode && column.statistics.min.has_value();
    if (packable) {
      const auto range = static_cast<std::uint64_t>(column.statistics.max->as_integer() - column.statistics.min->as_integer());
      const std::int64_t packed = length * bit_width_of(range) / 8;
      if (packed * 4 <= best * 3) {
        width = bit_width_of(range);
        best = packed;
      }
    }
  }
  const std::int64_t runs = count_runs(column.values.as<T>(), length);
  if (runs == 1) {
    column.encoding = Encoding::kConstant;
    column.values = TRUENO_TRY(copy_to_buffer(std::span(column.values.as<T>(), 1)));
    return {};
  }
  if (runs * static_cast<std::int64_t>(sizeof(T) + 8) * 2 <= best) return make_runs<T>(column, runs);
  if constexpr (kPackable<T>) {
    if (width >= 0) return make_packed<T>(column, static_cast<std::int64_t>(column.statistics.min->as_integer()), width);
  }
  return {};
}

}  // namespace

// Eight valid rows are skipped at a time.
void fill_null_rows(std::uint8_t* values, std::size_t width, const std::uint8_t* validity, std::int64_t length) {
  std::size_t first = 0;
  const auto rows = static_cast<std::size_t>(length);
  while (first < rows && !get_bit(validity, first)) ++first;
  if (first == rows) {
    std::memset(values, 0, rows * width);
    return;
  }
  const std::uint8_t* sample = values + first * width;
  for (std::size_t row = 0; row < rows; ++row) {
    if ((row & 7) == 0 && validity[row >> 3] == 0xFF) {
      row += 7;
    } else if (!get_bit(validity, row)) {
      std::memcpy(values + row * width, sample, width);
    }
  }
}

Result<Column> encode_chunk(Column plain, HyperLogLog* all_values) {
  const std::int64_t null_count = plain.null_count;
  plain.null_count = 0;  // NULL rows repeat a valid value, which changes no bound
  if (null_count == plain.length && plain.length != 0) {
    plain.statistics = {};
    plain.statistics.proven = plain.statistics.exact_bounds = true;
    plain.statistics.distinct_count = 0;
  } else {
    plain.statistics = TRUENO_TRY(measure(plain, all_values));
  }
  plain.statistics.null_count = null_count;
  if (plain.length != 0 && !plain.type.is_nested() && plain.physical() != Physical::kString) {
    TRUENO_TRY(dispatch_physical(plain.physical(), [&]<class T>() { return choose<T>(plain); }));
  }
  plain.null_count = null_count;
  return plain;
}

}  // namespace trueno
