#include <gtest/gtest.h>

#include "io/memory_file_system.h"
#include "storage/csv/csv_source.h"
#include "storage/union_source.h"

namespace trueno {
namespace {

std::shared_ptr<const TableSource> csv(const std::string& name, const std::string& text, std::int64_t part_bytes = 1 << 20) {
  MemoryFileSystem files;
  EXPECT_TRUE(files.put(name, text));
  CsvOptions options;
  options.part_bytes = part_bytes;
  return *open_csv(files, name, options);
}

TEST(UnionSource, PartsFollowOneAnotherAlsoOverEmptySources) {
  const auto empty = csv("b.csv", "n\n");
  const auto whole = *make_union_source({csv("a.csv", "n\n1\n2\n", 2), csv("c.csv", "n\n3\n")}, "two files");
  ASSERT_EQ(empty->part_count(), 0);
  ASSERT_EQ(whole->part_count(), 3);
  EXPECT_EQ(whole->description(), "two files");
  EXPECT_EQ(whole->part_rows(0), std::nullopt);
  for (std::int64_t part = 0; part < 3; ++part) {
    BatchStream stream = *whole->scan(part, std::vector<int>{0}, {}, CancelToken());
    EXPECT_EQ((*stream())->columns[0].value(0), Value::bigint(part + 1));
  }
}

TEST(UnionSource, DifferentColumnsAreAnErrorThatNamesThem) {
  const auto refused = make_union_source({csv("a.csv", "n\n1\n"), csv("b.csv", "m\n1.5\n")}, "two files");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message(), "column 1 is m DOUBLE in b.csv and n BIGINT in a.csv");
  EXPECT_EQ(make_union_source({csv("a.csv", "n\n1\n"), csv("b.csv", "n,m\n1,2\n")}, "two files").error().code(), ErrorCode::kBinder);
}

}  // namespace
}  // namespace trueno
