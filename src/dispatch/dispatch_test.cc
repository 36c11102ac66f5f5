// Placement: the least predicted time, forced devices, refusals, what earlier runs teach.
#include <gtest/gtest.h>

#include <cmath>

#include "dispatch/devices.h"

namespace trueno::dispatch {
namespace {

class FakeDevice final : public backend::Backend {
 public:
  FakeDevice(std::string name, backend::DeviceKind kind) {
    profile_.name = std::move(name);
    profile_.kind = kind;
    profile_.own_memory = kind == backend::DeviceKind::kWebGpu;
  }
  const backend::DeviceProfile& profile() const override { return profile_; }
  backend::Support supports(const kernel::Program&) const override {
    ++asked;
    return support;
  }
  Status open() const override {
    ++opened;
    return opens ? Status() : Status(error(ErrorCode::kDevice, "no adapter"));
  }
  bool is_open() const override { return !lost; }
  bool is_prepared(const kernel::Program&) const override { return prepared; }
  std::int64_t missing_bytes(const kernel::Program&, const backend::RowsName&, std::span<const std::int64_t>) const override {
    return missing;
  }
  Task<Result<std::shared_ptr<const backend::Kernel>>> prepare(std::shared_ptr<const kernel::Program>) override {
    co_return error(ErrorCode::kInternal, "placement does not compile");
  }
  Task<Result<std::shared_ptr<const backend::JoinTable>>> build(const kernel::JoinTable&, Batch, const Parallel&) override {
    co_return error(ErrorCode::kInternal, "not run");
  }

  backend::Support support;
  bool opens = true;
  bool lost = false;
  bool prepared = true;
  std::int64_t missing = 0;
  mutable std::atomic<int> asked = 0;
  mutable std::atomic<int> opened = 0;

 private:
  backend::DeviceProfile profile_;
};

Rates rates_of(double fixed_us, double simple_ns) {
  Rates rates;
  rates.measured = true;
  rates.fixed_us = fixed_us;
  rates.scan_bytes_per_us = 1e9;
  rates.decode_bytes_per_us = 1e9;
  rates.row_ns[static_cast<std::size_t>(CostKind::kSimple)] = simple_ns;
  rates.row_ns[static_cast<std::size_t>(CostKind::kGroup)] = 5 * simple_ns;
  return rates;
}

class DispatchTest : public testing::Test {
 protected:
  DispatchTest() {
    program_.instructions.resize(1);
    program_.instructions[0].op = kernel::Opcode::kNot;
    program_.source.columns.resize(1);
    devices_.set_rates(0, rates_of(0, 100));
    devices_.set_rates(1, rates_of(50, 1));
    name_.all = name_.content = "table 1 version 1";
    name_.columns = {"table 1 version 1,0"};
  }
  Job job(std::int64_t rows) {
    Job job;
    job.program = &program_;
    job.rows = rows;
    job.bytes = rows < 0 ? -1 : rows * 8;
    return job;
  }
  Result<Decision> place(std::int64_t rows, const Request& request) { return devices_.choose(job(rows), name_, {rows * 8}, request); }
  // Places a pipeline and tells that it took as long as `measured_us`.
  Decision run(std::int64_t rows, const Request& request, double measured_us) {
    Decision decision = place(rows, request).value();
    devices_.learn(program_, name_, decision, {measured_us, 0, 0, rows}, request);
    return decision;
  }
  // 100 us, then a hundredth of a nanosecond a row; moving 1,000 bytes a microsecond.
  void gpu_is_ready() {
    Rates rates = rates_of(100, 0.01);
    rates.link_bytes_per_us = 1000;
    rates.read_bytes_per_us = 1000;
    rates.compile_us = 50'000;
    devices_.set_rates(2, rates);
  }

