#include "storage/index/unique_index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <random>
#include <set>

#include "storage/table/table_writer.h"

namespace trueno {
namespace {

Batch batch_of(const Type& type, const std::vector<Value>& values) {
  ColumnBuilder builder(type);
  for (const Value& value : values) EXPECT_TRUE(builder.append(value));
  Batch batch;
  batch.length = static_cast<std::int64_t>(values.size());
  auto column = builder.finish();
  EXPECT_TRUE(column);
  batch.columns.push_back(std::move(*column));
  return batch;
}

class GrowingTable {
 public:
  explicit GrowingTable(const Type& type) : type_(type) {
    TableWriter writer({{"k", type, true}});
    data_ = *writer.finish();
  }
  Status add(const std::vector<Value>& values) {
    TableWriter writer = *TableWriter::append_to(*data_, static_cast<std::int64_t>(values.size()), {.rows_per_group = 7});
    EXPECT_TRUE(writer.append(batch_of(type_, values)));
    const auto data = *writer.finish();
    auto index = index_->extended(*data);
    if (!index) return std::move(index).error();
    data_ = data;
    index_ = *index;
    return {};
  }
  std::optional<std::int64_t> find(const Value& value) const { return index_->find(*data_, batch_of(type_, {value}), {0}).front(); }

 private:
  Type type_;
  std::shared_ptr<const TableData> data_;
  std::shared_ptr<const UniqueIndex> index_ = std::make_shared<UniqueIndex>(KeyColumns{"primary key", {0}});
};

Value number(std::int64_t x) { return Value::bigint(x); }

TEST(UniqueIndex, FindsEveryRowHoweverItCame) {
  std::mt19937_64 random(7);
  GrowingTable table(TypeId::kBigInt);
  std::vector<std::int64_t> keys;
  std::set<std::int64_t> seen;
  for (int step = 0; step < 60; ++step) {
    std::vector<Value> values;
    for (std::uint64_t n = random() % 9; n-- > 0;) {
      const auto key = static_cast<std::int64_t>(random() % 1000);
      if (!seen.insert(key).second) continue;
      keys.push_back(key);
      values.push_back(number(key));
    }
    ASSERT_TRUE(table.add(values));
  }
  for (std::size_t row = 0; row < keys.size(); ++row) EXPECT_EQ(table.find(number(keys[row])), static_cast<std::int64_t>(row));
  for (std::int64_t key = 0; key < 1000; ++key) EXPECT_EQ(table.find(number(key)).has_value(), seen.contains(key));
}

TEST(UniqueIndex, AKeyThatIsThereIsRefusedAndNamed) {
  GrowingTable table(TypeId::kBigInt);
  ASSERT_TRUE(table.add({number(1), number(2)}));
  const Status twice = table.add({number(3), number(2)});
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().code(), ErrorCode::kConstraint);
  EXPECT_THAT(twice.error().message(), testing::HasSubstr("\"k: 2\" violates the primary key"));
  EXPECT_EQ(table.find(number(3)), std::nullopt);  // nothing of the refused rows stayed
  EXPECT_TRUE(table.add({number(3)}));
}

TEST(UniqueIndex, TwiceAmongTheNewRowsIsRefusedToo) {
  GrowingTable table(TypeId::kBigInt);
  EXPECT_FALSE(table.add({number(5), number(6), number(5)}));
}

TEST(UniqueIndex, NullsAreNoKeys) {
  GrowingTable table(TypeId::kBigInt);
  const Value null = Value::null(TypeId::kBigInt);
  EXPECT_TRUE(table.add({null, null, number(1)}));
  EXPECT_TRUE(table.add({null}));
  EXPECT_EQ(table.find(null), std::nullopt);
}

TEST(UniqueIndex, FloatsAreEqualAsGroupsSeeThem) {
  const auto value = [](double x) { return Value::floating(x); };
  GrowingTable table(TypeId::kDouble);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  ASSERT_TRUE(table.add({value(0.0), value(nan), value(1.5)}));
  EXPECT_FALSE(table.add({value(-0.0)}));
  EXPECT_FALSE(table.add({value(-nan)}));
  EXPECT_TRUE(table.add({value(2.5)}));
}

TEST(UniqueIndex, TextsOfAnyLength) {
  GrowingTable table(TypeId::kVarchar);
  const auto text = [](std::string s) { return Value::varchar(std::move(s)); };
  ASSERT_TRUE(table.add({text(""), text("short"), text("longer than twelve bytes")}));
  EXPECT_FALSE(table.add({text("longer than twelve bytes")}));
  EXPECT_FALSE(table.add({text("")}));
  EXPECT_TRUE(table.add({text("longer than twelve byte")}));
}

}  // namespace
}  // namespace trueno
