#include "backend/simd/strand.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <memory>

#include "backend/simd/vector.h"
#include "kernel/builder.h"

namespace trueno::backend::simd {
namespace {

using kernel::AccumulatorKind;
using kernel::Opcode;
using kernel::ValueId;

class Strands : public testing::Test {
 protected:
  ValueId column(int index) { return builder_.column({"c", TypeId::kBigInt, index, false}, kernel::Range::of(0, i128{1} << 40), false); }
  void filter(ValueId value) {
    const ValueId zero = builder_.constant(Value(TypeId::kBigInt, i128{0}));
    builder_.filter(builder_.emit(Opcode::kGreater, TypeId::kBoolean, {value, zero}));
  }
  CompiledProgram reduce(std::initializer_list<kernel::Accumulator> accumulators) {
    builder_.program().sink.kind = kernel::SinkKind::kReduce;
    builder_.program().sink.accumulators = accumulators;
    return compile_program(std::make_shared<const kernel::Program>(std::move(builder_).finish()), *routines_for("portable"));
  }
  static int columns_of(const Strand& strand) {
    int columns = 0;
    for (const Step& step : strand.steps) columns += step.kind == StepKind::kColumn || step.kind == StepKind::kSummedColumn ? 1 : 0;
    return columns;
  }

  kernel::Builder builder_;
};

using Indices = std::vector<std::size_t>;

TEST_F(Strands, SumsThatShareNoColumnRunApart) {
  const ValueId a = column(0);
  const ValueId b = column(1);
  const ValueId twice = builder_.emit(Opcode::kAdd, TypeId::kBigInt, {a, a});
  const CompiledProgram program =
      reduce({{AccumulatorKind::kSumInteger, b}, {AccumulatorKind::kSumInteger, a}, {AccumulatorKind::kSumInteger, twice}});
  ASSERT_EQ(program.strands.size(), 2U);
  EXPECT_EQ(program.strands[0].accumulators, (Indices{1, 2}));
  EXPECT_EQ(program.strands[1].accumulators, (Indices{0}));
  EXPECT_EQ(columns_of(program.strands[0]), 1);
}

TEST_F(Strands, AnOperationOverTwoColumnsKeepsThemTogether) {
  const ValueId sum = builder_.emit(Opcode::kAdd, TypeId::kBigInt, {column(0), column(1)});
  const CompiledProgram program = reduce({{AccumulatorKind::kSumInteger, sum}, {AccumulatorKind::kSumInteger, column(0)}});
  ASSERT_EQ(program.strands.size(), 1U);
  EXPECT_EQ(program.strands[0].accumulators, (Indices{0, 1}));
}

TEST_F(Strands, ASharedConstantDoesNotBindColumns) {
  const ValueId one = builder_.constant(Value(TypeId::kBigInt, i128{1}));
  const ValueId a = builder_.emit(Opcode::kAdd, TypeId::kBigInt, {column(0), one});
  const ValueId b = builder_.emit(Opcode::kAdd, TypeId::kBigInt, {column(1), one});
  EXPECT_EQ(reduce({{AccumulatorKind::kSumInteger, a}, {AccumulatorKind::kSumInteger, b}}).strands.size(), 2U);
}

TEST_F(Strands, CountingRowsNeedsNoStep) {
  const CompiledProgram program = reduce({{AccumulatorKind::kCountRows, kernel::kNoValue}});
  ASSERT_EQ(program.strands.size(), 1U);
  EXPECT_EQ(program.strands[0].accumulators, (Indices{0}));
}

TEST_F(Strands, AreCutAfterAFilterOfTwoColumns) {
  filter(column(0));
  filter(column(1));
  const CompiledProgram program = reduce({{AccumulatorKind::kSumInteger, column(2)}, {AccumulatorKind::kSumInteger, column(3)}});
  ASSERT_EQ(program.strands.size(), 3U);
  EXPECT_TRUE(program.strands[0].filters);
  EXPECT_EQ(columns_of(program.strands[0]), 2);
  EXPECT_TRUE(program.strands[0].accumulators.empty());
  for (const std::size_t i : {1U, 2U}) {
    EXPECT_TRUE(program.strands[i].filtered);
    EXPECT_FALSE(program.strands[i].filters);
    EXPECT_EQ(columns_of(program.strands[i]), 1);
  }
}

TEST_F(Strands, AColumnThatIsReadAfterItsFilterStaysWithIt) {
  filter(column(0));
  filter(column(1));
  const CompiledProgram program = reduce({{AccumulatorKind::kSumInteger, column(1)}, {AccumulatorKind::kSumInteger, column(2)}});
  EXPECT_EQ(program.strands.size(), 1U);
}

TEST_F(Strands, ManyRegistersMakeShortChunks) {
  ValueId sum = column(0);
  const CompiledProgram narrow = reduce({{AccumulatorKind::kSumInteger, sum}});
  builder_ = kernel::Builder();
  sum = column(0);
  for (int i = 1; i < 10; ++i) sum = builder_.emit(Opcode::kBitXor, TypeId::kBigInt, {sum, column(i)});
  const CompiledProgram wide = reduce({{AccumulatorKind::kSumInteger, sum}});
  EXPECT_LT(wide.strands[0].chunk_rows, narrow.strands[0].chunk_rows);
  EXPECT_LE(narrow.strands[0].chunk_rows, static_cast<std::int64_t>(kChunkRows));
}

}  // namespace
}  // namespace trueno::backend::simd