  std::shared_ptr<FakeDevice> slow_ = std::make_shared<FakeDevice>("scalar", backend::DeviceKind::kScalar);
  std::shared_ptr<FakeDevice> fast_ = std::make_shared<FakeDevice>("simd", backend::DeviceKind::kSimd);
  std::shared_ptr<FakeDevice> gpu_ = std::make_shared<FakeDevice>("webgpu", backend::DeviceKind::kWebGpu);
  Devices devices_{{slow_, fast_, gpu_}};
  kernel::Program program_;
  backend::RowsName name_;
};

Request unlearned(Policy policy) {
  Request request = policy;
  request.learning = false;
  return request;
}

TEST_F(DispatchTest, FewRowsGoWhereNothingIsPaidFirst) {
  const auto decision = place(10, Policy::kCost);
  ASSERT_TRUE(decision);
  EXPECT_EQ(decision->device, 0u);
  EXPECT_EQ(decision->reason, "least predicted time");
  ASSERT_EQ(decision->bids.size(), 3u);
  EXPECT_LT(decision->bids[0].predicted_us, decision->bids[1].predicted_us);
}

TEST_F(DispatchTest, ManyRowsGoWhereARowIsCheap) {
  const auto decision = place(1'000'000, Policy::kCost);
  ASSERT_TRUE(decision);
  EXPECT_EQ(decision->device, 1u);
  EXPECT_NEAR(decision->predicted_us, 50 + 1000, 1);
}

TEST_F(DispatchTest, UnknownSizesArePlacedAsLargeOnes) {
  const auto decision = devices_.choose(job(-1), {}, {}, Policy::kCost);
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
  EXPECT_EQ(place(10, Policy::kGpu)->device, 2u);
  gpu_->support = {backend::DeclineReason::kHostFunction, "host function upper"};
  const auto replaced = place(10, Policy::kGpu);
  EXPECT_EQ(replaced->device, 0u);
  EXPECT_EQ(replaced->gpu_refusal, "webgpu declined: host function upper");
  EXPECT_EQ(replaced->reason, "the GPU was asked for, but webgpu declined: host function upper");
  Request required = Policy::kGpu;
  required.gpu_required = true;
  const auto refused = place(10, required);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::kDevice);

