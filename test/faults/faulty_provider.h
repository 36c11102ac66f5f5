#pragma once

#include <cstdint>
#include <string>

#include "backend/webgpu/api.h"

namespace trueno::test {

/// What goes wrong. Counted from the moment a fault is armed.
enum class Fault : std::uint8_t {
  kNone,
  kAllocation,  // the k-th buffer is not made
  kCompile,     // the k-th shader is refused
  kMap,         // the k-th request to map a buffer is answered with an error
  kTimeout,     // the k-th request to map a buffer is never answered
  kSubmit,      // the k-th command buffer is not made
  kLost,        // the device is lost at the k-th of all calls that the others count
  kAdapter,     // the k-th request for an adapter finds none
};
inline constexpr Fault kFaults[] = {Fault::kAllocation, Fault::kCompile, Fault::kMap,    Fault::kTimeout,
                                    Fault::kSubmit,     Fault::kLost,    Fault::kAdapter};
[[nodiscard]] std::string_view name_of(Fault fault);

/// A provider that is the real one until it is told to fail. One a process; not thread-safe but for its counters.
namespace faulty_provider {

/// What `DeviceOptions::load` asks for.
[[nodiscard]] Result<backend::webgpu::Api> load(const std::string& path);
/// The k-th step of this kind fails, once; k counts from 1.
void arm(Fault fault, std::int64_t k);
/// Nothing fails. Whether the fault that was armed has happened.
[[nodiscard]] bool disarm();
/// Buffers that were made and not given back, of all devices.
[[nodiscard]] std::int64_t live_buffers();
/// Instances of the provider, each with its device, that were made and not given back.
[[nodiscard]] std::int64_t live_instances();

}  // namespace faulty_provider

}  // namespace trueno::test
