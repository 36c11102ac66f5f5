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
// Submissions a state may have in flight: their uploads are held by the driver until they ran.
constexpr int kMostInFlight = 8;
constexpr std::uint64_t kEmittedWords = std::uint64_t{16} << 20;  // that one dispatch hands out, if it can
constexpr std::uint64_t kFewRows = 1 << 16;
constexpr std::int64_t kMostRows = std::int64_t{1} << 30;  // of one dispatch: counts and carries stay below 2^32

}  // namespace

WebGpuKernel::WebGpuKernel(std::shared_ptr<const kernel::Program> program, std::shared_ptr<Device> device,
                           std::shared_ptr<Residency> residency)
    : program_(std::move(program)), device_(std::move(device)), residency_(std::move(residency)) {}

std::uint32_t WebGpuKernel::most_workgroups() const {
  if (device_->software()) return kSoftwareWorkgroups;
  return program_->sink.kind == kernel::SinkKind::kGroup ? kGroupWorkgroups : kReduceWorkgroups;
}

ShaderVariant WebGpuKernel::variant(std::vector<ColumnForm> columns, std::vector<std::uint32_t> slabs, std::uint64_t slots) const {
  ShaderVariant out;
  out.columns = std::move(columns);
  out.slabs = std::move(slabs);
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
  for (const std::uint32_t slab : variant.slabs) key += fmt::format(",{}", slab);
  for (const TableVariant& table : variant.tables)
    key += fmt::format("{}{}{}", table.form == TableForm::kAll ? "a" : (table.form == TableForm::kDense ? "d" : "h"),
                       table.unique ? "" : "+", table.slab);
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
  const Result<std::vector<KeyIndex>> keys = index_keys(nullptr, nullptr);
  // A group's size is known once the first dictionary comes, how a join's table lies once it is there.
  if (!keys || !program_->tables.empty()) return {};
  std::uint64_t slots = 1;
  for (const KeyIndex& key : *keys) slots *= key.extent;
  TRUENO_TRY(compiled(variant(std::move(plain), std::vector<std::uint32_t>(2 * program_->source.columns.size()), slots)));
  return {};
}

Result<std::shared_ptr<const Dictionary>> WebGpuKernel::dictionary_of(const kernel::Instruction& key, const Morsel* morsel,
                                                                      const Launch* launch) const {
  std::shared_ptr<const Dictionary> dictionary;
  if (morsel == nullptr || launch == nullptr) return error(ErrorCode::kInternal, "the dictionary is not known yet");
  if (key.op == kernel::Opcode::kColumn) {
    dictionary = morsel->batch.columns[key.index].dictionary;
  } else {
    dictionary = static_cast<const WebGpuJoinTable&>(*launch->tables[kernel::table_of(*program_, key)]).dictionary(key.index);
  }
  if (!dictionary) return error(ErrorCode::kInternal, "a coded key came without its dictionary");
  return dictionary;
}

