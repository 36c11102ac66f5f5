#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

namespace trueno::backend::webgpu {

/// Bytes that a thread copies at a time.
inline constexpr std::uint64_t kCopyGrain = 256 << 10;

/// work(0) ... work(parts - 1) on the engine's threads, where it has some: what the host does for a device is on its query's way.
void on_host(std::size_t parts, const std::function<void(std::size_t part)>& work);

}  // namespace trueno::backend::webgpu
