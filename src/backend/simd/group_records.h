#pragma once

#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "backend/simd/evaluator.h"
#include "base/arena.h"
#include "base/exact_sum.h"
#include "base/fixed_sum.h"
#include "base/large_memory.h"
#include "base/product_sum.h"
#include "base/two_grid_sum.h"

namespace trueno::backend::simd {

/// What the accumulators of a grouping read of a chunk, by accumulator; null where there is none.
struct GroupArguments {
  std::vector<const Vector*> first;
  std::vector<const Vector*> second;  // of kSumProduct
};

/// The accumulators of groups that are numbers: one record of fixed size a group. Not thread-safe.
///
/// Float sums are two grid parts and a carry a group (24 bytes) in one window for the whole column; rows that do not fit the window go to
/// an exact sum of their group.
class GroupRecords {
 public:
  explicit GroupRecords(const CompiledProgram& compiled);

  // How an accumulator's state lies in a group's record.
  enum class StateKind : std::uint8_t {
    kCount,      // i64
    kNarrowSum,  // i64: values of 32 bits
    kWideSum,    // i128: values of 64 bits
    kWidestSum,  // I192
    kFloatSum,   // carry, high, low: i64 each
    kExtreme,    // i64 whether there is one, then the value
    kBits,       // the same
    kProducts,   // as kFloatSum, of products that are exact in binary64; others in products_
  };
  struct Slot {
    StateKind kind = StateKind::kCount;
    std::size_t offset = 0;
    Lane lane = Lane::kBool;  // of the argument
  };

  /// Records up to this many groups; new ones have seen no row.
  void grow(std::size_t groups);
  void clear();
  /// So many groups that have seen no row. Keeps its memory, and moves no segment while it is used: for many small groupings in turn.
  void restart(std::size_t groups);
  /// Adds the rows `rows[k]` (null: row k) of a chunk to the groups `groups[k]`, k in [0, count). `mask`: a byte a row of the chunk, which
  /// are those (null: all).
  void update(const GroupArguments& arguments, std::size_t chunk_rows, const std::uint8_t* mask, const std::uint32_t* rows,
              std::size_t count, const std::uint32_t* groups, const Routines& routines);

  /// Adds to groups `into[k]` the groups `from[k]` of other records of the same program. Not of texts, codes and products.
  void absorb(const GroupRecords& other, std::span<const std::uint32_t> from, const std::uint32_t* into);

  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(groups_used_); }
  [[nodiscard]] std::size_t record_bytes() const { return stride_; }
  [[nodiscard]] std::int64_t bytes() const;
  /// Whether so many of `rows` rows did not fit a window that another should be begun.
  [[nodiscard]] bool misfits(std::int64_t rows) const;

  [[nodiscard]] const std::vector<Slot>& slots() const { return slots_; }
  [[nodiscard]] const std::uint8_t* record(std::uint32_t group) const {
    return segments_[group >> shift_].data() + (group & ((std::uint32_t{1} << shift_) - 1)) * stride_;
  }
  [[nodiscard]] ProductSum product(std::size_t accumulator, std::uint32_t group) const;
  /// A float sum; nothing where it needs the wide form.
  [[nodiscard]] std::optional<FixedSum> fixed_sum(std::size_t accumulator, std::uint32_t group) const;
  [[nodiscard]] ExactSum wide_sum(std::size_t accumulator, std::uint32_t group) const;
  /// A float sum as steps on two grids; nothing where that is not all of it.
  [[nodiscard]] std::optional<TwoGridSum> two_grid_sum(std::size_t accumulator, std::uint32_t group) const {
    const FloatWindow& window = windows_[accumulator];
    if (!window.overflow.empty() && window.overflow.contains(group)) return std::nullopt;
    if (!window.has_window) return TwoGridSum();
    const std::uint8_t* at = record(group) + slots_[accumulator].offset;
    const auto carry = load<std::int64_t>(at);
    const auto high = load<std::int64_t>(at + 8);
    const auto low = load<std::int64_t>(at + 16);
    constexpr std::int64_t kMost = TwoGridSum::kMost / 2;  // a thousand of them still add
    if (carry != 0 || high > kMost || high < -kMost || low > kMost || low < -kMost) return std::nullopt;
    const int high_grid = window.top - SumWindow::kGroupHighBits;
    return TwoGridSum{high, low, high_grid, high_grid - SumWindow::kLowBits};
  }
  /// The states of an accumulator as a column of the partial table.
  [[nodiscard]] Result<Column> state_column(std::size_t index) const;

 private:
  struct FloatWindow {
    bool has_window = false;
    int top = 0;
    std::int64_t rows = 0;  // since carries were moved up
    std::int64_t misfits = 0;
    std::unordered_map<std::uint32_t, ExactSum> overflow;  // by group
  };
  // The rows of a chunk that an update is about.
  struct Chosen {
    std::size_t chunk_rows = 0;
    const std::uint8_t* mask = nullptr;
    const std::uint32_t* rows = nullptr;
    std::size_t count = 0;
    const std::uint32_t* groups = nullptr;
  };

  void begin_windows();
  void locate(const Chosen& chosen);
  void update_one(std::size_t index, const GroupArguments& arguments, const Chosen& chosen, const Routines& routines);
  void update_floats(std::size_t index, const Vector& argument, const Chosen& chosen, const Routines& routines);
  void update_bits(const Slot& slot, kernel::AccumulatorKind kind, const Vector& argument, const Chosen& chosen);
  void update_products(std::size_t index, const GroupArguments& arguments, const Chosen& chosen, const Routines& routines);
  [[nodiscard]] ProductSum& wide_product(std::size_t index, std::uint32_t group);
  void update_extremes(const Slot& slot, bool least, const Vector& argument, const Chosen& chosen);
  void carry_up(std::size_t index);
  void absorb_floats(std::size_t index, const GroupRecords& other, std::span<const std::uint32_t> from, const std::uint32_t* into);
  void absorb_value(std::size_t index, const std::uint8_t* from, std::uint8_t* to) const;
  [[nodiscard]] Result<Column> float_column(std::size_t index) const;
  [[nodiscard]] std::uint8_t* state(std::uint32_t group) { return const_cast<std::uint8_t*>(record(group)); }

  static constexpr int kSegmentShift = 12;
  static constexpr int kOneSegmentShift = 31;
  static constexpr std::size_t kSegmentGroups = std::size_t{1} << kSegmentShift;
  static constexpr std::size_t kRecordPadding = 64;  // a sink without accumulators has records of no bytes

  const CompiledProgram& compiled_;
  std::vector<Slot> slots_;
  std::vector<FloatWindow> windows_;               // by accumulator
  std::vector<std::vector<ProductSum>> products_;  // by accumulator, then group; empty until one is needed
  std::size_t stride_ = 0;
  std::vector<std::vector<std::uint8_t, LargeAllocator<std::uint8_t>>> segments_;  // records, 2^shift_ in each
  int shift_ = kSegmentShift;
  std::size_t segment_groups_ = 0;  // that they have room for
  std::size_t groups_used_ = 0;
  Arena texts_;
  std::vector<std::uint8_t*> records_;  // of the chunk, by chosen row
  Storage scratch_[5];
};

}  // namespace trueno::backend::simd
