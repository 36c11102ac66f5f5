#include "base/row_parts.h"

#include <map>

#include <gtest/gtest.h>

#include "base/test_threads.h"

namespace trueno {
namespace {

// Some rows are left out, some parts get nothing.
std::uint16_t part_of(std::size_t row, std::size_t parts) {
  const std::size_t mixed = row * 2654435761U >> 7;
  if (mixed % 11 == 0) return RowParts::kNoPart;
  return static_cast<std::uint16_t>(mixed % parts % (parts / 2 + 1));
}

class RowPartsAnyThreads : public testing::TestWithParam<std::size_t> {};

TEST_P(RowPartsAnyThreads, EachPartHasItsRowsInOrder) {
  for (const std::size_t rows : {std::size_t{0}, std::size_t{1}, std::size_t{1000}, std::size_t{300'001}}) {
    for (const std::size_t parts : {std::size_t{1}, std::size_t{8}, RowParts::kMostParts}) {
      const Result<RowParts> made = RowParts::make(rows, parts, test_threads(GetParam()),
                                                   [&](std::size_t first, std::size_t last, std::uint64_t* words, std::uint16_t* numbers) {
                                                     for (std::size_t row = first; row < last; ++row) {
                                                       words[row - first] = row * 3;
                                                       numbers[row - first] = part_of(row, parts);
                                                     }
                                                   });
      ASSERT_TRUE(made.has_value());
      ASSERT_EQ(made->parts(), parts);
      std::map<std::size_t, std::vector<std::uint32_t>> wanted;
      for (std::size_t row = 0; row < rows; ++row) {
        if (part_of(row, parts) != RowParts::kNoPart) wanted[part_of(row, parts)].push_back(static_cast<std::uint32_t>(row));
      }
      std::size_t before = 0;
      for (std::size_t part = 0; part < parts; ++part) {
        ASSERT_EQ(made->start(part), before);
        std::vector<std::uint32_t> found;
        for (const RowWord& row : made->part(part)) {
          ASSERT_EQ(row.word, std::uint64_t{row.row} * 3);
          found.push_back(row.row);
        }
        ASSERT_EQ(found, wanted[part]);
        before += found.size();
      }
      ASSERT_EQ(made->size(), before);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Threads, RowPartsAnyThreads, testing::Values(1, 2, 7));

TEST(RowParts, FewRowsAreOnePart) {
  EXPECT_EQ(RowParts::parts_for(0), 1U);
  EXPECT_EQ(RowParts::parts_for(20'000), 1U);
  EXPECT_EQ(RowParts::parts_for(1'000'000), 64U);
  EXPECT_EQ(RowParts::parts_for(std::size_t{1} << 31), RowParts::kMostParts);
}

}  // namespace
}  // namespace trueno
