#include "backend/webgpu/groups.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "kernel/cell.h"
#include "kernel/group_outputs.h"

namespace trueno::backend::webgpu {

namespace {

using kernel::AccumulatorKind;
using kernel::Cell;

std::int64_t count_at(std::span<const std::uint32_t> words, std::uint32_t at) {
  return static_cast<std::int64_t>(words[at] | (static_cast<std::uint64_t>(words[at + 1]) << 32));
}

i128 integer_at(std::span<const std::uint32_t> words, std::uint32_t at, std::uint32_t count) {
  u128 value = (words[at + count - 1] >> 31) != 0 ? ~static_cast<u128>(0) : 0;
  for (std::uint32_t n = count; n-- > 0;) value = (value << 32) | words[at + n];
  return static_cast<i128>(value);
}

// The sum of a 128-bit column.
I192 wide_integer_at(std::span<const std::uint32_t> words, const AccumulatorPlace& place) {
  I192 sum;
  sum.low = static_cast<std::uint64_t>(integer_at(words, place.state, 2));
  sum.high = integer_at(words, place.state + 2, place.state_words - 2);
  return sum;
}

// The sum of a float column from its fixed-point words: each 32 bits are a double of their own.
ExactSum exact_sum_at(std::span<const std::uint32_t> words, const AccumulatorPlace& place, int lowest_bit) {
  const std::uint32_t count = place.state_words - (place.specials ? 1 : 0);
  const bool negative = (words[place.state + count - 1] >> 31) != 0;
  ExactSum sum;
  std::uint64_t carry = 1;  // -x = ~x + 1
  for (std::uint32_t n = 0; n < count; ++n) {
    std::uint64_t word = words[place.state + n];
    if (negative) {
      word = static_cast<std::uint64_t>(static_cast<std::uint32_t>(~words[place.state + n])) + carry;
      carry = word >> 32;
      word &= 0xFFFFFFFF;
    }
    if (word == 0) continue;
    const double part = std::ldexp(static_cast<double>(word), lowest_bit + 32 * static_cast<int>(n));
    sum.add(negative ? -part : part);
  }
  if (!place.specials) return sum;
  const std::uint32_t specials = words[place.state + count];
  if ((specials & kNan) != 0) sum.add(std::numeric_limits<double>::quiet_NaN());
  if ((specials & kPlusInfinity) != 0) sum.add(std::numeric_limits<double>::infinity());
  if ((specials & kMinusInfinity) != 0) sum.add(-std::numeric_limits<double>::infinity());
  return sum;
}

// Back from an order key: the inverse of the shader's.
Cell extreme_of(u128 key, Lane lane, bool least) {
  const int bits = 32 * words_of(lane);
  const u128 top = static_cast<u128>(1) << (bits - 1);
  const u128 mask = bits == 128 ? ~static_cast<u128>(0) : (static_cast<u128>(1) << bits) - 1;
  if (least) key = ~key & mask;
  switch (lane) {
    case Lane::kBool: return Cell::of_bool(key != 0);
    case Lane::kF32: {
      const auto pattern = static_cast<std::uint32_t>((key & top) != 0 ? key ^ top : ~key & mask);
      return Cell::of_f32(__builtin_bit_cast(float, pattern));
    }
    case Lane::kF64: {
      const auto pattern = static_cast<std::uint64_t>((key & top) != 0 ? key ^ top : ~key & mask);
      return Cell::of_f64(__builtin_bit_cast(double, pattern));
    }
    case Lane::kI32:
    case Lane::kI64:
    case Lane::kI128: break;
  }
  const u128 value = key ^ top;
  return Cell::of_integer(static_cast<i128>((value & top) != 0 ? value | ~mask : value));
}

}  // namespace

HostGroups::HostGroups(const kernel::Program& program) : program_(program), reduction_(fresh()) {}

HostGroups::States HostGroups::fresh() const { return kernel::fresh_states(program_); }

bool HostGroups::KeyLess::operator()(const Key& a, const Key& b) const {
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i].is_null() != b[i].is_null()) return b[i].is_null();  // NULL last
    if (a[i].is_null()) continue;
    const int order = kernel::compare(kernel::cell_of(a[i]), kernel::cell_of(b[i]), a[i].type().physical());
    if (order != 0) return order < 0;
  }
  return false;
}

