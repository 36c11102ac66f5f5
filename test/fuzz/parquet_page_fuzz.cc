// Any bytes as a column chunk: its pages end in rows or in a typed error, and batches of any size give the same rows. The first byte
// chooses the column's type, whether it is optional and how it is compressed; the second is the number of rows; the rest is the chunk.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "storage/codec/snappy.h"
#include "storage/parquet/pages/pages_test_support.h"

namespace {

using namespace trueno;
using namespace trueno::pages;

FlatColumn column_of_kind(unsigned kind, bool optional) {
  switch (kind) {
    case 0: return bigints(optional);
    case 1: return integers(optional);
    case 2: return texts(false, optional);
    case 3: return texts(true, optional);
    case 4: return booleans();
    case 5: return flat_column(TypeId::kTinyInt, StoredType::kInt32, optional);
    case 6: {
      FlatColumn column = flat_column(Type::decimal(30, 2), StoredType::kFixedBytes, optional, ArrowKind::kDecimal128);
      column.stored_width = 13;
      column.kind = value_kind(column);
      return column;
    }
    default: {
      FlatColumn column = flat_column(TypeId::kBlob, StoredType::kFixedBytes, optional, ArrowKind::kFixedBytes);
      column.stored_width = 5;
      column.kind = value_kind(column);
      return column;
    }
  }
}

// All rows as text; an error without its words, because which lie is met first depends on the batches.
std::string outcome(const FlatColumn& column, const std::string& chunk, std::int64_t rows, std::int64_t batch, PageCodec codec) {
  const auto read = read_chunk(column, chunk, rows, batch, codec);
  if (!read) return read.error().code() == ErrorCode::kInternal ? "internal" : "error";
  std::string text;
  for (const Column& piece : *read) {
    for (std::int64_t row = 0; row < piece.length; ++row) text += piece.value(row).to_string() + "|";
  }
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2 || size > 4096) return 0;
  const FlatColumn column = column_of_kind(data[0] & 7, (data[0] & 8) != 0);
  const PageCodec codec = (data[0] & 16) != 0 ? PageCodec::kSnappy : PageCodec::kNone;
  const std::int64_t rows = data[1];
  const std::string chunk(reinterpret_cast<const char*>(data) + 2, size - 2);
  const std::string whole = outcome(column, chunk, rows, 256, codec);
  if (whole == "internal" || outcome(column, chunk, rows, 7, codec) != whole) std::abort();

  // The same bytes as a Snappy stream of a size they may well have.
  const std::span<const std::uint8_t> stream(reinterpret_cast<const std::uint8_t*>(chunk.data()), chunk.size());
  const auto declared = snappy::declared_size(stream);
  if (!declared || *declared > 1u << 20) return 0;
  std::vector<std::uint8_t> in(stream.begin(), stream.end());
  in.resize(in.size() + snappy::kSlack);
  std::vector<std::uint8_t> out(*declared + snappy::kSlack);
  static_cast<void>(snappy::decompress({in.data(), stream.size()}, out.data(), *declared));
  return 0;
}
