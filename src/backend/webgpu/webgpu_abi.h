#pragma once

#include <cstddef>
#include <cstdint>

// The part of the WebGPU C interface this backend calls, declared by us: a provider is found when the program runs, so the build needs no
// header of any. Layouts and numbers are those of the standard C interface; what a provider does differently is in its Dialect (api.h).
// Members that are always left at zero here (chains, samplers, texture views) keep their place and nothing more.
namespace trueno::backend::webgpu::abi {

// Opaque objects, reference counted by the provider.
using Instance = struct InstanceObject*;
using Adapter = struct AdapterObject*;
using Device = struct DeviceObject*;
using Queue = struct QueueObject*;
using Buffer = struct BufferObject*;
using ShaderModule = struct ShaderModuleObject*;
using ComputePipeline = struct ComputePipelineObject*;
using BindGroupLayout = struct BindGroupLayoutObject*;
using BindGroup = struct BindGroupObject*;
using CommandEncoder = struct CommandEncoderObject*;
using ComputePass = struct ComputePassObject*;
using CommandBuffer = struct CommandBufferObject*;

using Bool = std::uint32_t;
using Flags = std::uint64_t;

struct Chained {
  Chained* next = nullptr;
  std::uint32_t type = 0;
};
inline constexpr std::uint32_t kShaderSourceWgsl = 2;

/// Text that need not end in a zero byte.
struct StringView {
  const char* data = nullptr;
  std::size_t length = 0;
};

// Requests that answer later.
enum CallbackMode : std::uint32_t { kWaitAnyOnly = 1, kAllowProcessEvents = 2, kAllowSpontaneous = 3 };
struct Future {
  std::uint64_t id = 0;
};
struct FutureWait {
  Future future;
  Bool completed = 0;
};
enum WaitStatus : std::uint32_t { kWaitSuccess = 1, kWaitTimedOut = 2, kWaitError = 3 };
inline constexpr std::uint32_t kSuccess = 1;  // of every other status

// Instance.
struct InstanceDescriptor {
  Chained* next = nullptr;
  std::size_t feature_count = 0;
  const std::uint32_t* features = nullptr;
  const void* limits = nullptr;
};
inline constexpr std::uint32_t kTimedWaitAny = 1;
/// What Dawn had in 2025 in the place of InstanceDescriptor, of the same size.
struct InstanceDescriptor2025 {
  Chained* next = nullptr;
  Chained* capabilities_next = nullptr;
  Bool timed_wait_any = 0;
  std::size_t timed_wait_any_count = 0;
};
static_assert(sizeof(InstanceDescriptor) == 32 && sizeof(InstanceDescriptor2025) == 32);

// Adapter.
enum AdapterType : std::uint32_t { kDiscrete = 1, kIntegrated = 2, kCpu = 3, kUnknown = 4 };
enum BackendType : std::uint32_t { kBackendUndefined = 0, kBackendNull = 1, kBackendD3d12 = 4, kBackendMetal = 5, kBackendVulkan = 6 };
enum PowerPreference : std::uint32_t { kLowPower = 1, kHighPerformance = 2 };
inline constexpr std::uint32_t kCoreFeatureLevel = 2;

struct AdapterOptions {
  Chained* next = nullptr;
  std::uint32_t feature_level = kCoreFeatureLevel;
  std::uint32_t power = kHighPerformance;
  Bool force_fallback = 0;
  std::uint32_t backend = kBackendUndefined;
  void* surface = nullptr;
};
struct AdapterInfo {
  Chained* next = nullptr;
  StringView vendor;
  StringView architecture;
  StringView device;
  StringView description;
  std::uint32_t backend = 0;
  std::uint32_t type = 0;
  std::uint32_t vendor_id = 0;
  std::uint32_t device_id = 0;
  std::uint32_t subgroup_min = 0;
  std::uint32_t subgroup_max = 0;
};
struct Limits {
  Chained* next = nullptr;
  std::uint32_t textures[4] = {};
  std::uint32_t bind_groups = 0;
  std::uint32_t bind_groups_and_vertex_buffers = 0;
  std::uint32_t bindings_per_group = 0;
  std::uint32_t dynamic_uniform_buffers = 0;
  std::uint32_t dynamic_storage_buffers = 0;
  std::uint32_t sampled_textures = 0;
  std::uint32_t samplers = 0;
  std::uint32_t storage_buffers = 0;
  std::uint32_t storage_textures = 0;
  std::uint32_t uniform_buffers = 0;
  std::uint64_t uniform_binding_size = 0;
  std::uint64_t storage_binding_size = 0;
  std::uint32_t uniform_offset_alignment = 0;
  std::uint32_t storage_offset_alignment = 0;
  std::uint32_t vertex_buffers = 0;
  std::uint64_t buffer_size = 0;
  std::uint32_t vertex_attributes = 0;
  std::uint32_t vertex_stride = 0;
  std::uint32_t inter_stage_variables = 0;
  std::uint32_t color_attachments = 0;
  std::uint32_t color_bytes_per_sample = 0;
  std::uint32_t workgroup_storage_size = 0;
  std::uint32_t invocations_per_workgroup = 0;
  std::uint32_t workgroup_size_x = 0;
  std::uint32_t workgroup_size_y = 0;
  std::uint32_t workgroup_size_z = 0;
  std::uint32_t workgroups_per_dimension = 0;
  std::uint32_t immediate_size = 0;
};
static_assert(sizeof(Limits) == 152);

using AdapterCallback = void (*)(std::uint32_t status, Adapter adapter, StringView message, void* user1, void* user2);
using DeviceCallback = void (*)(std::uint32_t status, Device device, StringView message, void* user1, void* user2);
using LostCallback = void (*)(const Device* device, std::uint32_t reason, StringView message, void* user1, void* user2);
using ErrorCallback = void (*)(const Device* device, std::uint32_t type, StringView message, void* user1, void* user2);
using MapCallback = void (*)(std::uint32_t status, StringView message, void* user1, void* user2);
using ScopeCallback = void (*)(std::uint32_t status, std::uint32_t type, StringView message, void* user1, void* user2);

template <class Callback>
struct CallbackInfo {
  Chained* next = nullptr;
  std::uint32_t mode = 0;
  Callback callback = nullptr;
  void* user1 = nullptr;
  void* user2 = nullptr;
};
/// The one callback that has no mode.
struct ErrorCallbackInfo {
  Chained* next = nullptr;
  ErrorCallback callback = nullptr;
  void* user1 = nullptr;
  void* user2 = nullptr;
};

// Device.
enum LostReason : std::uint32_t { kLostUnknown = 1, kLostDestroyed = 2, kLostCallbackCancelled = 3, kLostFailedCreation = 4 };
enum ErrorFilter : std::uint32_t { kFilterValidation = 1, kFilterOutOfMemory = 2, kFilterInternal = 3 };
enum ErrorType : std::uint32_t { kNoError = 1, kValidationError = 2, kOutOfMemoryError = 3, kInternalError = 4, kUnknownError = 5 };

struct QueueDescriptor {
  Chained* next = nullptr;
  StringView label;
};
struct DeviceDescriptor {
  Chained* next = nullptr;
  StringView label;
  std::size_t feature_count = 0;
  const std::uint32_t* features = nullptr;
  const Limits* limits = nullptr;
  QueueDescriptor queue;
  CallbackInfo<LostCallback> lost;
  ErrorCallbackInfo error;
};

enum BufferUsage : std::uint64_t { kMapRead = 1, kMapWrite = 2, kCopySource = 4, kCopyTarget = 8, kUniform = 64, kStorage = 128 };
inline constexpr Flags kMapModeRead = 1;
inline constexpr Flags kMapModeWrite = 2;
struct BufferDescriptor {
  Chained* next = nullptr;
  StringView label;
  Flags usage = 0;
  std::uint64_t size = 0;
  Bool mapped = 0;
};
struct ShaderSource {
  Chained chain{nullptr, kShaderSourceWgsl};
  StringView code;
};
struct ShaderModuleDescriptor {
  Chained* next = nullptr;
  StringView label;
};
struct ComputePipelineDescriptor {
  Chained* next = nullptr;
  StringView label;
  void* layout = nullptr;
  Chained* stage_next = nullptr;
  ShaderModule module = nullptr;
  StringView entry_point;
  std::size_t constant_count = 0;
  const void* constants = nullptr;
};
struct BindGroupEntry {
  Chained* next = nullptr;
  std::uint32_t binding = 0;
  Buffer buffer = nullptr;
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
  void* sampler = nullptr;
  void* texture_view = nullptr;
};
struct BindGroupDescriptor {
  Chained* next = nullptr;
  StringView label;
  BindGroupLayout layout = nullptr;
  std::size_t entry_count = 0;
  const BindGroupEntry* entries = nullptr;
};
struct ComputePassDescriptor {
  Chained* next = nullptr;
  StringView label;
  const void* timestamps = nullptr;
};

}  // namespace trueno::backend::webgpu::abi
