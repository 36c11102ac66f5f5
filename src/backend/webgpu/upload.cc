#include "backend/webgpu/upload.h"

#include <cstring>

namespace trueno::backend::webgpu {

namespace {

using kernel::Instruction;
using kernel::Opcode;

constexpr std::uint32_t kNone = BlockLayout::kNoBitmap;
constexpr std::size_t kOverread = 3;  // words that unpacking may read past the last value

class Packer {
 public:
  Packer(const kernel::Program& program, const Morsel& morsel) : program_(program), morsel_(morsel), layout_(program) {
    out_.block.resize(layout_.words());
  }

  Status columns() {
    for (const Instruction& i : program_.instructions) {
      if (i.op == Opcode::kColumn) TRUENO_TRY(column(i));
    }
    return {};
  }

  Status parameters(const Launch& launch) {
    for (const Instruction& i : program_.instructions) {
      if (i.op == Opcode::kParameter) TRUENO_TRY(parameter(i, launch.parameters[i.index]));
    }
    return {};
  }

  Status lookups() {
    for (std::size_t n = 0; n < program_.lookups.size(); ++n) {
      const LookupTable& table = *morsel_.lookups[n];
      const Column plain = TRUENO_TRY(table.values.decoded());
      const std::uint32_t at = layout_.lookup(n);
      out_.block[at] = append(plain.values.data(), plain.length * width_of(plain.physical()));
      out_.block[at + 1] = validity(plain);
      out_.block[at + 2] = kNone;
      if (table.errors.empty()) continue;
      std::vector<std::uint8_t> bits(bytes_for_bits(static_cast<std::size_t>(plain.length)));
      for (const auto& [entry, failure] : table.errors) set_bit(bits.data(), entry);
      out_.block[at + 2] = append(bits.data(), static_cast<std::int64_t>(bits.size()));
    }
    return {};
  }

  // What the sink needs to know.
  void sink(std::span<const KeyIndex> keys, std::uint32_t slots) {
    out_.block[BlockLayout::kRows] = static_cast<std::uint32_t>(morsel_.batch.length);
    out_.block[BlockLayout::kSlots] = slots;
    for (std::size_t n = 0; n < program_.sink.accumulators.size(); ++n) {
      const kernel::Accumulator& a = program_.sink.accumulators[n];
      if (a.kind == kernel::AccumulatorKind::kSumFloat)
        out_.block[layout_.sum(n)] = static_cast<std::uint32_t>(program_.at(a.argument).range.span->lowest_bit);
    }
    for (std::size_t n = 0; n < keys.size(); ++n) {
      std::uint32_t* at = &out_.block[layout_.key(n)];
      at[BlockLayout::kLowest] = static_cast<std::uint32_t>(keys[n].lowest);
      at[BlockLayout::kExtent] = static_cast<std::uint32_t>(keys[n].extent);
      at[BlockLayout::kStride] = static_cast<std::uint32_t>(keys[n].stride);
    }
  }

  Upload finish() && {
    out_.slab.resize(out_.slab.size() + kOverread + 1);
    return std::move(out_);
  }

 private:
  // Copies bytes behind what is there, from a 16-byte boundary on; the word they start at.
  std::uint32_t append(const std::uint8_t* bytes, std::int64_t count) {
    constexpr std::size_t kAlignment = 4;
    const std::size_t at = (out_.slab.size() + kAlignment - 1) / kAlignment * kAlignment;
    out_.slab.resize(at + (static_cast<std::size_t>(count) + 3) / 4);
    if (count != 0) std::memcpy(out_.slab.data() + at, bytes, static_cast<std::size_t>(count));
    return static_cast<std::uint32_t>(at);
  }

  // Every `step`-th word. A NULL's bits may be anything; they are never looked at.
  std::uint32_t append_low_words(const std::uint32_t* words, std::int64_t count, std::int64_t step) {
    const std::uint32_t at = append(nullptr, 0);
    out_.slab.resize(at + static_cast<std::size_t>(count));
    for (std::int64_t n = 0; n < count; ++n) out_.slab[at + static_cast<std::size_t>(n)] = words[n * step];
    return at;
  }

  std::uint32_t validity(const Column& column) {
    if (column.null_count == 0 || column.validity.empty()) return kNone;
    const auto length = static_cast<std::size_t>(column.length);
    std::vector<std::uint8_t> bits(bytes_for_bits(length));
    copy_bits(column.validity.data(), static_cast<std::size_t>(column.offset), length, bits.data());
    return append(bits.data(), static_cast<std::int64_t>(bits.size()));
  }

  void words_of(i128 value, std::uint32_t at) {
    for (std::uint32_t n = 0; n < 4; ++n) out_.block[at + n] = static_cast<std::uint32_t>(value >> (32 * static_cast<int>(n)));
  }

