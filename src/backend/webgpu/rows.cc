#include "backend/webgpu/rows.h"

#include <algorithm>
#include <cstring>

namespace trueno::backend::webgpu {

void HostRows::add(std::vector<std::uint32_t> state, const EmitLayout& layout, const SegmentSet& set) {
  layout_ = layout;
  bytes_ += static_cast<std::int64_t>(state.size() * sizeof(std::uint32_t));
  states_.push_back(std::move(state));
  const std::span<const std::uint32_t> words = states_.back();
  const std::size_t segment_words = set.table.size() / set.row_ids.size();
  for (std::size_t segment = 0; segment < set.row_ids.size(); ++segment) {
    const std::uint32_t first_tile = set.table[segment * segment_words + BlockLayout::kFirstTile];
    const std::uint32_t rows = set.table[segment * segment_words + BlockLayout::kRows];
    for (std::uint32_t tile = 0; tile * kTileRows < rows; ++tile) {
      const std::uint32_t at = EmitLayout::kTiles + (first_tile + tile) * EmitLayout::kTileWords;
      if (words[at + 1] == 0) continue;
      const std::size_t first =
          EmitLayout::kTiles + std::size_t{set.tiles} * EmitLayout::kTileWords + std::size_t{words[at]} * layout.row_words;
      stretches_.push_back({set.row_ids[segment] + std::int64_t{tile} * kTileRows, words.data() + first, words[at + 1]});
    }
  }
}

Result<Column> HostRows::column(std::size_t number, const Type& type, std::int64_t rows) const {
  const EmittedValue& value = layout_.values[number];
  const kernel::Instruction& instruction = program_.at(value.id);
  const bool code = is_code(program_, instruction);
  const auto width = static_cast<std::size_t>(code ? 4 : width_of(type.physical()));
  const auto words = static_cast<std::uint32_t>(words_of(value.lane));
  MutableBuffer values = TRUENO_TRY(MutableBuffer::uninitialised(static_cast<std::size_t>(rows) * width));
  MutableBuffer validity;
  if (value.null_bit >= 0) validity = TRUENO_TRY(MutableBuffer::zeroed(bytes_for_bits(static_cast<std::size_t>(rows))));
  std::size_t row = 0;
  std::int64_t nulls = 0;
  std::uint8_t* out = values.data();
  for (const Stretch& stretch : stretches_) {
    const std::uint32_t* from = stretch.words;
    for (std::uint32_t n = 0; n < stretch.rows; ++n, from += layout_.row_words, ++row, out += width) {
      if (value.null_bit >= 0) {
        const std::uint32_t bits = from[layout_.value_words + static_cast<std::uint32_t>(value.null_bit) / 32];
        if ((bits >> (value.null_bit % 32) & 1) == 0) {
          ++nulls;
          std::memset(out, 0, width);
          continue;
        }
        set_bit(validity.data(), row);
      }
      // Little-endian and two's complement: a narrower value is the first bytes of a wider one.
      if (words == 1) {
        const auto wide = static_cast<std::int64_t>(static_cast<std::int32_t>(from[value.word]));
        if (width <= sizeof wide) {
          std::memcpy(out, &wide, width);
        } else {
          const i128 wider = wide;
          std::memcpy(out, &wider, width);
        }
      } else if (words * sizeof(std::uint32_t) >= width) {
        std::memcpy(out, from + value.word, width);
      } else {
        std::int64_t low = 0;
        std::memcpy(&low, from + value.word, sizeof low);
        const i128 wider = low;
        std::memcpy(out, &wider, width);
      }
    }
  }
  Column column;
  column.type = type;
  column.length = rows;
  column.null_count = nulls;
  column.values = std::move(values).freeze();
  if (nulls != 0) column.validity = std::move(validity).freeze();
  if (code) {
    column.encoding = Encoding::kDictionary;
    column.dictionary = dictionaries_[number];
  }
  return column;
}

Result<Batch> HostRows::take() {
  std::ranges::sort(stretches_, {}, &Stretch::row_id);
  Batch batch;
  for (const Stretch& stretch : stretches_) batch.length += stretch.rows;
  const Schema schema = kernel::partial_schema(program_);
  for (std::size_t n = 0; n < schema.size(); ++n) {
    if (batch.length == 0) {
      batch.columns.push_back(TRUENO_TRY(ColumnBuilder(schema[n].type).finish()));
    } else {
      batch.columns.push_back(TRUENO_TRY(column(n, schema[n].type, batch.length)));
    }
  }
  stretches_.clear();
  states_.clear();
  bytes_ = 0;
  return batch;
}

}  // namespace trueno::backend::webgpu
