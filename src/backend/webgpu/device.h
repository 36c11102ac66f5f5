#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "backend/webgpu/api.h"
#include "base/buffer.h"
#include "base/threads.h"

namespace trueno::backend::webgpu {

/// Which provider and adapter, or why there is none: what `doctor` prints.
struct ProviderReport {
  bool usable = false;
  std::string reason;    // why it is not usable; empty otherwise
  std::string library;   // the file that was loaded
  std::string provider;  // "Dawn 2025"
  std::string adapter;   // "NVIDIA H100 80GB HBM3"
  std::string driver;
  std::string backend;    // "Vulkan"
  bool software = false;  // a CPU that plays a GPU
  std::uint64_t binding_bytes = 0;
  std::uint64_t buffer_bytes = 0;
  std::uint32_t workgroup_bytes = 0;
  std::uint32_t workgroup_threads = 0;
};

struct DeviceOptions {
  std::string library;            // path of a provider; empty: library_candidates()
  bool software_allowed = false;  // else a software adapter counts as no GPU
  std::uint32_t timeout_ms = 60'000;
  std::function<Result<Api>(const std::string& path)> load;  // loads a provider; empty: `load_api`. Tests give one that fails
};

class Device;

/// The provider's answer to a request. On the heap, because a request that was given up may still answer.
struct Answer {
  std::atomic<bool> done = false;
  std::uint32_t status = 0;
  std::uint32_t type = abi::kNoError;
  std::string message;

  /// The provider may still write to it: it is never freed.
  static void forsake(std::unique_ptr<Answer>& answer) { [[maybe_unused]] const Answer* kept = answer.release(); }
};

/// A request to map a buffer answers here.
[[nodiscard]] inline abi::CallbackInfo<abi::MapCallback> map_callback(Answer& answer, std::uint32_t mode) {
  abi::CallbackInfo<abi::MapCallback> info;
  info.mode = mode;
  info.user1 = &answer;
  info.callback = [](std::uint32_t status, abi::StringView message, void* user, void*) {
    auto* to = static_cast<Answer*>(user);
    to->status = status;
    to->message = view(message);
    to->done = true;
  };
  return info;
}

/// What a device's callbacks leave. They may come from the provider's own threads, also while a call into it runs, and as long as the
/// provider lives: so this lives forever, like the provider's device itself.
struct Notes {
  Mutex mutex;
  std::string text;
  std::atomic<bool> lost = false;

  void note(std::string_view message) {
    const LockGuard lock(mutex);
    if (text.empty()) text = message;
  }
};

/// Device memory. Goes back to its device's pool; the device outlives it. Move-only; used by one thread at a time.
class GpuBuffer {
 public:
  GpuBuffer() = default;
  GpuBuffer(GpuBuffer&& other) noexcept { *this = std::move(other); }
  GpuBuffer& operator=(GpuBuffer&& other) noexcept;
  ~GpuBuffer();

  [[nodiscard]] abi::Buffer handle() const { return handle_; }
  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return handle_ == nullptr; }

 private:
  friend class Device;
  Device* device_ = nullptr;
  abi::Buffer handle_ = nullptr;
  std::uint64_t size_ = 0;
  abi::Flags usage_ = 0;
};

/// A compiled compute shader. Lives as long as its device.
struct Pipeline {
  abi::ComputePipeline handle = nullptr;
  abi::BindGroupLayout layout = nullptr;
};

/// What one submission does, in order. Buffers must live until `Device::submit` has returned.
struct Command {
  enum class Kind : std::uint8_t { kClear, kCopy, kDispatch } kind = Kind::kClear;
  const GpuBuffer* from = nullptr;        // kCopy
  const GpuBuffer* to = nullptr;          // kClear, kCopy
  std::uint64_t bytes = 0;                // kClear, kCopy: a multiple of 4
  std::uint64_t from_offset = 0;          // kCopy: a multiple of 4
  std::uint64_t to_offset = 0;            // kClear, kCopy: a multiple of 4
  const Pipeline* pipeline = nullptr;     // kDispatch
  std::vector<const GpuBuffer*> buffers;  // kDispatch: bindings 0, 1, ... of group 0
  std::uint32_t workgroups = 0;           // kDispatch
};

/// Host bytes on their way to a place in a buffer. The last word may be written whole.
struct HostPiece {
  const void* from = nullptr;
  std::uint64_t bytes = 0;
  const GpuBuffer* to = nullptr;
  std::uint64_t offset = 0;  // a multiple of 4
};

/// One WebGPU device with its queue. Thread-safe: a lock serialises every call into the provider, waits included, because providers
/// differ in what they allow side by side and run one queue anyway. A lost device, a refused buffer or an answer that does not come is
/// kDevice or kOutOfMemory, from then on and forever for a lost one.
class Device {
 public:
  /// Loads the first provider that has a usable adapter and makes a device of it. `report` says what was found, also on an error.
  [[nodiscard]] static Result<std::unique_ptr<Device>> open(const DeviceOptions& options, ProviderReport& report);
  ~Device();
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;

