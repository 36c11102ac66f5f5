#include "backend/simd/group_records.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>

#include "backend/simd/reduce_sink.h"
#include "kernel/aggregate.h"
#include "kernel/cell.h"

namespace trueno::backend::simd {

using kernel::Accumulator;
using kernel::AccumulatorKind;
using kernel::Cell;

namespace {

// A window is given up when more than this share of the rows since it began did not fit.
constexpr std::int64_t kMisfitShare = 16;

}  // namespace

GroupRecords::GroupRecords(const CompiledProgram& compiled)
    : compiled_(compiled), windows_(compiled.program->sink.accumulators.size()), products_(compiled.program->sink.accumulators.size()) {
  for (const Accumulator& accumulator : compiled.program->sink.accumulators) {
    Slot slot;
    std::size_t width = 8;
    if (accumulator.argument != kernel::kNoValue) slot.lane = compiled.lanes[accumulator.argument];
    switch (accumulator.kind) {
      case AccumulatorKind::kCountRows:
      case AccumulatorKind::kCount: break;
      case AccumulatorKind::kSumInteger:
        slot.kind =
            slot.lane == Lane::kI32 ? StateKind::kNarrowSum : (slot.lane == Lane::kI64 ? StateKind::kWideSum : StateKind::kWidestSum);
        width = slot.lane == Lane::kI32 ? 8 : (slot.lane == Lane::kI64 ? 16 : 24);
        break;
      case AccumulatorKind::kSumFloat:
        slot.kind = StateKind::kFloatSum;
        width = 24;
        break;
      case AccumulatorKind::kMin:
      case AccumulatorKind::kMax:
        slot.kind = StateKind::kExtreme;
        width = 8 + std::max<std::size_t>(8, static_cast<std::size_t>(width_of(slot.lane)));
        break;
      case AccumulatorKind::kBitAnd:
      case AccumulatorKind::kBitOr:
      case AccumulatorKind::kBitXor:
        slot.kind = StateKind::kBits;
        width = 8 + std::max<std::size_t>(8, static_cast<std::size_t>(width_of(slot.lane)));
        break;
      case AccumulatorKind::kSumProduct:
        slot.kind = StateKind::kProducts;
        width = 24;
        break;
    }
    slot.offset = stride_;
    stride_ += width;
    slots_.push_back(slot);
  }
  records_.resize(kChunkRows);
  begin_windows();
}

std::int64_t GroupRecords::bytes() const {
  constexpr std::size_t kDigits = 40;  // five limbs: a square of 106 bits, and room above it
  std::size_t sums = 0;
  for (const std::vector<ProductSum>& of_groups : products_) sums += of_groups.capacity() * (sizeof(ProductSum) + kDigits);
  return static_cast<std::int64_t>(segment_groups_ * stride_ + texts_.bytes() + sums);
}

// Zero is the beginning of every state. Segments are made whole, but for the first: most groupings have few groups.
void GroupRecords::grow(std::size_t groups) {
  constexpr std::size_t kFirstGroups = 64;
  if (groups > segment_groups_ && segment_groups_ < kSegmentGroups) {
    if (segments_.empty()) segments_.emplace_back();
    segment_groups_ = std::min(kSegmentGroups, std::bit_ceil(std::max(groups, kFirstGroups)));
    segments_.front().resize(segment_groups_ * stride_ + kRecordPadding);
  }
  for (; groups > segment_groups_; segment_groups_ += kSegmentGroups) segments_.emplace_back(kSegmentGroups * stride_ + kRecordPadding);
  groups_used_ = groups;
}

void GroupRecords::clear() {
  segments_.clear();
  segment_groups_ = 0;
  groups_used_ = 0;
  shift_ = kSegmentShift;
  texts_.clear();
  for (std::vector<ProductSum>& sums : products_) sums.clear();
  begin_windows();
}

void GroupRecords::restart(std::size_t groups) {
  shift_ = kOneSegmentShift;
  segments_.resize(1);
  const std::size_t bytes = groups * stride_ + kRecordPadding;
  if (segments_.front().size() < bytes) {
    segments_.front().assign(bytes + bytes / 4, 0);
  } else {
    std::memset(segments_.front().data(), 0, bytes);
  }
  segment_groups_ = groups_used_ = groups;
  texts_.clear();
  for (std::vector<ProductSum>& sums : products_) sums.clear();
  begin_windows();
}

// Where all values are known to fit one, that is it.
void GroupRecords::begin_windows() {
  for (std::size_t i = 0; i < windows_.size(); ++i) {
    windows_[i] = {};
    const Accumulator& accumulator = compiled_.program->sink.accumulators[i];
    if (accumulator.kind != AccumulatorKind::kSumFloat) continue;
    const kernel::Range& range = compiled_.at(accumulator.argument).range;
    if (!range.proven || !range.span || range.span->empty()) continue;
    const int top = range.span->highest_bit + 1;
    const int low_grid = top - SumWindow::kGroupHighBits - SumWindow::kLowBits;
    if (top < SumWindow::kLowestTop || top > SumWindow::kHighestTop || range.span->lowest_bit < low_grid) continue;
    windows_[i].has_window = true;
    windows_[i].top = top;
  }
}

bool GroupRecords::misfits(std::int64_t rows) const {
  return std::ranges::any_of(windows_, [&](const FloatWindow& window) {
    return window.has_window && window.misfits > 256 && window.misfits * kMisfitShare > rows;
  });
}

// Where the records are, for all accumulators; many of them are on their way into the cache before the first is updated.
void GroupRecords::locate(const Chosen& chosen) {
  if (segments_.size() == 1) {
    std::uint8_t* const first = segments_.front().data();
    for (std::size_t k = 0; k < chosen.count; ++k) records_[k] = first + chosen.groups[k] * stride_;
  } else {
    for (std::size_t k = 0; k < chosen.count; ++k) {
      records_[k] = state(chosen.groups[k]);
      __builtin_prefetch(records_[k], 1);
    }
  }
}

void GroupRecords::update(const GroupArguments& arguments, std::size_t chunk_rows, const std::uint8_t* mask, const std::uint32_t* rows,
                          std::size_t count, const std::uint32_t* groups, const Routines& routines) {
  const Chosen chosen{chunk_rows, mask, rows, count, groups};
  locate(chosen);
  for (std::size_t i = 0; i < slots_.size(); ++i) update_one(i, arguments, chosen, routines);
}

namespace {

// Calls update(row, k) for every chosen row that is valid: the k-th of the chosen ones. What `update` captures by reference is read again
// for every row, since the bytes it writes to may be anything: it is to hold values.
template <class Update>
void for_each_row(const Vector& argument, const std::uint32_t* rows, std::size_t count, Update update) {
  if (argument.constant) {
    for (std::size_t k = 0; k < count; ++k) update(0, k);
  } else if (argument.valid == nullptr && rows == nullptr) {
    for (std::size_t k = 0; k < count; ++k) update(k, k);
  } else if (argument.valid == nullptr) {
    for (std::size_t k = 0; k < count; ++k) update(rows[k], k);
  } else {
    for (std::size_t k = 0; k < count; ++k) {
      const std::size_t row = rows == nullptr ? k : rows[k];
      if (argument.valid[row] != 0) update(row, k);
    }
  }
}

void add_to(std::uint8_t* at, std::int64_t value) { store(at, load<std::int64_t>(at) + value); }

}  // namespace

void GroupRecords::update_one(std::size_t index, const GroupArguments& arguments, const Chosen& chosen, const Routines& routines) {
  const Accumulator& accumulator = compiled_.program->sink.accumulators[index];
  const Slot& slot = slots_[index];
  std::uint8_t* const* records = records_.data();
  const std::size_t offset = slot.offset;
  const std::uint32_t* rows = chosen.rows;
  const std::size_t count = chosen.count;
  if (accumulator.kind == AccumulatorKind::kCountRows) {
    for (std::size_t k = 0; k < count; ++k) add_to(records[k] + offset, 1);
    return;
  }
  if (slot.kind == StateKind::kProducts) {
    update_products(index, arguments, chosen, routines);
    return;
  }
  const Vector& argument = *arguments.first[index];
  if (argument.is_null_constant()) return;
  switch (slot.kind) {
    case StateKind::kCount:
      for_each_row(argument, rows, count, [=](std::size_t, std::size_t k) { add_to(records[k] + offset, 1); });
      return;
    case StateKind::kNarrowSum: {
      const auto* values = argument.as<std::int32_t>();
      for_each_row(argument, rows, count, [=](std::size_t row, std::size_t k) { add_to(records[k] + offset, values[row]); });
      return;
    }
    case StateKind::kWideSum: {
      const auto* values = argument.as<std::int64_t>();
      for_each_row(argument, rows, count, [=](std::size_t row, std::size_t k) {
        std::uint8_t* at = records[k] + offset;
        store(at, load<i128>(at) + values[row]);
      });
      return;
    }
    case StateKind::kWidestSum: {
      const auto* values = argument.as<i128>();
      for_each_row(argument, rows, count, [=](std::size_t row, std::size_t k) {
        std::uint8_t* at = records[k] + offset;
        I192 sum{load<std::uint64_t>(at), load<i128>(at + 8)};
        sum.add(values[row]);
        store(at, sum.low);
        store(at + 8, sum.high);
      });
      return;
    }
    case StateKind::kFloatSum: update_floats(index, argument, chosen, routines); return;
    case StateKind::kExtreme: update_extremes(slot, accumulator.kind == AccumulatorKind::kMin, argument, chosen); return;
    case StateKind::kBits: update_bits(slot, accumulator.kind, argument, chosen); return;
    case StateKind::kProducts: return;
  }
}

namespace {

// How many bits the factors of a chunk's products have at most, NULLs included.
class FactorBits {
 public:
  // Each of the values, `power` times.
  void add(const Vector& factor, std::size_t rows, int power) {
    const auto* values = factor.as<double>();
    std::uint64_t digits = 0;
    for (std::size_t i = 0; i < (factor.constant ? 1 : rows); ++i) {
      std::uint64_t bits = std::bit_cast<std::uint64_t>(values[i]) & ~kSign;
      bits = bits == 0 ? kOne : bits;  // no digits at all
      digits |= bits;
      least_ = std::min(least_, bits);
      greatest_ = std::max(greatest_, bits);
    }
    digits_ += power * (53 - std::countr_zero((digits & (kImplicit - 1)) | kImplicit));
  }
  // Whether no product of so many is rounded, overflows or comes near the least numbers.
  [[nodiscard]] bool fit() const { return digits_ <= 53 && least_ >= kLeast && greatest_ < kGreatest; }

