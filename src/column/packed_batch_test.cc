#include "column/packed_batch.h"

#include <gtest/gtest.h>

#include <random>

namespace trueno {
namespace {

void expect_same(const Batch& a, const Batch& b) {
  ASSERT_EQ(a.length, b.length);
  ASSERT_EQ(a.columns.size(), b.columns.size());
  for (std::size_t c = 0; c < a.columns.size(); ++c) {
    EXPECT_EQ(a.columns[c].null_count, b.columns[c].null_count);
    for (std::int64_t row = 0; row < a.length; ++row) {
      EXPECT_EQ(a.columns[c].value(row).to_string(), b.columns[c].value(row).to_string()) << "column " << c << ", row " << row;
    }
  }
}

Batch random_batch(std::int64_t rows, unsigned seed) {
  std::mt19937 random(seed);
  const auto null = [&] { return random() % 5 == 0; };
  ColumnBuilder small(TypeId::kTinyInt);
  ColumnBuilder wide(TypeId::kHugeInt);
  ColumnBuilder real(TypeId::kDouble);
  ColumnBuilder text(TypeId::kVarchar);
  for (std::int64_t i = 0; i < rows; ++i) {
    EXPECT_TRUE(small.append(Value::integer(static_cast<int>(random() % 200) - 100, TypeId::kTinyInt)));
    EXPECT_TRUE(null() ? wide.append_null() : wide.append(Value::integer(static_cast<i128>(random()) << 70, TypeId::kHugeInt)));
    EXPECT_TRUE(null() ? real.append_null() : real.append(Value::floating(static_cast<double>(random()) / 7)));
    EXPECT_TRUE(null() ? text.append_null() : text.append_string(std::string(random() % 40, static_cast<char>('a' + random() % 26))));
  }
  Batch batch;
  batch.length = rows;
  for (ColumnBuilder* builder : {&small, &wide, &real, &text}) batch.columns.push_back(*builder->finish());
  return batch;
}

TEST(PackedBatch, GivesTheRowsBack) {
  for (const std::int64_t rows : {0, 1, 7, 64, 1000}) {
    const Batch batch = random_batch(rows, static_cast<unsigned>(rows) + 1);
    const auto packed = pack_batch(batch);
    ASSERT_TRUE(packed);
    const auto again = unpack_batch(*packed);
    ASSERT_TRUE(again);
    expect_same(*again, batch);
  }
}

TEST(PackedBatch, PacksSlicesWithoutWhatIsAroundThem) {
  const Batch all = random_batch(5000, 3);
  Batch part;
  part.length = 13;
  for (const Column& column : all.columns) part.columns.push_back(column.slice(101, 13));
  const auto packed = pack_batch(part);
  ASSERT_TRUE(packed);
  EXPECT_LT(packed->bytes.size(), 3000U);
  expect_same(*unpack_batch(*packed), part);
}

TEST(PackedBatch, KeepsCodesAndTheirDictionary) {
  auto dictionary = std::make_shared<Dictionary>();
  dictionary->id = Dictionary::next_id();
  dictionary->values = std::make_shared<const Column>(
      *column_of(TypeId::kVarchar, std::vector<Value>{Value::varchar("one"), Value::varchar("a much longer second entry")}));
  Column codes;
  codes.type = TypeId::kVarchar;
  codes.encoding = Encoding::kDictionary;
  codes.dictionary = dictionary;
  codes.length = 5;
  const std::uint32_t numbers[] = {0, 1, 1, 0, 1};
  codes.values = *copy_to_buffer(std::span<const std::uint32_t>(numbers));
  const Batch batch{3, {codes.slice(2, 3)}};
  const auto again = unpack_batch(*pack_batch(batch));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->columns[0].encoding, Encoding::kDictionary);
  EXPECT_EQ(again->columns[0].dictionary, dictionary);
  expect_same(*again, batch);
}

TEST(PackedBatch, RefusesNestedColumns) {
  const Batch batch{1, {*constant_column(Value::nested(Type::list(TypeId::kInteger), {}), 1)}};
  const auto packed = pack_batch(batch);
  ASSERT_FALSE(packed);
  EXPECT_EQ(packed.error().code(), ErrorCode::kNotSupported);
}

}  // namespace
}  // namespace trueno
