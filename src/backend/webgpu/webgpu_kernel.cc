#include "backend/webgpu/webgpu_kernel.h"

#include <algorithm>
#include <bit>

#include "base/clock.h"

namespace trueno::backend::webgpu {

namespace {

// A group's table is shared best by many threads: fewer copies to merge, and big tables leave room for few workgroups on a processor.
constexpr std::uint32_t kReduceThreads = 256;
constexpr std::uint32_t kGroupThreads = 1024;
constexpr std::uint64_t kMostTableBytes = 24 * 1024;  // past it, occupancy drops
// Enough to fill the largest GPUs (132 processors) while the merges stay cheap; a software adapter has a few threads.
constexpr std::uint32_t kReduceWorkgroups = 8 * 132;
constexpr std::uint32_t kGroupWorkgroups = 4 * 132;
constexpr std::uint32_t kSoftwareWorkgroups = 16;
constexpr std::uint32_t kRowsPerThread = 8;
// Submissions a state may have in flight: their uploads are held by the driver until they ran.
constexpr int kMostInFlight = 8;
constexpr std::int64_t kMostRows = std::int64_t{1} << 30;  // of one dispatch: row numbers and their sums stay below 2^32

}  // namespace

WebGpuKernel::WebGpuKernel(std::shared_ptr<const kernel::Program> program, std::shared_ptr<Device> device,
                           std::shared_ptr<Backend> reference)
    : program_(std::move(program)), device_(std::move(device)), reference_(std::move(reference)) {}

std::uint32_t WebGpuKernel::most_workgroups() const {
  if (device_->software()) return kSoftwareWorkgroups;
  return program_->sink.kind == kernel::SinkKind::kGroup ? kGroupWorkgroups : kReduceWorkgroups;
}

ShaderVariant WebGpuKernel::variant(std::vector<ColumnForm> columns, std::uint64_t slots) const {
  ShaderVariant out;
  out.columns = std::move(columns);
  const abi::Limits& limits = device_->limits();
  const std::uint64_t most = std::min<std::uint64_t>(kMostTableBytes, limits.workgroup_storage_size);
  const std::uint64_t slot_bytes = std::uint64_t{layout_.table_words} * 4;
  out.zero_table = !device_->dialect().zeroes_tables;
  out.threads = std::min(kReduceThreads, limits.invocations_per_workgroup);
  if (slots * slot_bytes > most) {
    out.table = TablePlace::kState;
    return out;
  }
  // Sizes go in powers of two, so that a growing dictionary does not mean a new shader each time.
  out.slots = static_cast<std::uint32_t>(std::min(std::bit_ceil(slots), most / slot_bytes));
  const bool group = program_->sink.kind == kernel::SinkKind::kGroup;
  if (group && !device_->software()) out.threads = std::min(kGroupThreads, limits.invocations_per_workgroup);
  return out;
}

Result<const WebGpuKernel::Compiled*> WebGpuKernel::compiled(const ShaderVariant& variant) const {
  std::string key = fmt::format("{}:{}:{}:", static_cast<int>(variant.table), variant.slots, variant.threads);
  for (const ColumnForm form : variant.columns) key += fmt::format("{}", static_cast<int>(form));
  const LockGuard lock(mutex_);
  if (const auto found = compiled_.find(key); found != compiled_.end()) return found->second.get();
  auto shader = write_shader(*program_, variant);
  if (!shader) return error(ErrorCode::kNotSupported, "the GPU cannot run this: {}", shader.error().detail);
  auto made = std::make_unique<Compiled>();
  made->shader = std::move(*shader);
  made->pipeline = TRUENO_TRY(device_->pipeline(made->shader.wgsl));
  return compiled_.emplace(std::move(key), std::move(made)).first->second.get();
}

Status WebGpuKernel::warm() {
  std::vector<ColumnForm> plain;
  for (std::size_t i = 0; i < program_->source.columns.size(); ++i) plain.push_back(form_of(*program_, i, {}));
  ShaderVariant first;
  first.columns = plain;
  const auto shader = write_shader(*program_, first);
  if (!shader) return error(ErrorCode::kNotSupported, "the GPU cannot run this: {}", shader.error().detail);
  layout_ = shader->sink;
  key_nullable_ = shader->key_nullable;
  const Result<std::vector<KeyIndex>> keys = index_keys(nullptr);
  if (!keys) return {};  // the table's size is known once the first dictionary comes
  std::uint64_t slots = 1;
  for (const KeyIndex& key : *keys) slots *= key.extent;
  TRUENO_TRY(compiled(variant(std::move(plain), slots)));
  return {};
}

Result<std::vector<KeyIndex>> WebGpuKernel::index_keys(const Morsel* morsel) const {
  std::vector<KeyIndex> keys;
  std::uint64_t slots = 1;
  for (std::size_t n = 0; n < program_->sink.keys.size(); ++n) {
    const kernel::Instruction& i = program_->at(program_->sink.keys[n]);
    KeyIndex key;
    key.nullable = key_nullable_[n];
    if (i.op == kernel::Opcode::kColumn && program_->source.columns[i.index].as_code) {
      if (morsel == nullptr) return error(ErrorCode::kInternal, "the dictionary is not known yet");
      key.dictionary = morsel->batch.columns[i.index].dictionary;
      if (!key.dictionary) return error(ErrorCode::kInternal, "a coded key came without its dictionary");
      key.extent = static_cast<std::uint64_t>(key.dictionary->values->length);
    } else if (i.physical() == Physical::kBool) {
      key.extent = 2;
    } else {
      key.lowest = *i.range.min;
      key.extent = static_cast<std::uint64_t>(*i.range.max - *i.range.min) + 1;
    }
    // One more for NULL; an empty dictionary, with only NULLs, still has one place.
    key.extent = std::max<std::uint64_t>(key.extent + (key.nullable ? 1 : 0), 1);
    key.stride = slots;
    slots *= key.extent;
    if (slots > static_cast<std::uint64_t>(kMaxGroupSlots))
      return error(ErrorCode::kNotSupported, "the group's keys have more than {} combinations", kMaxGroupSlots)
          .hint("another device groups by hashing");
    keys.push_back(std::move(key));
  }
  return keys;
}

Status WebGpuKernel::fit_table(const Morsel& morsel, WebGpuState& state) const {
  std::vector<KeyIndex> keys = TRUENO_TRY(index_keys(&morsel));
  const auto same = [](const KeyIndex& a, const KeyIndex& b) {
    return a.extent == b.extent && (a.dictionary ? a.dictionary->id : 0) == (b.dictionary ? b.dictionary->id : 0);
  };
  if (state.slots != 0 && std::ranges::equal(keys, state.keys, same)) return {};
  TRUENO_TRY(drain(state));
  state.keys = std::move(keys);
  state.layout = layout_;
  state.slots = 1;
  for (const KeyIndex& key : state.keys) state.slots *= key.extent;
  const std::uint64_t bytes = layout_.total(state.slots, most_workgroups()) * 4;
  if (bytes > device_->limits().storage_binding_size)
    return error(ErrorCode::kOutOfMemory, "a group's table of {} bytes is larger than the GPU binds", bytes);
  state.state = TRUENO_TRY(device_->buffer(bytes, abi::kStorage | abi::kCopySource | abi::kCopyTarget));
  Command clear;
  clear.kind = Command::Kind::kClear;
  clear.to = &state.state;
  clear.bytes = bytes;
  return device_->submit({&clear, 1});
}

Status WebGpuKernel::dispatch(const Morsel& morsel, WebGpuState& state, const Compiled& compiled) const {
  const Stopwatch moving;
  const Upload upload = TRUENO_TRY(pack(*program_, state.launch, morsel, state.keys, static_cast<std::uint32_t>(state.slots)));
  const auto send = [&](GpuBuffer& to, const std::vector<std::uint32_t>& words) -> Status {
    const std::size_t bytes = words.size() * 4;
    if (to.size() < bytes) to = TRUENO_TRY(device_->buffer(bytes, abi::kStorage | abi::kCopyTarget));
    return device_->write(to, words.data(), bytes);
  };
  TRUENO_TRY(send(state.slab, upload.slab));
  TRUENO_TRY(send(state.block, upload.block));
  state.transfer_us += moving.elapsed_ms() * 1000;
  const std::int64_t per_group = static_cast<std::int64_t>(compiled.shader.threads) * kRowsPerThread;
  Command command;
  command.kind = Command::Kind::kDispatch;
  command.pipeline = compiled.pipeline;
  command.buffers = {&state.slab, &state.block, &state.state};
  command.workgroups = static_cast<std::uint32_t>(
      std::clamp<std::int64_t>((morsel.batch.length + per_group - 1) / per_group, 1, static_cast<std::int64_t>(most_workgroups())));
  TRUENO_TRY(device_->submit({&command, 1}));
  state.dirty = true;
  ++state.submissions;
  return {};
}

Status WebGpuKernel::run_morsel(const Morsel& morsel, WebGpuState& state, const CancelToken& cancel) const {
  if (morsel.batch.length == 0) return {};
  TRUENO_TRY(fit_table(morsel, state));
  std::vector<ColumnForm> forms;
  for (std::size_t i = 0; i < morsel.batch.columns.size(); ++i) forms.push_back(form_of(*program_, i, morsel.batch.columns[i]));
  const Compiled& kernel = *TRUENO_TRY(compiled(variant(std::move(forms), state.slots)));

  // As many rows at once as one binding holds.
  const SlabNeed need = slab_need(*program_, morsel);
  const auto room = static_cast<std::int64_t>(std::min<std::uint64_t>(device_->limits().storage_binding_size, INT64_MAX));
  if (need.fixed_bytes >= room) return error(ErrorCode::kOutOfMemory, "a lookup table is larger than the GPU binds");
  std::int64_t most = std::min((room - need.fixed_bytes) * 8 / std::max<std::int64_t>(need.bits_per_row, 1), kMostRows);
  most = std::max<std::int64_t>(most, 1);
  for (std::int64_t begin = 0; begin < morsel.batch.length; begin += most) {
    TRUENO_TRY(cancel.check());
    Morsel part = morsel;
    part.batch.length = std::min(most, morsel.batch.length - begin);
    part.row_id = morsel.row_id + begin;
    for (Column& column : part.batch.columns) column = column.slice(begin, part.batch.length);
    TRUENO_TRY(dispatch(part, state, kernel));
    if (!kernel.shader.can_fail && state.submissions < kMostInFlight) continue;
    const std::vector<std::uint32_t> flags = TRUENO_TRY(device_->read(state.state, SinkLayout::kStateHeader));
    state.submissions = 0;
    // A failed row's key may be anything, so the failure comes first.
    if ((flags[0] & kRowFailed) != 0) return explain_failure(part, state.launch, cancel);
    if ((flags[0] & kRangeBroken) != 0) return error(ErrorCode::kInternal, "a value lies outside its proven range");
  }
  return {};
}

Error WebGpuKernel::explain_failure(const Morsel& morsel, const Launch& launch, const CancelToken& cancel) const {
  if (!reference_) return error(ErrorCode::kDevice, "a row of this morsel fails; the scalar backend tells which");
  const Result<std::shared_ptr<const Kernel>> again = reference_->prepare(program_).run_now();
  if (!again) return again.error();
  const std::unique_ptr<SinkState> state = (*again)->start(launch);
  const Status status = (*again)->run(morsel, *state, cancel).run_now();
  if (!status) return status.error();
  return error(ErrorCode::kInternal, "the GPU found a failing row where {} finds none", reference_->profile().name);
}

Status WebGpuKernel::drain(WebGpuState& state) const {
  if (!state.dirty) return {};
  const std::uint32_t workgroups = state.layout.wide_words == 0 ? 0 : most_workgroups();
  const std::uint64_t words = state.layout.total(state.slots, workgroups);
  const std::vector<std::uint32_t> content = TRUENO_TRY(device_->read(state.state, static_cast<std::size_t>(words)));
  TRUENO_TRY(state.groups.add(content, state.layout, state.keys, state.slots, workgroups));
  Command clear;
  clear.kind = Command::Kind::kClear;
  clear.to = &state.state;
  clear.bytes = words * 4;
  state.dirty = false;
  state.submissions = 0;
  return device_->submit({&clear, 1});
}

std::unique_ptr<SinkState> WebGpuKernel::start(const Launch& launch) const { return std::make_unique<WebGpuState>(*program_, launch); }

// Both wait for the device and end without suspending. In a browser they will suspend where `Device::read` waits now.
Task<Status> WebGpuKernel::run(const Morsel& morsel, SinkState& state, const CancelToken& cancel) const {
  co_return run_morsel(morsel, static_cast<WebGpuState&>(state), cancel);
}

Task<Result<Batch>> WebGpuKernel::take_partial(SinkState& state) const {
  auto& own = static_cast<WebGpuState&>(state);
  Status drained = drain(own);
  if (!drained) co_return Result<Batch>(std::move(drained).error());
  co_return own.groups.take();
}

std::int64_t WebGpuKernel::state_bytes(const SinkState& state) const { return static_cast<const WebGpuState&>(state).groups.bytes(); }

}  // namespace trueno::backend::webgpu