 private:
  static constexpr std::uint64_t kSign = std::uint64_t{1} << 63;
  static constexpr std::uint64_t kImplicit = std::uint64_t{1} << 52;
  static constexpr std::uint64_t kOne = std::uint64_t{1023} << 52;
  static constexpr std::uint64_t kLeast = std::uint64_t{1023 - 200} << 52;
  static constexpr std::uint64_t kGreatest = std::uint64_t{1023 + 200} << 52;
  int digits_ = 0;
  std::uint64_t least_ = kOne;
  std::uint64_t greatest_ = kOne;
};

void multiply(double* products, const Vector& factor, std::size_t rows) {
  const auto* values = factor.as<double>();
  if (factor.constant) {
    for (std::size_t i = 0; i < rows; ++i) products[i] *= values[0];
  } else {
    for (std::size_t i = 0; i < rows; ++i) products[i] *= values[i];
  }
}

}  // namespace

// Products that are exact in binary64, those of short numbers, are summed as floats are; others one by one.
void GroupRecords::update_products(std::size_t index, const GroupArguments& arguments, const Chosen& chosen, const Routines& routines) {
  const Accumulator& accumulator = compiled_.program->sink.accumulators[index];
  const Vector& first = *arguments.first[index];
  const Vector* const second = arguments.second[index];
  if (first.is_null_constant() || (second != nullptr && second->is_null_constant())) return;
  FactorBits bits;
  bits.add(first, chosen.chunk_rows, accumulator.power);
  if (second != nullptr) bits.add(*second, chosen.chunk_rows, 1);
  if (!bits.fit()) {
    const Products products(accumulator, first, second);
    for (std::size_t k = 0; k < chosen.count; ++k) {
      const std::size_t row = chosen.rows == nullptr ? k : chosen.rows[k];
      if (products.is_valid(row)) wide_product(index, chosen.groups[k]).add(products.factors(row));
    }
    return;
  }
  auto* values = static_cast<double*>(scratch_[4].values(8));
  std::fill_n(values, chosen.chunk_rows, 1.0);
  for (int i = 0; i < accumulator.power; ++i) multiply(values, first, chosen.chunk_rows);
  if (second != nullptr) multiply(values, *second, chosen.chunk_rows);
  Vector exact;
  exact.lane = Lane::kF64;
  exact.data = values;
  exact.valid = first.constant ? nullptr : first.valid;
  if (second != nullptr && !second->constant && second->valid != nullptr) {
    if (exact.valid == nullptr) {
      exact.valid = second->valid;
    } else {
      routines.both(exact.valid, second->valid, scratch_[4].validity(), chosen.chunk_rows);
      exact.valid = scratch_[4].validity();
    }
  }
  update_floats(index, exact, chosen, routines);
}

ProductSum& GroupRecords::wide_product(std::size_t index, std::uint32_t group) {
  std::vector<ProductSum>& sums = products_[index];
  if (sums.size() < groups_used_) sums.resize(groups_used_);
  return sums[group];
}

void GroupRecords::update_bits(const Slot& slot, AccumulatorKind kind, const Vector& argument, const Chosen& chosen) {
  std::uint8_t* const* records = records_.data();
  const std::size_t offset = slot.offset;
  const auto combine = [&]<class T>(const T* values) {
    for_each_row(argument, chosen.rows, chosen.count, [=](std::size_t row, std::size_t k) {
      std::uint8_t* at = records[k] + offset;
      const T value = values[row];
      const bool first = load<std::int64_t>(at) == 0;
      store(at, std::int64_t{1});
      store(at + 8, first ? value : static_cast<T>(kernel::combined_bits(kind, load<T>(at + 8), value)));
    });
  };
  switch (argument.lane) {
    case Lane::kI32: combine(argument.as<std::int32_t>()); return;
    case Lane::kI64: combine(argument.as<std::int64_t>()); return;
    default: combine(argument.as<i128>()); return;  // the verifier lets integers only
  }
}

void GroupRecords::update_floats(std::size_t index, const Vector& argument, const Chosen& chosen, const Routines& routines) {
  FloatWindow& window = windows_[index];
  const Slot& slot = slots_[index];
  // Every row as a double; rows that do not count as zero.
  const std::size_t n = argument.constant ? 1 : chosen.chunk_rows;
  Vector values = argument;
  if (argument.lane == Lane::kF32) {
    routines.convert[static_cast<int>(Lane::kF32)][static_cast<int>(Lane::kF64)](argument.data, scratch_[0].values(8), n);
    values.data = scratch_[0].values(8);
    values.lane = Lane::kF64;
  }
  const std::uint8_t* mask = nullptr;
  if (!argument.constant) {
    mask = chosen.mask;
    if (argument.valid != nullptr) {
      mask = argument.valid;
      if (chosen.mask != nullptr) {
        routines.both(argument.valid, chosen.mask, scratch_[1].validity(), n);
        mask = scratch_[1].validity();
      }
    }
  }
  if (!window.has_window) {
    // Of 82 bits: values a thousand times as large may follow, and 53 bits of those so far still end far above the last one.
    constexpr int kHeadroom = 10;
    const std::optional<int> needed = needed_top(values, mask, n);
    if (needed && *needed + kHeadroom >= SumWindow::kLowestTop && *needed + kHeadroom <= SumWindow::kHighestTop) {
      window.has_window = true;
      window.top = *needed + kHeadroom;
    }
  }
  const auto add_exactly = [&](std::size_t row, std::size_t k) {
    const double value = values.as<double>()[row];
    if (slot.kind == StateKind::kProducts) {
      wide_product(index, chosen.groups[k]).add(std::array{value, 1.0});
    } else {
      window.overflow[chosen.groups[k]].add(value);
    }
  };
  if (!window.has_window) {  // only zeros, infinities and numbers at the ends so far
    for_each_row(argument, chosen.rows, chosen.count, [&](std::size_t row, std::size_t k) {
      if (values.as<double>()[row] != 0) add_exactly(row, k);
    });
    return;
  }
  if (window.rows + static_cast<std::int64_t>(chosen.count) > SumWindow::kGroupRows) carry_up(index);
  window.rows += static_cast<std::int64_t>(chosen.count);
  auto* high = static_cast<std::int64_t*>(scratch_[2].values(8));
  auto* low = static_cast<std::int64_t*>(scratch_[3].values(8));
  std::uint8_t* fits = scratch_[2].validity();
  const bool all_fit = routines.split_f64(values.as<double>(), mask, n, window.top, high, low, fits);
  std::uint8_t* const* records = records_.data();
  const std::size_t offset = slot.offset;
  const auto add_parts = [=](std::size_t row, std::size_t k) {
    std::uint8_t* at = records[k] + offset;
    add_to(at + 8, high[row]);
    add_to(at + 16, low[row]);
  };
  if (all_fit) {
    for_each_row(argument, chosen.rows, chosen.count, add_parts);
    return;
  }
  for_each_row(argument, chosen.rows, chosen.count, [&](std::size_t row, std::size_t k) {
    if (fits[row] != 0) {
      add_parts(row, k);
    } else {
      add_exactly(row, k);
      ++window.misfits;
    }
  });
}

namespace {

// What is above the grids of both parts moves up. Arithmetic shifts: the rest is never negative.
void carry_parts_up(std::int64_t& carry, std::int64_t& high, std::int64_t& low) {
  high += low >> SumWindow::kLowBits;
  low &= (std::int64_t{1} << SumWindow::kLowBits) - 1;
  carry += high >> SumWindow::kGroupHighBits;
  high &= (std::int64_t{1} << SumWindow::kGroupHighBits) - 1;
}

}  // namespace

// Keeps both parts small.
void GroupRecords::carry_up(std::size_t index) {
  for (std::uint32_t group = 0; group < size(); ++group) {
    std::uint8_t* at = state(group) + slots_[index].offset;
    auto carry = load<std::int64_t>(at);
    auto high = load<std::int64_t>(at + 8);
    auto low = load<std::int64_t>(at + 16);
    carry_parts_up(carry, high, low);
    store(at, carry);
    store(at + 8, high);
    store(at + 16, low);
  }
  windows_[index].rows = 0;
}

void GroupRecords::absorb(const GroupRecords& other, std::span<const std::uint32_t> from, const std::uint32_t* into) {
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    const Slot& slot = slots_[i];
    if (slot.kind == StateKind::kFloatSum) {
      absorb_floats(i, other, from, into);
      continue;
    }
    for (std::size_t k = 0; k < from.size(); ++k) absorb_value(i, other.record(from[k]) + slot.offset, state(into[k]) + slot.offset);
  }
}

