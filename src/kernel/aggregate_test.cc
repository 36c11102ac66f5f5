// Accumulators: however the rows are split over states, the merged state has the same bytes.
#include "kernel/aggregate.h"

#include <cmath>

#include <gtest/gtest.h>

namespace trueno::kernel {
namespace {

Value state_of(const AccumulatorState& state, const Type& type) {
  ColumnBuilder builder(type);
  EXPECT_TRUE(state.append_state(builder, type));
  return builder.finish()->value(0);
}

// All values in one state, and every way of cutting them in two: the states' bytes are equal.
void expect_same_however_split(AccumulatorKind kind, const Type& state_type, const std::vector<Value>& values) {
  const Physical physical = values.front().type().physical();
  AccumulatorState whole({kind}, physical);
  for (const Value& value : values) whole.update(cell_of(value));
  const Value expected = state_of(whole, state_type);
  for (std::size_t cut = 0; cut <= values.size(); ++cut) {
    AccumulatorState first({kind}, physical);
    AccumulatorState second({kind}, physical);
    for (std::size_t i = 0; i < values.size(); ++i) (i < cut ? first : second).update(cell_of(values[i]));
    AccumulatorState merged({kind}, physical);
    const Value one = state_of(first, state_type);
    const Value other = state_of(second, state_type);
    ASSERT_TRUE(merged.merge(cell_of(other)));
    ASSERT_TRUE(merged.merge(cell_of(one)));
    EXPECT_TRUE(state_of(merged, state_type) == expected) << "cut at " << cut;
  }
}

TEST(AccumulatorState, SplitsAndMergesExactly) {
  const std::vector<Value> doubles = {Value::floating(1e308), Value::floating(1.0), Value::floating(-1e308), Value::floating(5e-324),
                                      Value::null(TypeId::kDouble)};
  const std::vector<Value> integers = {Value::bigint(INT64_MAX), Value::bigint(INT64_MAX), Value::bigint(-7), Value::null(TypeId::kBigInt)};
  const std::vector<Value> huge = {Value::integer(kI128Max, TypeId::kHugeInt), Value::integer(kI128Max, TypeId::kHugeInt),
                                   Value::integer(kI128Min, TypeId::kHugeInt)};
  const std::vector<Value> texts = {Value::varchar("b"), Value::varchar(""), Value::null(TypeId::kVarchar),
                                    Value::varchar("a long text of many bytes")};
  expect_same_however_split(AccumulatorKind::kSumFloat, TypeId::kBlob, doubles);
  expect_same_however_split(AccumulatorKind::kSumInteger, TypeId::kHugeInt, integers);
  expect_same_however_split(AccumulatorKind::kSumInteger, TypeId::kBlob, huge);
  expect_same_however_split(AccumulatorKind::kCount, TypeId::kBigInt, texts);
  expect_same_however_split(AccumulatorKind::kMin, TypeId::kVarchar, texts);
  expect_same_however_split(AccumulatorKind::kMax, TypeId::kVarchar, texts);
  expect_same_however_split(AccumulatorKind::kMax, TypeId::kDouble, doubles);
}

Value finished(AccumulatorKind kind, const Type& result, const std::vector<Value>& values, FinishKind finish, int scale = 0) {
  AccumulatorState state({kind}, values.front().type().physical());
  std::int64_t valid = 0;
  for (const Value& value : values) {
    state.update(cell_of(value));
    valid += value.is_null() ? 0 : 1;
  }
  Output output;
  output.kind = finish;
  output.type = result;
  output.argument_scale = scale;
  const auto value = state.finish(output, valid);
  EXPECT_TRUE(value);
  return value ? *value : Value();
}

TEST(AccumulatorState, NothingValidGivesNull) {
  const std::vector<Value> nulls = {Value::null(TypeId::kDouble)};
  EXPECT_TRUE(finished(AccumulatorKind::kSumFloat, TypeId::kDouble, nulls, FinishKind::kSum).is_null());
  EXPECT_TRUE(finished(AccumulatorKind::kSumFloat, TypeId::kDouble, nulls, FinishKind::kAverage).is_null());
  EXPECT_TRUE(finished(AccumulatorKind::kMin, TypeId::kDouble, nulls, FinishKind::kExtreme).is_null());
}

TEST(AccumulatorState, ExtremesAreCanonical) {
  const std::vector<Value> zeros = {Value::floating(-0.0)};
  EXPECT_FALSE(std::signbit(finished(AccumulatorKind::kMin, TypeId::kDouble, zeros, FinishKind::kExtreme).as_double()));
  const std::vector<Value> nans = {Value::floating(1), Value::floating(-NAN)};
  const Value greatest = finished(AccumulatorKind::kMax, TypeId::kDouble, nans, FinishKind::kExtreme);
  EXPECT_EQ(__builtin_bit_cast(std::uint64_t, greatest.as_double()), kCanonicalNan);
}

TEST(AccumulatorState, AveragesAreRoundedOnce) {
  const std::vector<Value> cents = {Value::decimal(10, 9, 2), Value::decimal(10, 9, 2), Value::decimal(10, 9, 2)};
  EXPECT_EQ(finished(AccumulatorKind::kSumInteger, TypeId::kDouble, cents, FinishKind::kAverage, 2).as_double(), 0.1);
  const std::vector<Value> thirds = {Value::bigint(1), Value::bigint(0), Value::bigint(0)};
  EXPECT_EQ(finished(AccumulatorKind::kSumInteger, TypeId::kDouble, thirds, FinishKind::kAverage).as_double(), 1.0 / 3.0);
}

TEST(AccumulatorState, ASumPastItsTypeIsAnError) {
  AccumulatorState state({AccumulatorKind::kSumInteger}, Physical::kI128);
  state.update(Cell::of_integer(kI128Max));
  state.update(Cell::of_integer(1));
  Output output;
  output.kind = FinishKind::kSum;
  output.type = TypeId::kHugeInt;
  const auto sum = state.finish(output, 2);
  ASSERT_FALSE(sum);
  EXPECT_EQ(sum.error().code(), ErrorCode::kOutOfRange);
  state.update(Cell::of_integer(-1));
  EXPECT_TRUE(state.finish(output, 3)) << "only the final value counts";
}

// With what is added for each value, too: only the final value counts.
TEST(AccumulatorState, OffsetsAreAddedOnceForEachValue) {
  AccumulatorState state({AccumulatorKind::kSumInteger}, Physical::kI128);
  state.update(Cell::of_integer(kI128Max));
  state.update(Cell::of_integer(10));
  Output output;
  output.kind = FinishKind::kSum;
  output.type = TypeId::kHugeInt;
  output.offset = -5;
  const auto sum = state.finish(output, 2);
  ASSERT_TRUE(sum);
  EXPECT_TRUE(sum->as_integer() == kI128Max);
  output.offset = -4;
  EXPECT_FALSE(state.finish(output, 2));
}

TEST(AccumulatorState, MalformedStatesAreRefused) {
  AccumulatorState floats({AccumulatorKind::kSumFloat}, Physical::kF64);
  EXPECT_FALSE(floats.merge(Cell::of_string(std::string_view("x"))));
  AccumulatorState integers({AccumulatorKind::kSumInteger}, Physical::kI128);
  EXPECT_FALSE(integers.merge(Cell::of_string(std::string_view("too short"))));
  EXPECT_FALSE(deserialise_i192("23 bytes are not enough"));
}

}  // namespace
}  // namespace trueno::kernel
