// Page headers, in Thrift's compact protocol:
//
//   struct   fields, then a 0 byte.   field: (id - previous id) << 4 | type; a delta of 0 is followed by the id as a zigzag varint
//   types    1 true  2 false  3 byte  4 i16  5 i32  6 i64 (zigzag varints)  7 double  8 binary (varint size)  9 list  10 set  11 map  12
//   struct list     size << 4 | element type; a size of 15 is followed by the size as a varint
//
// Source: thrift-compact-protocol.md of Apache Thrift; the fields are those of parquet.thrift.
#include "storage/parquet/pages/page_header.h"

#include <optional>

namespace trueno::pages {

namespace {

enum ThriftType : std::uint8_t { kStop, kTrue, kFalse, kByte, kI16, kI32, kI64, kDouble, kBinary, kList, kSet, kMap, kStruct };

// Deep enough for any header a writer makes; what nests deeper was made to exhaust the stack.
constexpr int kMaxDepth = 16;

// A reader that stops at the first byte that makes no sense: from then on `failed` is set and every number is 0.
class CompactReader {
 public:
  explicit CompactReader(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] std::size_t position() const { return at_; }

  struct Field {
    int id = 0;
    ThriftType type = kStop;
  };
  /// The next field of a struct whose last field was `previous`; type kStop at its end and after a failure.
  Field field(int previous) {
    const std::uint8_t lead = byte();
    const unsigned type = lead & 0x0F;
    if (failed_ || type == kStop) return {};
    if (type > kStruct) {
      failed_ = true;
      return {};
    }
    const int delta = lead >> 4;
    const std::int64_t id = delta != 0 ? previous + delta : number();
    if (id < INT16_MIN || id > INT16_MAX) failed_ = true;
    return failed_ ? Field{} : Field{static_cast<int>(id), static_cast<ThriftType>(type)};
  }

  /// An integer of any width.
  std::int64_t number() {
    const std::uint64_t zigzag = varint();
    return static_cast<std::int64_t>(zigzag >> 1) ^ -static_cast<std::int64_t>(zigzag & 1);
  }

  /// The integer of a field, which has to be an i32 of at least 0.
  std::int32_t count(ThriftType type) {
    const std::int64_t value = number();
    if (type != kI32 || value < 0 || value > INT32_MAX) failed_ = true;
    return failed_ ? 0 : static_cast<std::int32_t>(value);
  }

  void skip(ThriftType type, int depth) {
    if (depth > kMaxDepth) failed_ = true;
    if (failed_) return;
    switch (type) {
      case kStop:
      case kTrue:
      case kFalse: return;
      case kByte: byte(); return;
      case kI16:
      case kI32:
      case kI64: varint(); return;
      case kDouble: advance(8); return;
      case kBinary: advance(varint()); return;
      case kList:
      case kSet: skip_list(depth); return;
      case kMap: skip_map(depth); return;
      case kStruct:
        for (Field next = field(0); next.type != kStop; next = field(next.id)) skip(next.type, depth + 1);
        return;
    }
    failed_ = true;
  }

 private:
  std::uint8_t byte() {
    if (at_ >= bytes_.size()) failed_ = true;
    return failed_ ? std::uint8_t{0} : bytes_[at_++];
  }

  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const std::uint8_t next = byte();
      value |= std::uint64_t{next & 0x7Fu} << shift;
      if ((next & 0x80) == 0) return failed_ ? 0 : value;
    }
    failed_ = true;
    return 0;
  }

  void advance(std::uint64_t count) {
    if (count > bytes_.size() - at_) failed_ = true;
    if (!failed_) at_ += static_cast<std::size_t>(count);
  }

  // In a collection a boolean takes a byte. Every element takes at least one, so a size beyond the bytes left is a lie.
  void skip_elements(std::uint64_t count, ThriftType type, int depth) {
    if (count > bytes_.size() - at_ || type == kStop) failed_ = failed_ || count != 0;
    for (std::uint64_t i = 0; i < count && !failed_; ++i) skip(type == kTrue || type == kFalse ? kByte : type, depth + 1);
  }

  void skip_list(int depth) {
    const std::uint8_t lead = byte();
    const std::uint64_t size = lead >> 4 == 15 ? varint() : lead >> 4;
    skip_elements(size, static_cast<ThriftType>(lead & 0x0F), depth);
  }

