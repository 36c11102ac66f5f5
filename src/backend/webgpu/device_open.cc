// From a library's path to a device, or to the reason why there is none.
#include <memory>

#include "backend/webgpu/device.h"

namespace trueno::backend::webgpu {

namespace {

// The answer of a request for an adapter or a device. On the heap, because a request that was given up may still answer.
template <class Object>
struct Delivery {
  std::atomic<bool> done = false;
  Object object = nullptr;
  std::string message;
};

template <class Object>
void deliver(std::uint32_t status, Object object, abi::StringView message, void* user, void*) {
  auto* to = static_cast<Delivery<Object>*>(user);
  if (status == abi::kSuccess) to->object = object;
  to->message = view(message);
  to->done = true;
}

std::string backend_name(std::uint32_t backend) {
  switch (backend) {
    case abi::kBackendNull: return "Null";
    case abi::kBackendD3d12: return "Direct3D 12";
    case abi::kBackendMetal: return "Metal";
    case abi::kBackendVulkan: return "Vulkan";
    default: return fmt::format("backend {}", backend);
  }
}

// On Linux only Vulkan will do: when it has no adapter, Dawn would hand out its Null backend, which answers every command with nothing.
constexpr std::uint32_t kWantedBackend =
#if defined(__linux__)
    abi::kBackendVulkan;
#else
    abi::kBackendUndefined;
#endif

}  // namespace

Status Device::request_adapter(ProviderReport& report) {
  abi::AdapterOptions options;
  options.backend = kWantedBackend;
  auto* delivery = new Delivery<abi::Adapter>;
  abi::CallbackInfo<abi::AdapterCallback> info;
  info.mode = callback_mode();
  info.callback = deliver<abi::Adapter>;
  info.user1 = delivery;
  TRUENO_TRY(wait(api_.InstanceRequestAdapter(instance_, &options, info), delivery->done));
  const std::unique_ptr<Delivery<abi::Adapter>> owned(delivery);
  adapter_ = delivery->object;
  if (adapter_ == nullptr) return error(ErrorCode::kDevice, "no adapter: {}", delivery->message);

  abi::AdapterInfo found;
  api_.AdapterGetInfo(adapter_, &found);
  report.adapter = view(found.device);
  report.driver = view(found.description);
  report.backend = backend_name(found.backend);
  report.software = found.type == abi::kCpu;
  const bool null = found.backend == abi::kBackendNull;
  api_.AdapterInfoFreeMembers(found);
  api_.AdapterGetLimits(adapter_, &limits_);
  limits_.next = nullptr;
  report.binding_bytes = limits_.storage_binding_size;
  report.buffer_bytes = limits_.buffer_size;
  report.workgroup_bytes = limits_.workgroup_storage_size;
  report.workgroup_threads = limits_.invocations_per_workgroup;
  if (null) return error(ErrorCode::kDevice, "the library only offers its Null backend, which computes nothing");
  software_ = report.software;
  return {};
}

Status Device::request_device() {
  abi::DeviceDescriptor descriptor;
  descriptor.limits = &limits_;  // all the adapter has
  descriptor.lost.mode = abi::kAllowSpontaneous;
  descriptor.lost.user1 = notes_;
  descriptor.lost.callback = [](const abi::Device*, std::uint32_t reason, abi::StringView message, void* user, void*) {
    if (reason == abi::kLostDestroyed || reason == abi::kLostCallbackCancelled) return;
    auto* notes = static_cast<Notes*>(user);
    notes->note(view(message));
    notes->lost = true;
  };
  descriptor.error.user1 = notes_;
  descriptor.error.callback = [](const abi::Device*, std::uint32_t, abi::StringView message, void* user, void*) {
    static_cast<Notes*>(user)->note(view(message));
  };
  auto* delivery = new Delivery<abi::Device>;
  abi::CallbackInfo<abi::DeviceCallback> info;
  info.mode = callback_mode();
  info.callback = deliver<abi::Device>;
  info.user1 = delivery;
  TRUENO_TRY(wait(api_.AdapterRequestDevice(adapter_, &descriptor, info), delivery->done));
  const std::unique_ptr<Delivery<abi::Device>> owned(delivery);
  device_ = delivery->object;
  if (device_ == nullptr) return error(ErrorCode::kDevice, "the adapter gave no device: {}", delivery->message);
  queue_ = api_.DeviceGetQueue(device_);
  return check();
}

Status Device::connect(bool software_allowed, ProviderReport& report) {
  const std::uint32_t timed = abi::kTimedWaitAny;
  abi::InstanceDescriptor standard;
  abi::InstanceDescriptor2025 older;
  older.timed_wait_any = 1;
  older.timed_wait_any_count = 8;
  if (api_.dialect.provider == Provider::kStandard) {
    standard.feature_count = 1;
    standard.features = &timed;
  }
  instance_ = api_.CreateInstance(api_.dialect.describes_instance ? static_cast<const void*>(&older) : &standard);
  if (instance_ == nullptr) return error(ErrorCode::kDevice, "the library gave no instance");
  TRUENO_TRY(request_adapter(report));
  if (software_ && !software_allowed) {
    return error(ErrorCode::kDevice, "only a software adapter ({}), which is slower than the CPU backends", report.adapter)
        .hint("SET gpu_adapter = 'software' uses it all the same");
  }
  return request_device();
}

Result<std::unique_ptr<Device>> Device::open(const DeviceOptions& options, ProviderReport& report) {
  report = {};
  std::string reasons;
  for (const std::string& path : library_candidates(options.library)) {
    report = {};
    report.library = path;
    Status status;
    Result<Api> api = options.load ? options.load(path) : load_api(path);
    const bool loaded = api.has_value();
    if (loaded) {
      report.provider = provider_name(api->dialect.provider);
      std::unique_ptr<Device> device(new Device(*api, options));
      status = device->connect(options.software_allowed, report);
      if (status) {
        report.usable = true;
        return device;
      }
    } else {
      status = std::move(api).error();
    }
    reasons += (reasons.empty() ? "" : "; ") + status.error().message();
    if (loaded) break;  // a provider that has no adapter for us: another would find the same machine
  }
  report.reason = reasons;
  return error(ErrorCode::kDevice, "no GPU: {}", reasons).hint("TRUENO_WEBGPU_LIBRARY names the WebGPU library to use");
}

// A device that did not answer stays: to destroy it is to wait for it. What it has noted outlives every device (see Notes).
Device::~Device() {
  for (Staging& staging : staging_) {
    if (staging.answer && !staging.answer->done) Answer::forsake(staging.answer);
  }
  staging_.clear();
  const LockGuard lock(mutex_);
  for (const GpuBuffer& buffer : free_) {
    api_.BufferDestroy(buffer.handle());
    api_.BufferRelease(buffer.handle());
  }
  if (unanswered_) return;
  for (const auto& [wgsl, pipeline] : pipelines_) {
    api_.BindGroupLayoutRelease(pipeline->layout);
    api_.ComputePipelineRelease(pipeline->handle);
  }
  if (queue_ != nullptr) api_.QueueRelease(queue_);
  if (device_ != nullptr) {
    api_.DeviceDestroy(device_);
    api_.DeviceRelease(device_);
  }
  if (adapter_ != nullptr) api_.AdapterRelease(adapter_);
  if (instance_ != nullptr) api_.InstanceRelease(instance_);
}

}  // namespace trueno::backend::webgpu
