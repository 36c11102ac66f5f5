#pragma once

#include <cstdint>
#include <vector>

#include "backend/webgpu/lane.h"

namespace trueno::backend::webgpu {

// Where things lie in the buffers a kernel binds. All counts are 32-bit words.
//   binding 0     block      read        what changes from run to run: parameters, bounds of the group's keys, lookup tables
//   binding 1     state      read_write  flags, then the accumulators, which stay on the device from dispatch to dispatch
//   binding 2     segments   read        where the columns of each segment lie
//   binding 3...  slab0 ...  read        column chunks; which of them a column is read from is part of the shader
//
// A segment is a stretch of rows whose columns lie each in one piece: a row group. One dispatch runs over any number of them, cut into
// tiles, so that a workgroup's rows lie in one segment and the places of its columns are the same for all its invocations.

/// Rows of a tile; the last one of a segment may have fewer.
inline constexpr std::uint32_t kTileRows = 4096;

/// Words of `block`. A descriptor's members are numbered by the constants below it.
struct BlockLayout {
  static constexpr std::uint32_t kSegments = 0;  // how many
  static constexpr std::uint32_t kSlots = 1;     // of the group's table
  static constexpr std::uint32_t kTiles = 2;     // of all segments
  static constexpr std::uint32_t kHeader = 4;

  // Of a source column, for all segments: bounds a `verified` column promises, 4 words each.
  static constexpr std::uint32_t kColumnWords = 8;
  static constexpr std::uint32_t kLeast = 0;
  static constexpr std::uint32_t kGreatest = 4;

  static constexpr std::uint32_t kParameterWords = 5;  // valid, 4 words of value

  static constexpr std::uint32_t kLookupWords = 3;  // places in the block: values, validity, errors (a bitmap; kNoBitmap: none)

  static constexpr std::uint32_t kKeyWords = 3;
  static constexpr std::uint32_t kLowest = 0;  // low word of the least key
  static constexpr std::uint32_t kExtent = 1;  // possible indices, the last being NULL's where the key may be NULL
  static constexpr std::uint32_t kStride = 2;  // slots between neighbouring indices

  static constexpr std::uint32_t kNoBitmap = 0xFFFFFFFF;

  static constexpr std::uint32_t kSumWords = 2;  // of float sums: the lowest bit, as an i32; of sums from the least value on: its low words

  // A segment's descriptor: these, then one of every source column.
  static constexpr std::uint32_t kFirstTile = 0;
  static constexpr std::uint32_t kRows = 1;
  static constexpr std::uint32_t kSegmentHeader = 2;

  // Of a column in a segment.
  static constexpr std::uint32_t kPlaceWords = 8;
  static constexpr std::uint32_t kValues = 0;    // where the values start in the slab
  static constexpr std::uint32_t kStep = 1;      // plain: 1, or 0 where one value stands for all; packed: rows skipped in the first word
  static constexpr std::uint32_t kValidity = 2;  // where the bitmap starts, kNoBitmap: all valid
  static constexpr std::uint32_t kWidth = 3;     // packed: bits of a value
  static constexpr std::uint32_t kBase = 4;      // packed: 4 words that are added

  explicit BlockLayout(const kernel::Program& program);
  [[nodiscard]] std::uint32_t column(std::size_t i) const { return kHeader + static_cast<std::uint32_t>(i) * kColumnWords; }
  [[nodiscard]] std::uint32_t parameter(std::size_t i) const { return parameters_ + static_cast<std::uint32_t>(i) * kParameterWords; }
  [[nodiscard]] std::uint32_t lookup(std::size_t i) const { return lookups_ + static_cast<std::uint32_t>(i) * kLookupWords; }
  [[nodiscard]] std::uint32_t key(std::size_t i) const { return keys_ + static_cast<std::uint32_t>(i) * kKeyWords; }
  [[nodiscard]] std::uint32_t sum(std::size_t accumulator) const { return sums_ + static_cast<std::uint32_t>(accumulator) * kSumWords; }
  /// Where a join's table starts in its slab.
  [[nodiscard]] std::uint32_t table(std::size_t i) const { return tables_ + static_cast<std::uint32_t>(i); }
  /// Lookup tables follow.
  [[nodiscard]] std::uint32_t words() const { return words_; }
  [[nodiscard]] std::uint32_t segment_words() const { return segment_words_; }
  /// Of a column, from the start of a segment's descriptor.
  [[nodiscard]] static std::uint32_t place(std::size_t column) { return kSegmentHeader + static_cast<std::uint32_t>(column) * kPlaceWords; }

