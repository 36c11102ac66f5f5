#include "backend/webgpu/upload.h"

#include <algorithm>
#include <cstring>

namespace trueno::backend::webgpu {

namespace {

using kernel::Instruction;
using kernel::Opcode;

void put(i128 value, std::uint32_t* words) {
  for (int n = 0; n < 4; ++n) words[n] = static_cast<std::uint32_t>(value >> (32 * n));
}

std::vector<std::uint32_t> words_from(const std::uint8_t* bytes, std::size_t count) {
  std::vector<std::uint32_t> words((count + 3) / 4);
  std::memcpy(words.data(), bytes, count);
  return words;
}

// The low 32 bits of wider integers. A NULL's bits may be anything; they are never looked at.
std::vector<std::uint32_t> low_words(const std::uint8_t* values, std::int64_t count, std::int64_t width) {
  std::vector<std::uint32_t> words(static_cast<std::size_t>(count));
  for (std::int64_t n = 0; n < count; ++n) std::memcpy(&words[static_cast<std::size_t>(n)], values + n * width, 4);
  return words;
}

Section section_of(SectionForm form, const Buffer& buffer) {
  Section section;
  section.form = form;
  section.data = buffer.data();
  section.owner = buffer.owner();
  section.keeps = buffer.owner() != nullptr;
  return section;
}

// Writes the block.
class BlockWriter {
 public:
  explicit BlockWriter(const kernel::Program& program) : program_(program), layout_(program), out_(layout_.words()) {}

  void promises() {
    for (const Instruction& i : program_.instructions) {
      if (i.op != Opcode::kColumn || !i.verify_range || !i.range.bounded()) continue;
      put(*i.range.min, &out_[layout_.column(i.index) + BlockLayout::kLeast]);
      put(*i.range.max, &out_[layout_.column(i.index) + BlockLayout::kGreatest]);
    }
  }

  Status parameters(const Launch& launch) {
    for (const Instruction& i : program_.instructions) {
      if (i.op == Opcode::kParameter) TRUENO_TRY(parameter(i, launch.parameters[i.index]));
    }
    return {};
  }

  Status lookups(const std::vector<const LookupTable*>& tables) {
    for (std::size_t n = 0; n < program_.lookups.size(); ++n) {
      const LookupTable& table = *tables[n];
      const Column plain = TRUENO_TRY(table.values.decoded());
      const auto entries = static_cast<std::size_t>(plain.length);
      const std::uint32_t at = layout_.lookup(n);
      out_[at] = append(words_from(plain.values.data(), entries * static_cast<std::size_t>(width_of(plain.physical()))));
      out_[at + 1] = BlockLayout::kNoBitmap;
      out_[at + 2] = BlockLayout::kNoBitmap;
      std::vector<std::uint8_t> bits(bytes_for_bits(entries));
      if (plain.null_count != 0 && !plain.validity.empty()) {
        copy_bits(plain.validity.data(), static_cast<std::size_t>(plain.offset), entries, bits.data());
        out_[at + 1] = append(words_from(bits.data(), bits.size()));
      }
      if (table.errors.empty()) continue;
      bits.assign(bits.size(), 0);
      for (const auto& [entry, failure] : table.errors) set_bit(bits.data(), entry);
      out_[at + 2] = append(words_from(bits.data(), bits.size()));
    }
    return {};
  }

  // What the sink needs to know.
  void sink(std::span<const KeyIndex> keys, std::uint32_t slots) {
    out_[BlockLayout::kSlots] = slots;
    for (std::size_t n = 0; n < program_.sink.accumulators.size(); ++n) {
      const kernel::Accumulator& a = program_.sink.accumulators[n];
      std::uint32_t* at = &out_[layout_.sum(n)];
      if (a.kind == kernel::AccumulatorKind::kSumFloat) *at = static_cast<std::uint32_t>(program_.at(a.argument).range.span->lowest_bit);
      if (a.kind == kernel::AccumulatorKind::kSumInteger && program_.at(a.argument).range.min) {
        at[0] = static_cast<std::uint32_t>(*program_.at(a.argument).range.min);
        at[1] = static_cast<std::uint32_t>(*program_.at(a.argument).range.min >> 32);
      }
    }
    for (std::size_t n = 0; n < keys.size(); ++n) {
      std::uint32_t* at = &out_[layout_.key(n)];
      at[BlockLayout::kLowest] = static_cast<std::uint32_t>(keys[n].lowest);
      at[BlockLayout::kExtent] = static_cast<std::uint32_t>(keys[n].extent);
      at[BlockLayout::kStride] = static_cast<std::uint32_t>(keys[n].stride);
    }
  }