HostGroups::Key HostGroups::key_of(std::uint64_t slot, std::span<const KeyIndex> keys) const {
  Key key;
  for (std::size_t n = 0; n < keys.size(); ++n) {
    const KeyIndex& k = keys[n];
    const std::uint64_t index = slot / k.stride % k.extent;
    const Type& type = program_.at(program_.sink.keys[n]).type;
    if (k.nullable && index + 1 == k.extent) {
      key.push_back(Value::null(type));
    } else if (k.dictionary) {
      key.push_back({type, k.dictionary->values->value(static_cast<std::int64_t>(index)).payload()});
    } else if (type.id == TypeId::kBoolean) {
      key.push_back(Value::boolean(index != 0));
    } else {
      key.push_back(Value::integer(k.lowest + static_cast<i128>(index), type));
    }
  }
  return key;
}

i128 HostGroups::integer_sum(std::span<const std::uint32_t> slot, const SinkLayout& layout, std::size_t number) const {
  const AccumulatorPlace& place = layout.accumulators[number];
  const i128 sum = integer_at(slot, place.state, place.state_words);
  return place.from_least ? sum + i128{count_at(slot, 0)} * *program_.at(program_.sink.accumulators[number].argument).range.min : sum;
}

Status HostGroups::merge(States& states, std::span<const std::uint32_t> slot, const SinkLayout& layout) const {
  for (std::size_t n = 0; n < states.size(); ++n) {
    const AccumulatorPlace& place = layout.accumulators[n];
    const kernel::Accumulator& accumulator = program_.sink.accumulators[n];
    switch (place.keeping) {
      case Keeping::kRows: TRUENO_TRY(states[n].merge(Cell::of_integer(count_at(slot, 0)))); break;
      case Keeping::kCount: TRUENO_TRY(states[n].merge(Cell::of_integer(count_at(slot, place.state)))); break;
      case Keeping::kSum: {
        if (accumulator.kind == AccumulatorKind::kSumFloat) {
          const std::string bytes = exact_sum_at(slot, place, program_.at(accumulator.argument).range.span->lowest_bit).serialise();
          TRUENO_TRY(states[n].merge(Cell::of_string(std::string_view(bytes))));
          break;
        }
        if (program_.at(accumulator.argument).physical() != Physical::kI128) {
          TRUENO_TRY(states[n].merge(Cell::of_integer(integer_sum(slot, layout, n))));
          break;
        }
        const std::string bytes = kernel::serialise(wide_integer_at(slot, place));
        TRUENO_TRY(states[n].merge(Cell::of_string(std::string_view(bytes))));
        break;
      }
      case Keeping::kExtreme:
        if (slot[place.state + 1] == 0) break;
        TRUENO_TRY(states[n].merge(extreme_of(slot[place.state], place.lane, accumulator.kind == AccumulatorKind::kMin)));
        break;
      case Keeping::kWide: break;
    }
  }
  return {};
}

Status HostGroups::merge_wide(States& states, std::span<const std::uint32_t> place_words, const SinkLayout& layout) const {
  for (std::size_t n = 0; n < states.size(); ++n) {
    const AccumulatorPlace& place = layout.accumulators[n];
    const auto words = static_cast<std::uint32_t>(words_of(place.lane));
    if (place.keeping != Keeping::kWide || place_words[place.state + words] == 0) continue;
    u128 key = 0;
    for (std::uint32_t w = words; w-- > 0;) key = (key << 32) | place_words[place.state + w];
    TRUENO_TRY(states[n].merge(extreme_of(key, place.lane, program_.sink.accumulators[n].kind == AccumulatorKind::kMin)));
  }
  return {};
}

