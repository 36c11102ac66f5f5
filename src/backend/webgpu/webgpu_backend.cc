#include "backend/webgpu/webgpu_backend.h"

#include <algorithm>
#include <atomic>
#include <list>
#include <optional>

#include "backend/webgpu/webgpu_kernel.h"
#include "kernel/same_program.h"

namespace trueno::backend {

namespace {

using webgpu::Device;
using webgpu::ProviderReport;

DeviceProfile profile_of(const ProviderReport* report, bool software_allowed) {
  DeviceProfile profile;
  profile.name = software_allowed ? "webgpu software" : "webgpu";
  profile.software = software_allowed;
  profile.kind = DeviceKind::kWebGpu;
  profile.parallelism = 1;  // one queue: a second worker would only wait
  // Guesses until a device is measured. Uploads go through the queue's own staging, which runs far below the bus.
  const bool software = report != nullptr && report->software;
  profile.description = report == nullptr ? "not opened yet" : fmt::format("{}, {}", report->adapter, report->provider);
  profile.fixed_us = software ? 1000 : 100;
  profile.scan_bytes_per_us = software ? 1000 : 500'000;
  profile.instruction_ns = software ? 2 : 0.002;
  profile.group_ns = software ? 20 : 0.01;
  profile.link_bytes_per_us = software ? 2000 : 1500;
  profile.memory_bytes = 0;
  profile.launch_rows = std::int64_t{1} << 27;
  return profile;
}

class WebGpuBackend final : public Backend {
 public:
  explicit WebGpuBackend(WebGpuOptions options)
      : options_(std::move(options)), unopened_(profile_of(nullptr, options_.device.software_allowed)) {}

  const DeviceProfile& profile() const override { return usable_ ? opened_ : unopened_; }

  Support supports(const kernel::Program& program) const override {
    if (prepared(program)) return {};
    webgpu::ShaderVariant plain;
    plain.columns.resize(program.source.columns.size());
    const auto shader = webgpu::write_shader(program, plain);
    if (!shader) return {shader.error().reason, shader.error().detail};
    const Status opened = open();
    return opened ? Support{} : Support{DeclineReason::kNoDevice, opened.error().message()};
  }

  Task<Result<std::shared_ptr<const Kernel>>> prepare(std::shared_ptr<const kernel::Program> program) override {
    co_return prepare_now(std::move(program));
  }
  Task<Result<std::shared_ptr<const JoinTable>>> build(const kernel::JoinTable& table, Batch rows) override {
    co_return webgpu::WebGpuJoinTable::make(table, std::move(rows));
  }

  /// Loads the library and makes a device, once; a failure is remembered.
  Status open() const {
    const LockGuard lock(mutex_);
    if (device_) return {};
    if (!failure_) {
      ProviderReport report;
      Result<std::unique_ptr<Device>> device = Device::open(options_.device, report);
      if (device) {
        opened_ = profile_of(&report, options_.device.software_allowed);
        device_ = std::move(*device);
        residency_ = std::make_shared<webgpu::Residency>(*device_);
        usable_ = true;
        return {};
      }
      failure_ = std::move(device).error();
    }
    return *failure_;
  }

 private:
  Result<std::shared_ptr<const Kernel>> prepare_now(std::shared_ptr<const kernel::Program> program) {
    TRUENO_TRY(open());
    if (std::shared_ptr<const Kernel> known = prepared(*program)) return known;
    auto kernel = std::make_shared<webgpu::WebGpuKernel>(program, device_, residency_);
    TRUENO_TRY(kernel->warm());
    const LockGuard lock(mutex_);
    if (kernels_.size() == kMostKernels) kernels_.pop_back();
    kernels_.emplace_front(std::move(program), kernel);
    return std::shared_ptr<const Kernel>(std::move(kernel));
  }

  /// The kernel of an earlier program that does the same: writing a shader's text takes longer than many a query. Null: there is none.
  std::shared_ptr<const Kernel> prepared(const kernel::Program& program) const {
    const LockGuard lock(mutex_);
    const auto found = std::ranges::find_if(kernels_, [&](const auto& known) { return kernel::same_program(*known.first, program); });
    if (found == kernels_.end()) return nullptr;
    kernels_.splice(kernels_.begin(), kernels_, found);
    return found->second;
  }

  WebGpuOptions options_;
  DeviceProfile unopened_;
  mutable Mutex mutex_;  // of the members below; opened_ is written once, before usable_ is set
  mutable DeviceProfile opened_;
  mutable std::shared_ptr<Device> device_;
  mutable std::shared_ptr<webgpu::Residency> residency_;  // after the device, which it gives its memory back to
  static constexpr std::size_t kMostKernels = 256;
  mutable std::list<std::pair<std::shared_ptr<const kernel::Program>, std::shared_ptr<const Kernel>>> kernels_;  // most recently used first
  mutable std::optional<Error> failure_;
  mutable std::atomic<bool> usable_ = false;
};

}  // namespace

Result<std::unique_ptr<Backend>> make_webgpu_backend(const WebGpuOptions& options) {
  auto made = std::make_unique<WebGpuBackend>(options);
  if (!options.open_on_first_use) TRUENO_TRY(made->open());
  return std::unique_ptr<Backend>(std::move(made));
}

ProviderReport webgpu_report(const webgpu::DeviceOptions& options) {
  ProviderReport report;
  static_cast<void>(Device::open(options, report));
  return report;
}

}  // namespace trueno::backend