  [[nodiscard]] const abi::Limits& limits() const { return limits_; }
  [[nodiscard]] const Dialect& dialect() const { return api_.dialect; }
  [[nodiscard]] bool software() const { return software_; }
  /// Whether it was lost, did not answer, or did what it should not: what it holds is not to be relied upon. Another device may do.
  [[nodiscard]] bool failed() const { return failed_ || notes_->lost; }

  /// The pipeline of a WGSL text with an entry point `main`; compiled once. kInternal with the compiler's words when it is malformed.
  [[nodiscard]] Result<const Pipeline*> pipeline(const std::string& wgsl);
  /// At least `bytes` bytes of any content.
  [[nodiscard]] Result<GpuBuffer> buffer(std::uint64_t bytes, abi::Flags usage);
  /// Copies host bytes to the start of a buffer, before everything submitted later. `bytes` is a multiple of 4.
  [[nodiscard]] Status write(const GpuBuffer& to, const void* from, std::size_t bytes);
  /// Copies many pieces through a ring of mapped buffers that several threads fill: at the rate of the bus, where `write` runs at a
  /// thirtieth of it. Everything submitted later sees them; the host's bytes may go when it returns.
  [[nodiscard]] Status upload(std::span<const HostPiece> pieces);
  [[nodiscard]] Status submit(std::span<const Command> commands);
  /// Waits for everything submitted and copies the first words of a buffer.
  [[nodiscard]] Result<std::vector<std::uint32_t>> read(const GpuBuffer& from, std::size_t words);
  /// The same, without zeroing what is overwritten.
  [[nodiscard]] Result<MutableBuffer> read_many(const GpuBuffer& from, std::size_t words);

 private:
  friend class GpuBuffer;
  Device(Api api, const DeviceOptions& options) : api_(api), timeout_ms_(options.timeout_ms) {}
  [[nodiscard]] Status connect(bool software_allowed, ProviderReport& report);
  [[nodiscard]] Status request_adapter(ProviderReport& report);
  [[nodiscard]] Status request_device();
  [[nodiscard]] Status encode(std::span<const Command> commands);
  [[nodiscard]] Status encode_dispatch(abi::CommandEncoder encoder, const Command& command);
  /// A buffer of the ring that uploads go through.
  struct Staging {
    GpuBuffer buffer;
    std::uint8_t* mapped = nullptr;
    std::unique_ptr<Answer> answer;  // to the request to map it
    abi::Future future;
  };
  [[nodiscard]] Status map_staging(Staging& staging);
  [[nodiscard]] Status request_staging(Staging& staging);
  [[nodiscard]] Status send_staging(Staging& staging, std::span<const HostPiece> pieces);
  /// A buffer that results come back in.
  struct Piece {
    GpuBuffer buffer;
    std::uint64_t offset = 0;  // of what is read
    std::uint64_t bytes = 0;
    std::unique_ptr<Answer> answer;
    abi::Future future;
  };
  [[nodiscard]] Status send_piece(const GpuBuffer& from, Piece& piece);
  [[nodiscard]] Status take_piece(Piece& piece, std::uint8_t* to);
  [[nodiscard]] Status read_into(const GpuBuffer& from, std::uint64_t bytes, std::uint8_t* to);
  [[nodiscard]] Result<Pipeline> compile(const std::string& wgsl);
  [[nodiscard]] Result<GpuBuffer> buffer_locked(std::uint64_t bytes, abi::Flags usage);
  void give_back(GpuBuffer& buffer);

  /// Lets the provider work until `done`; kDevice after the timeout or when the device is gone.
  [[nodiscard]] Status wait(abi::Future future, const std::atomic<bool>& done);
  [[nodiscard]] std::uint32_t callback_mode() const { return api_.dialect.waits_on_futures ? abi::kWaitAnyOnly : abi::kAllowProcessEvents; }
  /// The errors of the calls since the scope was pushed, as a status.
  [[nodiscard]] Status pop_scope(ErrorCode code, std::string_view what);
  /// kDevice once the device is lost or an error nobody asked for came in.
  [[nodiscard]] Status check();
  /// kDevice, and from now on the device counts as failed.
  template <class... Args>
  [[nodiscard]] Error fail(fmt::format_string<Args...> text, Args&&... args) {
    failed_ = true;
    return error(ErrorCode::kDevice, text, std::forward<Args>(args)...);
  }

  Api api_;
  std::uint32_t timeout_ms_;
  bool software_ = false;
  std::atomic<bool> failed_ = false;
  std::atomic<bool> unanswered_ = false;  // an answer did not come in time and may come yet
  abi::Instance instance_ = nullptr;
  abi::Adapter adapter_ = nullptr;
  abi::Device device_ = nullptr;
  abi::Queue queue_ = nullptr;
  abi::Limits limits_;

  Mutex staging_mutex_;  // of the ring; taken before mutex_
  std::vector<Staging> staging_;
  std::size_t next_staging_ = 0;

  Mutex mutex_;  // of every call into the provider, and of the members below
  std::unordered_map<std::string, std::unique_ptr<Pipeline>> pipelines_;
  std::vector<GpuBuffer> free_;  // returned buffers; freeing device memory is slow, so they are kept
  std::uint64_t free_bytes_ = 0;

  Notes* notes_ = new Notes;
};

}  // namespace trueno::backend::webgpu