Status HostGroups::add(std::vector<std::uint32_t> state, const SinkLayout& layout, std::span<const KeyIndex> keys, std::uint64_t slots,
                       std::uint32_t workgroups) {
  if (program_.sink.kind == kernel::SinkKind::kGroup) {
    TRUENO_TRY(merge_table());
    table_ = {std::move(state), layout, {keys.begin(), keys.end()}, slots};
    return {};
  }
  std::span<const std::uint32_t> words = std::span(state).subspan(SinkLayout::kStateHeader);
  if (count_at(words, 0) != 0) TRUENO_TRY(merge(reduction_, words.first(layout.state_words), layout));
  words = words.subspan(slots * layout.state_words);
  for (std::uint32_t w = 0; w < workgroups && layout.wide_words != 0; ++w)
    TRUENO_TRY(merge_wide(reduction_, words.subspan(static_cast<std::size_t>(w) * layout.wide_words, layout.wide_words), layout));
  return {};
}

// Where tables follow one another, because a dictionary grew between them, groups are brought together by their keys.
Status HostGroups::merge_table() {
  for (const std::uint64_t slot : used_slots()) {
    const auto [group, added] = groups_.try_emplace(key_of(slot, table_.keys));
    if (added) group->second = fresh();
    TRUENO_TRY(merge(group->second, slot_words(slot), table_.layout));
  }
  table_ = {};
  return {};
}

// The slots of groups that have rows, ascending by key.
std::vector<std::uint64_t> HostGroups::used_slots() const {
  std::vector<std::uint64_t> slots;
  for (std::uint64_t slot = 0; slot < table_.slots; ++slot) {
    if (count_at(slot_words(slot), 0) != 0) slots.push_back(slot);
  }
  // An index orders as its key does, NULL last; codes need the order of their texts.
  std::vector<std::vector<std::uint32_t>> ranks(table_.keys.size());
  for (std::size_t n = 0; n < table_.keys.size(); ++n) {
    if (!table_.keys[n].dictionary) continue;
    const Column& texts = *table_.keys[n].dictionary->values;
    std::vector<std::uint32_t> codes(static_cast<std::size_t>(texts.length));
    for (std::size_t code = 0; code < codes.size(); ++code) codes[code] = static_cast<std::uint32_t>(code);
    std::ranges::sort(codes, [&](std::uint32_t a, std::uint32_t b) { return texts.text(a) < texts.text(b); });
    ranks[n].resize(codes.size() + 1, static_cast<std::uint32_t>(codes.size()));  // the last is NULL's
    for (std::uint32_t rank = 0; rank < codes.size(); ++rank) ranks[n][codes[rank]] = rank;
  }
  if (table_.keys.size() == 1 && ranks.front().empty()) return slots;
  // All keys' places as one number, the first key's the highest part: there are as many as slots.
  std::vector<std::pair<std::uint64_t, std::uint64_t>> order;
  order.reserve(slots.size());
  for (const std::uint64_t slot : slots) {
    std::uint64_t place = 0;
    for (std::size_t n = 0; n < table_.keys.size(); ++n) {
      const KeyIndex& key = table_.keys[n];
      const std::uint64_t index = slot / key.stride % key.extent;
      place = place * key.extent + (ranks[n].empty() ? index : ranks[n][index]);
    }
    order.emplace_back(place, slot);
  }
  std::ranges::sort(order);
  for (std::size_t i = 0; i < slots.size(); ++i) slots[i] = order[i].second;
  return slots;
}

// Whole numbers at once; texts and booleans one by one.
Result<Column> HostGroups::key_column(std::size_t number, std::span<const std::uint64_t> slots) const {
  const KeyIndex& key = table_.keys[number];
  const Type& type = program_.at(program_.sink.keys[number]).type;
  if (key.dictionary || type.id == TypeId::kBoolean) {
    ColumnBuilder builder(type);
    builder.reserve(static_cast<std::int64_t>(slots.size()));
    TRUENO_TRY(append_key(builder, number, slots));
    return builder.finish();
  }
  kernel::OutputColumn out = TRUENO_TRY(kernel::OutputColumn::make(type, slots.size()));
  for (std::size_t row = 0; row < slots.size(); ++row) {
    const std::uint64_t index = slots[row] / key.stride % key.extent;
    if (key.nullable && index + 1 == key.extent) {
      out.set_null(row);
    } else {
      out.set(row, key.lowest + static_cast<i128>(index));
    }
  }
  return std::move(out).finish();
}

