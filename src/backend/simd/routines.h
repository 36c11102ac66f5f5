#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "backend/simd/lane.h"

namespace trueno::backend::simd {

/// Which operands are one value for all rows instead of a value a row.
enum class Shape : std::uint8_t { kVectorVector, kVectorConstant, kConstantVector };
inline constexpr int kShapeCount = 3;

/// out[i] = a[i] op b[i] for i in [0, n). `a` or `b` point to one value where the shape says constant.
using BinaryRoutine = void (*)(const void* a, const void* b, void* out, std::size_t n);
using UnaryRoutine = void (*)(const void* in, void* out, std::size_t n);

/// Bounds a checked result must keep, in the lane's width (i128 lanes read both words).
struct Limits {
  i128 min = 0;
  i128 max = 0;
};
/// As BinaryRoutine, and whether some row with `ok[i] != 0` (null: every row) left the limits. Rows that are not ok get any value.
using CheckedRoutine = bool (*)(const void* a, const void* b, void* out, std::size_t n, const std::uint8_t* ok, const Limits& limits);

/// A column between two constants.
using WithinRoutine = void (*)(const void* values, const void* low, const void* high, void* out, std::size_t n);

enum class Arithmetic : std::uint8_t { kAdd, kSubtract, kMultiply };
inline constexpr int kArithmeticCount = 3;
enum class Comparison : std::uint8_t { kEqual, kNotEqual, kLess, kLessEqual, kGreater, kGreaterEqual };
inline constexpr int kComparisonCount = 6;
enum class Logic : std::uint8_t { kAnd, kOr };

/// Exact sums of floats: every value is split on two fixed grids, so that each part is a whole number of grid steps and the parts add as
/// integers, without rounding (SUM is the correctly rounded exact sum, in any order).
///
///   x = high * 2^high_grid + low * 2^low_grid + rest,  |low| <= 2^38
///
/// A row fits the window `top` when |x| < 2^top and its rest is zero. How many high bits there are depends on how many rows add up before
/// the parts are folded into something wider: a chunk of kChunkRows for a reduction, kGroupRows rows for a group's state.
struct SumWindow {
  static constexpr int kLowBits = 39;
  static constexpr int kReduceHighBits = 51;  // 2^51 * 2^11 rows < 2^63
  static constexpr int kGroupHighBits = 43;   // 2^43 * 2^19 rows < 2^63
  static constexpr int kNarrowBits = 48;      // a few values of so few bits add up without rounding
  static constexpr std::int64_t kGroupRows = std::int64_t{1} << 19;
  /// Outside of these, the constants that round to the grids would not be normal numbers.
  static constexpr int kLowestTop = -900;
  static constexpr int kHighestTop = 900;
};
/// Rows of the longest chunk.
inline constexpr std::size_t kChunkRows = 2048;
/// Rows of a chunk that is nothing but columns where they lie. Between two chunks nothing is read: with 1024 rows, which is what registers
/// of a DOUBLE column are given, that takes a quarter of the time of its exact sum; with 16,384 it still took 8 % on a core of Zen 4.
inline constexpr std::size_t kStreamRows = 32 * kChunkRows;

/// Sums over a chunk, before they are folded into a state.
struct FloatChunkSum {
  i128 high = 0;         // steps of 2^(top - kReduceHighBits)
  std::int64_t low = 0;  // steps of 2^(top - kReduceHighBits - kLowBits)
  bool fits = true;      // false: some row did not fit, and the sums mean nothing
};

struct IntegerExtremes {
  std::int64_t min = 0;
  std::int64_t max = 0;
};

/// Every routine of one instruction set, as compiled from the one source of its family. Filled once a process and instruction set.
struct Routines {
  std::string_view name;  // "AVX-512"

