// What shaders look like, and which programs get none. Needs no device.
// TRUENO_UPDATE_GOLDEN=1 writes the files anew; read the difference before you commit it.
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "backend/webgpu/shader.h"
#include "backend/webgpu/tpch_programs.h"
#include "backend/webgpu/upload.h"

namespace trueno::backend::webgpu {
namespace {

using kernel::AccumulatorKind;
using kernel::Opcode;
using kernel::SinkKind;
using kernel::ValueId;

ShaderVariant variant_for(const kernel::Program& program, const Batch& batch, std::uint32_t slots) {
  ShaderVariant variant;
  for (std::size_t i = 0; i < batch.columns.size(); ++i) variant.columns.push_back(form_of(program, i, batch.columns[i]));
  variant.slots = slots;
  return variant;
}

void expect_golden(const std::string& name, const kernel::Program& program, const ShaderVariant& variant) {
  const auto shader = write_shader(program, variant);
  ASSERT_TRUE(shader.has_value()) << shader.error().detail;
  const std::string path = std::string(TRUENO_GOLDEN_WGSL) + "/" + name + ".wgsl";
  std::string text = "/*\n" + kernel::print(program) + "*/\n" + shader->wgsl;
  if (std::getenv("TRUENO_UPDATE_GOLDEN") != nullptr) std::ofstream(path) << text;
  std::ifstream file(path);
  const std::string held((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  EXPECT_EQ(text, held) << path;
}

TEST(Wgsl, TpchQuery6) {
  const tpch::Query q = tpch::query_6();
  expect_golden("tpch_q6", *q.program, variant_for(*q.program, q.batch, 1));
}

TEST(Wgsl, TpchQuery1) {
  const tpch::Query q = tpch::query_1();
  expect_golden("tpch_q1", *q.program, variant_for(*q.program, q.batch, 8));
}

TEST(Wgsl, CheckedSumsAndWideExtremes) {
  TestProgram t;
  const ValueId x = t.column(column_from(TypeId::kBigInt, {1, std::nullopt}), false);
  const ValueId sum = t.builder.emit(Opcode::kAdd, TypeId::kBigInt, {x, x});
  kernel::Sink& sink = t.builder.program().sink;
  sink.kind = SinkKind::kReduce;
  sink.accumulators = {{AccumulatorKind::kMin, sum}, {AccumulatorKind::kSumInteger, x}};
  const auto program = t.finish();
  expect_golden("checked_extreme", *program, variant_for(*program, t.batch, 1));
}

struct Refusal {
  std::string name;
  DeclineReason reason;
  std::function<void(TestProgram&)> make;
};

TEST(Wgsl, WhatHasNoShaderIsDeclinedWithAReason) {
  const auto reduce = [](TestProgram& t, AccumulatorKind kind, ValueId x) {
    kernel::Sink& sink = t.builder.program().sink;
    sink.kind = SinkKind::kReduce;
    sink.accumulators = {{kind, x}};
  };
  const std::vector<Value> texts = {Value::varchar("a"), Value::varchar("b")};
  const std::vector<Value> doubles = {Value::floating(1), Value::floating(2)};
  const Column text = column_of(TypeId::kVarchar, texts).value();
  const Column number = column_of(TypeId::kDouble, doubles).value();
  const Column integer = column_from(TypeId::kBigInt, {1, 2});
  const std::vector<Refusal> refusals = {
      {"sort", DeclineReason::kSink,
       [&](TestProgram& t) {
         t.builder.program().sink.kind = SinkKind::kSort;
         t.builder.program().sink.values = {t.column(integer)};
       }},
      {"texts that are handed out", DeclineReason::kStringOperation,
       [&](TestProgram& t) { t.builder.program().sink.values = {t.column(text)}; }},
      {"string column", DeclineReason::kStringOperation, [&](TestProgram& t) { reduce(t, AccumulatorKind::kCount, t.column(text)); }},
      {"least string", DeclineReason::kStringOperation,
       [&](TestProgram& t) { reduce(t, AccumulatorKind::kMin, t.column(coded({"a"}, {0}), true, true)); }},
      {"float sum of unknown bits", DeclineReason::kSink,
       [&](TestProgram& t) { reduce(t, AccumulatorKind::kSumFloat, t.column(number, false)); }},
      {"float product", DeclineReason::kInstruction,
       [&](TestProgram& t) {
         const ValueId x = t.column(number);
         reduce(t, AccumulatorKind::kMax, t.builder.emit(Opcode::kMultiply, TypeId::kDouble, {x, x}));
       }},
      {"host function", DeclineReason::kHostFunction,
       [&](TestProgram& t) {
         const ValueId x = t.column(integer);
         const kernel::HostCall call{"soundex", [](std::span<const kernel::Cell>, kernel::Cell&, Arena&) -> Status { return {}; }, false,
                                     false};
         reduce(t, AccumulatorKind::kCount, t.builder.host(call, TypeId::kBigInt, {x}));
       }},
      {"key without bounds", DeclineReason::kSink,
       [&](TestProgram& t) {
         const ValueId x = t.column(integer, false);
         reduce(t, AccumulatorKind::kCount, x);
         t.builder.program().sink.kind = SinkKind::kGroup;
         t.builder.program().sink.keys = {x};
       }},
  };
  for (const Refusal& refusal : refusals) {
    TestProgram t;
    refusal.make(t);
    const auto program = t.finish();
    ASSERT_TRUE(kernel::verify(*program).has_value()) << refusal.name;
    const auto shader = write_shader(*program, variant_for(*program, t.batch, 1));
    ASSERT_FALSE(shader.has_value()) << refusal.name;
    EXPECT_EQ(shader.error().reason, refusal.reason) << refusal.name << ": " << shader.error().detail;
    EXPECT_FALSE(shader.error().detail.empty()) << refusal.name;
  }
}

}  // namespace
}  // namespace trueno::backend::webgpu
