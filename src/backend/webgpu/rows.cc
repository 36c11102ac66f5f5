#include "backend/webgpu/rows.h"

#include <algorithm>
#include <cstring>

#include "backend/webgpu/host_loop.h"

namespace trueno::backend::webgpu {

void HostRows::add(MutableBuffer state, const EmitLayout& layout, const SegmentSet& set) {
  layout_ = layout;
  bytes_ += static_cast<std::int64_t>(state.size());
  states_.push_back(std::move(state));
  const std::uint32_t* words = states_.back().as<std::uint32_t>();
  const std::size_t segment_words = set.table.size() / set.row_ids.size();
  for (std::size_t segment = 0; segment < set.row_ids.size(); ++segment) {
    const std::uint32_t first_tile = set.table[segment * segment_words + BlockLayout::kFirstTile];
    const std::uint32_t rows = set.table[segment * segment_words + BlockLayout::kRows];
    for (std::uint32_t tile = 0; tile * kTileRows < rows; ++tile) {
      const std::uint32_t at = EmitLayout::kTiles + (first_tile + tile) * EmitLayout::kTileWords;
      if (words[at + 1] == 0) continue;
      const std::size_t first =
          EmitLayout::kTiles + std::size_t{set.tiles} * EmitLayout::kTileWords + std::size_t{words[at]} * layout.row_words;
      stretches_.push_back({set.row_ids[segment] + std::int64_t{tile} * kTileRows, words + first, words[at + 1]});
    }
  }
}

// Rows [first, last) of the output; how many of them are NULL.
std::int64_t HostRows::fill(Filled& column, std::size_t first, std::size_t last) const {
  const auto words = static_cast<std::uint32_t>(words_of(column.value.lane));
  const std::int32_t null_bit = column.value.null_bit;
  const std::size_t width = column.width;
  auto stretch = std::prev(std::ranges::upper_bound(stretches_, first, {}, &Stretch::first));
  std::int64_t nulls = 0;
  for (std::size_t row = first; row < last; ++stretch) {
    const std::uint32_t* from = stretch->words + (row - stretch->first) * layout_.row_words;
    const std::size_t end = std::min(last, stretch->first + stretch->rows);
    for (; row < end; ++row, from += layout_.row_words) {
      std::uint8_t* out = column.values.data() + row * width;
      if (null_bit >= 0) {
        const std::uint32_t bits = from[layout_.value_words + static_cast<std::uint32_t>(null_bit) / 32];
        if ((bits >> (null_bit % 32) & 1) == 0) {
          ++nulls;
          std::memset(out, 0, width);
          continue;
        }
        set_bit(column.validity.data(), row);
      }
      // Little-endian and two's complement: a narrower value is the first bytes of a wider one.
      const std::uint32_t* value = from + column.value.word;
      if (words * sizeof(std::uint32_t) >= width) {
        std::memcpy(out, value, width);
      } else {
        std::int64_t low = static_cast<std::int32_t>(*value);
        if (words == 2) std::memcpy(&low, value, sizeof low);
        const i128 wider = low;
        std::memcpy(out, &wider, width);
      }
    }
  }
  return nulls;
}

Result<HostRows::Filled> HostRows::begin_column(std::size_t number, const Type& type, std::size_t rows) const {
  Filled out;
  out.value = layout_.values[number];
  out.code = is_code(program_, program_.at(out.value.id));
  out.width = static_cast<std::size_t>(out.code ? 4 : width_of(type.physical()));
  out.values = TRUENO_TRY(MutableBuffer::uninitialised(rows * out.width));
  if (out.value.null_bit >= 0) out.validity = TRUENO_TRY(MutableBuffer::zeroed(bytes_for_bits(rows)));
  return out;
}

// All columns of a block of rows, then those of the next: the rows lie whole, and a block of them in a near cache.
Result<std::vector<Column>> HostRows::columns(const Schema& schema, std::size_t rows) const {
  constexpr std::size_t kBlock = std::size_t{1} << 12;  // rows: whole words of validity
  std::vector<Filled> filled;
  for (std::size_t n = 0; n < schema.size(); ++n) filled.push_back(TRUENO_TRY(begin_column(n, schema[n].type, rows)));
  const std::size_t blocks = (rows + kBlock - 1) / kBlock;
  std::vector<std::int64_t> nulls(blocks * filled.size());
  on_host(blocks, [&](std::size_t block) {
    for (std::size_t n = 0; n < filled.size(); ++n)
      nulls[block * filled.size() + n] = fill(filled[n], block * kBlock, std::min(rows, (block + 1) * kBlock));
  });
  std::vector<Column> out;
  for (std::size_t n = 0; n < filled.size(); ++n) {
    Column& column = out.emplace_back();
    column.type = schema[n].type;
    column.length = static_cast<std::int64_t>(rows);
    for (std::size_t block = 0; block < blocks; ++block) column.null_count += nulls[block * filled.size() + n];
    column.values = std::move(filled[n].values).freeze();
    if (column.null_count != 0) column.validity = std::move(filled[n].validity).freeze();
    if (filled[n].code) {
      column.encoding = Encoding::kDictionary;
      column.dictionary = dictionaries_[n];
    }
  }
  return out;
}

Result<Batch> HostRows::take() {
  std::ranges::sort(stretches_, {}, &Stretch::row_id);
  Batch batch;
  for (Stretch& stretch : stretches_) {
    stretch.first = static_cast<std::size_t>(batch.length);
    batch.length += stretch.rows;
  }
  const Schema schema = kernel::partial_schema(program_);
  if (batch.length == 0) {
    for (const Field& field : schema) batch.columns.push_back(TRUENO_TRY(ColumnBuilder(field.type).finish()));
  } else {
    batch.columns = TRUENO_TRY(columns(schema, static_cast<std::size_t>(batch.length)));
  }
  stretches_.clear();
  states_.clear();
  bytes_ = 0;
  return batch;
}

}  // namespace trueno::backend::webgpu
