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
  profile.description = report == nullptr ? "not opened yet" : fmt::format("{}, {}", report->adapter, report->provider);
  if (report != nullptr) profile.identity = webgpu_identity(*report);
  profile.own_memory = true;
  profile.launch_rows = std::int64_t{1} << 27;
  return profile;
}

class WebGpuBackend final : public Backend {
 public:
  explicit WebGpuBackend(WebGpuOptions options)
      : options_(std::move(options)), unopened_(profile_of(nullptr, options_.device.software_allowed)) {}

  const DeviceProfile& profile() const override { return usable_ ? opened_ : unopened_; }

  Support supports(const kernel::Program& program) const override {
    if (const std::optional<Support> known = answered(program)) return *known;
    Support support = examine(program);
    remember(program, support);
    return support;
  }

  bool is_prepared(const kernel::Program& program) const override {
    const std::shared_ptr<const webgpu::WebGpuKernel> kernel = prepared(program);
    return kernel != nullptr && kernel->has_run();
  }

  std::int64_t missing_bytes(const kernel::Program& program, const RowsName& name,
                             std::span<const std::int64_t> column_bytes) const override {
    std::int64_t missing = 0;
    const std::shared_ptr<webgpu::Residency> residency = [&] {
      const LockGuard lock(mutex_);
      return residency_;
    }();
    for (std::size_t i = 0; i < column_bytes.size(); ++i) {
      if (!webgpu::is_read(program, i)) continue;
      std::int64_t wanted = column_bytes[i];
      if (webgpu::form_of(program, i, {}) == webgpu::ColumnForm::kNarrow) wanted /= 2;
      if (residency != nullptr && i < name.columns.size()) {
        const LockGuard lock(residency->columns.mutex);
        const auto there = static_cast<std::int64_t>(residency->columns.bytes_of(webgpu::name_in_form(program, i, name.columns[i])));
        // What a column takes is an estimate; what is nearly all there is there.
        constexpr std::int64_t kNearlyAll = 16;
        wanted = there >= wanted - wanted / kNearlyAll ? 0 : wanted - there;
      }
      missing += wanted;
    }
    return missing;
  }

  bool is_open() const override {
    const LockGuard lock(mutex_);
    return device_ && !device_->failed();
  }

  Task<Result<std::shared_ptr<const Kernel>>> prepare(std::shared_ptr<const kernel::Program> program) override {
    co_return prepare_now(program);
  }
  Task<Result<std::shared_ptr<const JoinTable>>> build(const kernel::JoinTable& table, Batch rows, const Parallel& parallel) override {
    co_return webgpu::WebGpuJoinTable::make(table, std::move(rows), parallel);
  }

  /// Loads the library and makes a device, once; a failure is remembered.
  Status open() const override {
    const LockGuard lock(mutex_);
    if (device_ && device_->failed()) close();
    if (device_) return {};
    if (!failure_) {
      ProviderReport report;
      Result<std::unique_ptr<Device>> device = Device::open(options_.device, report);
      if (device) {
        if (!usable_) opened_ = profile_of(&report, options_.device.software_allowed);
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
  // What was said or made of a program.
  struct Known {
    std::shared_ptr<const kernel::Program> program;
    std::optional<Support> support;
    std::shared_ptr<const webgpu::WebGpuKernel> kernel;
  };

  Support examine(const kernel::Program& program) const {
    webgpu::ShaderVariant plain;
    plain.columns.resize(program.source.columns.size());
    const auto shader = webgpu::write_shader(program, plain);
    if (!shader) return {shader.error().reason, shader.error().detail};
    const Status opened = open();
    return opened ? Support{} : Support{DeclineReason::kNoDevice, opened.error().message()};
  }

  /// A device that failed goes, and all that lies on it; runs that still hold it keep it alive. Under the mutex.
  void close() const {
    for (Known& known : known_) known.kernel = nullptr;
    residency_ = nullptr;
    device_ = nullptr;
  }

  Result<std::shared_ptr<const Kernel>> prepare_now(const std::shared_ptr<const kernel::Program>& program) {
    TRUENO_TRY(open());
    if (std::shared_ptr<const Kernel> known = prepared(*program)) return known;
    const auto [device, residency] = [&] {
      const LockGuard lock(mutex_);
      return std::pair(device_, residency_);
    }();
    auto kernel = std::make_shared<webgpu::WebGpuKernel>(program, device, residency);
    TRUENO_TRY(kernel->warm());
    const LockGuard lock(mutex_);
    if (device == device_) known(program).kernel = kernel;
    return std::shared_ptr<const Kernel>(std::move(kernel));
  }

  /// The kernel of an earlier program that does the same: writing a shader's text takes longer than many a query. Null: there is none.
  std::shared_ptr<const webgpu::WebGpuKernel> prepared(const kernel::Program& program) const {
    const LockGuard lock(mutex_);
    const Known* found = find(program);
    return found == nullptr ? nullptr : found->kernel;
  }

  /// The answer that `supports` gave to an earlier program that does the same.
  std::optional<Support> answered(const kernel::Program& program) const {
    const LockGuard lock(mutex_);
    const Known* found = find(program);
    if (found == nullptr) return std::nullopt;
    return found->kernel != nullptr ? Support{} : found->support;
  }

  void remember(const kernel::Program& program, const Support& support) const {
    // What calls the host is like no other program; a device that is not there may be once.
    if (support.reason == DeclineReason::kHostFunction || support.reason == DeclineReason::kNoDevice) return;
    const LockGuard lock(mutex_);
    known(std::make_shared<const kernel::Program>(program)).support = support;
  }

  // Both: under the mutex.
  Known* find(const kernel::Program& program) const {
    const auto found = std::ranges::find_if(known_, [&](const Known& known) { return kernel::same_program(*known.program, program); });
    if (found == known_.end()) return nullptr;
    known_.splice(known_.begin(), known_, found);
    return &known_.front();
  }
  Known& known(const std::shared_ptr<const kernel::Program>& program) const {
    if (Known* found = find(*program)) return *found;
    if (known_.size() == kMostKnown) known_.pop_back();
    known_.push_front({program, std::nullopt, nullptr});
    return known_.front();
  }

  WebGpuOptions options_;
  DeviceProfile unopened_;
  mutable Mutex mutex_;  // of the members below; opened_ is written once, before usable_ is set
  mutable DeviceProfile opened_;
  mutable std::shared_ptr<Device> device_;
  mutable std::shared_ptr<webgpu::Residency> residency_;  // after the device, which it gives its memory back to
  static constexpr std::size_t kMostKnown = 512;
  mutable std::list<Known> known_;  // most recently used first
  mutable std::optional<Error> failure_;
  mutable std::atomic<bool> usable_ = false;
};

}  // namespace

Result<std::unique_ptr<Backend>> make_webgpu_backend(const WebGpuOptions& options) {
  auto made = std::make_unique<WebGpuBackend>(options);
  if (!options.open_on_first_use) TRUENO_TRY(made->open());
  return std::unique_ptr<Backend>(std::move(made));
}

std::string webgpu_identity(const ProviderReport& report) {
  return fmt::format("{}, {}, {}, {}", report.adapter, report.driver, report.provider, report.backend);
}

ProviderReport webgpu_report(const webgpu::DeviceOptions& options) {
  ProviderReport report;
  static_cast<void>(Device::open(options, report));
  return report;
}

}  // namespace trueno::backend