  Status column(const Instruction& i) {
    const kernel::SourceColumn& source = program_.source.columns[i.index];
    Column column = morsel_.batch.columns[i.index];
    if (!i.range.nullable && column.null_count != 0)
      return error(ErrorCode::kInternal, "column {} holds NULLs, but was compiled as NOT NULL", source.name);
    const std::uint32_t at = layout_.column(i.index);
    std::int64_t width = 4;
    if (source.as_code) {
      if (column.encoding != Encoding::kDictionary) return error(ErrorCode::kInternal, "coded column {} came without codes", source.name);
    } else {
      width = width_of(column.physical());
      if (column.encoding == Encoding::kDictionary || column.encoding == Encoding::kRunLength) column = TRUENO_TRY(column.decoded());
    }
    out_.block[at + BlockLayout::kStep] = 1;
    switch (column.encoding) {
      case Encoding::kConstant:
        out_.block[at + BlockLayout::kStep] = 0;
        out_.block[at + BlockLayout::kValues] = append(column.values.data(), width);
        break;
      case Encoding::kPacked: {
        // 32 values fill whole words, so the copy starts at a multiple of 32 rows and the shader skips the rest.
        const std::int64_t skipped = column.offset % 32;
        const std::int64_t first_byte = (column.offset - skipped) / 8 * column.bit_width;
        out_.block[at + BlockLayout::kStep] = static_cast<std::uint32_t>(skipped);
        out_.block[at + BlockLayout::kWidth] = static_cast<std::uint32_t>(column.bit_width);
        words_of(column.base, at + BlockLayout::kBase);
        const std::int64_t bytes = ((skipped + column.length) * column.bit_width + 7) / 8;
        out_.block[at + BlockLayout::kValues] = append(column.values.data() + first_byte, bytes);
        out_.slab.resize(out_.slab.size() + kOverread);
        break;
      }
      case Encoding::kPlain:
      case Encoding::kDictionary:
      case Encoding::kRunLength:
        if (form_of(program_, i.index, column) == ColumnForm::kNarrow) {
          out_.block[at + BlockLayout::kValues] =
              append_low_words(column.values.as<std::uint32_t>() + column.offset * width / 4, column.length, width / 4);
          break;
        }
        out_.block[at + BlockLayout::kValues] = append(column.values.data() + column.offset * width, column.length * width);
        break;
    }
    out_.block[at + BlockLayout::kValidity] = validity(column);
    if (i.verify_range && i.range.bounded()) {
      words_of(*i.range.min, at + BlockLayout::kLeast);
      words_of(*i.range.max, at + BlockLayout::kGreatest);
    }
    return {};
  }

  Status parameter(const Instruction& i, const Value& value) {
    const std::uint32_t at = layout_.parameter(i.index);
    out_.block[at] = value.is_null() ? 0 : 1;
    if (value.is_null()) {
      if (!i.range.nullable) return error(ErrorCode::kInternal, "parameter {} is NULL, but was compiled as NOT NULL", i.index);
      return {};
    }
    const Lane lane = *lane_of(program_, i);
    if (lane == Lane::kBool) {
      out_.block[at + 1] = value.as_bool() ? 1 : 0;
    } else if (lane == Lane::kF32) {
      out_.block[at + 1] = __builtin_bit_cast(std::uint32_t, static_cast<float>(value.as_double()));
    } else if (lane == Lane::kF64) {
      words_of(static_cast<i128>(__builtin_bit_cast(std::uint64_t, value.as_double())), at + 1);
    } else {
      const kernel::TypeLimits limits = limits_of(lane);
      if (value.as_integer() < limits.min || value.as_integer() > limits.max)
        return error(ErrorCode::kInternal, "parameter {} is {}, outside the range it was compiled for", i.index,
                     to_string(value.as_integer()));
      words_of(value.as_integer(), at + 1);
    }
    return {};
  }

  const kernel::Program& program_;
  const Morsel& morsel_;
  BlockLayout layout_;
  Upload out_;
};

}  // namespace

ColumnForm form_of(const kernel::Program& program, std::size_t source, const Column& column) {
  if (column.encoding == Encoding::kPacked) return ColumnForm::kPacked;
  for (const Instruction& i : program.instructions) {
    if (i.op != Opcode::kColumn || i.index != source || program.source.columns[source].as_code) continue;
    const bool wide = is_integer(i.physical()) && width_of(i.physical()) > 4;
    // A promise that is still to be checked needs the whole value.
    if (wide && !i.verify_range && lane_of(program, i) == Lane::kI32) return ColumnForm::kNarrow;
  }
  return ColumnForm::kPlain;
}

SlabNeed slab_need(const kernel::Program& program, const Morsel& morsel) {
  constexpr std::int64_t kSlack = 64;  // alignment and over-reading of a section
  SlabNeed need{0, kSlack};
  for (const Instruction& i : program.instructions) {
    if (i.op != Opcode::kColumn) continue;
    const Column& column = morsel.batch.columns[i.index];
    need.fixed_bytes += 2 * kSlack;
    if (column.null_count != 0) need.bits_per_row += 1;
    if (column.encoding == Encoding::kConstant) continue;
    const bool coded = program.source.columns[i.index].as_code;
    need.bits_per_row += column.encoding == Encoding::kPacked ? column.bit_width : (coded ? 32 : 8 * width_of(column.physical()));
  }
  for (const LookupTable* table : morsel.lookups) {
    if (table != nullptr) need.fixed_bytes += table->values.length * (width_of(table->values.physical()) + 1) + 3 * kSlack;
  }
  return need;
}

Result<Upload> pack(const kernel::Program& program, const Launch& launch, const Morsel& morsel, std::span<const KeyIndex> keys,
                    std::uint32_t slots) {
  Packer packer(program, morsel);
  packer.sink(keys, slots);
  TRUENO_TRY(packer.columns());
  TRUENO_TRY(packer.parameters(launch));
  TRUENO_TRY(packer.lookups());
  return std::move(packer).finish();
}

}  // namespace trueno::backend::webgpu