  void tables(const SegmentSet& set) {
    for (std::size_t n = 0; n < set.join_tables.size(); ++n) out_[layout_.table(n)] = set.join_tables[n].word;
  }

  void segments(const SegmentSet& set) {
    out_[BlockLayout::kSegments] = static_cast<std::uint32_t>(set.table.size()) / layout_.segment_words();
    out_[BlockLayout::kTiles] = set.tiles;
  }

  std::vector<std::uint32_t> finish() && { return std::move(out_); }

 private:
  std::uint32_t append(const std::vector<std::uint32_t>& words) {
    const auto at = static_cast<std::uint32_t>(out_.size());
    out_.insert(out_.end(), words.begin(), words.end());
    return at;
  }

  Status parameter(const Instruction& i, const Value& value) {
    std::uint32_t* at = &out_[layout_.parameter(i.index)];
    *at = value.is_null() ? 0 : 1;
    if (value.is_null()) {
      if (!i.range.nullable) return error(ErrorCode::kInternal, "parameter {} is NULL, but was compiled as NOT NULL", i.index);
      return {};
    }
    const Lane lane = *lane_of(program_, i);
    if (lane == Lane::kBool) {
      at[1] = value.as_bool() ? 1 : 0;
    } else if (lane == Lane::kF32) {
      at[1] = __builtin_bit_cast(std::uint32_t, static_cast<float>(value.as_double()));
    } else if (lane == Lane::kF64) {
      put(static_cast<i128>(__builtin_bit_cast(std::uint64_t, value.as_double())), at + 1);
    } else {
      const kernel::TypeLimits limits = limits_of(lane);
      if (value.as_integer() < limits.min || value.as_integer() > limits.max)
        return error(ErrorCode::kInternal, "parameter {} is {}, outside the range it was compiled for", i.index,
                     to_string(value.as_integer()));
      put(value.as_integer(), at + 1);
    }
    return {};
  }

