#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "backend/webgpu/webgpu_abi.h"
#include "base/result.h"

namespace trueno::backend::webgpu {

/// The entry points a provider must have: X(name, result, arguments...). A provider that lacks one is no provider.
#define TRUENO_WEBGPU_FUNCTIONS(X)                                                                                                      \
  X(CreateInstance, abi::Instance, const void*)                                                                                         \
  X(InstanceRequestAdapter, abi::Future, abi::Instance, const abi::AdapterOptions*, abi::CallbackInfo<abi::AdapterCallback>)            \
  X(InstanceProcessEvents, void, abi::Instance)                                                                                         \
  X(InstanceWaitAny, std::uint32_t, abi::Instance, std::size_t, abi::FutureWait*, std::uint64_t)                                        \
  X(AdapterGetLimits, std::uint32_t, abi::Adapter, abi::Limits*)                                                                        \
  X(AdapterGetInfo, std::uint32_t, abi::Adapter, abi::AdapterInfo*)                                                                     \
  X(AdapterInfoFreeMembers, void, abi::AdapterInfo)                                                                                     \
  X(AdapterRequestDevice, abi::Future, abi::Adapter, const abi::DeviceDescriptor*, abi::CallbackInfo<abi::DeviceCallback>)              \
  X(DeviceGetQueue, abi::Queue, abi::Device)                                                                                            \
  X(DeviceCreateBuffer, abi::Buffer, abi::Device, const abi::BufferDescriptor*)                                                         \
  X(DeviceCreateShaderModule, abi::ShaderModule, abi::Device, const abi::ShaderModuleDescriptor*)                                       \
  X(DeviceCreateComputePipeline, abi::ComputePipeline, abi::Device, const abi::ComputePipelineDescriptor*)                              \
  X(DevicePushErrorScope, void, abi::Device, std::uint32_t)                                                                             \
  X(DevicePopErrorScope, abi::Future, abi::Device, abi::CallbackInfo<abi::ScopeCallback>)                                               \
  X(ComputePipelineGetBindGroupLayout, abi::BindGroupLayout, abi::ComputePipeline, std::uint32_t)                                       \
  X(DeviceCreateBindGroup, abi::BindGroup, abi::Device, const abi::BindGroupDescriptor*)                                                \
  X(DeviceCreateCommandEncoder, abi::CommandEncoder, abi::Device, const void*)                                                          \
  X(CommandEncoderBeginComputePass, abi::ComputePass, abi::CommandEncoder, const abi::ComputePassDescriptor*)                           \
  X(ComputePassEncoderSetPipeline, void, abi::ComputePass, abi::ComputePipeline)                                                        \
  X(ComputePassEncoderSetBindGroup, void, abi::ComputePass, std::uint32_t, abi::BindGroup, std::size_t, const std::uint32_t*)           \
  X(ComputePassEncoderDispatchWorkgroups, void, abi::ComputePass, std::uint32_t, std::uint32_t, std::uint32_t)                          \
  X(ComputePassEncoderEnd, void, abi::ComputePass)                                                                                      \
  X(CommandEncoderCopyBufferToBuffer, void, abi::CommandEncoder, abi::Buffer, std::uint64_t, abi::Buffer, std::uint64_t, std::uint64_t) \
  X(CommandEncoderClearBuffer, void, abi::CommandEncoder, abi::Buffer, std::uint64_t, std::uint64_t)                                    \
  X(CommandEncoderFinish, abi::CommandBuffer, abi::CommandEncoder, const void*)                                                         \
  X(QueueSubmit, void, abi::Queue, std::size_t, const abi::CommandBuffer*)                                                              \
  X(QueueWriteBuffer, void, abi::Queue, abi::Buffer, std::uint64_t, const void*, std::size_t)                                           \
  X(BufferMapAsync, abi::Future, abi::Buffer, abi::Flags, std::size_t, std::size_t, abi::CallbackInfo<abi::MapCallback>)                \
  X(BufferGetConstMappedRange, const void*, abi::Buffer, std::size_t, std::size_t)                                                      \
  X(BufferGetMappedRange, void*, abi::Buffer, std::size_t, std::size_t)                                                                 \
  X(BufferUnmap, void, abi::Buffer)                                                                                                     \
  X(BufferDestroy, void, abi::Buffer)                                                                                                   \
  X(BufferRelease, void, abi::Buffer)                                                                                                   \
  X(ShaderModuleRelease, void, abi::ShaderModule)                                                                                       \
  X(BindGroupRelease, void, abi::BindGroup)                                                                                             \
  X(ComputePassEncoderRelease, void, abi::ComputePass)                                                                                  \
  X(CommandEncoderRelease, void, abi::CommandEncoder)                                                                                   \
  X(CommandBufferRelease, void, abi::CommandBuffer)                                                                                     \
  X(BindGroupLayoutRelease, void, abi::BindGroupLayout)                                                                                 \
  X(ComputePipelineRelease, void, abi::ComputePipeline)                                                                                 \
  X(QueueRelease, void, abi::Queue)                                                                                                     \
  X(DeviceDestroy, void, abi::Device)                                                                                                   \
  X(DeviceRelease, void, abi::Device)                                                                                                   \
  X(AdapterRelease, void, abi::Adapter)                                                                                                 \
  X(InstanceRelease, void, abi::Instance)

/// Which of the C interface's builds a library is. They differ in numbers, in one struct and in how one waits.
enum class Provider : std::uint8_t {
  kStandard,    // the frozen header: Dawn of 2026 and later
  kDawn2025,    // before the numbers were frozen
  kWgpuNative,  // standard numbers; no waiting on futures, only polling the device
};
[[nodiscard]] std::string_view provider_name(Provider provider);

/// What differs between providers, found by the symbols a library has and never by a version text.
struct Dialect {
  Provider provider = Provider::kStandard;
  bool waits_on_futures = true;     // else: DevicePoll until the callback came
  bool describes_instance = false;  // the instance descriptor is InstanceDescriptor2025
  bool zeroes_tables = true;        // workgroup memory starts as zeros, as WGSL promises; seen broken: wgpu-native 29 on NVIDIA's driver
};

/// Finds an entry point ("wgpuCreateInstance") or gives null.
using FindFunction = std::function<void*(const char* name)>;

/// The entry points of one provider. Filled once, then read by many threads.
struct Api {
#define TRUENO_WEBGPU_MEMBER(name, result, ...) result (*name)(__VA_ARGS__) = nullptr;
  TRUENO_WEBGPU_FUNCTIONS(TRUENO_WEBGPU_MEMBER)
#undef TRUENO_WEBGPU_MEMBER
  abi::Bool (*DevicePoll)(abi::Device, abi::Bool wait, const std::uint64_t* submission) = nullptr;  // wgpu-native only
  Dialect dialect;
};

/// The table from any source of addresses: a shared library, a `wgpuGetProcAddress`, a test. kDevice with the first missing name.
[[nodiscard]] Result<Api> fill_api(const FindFunction& find);

/// Loads a library and fills the table. The library stays loaded until the process ends. kDevice when there is none.
[[nodiscard]] Result<Api> load_api(const std::string& path);

/// The libraries to try, best first: `chosen` alone when not empty, else TRUENO_WEBGPU_LIBRARY alone when set, else the build's default
/// path, then the names providers install themselves under.
[[nodiscard]] std::vector<std::string> library_candidates(const std::string& chosen);

[[nodiscard]] inline std::string_view view(abi::StringView text) {
  return text.data == nullptr ? std::string_view{} : std::string_view(text.data, text.length);
}
[[nodiscard]] inline abi::StringView view(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace trueno::backend::webgpu