  // arithmetic.cc
  BinaryRoutine add_like[kArithmeticCount][kLaneCount][kShapeCount] = {};  // integers wrap (ranges proved they cannot), floats round
  CheckedRoutine checked[kArithmeticCount][kLaneCount][kShapeCount] = {};  // integers
  BinaryRoutine float_divide[kLaneCount][kShapeCount] = {};
  UnaryRoutine negate[kLaneCount] = {};
  UnaryRoutine absolute[kLaneCount] = {};
  UnaryRoutine square_root[kLaneCount] = {};
  UnaryRoutine round_to[4][kLaneCount] = {};  // floor, ceil, trunc, nearest even

  // compare.cc
  /// low <= value <= high, to bytes 0 or 1; < where the bound is open. Of I32, I64, F32 and F64, bounds that are not NaN; else null.
  WithinRoutine within[kLaneCount][2][2] = {};                            // by lane, open below, open above
  BinaryRoutine compare[kComparisonCount][kLaneCount][kShapeCount] = {};  // bytes 0 or 1; no strings and intervals

  // logic.cc: validity pointers may be null (all valid); `out_valid` is written only where an input has NULLs
  void (*kleene[2])(const std::uint8_t* a, const std::uint8_t* a_valid, const std::uint8_t* b, const std::uint8_t* b_valid,
                    std::uint8_t* out, std::uint8_t* out_valid, std::size_t n) = {};
  void (*both)(const std::uint8_t* a, const std::uint8_t* b, std::uint8_t* out, std::size_t n) = nullptr;  // a & b
  void (*invert)(const std::uint8_t* a, std::uint8_t* out, std::size_t n) = nullptr;                       // a ^ 1
  /// out[i] = condition[i] ? a[i] : b[i] for values of `width` bytes (1, 4, 8, 16). Constant operands are one value.
  void (*select[5])(const std::uint8_t* condition, const void* a, bool a_constant, const void* b, bool b_constant, void* out,
                    std::size_t n) = {};  // by width_index
  std::size_t (*count_true)(const std::uint8_t* bytes, std::size_t n) = nullptr;
  /// Row numbers of the true bytes; returns how many. Writes up to 8 entries more than that.
  std::size_t (*true_rows)(const std::uint8_t* bytes, std::size_t n, std::uint32_t* rows) = nullptr;
  void (*gather[5])(const void* in, const std::uint32_t* rows, void* out, std::size_t n) = {};  // by width_index
  void (*bits_to_bytes)(const std::uint8_t* bits, std::size_t first, std::size_t n, std::uint8_t* bytes) = nullptr;
  void (*broadcast[5])(const void* value, void* out, std::size_t n) = {};  // by width_index

  // convert.cc
  UnaryRoutine widen[static_cast<int>(Physical::kNested) + 1] = {};  // plain column values -> their lane; null: already the lane
  UnaryRoutine narrow[static_cast<int>(Physical::kNested) + 1][kLaneCount] = {};  // lane -> plain values; null: already
  UnaryRoutine convert[kLaneCount][kLaneCount] = {};  // between integer lanes (values fit), bool and integers to floats

  // From unpack/: values [first, first + n) of a frame-of-reference column into lanes of 32 or 64 bits
  void (*unpack32)(const std::uint8_t* packed, std::size_t first, std::size_t n, int width, std::int32_t base, std::int32_t* out) = nullptr;
  void (*unpack64)(const std::uint8_t* packed, std::size_t first, std::size_t n, int width, std::int64_t base, std::int64_t* out) = nullptr;

  // From unpack/ too: comparisons and sums of packed values, which get no lanes
  /// out[i] = 1 where the value, without a base, is less than (equal to) `with`, else 0; the other way round when `opposite`. Width 0..32.
  void (*less32)(const std::uint8_t* packed, std::size_t first, std::size_t n, int width, std::uint32_t with, bool opposite,
                 std::uint8_t* out) = nullptr;
  void (*equal32)(const std::uint8_t* packed, std::size_t first, std::size_t n, int width, std::uint32_t with, bool opposite,
                  std::uint8_t* out) = nullptr;
  /// The sum of the values, without a base, whose byte of `mask` is 1 (null: of all). Width 0..32.
  std::uint64_t (*sum_packed)(const std::uint8_t* packed, std::size_t first, std::size_t n, int width, const std::uint8_t* mask) = nullptr;