void GroupRecords::absorb_value(std::size_t index, const std::uint8_t* from, std::uint8_t* to) const {
  const Accumulator& accumulator = compiled_.program->sink.accumulators[index];
  switch (slots_[index].kind) {
    case StateKind::kCount:
    case StateKind::kNarrowSum: return add_to(to, load<std::int64_t>(from));
    case StateKind::kWideSum: return store(to, load<i128>(to) + load<i128>(from));
    case StateKind::kWidestSum: {
      I192 sum{load<std::uint64_t>(to), load<i128>(to + 8)};
      sum.add(I192{load<std::uint64_t>(from), load<i128>(from + 8)});
      store(to, sum.low);
      return store(to + 8, sum.high);
    }
    case StateKind::kExtreme:
    case StateKind::kBits: {
      if (load<std::int64_t>(from) == 0) return;
      const Lane lane = slots_[index].lane;
      const auto cell_at = [lane](const std::uint8_t* at) {
        alignas(16) std::uint8_t copy[16] = {};
        std::memcpy(copy, at, static_cast<std::size_t>(width_of(lane)));
        return cell_of({lane, copy, nullptr, true}, 0);
      };
      Cell best = cell_at(from + 8);
      if (load<std::int64_t>(to) != 0) {
        const Cell own = cell_at(to + 8);
        if (kernel::combines_bits(accumulator.kind)) {
          best = Cell::of_integer(kernel::combined_bits(accumulator.kind, own.integer, best.integer));
        } else {
          const int order = kernel::compare(best, own, kernel::state_type(*compiled_.program, accumulator).physical());
          if (accumulator.kind == AccumulatorKind::kMin ? order >= 0 : order <= 0) best = own;
        }
      }
      alignas(16) std::uint8_t value[16] = {};
      store_cell(lane, value, 0, best);
      std::memcpy(to + 8, value, static_cast<std::size_t>(width_of(lane)));
      return store(to, std::int64_t{1});
    }
    case StateKind::kFloatSum:
    case StateKind::kProducts: return;
  }
}

