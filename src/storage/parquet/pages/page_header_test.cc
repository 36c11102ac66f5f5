#include "storage/parquet/pages/page_header.h"

#include <gmock/gmock.h>

#include <random>

#include "storage/parquet/pages/pages_test_support.h"

namespace trueno::pages {
namespace {

Result<ReadHeader> read(const std::string& bytes) {
  const std::vector<std::uint8_t> exact(bytes.begin(), bytes.end());  // so that a sanitizer sees a read past the end
  return read_page_header({exact.data(), exact.size()});
}

TEST(PageHeader, FieldsAreRead) {
  const auto v1 = read(data_page(7, kCodesPage, "abcdef", 20));
  ASSERT_TRUE(v1);
  EXPECT_EQ(v1->header.kind, PageKind::kData);
  EXPECT_EQ(v1->header.encoding, PageEncoding::kRleDictionary);
  EXPECT_EQ(v1->header.stored_size, 6);
  EXPECT_EQ(v1->header.size, 20);
  EXPECT_EQ(v1->header.value_count, 7);
  EXPECT_EQ(v1->bytes, data_page(7, kCodesPage, "abcdef", 20).size() - 6);
  const auto v2 = read(data_page_v2(9, 4, kPlainPage, "lv", "values"));
  ASSERT_TRUE(v2);
  EXPECT_EQ(v2->header.kind, PageKind::kDataV2);
  EXPECT_EQ(v2->header.null_count, 4);
  EXPECT_EQ(v2->header.definition_bytes, 2);
  EXPECT_TRUE(v2->header.values_compressed);
}

// A header of pyarrow with statistics, a checksum and an unknown field in between.
TEST(PageHeader, WhatIsNotKnownIsSkipped) {
  const std::string statistics = std::string("\x5C\x18\x03max\x18\x03min\x16\x00\x16\x04\x00", 16);  // field 5: binaries and i64
  const std::string data = "\x2C" + number_field(5) + number_field(0) + number_field(3) + number_field(3) + std::string("\x1C") +
                           statistics.substr(1) + std::string(1, '\0');
  const std::string header = number_field(0) + number_field(10) + number_field(10) + number_field(12345) + "\x1C" + data.substr(1) +
                             std::string("\xF9\x25\x02\x04", 4) + std::string(1, '\0');  // a list of two i32 as field 20
  const auto got = read(header);
  ASSERT_TRUE(got) << got.error().to_string();
  EXPECT_EQ(got->header.value_count, 5);
  EXPECT_EQ(got->bytes, header.size());
}

TEST(PageHeader, EveryPrefixIsAnError) {
  for (const std::string& page : {data_page(7, kPlainPage, ""), dictionary_page(3, ""), data_page_v2(9, 4, kPlainPage, "", "")}) {
    for (std::size_t size = 0; size < page.size(); ++size) {
      const auto got = read(page.substr(0, size));
      ASSERT_FALSE(got);
      EXPECT_EQ(got.error().code(), ErrorCode::kCorruptFile);
    }
  }
}

TEST(PageHeader, NestingAndSizesAreBounded) {
  // A thousand structs in field 9; a list of a quadrillion empty structs; a binary of as many bytes; a map of them.
  EXPECT_FALSE(read("\x9C" + std::string(1000, '\x1C')));
  const std::string huge = varint(std::uint64_t{1} << 50);
  EXPECT_FALSE(read("\x99\xFC" + huge + std::string(100, '\0')));
  EXPECT_FALSE(read("\x98" + huge + std::string(100, '\0')));
  EXPECT_FALSE(read("\x9B" + huge + "\x33" + std::string(100, '\0')));
  EXPECT_FALSE(read("\x9F"));
  EXPECT_FALSE(read(std::string(40, '\xFF')));
}

TEST(PageHeader, AnyBytesAreReadWithinThem) {
  std::mt19937 random(9);
  for (int round = 0; round < 50'000; ++round) {
    std::string bytes = round % 2 == 0 ? data_page(7, kPlainPage, "") : std::string(random() % 40, '\0');
    if (round % 2 == 1) {
      for (char& byte : bytes) byte = static_cast<char>(random());
    } else {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    const auto got = read(bytes);
    if (got) {
      EXPECT_GE(got->header.size, 0);
      EXPECT_LE(got->bytes, bytes.size());
    }
  }
}

}  // namespace
}  // namespace trueno::pages
