#include "faulty_provider.h"

#include <atomic>
#include <chrono>
#include <thread>

namespace trueno::test {

namespace {

namespace abi = backend::webgpu::abi;
using backend::webgpu::Api;

Api real;
std::atomic<Fault> armed = Fault::kNone;
std::atomic<std::int64_t> left = 0;  // steps until it fails
std::atomic<bool> happened = false;
std::atomic<std::int64_t> live = 0;  // buffers
std::atomic<std::int64_t> instances = 0;
abi::DeviceDescriptor current;  // of the device that was made last: whom to tell that it is lost

// Whether this step of a kind is the one.
bool fails(Fault kind) {
  if (armed == kind && left.fetch_sub(1) == 1) {
    happened = true;
    return true;
  }
  return false;
}

void maybe_lose() {
  if (!fails(Fault::kLost)) return;
  constexpr std::uint32_t kUnknownReason = 1;
  static constexpr std::string_view kMessage = "a test pulled it out";
  current.lost.callback(nullptr, kUnknownReason, backend::webgpu::view(kMessage), current.lost.user1, current.lost.user2);
}

constexpr std::uint64_t kNoFuture = 0xFA11ED;

abi::Instance create_instance(const void* descriptor) {
  ++instances;
  return real.CreateInstance(descriptor);
}

void release_instance(abi::Instance instance) {
  --instances;
  real.InstanceRelease(instance);
}

abi::Future request_adapter(abi::Instance instance, const abi::AdapterOptions* options, abi::CallbackInfo<abi::AdapterCallback> info) {
  if (!fails(Fault::kAdapter)) return real.InstanceRequestAdapter(instance, options, info);
  constexpr std::uint32_t kUnavailable = 3;
  info.callback(kUnavailable, nullptr, backend::webgpu::view(std::string_view("a test hides it")), info.user1, info.user2);
  return {};
}

abi::Future request_device(abi::Adapter adapter, const abi::DeviceDescriptor* descriptor, abi::CallbackInfo<abi::DeviceCallback> info) {
  current = *descriptor;
  return real.AdapterRequestDevice(adapter, descriptor, info);
}

abi::Buffer create_buffer(abi::Device device, const abi::BufferDescriptor* descriptor) {
  maybe_lose();
  if (fails(Fault::kAllocation)) return nullptr;
  abi::Buffer buffer = real.DeviceCreateBuffer(device, descriptor);
  if (buffer != nullptr) ++live;
  return buffer;
}

void release_buffer(abi::Buffer buffer) {
  --live;
  real.BufferRelease(buffer);
}

abi::ShaderModule create_shader(abi::Device device, const abi::ShaderModuleDescriptor* descriptor) {
  maybe_lose();
  return fails(Fault::kCompile) ? nullptr : real.DeviceCreateShaderModule(device, descriptor);
}

abi::Future map(abi::Buffer buffer, abi::Flags mode, std::size_t offset, std::size_t size, abi::CallbackInfo<abi::MapCallback> info) {
  maybe_lose();
  if (fails(Fault::kTimeout)) return {kNoFuture};
  if (!fails(Fault::kMap)) return real.BufferMapAsync(buffer, mode, offset, size, info);
  constexpr std::uint32_t kError = 4;
  info.callback(kError, backend::webgpu::view(std::string_view("a test refuses")), info.user1, info.user2);
  return {};
}

std::uint32_t wait_any(abi::Instance instance, std::size_t count, abi::FutureWait* waits, std::uint64_t timeout_ns) {
  if (count == 1 && waits->future.id == kNoFuture) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return abi::kWaitTimedOut;
  }
  return real.InstanceWaitAny(instance, count, waits, timeout_ns);
}

abi::CommandBuffer finish(abi::CommandEncoder encoder, const void* descriptor) {
  maybe_lose();
  abi::CommandBuffer finished = real.CommandEncoderFinish(encoder, descriptor);
  if (!fails(Fault::kSubmit)) return finished;
  if (finished != nullptr) real.CommandBufferRelease(finished);
  return nullptr;
}

}  // namespace

std::string_view name_of(Fault fault) {
  switch (fault) {
    case Fault::kNone: return "none";
    case Fault::kAllocation: return "allocation";
    case Fault::kCompile: return "compile";
    case Fault::kMap: return "map";
    case Fault::kTimeout: return "timeout";
    case Fault::kSubmit: return "submit";
    case Fault::kLost: return "lost";
    case Fault::kAdapter: return "adapter";
  }
  return "?";
}

namespace faulty_provider {

Result<Api> load(const std::string& path) {
  real = TRUENO_TRY(backend::webgpu::load_api(path));
  Api api = real;
  api.CreateInstance = create_instance;
  api.InstanceRelease = release_instance;
  api.InstanceRequestAdapter = request_adapter;
  api.AdapterRequestDevice = request_device;
  api.DeviceCreateBuffer = create_buffer;
  api.BufferRelease = release_buffer;
  api.DeviceCreateShaderModule = create_shader;
  api.BufferMapAsync = map;
  api.InstanceWaitAny = wait_any;
  api.CommandEncoderFinish = finish;
  return api;
}

void arm(Fault fault, std::int64_t k) {
  happened = false;
  left = k;
  armed = fault;
}

bool disarm() {
  armed = Fault::kNone;
  return happened;
}

std::int64_t live_buffers() { return live; }

std::int64_t live_instances() { return instances; }

}  // namespace faulty_provider

}  // namespace trueno::test
