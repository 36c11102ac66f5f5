#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/result.h"

namespace trueno::pages {

/// The format's numbers (parquet.thrift).
enum class PageKind : std::uint8_t { kData = 0, kIndex = 1, kDictionary = 2, kDataV2 = 3 };
enum class PageEncoding : std::uint8_t { kPlain = 0, kPlainDictionary = 2, kRle = 3, kBitPacked = 4, kRleDictionary = 8, kOther = 255 };

/// What stands before the bytes of a page. Sizes and counts are at least 0; nothing else about them has been checked.
struct PageHeader {
  PageKind kind = PageKind::kData;
  PageEncoding encoding = PageEncoding::kOther;
  PageEncoding level_encoding = PageEncoding::kRle;  // of definition levels; v1 data pages only
  std::int32_t stored_size = 0;                      // bytes of the page in the file, without this header
  std::int32_t size = 0;                             // of the page, decompressed
  std::int32_t value_count = 0;                      // NULLs included; entries of a dictionary
  std::int32_t null_count = 0;                       // v2 data pages
  std::int32_t definition_bytes = 0;                 // v2 data pages: levels lie before the values, uncompressed
  std::int32_t repetition_bytes = 0;
  bool values_compressed = true;  // v2 data pages

  /// Bytes of the levels in front of a v2 data page, none of another's.
  [[nodiscard]] std::size_t level_bytes() const {
    return kind == PageKind::kDataV2 ? static_cast<std::size_t>(definition_bytes) + static_cast<std::size_t>(repetition_bytes) : 0;
  }
};

/// A header and how many bytes it took.
struct ReadHeader {
  PageHeader header;
  std::size_t bytes = 0;
};

/// Reads the header at the start of `bytes` (Thrift's compact protocol). Fields that are not known are skipped. kCorruptFile for everything
/// that is not a header: it reads nothing outside of `bytes`, however they lie.
[[nodiscard]] Result<ReadHeader> read_page_header(std::span<const std::uint8_t> bytes);
/// A page that is not what it says.
[[nodiscard]] inline Error corrupt_page(std::string_view what) { return error(ErrorCode::kCorruptFile, "{}", what); }

}  // namespace trueno::pages
