// Memory, pipelines and submissions of an open device. device_open.cc finds it.
#include "backend/webgpu/device.h"

#include <algorithm>
#include <bit>
#include <chrono>
#include <cstring>

namespace trueno::backend::webgpu {

namespace {

constexpr std::uint64_t kSmallestBuffer = 256;
constexpr std::uint64_t kPooledBytes = std::uint64_t{256} << 20;
// The time a device takes to answer a short query: sleeping would double it.
constexpr auto kSpin = std::chrono::microseconds(200);

}  // namespace

GpuBuffer& GpuBuffer::operator=(GpuBuffer&& other) noexcept {
  std::swap(device_, other.device_);
  std::swap(handle_, other.handle_);
  std::swap(size_, other.size_);
  std::swap(usage_, other.usage_);
  return *this;
}

GpuBuffer::~GpuBuffer() {
  if (device_ != nullptr) device_->give_back(*this);
}

void Device::give_back(GpuBuffer& buffer) {
  const LockGuard lock(mutex_);
  if (free_bytes_ + buffer.size_ > kPooledBytes || notes_->lost) {
    api_.BufferDestroy(buffer.handle_);
    api_.BufferRelease(buffer.handle_);
    buffer.device_ = nullptr;
    return;
  }
  free_bytes_ += buffer.size_;
  GpuBuffer pooled;
  pooled = std::move(buffer);
  pooled.device_ = nullptr;  // a pooled buffer belongs to no user, so it does not come back a second time
  free_.push_back(std::move(pooled));
}

Status Device::check() {
  const LockGuard lock(notes_->mutex);
  if (notes_->lost) return fail("the GPU was lost: {}", notes_->text);
  if (notes_->text.empty()) return {};
  return fail("the GPU refused a command: {}", std::exchange(notes_->text, {}));
}

Status Device::wait(abi::Future future, const std::atomic<bool>& done) {
  const auto begin = std::chrono::steady_clock::now();
  const auto deadline = begin + std::chrono::milliseconds(timeout_ms_);
  constexpr std::uint64_t kSliceNs = 100'000'000;
  while (!done) {
    if (api_.dialect.waits_on_futures) {
      abi::FutureWait wait{future, 0};
      const bool spin = std::chrono::steady_clock::now() - begin < kSpin;
      const std::uint32_t status = api_.InstanceWaitAny(instance_, 1, &wait, spin ? 0 : kSliceNs);
      if (status != abi::kWaitSuccess && status != abi::kWaitTimedOut) return fail("waiting for the GPU failed");
    } else {
      if (device_ != nullptr) api_.DevicePoll(device_, 1, nullptr);
      api_.InstanceProcessEvents(instance_);
    }
    if (!done && notes_->lost) return check();
    if (!done && std::chrono::steady_clock::now() > deadline) {
      unanswered_ = true;
      return fail("the GPU did not answer within {} ms", timeout_ms_);
    }
  }
  return {};
}

Status Device::pop_scope(ErrorCode code, std::string_view what) {
  auto* answer = new Answer;
  abi::CallbackInfo<abi::ScopeCallback> info;
  info.mode = callback_mode();
  info.user1 = answer;
  info.callback = [](std::uint32_t status, std::uint32_t type, abi::StringView message, void* user, void*) {
    auto* to = static_cast<Answer*>(user);
    to->status = status;
    to->type = type;
    to->message = view(message);
    to->done = true;
  };
  TRUENO_TRY(wait(api_.DevicePopErrorScope(device_, info), answer->done));
  const std::unique_ptr<Answer> owned(answer);
  if (answer->status != abi::kSuccess || answer->type == abi::kNoError) return {};
  return error(code, "{}: {}", what, answer->message);
}

Result<Pipeline> Device::compile(const std::string& wgsl) {
  TRUENO_TRY(check());
  api_.DevicePushErrorScope(device_, abi::kFilterValidation);
  abi::ShaderSource source;
  source.code = view(std::string_view(wgsl));
  abi::ShaderModuleDescriptor module_descriptor;
  module_descriptor.next = &source.chain;
  abi::ShaderModule module = api_.DeviceCreateShaderModule(device_, &module_descriptor);
  Pipeline pipeline;
  if (module != nullptr) {
    abi::ComputePipelineDescriptor descriptor;
    descriptor.module = module;
    descriptor.entry_point = view(std::string_view("main"));
    pipeline.handle = api_.DeviceCreateComputePipeline(device_, &descriptor);
    api_.ShaderModuleRelease(module);
  }
  TRUENO_TRY(pop_scope(ErrorCode::kDevice, "the GPU's compiler refused a kernel"));
  if (pipeline.handle == nullptr) return error(ErrorCode::kDevice, "the GPU's compiler gave no kernel and no reason");
  pipeline.layout = api_.ComputePipelineGetBindGroupLayout(pipeline.handle, 0);
  return pipeline;
}

Result<const Pipeline*> Device::pipeline(const std::string& wgsl) {
  const LockGuard lock(mutex_);
  if (const auto found = pipelines_.find(wgsl); found != pipelines_.end()) return found->second.get();
  auto compiled = std::make_unique<Pipeline>(TRUENO_TRY(compile(wgsl)));
  return pipelines_.emplace(wgsl, std::move(compiled)).first->second.get();
}

Result<GpuBuffer> Device::buffer(std::uint64_t bytes, abi::Flags usage) {
  const LockGuard lock(mutex_);
  return buffer_locked(bytes, usage);
}

Result<GpuBuffer> Device::buffer_locked(std::uint64_t bytes, abi::Flags usage) {
  TRUENO_TRY(check());
  if (bytes > limits_.buffer_size) return error(ErrorCode::kOutOfMemory, "the GPU has no buffers of {} bytes", bytes);
  // Powers of two, so that buffers of the pool fit again, as long as the adapter has them.
  // (Large ones are not pooled, and half of their room would be lost.)
  const std::uint64_t wanted =
      bytes > kPooledBytes ? (bytes + 255) / 256 * 256 : std::min(std::bit_ceil(std::max(bytes, kSmallestBuffer)), limits_.buffer_size);
  const auto fits = [&](const GpuBuffer& b) { return b.usage_ == usage && b.size_ == wanted; };
  if (const auto found = std::ranges::find_if(free_, fits); found != free_.end()) {
    GpuBuffer reused = std::move(*found);
    free_.erase(found);
    free_bytes_ -= reused.size_;
    reused.device_ = this;
    return reused;
  }
  api_.DevicePushErrorScope(device_, abi::kFilterOutOfMemory);
  abi::BufferDescriptor descriptor;
  descriptor.size = wanted;
  descriptor.usage = usage;
  GpuBuffer made;
  made.handle_ = api_.DeviceCreateBuffer(device_, &descriptor);
  made.size_ = wanted;
  made.usage_ = usage;
  Status status = pop_scope(ErrorCode::kOutOfMemory, "the GPU's memory is full");
  if (status && made.handle_ == nullptr) status = error(ErrorCode::kOutOfMemory, "the GPU gave no buffer of {} bytes", wanted);
  if (status) status = check();
  if (!status) {
    if (made.handle_ != nullptr) api_.BufferRelease(made.handle_);
    return std::move(status).error();
  }
  made.device_ = this;
  return made;
}

Status Device::write(const GpuBuffer& to, const void* from, std::size_t bytes) {
  TRUENO_ASSERT(bytes <= to.size() && bytes % 4 == 0);
  const LockGuard lock(mutex_);
  TRUENO_TRY(check());
  if (bytes != 0) api_.QueueWriteBuffer(queue_, to.handle(), 0, from, bytes);
  return check();
}

Status Device::encode_dispatch(abi::CommandEncoder encoder, const Command& command) {
  std::vector<abi::BindGroupEntry> entries(command.buffers.size());
  for (std::size_t i = 0; i < entries.size(); ++i) {
    entries[i].binding = static_cast<std::uint32_t>(i);
    entries[i].buffer = command.buffers[i]->handle();
    entries[i].size = std::min(command.buffers[i]->size(), limits_.storage_binding_size & ~std::uint64_t{3});
  }
  abi::BindGroupDescriptor descriptor;
  descriptor.layout = command.pipeline->layout;
  descriptor.entry_count = entries.size();
  descriptor.entries = entries.data();
  abi::BindGroup group = api_.DeviceCreateBindGroup(device_, &descriptor);
  if (group == nullptr) return fail("the GPU refused a kernel's buffers");
  const abi::ComputePassDescriptor pass_descriptor;
  abi::ComputePass pass = api_.CommandEncoderBeginComputePass(encoder, &pass_descriptor);
  api_.ComputePassEncoderSetPipeline(pass, command.pipeline->handle);
  api_.ComputePassEncoderSetBindGroup(pass, 0, group, 0, nullptr);
  api_.ComputePassEncoderDispatchWorkgroups(pass, command.workgroups, 1, 1);
  api_.ComputePassEncoderEnd(pass);
  api_.ComputePassEncoderRelease(pass);
  api_.BindGroupRelease(group);
  return {};
}

// Errors of the encoding are looked for before the submission: wgpu-native ends the process when it is handed a broken command buffer.
Status Device::encode(std::span<const Command> commands) {
  api_.DevicePushErrorScope(device_, abi::kFilterValidation);
  abi::CommandEncoder encoder = api_.DeviceCreateCommandEncoder(device_, nullptr);
  Status status = encoder != nullptr ? Status() : Status(fail("the GPU gave no command encoder"));
  for (const Command& command : commands) {
    if (!status) break;
    switch (command.kind) {
      case Command::Kind::kClear: api_.CommandEncoderClearBuffer(encoder, command.to->handle(), command.to_offset, command.bytes); break;
      case Command::Kind::kCopy:
        api_.CommandEncoderCopyBufferToBuffer(encoder, command.from->handle(), command.from_offset, command.to->handle(), command.to_offset,
                                              command.bytes);
        break;
      case Command::Kind::kDispatch: status = encode_dispatch(encoder, command); break;
    }
  }
  abi::CommandBuffer finished = status ? api_.CommandEncoderFinish(encoder, nullptr) : nullptr;
  if (encoder != nullptr) api_.CommandEncoderRelease(encoder);
  Status scope = pop_scope(ErrorCode::kDevice, "the GPU refused a command");
  if (!scope) failed_ = true;
  if (status) status = std::move(scope);
  if (status && finished == nullptr) status = fail("the GPU refused a command buffer");
  if (status) api_.QueueSubmit(queue_, 1, &finished);
  if (finished != nullptr) api_.CommandBufferRelease(finished);
  return status;
}

Status Device::submit(std::span<const Command> commands) {
  const LockGuard lock(mutex_);
  TRUENO_TRY(check());
  TRUENO_TRY(encode(commands));
  return check();
}

}  // namespace trueno::backend::webgpu
