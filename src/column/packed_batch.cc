// A column's bytes: the number of its NULLs; validity, where there are NULLs; then its values (fixed width or codes), or for texts a 32-bit
// size a row and the bytes of all. Each stretch begins at a multiple of 64, so that columns can look into it.
#include "column/packed_batch.h"

#include <algorithm>
#include <cstring>
#include <numeric>

namespace trueno {

namespace {

constexpr std::size_t kAlign = 64;

std::size_t aligned(std::size_t bytes) { return (bytes + kAlign - 1) / kAlign * kAlign; }

class Writer {
 public:
  explicit Writer(MutableBuffer& to) : to_(to) {}
  // Room for a stretch. Lasts until the next one.
  Result<std::uint8_t*> stretch(std::size_t bytes) {
    const std::size_t begin = to_.size();
    TRUENO_TRY(to_.resize(begin + aligned(bytes)));
    return to_.data() + begin;
  }

 private:
  MutableBuffer& to_;
};

class Reader {
 public:
  explicit Reader(const Buffer& from) : from_(from) {}
  Buffer stretch(std::size_t bytes) {
    TRUENO_ASSERT(at_ + bytes <= from_.size());
    Buffer out = from_.slice(at_, bytes);
    at_ += aligned(bytes);
    return out;
  }

 private:
  const Buffer& from_;
  std::size_t at_ = 0;
};

Status write_texts(const Column& plain, Writer& writer) {
  const auto rows = static_cast<std::size_t>(plain.length);
  std::vector<std::uint32_t> sizes(rows, 0);
  for (std::size_t i = 0; i < rows; ++i) {
    if (plain.is_valid(static_cast<std::int64_t>(i)))
      sizes[i] = static_cast<std::uint32_t>(plain.text(static_cast<std::int64_t>(i)).size());
  }
  const auto total = std::accumulate(sizes.begin(), sizes.end(), std::uint64_t{0});
  if (total > INT32_MAX) return error(ErrorCode::kNotSupported, "more than 2 GiB of text cannot be put aside at once");
  if (rows != 0) std::memcpy(TRUENO_TRY(writer.stretch(rows * 4)), sizes.data(), rows * 4);
  std::uint8_t* to = TRUENO_TRY(writer.stretch(static_cast<std::size_t>(total)));
  for (std::size_t i = 0; i < rows; ++i) {
    if (sizes[i] == 0) continue;
    std::memcpy(to, plain.text(static_cast<std::int64_t>(i)).data(), sizes[i]);
    to += sizes[i];
  }
  return {};
}

Result<Buffer> read_texts(std::size_t rows, Reader& reader, Buffer& texts) {
  const Buffer sizes = reader.stretch(rows * 4);
  const auto* size = sizes.as<std::uint32_t>();
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < rows; ++i) total += size[i];
  texts = reader.stretch(static_cast<std::size_t>(total));
  MutableBuffer records = TRUENO_TRY(MutableBuffer::zeroed(std::max<std::size_t>(rows, 1) * sizeof(StoredView)));
  const char* bytes = reinterpret_cast<const char*>(texts.data());
  std::size_t at = 0;
  for (std::size_t i = 0; i < rows; ++i) {
    StoredView& record = records.as<StoredView>()[i];
    if (size[i] <= StringView::kInline) {
      const StringView view(std::string_view(bytes + at, size[i]));
      std::memcpy(static_cast<void*>(&record), &view, sizeof record);
    } else {
      record.size = static_cast<std::int32_t>(size[i]);
      std::memcpy(record.prefix, bytes + at, sizeof record.prefix);
      record.offset = static_cast<std::int32_t>(at);
    }
    at += size[i];
  }
  return std::move(records).freeze();
}

Status write_column(const Column& column, Writer& writer) {
  const auto rows = static_cast<std::size_t>(column.length);
  std::memcpy(TRUENO_TRY(writer.stretch(sizeof column.null_count)), &column.null_count, sizeof column.null_count);
  if (column.null_count != 0) {
    std::uint8_t* bits = TRUENO_TRY(writer.stretch(bytes_for_bits(rows)));
    copy_bits(column.validity.data(), static_cast<std::size_t>(column.offset), rows, bits);
  }
  const bool codes = column.encoding == Encoding::kDictionary;
  if (!codes && column.physical() == Physical::kString) return write_texts(column, writer);
  const std::size_t width = codes ? 4 : static_cast<std::size_t>(width_of(column.physical()));
  std::uint8_t* to = TRUENO_TRY(writer.stretch(rows * width));
  if (rows != 0) std::memcpy(to, column.values.data() + static_cast<std::size_t>(column.offset) * width, rows * width);
  return {};
}

Result<Column> read_column(const PackedBatch::Shape& shape, std::int64_t length, Reader& reader) {
  const auto rows = static_cast<std::size_t>(length);
  Column column;
  column.type = shape.type;
  column.length = length;
  std::memcpy(&column.null_count, reader.stretch(sizeof column.null_count).data(), sizeof column.null_count);
  if (column.null_count != 0) column.validity = reader.stretch(bytes_for_bits(rows));
  if (shape.dictionary != nullptr) {
    column.encoding = Encoding::kDictionary;
    column.dictionary = shape.dictionary;
    column.values = reader.stretch(rows * 4);
  } else if (column.physical() == Physical::kString) {
    Buffer texts;
    column.values = TRUENO_TRY(read_texts(rows, reader, texts));
    column.string_buffers.push_back(std::move(texts));
  } else {
    column.values = reader.stretch(rows * static_cast<std::size_t>(width_of(column.physical())));
  }
  return column;
}

}  // namespace

Result<PackedBatch> pack_batch(const Batch& batch) {
  PackedBatch packed;
  packed.rows = batch.length;
  MutableBuffer bytes = TRUENO_TRY(MutableBuffer::uninitialised(0));
  Writer writer(bytes);
  for (const Column& column : batch.columns) {
    if (column.type.is_nested()) return error(ErrorCode::kNotSupported, "{} cannot be put aside", column.type.to_string());
    const Column written = column.encoding == Encoding::kDictionary ? column : TRUENO_TRY(column.decoded());
    packed.shapes.push_back({column.type, written.encoding == Encoding::kDictionary ? written.dictionary : nullptr});
    TRUENO_TRY(write_column(written, writer));
  }
  packed.bytes = std::move(bytes).freeze();
  return packed;
}

Result<Batch> unpack_batch(const PackedBatch& packed) {
  Batch batch;
  batch.length = packed.rows;
  Reader reader(packed.bytes);
  for (const PackedBatch::Shape& shape : packed.shapes) batch.columns.push_back(TRUENO_TRY(read_column(shape, packed.rows, reader)));
  return batch;
}

}  // namespace trueno
