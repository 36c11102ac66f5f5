#include "session/diagnosis.h"

#include <algorithm>
#include <cstdlib>

#include "session/database.h"
#include "storage/arrow_module.h"

#ifndef __wasm__
#include <unistd.h>

#include <filesystem>
#include <system_error>
#include <thread>

#include "backend/webgpu/webgpu_backend.h"
#endif

namespace trueno::session {

namespace {

std::string instruction_sets() {
  std::string found;
#if defined(__x86_64__) || defined(__i386__)
  const auto add = [&](bool has, std::string_view name) {
    if (has) found += fmt::format("{}{}", found.empty() ? "" : ", ", name);
  };
  add(__builtin_cpu_supports("sse4.2"), "SSE4.2");
  add(__builtin_cpu_supports("avx2"), "AVX2");
  add(__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw"), "AVX-512");
#elif defined(__aarch64__)
  found = "NEON";
#elif defined(__wasm_simd128__)
  found = "SIMD128";
#endif
  return found.empty() ? "none that is used" : found;
}

Finding processor() {
#ifdef __wasm__
  const unsigned cores = 1;
#else
  const unsigned cores = std::max(1u, std::thread::hardware_concurrency());
#endif
  return {
      "processor", Health::kGood, fmt::format("{} core{}, vector instructions: {}", cores, cores == 1 ? "" : "s", instruction_sets()), {}};
}

Finding arrow() {
  const auto module = load_arrow_module();
  if (module) return {"Arrow module", Health::kGood, "loaded: Parquet and Arrow files can be read and written", {}};
  return {"Arrow module", Health::kBroken, module.error().message(), module.error().hint()};
}

#ifndef __wasm__
// What was measured of a GPU, and what follows.
Finding gpu_rates(const Database& database, const backend::webgpu::ProviderReport& report) {
  const auto& devices = database.devices().list();
  const auto device = std::ranges::find_if(devices, [&](const auto& d) {
    return d->profile().kind == backend::DeviceKind::kWebGpu && d->profile().software == report.software;
  });
  if (device == devices.end()) return {"GPU rates", Health::kAbsent, "there is no such device", {}};
  const auto rates = database.devices().kept_rates((*device)->profile().name, backend::webgpu_identity(report));
  constexpr std::string_view kMeasure = "SELECT * FROM trueno_calibrate() measures; or it is done once a GPU could have saved enough";
  if (!rates) return {"GPU rates", Health::kGood, "not measured yet", std::string(kMeasure)};
  constexpr double kGigabyte = 1000;  // of bytes a microsecond
  std::string verdict = "slower than the CPU: for tests only";
  if (!report.software) verdict = fmt::format("worth it for pipelines that take the CPU longer than about {:.0f} us", rates->fixed_us);
  return {"GPU rates",
          Health::kGood,
          fmt::format("{:.0f} us a pipeline, memory {:.0f} GB/s, to the device {:.1f} GB/s, back {:.1f} GB/s, {:.0f} ms to compile: {}",
                      rates->fixed_us, rates->scan_bytes_per_us / kGigabyte, rates->link_bytes_per_us / kGigabyte,
                      rates->read_bytes_per_us / kGigabyte, rates->compile_us / 1000, verdict),
          {}};
}
#endif

// Opens a device for a moment: what is found is what a query would find.
std::vector<Finding> web_gpu([[maybe_unused]] const Database& database, [[maybe_unused]] const Settings& settings) {
#ifdef __wasm__
  return {{"WebGPU", Health::kAbsent, "this build has no WebGPU backend: queries run on the CPU", {}}};
#else
  backend::webgpu::DeviceOptions options;
  options.software_allowed = settings.text("gpu_adapter") == "software";
  const backend::webgpu::ProviderReport report = backend::webgpu_report(options);
  if (!report.usable) return {{"WebGPU", Health::kAbsent, report.reason, "queries run on the CPU; TRUENO_WEBGPU_LIBRARY names a library"}};
  constexpr double kGiB = 1 << 30;
  return {
      {"WebGPU", Health::kGood, fmt::format("{} by {} over {} ({})", report.adapter, report.provider, report.backend, report.library), {}},
      {"GPU adapter",
       Health::kGood,
       fmt::format("{}, driver {}; buffers to {:.1f} GiB, bound to {:.1f} GiB, workgroups of {} threads and {} KiB",
                   report.software ? "software: a CPU that plays a GPU" : "hardware", report.driver,
                   static_cast<double>(report.buffer_bytes) / kGiB, static_cast<double>(report.binding_bytes) / kGiB,
                   report.workgroup_threads, report.workgroup_bytes / 1024),
       {}},
      gpu_rates(database, report)};
#endif
}

Finding temporary_files() {
#ifdef __wasm__
  return {"temporary files", Health::kAbsent, "WebAssembly has no local files", {}};
#else
  std::error_code failure;
  const std::filesystem::path folder = std::filesystem::temp_directory_path(failure);
  if (failure) return {"temporary files", Health::kBroken, failure.message(), "set TMPDIR to a folder that can be written"};
  if (::access(folder.c_str(), W_OK) != 0)
    return {"temporary files", Health::kBroken, fmt::format("{} cannot be written", folder.string()), "set TMPDIR to another folder"};
  const std::filesystem::space_info space = std::filesystem::space(folder, failure);
  if (failure) return {"temporary files", Health::kBroken, fmt::format("{}: {}", folder.string(), failure.message()), {}};
  return {"temporary files",
          Health::kGood,
          fmt::format("{}, {:.1f} GiB free", folder.string(), static_cast<double>(space.available) / (1 << 30)),
          {}};
#endif
}

Finding changed_settings(const Settings& settings) {
  std::string changed;
  for (const Setting& setting : all_settings()) {
    const std::string value = settings.text(setting.name);
    if (value != setting.initial) changed += fmt::format("{}{} = {}", changed.empty() ? "" : ", ", setting.name, value);
  }
  return {"settings", Health::kGood, changed.empty() ? "all as they come" : changed, {}};
}

}  // namespace

std::vector<Finding> diagnose(const Database& database, const Settings& settings) {
  std::vector<Finding> findings = {processor()};
  for (const auto& device : database.devices().list()) {
    if (device->profile().kind == backend::DeviceKind::kWebGpu) continue;  // below
    findings.push_back({fmt::format("device {}", device->profile().name), Health::kGood, device->profile().description, {}});
  }
  findings.push_back(arrow());
  for (Finding& finding : web_gpu(database, settings)) findings.push_back(std::move(finding));
  findings.push_back(temporary_files());
  findings.push_back(changed_settings(settings));
  return findings;
}

}  // namespace trueno::session
