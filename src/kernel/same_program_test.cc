// What a backend prepared for a program serves another one only where both do the same.
#include "kernel/same_program.h"

#include <gtest/gtest.h>

#include "kernel/builder.h"

namespace trueno::kernel {
namespace {

Program reduction(std::int64_t constant) {
  Program program;
  program.source.columns = {{"a", TypeId::kInteger, 0}, {"b", TypeId::kInteger, 1}};
  Instruction column;
  column.op = Opcode::kColumn;
  column.type = TypeId::kInteger;
  column.range = Range::of(0, 100);
  Instruction number;
  number.op = Opcode::kConstant;
  number.type = TypeId::kInteger;
  program.constants = {Value::integer(constant)};
  Instruction less;
  less.op = Opcode::kLess;
  less.type = TypeId::kBoolean;
  less.args = {0, 1};
  Instruction filter;
  filter.op = Opcode::kFilter;
  filter.args = {2};
  program.instructions = {column, number, less, filter};
  program.sink.kind = SinkKind::kReduce;
  program.sink.accumulators = {{AccumulatorKind::kSumInteger, 0}, {AccumulatorKind::kCountRows}};
  Output sum;
  sum.kind = FinishKind::kSum;
  sum.count = 1;
  sum.type = TypeId::kHugeInt;
  program.sink.outputs = {sum};
  return program;
}

TEST(SameProgram, NamesPlacesAndEstimatesDoNotMatter) {
  const Program a = reduction(7);
  Program b = reduction(7);
  b.source.name = "another";
  b.source.estimated_rows = 12;
  b.source.columns[0].name = "x";
  b.instructions[2].span = {4, 9};
  b.sink.estimated_groups = 3;
  EXPECT_TRUE(same_program(a, a));
  EXPECT_TRUE(same_program(a, b));
}

TEST(SameProgram, EverythingElseDoes) {
  const Program a = reduction(7);
  EXPECT_FALSE(same_program(a, reduction(8)));
  const auto differs = [&](auto change) {
    Program b = reduction(7);
    change(b);
    return !same_program(a, b) && !same_program(b, a);
  };
  EXPECT_TRUE(differs([](Program& p) { p.source.columns[0].index = 2; }));
  EXPECT_TRUE(differs([](Program& p) { p.source.columns[1].type = TypeId::kBigInt; }));
  EXPECT_TRUE(differs([](Program& p) { p.source.columns[0].as_code = true; }));
  EXPECT_TRUE(differs([](Program& p) { p.instructions[2].op = Opcode::kLessEqual; }));
  EXPECT_TRUE(differs([](Program& p) { p.instructions[2].args = {1, 0}; }));
  EXPECT_TRUE(differs([](Program& p) { p.instructions[0].range = Range::of(0, 101); }));
  EXPECT_TRUE(differs([](Program& p) { p.instructions[0].range.proven = false; }));
  EXPECT_TRUE(differs([](Program& p) { p.instructions[0].verify_range = true; }));
  EXPECT_TRUE(differs([](Program& p) { p.instructions[2].active = 1; }));
  EXPECT_TRUE(differs([](Program& p) { p.instructions.pop_back(); }));
  EXPECT_TRUE(differs([](Program& p) { p.parameters.push_back({TypeId::kInteger, "$1"}); }));
  EXPECT_TRUE(differs([](Program& p) { p.tables.emplace_back(); }));
  EXPECT_TRUE(differs([](Program& p) { p.sink.kind = SinkKind::kGroup; }));
  EXPECT_TRUE(differs([](Program& p) { p.sink.accumulators[0].kind = AccumulatorKind::kMin; }));
  EXPECT_TRUE(differs([](Program& p) { p.sink.outputs[0].kind = FinishKind::kAverage; }));
  EXPECT_TRUE(differs([](Program& p) { p.sink.outputs[0].offset = 1; }));
  EXPECT_TRUE(differs([](Program& p) { p.sink.keys = {0}; }));
  EXPECT_TRUE(differs([](Program& p) { p.sink.limit = 5; }));
  EXPECT_TRUE(differs([](Program& p) { p.hosts.push_back({"f"}); }));  // also where both call it
}

}  // namespace
}  // namespace trueno::kernel
