#pragma once

#include <algorithm>
#include <optional>
#include <span>

#include "backend/simd/group_records.h"
#include "backend/simd/reduce_sink.h"
#include "kernel/cell.h"
#include "kernel/group_outputs.h"

namespace trueno::backend::simd {

/// Groups of several sets of records, numbered one set after the other, and which of these members are one group of the output.
class Members {
 public:
  /// Group g of the output are the members rows[starts[g]] ... rows[starts[g + 1] - 1]; without any starts, member g.
  Members(std::span<const GroupRecords* const> records, std::size_t groups, std::span<const std::uint32_t> rows = {},
          std::span<const std::uint32_t> starts = {})
      : records_(records), groups_(groups), rows_(rows), starts_(starts) {
    std::uint32_t first = 0;
    for (const GroupRecords* some : records) {
      first_.push_back(first);
      first += some->size();
    }
  }
  [[nodiscard]] std::size_t groups() const { return groups_; }
  [[nodiscard]] const GroupRecords& layout() const { return *records_.front(); }
  /// Where a group has one member: that; else no records. Nearly all groups are such where merging takes long.
  struct Member {
    const GroupRecords* records = nullptr;
    std::uint32_t own = 0;
  };
  [[nodiscard]] __attribute__((always_inline)) Member only(std::size_t group) const {
    if (starts_.empty()) return {records_.front(), static_cast<std::uint32_t>(group)};
    const std::size_t begin = starts_[group];
    const std::size_t end = group + 1 < groups_ ? starts_[group + 1] : rows_.size();
    if (end - begin != 1) return {};
    const std::size_t set = set_of(rows_[begin]);
    return {records_[set], rows_[begin] - first_[set]};
  }
  /// Calls visit(records, group of theirs) for every member.
  template <class Visit>
  void for_each(std::size_t group, Visit visit) const {
    if (starts_.empty()) return visit(*records_.front(), static_cast<std::uint32_t>(group));
    const std::size_t end = group + 1 < groups_ ? starts_[group + 1] : rows_.size();
    for (std::size_t i = starts_[group]; i < end; ++i) {
      const std::size_t set = set_of(rows_[i]);
      visit(*records_[set], rows_[i] - first_[set]);
    }
  }
  void prefetch(std::size_t first, std::size_t last) const {
    for (std::size_t group = first; group < std::min(last, groups()); ++group) {
      for_each(group, [](const GroupRecords& records, std::uint32_t own) {
        __builtin_prefetch(records.record(own));
        __builtin_prefetch(records.record(own) + 63);
      });
    }
  }

 private:
  [[nodiscard]] std::size_t set_of(std::uint32_t member) const {
    std::size_t set = 0;
    while (set + 1 < first_.size() && member >= first_[set + 1]) ++set;
    return set;
  }
  std::span<const GroupRecords* const> records_;
  std::size_t groups_;
  std::span<const std::uint32_t> rows_;
  std::span<const std::uint32_t> starts_;
  std::vector<std::uint32_t> first_;
};

/// What kernel::GroupOutputs asks for, from the records. `first`: the number that the first group has in the output.
class FoldedRecords {
 public:
  FoldedRecords(const kernel::Program& program, const Members& members, std::size_t first = 0)
      : program_(program), members_(members), slots_(members.layout().slots().data()), first_(first) {}

  [[nodiscard]] std::int64_t count(std::uint32_t accumulator, std::size_t group) const;
  [[nodiscard]] I192 integer_sum(std::uint32_t accumulator, std::size_t group) const;
  [[nodiscard]] bool is_float(std::uint32_t accumulator) const {
    return program_.sink.accumulators[accumulator].kind == kernel::AccumulatorKind::kSumFloat;
  }
  [[nodiscard]] double float_average(std::uint32_t accumulator, std::size_t group, std::int64_t divisor) const;
  [[nodiscard]] std::optional<ScaledInteger> exact(std::uint32_t accumulator, std::size_t group) const;

 private:
  [[nodiscard]] std::optional<TwoGridSum> two_grid_sum(std::uint32_t accumulator, std::size_t group) const;
  [[nodiscard]] double wide_average(std::uint32_t accumulator, std::size_t group, std::int64_t divisor) const;
  [[nodiscard]] std::optional<FixedSum> fixed_sum(std::uint32_t accumulator, std::size_t group) const;
  [[nodiscard]] ExactSum wide_sum(std::uint32_t accumulator, std::size_t group) const;

  const kernel::Program& program_;
  const Members& members_;
  const GroupRecords::Slot* slots_;
  std::size_t first_;
};

/// MIN, MAX or combined bits of a group of `members`: one value, canonical, of any type.
[[nodiscard]] kernel::Cell folded_extreme(const kernel::Program& program, std::uint32_t accumulator, const Members& members,
                                          std::size_t group);
/// Sets the same of groups [first, last) at rows `at + group` of a column of fixed-width values.
void fill_extremes(const kernel::Program& program, std::uint32_t accumulator, const Members& members, std::size_t first, std::size_t last,
                   std::size_t at, kernel::OutputColumn& out);

__attribute__((always_inline)) inline std::int64_t FoldedRecords::count(std::uint32_t accumulator, std::size_t group) const {
  const std::size_t offset = slots_[accumulator].offset;
  const Members::Member only = members_.only(group - first_);
  if (only.records != nullptr) return load<std::int64_t>(only.records->record(only.own) + offset);
  std::int64_t sum = 0;
  members_.for_each(group - first_,
                    [&](const GroupRecords& records, std::uint32_t own) { sum += load<std::int64_t>(records.record(own) + offset); });
  return sum;
}

__attribute__((always_inline)) inline I192 FoldedRecords::integer_sum(std::uint32_t accumulator, std::size_t group) const {
  I192 sum;
  const GroupRecords::Slot& slot = slots_[accumulator];
  const auto add = [&](const std::uint8_t* at) {
    switch (slot.kind) {
      case GroupRecords::StateKind::kNarrowSum: sum.add(i128{load<std::int64_t>(at)}); break;
      case GroupRecords::StateKind::kWideSum: sum.add(load<i128>(at)); break;
      default: sum.add(I192{load<std::uint64_t>(at), load<i128>(at + 8)});
    }
  };
  if (const Members::Member only = members_.only(group - first_); only.records != nullptr) {
    add(only.records->record(only.own) + slot.offset);
    return sum;
  }
  members_.for_each(group - first_, [&](const GroupRecords& records, std::uint32_t own) { add(records.record(own) + slot.offset); });
  return sum;
}

__attribute__((always_inline)) inline double FoldedRecords::float_average(std::uint32_t accumulator, std::size_t group,
                                                                          std::int64_t divisor) const {
  const Members::Member only = members_.only(group - first_);
  const std::optional<TwoGridSum> sum =
      only.records != nullptr ? only.records->two_grid_sum(accumulator, only.own) : two_grid_sum(accumulator, group);
  if (sum) {
    if (const std::optional<double> average = sum->average(divisor)) return *average;
  }
  return wide_average(accumulator, group, divisor);
}

}  // namespace trueno::backend::simd