// Parts in the same window add; other sums go the exact way.
void GroupRecords::absorb_floats(std::size_t index, const GroupRecords& other, std::span<const std::uint32_t> from,
                                 const std::uint32_t* into) {
  FloatWindow& window = windows_[index];
  const FloatWindow& others = other.windows_[index];
  if (!window.has_window && others.has_window) {  // none of these has been added to
    window.has_window = true;
    window.top = others.top;
  }
  if (window.rows + 1 > SumWindow::kGroupRows) carry_up(index);
  ++window.rows;  // whatever is added is less than a row's parts
  const std::size_t offset = slots_[index].offset;
  const bool same_grids = !others.has_window || others.top == window.top;
  for (std::size_t k = 0; k < from.size(); ++k) {
    if (!same_grids || others.overflow.contains(from[k])) {
      window.overflow[into[k]].merge(other.wide_sum(index, from[k]));
      continue;
    }
    const std::uint8_t* at = other.record(from[k]) + offset;
    auto carry = load<std::int64_t>(at);
    auto high = load<std::int64_t>(at + 8);
    auto low = load<std::int64_t>(at + 16);
    carry_parts_up(carry, high, low);
    std::uint8_t* to = state(into[k]) + offset;
    add_to(to, carry);
    add_to(to + 8, high);
    add_to(to + 16, low);
  }
}

