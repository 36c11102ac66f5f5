// Order, equality and canonical forms of single values.
#include "kernel/cell.h"

#include <cmath>

#include <gtest/gtest.h>

namespace trueno::kernel {
namespace {

TEST(Cell, NanIsGreatestAndEqualToItself) {
  const Cell nan = Cell::of_f64(NAN);
  const Cell infinity = Cell::of_f64(INFINITY);
  EXPECT_EQ(compare(nan, nan, Physical::kF64), 0);
  EXPECT_EQ(compare(nan, infinity, Physical::kF64), 1);
  EXPECT_EQ(compare(infinity, nan, Physical::kF64), -1);
  EXPECT_EQ(compare(Cell::of_f32(NAN), Cell::of_f32(1), Physical::kF32), 1);
}

TEST(Cell, EqualKeysHashAlike) {
  const std::pair<Cell, Cell> pairs[] = {
      {Cell::of_f64(0.0), Cell::of_f64(-0.0)}, {Cell::of_f64(NAN), Cell::of_f64(-NAN)}, {Cell::null(), Cell::null()}};
  for (const auto& [a, b] : pairs) {
    EXPECT_TRUE(same_key(a, b, Physical::kF64));
    EXPECT_EQ(hash(a, Physical::kF64), hash(b, Physical::kF64));
  }
  const Cell month = Cell::of_interval({1, 0, 0});
  const Cell days = Cell::of_interval({0, 30, 0});
  EXPECT_TRUE(same_key(month, days, Physical::kInterval));
  EXPECT_EQ(hash(month, Physical::kInterval), hash(days, Physical::kInterval));
  EXPECT_FALSE(same_key(Cell::null(), Cell::of_f64(0), Physical::kF64));
}

TEST(Cell, CanonicalForms) {
  EXPECT_FALSE(std::signbit(canonical(-0.0)));
  EXPECT_EQ(__builtin_bit_cast(std::uint64_t, canonical(-std::nan("7"))), kCanonicalNan);
  EXPECT_EQ(canonical(Cell::of_interval({0, 45, 0}), Physical::kInterval).interval, (IntervalValue{1, 15, 0}));
  EXPECT_EQ(canonical(Cell::of_interval({0, 0, 86'400'000'001}), Physical::kInterval).interval, (IntervalValue{0, 1, 1}));
  EXPECT_EQ(canonical(Cell::of_interval({1, -30, 0}), Physical::kInterval).interval, (IntervalValue{0, 0, 0}));
  constexpr IntervalValue kLongest{INT32_MAX, INT32_MAX, INT64_MAX};
  EXPECT_EQ(canonical(Cell::of_interval(kLongest), Physical::kInterval).interval, kLongest);
  constexpr IntervalValue kLeast{INT32_MIN, INT32_MIN, INT64_MIN};
  EXPECT_EQ(canonical(Cell::of_interval(kLeast), Physical::kInterval).interval, kLeast);
  EXPECT_EQ(canonical(Cell::of_interval({INT32_MAX - 1, 61, 0}), Physical::kInterval).interval, (IntervalValue{INT32_MAX, 31, 0}));
}

TEST(Cell, TextsCompareByBytes) {
  const auto text = [](std::string_view t) { return Cell::of_string(t); };
  EXPECT_EQ(compare(text("twelve bytes"), text("twelve bytes and more"), Physical::kString), -1);
  EXPECT_EQ(compare(text("é"), text("z"), Physical::kString), 1);
  EXPECT_EQ(compare(text(""), text(""), Physical::kString), 0);
}

TEST(Cell, ReadsEveryEncoding) {
  Column column = *column_of(TypeId::kInteger, std::vector<Value>{Value::integer(5), Value::null(TypeId::kInteger), Value::integer(-1)});
  EXPECT_EQ(cell_of(column, 0).integer, 5);
  EXPECT_FALSE(cell_of(column, 1).valid);
  EXPECT_EQ(cell_of(column.slice(2, 1), 0).integer, -1);
  EXPECT_EQ(cell_of(*constant_column(Value::varchar("a text of more than twelve"), 3), 2).string.view(), "a text of more than twelve");
}

}  // namespace
}  // namespace trueno::kernel
