// Placement: cheapest eligible device, forced devices, refusals.
#include "dispatch/dispatch.h"

#include <gtest/gtest.h>

namespace trueno::dispatch {
namespace {

class FakeDevice final : public backend::Backend {
 public:
  FakeDevice(std::string name, backend::DeviceKind kind, double fixed_us, double instruction_ns) {
    profile_.name = std::move(name);
    profile_.kind = kind;
    profile_.fixed_us = fixed_us;
    profile_.instruction_ns = instruction_ns;
  }
  const backend::DeviceProfile& profile() const override { return profile_; }
  backend::Support supports(const kernel::Program&) const override { return support; }
  Task<Result<std::shared_ptr<const backend::Kernel>>> prepare(std::shared_ptr<const kernel::Program>) override {
    co_return error(ErrorCode::kInternal, "placement does not compile");
  }
  Task<Result<std::shared_ptr<const backend::JoinTable>>> build(const kernel::JoinTable&, Batch) override {
    co_return error(ErrorCode::kInternal, "not run");
  }

  backend::Support support;

 private:
  backend::DeviceProfile profile_;
};

class DispatchTest : public testing::Test {
 protected:
  DispatchTest() {
    program_.instructions.resize(3);
    program_.source.columns.resize(1);
  }
  Result<Decision> place(std::int64_t rows, Policy policy) { return choose(devices_, program_, rows, rows * 8, policy); }

  std::shared_ptr<FakeDevice> slow_ = std::make_shared<FakeDevice>("scalar", backend::DeviceKind::kScalar, 0, 100);
  std::shared_ptr<FakeDevice> fast_ = std::make_shared<FakeDevice>("simd", backend::DeviceKind::kSimd, 50, 1);
  std::vector<std::shared_ptr<backend::Backend>> devices_ = {slow_, fast_};
  kernel::Program program_;
};

TEST_F(DispatchTest, FewRowsGoWhereNothingIsPaidFirst) {
  const auto decision = place(10, Policy::kCost);
  ASSERT_TRUE(decision);
  EXPECT_EQ(decision->device, 0u);
  EXPECT_EQ(decision->reason, "least predicted time");
  ASSERT_EQ(decision->bids.size(), 2u);
  EXPECT_LT(decision->bids[0].predicted_us, decision->bids[1].predicted_us);
}

TEST_F(DispatchTest, ManyRowsGoWhereARowIsCheap) {
  const auto decision = place(1'000'000, Policy::kCost);
  ASSERT_TRUE(decision);
  EXPECT_EQ(decision->device, 1u);
  EXPECT_GT(decision->predicted_us, 50);
}

TEST_F(DispatchTest, UnknownSizesArePlacedAsLargeOnes) {
  const auto decision = choose(devices_, program_, -1, -1, Policy::kCost);
  ASSERT_TRUE(decision);
  EXPECT_EQ(decision->device, 1u);
}

TEST_F(DispatchTest, ADeviceThatDeclinesIsPassedOver) {
  fast_->support = {backend::DeclineReason::kHostFunction, "host function reverse"};
  const auto decision = place(1'000'000, Policy::kCost);
  ASSERT_TRUE(decision);
  EXPECT_EQ(decision->device, 0u);
  EXPECT_EQ(decision->bids[1].support.detail, "host function reverse");
}

TEST_F(DispatchTest, ASettingForcesADeviceOrSaysWhyNot) {
  EXPECT_EQ(place(1'000'000, Policy::kScalar)->device, 0u);
  EXPECT_EQ(place(10, Policy::kSimd)->reason, "forced by the setting backend");
  fast_->support = {backend::DeclineReason::kType, "type UUID"};
  const auto refused = place(10, Policy::kSimd);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::kNotSupported);
  EXPECT_NE(refused.error().message().find("simd declined: type UUID"), std::string::npos);
}

TEST_F(DispatchTest, AGpuThatCannotRunItIsReplacedAloudOrRefused) {
  const auto missing = place(10, Policy::kGpu);
  ASSERT_TRUE(missing);
  EXPECT_EQ(missing->device, 0u);
  EXPECT_EQ(missing->gpu_refusal, "there is none");
  EXPECT_EQ(missing->reason, "the GPU was asked for, but there is none");
  const auto gpu = std::make_shared<FakeDevice>("webgpu", backend::DeviceKind::kWebGpu, 0, 0.001);
  devices_.push_back(gpu);
  EXPECT_EQ(place(10, Policy::kGpu)->device, 2u);
  EXPECT_EQ(place(10, Policy::kCost)->device, 0u);  // nothing is known of it yet
  gpu->support = {backend::DeclineReason::kHostFunction, "host function upper"};
  EXPECT_EQ(place(10, Policy::kGpu)->gpu_refusal, "webgpu declined: host function upper");
  Request required = Policy::kGpu;
  required.gpu_required = true;
  const auto refused = choose(devices_, program_, 10, 80, required);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::kDevice);
}

TEST_F(DispatchTest, GroupingCosts) {
  const double plain = place(1000, Policy::kScalar)->predicted_us;
  program_.sink.kind = kernel::SinkKind::kGroup;
  EXPECT_GT(place(1000, Policy::kScalar)->predicted_us, plain);
}

}  // namespace
}  // namespace trueno::dispatch