void GroupRecords::update_extremes(const Slot& slot, bool least, const Vector& argument, const Chosen& chosen) {
  std::uint8_t* const* records = records_.data();
  const std::size_t offset = slot.offset;
  const auto keep = [&]<class T>(const T* values, auto is_less) {
    for_each_row(argument, chosen.rows, chosen.count, [=](std::size_t row, std::size_t k) {
      std::uint8_t* at = records[k] + offset;
      const T value = values[row];
      const T best = load<T>(at + 8);
      const bool better = load<std::int64_t>(at) == 0 || (least ? is_less(value, best) : is_less(best, value));
      if (!better) return;
      store(at, std::int64_t{1});
      store(at + 8, value);
    });
  };
  const auto plain = [](auto a, auto b) { return a < b; };
  const auto total = [](auto a, auto b) { return a < b || (b != b && a == a); };  // NaN is greatest
  switch (argument.lane) {
    case Lane::kBool: keep(argument.as<std::uint8_t>(), plain); return;
    case Lane::kI32: keep(argument.as<std::int32_t>(), plain); return;
    case Lane::kI64: keep(argument.as<std::int64_t>(), plain); return;
    case Lane::kI128: keep(argument.as<i128>(), plain); return;
    case Lane::kCode: keep(argument.as<std::uint32_t>(), plain); return;
    case Lane::kF32: keep(argument.as<float>(), total); return;
    case Lane::kF64: keep(argument.as<double>(), total); return;
    case Lane::kInterval:
      keep(argument.as<IntervalValue>(),
           [](const IntervalValue& a, const IntervalValue& b) { return a.normalised_micros() < b.normalised_micros(); });
      return;
    case Lane::kString:
      for_each_row(argument, chosen.rows, chosen.count, [&](std::size_t row, std::size_t k) {
        std::uint8_t* at = records[k] + offset;
        const StringView value = argument.as<StringView>()[row];
        StringView best;
        std::memcpy(static_cast<void*>(&best), at + 8, 16);
        const bool better = load<std::int64_t>(at) == 0 || (least ? value < best : best < value);
        if (!better) return;
        store(at, std::int64_t{1});
        const StringView owned = value.is_inline() ? value : StringView(texts_.copy(value.view()));
        std::memcpy(at + 8, static_cast<const void*>(&owned), 16);
      });
  }
}