  // reduce.cc: `mask` bytes choose rows; null: all
  std::int64_t (*sum32)(const std::int32_t* values, const std::uint8_t* mask, std::size_t n) = nullptr;
  std::int64_t (*sum64_narrow)(const std::int64_t* values, const std::uint8_t* mask, std::size_t n) = nullptr;  // |values| < 2^51
  i128 (*sum64)(const std::int64_t* values, const std::uint8_t* mask, std::size_t n) = nullptr;
  IntegerExtremes (*extremes32)(const std::int32_t* values, const std::uint8_t* mask, std::size_t n) = nullptr;  // of the chosen rows, >= 1
  IntegerExtremes (*extremes64)(const std::int64_t* values, const std::uint8_t* mask, std::size_t n) = nullptr;
  /// Least and greatest of the chosen rows that are not NaN, by IEEE order, and whether a NaN was among them. +-inf when there is none.
  void (*extremes_f64)(const double* values, const std::uint8_t* mask, std::size_t n, double* min, double* max, bool* nan) = nullptr;
  void (*extremes_f32)(const float* values, const std::uint8_t* mask, std::size_t n, float* min, float* max, bool* nan) = nullptr;
  FloatChunkSum (*sum_f64)(const double* values, const std::uint8_t* mask, std::size_t n, int top) = nullptr;
  FloatChunkSum (*sum_f32)(const float* values, const std::uint8_t* mask, std::size_t n, int top) = nullptr;
  /// The same for values of a narrow span, at less work: where the exponents of the chunk show that no partial sum needs more than 53 bits,
  /// an ordinary sum is the exact one (of FLOATs; of what is left of DOUBLEs after the high grid). Does not fit more often.
  FloatChunkSum (*sum_narrow_f64)(const double* values, const std::uint8_t* mask, std::size_t n, int top) = nullptr;
  /// The same of values that are known to fit: below 2^top, and multiples of the low grid. Half the instructions. Of up to kStreamRows.
  FloatChunkSum (*sum_known_f64)(const double* values, const std::uint8_t* mask, std::size_t n, int top) = nullptr;
  /// Of up to kStreamRows FLOATs below 2^top that are multiples of 2^(top - kNarrowBits).
  FloatChunkSum (*sum_known_f32)(const float* values, const std::uint8_t* mask, std::size_t n, int top) = nullptr;
  FloatChunkSum (*sum_narrow_f32)(const float* values, const std::uint8_t* mask, std::size_t n, int top) = nullptr;
  /// The two grid parts of every row; false when some chosen row does not fit (its `fits` byte is 0 then, else all 1).
  bool (*split_f64)(const double* values, const std::uint8_t* mask, std::size_t n, int top, std::int64_t* high, std::int64_t* low,
                    std::uint8_t* fits) = nullptr;

  // hash.cc
  void (*hash_words)(const std::uint64_t* words, std::size_t n, std::uint64_t* hashes) = nullptr;
};

/// Index of `gather`, `select` and `broadcast` for a value width.
[[nodiscard]] constexpr int width_index(int width) { return width == 1 ? 0 : (width == 4 ? 1 : (width == 8 ? 2 : 3)); }

/// The instruction sets of this machine that were compiled in, fastest first.
[[nodiscard]] std::vector<std::string> instruction_sets();
/// The routines of one instruction set by name ("avx512", "avx2", "sse4", "neon", "wasm128", "portable"); of the fastest when empty.
/// Null when this machine or build does not have it. Thread-safe; the table lives as long as the process.
[[nodiscard]] const Routines* routines_for(std::string_view name);

}  // namespace trueno::backend::simd
