// Columns into registers: every encoding, the rows that a filter left.
#include <algorithm>
#include <cstring>

#include "backend/simd/evaluator.h"
#include "kernel/range.h"

namespace trueno::backend::simd {

using kernel::Instruction;

namespace {

// Routines read whole values at their alignment; only Arrow's buffers of 16-byte values may lie at 8.
bool is_aligned(const std::uint8_t* values, Lane lane) {
  return reinterpret_cast<std::uintptr_t>(values) % std::min<std::size_t>(16, static_cast<std::size_t>(width_of(lane))) == 0;
}

bool can_sum_packed(const Column& column, std::int64_t first) {
  return column.encoding == Encoding::kPacked && column.bit_width <= 32 && (column.offset + first) % 8 == 0;
}

}  // namespace

void Evaluator::load_validity(const Column& column, std::int64_t first, std::size_t count, Vector& out, Storage& storage) {
  if (column.validity.empty() || column.null_count == 0) return;
  routines().bits_to_bytes(column.validity.data(), static_cast<std::size_t>(column.offset + first), count, storage.validity());
  out.valid = storage.validity();
}

// Values that lie one after the other: used where they are, or widened.
void Evaluator::load_plain(const Column& column, std::int64_t first, std::size_t count, Lane natural, Vector& out, Storage& storage) {
  const Physical physical = column.physical();
  const std::uint8_t* from = column.values.data() + (column.offset + first) * trueno::width_of(physical);
  if (const UnaryRoutine widen = routines().widen[static_cast<int>(physical)]) {
    void* to = storage.values(width_of(natural));
    widen(from, to, count);
    out.data = to;
    return;
  }
  if (is_aligned(from, natural)) {
    out.data = from;
    return;
  }
  void* to = storage.values(width_of(natural));
  std::memcpy(to, from, count * static_cast<std::size_t>(width_of(natural)));
  out.data = to;
}

Status Evaluator::load_texts(const Column& column, std::int64_t first, std::size_t count, Vector& out, Storage& storage) {
  auto* to = static_cast<StringView*>(storage.values(width_of(Lane::kString)));
  out.data = to;
  const auto begin = static_cast<std::size_t>(column.offset + first);
  if (column.encoding == Encoding::kDictionary) {
    ResolvedDictionary& known = dictionaries_[column.dictionary.get()];
    if (!known.dictionary) {
      known.dictionary = column.dictionary;
      const Column entries = TRUENO_TRY(column.dictionary->values->decoded());
      known.texts.resize(static_cast<std::size_t>(std::max<std::int64_t>(entries.length, 1)));
      for (std::int64_t i = 0; i < entries.length; ++i) {
        known.texts[static_cast<std::size_t>(i)] =
            resolve_view(load<StoredView>(entries.values.data() + i * 16), column.dictionary->values->string_buffers);
      }
    }
    routines().gather[width_index(16)](known.texts.data(), column.values.as<std::uint32_t>() + begin, to, count);
    return {};
  }
  if (column.encoding != Encoding::kPlain) {  // runs and constants of texts
    const Column plain = TRUENO_TRY(column.slice(first, static_cast<std::int64_t>(count)).decoded());
    for (std::size_t i = 0; i < count; ++i) {
      to[i] = plain.is_valid(static_cast<std::int64_t>(i))
                  ? resolve_view(load<StoredView>(plain.values.data() + i * 16), column.string_buffers)
                  : StringView();
    }
    return {};
  }
  for (std::size_t i = 0; i < count; ++i) {
    const bool valid = out.valid == nullptr || out.valid[i] != 0;
    to[i] = valid ? resolve_view(load<StoredView>(column.values.data() + (begin + i) * 16), column.string_buffers) : StringView();
  }
  return {};
}

Status Evaluator::load_encoded(const Column& column, std::int64_t first, std::size_t count, Lane natural, Lane wanted, Vector& out,
                               Storage& storage) {
  const bool packed = column.encoding == Encoding::kPacked;
  const auto begin = static_cast<std::size_t>(column.offset + first);
  if (packed && (wanted == Lane::kI32 || wanted == Lane::kI64)) {
    // Unpacking begins at a multiple of eight values; the lanes before the first row are skipped.
    const std::size_t skipped = begin % 8;
    const int width = width_of(wanted);
    void* to = storage.values(width);
    if (wanted == Lane::kI32) {
      routines().unpack32(column.values.data(), begin - skipped, count + skipped, column.bit_width, static_cast<std::int32_t>(column.base),
                          static_cast<std::int32_t*>(to));
    } else {
      routines().unpack64(column.values.data(), begin - skipped, count + skipped, column.bit_width, static_cast<std::int64_t>(column.base),
                          static_cast<std::int64_t*>(to));
    }
    out.lane = wanted;
    out.data = static_cast<std::uint8_t*>(to) + skipped * static_cast<std::size_t>(width);
    return {};
  }
  if (column.encoding == Encoding::kConstant) {
    Column one = column.slice(first, 1);
    one.validity = Buffer();
    one.null_count = 0;
    const Column plain = TRUENO_TRY(one.decoded());
    void* value = storage.values(width_of(natural));
    const UnaryRoutine widen = routines().widen[static_cast<int>(column.physical())];
    if (widen != nullptr) {
      widen(plain.values.data(), value, 1);
    } else {
      std::memcpy(value, plain.values.data(), static_cast<std::size_t>(width_of(natural)));
    }
    out.data = value;
    if (out.valid == nullptr) {
      out.constant = true;
      return {};
    }
    alignas(16) std::uint8_t copy[16];
    std::memcpy(copy, value, sizeof copy);
    routines().broadcast[width_index(width_of(natural))](copy, value, count);
    return {};
  }
  const Column plain = TRUENO_TRY(column.slice(first, static_cast<std::int64_t>(count)).decoded());
  load_plain(plain, 0, count, natural, out, storage);
  const auto* from = static_cast<const std::uint8_t*>(out.data);
  void* to = storage.values(width_of(natural));
  if (from != to) std::memcpy(to, from, count * static_cast<std::size_t>(width_of(natural)));  // `plain` ends here
  out.data = to;
  return {};
}

bool Evaluator::breaks_range(const Instruction& instruction, const Vector& vector, std::size_t count) const {
  const kernel::Range& range = instruction.range;
  if (!instruction.verify_range || !range.bounded()) return false;
  const auto outside = [&](i128 value) { return value < *range.min || value > *range.max; };
  const auto number = [&](std::size_t row) {
    const kernel::Cell cell = cell_of(vector, row);
    return vector.lane == Lane::kBool ? i128{cell.boolean} : cell.integer;
  };
  if (vector.constant) return vector.is_valid(0) && outside(number(0));
  const bool any = vector.valid == nullptr || routines().count_true(vector.valid, count) != 0;
  if (!any) return false;
  if (vector.lane == Lane::kI32 || vector.lane == Lane::kI64) {
    const IntegerExtremes found = vector.lane == Lane::kI32 ? routines().extremes32(vector.as<std::int32_t>(), vector.valid, count)
                                                            : routines().extremes64(vector.as<std::int64_t>(), vector.valid, count);
    return outside(found.min) || outside(found.max);
  }
  if (vector.lane != Lane::kI128 && vector.lane != Lane::kBool) return false;
  for (std::size_t i = 0; i < count; ++i) {
    if (vector.is_valid(i) && outside(number(i))) return true;
  }
  return false;
}

Status Evaluator::load_column(const Step& step) {
  const Instruction& instruction = compiled_.at(step.instruction);
  const kernel::SourceColumn& source = compiled_.program->source.columns[instruction.index];
  const Column& column = morsel_->batch.columns[instruction.index];
  const std::size_t count = source_rows_;
  Storage& storage = frame_.storages[step.out];
  Vector& out = frame_.vectors[step.out];
  const Lane wanted = compiled_.lanes[step.out];
  const Lane natural = source.as_code ? Lane::kCode : lane_of(column.physical());
  out = {natural, nullptr, nullptr, false};
  load_validity(column, begin_, count, out, storage);
  if (column.type.id == TypeId::kNull) {
    std::memset(storage.values(width_of(wanted)), 0, count * static_cast<std::size_t>(width_of(wanted)));
    std::memset(storage.validity(), 0, count);
    out = {wanted, storage.values(width_of(wanted)), storage.validity(), false};
  } else if (source.as_code) {
    TRUENO_ASSERT(column.encoding == Encoding::kDictionary);
    out.data = column.values.as<std::uint32_t>() + column.offset + begin_;
  } else if (natural == Lane::kString) {
    TRUENO_TRY(load_texts(column, begin_, count, out, storage));
  } else if (column.encoding == Encoding::kPlain) {
    load_plain(column, begin_, count, natural, out, storage);
  } else {
    TRUENO_TRY(load_encoded(column, begin_, count, natural, wanted, out, storage));
  }
  if (instruction.verify_range && breaks_range(instruction, out, count)) return failed_row();
  if (out.lane != wanted) {
    const UnaryRoutine narrow = routines().convert[static_cast<int>(out.lane)][static_cast<int>(wanted)];
    TRUENO_ASSERT(narrow != nullptr);
    void* to = frame_.compacted[step.out].values(width_of(wanted));
    narrow(out.data, to, out.constant ? 1 : count);
    out.data = to;
    out.lane = wanted;
  }
  if (!frame_.compacted_chunk || out.constant) return {};
  // A filter has already chosen rows: only those.
  const int width = width_of(wanted);
  void* values = frame_.compacted[step.out].holds(out.data) ? storage.values(width) : frame_.compacted[step.out].values(width);
  routines().gather[width_index(width)](out.data, frame_.selection.data(), values, frame_.rows);
  out.data = values;
  if (out.valid != nullptr) {
    routines().gather[0](out.valid, frame_.selection.data(), frame_.compacted[step.out].validity(), frame_.rows);
    out.valid = frame_.compacted[step.out].validity();
  }
  return {};
}

bool Evaluator::reads_in_place(const Strand& strand, const Morsel& morsel) const {
  // Short chunks without a chosen row are not read at all.
  constexpr std::size_t kFewChosen = 8;
  const auto rows = static_cast<std::size_t>(morsel.batch.length);
  if (strand.filtered && routines().count_true(chosen_.data(), rows) * kFewChosen < rows) return false;
  return std::ranges::all_of(strand.steps, [&](const Step& step) {
    const std::uint32_t index = compiled_.at(step.instruction).index;
    const Column& column = morsel.batch.columns[index];
    if (compiled_.program->source.columns[index].as_code || column.type.id == TypeId::kNull) return false;
    if (!column.validity.empty() && column.null_count != 0) return false;
    if (step.kind == StepKind::kSummedColumn && can_sum_packed(column, 0)) return true;
    const Physical physical = column.physical();
    const Lane lane = lane_of(physical);
    if (column.encoding != Encoding::kPlain || lane == Lane::kString || routines().widen[static_cast<int>(physical)] != nullptr)
      return false;
    return lane == compiled_.lanes[step.out] && is_aligned(column.values.data() + column.offset * trueno::width_of(physical), lane);
  });
}

Status Evaluator::load_summed_column(const Step& step) {
  const Column& column = morsel_->batch.columns[compiled_.at(step.instruction).index];
  if (!can_sum_packed(column, begin_) || frame_.compacted_chunk) return load_column(step);
  const auto begin = static_cast<std::size_t>(column.offset + begin_);
  Vector& out = frame_.vectors[step.out];
  out = {.lane = compiled_.lanes[step.out], .packed = &column, .packed_begin = begin};
  load_validity(column, begin_, source_rows_, out, frame_.storages[step.out]);
  return {};
}

}  // namespace trueno::backend::simd