ProductSum GroupRecords::product(std::size_t accumulator, std::uint32_t group) const {
  const std::vector<ProductSum>& sums = products_[accumulator];
  ProductSum total = group < sums.size() ? sums[group] : ProductSum();
  const FloatWindow& window = windows_[accumulator];
  if (!window.has_window) return total;
  const std::uint8_t* at = record(group) + slots_[accumulator].offset;
  const int low_grid = window.top - SumWindow::kGroupHighBits - SumWindow::kLowBits;
  const auto add = [&](std::int64_t steps, int grid) {
    const double sign = steps < 0 ? -1.0 : 1.0;
    const std::uint64_t size = steps < 0 ? std::uint64_t{0} - static_cast<std::uint64_t>(steps) : static_cast<std::uint64_t>(steps);
    total.add(std::array{std::ldexp(static_cast<double>(size & 0xFFFFFFFF), grid), sign});
    total.add(std::array{std::ldexp(static_cast<double>(size >> 32), grid + 32), sign});
  };
  add(load<std::int64_t>(at + 16), low_grid);
  add(load<std::int64_t>(at + 8), low_grid + SumWindow::kLowBits);
  add(load<std::int64_t>(at), window.top);
  return total;
}

std::optional<FixedSum> GroupRecords::fixed_sum(std::size_t accumulator, std::uint32_t group) const {
  const FloatWindow& window = windows_[accumulator];
  if (!window.overflow.empty() && window.overflow.contains(group)) return std::nullopt;
  if (!window.has_window) return FixedSum();
  const std::uint8_t* at = record(group) + slots_[accumulator].offset;
  const int low_grid = window.top - SumWindow::kGroupHighBits - SumWindow::kLowBits;
  const int exponents[] = {low_grid, low_grid + SumWindow::kLowBits, window.top};
  const std::int64_t parts[] = {load<std::int64_t>(at + 16), load<std::int64_t>(at + 8), load<std::int64_t>(at)};
  return FixedSum::of(parts, exponents);
}