  const kernel::Program& program_;
  BlockLayout layout_;
  std::vector<std::uint32_t> out_;
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

std::string name_in_form(const kernel::Program& program, std::size_t source, std::string_view name) {
  return fmt::format("{}|{}", name, static_cast<int>(form_of(program, source, {})));
}

bool is_read(const kernel::Program& program, std::size_t source) {
  return std::ranges::any_of(program.instructions, [source](const Instruction& i) { return i.op == Opcode::kColumn && i.index == source; });
}

std::uint64_t device_bytes(const kernel::Program& program, const Morsel& morsel) {
  constexpr std::int64_t kSlack = 256;  // alignment of a section
  std::int64_t bytes = 0;
  for (const Instruction& i : program.instructions) {
    if (i.op != Opcode::kColumn) continue;
    const Column& column = morsel.batch.columns[i.index];
    bytes += 2 * kSlack + (column.null_count != 0 ? column.length / 8 : 0);
    if (column.encoding == Encoding::kConstant) continue;
    const bool coded = program.source.columns[i.index].as_code;
    bytes += column.encoding == Encoding::kPacked ? column.length * column.bit_width / 8 + 4 * column.bit_width
                                                  : column.length * (coded ? 4 : width_of(column.physical()));
  }
  return static_cast<std::uint64_t>(bytes);
}

Result<std::optional<std::vector<Place>>> place_tables(const Launch& launch, ResidentColumns& resident) {
  std::vector<Place> places;
  for (const std::shared_ptr<const JoinTable>& table : launch.tables) {
    const Buffer& words = static_cast<const WebGpuJoinTable&>(*table).words();
    Section section = section_of(SectionForm::kBytes, words);
    section.bytes = words.size();
    section.width = 4;
    section.passing = true;
    const std::optional<Place> place = TRUENO_TRY(resident.place(section));
    if (!place) return std::optional<std::vector<Place>>();
    places.push_back(*place);
  }
  return std::optional(std::move(places));
}

std::uint64_t table_bytes(const Launch& launch) {
  std::uint64_t bytes = 0;
  for (const std::shared_ptr<const JoinTable>& table : launch.tables)
    bytes += static_cast<const WebGpuJoinTable&>(*table).words().size() + 256;
  return bytes;
}

Placer::Placer(const kernel::Program& program, ResidentColumns& resident, std::int64_t most_rows, std::vector<std::string> names)
    : program_(program), resident_(resident), most_rows_(most_rows), names_(std::move(names)) {
  const std::size_t columns = program.source.columns.size();
  next_.forms.resize(columns);
  next_.slabs.resize(2 * columns);
  next_.table.resize(BlockLayout(program).segment_words());
  for (const Instruction& i : program.instructions) {
    if (i.op == Opcode::kColumn) columns_.push_back(&i);
  }
}

Result<bool> Placer::place(const Morsel& morsel) {
  next_.table[BlockLayout::kRows] = static_cast<std::uint32_t>(morsel.batch.length);
  for (std::size_t i = 0; i < next_.forms.size(); ++i) next_.forms[i] = form_of(program_, i, morsel.batch.columns[i]);
  for (const Instruction* i : columns_) {
    if (!TRUENO_TRY(place_column(morsel.batch.columns[i->index], *i))) return false;
  }
  resident_.morsel_placed();
  // Sums and extremes need no order, so segments of a kind go together; there are few kinds.
  auto set = std::ranges::find_if(sets_, [&](const SegmentSet& known) {
    return known.rows + morsel.batch.length <= most_rows_ && known.forms == next_.forms && known.slabs == next_.slabs &&
           known.lookups == morsel.lookups;
  });
  if (set == sets_.end()) {
    SegmentSet fresh;
    fresh.forms = next_.forms;
    fresh.slabs = next_.slabs;
    fresh.lookups = morsel.lookups;
    fresh.join_tables = tables_;
    sets_.push_back(std::move(fresh));
    set = std::prev(sets_.end());
  }
  next_.table[BlockLayout::kFirstTile] = set->tiles;
  set->table.insert(set->table.end(), next_.table.begin(), next_.table.end());
  set->row_ids.push_back(morsel.row_id);
  set->rows += morsel.batch.length;
  set->tiles += static_cast<std::uint32_t>((morsel.batch.length + kTileRows - 1) / kTileRows);
  return true;
}

Result<bool> Placer::place_column(const Column& column, const Instruction& i) {
  const kernel::SourceColumn& source = program_.source.columns[i.index];
  if (!i.range.nullable && column.null_count != 0)
    return error(ErrorCode::kInternal, "column {} holds NULLs, but was compiled as NOT NULL", source.name);
  if (source.as_code && column.encoding != Encoding::kDictionary)
    return error(ErrorCode::kInternal, "coded column {} came without codes", source.name);
  std::uint32_t* at = &next_.table[BlockLayout::place(i.index)];
  std::fill_n(at, BlockLayout::kPlaceWords, 0);
  at[BlockLayout::kStep] = column.encoding == Encoding::kConstant ? 0 : 1;
  at[BlockLayout::kValidity] = BlockLayout::kNoBitmap;
  ResidentColumns::Make make;
  Section section = values(column, i.index, at, make);
  if (!names_.empty()) section.column = names_[i.index];
  const std::optional<Place> place = TRUENO_TRY(resident_.place(section, make));
  if (!place) return false;
  at[BlockLayout::kValues] = place->word;
  std::uint32_t* slabs = &next_.slabs[2 * std::size_t{i.index}];
  slabs[0] = slabs[1] = place->slab;
  if (column.null_count == 0 || column.validity.empty()) return true;
  return place_validity(column, i.index, at[BlockLayout::kValidity], slabs[1]);
}

Section Placer::values(const Column& column, std::size_t source, std::uint32_t* at, ResidentColumns::Make& make) const {
  const bool as_code = program_.source.columns[source].as_code;
  const std::int64_t width = as_code ? 4 : width_of(column.physical());
  const bool narrow = next_.forms[source] == ColumnForm::kNarrow;
  const auto rows = static_cast<std::uint64_t>(column.length);
  Section section = section_of(SectionForm::kBytes, column.values);
  section.width = narrow ? 4 : width;
  section.bytes = rows * static_cast<std::uint64_t>(section.width);
  const bool in_place = column.encoding == Encoding::kPlain || as_code;
  if (column.encoding == Encoding::kConstant) {
    section.bytes = static_cast<std::uint64_t>(section.width);
    if (narrow) make = [&column, width] { return low_words(column.values.data(), 1, width); };
  } else if (column.encoding == Encoding::kPacked) {
    // 32 values fill whole words, so the section starts at a multiple of 32 rows and the shader skips the rest.
    const std::int64_t skipped = column.offset % 32;
    section.data += (column.offset - skipped) / 8 * column.bit_width;
    section.bytes = static_cast<std::uint64_t>(((skipped + column.length) * column.bit_width + 7) / 8);
    at[BlockLayout::kStep] = static_cast<std::uint32_t>(skipped);
    at[BlockLayout::kWidth] = static_cast<std::uint32_t>(column.bit_width);
    put(column.base, at + BlockLayout::kBase);
  } else if (in_place) {
    section.data += column.offset * width;
    if (narrow) {
      section.form = SectionForm::kLowWords;
      make = [from = section.data, &column, width] { return low_words(from, column.length, width); };
    }
  } else {
    section.form = SectionForm::kDecoded;
    section.first = column.offset;
    section.also = column.dictionary ? column.dictionary->id : reinterpret_cast<std::uintptr_t>(column.run_ends.data());
    make = [&column, width, narrow]() -> Result<std::vector<std::uint32_t>> {
      const Column plain = TRUENO_TRY(column.decoded());
      if (narrow) return low_words(plain.values.data(), plain.length, width);
      return words_from(plain.values.data(), static_cast<std::size_t>(plain.length * width));
    };
  }
  return section;
}

Result<bool> Placer::place_validity(const Column& column, std::size_t source, std::uint32_t& word, std::uint32_t& slab) {
  const auto rows = static_cast<std::size_t>(column.length);
  Section section = section_of(SectionForm::kBytes, column.validity);
  section.bytes = bytes_for_bits(rows);
  if (!names_.empty()) section.column = names_[source];
  ResidentColumns::Make make;
  if (column.offset % 8 == 0) {
    section.data += column.offset / 8;
  } else {
    section.form = SectionForm::kBitmap;
    section.first = column.offset;
    make = [&column, rows]() -> Result<std::vector<std::uint32_t>> {
      std::vector<std::uint8_t> bits(bytes_for_bits(rows));
      copy_bits(column.validity.data(), static_cast<std::size_t>(column.offset), rows, bits.data());
      return words_from(bits.data(), bits.size());
    };
  }
  const std::optional<Place> place = TRUENO_TRY(resident_.place(section, make));
  if (!place) return false;
  word = place->word;
  slab = place->slab;
  return true;
}

Result<std::vector<std::uint32_t>> make_block(const kernel::Program& program, const Launch& launch, const SegmentSet& set,
                                              std::span<const KeyIndex> keys, std::uint32_t slots) {
  BlockWriter writer(program);
  writer.promises();
  TRUENO_TRY(writer.parameters(launch));
  TRUENO_TRY(writer.lookups(set.lookups));
  writer.sink(keys, slots);
  writer.segments(set);
  writer.tables(set);
  return std::move(writer).finish();
}

}  // namespace trueno::backend::webgpu