Status HostGroups::append_key(ColumnBuilder& builder, std::size_t number, std::span<const std::uint64_t> slots) const {
  const KeyIndex& key = table_.keys[number];
  const Type& type = program_.at(program_.sink.keys[number]).type;
  for (const std::uint64_t slot : slots) {
    const std::uint64_t index = slot / key.stride % key.extent;
    if (key.nullable && index + 1 == key.extent) {
      TRUENO_TRY(builder.append_null());
    } else if (key.dictionary) {
      TRUENO_TRY(builder.append_string(key.dictionary->values->text(static_cast<std::int64_t>(index))));
    } else if (type.id == TypeId::kBoolean) {
      TRUENO_TRY(builder.append(Value::boolean(index != 0)));
    } else {
      const i128 value = key.lowest + static_cast<i128>(index);
      TRUENO_TRY(builder.append_bytes(&value));  // little-endian: a narrower value is its first bytes
    }
  }
  return {};
}

Status HostGroups::append_states(ColumnBuilder& builder, std::size_t number, std::span<const std::uint64_t> slots) const {
  const AccumulatorPlace& place = table_.layout.accumulators[number];
  const kernel::Accumulator& accumulator = program_.sink.accumulators[number];
  const Type type = kernel::state_type(program_, accumulator);
  const bool counts = place.keeping == Keeping::kRows || place.keeping == Keeping::kCount;
  const bool sums = accumulator.kind == AccumulatorKind::kSumInteger && program_.at(accumulator.argument).physical() != Physical::kI128;
  for (const std::uint64_t slot : slots) {
    const std::span<const std::uint32_t> words = slot_words(slot);
    if (counts) {
      const std::int64_t count = count_at(words, place.keeping == Keeping::kRows ? 0 : place.state);
      TRUENO_TRY(builder.append_bytes(&count));
    } else if (sums) {
      const i128 sum = integer_sum(words, table_.layout, number);
      TRUENO_TRY(builder.append_bytes(&sum));
    } else {
      States states = fresh();
      TRUENO_TRY(merge(states, words, table_.layout));
      TRUENO_TRY(states[number].append_state(builder, type));
    }
  }
  return {};
}

Result<Batch> HostGroups::take_table() {
  const std::vector<std::uint64_t> slots = used_slots();
  const Schema schema = kernel::partial_schema(program_);
  const std::size_t keys = program_.sink.keys.size();
  Batch batch;
  batch.length = static_cast<std::int64_t>(slots.size());
  for (std::size_t n = 0; n < keys; ++n) batch.columns.push_back(TRUENO_TRY(key_column(n, slots)));
  for (std::size_t n = keys; n < schema.size(); ++n) {
    ColumnBuilder builder(schema[n].type);
    builder.reserve(batch.length);
    TRUENO_TRY(append_states(builder, n - keys, slots));
    batch.columns.push_back(TRUENO_TRY(builder.finish()));
  }
  table_ = {};
  return batch;
}

// What kernel::GroupOutputs asks for, from the words of slots.
class SlotStates {
 public:
  SlotStates(const HostGroups& groups, std::span<const std::uint64_t> slots) : groups_(groups), slots_(slots) {}

  [[nodiscard]] std::int64_t count(std::uint32_t accumulator, std::size_t group) const {
    const AccumulatorPlace& place = groups_.table_.layout.accumulators[accumulator];
    return count_at(groups_.slot_words(slots_[group]), place.keeping == Keeping::kRows ? 0 : place.state);
  }
  [[nodiscard]] I192 integer_sum(std::uint32_t accumulator, std::size_t group) const {
    const std::span<const std::uint32_t> words = groups_.slot_words(slots_[group]);
    const kernel::Program& program = groups_.program_;
    if (program.at(program.sink.accumulators[accumulator].argument).physical() == Physical::kI128)
      return wide_integer_at(words, groups_.table_.layout.accumulators[accumulator]);
    I192 sum;
    sum.add(groups_.integer_sum(words, groups_.table_.layout, accumulator));
    return sum;
  }
  [[nodiscard]] bool is_float(std::uint32_t accumulator) const {
    return groups_.program_.sink.accumulators[accumulator].kind == AccumulatorKind::kSumFloat;
  }
  [[nodiscard]] double float_average(std::uint32_t accumulator, std::size_t group, std::int64_t divisor) const {
    return float_sum(accumulator, group).average(divisor);
  }
  [[nodiscard]] std::optional<ScaledInteger> exact(std::uint32_t accumulator, std::size_t group) const {
    return float_sum(accumulator, group).exact();
  }

