#include "backend/webgpu/tpch_programs.h"

namespace trueno::backend {
namespace {

TEST_F(OnGpu, TpchQuery6) {
  const tpch::Query q = tpch::query_6();
  EXPECT_FALSE(expect_same(q.program, q.parameters, q.batch));
}

TEST_F(OnGpu, TpchQuery1) {
  const tpch::Query q = tpch::query_1();
  EXPECT_FALSE(expect_same(q.program, q.parameters, q.batch, 25'000));
}

}  // namespace
}  // namespace trueno::backend