ExactSum GroupRecords::wide_sum(std::size_t accumulator, std::uint32_t group) const {
  const FloatWindow& window = windows_[accumulator];
  const auto more = window.overflow.find(group);
  ExactSum total = more == window.overflow.end() ? ExactSum() : more->second;
  if (!window.has_window) return total;
  const std::uint8_t* at = record(group) + slots_[accumulator].offset;
  const int low_grid = window.top - SumWindow::kGroupHighBits - SumWindow::kLowBits;
  add_steps(total, load<std::int64_t>(at + 16), low_grid);
  add_steps(total, load<std::int64_t>(at + 8), low_grid + SumWindow::kLowBits);
  add_steps(total, load<std::int64_t>(at), window.top);
  return total;
}

Result<Column> GroupRecords::float_column(std::size_t index) const {
  ColumnBuilder builder(TypeId::kBlob);
  builder.reserve(size());
  char bytes[FixedSum::kMostBytes];
  for (std::uint32_t group = 0; group < size(); ++group) {
    if (const std::optional<FixedSum> sum = fixed_sum(index, group)) {
      TRUENO_TRY(builder.append_string({bytes, static_cast<std::size_t>(sum->write(bytes))}));
    } else {
      TRUENO_TRY(builder.append_string(wide_sum(index, group).serialise()));
    }
  }
  return builder.finish();
}

