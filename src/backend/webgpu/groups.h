#pragma once

#include <map>
#include <span>
#include <vector>

#include "backend/webgpu/layout.h"
#include "backend/webgpu/upload.h"
#include "kernel/aggregate.h"

namespace trueno::backend::webgpu {

/// Partial states on the host: what was read back from the device so far. Not thread-safe.
class HostGroups {
 public:
  explicit HostGroups(const kernel::Program& program);

  /// Adds the words of a device's state. `keys` tell which group a slot is; `workgroups`: how many wide places there are.
  [[nodiscard]] Status add(std::vector<std::uint32_t> state, const SinkLayout& layout, std::span<const KeyIndex> keys, std::uint64_t slots,
                           std::uint32_t workgroups);
  /// The columns of `kernel::partial_schema`, groups ascending by key; empty afterwards.
  [[nodiscard]] Result<Batch> take();
  /// The pipeline's output itself, keys and outputs, where one table holds all groups: the same bytes as what partial states give when they
  /// are merged, without making them. Empty afterwards. Nothing, and nothing changes, where there is no such table.
  [[nodiscard]] Result<std::optional<Batch>> finish(const Parallel& parallel);
  [[nodiscard]] std::int64_t bytes() const;

 private:
  friend class SlotStates;
  using Key = std::vector<Value>;
  using States = std::vector<kernel::AccumulatorState>;
  struct KeyLess {
    bool operator()(const Key& a, const Key& b) const;
  };
  // What came back from the device, not yet looked at.
  struct Table {
    std::vector<std::uint32_t> words;
    SinkLayout layout;
    std::vector<KeyIndex> keys;
    std::uint64_t slots = 0;
  };
  [[nodiscard]] Status merge_table();
  [[nodiscard]] Result<Batch> take_table();
  [[nodiscard]] std::vector<std::uint64_t> used_slots() const;
  [[nodiscard]] Result<Column> key_column(std::size_t number, std::span<const std::uint64_t> slots) const;
  [[nodiscard]] Status append_key(ColumnBuilder& builder, std::size_t number, std::span<const std::uint64_t> slots) const;
  [[nodiscard]] Status append_states(ColumnBuilder& builder, std::size_t number, std::span<const std::uint64_t> slots) const;
  [[nodiscard]] std::span<const std::uint32_t> slot_words(std::uint64_t slot) const {
    return std::span(table_.words).subspan(SinkLayout::kStateHeader + slot * table_.layout.state_words, table_.layout.state_words);
  }
  /// An integer sum in a slot, of an argument of at most 64 bits.
  [[nodiscard]] i128 integer_sum(std::span<const std::uint32_t> slot, const SinkLayout& layout, std::size_t number) const;
  [[nodiscard]] States fresh() const;
  [[nodiscard]] Key key_of(std::uint64_t slot, std::span<const KeyIndex> keys) const;
  [[nodiscard]] Status merge(States& states, std::span<const std::uint32_t> slot, const SinkLayout& layout) const;
  [[nodiscard]] Status merge_wide(States& states, std::span<const std::uint32_t> place, const SinkLayout& layout) const;

  const kernel::Program& program_;
  States reduction_;
  Table table_;  // of groups: the last one that came; those before are in `groups_`
  std::map<Key, States, KeyLess> groups_;
};

}  // namespace trueno::backend::webgpu
