// The fields of parquet.thrift's PageHeader, which come in Thrift's compact protocol (thrift_reader.h).
#include "storage/parquet/pages/page_header.h"

#include <optional>

#include "storage/parquet/pages/thrift_reader.h"

namespace trueno::pages {

namespace {

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

using Field = ThriftReader::Field;

// DataPageHeader: 1 num_values, 2 encoding, 3 definition_level_encoding, 4 repetition_level_encoding, 5 statistics.
// DictionaryPageHeader begins with the same two.
void read_data_header(ThriftReader& reader, bool dictionary, PageHeader& header) {
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
void read_data_header_v2(ThriftReader& reader, PageHeader& header) {
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
  ThriftReader reader(bytes);
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
