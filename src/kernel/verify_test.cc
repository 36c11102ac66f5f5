// Programs that no backend may see.
#include <gtest/gtest.h>

#include "kernel/builder.h"

namespace trueno::kernel {
namespace {

// x: INTEGER, y: DOUBLE, z: BOOLEAN, s: VARCHAR; sum = x + x.
Program sound() {
  Builder b;
  const ValueId x = b.column({"x", TypeId::kInteger, 0, false}, {}, false);
  b.column({"y", TypeId::kDouble, 1, false}, {}, false);
  const ValueId z = b.column({"z", TypeId::kBoolean, 2, false}, {}, false);
  b.column({"s", TypeId::kVarchar, 3, false}, {}, false);
  const ValueId sum = b.emit(Opcode::kAdd, TypeId::kInteger, {x, x});
  b.filter(z);
  b.program().sink.values = {sum};
  return std::move(b).finish();
}

constexpr ValueId kX = 0;
constexpr ValueId kY = 1;
constexpr ValueId kZ = 2;
constexpr ValueId kText = 3;
constexpr ValueId kSum = 4;
constexpr ValueId kFilter = 5;

void expect_refused(const Program& program, std::string_view what) {
  const Status status = verify(program);
  ASSERT_FALSE(status) << what;
  EXPECT_EQ(status.error().code(), ErrorCode::kInternal);
  EXPECT_NE(status.error().message().find(what), std::string::npos) << status.error().message();
}

TEST(Verify, TakesASoundProgram) { EXPECT_TRUE(verify(sound())); }

TEST(Verify, OperandsAreDefinedBefore) {
  Program p = sound();
  p.instructions[kSum].args[1] = kSum;
  expect_refused(p, "before it is defined");
  p.instructions[kSum].args[1] = 99;
  expect_refused(p, "before it is defined");
  p = sound();
  p.instructions.push_back(p.instructions[kSum]);
  p.instructions.back().args[0] = kFilter;
  expect_refused(p, "before it is defined");
}

TEST(Verify, OperandsAreCounted) {
  Program p = sound();
  p.instructions[kSum].args.pop_back();
  expect_refused(p, "wrong number of operands");
  p.instructions[kSum].args = {kX, kX, kX};
  expect_refused(p, "wrong number of operands");
}

TEST(Verify, OperandsHaveTheRightTypes) {
  Program p = sound();
  p.instructions[kSum].args[1] = kText;
  expect_refused(p, "operands must be integers");
  p = sound();
  p.instructions[kSum].type = TypeId::kDouble;
  expect_refused(p, "float operands must have the result's type");
  p = sound();
  p.instructions[kFilter].args[0] = kX;
  expect_refused(p, "operands must be BOOLEAN");
  p = sound();
  p.instructions[kSum].op = Opcode::kLess;
  expect_refused(p, "a comparison gives BOOLEAN");
  p.instructions[kSum].type = TypeId::kBoolean;
  p.instructions[kSum].args = {kX, kY};
  expect_refused(p, "one physical type");
  p = sound();
  p.instructions[kSum].op = Opcode::kStartsWith;
  expect_refused(p, "operands must be strings");
  p = sound();
  p.instructions[kSum].op = Opcode::kSelect;
  p.instructions[kSum].args = {kX, kX, kX};
  expect_refused(p, "the condition must be BOOLEAN");
  p.instructions[kSum].args = {kZ, kX, kY};
  expect_refused(p, "both branches");
  p.instructions[kSum].op = Opcode::kCoalesce;
  p.instructions[kSum].args = {kX, kY};
  expect_refused(p, "both sides");
}

TEST(Verify, DecimalsAreComparedAtOneScale) {
  Builder b;
  const ValueId x = b.column({"x", Type::decimal(9, 2), 0, false}, {}, false);
  const ValueId y = b.column({"y", Type::decimal(9, 3), 1, false}, {}, false);
  b.program().sink.values = {b.emit(Opcode::kEqual, TypeId::kBoolean, {x, y})};
  expect_refused(b.program(), "one scale");
}

TEST(Verify, MasksAreEarlierBooleans) {
  Program p = sound();
  p.instructions[kSum].active = kX;
  expect_refused(p, "activity mask");
  p.instructions[kSum].active = kFilter;
  expect_refused(p, "activity mask");
  p.instructions[kSum].active = kZ;
  EXPECT_TRUE(verify(p));
}

TEST(Verify, ListsAreNotOverrun) {
  for (const Opcode op : {Opcode::kColumn, Opcode::kParameter, Opcode::kConstant}) {
    Program p = sound();
    p.instructions[kSum].op = op;
    p.instructions[kSum].args.clear();
    p.instructions[kSum].index = 17;
    expect_refused(p, "no such");
  }
  Program p = sound();
  p.instructions[kSum].op = Opcode::kHost;
  p.instructions[kSum].index = 3;
  expect_refused(p, "no such host function");
  p = sound();
  p.instructions[kX].type = TypeId::kBigInt;
  expect_refused(p, "type differs from the source column");
}

TEST(Verify, RangesAreNotEmpty) {
  Program p = sound();
  p.instructions[kSum].range = Range::of(5, 4);
  expect_refused(p, "empty range");
}

TEST(Verify, FoldsReadCollectedValues) {
  Program p = sound();
  p.sink.kind = SinkKind::kCollect;
  p.sink.values = {kX, kZ};
  Fold fold;
  fold.name = "list";
  fold.function = [](const FoldInput&, ColumnBuilder& out) { return out.append_null(); };
  fold.arguments = {0};
  fold.orders = {{1, false, false}};
  fold.filter = 1;
  p.sink.folds = {fold};
  EXPECT_TRUE(verify(p));
  p.sink.folds[0].arguments = {2};
  expect_refused(p, "list reads an unknown value");
  p.sink.folds = {fold};
  p.sink.folds[0].orders[0].value = 2;
  expect_refused(p, "list reads an unknown value");
  p.sink.folds = {fold};
  p.sink.folds[0].filter = 0;
  expect_refused(p, "list reads an unknown value");
  p.sink.folds = {fold};
  p.sink.folds[0].arguments.clear();
  p.sink.folds[0].sorted = true;
  expect_refused(p, "list needs an argument");
  p.sink.folds = {fold};
  p.sink.folds[0].function = nullptr;
  expect_refused(p, "list is an unknown output");
}

TEST(Verify, TheSinkReadsValues) {
  Program p = sound();
  p.sink.values = {kFilter};
  expect_refused(p, "undefined value");
  p.sink.values = {};
  p.sink.kind = SinkKind::kReduce;
  p.sink.accumulators = {{AccumulatorKind::kSumInteger, kY}};
  expect_refused(p, "integer sum of a non-integer");
  p.sink.accumulators = {{AccumulatorKind::kSumFloat, kX}};
  expect_refused(p, "float sum of a non-float");
  p.sink.accumulators = {{AccumulatorKind::kCountRows, kX}};
  expect_refused(p, "argument is wrong");
  p.sink.accumulators = {{AccumulatorKind::kCount, kNoValue}};
  expect_refused(p, "argument is wrong");
  p.sink.accumulators = {{AccumulatorKind::kSumInteger, kX}};
  p.sink.outputs = {{FinishKind::kSum, 0, 3, TypeId::kHugeInt, 0}};
  expect_refused(p, "unknown accumulator");
  p = sound();
  p.sink.kind = SinkKind::kTopK;
  expect_refused(p, "top_k without a limit");
  p.sink.limit = 5;
  p.sink.sort_keys = {{42, false, false}};
  expect_refused(p, "sort key is undefined");
}

}  // namespace
}  // namespace trueno::kernel