Result<std::vector<KeyIndex>> WebGpuKernel::index_keys(const Morsel* morsel, const Launch* launch) const {
  std::vector<KeyIndex> keys;
  if (emits(*program_)) return keys;
  std::uint64_t slots = 1;
  for (std::size_t n = 0; n < program_->sink.keys.size(); ++n) {
    const kernel::Instruction& i = program_->at(program_->sink.keys[n]);
    KeyIndex key;
    key.nullable = key_nullable_[n];
    if (is_code(*program_, i)) {
      key.dictionary = TRUENO_TRY(dictionary_of(i, morsel, launch));
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

// Only dictionaries change from morsel to morsel.
bool WebGpuKernel::table_fits(const Morsel& morsel, const WebGpuState& state) const {
  if (state.slots == 0) return false;
  for (std::size_t n = 0; n < state.keys.size(); ++n) {
    const std::shared_ptr<const Dictionary>& known = state.keys[n].dictionary;
    const kernel::Instruction& key = program_->at(program_->sink.keys[n]);
    if (!known || key.op != kernel::Opcode::kColumn) continue;  // tables stay the same
    const std::shared_ptr<const Dictionary>& now = morsel.batch.columns[key.index].dictionary;
    if (now != known && (!now || now->id != known->id || now->values->length != known->values->length)) return false;
  }
  return true;
}

Status WebGpuKernel::fit_table(const Morsel& morsel, WebGpuState& state) const {
  if (emits(*program_)) {
    state.slots = 1;
    return {};
  }
  std::vector<KeyIndex> keys = TRUENO_TRY(index_keys(&morsel, &state.launch));
  TRUENO_TRY(drain(state));
  state.keys = std::move(keys);
  state.layout = layout_;
  state.slots = 1;
  for (const KeyIndex& key : state.keys) state.slots *= key.extent;
  const std::uint64_t bytes = layout_.total(state.slots, most_workgroups()) * 4;
  if (bytes > device_->limits().storage_binding_size)
    return error(ErrorCode::kOutOfMemory, "a group's table of {} bytes is larger than the GPU binds", bytes);
  state.state = TRUENO_TRY(device_->buffer(bytes, abi::kStorage | abi::kCopySource | abi::kCopyTarget));
  state.cleared = false;
  return {};
}

Status WebGpuKernel::send(GpuBuffer& to, const std::vector<std::uint32_t>& words) const {
  const std::size_t bytes = words.size() * 4;
  if (bytes > device_->limits().storage_binding_size) return error(ErrorCode::kOutOfMemory, "a lookup table is larger than the GPU binds");
  if (to.size() < bytes) to = TRUENO_TRY(device_->buffer(bytes, abi::kStorage | abi::kCopyTarget));
  return device_->write(to, words.data(), bytes);
}

Status WebGpuKernel::note_dictionaries(const Morsel& morsel, WebGpuState& state) const {
  std::vector<std::shared_ptr<const Dictionary>> dictionaries;
  const auto note = [&](kernel::ValueId id) -> Status {
    const kernel::Instruction& i = program_->at(id);
    std::shared_ptr<const Dictionary>& own = dictionaries.emplace_back();
    if (is_code(*program_, i)) own = TRUENO_TRY(dictionary_of(i, &morsel, &state.launch));
    return {};
  };
  if (program_->sink.kind == kernel::SinkKind::kBuild) {
    for (const kernel::ValueId id : program_->sink.keys) TRUENO_TRY(note(id));
  }
  for (const kernel::ValueId id : program_->sink.values) TRUENO_TRY(note(id));
  state.rows.set_dictionaries(std::move(dictionaries));
  return {};
}

// Segments [first, first + count) of a set, with tiles of their own.
SegmentSet WebGpuKernel::part_of(const SegmentSet& set, std::size_t first, std::size_t count) {
  const std::size_t words = set.table.size() / set.row_ids.size();
  SegmentSet part;
  part.forms = set.forms;
  part.slabs = set.slabs;
  part.lookups = set.lookups;
  part.join_tables = set.join_tables;
  part.table.assign(set.table.begin() + static_cast<std::ptrdiff_t>(first * words),
                    set.table.begin() + static_cast<std::ptrdiff_t>((first + count) * words));
  part.row_ids.assign(set.row_ids.begin() + static_cast<std::ptrdiff_t>(first),
                      set.row_ids.begin() + static_cast<std::ptrdiff_t>(first + count));
  for (std::size_t segment = 0; segment < count; ++segment) {
    const std::uint32_t rows = part.table[segment * words + BlockLayout::kRows];
    part.table[segment * words + BlockLayout::kFirstTile] = part.tiles;
    part.rows += rows;
    part.tiles += (rows + kTileRows - 1) / kTileRows;
  }
  return part;
}

// Into a buffer of the pool, since making a larger one for a query, and giving it up, takes longer than the rows do. Where more rows come
// through, they were counted, and the segments are gone through again in as many parts.
Status WebGpuKernel::dispatch_rows(const Compiled& kernel, SegmentSet& set, const std::vector<std::uint32_t>& slabs,
                                   WebGpuState& state) const {
  const EmitLayout& layout = kernel.shader.emit;
  // Rows without values have a place each, and no words.
  const std::uint64_t row_words = std::max<std::uint64_t>(layout.row_words, 1);
  const std::uint64_t fitting =
      std::max<std::uint64_t>((kEmittedWords - std::min(kEmittedWords, layout.total(set.tiles, 0))) / row_words, 1);
  const auto has = [this](kernel::Opcode op) {
    return std::ranges::any_of(program_->instructions, [op](const kernel::Instruction& i) { return i.op == op; });
  };
  const bool expands = has(kernel::Opcode::kExpand);
  const bool all = !expands && !has(kernel::Opcode::kFilter);
  const std::size_t segments = set.row_ids.size();
  auto rows = static_cast<std::uint64_t>(set.rows);
  if (!all || rows <= fitting || segments == 1) {
    const std::uint64_t capacity = all ? rows : std::min(fitting, expands ? std::max(2 * rows, kFewRows) : rows);
    rows = TRUENO_TRY(emit(kernel, set, slabs, capacity, state));
    if (rows <= capacity) return {};
    if (rows <= fitting || segments == 1) {
      TRUENO_TRY(emit(kernel, set, slabs, rows, state));
      return {};
    }
  }
  const std::size_t parts = std::min<std::size_t>(segments, static_cast<std::size_t>(rows / fitting + 1));
  for (std::size_t n = 0; n < parts; ++n) {
    const std::size_t first = segments * n / parts;
    SegmentSet part = part_of(set, first, segments * (n + 1) / parts - first);
    TRUENO_TRY(dispatch_rows(kernel, part, slabs, state));
  }
  return {};
}

// Room for `capacity` rows; how many there are. They are taken where they all had room.
Result<std::uint64_t> WebGpuKernel::emit(const Compiled& kernel, SegmentSet& set, const std::vector<std::uint32_t>& slabs,
                                         std::uint64_t capacity, WebGpuState& state) const {
  const EmitLayout& layout = kernel.shader.emit;
  const std::uint64_t bytes = layout.total(set.tiles, capacity) * 4;
  if (bytes > device_->limits().storage_binding_size)
    return error(ErrorCode::kOutOfMemory, "{} rows to hand out are more than the GPU binds", capacity);
  if (set.on_device.empty()) TRUENO_TRY(send(set.on_device, set.table));
  if (state.blocks.empty()) state.blocks.resize(1);
  TRUENO_TRY(send(state.blocks.front(), TRUENO_TRY(make_block(*program_, state.launch, set, {}, static_cast<std::uint32_t>(capacity)))));
  const GpuBuffer out = TRUENO_TRY(device_->buffer(bytes, abi::kStorage | abi::kCopySource | abi::kCopyTarget));
  std::vector<Command> commands(2);
  commands[0].kind = Command::Kind::kClear;
  commands[0].to = &out;
  commands[0].bytes = EmitLayout::kTiles * 4;
  commands[1].kind = Command::Kind::kDispatch;
  commands[1].pipeline = kernel.pipeline;
  commands[1].buffers = {&state.blocks.front(), &out, &set.on_device};
  for (const std::uint32_t slab : slabs) commands[1].buffers.push_back(&residency_->columns.slab(slab));
  commands[1].workgroups = std::clamp<std::uint32_t>(set.tiles, 1, most_workgroups());
  TRUENO_TRY(device_->submit(commands));
  const std::vector<std::uint32_t> header = TRUENO_TRY(device_->read(out, EmitLayout::kTiles));
  TRUENO_TRY(status_of(header[0]));
  const std::uint64_t rows = header[EmitLayout::kRows];
  if (rows <= capacity)
    state.rows.add(TRUENO_TRY(device_->read_many(out, static_cast<std::size_t>(layout.total(set.tiles, rows)))), layout, set);
  return rows;
}

Status WebGpuKernel::dispatch(SegmentSet& set, GpuBuffer& block, WebGpuState& state, std::vector<Command>& commands) const {
  // Slabs are numbered by first use, so that where in the device's memory a column lies changes no shader.
  std::vector<std::uint32_t> bound;
  std::vector<std::uint32_t> slabs = set.slabs;
  std::vector<bool> read(program_->source.columns.size(), false);
  for (const kernel::Instruction& i : program_->instructions) {
    if (i.op == kernel::Opcode::kColumn) read[i.index] = true;
  }
  for (std::size_t n = 0; n < slabs.size(); ++n) {
    if (!read[n / 2]) continue;
    const auto known = std::ranges::find(bound, slabs[n]);
    const auto at = static_cast<std::uint32_t>(known - bound.begin());
    if (known == bound.end()) bound.push_back(slabs[n]);
    slabs[n] = at;
  }
  ShaderVariant wanted = variant(set.forms, std::move(slabs), state.slots);
  for (std::size_t n = 0; n < set.join_tables.size(); ++n) {
    const auto& table = static_cast<const WebGpuJoinTable&>(*state.launch.tables[n]);
    const auto known = std::ranges::find(bound, set.join_tables[n].slab);
    const auto at = static_cast<std::uint32_t>(known - bound.begin());
    if (known == bound.end()) bound.push_back(set.join_tables[n].slab);
    wanted.tables.push_back({table.form(), table.unique(), at});
  }
  const Compiled& kernel = *TRUENO_TRY(compiled(wanted));
  if (emits(*program_)) return dispatch_rows(kernel, set, bound, state);
  TRUENO_TRY(send(block, TRUENO_TRY(make_block(*program_, state.launch, set, state.keys, static_cast<std::uint32_t>(state.slots)))));
  if (set.on_device.empty()) TRUENO_TRY(send(set.on_device, set.table));
  Command& command = commands.emplace_back();
  command.kind = Command::Kind::kDispatch;
  command.pipeline = kernel.pipeline;
  command.buffers = {&block, &state.state, &set.on_device};
  for (const std::uint32_t slab : bound) command.buffers.push_back(&residency_->columns.slab(slab));
  command.workgroups = std::clamp<std::uint32_t>(set.tiles, 1, most_workgroups());
  return {};
}

Status WebGpuKernel::launch(std::vector<SegmentSet>& sets, WebGpuState& state) const {
  ResidentColumns& columns = residency_->columns;
  const Stopwatch moving;
  TRUENO_TRY(columns.flush());
  if (columns.moved_bytes() != 0) state.transfer_us += moving.elapsed_ms() * 1000;
  state.moved_bytes += static_cast<std::int64_t>(columns.moved_bytes());
  // All sets in one submission: each by itself would take as long as a short query.
  std::vector<Command> commands;
  const bool adds = !emits(*program_);
  if (adds && !state.cleared) {
    Command& clear = commands.emplace_back();
    clear.kind = Command::Kind::kClear;
    clear.to = &state.state;
    clear.bytes = layout_.total(state.slots, most_workgroups()) * 4;
  }
  if (state.blocks.size() < sets.size()) state.blocks.resize(sets.size());
  for (std::size_t n = 0; n < sets.size(); ++n) TRUENO_TRY(dispatch(sets[n], state.blocks[n], state, commands));
  if (adds && !sets.empty()) {
    TRUENO_TRY(device_->submit(commands));
    state.cleared = true;
    state.dirty = true;
    ++state.submissions;
  }
  has_run_ = true;
  return {};
}

std::int64_t WebGpuKernel::most_rows(const Launch& launch) {
  std::int64_t rows = kMostRows;
  for (const std::shared_ptr<const JoinTable>& table : launch.tables)
    rows /= std::max<std::int64_t>(static_cast<const WebGpuJoinTable&>(*table).most_matches(), 1);
  return std::max<std::int64_t>(rows, 1);
}

Status WebGpuKernel::begin(const WebGpuState& state, std::uint64_t wanted, std::vector<Place>& tables) const {
  const auto budget = static_cast<std::uint64_t>(std::max<std::int64_t>(state.launch.cache_bytes, 0));
  residency_->columns.begin(budget, wanted + table_bytes(state.launch));
  std::optional<std::vector<Place>> places = TRUENO_TRY(place_tables(state.launch, residency_->columns));
  if (!places) return error(ErrorCode::kOutOfMemory, "the GPU has no room for the build sides of the joins");
  tables = std::move(*places);
  return {};
}

void WebGpuKernel::append_parts(const Morsel& morsel, std::int64_t most_rows, std::list<Morsel>& parts,
                                std::vector<const Morsel*>& out) const {
  if (morsel.batch.length == 0) return;
  const std::uint64_t most = device_->limits().storage_binding_size / 2;
  const auto pieces = static_cast<std::int64_t>(device_bytes(*program_, morsel) / most + 1);
  const std::int64_t rows = std::clamp<std::int64_t>((morsel.batch.length + pieces - 1) / pieces, 1, most_rows);
  if (rows >= morsel.batch.length) {
    out.push_back(&morsel);
    return;
  }
  for (std::int64_t begin = 0; begin < morsel.batch.length; begin += rows) {
    Morsel& part = parts.emplace_back(morsel);
    part.batch.length = std::min(rows, morsel.batch.length - begin);
    part.row_id = morsel.row_id + begin;
    for (Column& column : part.batch.columns) column = column.slice(begin, part.batch.length);
    out.push_back(&part);
  }
}

Status WebGpuKernel::run_all(std::span<const Morsel> morsels, const RowsName& name, WebGpuState& state, const CancelToken& cancel) const {
  std::list<Morsel> cut;
  std::vector<const Morsel*> parts;
  std::uint64_t wanted = 0;
  const std::int64_t most = most_rows(state.launch);
  for (const Morsel& morsel : morsels) {
    append_parts(morsel, most, cut, parts);
    wanted += device_bytes(*program_, morsel);
  }
  TRUENO_TRY(cancel.check());
  {
    ResidentColumns& columns = residency_->columns;
    const LockGuard lock(columns.mutex);
    std::vector<Place> tables;
    TRUENO_TRY(begin(state, wanted, tables));
    Placer placer(*program_, columns, most, columns_here(name));
    placer.use_tables(tables);
    bool in_one_piece = true;
    for (std::size_t at = 0; at < parts.size();) {
      const bool fits = table_fits(*parts[at], state);
      if (fits && TRUENO_TRY(placer.place(*parts[at]))) {
        ++at;
        continue;
      }
      // Another table, or no room beside what was placed so far: that runs first, then its places may be taken.
      if (fits && placer.empty()) return error(ErrorCode::kOutOfMemory, "the GPU has no room for a morsel's columns");
      TRUENO_TRY(cancel.check());
      if (!placer.empty()) {
        std::vector<SegmentSet> placed = placer.take();
        TRUENO_TRY(launch(placed, state));
        TRUENO_TRY(begin(state, wanted, tables));
        placer.use_tables(tables);
        in_one_piece = false;
      }
      if (!fits) TRUENO_TRY(fit_table(*parts[at], state));
    }
    std::vector<SegmentSet> placed = placer.take();
    TRUENO_TRY(launch(placed, state));
    if (emits(*program_) && !parts.empty()) TRUENO_TRY(note_dictionaries(*parts.back(), state));
    if (!name.all.empty() && in_one_piece) residency_->rows.keep(name_here(name.all), std::move(placed), columns);
  }
  return state.submissions < kMostInFlight ? Status() : check_rows(state);
}

Result<bool> WebGpuKernel::run_remembered(std::string_view name, const Morsel& sample, WebGpuState& state) const {
  ResidentColumns& columns = residency_->columns;
  const LockGuard lock(columns.mutex);
  // Tables first: columns may have to make room for them.
  std::vector<Place> tables;
  TRUENO_TRY(begin(state, 0, tables));
  std::vector<SegmentSet>* sets = residency_->rows.find(name_here(name), columns);
  if (sets == nullptr) return false;
  const std::int64_t most = most_rows(state.launch);
  if (std::ranges::any_of(*sets, [most](const SegmentSet& set) { return set.rows > most; })) return false;
  if (!table_fits(sample, state)) TRUENO_TRY(fit_table(sample, state));
  for (SegmentSet& set : *sets) {
    set.lookups = sample.lookups;
    set.join_tables = tables;
  }
  TRUENO_TRY(launch(*sets, state));
  if (emits(*program_)) TRUENO_TRY(note_dictionaries(sample, state));
  return true;
}

std::string WebGpuKernel::name_here(std::string_view name) const {
  std::string here(name);
  for (std::size_t i = 0; i < program_->source.columns.size(); ++i) here += is_read(*program_, i) ? name_in_form(*program_, i, {}) : "|";
  return here;
}

std::vector<std::string> WebGpuKernel::columns_here(const RowsName& name) const {
  std::vector<std::string> here;
  for (std::size_t i = 0; i < name.columns.size(); ++i) here.push_back(name_in_form(*program_, i, name.columns[i]));
  return here;
}

Status WebGpuKernel::status_of(std::uint32_t flags) {
  // A failed row's key may be anything, so the failure comes first.
  if ((flags & kRowFailed) != 0) return error(ErrorCode::kRowFailed, "a row fails");
  if ((flags & kRangeBroken) != 0) return error(ErrorCode::kInternal, "a value lies outside its proven range");
  return {};
}

Status WebGpuKernel::check_rows(WebGpuState& state) const {
  const std::vector<std::uint32_t> flags = TRUENO_TRY(device_->read(state.state, SinkLayout::kStateHeader));
  state.submissions = 0;
  return status_of(flags[0]);
}

Status WebGpuKernel::drain(WebGpuState& state) const {
  if (!state.dirty) return {};
  const std::uint32_t workgroups = state.layout.wide_words == 0 ? 0 : most_workgroups();
  const std::uint64_t words = state.layout.total(state.slots, workgroups);
  std::vector<std::uint32_t> content = TRUENO_TRY(device_->read(state.state, static_cast<std::size_t>(words)));
  TRUENO_TRY(status_of(content[0]));
  TRUENO_TRY(state.groups.add(std::move(content), state.layout, state.keys, state.slots, workgroups));
  state.dirty = false;
  state.cleared = false;
  state.submissions = 0;
  return {};
}

std::unique_ptr<SinkState> WebGpuKernel::start(const Launch& launch) const { return std::make_unique<WebGpuState>(*program_, launch); }

// Both wait for the device and end without suspending. In a browser they will suspend where `Device::read` waits now.
Task<Status> WebGpuKernel::run(std::span<const Morsel> morsels, SinkState& state, const CancelToken& cancel) const {
  co_return run_all(morsels, {}, static_cast<WebGpuState&>(state), cancel);
}

Task<Status> WebGpuKernel::run_named(const RowsName& name, std::span<const Morsel> morsels, SinkState& state,
                                     const CancelToken& cancel) const {
  co_return run_all(morsels, name, static_cast<WebGpuState&>(state), cancel);
}

Task<Result<bool>> WebGpuKernel::run_again(const RowsName& name, const Morsel& sample, SinkState& state, const CancelToken& cancel) const {
  Status going = cancel.check();
  if (!going) co_return Result<bool>(std::move(going).error());
  co_return run_remembered(name.all, sample, static_cast<WebGpuState&>(state));
}

Task<Result<Batch>> WebGpuKernel::take_partial(SinkState& state) const {
  auto& own = static_cast<WebGpuState&>(state);
  if (emits(*program_)) co_return own.rows.take();
  Status drained = drain(own);
  if (!drained) co_return Result<Batch>(std::move(drained).error());
  co_return own.groups.take();
}

Task<Result<std::optional<Batch>>> WebGpuKernel::finish(std::span<const std::unique_ptr<SinkState>> states,
                                                        const Parallel& parallel) const {
  if (states.size() != 1 || program_->sink.kind != kernel::SinkKind::kGroup) co_return std::optional<Batch>();
  auto& own = static_cast<WebGpuState&>(*states.front());
  const Status drained = drain(own);
  if (!drained) co_return std::optional<Batch>();  // take_partial meets the same, and says it
  co_return own.groups.finish(parallel);
}

std::int64_t WebGpuKernel::state_bytes(const SinkState& state) const {
  const auto& own = static_cast<const WebGpuState&>(state);
  return own.groups.bytes() + own.rows.bytes();
}

}  // namespace trueno::backend::webgpu