 private:
  [[nodiscard]] ExactSum float_sum(std::uint32_t accumulator, std::size_t group) const {
    const kernel::Program& program = groups_.program_;
    const int lowest_bit = program.at(program.sink.accumulators[accumulator].argument).range.span->lowest_bit;
    return exact_sum_at(groups_.slot_words(slots_[group]), groups_.table_.layout.accumulators[accumulator], lowest_bit);
  }

  const HostGroups& groups_;
  std::span<const std::uint64_t> slots_;
};

Result<std::optional<Batch>> HostGroups::finish(const Parallel& parallel) {
  if (table_.slots == 0 || !groups_.empty()) return std::optional<Batch>();
  const std::vector<std::uint64_t> slots = used_slots();
  constexpr std::size_t kStretch = 16 << 10;  // groups that one thread takes at a time; a multiple of 8, since validity is a bit a row
  const std::size_t stretches = (slots.size() + kStretch - 1) / kStretch;
  kernel::GroupOutputs outputs = TRUENO_TRY(kernel::GroupOutputs::make(program_, slots.size()));
  std::vector<kernel::GroupOutputs::Failure> failures(stretches);
  const SlotStates states(*this, slots);
  parallel(stretches, [&](std::size_t n) { failures[n] = outputs.fill(states, n * kStretch, std::min(slots.size(), (n + 1) * kStretch)); });
  Batch batch;
  batch.length = static_cast<std::int64_t>(slots.size());
  for (std::size_t n = 0; n < table_.keys.size(); ++n) batch.columns.push_back(TRUENO_TRY(key_column(n, slots)));
  std::vector<Column> extremes;
  for (const kernel::Output& output : program_.sink.outputs) {
    Column& column = extremes.emplace_back();
    if (!kernel::is_column_of_states(output.kind)) continue;
    ColumnBuilder builder(kernel::state_type(program_, program_.sink.accumulators[output.accumulator]));
    builder.reserve(batch.length);
    TRUENO_TRY(append_states(builder, output.accumulator, slots));
    column = TRUENO_TRY(builder.finish());
  }
  for (Column& column : TRUENO_TRY(std::move(outputs).finish(failures, extremes))) batch.columns.push_back(std::move(column));
  table_ = {};
  return std::optional(std::move(batch));
}

Result<Batch> HostGroups::take() {
  if (table_.slots != 0) {
    if (groups_.empty()) return take_table();
    TRUENO_TRY(merge_table());
  }
  std::vector<ColumnBuilder> builders;
  for (const Field& field : kernel::partial_schema(program_)) builders.emplace_back(field.type);
  const auto append = [&](std::size_t first, const States& states) -> Status {
    for (std::size_t n = 0; n < states.size(); ++n)
      TRUENO_TRY(states[n].append_state(builders[first + n], kernel::state_type(program_, program_.sink.accumulators[n])));
    return {};
  };
  Batch batch;
  if (program_.sink.kind == kernel::SinkKind::kReduce) {
    TRUENO_TRY(append(0, reduction_));
    reduction_ = fresh();
    batch.length = 1;
  } else {
    for (const auto& [key, states] : groups_) {
      for (std::size_t n = 0; n < key.size(); ++n) TRUENO_TRY(builders[n].append(key[n]));
      TRUENO_TRY(append(key.size(), states));
    }
    batch.length = static_cast<std::int64_t>(groups_.size());
    groups_.clear();
  }
  for (ColumnBuilder& builder : builders) batch.columns.push_back(TRUENO_TRY(builder.finish()));
  return batch;
}

std::int64_t HostGroups::bytes() const {
  constexpr std::size_t kBytesPerValue = 64;  // a Value or an accumulator and its share of the container
  return static_cast<std::int64_t>(4 * table_.words.size() +
                                   groups_.size() * (program_.sink.keys.size() + program_.sink.accumulators.size()) * kBytesPerValue);
}

}  // namespace trueno::backend::webgpu
