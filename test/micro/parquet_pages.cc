// How fast the pages of a Parquet file decompress: our Snappy beside Arrow's, column by column, each page by turns.
//
// usage: parquet_pages FILE [ROW_GROUPS]
#include <arrow/io/file.h>
#include <arrow/util/compression.h>
#include <fmt/core.h>
#include <parquet/file_reader.h>
#include <parquet/metadata.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "io/local_file_system.h"
#include "storage/codec/snappy.h"
#include "storage/parquet/pages/page_stream.h"

namespace {

using namespace trueno;

struct Totals {
  double bytes = 0;
  double ours = 0;    // seconds
  double arrows = 0;  // seconds
};

template <class Function>
double best_of(int rounds, Function function) {
  double best = 1e9;
  for (int i = 0; i < rounds; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    if (!function()) {
      fmt::print(stderr, "a page does not decompress\n");
      std::exit(1);
    }
    best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
  }
  return best;
}

void measure(const pages::StoredPage& page, arrow::util::Codec& codec, Totals& totals) {
  const auto size = static_cast<std::size_t>(page.header.size);
  std::vector<std::uint8_t> ours(size + snappy::kSlack);
  std::vector<std::uint8_t> arrows(size + snappy::kSlack);
  const auto in = static_cast<std::int64_t>(page.stored.size());
  totals.ours += best_of(9, [&] { return snappy::decompress({page.stored.data(), page.stored.size()}, ours.data(), size); });
  totals.arrows +=
      best_of(9, [&] { return codec.Decompress(in, page.stored.data(), static_cast<std::int64_t>(size), arrows.data()).ok(); });
  if (size != 0 && std::memcmp(ours.data(), arrows.data(), size) != 0) {
    fmt::print(stderr, "the two disagree\n");
    std::exit(1);
  }
  totals.bytes += static_cast<double>(size);
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) return 2;
  const auto metadata = parquet::ParquetFileReader::OpenFile(arguments[1])->metadata();
  const auto codec = arrow::util::Codec::Create(arrow::Compression::SNAPPY).ValueOrDie();
  const auto files = make_local_file_system();
  auto opened = files->open(arguments[1]);
  if (!opened) return 1;
  const std::shared_ptr<const RandomAccessFile> file = std::move(*opened);
  const int groups = std::min(metadata->num_row_groups(), count > 2 ? std::atoi(arguments[2]) : 3);
  fmt::print("{:<24}{:>12}{:>12}{:>12}\n", "column", "MB", "ours GB/s", "Arrow GB/s");
  for (int leaf = 0; leaf < metadata->num_columns(); ++leaf) {
    Totals totals;
    for (int group = 0; group < groups; ++group) {
      const auto chunk = metadata->RowGroup(group)->ColumnChunk(leaf);
      if (chunk->compression() != parquet::Compression::SNAPPY) continue;
      pages::ChunkPages where;
      where.offset = chunk->has_dictionary_page() ? chunk->dictionary_page_offset() : chunk->data_page_offset();
      where.bytes = chunk->total_compressed_size();
      where.codec = pages::PageCodec::kSnappy;
      auto stream = pages::PageStream::open(file, std::make_shared<pages::BufferPool>(), where, {});
      if (!stream) return 1;
      while (true) {
        const auto page = stream->next();
        if (!page) return 1;
        if (!page->has_value()) break;
        if ((*page)->header.kind != pages::PageKind::kDataV2) measure(**page, *codec, totals);
      }
    }
    if (totals.bytes == 0) continue;
    fmt::print("{:<24}{:>12.2f}{:>12.2f}{:>12.2f}\n", metadata->schema()->Column(leaf)->name(), totals.bytes / 1e6,
               totals.bytes / totals.ours / 1e9, totals.bytes / totals.arrows / 1e9);
  }
}
