#include "storage/hive_partitions.h"

#include <gtest/gtest.h>

namespace trueno {
namespace {

// The columns with their types, then the values of each path.
std::string found(const std::vector<std::string>& paths, const HiveOptions& options = {}) {
  const auto partitions = find_hive_partitions(paths, options);
  if (!partitions) return partitions.error().message();
  std::string out;
  for (const Field& field : partitions->columns) out += field.name + " " + field.type.to_string() + "; ";
  for (const auto& values : partitions->values) {
    out += "|";
    for (const Value& value : values) out += " " + value.to_string();
  }
  return out;
}

TEST(HivePartitions, FoldersAreColumnsByName) {
  EXPECT_EQ(found({"h/y=2023/m=01/f.csv", "h/y=2024/m=02/f.csv"}), "m VARCHAR; y BIGINT; | 01 2023| 02 2024");
  EXPECT_EQ(found({"h/d=2024-01-01/f.csv", "h/d=__HIVE_DEFAULT_PARTITION__/f.csv"}), "d DATE; | 2024-01-01| NULL");
  EXPECT_EQ(found({"h/d=x%20y/f.csv", "h/d=1/f.csv"}), "d VARCHAR; | x y| 1");
  EXPECT_EQ(found({"h/t=2024-01-01 10%3A00%3A00/f"}), "t TIMESTAMP; | 2024-01-01 10:00:00");
  EXPECT_EQ(found({"h/d=/f.csv"}), "d VARCHAR; | ");
  EXPECT_EQ(found({"h/d=-5/f.csv", "h/d=0/f.csv"}), "d BIGINT; | -5| 0");
  EXPECT_EQ(found({"h/d=-/f.csv"}), "d VARCHAR; | -");
}

TEST(HivePartitions, WhatIsNoPartitionIsNone) {
  EXPECT_EQ(found({"h/f=1.csv"}), "|");
  EXPECT_EQ(found({"h/=1/f.csv"}), "|");
  EXPECT_EQ(found({"h/a=1=2/f.csv"}), "|");
  EXPECT_EQ(found({"h/a=1/f.csv", "h/b=1/f.csv"}), "||");
  EXPECT_EQ(found({"h/a=1/f.csv"}, {.enabled = false}), "|");
}

TEST(HivePartitions, OptionsAreChecked) {
  EXPECT_EQ(found({"h/a=1/f.csv", "h/b=1/f.csv"}, {.enabled = true}), "the folders of h/a=1/f.csv and h/b=1/f.csv have different keys");
  EXPECT_EQ(found({"h/a=1/f.csv"}, {.types = {{"A", Type(TypeId::kSmallInt)}}}), "a SMALLINT; | 1");
  EXPECT_EQ(found({"h/a=300/f.csv"}, {.types = {{"a", Type(TypeId::kTinyInt)}}}),
            "cannot read '300', a value of the partition a, as TINYINT");
  EXPECT_EQ(found({"h/a=1/f.csv"}, {.types = {{"z", Type(TypeId::kSmallInt)}}}), "hive_types has z, which is no partition");
  EXPECT_EQ(found({"h/a=1/f.csv"}, {.guess_types = false}), "a VARCHAR; | 1");
}

TEST(HivePartitions, FoldersOfValuesComeBack) {
  EXPECT_EQ(hive_folder("p", Value::varchar("a b/c=d")), "p=a%20b%2Fc%3Dd");
  EXPECT_EQ(hive_folder("p", Value::null(TypeId::kVarchar)), "p=__HIVE_DEFAULT_PARTITION__");
  for (const std::string text : {"", "..", "a/b", "%41", "é", "100%", "x=y"}) {
    EXPECT_EQ(find_hive_partitions({"d/" + hive_folder("p", Value::varchar(text)) + "/f"}, {})->values[0][0], Value::varchar(text)) << text;
  }
}

}  // namespace
}  // namespace trueno
