#include "backend/webgpu/rows.h"

#include <algorithm>
#include <cstring>
#include <numeric>

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
std::int64_t HostRows::fill(const Filled& column, std::size_t first, std::size_t last) const {
  const auto words = static_cast<std::uint32_t>(words_of(column.value.lane));
  const std::int32_t null_bit = column.value.null_bit;
  const std::size_t width = column.width;
  auto stretch = std::prev(std::ranges::upper_bound(stretches_, first, {}, &Stretch::first));
  std::int64_t nulls = 0;
  for (std::size_t row = first; row < last; ++stretch) {
    const std::uint32_t* from = stretch->words + (row - stretch->first) * layout_.row_words;
    const std::size_t end = std::min(last, stretch->first + stretch->rows);
    for (; row < end; ++row, from += layout_.row_words) {
      std::uint8_t* out = column.values + row * width;
      if (null_bit >= 0) {
        const std::uint32_t bits = from[layout_.value_words + static_cast<std::uint32_t>(null_bit) / 32];
        if ((bits >> (null_bit % 32) & 1) == 0) {
          ++nulls;
          std::memset(out, 0, width);
          continue;
        }
        set_bit(column.validity, row);
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

Result<Column> HostRows::column(std::size_t number, const Type& type, std::size_t rows) const {
  constexpr std::size_t kBlock = std::size_t{1} << 16;  // rows a thread fills at a time: whole words of validity
  const bool code = is_code(program_, program_.at(layout_.values[number].id));
  Filled filled;
  filled.value = layout_.values[number];
  filled.width = static_cast<std::size_t>(code ? 4 : width_of(type.physical()));
  MutableBuffer values = TRUENO_TRY(MutableBuffer::uninitialised(rows * filled.width));
  MutableBuffer validity;
  if (filled.value.null_bit >= 0) validity = TRUENO_TRY(MutableBuffer::zeroed(bytes_for_bits(rows)));
  filled.values = values.data();
  filled.validity = validity.data();
  std::vector<std::int64_t> nulls((rows + kBlock - 1) / kBlock);
  on_host(nulls.size(), [&](std::size_t i) { nulls[i] = fill(filled, i * kBlock, std::min(rows, (i + 1) * kBlock)); });
  Column column;
  column.type = type;
  column.length = static_cast<std::int64_t>(rows);
  column.null_count = std::accumulate(nulls.begin(), nulls.end(), std::int64_t{0});
  column.values = std::move(values).freeze();
  if (column.null_count != 0) column.validity = std::move(validity).freeze();
  if (code) {
    column.encoding = Encoding::kDictionary;
    column.dictionary = dictionaries_[number];
  }
  return column;
}

Result<Batch> HostRows::take() {
  std::ranges::sort(stretches_, {}, &Stretch::row_id);
  Batch batch;
  for (Stretch& stretch : stretches_) {
    stretch.first = static_cast<std::size_t>(batch.length);
    batch.length += stretch.rows;
  }
  const Schema schema = kernel::partial_schema(program_);
  for (std::size_t n = 0; n < schema.size(); ++n) {
    if (batch.length == 0) {
      batch.columns.push_back(TRUENO_TRY(ColumnBuilder(schema[n].type).finish()));
    } else {
      batch.columns.push_back(TRUENO_TRY(column(n, schema[n].type, static_cast<std::size_t>(batch.length))));
    }
  }
  stretches_.clear();
  states_.clear();
  bytes_ = 0;
  return batch;
}

}  // namespace trueno::backend::webgpu