  void skip_map(int depth) {
    const std::uint64_t size = varint();
    if (size == 0 || failed_) return;
    const std::uint8_t types = byte();
    if (size > bytes_.size() - at_) failed_ = true;
    for (std::uint64_t i = 0; i < size && !failed_; ++i) {
      skip_elements(1, static_cast<ThriftType>(types >> 4), depth);
      skip_elements(1, static_cast<ThriftType>(types & 0x0F), depth);
    }
  }

  std::span<const std::uint8_t> bytes_;
  std::size_t at_ = 0;
  bool failed_ = false;
};

PageEncoding encoding_of(std::int32_t number) {
  switch (number) {
    case 0: return PageEncoding::kPlain;
    case 2: return PageEncoding::kPlainDictionary;
    case 3: return PageEncoding::kRle;
    case 4: return PageEncoding::kBitPacked;
    case 8: return PageEncoding::kRleDictionary;
    default: return PageEncoding::kOther;
  }
}

using Field = CompactReader::Field;

// DataPageHeader: 1 num_values, 2 encoding, 3 definition_level_encoding, 4 repetition_level_encoding, 5 statistics.
// DictionaryPageHeader begins with the same two.
void read_data_header(CompactReader& reader, bool dictionary, PageHeader& header) {
  for (Field field = reader.field(0); field.type != kStop; field = reader.field(field.id)) {
    if (field.id == 1) {
      header.value_count = reader.count(field.type);
    } else if (field.id == 2) {
      header.encoding = encoding_of(reader.count(field.type));
    } else if (field.id == 3 && !dictionary) {
      header.level_encoding = encoding_of(reader.count(field.type));
    } else {
      reader.skip(field.type, 1);
    }
  }
}

// DataPageHeaderV2: 1 num_values, 2 num_nulls, 3 num_rows, 4 encoding, 5 and 6 bytes of definition and repetition levels, 7 is_compressed.
void read_data_header_v2(CompactReader& reader, PageHeader& header) {
  for (Field field = reader.field(0); field.type != kStop; field = reader.field(field.id)) {
    switch (field.id) {
      case 1: header.value_count = reader.count(field.type); break;
      case 2: header.null_count = reader.count(field.type); break;
      case 4: header.encoding = encoding_of(reader.count(field.type)); break;
      case 5: header.definition_bytes = reader.count(field.type); break;
      case 6: header.repetition_bytes = reader.count(field.type); break;
      case 7: header.values_compressed = field.type != kFalse; break;
      default: reader.skip(field.type, 1); break;
    }
  }
}

}  // namespace

Result<ReadHeader> read_page_header(std::span<const std::uint8_t> bytes) {
  CompactReader reader(bytes);
  PageHeader header;
  std::optional<std::int32_t> kind;
  bool sized = false;
  bool stored = false;
  std::optional<PageKind> described;
  for (Field field = reader.field(0); field.type != kStop; field = reader.field(field.id)) {
    const bool is_struct = field.type == kStruct;
    if (field.id == 1) {
      kind = reader.count(field.type);
    } else if (field.id == 2) {
      header.size = reader.count(field.type);
      sized = true;
    } else if (field.id == 3) {
      header.stored_size = reader.count(field.type);
      stored = true;
    } else if (field.id == 5 && is_struct) {
      read_data_header(reader, false, header);
      described = PageKind::kData;
    } else if (field.id == 7 && is_struct) {
      read_data_header(reader, true, header);
      described = PageKind::kDictionary;
    } else if (field.id == 8 && is_struct) {
      read_data_header_v2(reader, header);
      described = PageKind::kDataV2;
    } else {
      reader.skip(field.type, 0);
    }
  }
  if (reader.failed() || !kind || !sized || !stored) return error(ErrorCode::kCorruptFile, "a page header makes no sense");
  if (*kind > 3) return error(ErrorCode::kCorruptFile, "a page of kind {}", *kind);
  header.kind = static_cast<PageKind>(*kind);
  if (header.kind != PageKind::kIndex && described != header.kind) {
    return error(ErrorCode::kCorruptFile, "a page header does not describe its kind of page");
  }
  return ReadHeader{header, reader.position()};
}

}  // namespace trueno::pages
