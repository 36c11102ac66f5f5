#pragma once

#include <atomic>
#include <cstring>
#include <span>
#include <vector>

#include "base/wide_integer.h"
#include "kernel/aggregate.h"
#include "kernel/program.h"
#include "kernel/range.h"

namespace trueno::kernel {

/// A column of fixed-width values being filled: every row once, by `set` or `set_null`. Different rows may be filled at the same time.
class OutputColumn {
 public:
  [[nodiscard]] static Result<OutputColumn> make(const Type& type, std::size_t rows);
  template <class T>
  void set(std::size_t row, T value) {  // little-endian: the low bytes are the narrower integer
    std::uint8_t* to = values_.data() + row * width_;
    switch (width_) {  // so that none of the copies is a call
      case 8: return copy<8>(to, value);
      case 16: return copy<16>(to, value);
      case 4: return copy<4>(to, value);
      case 2: return copy<2>(to, value);
      default: return copy<1>(to, value);
    }
  }
  void set_null(std::size_t row) {
    std::memset(values_.data() + row * width_, 0, width_);
    // Threads that fill stretches beside one another share a byte.
    const auto others = static_cast<std::uint8_t>(~(1U << (row % 8)));
    std::atomic_ref(validity_.data()[row / 8]).fetch_and(others, std::memory_order_relaxed);
  }
  [[nodiscard]] Column finish() &&;

 private:
  // A narrower value is never asked for more bytes than it has: its column is as narrow.
  template <std::size_t kWidth, class T>
  static void copy(std::uint8_t* to, const T& value) {
    if constexpr (kWidth <= sizeof value) std::memcpy(to, &value, kWidth);
  }

  Column column_;
  std::size_t width_ = 0;
  MutableBuffer values_;
  MutableBuffer validity_;  // all valid but those that were set to NULL
};

/// The visible columns of a reduce or group sink, made from whatever a caller keeps of its accumulators. `States` gives
///   count(accumulator, group), integer_sum(accumulator, group), is_float(accumulator), float_average(accumulator, group, divisor) and
///   exact(accumulator, group); kExtreme and kBits are columns that the caller has.
class GroupOutputs {
 public:
  static constexpr std::size_t kNone = ~std::size_t{0};
  /// What went wrong in a stretch: the first group with a sum out of range, and its first such output.
  struct Failure {
    std::size_t group = kNone;
    std::size_t output = 0;
  };

  [[nodiscard]] static Result<GroupOutputs> make(const Program& program, std::size_t groups);
  /// Groups [first, last); stretches that do not overlap may be filled at the same time.
  template <class States>
  [[nodiscard]] Failure fill(const States& states, std::size_t first, std::size_t last);
  /// kOutOfRange for a sum past its type: the first group's, then the first output's. `extremes`: by output, those of kExtreme and kBits.
  [[nodiscard]] Result<std::vector<Column>> finish(std::span<const Failure> failures, std::span<Column> extremes) &&;

 private:
  template <class States>
  [[nodiscard]] bool fill_one(const Output& output, OutputColumn& column, const std::optional<TypeLimits>& limits, const States& states,
                              std::size_t group);

  const Program* program_ = nullptr;
  std::vector<OutputColumn> columns_;  // by output
  std::vector<std::optional<TypeLimits>> limits_;
};

[[nodiscard]] constexpr bool is_column_of_states(FinishKind kind) { return kind == FinishKind::kExtreme || kind == FinishKind::kBits; }

// Column by column: what an output is made of is the same for all groups.
template <class States>
GroupOutputs::Failure GroupOutputs::fill(const States& states, std::size_t first, std::size_t last) {
  Failure failure;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const Output& output = program_->sink.outputs[i];
    if (is_column_of_states(output.kind)) continue;
    if (output.kind == FinishKind::kCount) {
      for (std::size_t group = first; group < last; ++group) columns_[i].set(group, states.count(output.accumulator, group));
      continue;
    }
    for (std::size_t group = first; group < last; ++group) {
      if (!fill_one(output, columns_[i], limits_[i], states, group) && group < failure.group) failure = {group, i};
    }
  }
  return failure;
}

// False: the sum does not fit its type.
template <class States>
bool GroupOutputs::fill_one(const Output& output, OutputColumn& column, const std::optional<TypeLimits>& limits, const States& states,
                            std::size_t group) {
  const std::int64_t count = states.count(output.count, group);
  if (output.kind == FinishKind::kMoment) {
    const auto value = finish_moment(output, count, [&](std::uint32_t sum) { return states.exact(sum, group); });
    if (value) {
      column.set(group, canonical(*value));
    } else {
      column.set_null(group);
    }
    return true;
  }
  if (count == 0) {
    column.set_null(group);
    return true;
  }
  const bool average = output.kind == FinishKind::kAverage;
  const auto integer_sum = [&]() __attribute__((always_inline)) {
    return with_offsets(states.integer_sum(output.accumulator, group), output, count);
  };
  if (average && !output.type.is_float()) {
    column.set(group, whole_average_of(integer_sum(), count));
  } else if (states.is_float(output.accumulator)) {
    column.set(group, canonical(states.float_average(output.accumulator, group, average ? count : 1)));
  } else if (average) {
    column.set(group, canonical(average_of(integer_sum(), count, output.argument_scale)));
  } else {
    const std::optional<i128> sum = integer_sum().narrow();
    if (!sum || (limits && (*sum < limits->min || *sum > limits->max))) return false;
    column.set(group, *sum);
  }
  return true;
}

}  // namespace trueno::kernel