Result<Column> GroupRecords::state_column(std::size_t index) const {
  const kernel::Program& program = *compiled_.program;
  const Accumulator& accumulator = program.sink.accumulators[index];
  const Slot& slot = slots_[index];
  const Type type = kernel::state_type(program, accumulator);
  if (slot.kind == StateKind::kFloatSum) return float_column(index);
  ColumnBuilder builder(type);
  builder.reserve(size());
  for (std::uint32_t group = 0; group < size(); ++group) {
    const std::uint8_t* at = record(group) + slot.offset;
    switch (slot.kind) {
      case StateKind::kCount: TRUENO_TRY(builder.append_bytes(at)); break;
      case StateKind::kNarrowSum:
      case StateKind::kWideSum: {
        const i128 sum = slot.kind == StateKind::kNarrowSum ? i128{load<std::int64_t>(at)} : load<i128>(at);
        if (type.id == TypeId::kBlob) {  // a 128-bit argument that ranges made narrower
          I192 wide;
          wide.add(sum);
          TRUENO_TRY(builder.append_string(kernel::serialise(wide)));
        } else {
          TRUENO_TRY(builder.append_bytes(&sum));
        }
        break;
      }
      case StateKind::kWidestSum: {
        const I192 sum{load<std::uint64_t>(at), load<i128>(at + 8)};
        if (type.id == TypeId::kBlob) {
          TRUENO_TRY(builder.append_string(kernel::serialise(sum)));
        } else {
          const i128 narrow = *sum.narrow();
          TRUENO_TRY(builder.append_bytes(&narrow));
        }
        break;
      }
      case StateKind::kFloatSum: break;
      case StateKind::kProducts: TRUENO_TRY(builder.append_string(product(index, group).serialise())); break;
      case StateKind::kBits:
      case StateKind::kExtreme: {
        if (load<std::int64_t>(at) == 0) {
          TRUENO_TRY(builder.append_null());
          break;
        }
        alignas(16) std::uint8_t copy[16] = {};
        std::memcpy(copy, at + 8, static_cast<std::size_t>(width_of(slot.lane)));
        const Cell cell = cell_of({slot.lane, copy, nullptr, true}, 0);
        TRUENO_TRY(kernel::append_cell(builder, type, kernel::canonical(cell, type.physical())));
        break;
      }
    }
  }
  return builder.finish();
}

}  // namespace trueno::backend::simd
