#pragma once

#include <memory>

#include "backend/backend.h"
#include "backend/webgpu/device.h"

namespace trueno::backend {

struct WebGpuOptions {
  webgpu::DeviceOptions device;
  /// Load the library when a program first needs it, not now. What goes wrong then is a reason to decline.
  bool open_on_first_use = false;
};

/// A GPU that runs kernel programs. kDevice with the reason when there is none (or when `open_on_first_use`: never, see `supports`).
[[nodiscard]] Result<std::unique_ptr<Backend>> make_webgpu_backend(const WebGpuOptions& options);

/// What a device's profile says as its identity.
[[nodiscard]] std::string webgpu_identity(const webgpu::ProviderReport& report);

/// Opens a device for a moment and tells what was found.
[[nodiscard]] webgpu::ProviderReport webgpu_report(const webgpu::DeviceOptions& options);

}  // namespace trueno::backend