  Devices without({slow_, fast_});
  EXPECT_EQ(without.choose(job(10), name_, {80}, Policy::kGpu)->gpu_refusal, "there is none");
}

TEST_F(DispatchTest, GroupingCosts) {
  const double plain = place(1000, Policy::kScalar)->predicted_us;
  program_.sink.kind = kernel::SinkKind::kGroup;
  EXPECT_GT(place(1000, Policy::kScalar)->predicted_us, plain);
}

TEST_F(DispatchTest, AReadyGpuIsChosenWhereItIsFastest) {
  gpu_is_ready();
  const auto large = place(10'000'000, unlearned(Policy::kCost));  // 200 us and 10,050
  EXPECT_EQ(large->device, 2u);
  EXPECT_NEAR(large->predicted_us, 200, 1);
  EXPECT_EQ(place(1000, unlearned(Policy::kCost))->device, 1u);  // 100 us and 51
}

TEST_F(DispatchTest, RowsThatAreNotThereCostTheirWay) {
  gpu_is_ready();
  gpu_->missing = 80'000'000;  // 80 ms
  const auto decision = place(10'000'000, unlearned(Policy::kCost));
  EXPECT_EQ(decision->device, 1u);
  EXPECT_NEAR(decision->bids[2].cost.transfer, 80'000, 1);
  gpu_->missing = 0;
  gpu_->prepared = false;
  EXPECT_NEAR(place(10'000'000, unlearned(Policy::kCost))->bids[2].cost.compile, 50'000, 1);
}

TEST_F(DispatchTest, WhatIsLostForWantOfRowsPaysForMovingThem) {
  gpu_is_ready();
  gpu_->missing = 80'000'000;
  int runs = 0;
  while (runs < 20 && run(10'000'000, Policy::kCost, 10'050).device == 1u) ++runs;
  EXPECT_EQ(runs, 8);  // 9.85 ms are lost each time: after eight, 1.2 ms of 80 are left to pay
  gpu_->missing = 0;
  EXPECT_EQ(run(10'000'000, Policy::kCost, 200).device, 2u);
  gpu_->missing = 80'000'000;
  EXPECT_EQ(run(10'000'000, Policy::kCost, 10'050).device, 1u);  // paid, and given up since: it begins anew
}

TEST_F(DispatchTest, RunsCorrectTheRateOfALink) {
  gpu_is_ready();
  gpu_->missing = 5'000'000;  // 5 ms at the rate that was measured: 5.2 in all, and 10.05 on the CPU
  EXPECT_EQ(place(10'000'000, Policy::kCost)->device, 2u);
  for (int i = 0; i < 3; ++i) {
    const Decision decision = place(10'000'000, Policy::kGpu).value();
    devices_.learn(program_, name_, decision, {50'200, 50'000, 5'000'000, 10'000'000}, Policy::kGpu);
  }
  const auto decision = place(10'000'000, Policy::kCost);
  EXPECT_EQ(decision->device, 1u);
  EXPECT_NEAR(decision->bids[2].cost.transfer, 50'000, 100);
  EXPECT_EQ(place(10'000'000, unlearned(Policy::kCost))->device, 2u);
}

TEST_F(DispatchTest, RunsCorrectPredictions) {
  gpu_is_ready();
  for (int i = 0; i < 5; ++i) run(10'000'000, Policy::kCost, 40'000);  // not the 200 us that were thought
  EXPECT_EQ(place(10'000'000, Policy::kCost)->device, 1u);
  EXPECT_NEAR(place(10'000'000, Policy::kGpu)->predicted_us, 40'000, 1);
  EXPECT_EQ(place(10'000'000, unlearned(Policy::kCost))->device, 2u);
}

TEST_F(DispatchTest, RunsThatMoveLittleCorrectPredictions) {
  gpu_is_ready();
  for (int i = 0; i < 5; ++i) {
    const Decision decision = place(10'000'000, Policy::kGpu).value();
    devices_.learn(program_, name_, decision, {40'300, 300, 4'000'000, 10'000'000}, Policy::kGpu);
  }
  EXPECT_NEAR(place(10'000'000, Policy::kGpu)->predicted_us, 40'000, 1);
  EXPECT_EQ(place(10'000'000, Policy::kCost)->device, 1u);
}

TEST_F(DispatchTest, RunsTellHowManyRowsGoOut) {
  program_.instructions.emplace_back().op = kernel::Opcode::kFilter;
  program_.sink.kind = kernel::SinkKind::kBuild;
  program_.sink.keys = {0};
  Rates rates = rates_of(100, 0.01);
  rates.row_ns[static_cast<std::size_t>(CostKind::kEmit)] = 1000;  // all rows would come back over the bus
  devices_.set_rates(2, rates);
  const Decision first = place(10'000'000, Policy::kCost).value();
  EXPECT_EQ(first.device, 1u);
  EXPECT_GT(first.bids[2].predicted_us, 1'000'000);  // of what a filter lets through on average
  devices_.learn(program_, name_, first, {20'000, 0, 0, 10'000'000, 1000}, Policy::kCost);
  const Decision second = place(10'000'000, Policy::kCost).value();
  EXPECT_EQ(second.device, 2u);
  EXPECT_NEAR(second.predicted_us, 100 + 1000 + 200, 1);
  EXPECT_EQ(place(10'000'000, unlearned(Policy::kCost))->device, 1u);
}

TEST_F(DispatchTest, OneRunInAHundredTriesTheRunnerUp) {
  gpu_is_ready();
  int others = 0;
  for (int i = 0; i < 300; ++i) others += run(100'000, unlearned(Policy::kCost), 101).device == 2u ? 0 : 1;
  EXPECT_EQ(others, 0);  // 101 us and 150
  for (int i = 0; i < 300; ++i) others += run(100'000, Policy::kCost, i % 100 == 99 ? 150 : 101).device == 2u ? 0 : 1;
  EXPECT_EQ(others, 3);
}

TEST_F(DispatchTest, AGpuIsOpenedOnceItsWorth) {
  gpu_->opens = false;
  EXPECT_EQ(gpu_->opened, 0);
  for (int i = 0; i < 10; ++i) run(1'000'000, Policy::kCost, 1050);  // could gain less than 5 ms
  EXPECT_EQ(gpu_->opened, 0);
  const auto closed = run(100'000'000, Policy::kCost, 100'050);
  EXPECT_NE(closed.bids[2].support.detail.find("not opened"), std::string::npos);
  for (int i = 0; i < 10; ++i) run(100'000'000, Policy::kCost, 100'050);
  devices_.settle();
  EXPECT_EQ(gpu_->opened, 1);
  EXPECT_EQ(gpu_->asked, 0);
  const auto failed = run(100'000'000, Policy::kCost, 100'050);
  EXPECT_EQ(failed.device, 1u);
  EXPECT_EQ(failed.bids[2].support.detail, "no adapter");
}

TEST_F(DispatchTest, EveryDecisionIsLogged) {
  run(10, Policy::kCost, 3);
  run(1'000'000, Policy::kSimd, 1000);
  const std::vector<LoggedDecision> log = devices_.decisions();
  ASSERT_EQ(log.size(), 2u);
  EXPECT_EQ(log[0].device, "scalar");
  EXPECT_EQ(log[1].number, 2);
  EXPECT_EQ(log[1].outcome.measured_us, 1000);
  EXPECT_EQ(log[1].sink, kernel::SinkKind::kEmit);
  EXPECT_EQ(log[1].reason, "forced by the setting backend");
}

TEST_F(DispatchTest, TheRuleOfFiveKeepsScansOffTheGpu) {
  gpu_is_ready();
  EXPECT_EQ(place(10'000'000, Policy::kIntensity)->device, 1u);  // 100 us of computing, 80 ms of moving
  Rates busy = rates_of(100, 100);
  busy.link_bytes_per_us = 1000;
  devices_.set_rates(2, busy);
  EXPECT_EQ(place(10'000'000, Policy::kIntensity)->device, 2u);  // a second of computing
  EXPECT_EQ(place(1'000'000, Policy::kIntensity)->device, 1u);   // but only 8 MB
}

TEST_F(DispatchTest, WhyNoGpuMayRunItIsItsBid) {
  gpu_is_ready();
  Request request = unlearned(Policy::kCost);
  request.no_gpu = "only the first rows are wanted";
  const auto decision = place(10'000'000, request);
  EXPECT_EQ(decision->device, 1u);
  EXPECT_EQ(decision->bids[2].support.detail, "only the first rows are wanted");
  EXPECT_EQ(gpu_->asked, 0);
}

TEST_F(DispatchTest, AGpuThatIsLostThreeTimesInARowCountsAsNone) {
  gpu_is_ready();
  gpu_->lost = true;
  for (int i = 0; i < 2; ++i) devices_.report_failure(2, program_, error(ErrorCode::kDevice, "gone"));
  EXPECT_EQ(place(10'000'000, unlearned(Policy::kCost))->device, 2u);
  devices_.report_failure(2, program_, error(ErrorCode::kDevice, "gone"));
  const auto decision = place(10'000'000, unlearned(Policy::kCost));
  EXPECT_EQ(decision->device, 1u);
  EXPECT_NE(decision->bids[2].support.detail.find("failed 3 times in a row, the last time: gone"), std::string::npos);
}

TEST_F(DispatchTest, AProgramThatAGpuCouldNotRunIsNotSentThereAgainAtOnce) {
  gpu_is_ready();
  devices_.report_failure(2, program_, error(ErrorCode::kOutOfMemory, "no room"));
  const Request request = Policy::kCost;
  EXPECT_EQ(place(10'000'000, request)->device, 1u);
  EXPECT_EQ(place(10'000'000, request)->bids[2].support.detail, "no room");
  int tried = 0;
  for (int i = 0; i < 64; ++i) tried += place(10'000'000, request)->device == 2u ? 1 : 0;
  EXPECT_EQ(tried, 1);
  EXPECT_EQ(place(10'000'000, Policy::kGpu)->device, 2u);
}

TEST(Rates, SurviveBeingWritten) {
  Rates rates = rates_of(12.5, 0.25);
  rates.workers = 16;
  const std::optional<Rates> read = parse_rates(print(rates));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->fixed_us, 12.5);
  EXPECT_EQ(read->workers, 16);
  EXPECT_EQ(read->row_ns, rates.row_ns);
  EXPECT_TRUE(read->measured);
  EXPECT_FALSE(parse_rates(""));
  EXPECT_FALSE(parse_rates(print(rates).substr(0, 60)));
  std::string negative = print(rates);
  negative.replace(negative.find("12.5"), 4, "-2.5");
  EXPECT_FALSE(parse_rates(negative));
}

TEST(Rates, FewerWorkersTakeLonger) {
  Rates rates = rates_of(0, 1);
  rates.workers = 8;
  Work work;
  work.rows = 1e6;
  work.parts = 8;
  work.times[static_cast<std::size_t>(CostKind::kSimple)] = 1;
  EXPECT_NEAR(predict(rates, work, 0, true, 8).compute, 1000, 1e-6);
  EXPECT_NEAR(predict(rates, work, 0, true, 2).compute, 4000, 1e-6);
  work.parts = 1;  // nothing for the others to do
  EXPECT_NEAR(predict(rates, work, 0, true, 8).compute, 8000, 1e-6);
}

}  // namespace
}  // namespace trueno::dispatch
