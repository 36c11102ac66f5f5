// What moving bytes to a GPU and asking it costs on this machine, by every path that the WebGPU backend has: rates to and from the device
// by size, the latency of submissions, compiling. As a Markdown page on standard output.
//
// usage: trueno_bench_transfer [--software] [--repeat 11] [--most 1024]     (MiB moved at most; --software takes a CPU that plays a GPU)
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "backend/webgpu/device.h"
#include "backend/webgpu/host_loop.h"

namespace {

using trueno::Result;
using trueno::Status;
using trueno::backend::webgpu::Command;
using trueno::backend::webgpu::Device;
using trueno::backend::webgpu::DeviceOptions;
using trueno::backend::webgpu::GpuBuffer;
using trueno::backend::webgpu::HostPiece;
using trueno::backend::webgpu::Pipeline;
using trueno::backend::webgpu::ProviderReport;
namespace abi = trueno::backend::webgpu::abi;

constexpr std::size_t kMiB = std::size_t{1} << 20;

[[noreturn]] void stop(const trueno::Error& failure) {
  fmt::print(stderr, "{}\n", failure.message());
  std::exit(1);
}
void must(Status status) {
  if (!status) stop(status.error());
}
template <class T>
T must(Result<T> result) {
  if (!result) stop(result.error());
  return std::move(*result);
}

double median_ms(int repeat, const std::function<void()>& work) {
  std::vector<double> times;
  work();  // buffers are made, and what follows is compiled
  for (int n = 0; n < repeat; ++n) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    times.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count());
  }
  std::ranges::nth_element(times, times.begin() + repeat / 2);
  return times[static_cast<std::size_t>(repeat) / 2];
}

class Transfer {
 public:
  Transfer(Device& device, int repeat, std::size_t most)
      : device_(device), repeat_(repeat), host_(most), back_(most), on_device_(must(device.buffer(most, kUsage))) {
    for (std::size_t n = 0; n < host_.size(); ++n) host_[n] = static_cast<std::uint8_t>(n * 2654435761U >> 11);
  }

  void rates() {
    fmt::print("## Rates\n\nGB/s, median of {}; what arrived is read back and compared.\n\n", repeat_);
    fmt::print(
        "| MiB | host to host, all threads | to the device: queue | to the device: staging ring | from the device: read-back ring |\n");
    fmt::print("|---:|---:|---:|---:|---:|\n");
    for (std::size_t bytes = kMiB / 16; bytes <= host_.size(); bytes *= 4) {
      const auto rate = [&](const std::function<void()>& work) { return static_cast<double>(bytes) / 1e6 / median_ms(repeat_, work); };
      const double host = rate([&] { copy(bytes); });
      const double queue = rate([&] {
        must(device_.write(on_device_, host_.data(), bytes));
        settle();
      });
      const double ring = rate([&] {
        const HostPiece piece{host_.data(), bytes, &on_device_, 0};
        must(device_.upload({&piece, 1}));
        settle();
      });
      const double from = rate([&] { static_cast<void>(must(device_.read_many(on_device_, bytes / 4))); });
      const trueno::MutableBuffer arrived = must(device_.read_many(on_device_, bytes / 4));
      if (std::memcmp(arrived.data(), host_.data(), bytes) != 0) {
        fmt::print(stderr, "{} bytes came back as others\n", bytes);
        std::exit(1);
      }
      fmt::print("| {:g} | {:.1f} | {:.1f} | {:.1f} | {:.1f} |\n", static_cast<double>(bytes) / kMiB, host, queue, ring, from);
    }
  }

  void latencies() {
    fmt::print("\n## Latency\n\n| | µs |\n|---|---:|\n");
    const GpuBuffer words = must(device_.buffer(4096, kUsage));
    const Pipeline* pipeline = must(device_.pipeline(shader(1)));
    for (const std::size_t dispatches : {0U, 1U, 10U}) {
      std::vector<Command> commands(dispatches);
      for (Command& command : commands) {
        command.kind = Command::Kind::kDispatch;
        command.pipeline = pipeline;
        command.buffers = {&words};
        command.workgroups = 1;
      }
      const double ms = median_ms(20 * repeat_, [&] {
        if (!commands.empty()) must(device_.submit(commands));
        must(device_.read(words, 1));
      });
      fmt::print("| {} dispatches in one submission, one word read back | {:.0f} |\n", dispatches, ms * 1000);
    }
  }

  void compiling() {
    fmt::print("\n## Compiling\n\n| | ms |\n|---|---:|\n");
    std::uint32_t number = 2;
    const double cold = median_ms(repeat_, [&] { must(device_.pipeline(shader(++number))); });
    const std::string known = shader(number);
    const double cached = median_ms(repeat_, [&] { must(device_.pipeline(known)); });
    fmt::print("| a small kernel that was never compiled (the driver may know it from earlier runs) | {:.2f} |\n", cold);
    fmt::print("| one that this device knows | {:.4f} |\n", cached);
  }

 private:
  static constexpr abi::Flags kUsage = abi::kStorage | abi::kCopySource | abi::kCopyTarget;

  // Different numbers are different kernels, also to the driver.
  static std::string shader(std::uint32_t number) {
    return fmt::format(
        "@group(0) @binding(0) var<storage, read_write> words: array<u32>;\n"
        "@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {{\n"
        "  var x = words[id.x];\n"
        "  for (var i = 0u; i < (x & 7u); i++) {{ x = x * {}u + (x >> 3u); }}\n"
        "  words[id.x] = x;\n"
        "}}\n",
        number);
  }
  // Everything submitted has been done.
  void settle() { must(device_.read(on_device_, 1)); }
  void copy(std::size_t bytes) {
    constexpr std::size_t kGrain = kMiB / 4;
    trueno::backend::webgpu::on_host((bytes + kGrain - 1) / kGrain, [&](std::size_t part) {
      const std::size_t at = part * kGrain;
      std::memcpy(back_.data() + at, host_.data() + at, std::min(kGrain, bytes - at));
    });
  }

  Device& device_;
  int repeat_;
  std::vector<std::uint8_t> host_;
  std::vector<std::uint8_t> back_;
  GpuBuffer on_device_;
};

}  // namespace

int main(int count, char** words) {
  DeviceOptions options;
  int repeat = 11;
  std::size_t most = 1024;
  for (int n = 1; n < count; ++n) {
    const std::string word = words[n];
    if (word == "--software") {
      options.software_allowed = true;
    } else if (word == "--repeat" && n + 1 < count) {
      repeat = std::max(1, std::atoi(words[++n]));
    } else if (word == "--most" && n + 1 < count) {
      most = static_cast<std::size_t>(std::max(1, std::atoi(words[++n])));
    } else {
      fmt::print(stderr, "usage: trueno_bench_transfer [--software] [--repeat 11] [--most 1024]\n");
      return 2;
    }
  }
  ProviderReport report;
  const std::unique_ptr<Device> device = must(Device::open(options, report));
  fmt::print("# Moving bytes to a GPU\n\n{} ({}, {}{}), {}, beside {} cores. Made by `./dev bench transfer`.\n\n", report.adapter,
             report.driver, report.backend, report.software ? ", a CPU that plays a GPU" : "", report.provider,
             std::thread::hardware_concurrency());
  Transfer transfer(*device, repeat, std::min<std::size_t>(most * kMiB, device->limits().buffer_size / 4 * 4));
  transfer.rates();
  transfer.latencies();
  transfer.compiling();
}
