// What the builder derives: ranges, checks, lanes, sharing and masks.
#include "kernel/builder.h"

#include <gtest/gtest.h>

namespace trueno::kernel {
namespace {

class BuilderTest : public testing::Test {
 protected:
  ValueId column(const char* name, const Type& type, const Range& range = {}, bool verify = false) {
    return b_.column({name, type, next_++, false}, range, verify);
  }
  Builder b_;
  int next_ = 0;
};

TEST_F(BuilderTest, ASumOfProvenRangesNeedsNoCheckAndANarrowLane) {
  const ValueId x = column("x", TypeId::kBigInt, Range::of(0, 1000));
  const ValueId y = column("y", TypeId::kBigInt, Range::of(-5, 5));
  const Instruction& sum = b_.at(b_.emit(Opcode::kAdd, TypeId::kBigInt, {x, y}));
  EXPECT_FALSE(sum.checked);
  EXPECT_EQ(*sum.range.min, -5);
  EXPECT_EQ(*sum.range.max, 1005);
  EXPECT_TRUE(sum.range.proven);
  EXPECT_EQ(sum.lane, Physical::kI32);
  EXPECT_FALSE(sum.range.nullable);
}

TEST_F(BuilderTest, ASumThatCanLeaveItsTypeIsChecked) {
  const ValueId x = column("x", TypeId::kInteger, Range::of(0, INT32_MAX));
  const ValueId one = b_.constant(Value::integer(1));
  EXPECT_TRUE(b_.at(b_.emit(Opcode::kAdd, TypeId::kInteger, {x, one})).checked);
  const ValueId unknown = column("y", TypeId::kInteger);
  EXPECT_TRUE(b_.at(b_.emit(Opcode::kAdd, TypeId::kInteger, {unknown, one})).checked);
}

TEST_F(BuilderTest, AClaimedRangeRemovesNoCheckUnlessItIsVerified) {
  Range claimed;
  claimed.min = 0;
  claimed.max = 10;
  const ValueId trusting = column("x", TypeId::kInteger, claimed, false);
  EXPECT_TRUE(b_.at(b_.emit(Opcode::kMultiply, TypeId::kInteger, {trusting, trusting})).checked);
}

TEST_F(BuilderTest, DivisionIsCheckedUnlessTheDivisorCannotBeZero) {
  const ValueId x = column("x", TypeId::kInteger, Range::of(0, 10));
  const ValueId zero_possible = column("y", TypeId::kInteger, Range::of(-1, 1));
  const ValueId positive = column("z", TypeId::kInteger, Range::of(1, 9));
  EXPECT_TRUE(b_.at(b_.emit(Opcode::kIntegerDivide, TypeId::kInteger, {x, zero_possible})).checked);
  EXPECT_FALSE(b_.at(b_.emit(Opcode::kIntegerDivide, TypeId::kInteger, {x, positive})).checked);
  EXPECT_FALSE(b_.at(b_.emit(Opcode::kModulo, TypeId::kInteger, {x, positive})).checked);
}

TEST_F(BuilderTest, TheLeastValueCannotBeNegated) {
  const ValueId any = column("x", TypeId::kBigInt, Range::of(INT64_MIN, 0));
  const ValueId safe = column("y", TypeId::kBigInt, Range::of(-5, 7));
  EXPECT_TRUE(b_.at(b_.emit(Opcode::kNegate, TypeId::kBigInt, {any})).checked);
  const Instruction& negated = b_.at(b_.emit(Opcode::kNegate, TypeId::kBigInt, {safe}));
  EXPECT_FALSE(negated.checked);
  EXPECT_EQ(*negated.range.min, -7);
  EXPECT_EQ(*negated.range.max, 5);
}

TEST_F(BuilderTest, OneComputationIsWrittenOnce) {
  const ValueId x = column("x", TypeId::kDouble);
  const ValueId y = column("y", TypeId::kDouble);
  const ValueId first = b_.emit(Opcode::kMultiply, TypeId::kDouble, {x, y});
  EXPECT_EQ(b_.emit(Opcode::kMultiply, TypeId::kDouble, {x, y}), first);
  EXPECT_NE(b_.emit(Opcode::kMultiply, TypeId::kDouble, {y, x}), b_.emit(Opcode::kAdd, TypeId::kDouble, {x, y}));
  EXPECT_EQ(b_.constant(Value::integer(7)), b_.constant(Value::integer(7)));
  EXPECT_NE(b_.constant(Value::integer(7)), b_.constant(Value::bigint(7)));
}

TEST_F(BuilderTest, OnlyWhatCanFailCarriesTheMask) {
  const ValueId x = column("x", TypeId::kInteger);
  const ValueId zero = b_.constant(Value::integer(0));
  const ValueId open = b_.emit(Opcode::kNotEqual, TypeId::kBoolean, {x, zero});
  const ValueId former = b_.narrow_active(open);
  EXPECT_EQ(former, kNoValue);
  const ValueId quotient = b_.emit(Opcode::kIntegerDivide, TypeId::kInteger, {b_.constant(Value::integer(10)), x});
  const ValueId equal = b_.emit(Opcode::kEqual, TypeId::kBoolean, {x, zero});
  EXPECT_EQ(b_.at(quotient).active, open);
  EXPECT_EQ(b_.at(equal).active, kNoValue);
  b_.restore_active(former);
  const ValueId unmasked = b_.emit(Opcode::kIntegerDivide, TypeId::kInteger, {b_.constant(Value::integer(10)), x});
  EXPECT_NE(unmasked, quotient) << "a masked value may be NULL where the other fails";
}

TEST_F(BuilderTest, MasksCombine) {
  const ValueId a = column("a", TypeId::kBoolean);
  const ValueId c = column("c", TypeId::kBoolean);
  b_.narrow_active(a);
  b_.narrow_active(c);
  const Instruction& both = b_.at(b_.active());
  EXPECT_EQ(both.op, Opcode::kAnd);
  EXPECT_EQ(both.args, (std::vector<ValueId>{a, c}));
}

TEST_F(BuilderTest, CastsThatCannotFailAreUnchecked) {
  const ValueId x = column("x", TypeId::kInteger);
  EXPECT_EQ(b_.cast(x, TypeId::kInteger), x);
  EXPECT_FALSE(b_.at(b_.cast(x, TypeId::kBigInt)).checked);
  EXPECT_TRUE(b_.at(b_.cast(x, TypeId::kTinyInt)).checked);
  EXPECT_EQ(b_.at(b_.cast(x, TypeId::kTinyInt, true)).op, Opcode::kTryCast);
  EXPECT_EQ(b_.at(b_.cast(x, TypeId::kDouble, true)).op, Opcode::kCast) << "trying what cannot fail is a plain cast";
  const ValueId small = column("y", TypeId::kInteger, Range::of(0, 100));
  EXPECT_FALSE(b_.at(b_.cast(small, TypeId::kTinyInt)).checked);
}

TEST_F(BuilderTest, OperandsInAnotherOrderAreTheSameComputation) {
  const ValueId x = column("x", TypeId::kInteger);
  const ValueId y = column("y", TypeId::kInteger);
  const auto emit = [&](Opcode op, ValueId a, ValueId b) {
    const bool compares = op >= Opcode::kEqual && op <= Opcode::kGreaterEqual;
    return b_.emit(op, compares ? TypeId::kBoolean : TypeId::kInteger, {a, b});
  };
  for (const Opcode op : {Opcode::kAdd, Opcode::kMultiply, Opcode::kEqual, Opcode::kNotEqual, Opcode::kBitXor})
    EXPECT_EQ(emit(op, x, y), emit(op, y, x)) << opcode_name(op);
  EXPECT_EQ(emit(Opcode::kLess, x, y), emit(Opcode::kGreater, y, x));
  EXPECT_EQ(emit(Opcode::kGreaterEqual, x, y), emit(Opcode::kLessEqual, y, x));
  for (const Opcode op : {Opcode::kSubtract, Opcode::kIntegerDivide, Opcode::kModulo, Opcode::kLess})
    EXPECT_NE(emit(op, x, y), emit(op, y, x)) << opcode_name(op);
}

TEST_F(BuilderTest, WhatWasWrittenForAllRowsServesTheActiveOnes) {
  const ValueId x = column("x", TypeId::kInteger);
  const ValueId mask = column("m", TypeId::kBoolean);
  const ValueId all = b_.emit(Opcode::kAdd, TypeId::kInteger, {x, x});
  const ValueId former = b_.narrow_active(mask);
  EXPECT_EQ(b_.emit(Opcode::kAdd, TypeId::kInteger, {x, x}), all);
  const ValueId some = b_.emit(Opcode::kMultiply, TypeId::kInteger, {x, x});
  EXPECT_EQ(b_.at(some).active, mask);
  b_.restore_active(former);
  EXPECT_NE(b_.emit(Opcode::kMultiply, TypeId::kInteger, {x, x}), some) << "it would not fail where it must";
}

TEST_F(BuilderTest, InsideOfTryWhatCanFailGivesNull) {
  const ValueId x = column("x", TypeId::kInteger);
  const ValueId small = column("y", TypeId::kInteger, Range::of(0, 5));
  const ValueId outside = b_.emit(Opcode::kAdd, TypeId::kInteger, {x, x});
  EXPECT_FALSE(b_.set_trying(true));
  const ValueId inside = b_.emit(Opcode::kAdd, TypeId::kInteger, {x, x});
  const ValueId safe = b_.emit(Opcode::kAdd, TypeId::kInteger, {small, small});
  EXPECT_TRUE(b_.set_trying(false));
  EXPECT_NE(inside, outside);
  EXPECT_TRUE(b_.at(inside).null_on_error);
  EXPECT_FALSE(b_.at(inside).checked);
  EXPECT_TRUE(b_.at(inside).range.nullable);
  EXPECT_FALSE(b_.at(safe).null_on_error);
  ASSERT_EQ(b_.caught().size(), 1u);
  EXPECT_EQ(b_.caught()[0].value, inside);
  b_.program().sink.values = {inside, safe};
  Program program = std::move(b_).finish();
  EXPECT_TRUE(verify(program));
  program.instructions[safe].op = Opcode::kIsNull;
  program.instructions[safe].args = {x};
  program.instructions[safe].type = TypeId::kBoolean;
  program.instructions[safe].range = Range::of(0, 1);
  EXPECT_TRUE(verify(program));
  program.instructions[safe].null_on_error = true;
  EXPECT_FALSE(verify(program)) << "nothing can fail there";
}

TEST_F(BuilderTest, NullnessFollowsTheOperands) {
  const ValueId sure = column("x", TypeId::kInteger, Range::of(0, 5));
  const ValueId unsure = column("y", TypeId::kInteger, Range::of(0, 5, true));
  EXPECT_FALSE(b_.at(b_.emit(Opcode::kLess, TypeId::kBoolean, {sure, sure})).range.nullable);
  EXPECT_TRUE(b_.at(b_.emit(Opcode::kLess, TypeId::kBoolean, {sure, unsure})).range.nullable);
  EXPECT_FALSE(b_.at(b_.emit(Opcode::kIsNull, TypeId::kBoolean, {unsure})).range.nullable);
  EXPECT_FALSE(b_.at(b_.emit(Opcode::kIsDistinct, TypeId::kBoolean, {sure, unsure})).range.nullable);
  EXPECT_FALSE(b_.at(b_.emit(Opcode::kCoalesce, TypeId::kInteger, {unsure, sure})).range.nullable);
}

}  // namespace
}  // namespace trueno::kernel