 private:
  std::uint32_t parameters_;
  std::uint32_t lookups_;
  std::uint32_t keys_;
  std::uint32_t sums_;
  std::uint32_t tables_;
  std::uint32_t words_;
  std::uint32_t segment_words_;
};

/// Bits of state[0].
enum Flag : std::uint32_t {
  kRowFailed = 1,    // an instruction failed for an active row, or a verified column broke its promise
  kRangeBroken = 2,  // a key or a summed float lies outside what was proven of it: a bug of ours
};

/// Bits of a float sum's last word: what no fixed-point number can hold.
enum Special : std::uint32_t { kNan = 1, kPlusInfinity = 2, kMinusInfinity = 4 };

/// The lane of fixed-point numbers that hold every value of a span, counted from its lowest bit, with 32 bits to spare for the rows of a
/// dispatch. Nothing where 128 bits are too few, or sums could leave the range of DOUBLE on the way.
[[nodiscard]] std::optional<Lane> fixed_lane(const FloatSpan& span);

/// How an accumulator is kept: in the workgroup's table while the kernel runs, in the state afterwards.
enum class Keeping : std::uint8_t {
  kRows,     // the slot's row count serves: COUNT(*), and COUNT of what is never NULL
  kCount,    // 1 word, 2 in the state
  kSum,      // the lane's words and one for the carries; 4 in the state, 6 of a 128-bit lane
  kExtreme,  // 1 word: the greatest order key (of MIN: its complement, so that 0 is the identity everywhere), then 1 word: anything seen
  kWide,     // an extreme wider than an atomic: one place a workgroup in the state, reduce only
};
struct AccumulatorPlace {
  Keeping keeping = Keeping::kRows;
  Lane lane = Lane::kI32;   // of the argument; of a float sum: of the fixed-point numbers that are added
  bool specials = false;    // float sum: one more word with Special bits
  bool from_least = false;  // integer sum of what a value exceeds the least one by: unsigned, so high words change by rare carries only
  std::uint32_t table = 0;  // offset in a slot of the workgroup's table
  std::uint32_t table_words = 0;
  std::uint32_t state = 0;  // offset in a slot of the state; kWide: in the workgroup's place
  std::uint32_t state_words = 0;
};

/// The accumulators of a reduce (one slot) or of a dense group. Word 0 of a table slot counts its rows, words 0 and 1 of a state slot.
struct SinkLayout {
  static constexpr std::uint32_t kStateHeader = 4;  // flags, then padding
  std::vector<AccumulatorPlace> accumulators;
  std::uint32_t table_words = 1;  // of a slot
  std::uint32_t state_words = 2;  // of a slot
  std::uint32_t wide_words = 0;   // of a workgroup's place behind the slots

  [[nodiscard]] std::uint64_t total(std::uint64_t slots, std::uint64_t workgroups) const {
    return kStateHeader + slots * state_words + workgroups * wide_words;
  }
};
/// `never_null(value)`: what the writer found out about validity.
template <class NeverNull>
[[nodiscard]] SinkLayout layout_sink(const kernel::Program& program, NeverNull never_null) {
  SinkLayout layout;
  for (const kernel::Accumulator& a : program.sink.accumulators) {
    AccumulatorPlace place;
    const bool rows = a.kind == kernel::AccumulatorKind::kCountRows;
    if (!rows) place.lane = lane_of(program, program.at(a.argument)).value_or(Lane::kI32);
    place.table = layout.table_words;
    place.state = layout.state_words;
    switch (a.kind) {
      case kernel::AccumulatorKind::kCountRows: break;
      case kernel::AccumulatorKind::kCount:
        if (never_null(a.argument)) break;
        place.keeping = Keeping::kCount;
        place.table_words = 1;
        place.state_words = 2;
        break;
      case kernel::AccumulatorKind::kSumInteger:
      case kernel::AccumulatorKind::kSumFloat:
        if (a.kind == kernel::AccumulatorKind::kSumFloat) {
          const FloatSpan span = program.at(a.argument).range.span.value_or(FloatSpan{});
          place.lane = fixed_lane(span).value_or(Lane::kI128);
          place.specials = span.has_nan || span.has_infinity;
        }
        // The host adds the least value once for every row, which takes a row count of the argument's own.
        place.from_least = a.kind == kernel::AccumulatorKind::kSumInteger && program.sink.kind == kernel::SinkKind::kGroup &&
                           program.at(a.argument).physical() != Physical::kI128 && never_null(a.argument) &&
                           program.at(a.argument).range.proven && program.at(a.argument).range.bounded();
        place.keeping = Keeping::kSum;
        place.table_words = static_cast<std::uint32_t>(words_of(place.lane)) + 1;
        place.state_words = place.lane == Lane::kI128 ? 6 : 4;
        if (place.specials) {
          ++place.table_words;
          ++place.state_words;
        }
        break;
      case kernel::AccumulatorKind::kMin:
      case kernel::AccumulatorKind::kMax: {
        const auto words = static_cast<std::uint32_t>(words_of(place.lane));
        place.keeping = words == 1 ? Keeping::kExtreme : Keeping::kWide;
        place.table_words = place.state_words = words + 1;
        if (words != 1) {
          place.state = layout.wide_words;
          layout.wide_words += words + 1;
        }
        break;
      }
      case kernel::AccumulatorKind::kBitAnd:
      case kernel::AccumulatorKind::kBitOr:
      case kernel::AccumulatorKind::kBitXor:
      case kernel::AccumulatorKind::kSumProduct: break;  // declined before it comes to a layout
    }
    layout.table_words += place.table_words;
    if (place.keeping != Keeping::kWide) layout.state_words += place.state_words;
    layout.accumulators.push_back(place);
  }
  return layout;
}

}  // namespace trueno::backend::webgpu
