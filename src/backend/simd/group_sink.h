#pragma once

#include <unordered_map>
#include <vector>

#include "backend/simd/evaluator.h"
#include "backend/simd/group_table.h"
#include "base/exact_sum.h"
#include "base/fixed_sum.h"
#include "base/large_memory.h"
#include "base/product_sum.h"

namespace trueno::backend::simd {

/// The groups of one worker: a table from key to group number, and one fixed-size record of accumulators a group. Not thread-safe.
///
/// Float sums are two grid parts and a carry a group (24 bytes) in one window for the whole column; rows that do not fit the window go to
/// an exact sum of their group, and a window that keeps failing is closed: the groups so far become a partial table and new ones begin.
class GroupSink {
 public:
  explicit GroupSink(const CompiledProgram& compiled);
  [[nodiscard]] Status consume(const Morsel& morsel, const Evaluator& evaluator, const ChunkRows& chunk);
  [[nodiscard]] Result<Batch> take();
  [[nodiscard]] std::int64_t bytes() const;

  // How an accumulator's state lies in a group's record.
  enum class StateKind : std::uint8_t {
    kCount,      // i64
    kNarrowSum,  // i64: values of 32 bits
    kWideSum,    // i128: values of 64 bits
    kWidestSum,  // I192
    kFloatSum,   // carry, high, low: i64 each
    kExtreme,    // i64 whether there is one, then the value
    kBits,       // the same
    kProducts,   // nothing: products_
  };
  struct Slot {
    StateKind kind = StateKind::kCount;
    std::size_t offset = 0;
    Lane lane = Lane::kBool;  // of the argument
  };

  // What merging looks at (group_merge.h).
  /// Whether no groups were closed before: everything is in the table and the records.
  [[nodiscard]] bool is_whole() const { return sealed_.empty(); }
  [[nodiscard]] std::uint32_t groups() const { return table_.size(); }
  [[nodiscard]] const std::vector<Slot>& slots() const { return slots_; }
  [[nodiscard]] const std::uint8_t* record(std::uint32_t group) const { return state(group); }
  [[nodiscard]] Result<std::vector<Column>> keys() const { return table_.keys(dictionaries_); }
  [[nodiscard]] const ProductSum& product(std::size_t accumulator, std::uint32_t group) const { return products_[accumulator][group]; }
  /// A float sum; nothing where it needs the wide form.
  [[nodiscard]] std::optional<FixedSum> fixed_sum(std::size_t accumulator, std::uint32_t group) const;
  [[nodiscard]] ExactSum wide_sum(std::size_t accumulator, std::uint32_t group) const;

 private:
  struct FloatWindow {
    bool has_window = false;
    int top = 0;
    std::int64_t rows = 0;  // since carries were moved up
    std::int64_t misfits = 0;
    std::unordered_map<std::uint32_t, ExactSum> overflow;  // by group
  };

  void update(std::size_t index, const Evaluator& evaluator, const ChunkRows& chunk, const std::uint32_t* rows, std::size_t count);
  void update_floats(std::size_t index, const Vector& argument, const ChunkRows& chunk, const std::uint32_t* rows, std::size_t count,
                     const Routines& routines);
  void update_bits(const Slot& slot, kernel::AccumulatorKind kind, const Vector& argument, const std::uint32_t* rows, std::size_t count);
  void update_products(std::size_t index, const Evaluator& evaluator, const std::uint32_t* rows, std::size_t count);
  void update_extremes(const Slot& slot, bool least, const Vector& argument, const std::uint32_t* rows, std::size_t count);
  void carry_up(std::size_t index);
  void grow_states();
  [[nodiscard]] bool should_seal() const;
  [[nodiscard]] Result<Batch> seal();
  [[nodiscard]] Result<Column> state_column(std::size_t index) const;
  [[nodiscard]] Result<Column> float_column(std::size_t index) const;
  [[nodiscard]] std::uint8_t* state(std::uint32_t group) {
    return segments_[group / kSegmentGroups].data() + group % kSegmentGroups * stride_;
  }
  [[nodiscard]] const std::uint8_t* state(std::uint32_t group) const {
    return segments_[group / kSegmentGroups].data() + group % kSegmentGroups * stride_;
  }

  static constexpr std::size_t kSegmentGroups = 4096;
  static constexpr std::size_t kRecordPadding = 64;  // a sink without accumulators has records of no bytes

  const CompiledProgram& compiled_;
  GroupTable table_;
  std::vector<Slot> slots_;
  std::vector<FloatWindow> windows_;               // by accumulator
  std::vector<std::vector<ProductSum>> products_;  // by accumulator, then group
  std::size_t stride_ = 0;
  std::vector<std::vector<std::uint8_t, LargeAllocator<std::uint8_t>>> segments_;  // records, kSegmentGroups in each
  std::size_t segment_groups_ = 0;                                                 // that they have room for
  std::int64_t rows_ = 0;                                                          // since the groups began
  std::vector<Batch> sealed_;
  std::vector<std::shared_ptr<const Dictionary>> dictionaries_;  // by key
  Arena texts_;
  std::vector<std::uint32_t> chosen_;
  std::vector<std::uint32_t> groups_;   // of the chunk, by chosen row
  std::vector<std::uint8_t*> records_;  // the same
  Storage scratch_[4];
};

}  // namespace trueno::backend::simd
