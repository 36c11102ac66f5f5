// Finding providers and devices, and what happens when they refuse.
#include "backend/webgpu/device.h"

#include <set>

#include "backend/webgpu/test_support.h"

namespace trueno::backend::webgpu {
namespace {

Result<Api> api_with(const std::set<std::string>& missing) {
  return fill_api([&](const char* name) { return missing.contains(name) ? nullptr : reinterpret_cast<void*>(1); });
}

TEST(Provider, IsToldByTheSymbolsItHas) {
  EXPECT_EQ(api_with({})->dialect.provider, Provider::kWgpuNative);
  EXPECT_FALSE(api_with({})->dialect.waits_on_futures);
  EXPECT_EQ(api_with({"wgpuDevicePoll"})->dialect.provider, Provider::kStandard);
  const Result<Api> older = api_with({"wgpuDevicePoll", "wgpuGetInstanceFeatures"});
  EXPECT_EQ(older->dialect.provider, Provider::kDawn2025);
  EXPECT_TRUE(older->dialect.describes_instance);
}

TEST(Provider, WithoutAnEntryPointIsNone) {
  const Result<Api> api = api_with({"wgpuQueueSubmit"});
  ASSERT_FALSE(api.has_value());
  EXPECT_EQ(api.error().code(), ErrorCode::kDevice);
  EXPECT_NE(api.error().message().find("wgpuQueueSubmit"), std::string::npos);
}

TEST(Provider, ThatDoesNotExistIsAReason) {
  WebGpuOptions options;
  options.device.library = "/nowhere/libwebgpu.so";
  const Result<std::unique_ptr<Backend>> made = make_webgpu_backend(options);
  ASSERT_FALSE(made.has_value());
  EXPECT_EQ(made.error().code(), ErrorCode::kDevice);
  EXPECT_NE(made.error().message().find("/nowhere/libwebgpu.so"), std::string::npos);
  const ProviderReport report = webgpu_report(options.device);
  EXPECT_FALSE(report.usable);
  EXPECT_NE(report.reason.find("/nowhere/libwebgpu.so"), std::string::npos);
}

TEST(Provider, ThatIsAnotherLibraryIsAReason) {
  ProviderReport report;
  DeviceOptions options;
  options.library = "libm.so.6";
  EXPECT_FALSE(Device::open(options, report).has_value());
  EXPECT_NE(report.reason.find("is no WebGPU library"), std::string::npos) << report.reason;
}

TEST(Provider, IsLoadedOnlyForProgramsThatHaveAShader) {
  WebGpuOptions options;
  options.device.library = "/nowhere/libwebgpu.so";
  options.open_on_first_use = true;
  const std::unique_ptr<Backend> backend = make_webgpu_backend(options).value();
  TestProgram rows;
  rows.builder.program().sink.kind = kernel::SinkKind::kSort;
  rows.builder.program().sink.values = {rows.column(column_from(TypeId::kInteger, {1}))};
  EXPECT_EQ(backend->supports(*rows.finish()).reason, DeclineReason::kSink);
  TestProgram count;
  count.builder.program().sink.kind = kernel::SinkKind::kReduce;
  count.builder.program().sink.accumulators = {{kernel::AccumulatorKind::kCountRows, kernel::kNoValue}};
  const Support support = backend->supports(*count.finish());
  EXPECT_EQ(support.reason, DeclineReason::kNoDevice);
  EXPECT_NE(support.detail.find("/nowhere/libwebgpu.so"), std::string::npos);
}

class OnDevice : public testing::Test {
 protected:
  void SetUp() override {
    DeviceOptions options;
    options.software_allowed = true;
    Result<std::unique_ptr<Device>> opened = Device::open(options, report_);
    if (!opened) GTEST_SKIP() << opened.error().message();
    device_ = std::move(*opened);
  }
  std::unique_ptr<Device> device_;
  ProviderReport report_;
};

TEST_F(OnDevice, IsReported) {
  EXPECT_TRUE(report_.usable);
  EXPECT_FALSE(report_.adapter.empty());
  EXPECT_FALSE(report_.provider.empty());
  EXPECT_GE(report_.binding_bytes, 128u << 20);  // the least that WebGPU promises
  EXPECT_GE(report_.workgroup_threads, 256u);
  fmt::print("{} on {} ({}, {})\n", report_.provider, report_.adapter, report_.backend, report_.driver);
}

TEST_F(OnDevice, ASoftwareAdapterCountsAsNoneUnlessForced) {
  if (!report_.software) GTEST_SKIP() << report_.adapter << " is no software adapter";
  ProviderReport report;
  const Result<std::unique_ptr<Device>> opened = Device::open({}, report);
  ASSERT_FALSE(opened.has_value());
  EXPECT_TRUE(report.software);
  EXPECT_NE(report.reason.find("software adapter"), std::string::npos) << report.reason;
}

TEST_F(OnDevice, AMalformedShaderIsAnErrorWithTheCompilersWords) {
  const Result<const Pipeline*> bad = device_->pipeline("@compute @workgroup_size(1) fn main() { let x: u32 = true; }");
  ASSERT_FALSE(bad.has_value());
  EXPECT_EQ(bad.error().code(), ErrorCode::kDevice);
  EXPECT_GT(bad.error().message().size(), 50u) << bad.error().message();
  const Result<const Pipeline*> good = device_->pipeline("@compute @workgroup_size(1) fn main() {}");
  EXPECT_TRUE(good.has_value()) << (good ? "" : good.error().message());
}

TEST_F(OnDevice, AHugeBufferIsOutOfMemoryAndTheDeviceGoesOn) {
  const Result<GpuBuffer> huge = device_->buffer(std::uint64_t{1} << 60, abi::kStorage);
  ASSERT_FALSE(huge.has_value());
  EXPECT_EQ(huge.error().code(), ErrorCode::kOutOfMemory);
  const GpuBuffer buffer = device_->buffer(64, abi::kStorage | abi::kCopySource | abi::kCopyTarget).value();
  const std::vector<std::uint32_t> words = {1, 2, 3, 0xFFFFFFFF};
  ASSERT_TRUE(device_->write(buffer, words.data(), 16).has_value());
  EXPECT_EQ(device_->read(buffer, 4).value(), words);
}

TEST_F(OnDevice, ReturnedBuffersAreUsedAgain) {
  const abi::Flags usage = abi::kStorage | abi::kCopyTarget;
  abi::Buffer first = nullptr;
  {
    const GpuBuffer buffer = device_->buffer(5000, usage).value();
    first = buffer.handle();
  }
  EXPECT_EQ(device_->buffer(6000, usage)->handle(), first);  // both are 8192 bytes
}

}  // namespace
}  // namespace trueno::backend::webgpu
