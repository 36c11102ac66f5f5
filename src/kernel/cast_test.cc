// One value from type to type: roundings, limits, and what is refused.
#include "kernel/cast.h"

#include <cmath>

#include <gtest/gtest.h>

#include "base/civil_time.h"

namespace trueno::kernel {
namespace {

// The value cast, as text; "error: ..." where the cast fails.
std::string cast(const Value& value, const Type& to) {
  Arena arena;
  Cell out;
  const Status status = cast_cell(value.type(), to, cell_of(value), out, arena);
  if (!status) return "error: " + status.error().message();
  return value_of(to, out).to_string();
}
std::string cast(const char* text, const Type& to) { return cast(Value::varchar(text), to); }
bool fails(const Value& value, const Type& to) { return cast(value, to).starts_with("error: "); }
bool fails(const char* text, const Type& to) { return fails(Value::varchar(text), to); }

TEST(Cast, DecimalsRoundHalfAwayFromZero) {
  const Type cents = Type::decimal(9, 2);
  EXPECT_EQ(cast(Value::decimal(125, 9, 3), cents), "0.13");
  EXPECT_EQ(cast(Value::decimal(-125, 9, 3), cents), "-0.13");
  EXPECT_EQ(cast(Value::decimal(124999, 9, 6), cents), "0.12");
  EXPECT_EQ(cast(Value::decimal(25, 9, 1), TypeId::kInteger), "3");
  EXPECT_EQ(cast(Value::decimal(-25, 9, 1), TypeId::kInteger), "-3");
}

TEST(Cast, NestedValuesBecomeTheirText) {
  const Value list = Value::nested(Type::list(TypeId::kInteger), {Value::integer(1), Value::null(TypeId::kInteger)});
  const Column column = *column_of(list.type(), std::vector<Value>{list});
  Arena arena;
  Cell out;
  ASSERT_TRUE(cast_cell(list.type(), TypeId::kVarchar, cell_of(column, 0), out, arena));
  EXPECT_EQ(out.string.view(), "[1, NULL]");
  EXPECT_TRUE(cast_exists(list.type(), TypeId::kVarchar));
  EXPECT_FALSE(cast_exists(list.type(), TypeId::kBlob));
  EXPECT_FALSE(cast_exists(TypeId::kVarchar, list.type()));
}

TEST(Cast, FloatsRoundToTheNearestEvenInteger) {
  EXPECT_EQ(cast(Value::floating(2.5), TypeId::kInteger), "2");
  EXPECT_EQ(cast(Value::floating(3.5), TypeId::kInteger), "4");
  EXPECT_EQ(cast(Value::floating(-0.5), TypeId::kInteger), "0");
  EXPECT_TRUE(fails(Value::floating(2147483648.0), TypeId::kInteger));
  EXPECT_TRUE(fails(Value::floating(NAN), TypeId::kInteger));
  EXPECT_TRUE(fails(Value::floating(INFINITY), TypeId::kHugeInt));
  EXPECT_TRUE(fails(Value::floating(0x1p127), TypeId::kHugeInt));
}

TEST(Cast, FloatsBecomeDecimalsThroughTheirText) { EXPECT_EQ(cast(Value::floating(0.15), Type::decimal(4, 1)), "0.2"); }

TEST(Cast, ADoubleThatIsTooGreatIsNoFloat) {
  EXPECT_TRUE(fails(Value::floating(1e39), TypeId::kFloat));
  EXPECT_EQ(cast(Value::floating(INFINITY), TypeId::kFloat), "inf");
  EXPECT_EQ(cast(Value::floating(0.1), TypeId::kFloat), "0.1");
  EXPECT_TRUE(cast_can_fail(TypeId::kDouble, TypeId::kFloat));
  EXPECT_FALSE(cast_can_fail(TypeId::kFloat, TypeId::kDouble));
}

TEST(Cast, ExactNumbersKeepToTheLimitsOfTheirType) {
  EXPECT_EQ(cast(Value::integer(127), TypeId::kTinyInt), "127");
  EXPECT_TRUE(fails(Value::integer(128), TypeId::kTinyInt));
  EXPECT_TRUE(fails(Value::integer(-1), TypeId::kUTinyInt));
  EXPECT_EQ(cast(Value::integer(99), Type::decimal(4, 2)), "99.00");
  EXPECT_TRUE(fails(Value::integer(100), Type::decimal(4, 2)));
  EXPECT_TRUE(fails(Value::decimal(99995, 5, 3), Type::decimal(4, 2))) << "rounds to 100.00";
  EXPECT_TRUE(cast_can_fail(TypeId::kBigInt, TypeId::kInteger));
  EXPECT_FALSE(cast_can_fail(TypeId::kInteger, TypeId::kBigInt));
  EXPECT_FALSE(cast_can_fail(TypeId::kInteger, Type::decimal(12, 2)));
  EXPECT_TRUE(cast_can_fail(TypeId::kInteger, Type::decimal(11, 2)));
}

TEST(Cast, TextsAreRead) {
  EXPECT_EQ(cast(" -12 ", TypeId::kInteger), "-12");
  EXPECT_TRUE(fails("12a", TypeId::kInteger));
  EXPECT_TRUE(fails("", TypeId::kDouble));
  EXPECT_EQ(cast("1e3", TypeId::kDouble), "1000.0");
  EXPECT_EQ(cast("t", TypeId::kBoolean), "true");
  EXPECT_TRUE(fails("maybe", TypeId::kBoolean));
  EXPECT_EQ(cast("2000-02-29", TypeId::kDate), "2000-02-29");
  EXPECT_TRUE(fails("2001-02-29", TypeId::kDate));
  EXPECT_EQ(cast("\\x41b", TypeId::kBlob), "Ab");
  EXPECT_TRUE(fails("\\x4", TypeId::kBlob));
  EXPECT_EQ(cast("green", Type::enumeration({"red", "green"})), "green");
  EXPECT_TRUE(fails("blue", Type::enumeration({"red", "green"})));
  EXPECT_EQ(cast(Value::null(TypeId::kVarchar), TypeId::kInteger), "NULL");
}

TEST(Cast, InfiniteTimesStayInfinite) {
  const Value infinity = Value::integer(kTimestampInfinity, TypeId::kTimestamp);
  EXPECT_EQ(cast(infinity, TypeId::kDate), "infinity");
  EXPECT_EQ(cast(Value::integer(kDateMinusInfinity, TypeId::kDate), TypeId::kTimestamp), "-infinity");
  EXPECT_TRUE(fails(infinity, TypeId::kTime));
}

TEST(Cast, CoarserTicksAreRounded) {
  EXPECT_EQ(cast(Value::integer(1'500'000, TypeId::kTimestamp), TypeId::kTimestampS), "1970-01-01 00:00:02");
  EXPECT_EQ(cast(Value::integer(1'499'999, TypeId::kTimestamp), TypeId::kTimestampS), "1970-01-01 00:00:01");
  EXPECT_EQ(cast(Value::integer(-1'500'000, TypeId::kTimestamp), TypeId::kTimestampS), "1969-12-31 23:59:58");
  EXPECT_EQ(cast(Value::integer(-1, TypeId::kTimestamp), TypeId::kDate), "1969-12-31");
}

TEST(Cast, PairsThatDoNotExist) {
  EXPECT_FALSE(cast_exists(TypeId::kDate, TypeId::kInteger));
  EXPECT_FALSE(cast_exists(TypeId::kTime, TypeId::kDate));
  EXPECT_FALSE(cast_exists(TypeId::kInteger, Type::list(TypeId::kInteger)));
  EXPECT_TRUE(cast_exists(TypeId::kNull, TypeId::kDate));
  EXPECT_TRUE(cast_exists(TypeId::kTimestamp, TypeId::kTime));
}

}  // namespace
}  // namespace trueno::kernel
