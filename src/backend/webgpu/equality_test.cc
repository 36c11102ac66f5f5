// Programs whose partial tables on the GPU are those of the scalar backend, byte for byte. Without a library or adapter they are skipped.
#include "backend/webgpu/test_support.h"

namespace trueno::backend {
namespace {

using kernel::Accumulator;
using kernel::AccumulatorKind;
using kernel::Opcode;
using kernel::SinkKind;
using kernel::ValueId;

TEST_F(OnGpu, SumsAndCountsOfNothing) {
  TestProgram t;
  const ValueId x = t.column(column_from(TypeId::kInteger, {}), false);
  kernel::Sink& sink = t.builder.program().sink;
  sink.kind = SinkKind::kReduce;
  sink.accumulators = {{AccumulatorKind::kCountRows, kernel::kNoValue}, {AccumulatorKind::kSumInteger, x}, {AccumulatorKind::kMin, x}};
  EXPECT_FALSE(expect_same(t.finish(), {}, t.batch));
}

TEST_F(OnGpu, FilterAndSumWithNulls) {
  TestProgram t;
  const ValueId x = t.column(column_from(TypeId::kInteger, {1, -7, std::nullopt, INT32_MIN, INT32_MAX, 12}));
  const ValueId y = t.column(column_from(TypeId::kBigInt, {INT64_MAX, INT64_MAX, 5, INT64_MIN, std::nullopt, -1}), false);
  const ValueId limit = t.builder.parameter(TypeId::kInteger, "$1", nullptr, 0);
  t.builder.filter(t.builder.emit(Opcode::kLessEqual, TypeId::kBoolean, {x, limit}));
  kernel::Sink& sink = t.builder.program().sink;
  sink.kind = SinkKind::kReduce;
  sink.accumulators = {{AccumulatorKind::kCountRows, kernel::kNoValue},
                       {AccumulatorKind::kCount, y},
                       {AccumulatorKind::kSumInteger, y},
                       {AccumulatorKind::kSumInteger, x},
                       {AccumulatorKind::kMin, y},
                       {AccumulatorKind::kMax, x}};
  const auto program = t.finish();
  EXPECT_FALSE(expect_same(program, {Value::integer(12)}, t.batch));
  EXPECT_FALSE(expect_same(program, {Value::integer(12)}, t.batch, 1));
}

TEST_F(OnGpu, RowsAreCountedWithoutColumns) {
  TestProgram t;
  t.batch.length = 100'003;
  kernel::Sink& sink = t.builder.program().sink;
  sink.kind = SinkKind::kReduce;
  sink.accumulators = {{AccumulatorKind::kCountRows, kernel::kNoValue}};
  EXPECT_FALSE(expect_same(t.finish(), {}, t.batch));
}

}  // namespace
}  // namespace trueno::backend
