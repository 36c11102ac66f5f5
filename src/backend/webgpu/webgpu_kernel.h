#pragma once

#include <atomic>
#include <list>
#include <map>
#include <memory>

#include "backend/webgpu/device.h"
#include "backend/webgpu/groups.h"
#include "backend/webgpu/remembered.h"
#include "backend/webgpu/rows.h"
#include "backend/webgpu/shader.h"
#include "backend/webgpu/upload.h"
#include "base/threads.h"

namespace trueno::backend::webgpu {

/// A worker's accumulators: in device memory from dispatch to dispatch, on the host once drained.
class WebGpuState final : public SinkState {
 public:
  WebGpuState(const kernel::Program& program, const Launch& run) : launch(run), groups(program), rows(program) {}

  const Launch& launch;
  HostGroups groups;
  HostRows rows;
  SinkLayout layout;
  std::vector<KeyIndex> keys;
  std::uint64_t slots = 0;  // 0: no table on the device yet
  GpuBuffer state;
  std::vector<GpuBuffer> blocks;  // one a set of the launch
  bool cleared = false;           // else the next dispatch clears it first
  bool dirty = false;             // the device holds something that was not read back
  int submissions = 0;            // since the device was last waited for
};

/// A program made ready for one device.
///
/// The shader follows what a morsel brings: how its columns lie, in which slabs, and how many entries a key's dictionary has. Each variant
/// is written and compiled once, when first met; the usual one is compiled by `warm`.
class WebGpuKernel final : public Kernel {
 public:
  WebGpuKernel(std::shared_ptr<const kernel::Program> program, std::shared_ptr<Device> device, std::shared_ptr<Residency> residency);

  /// Compiles the variant of plain columns, where the program says all of it.
  [[nodiscard]] Status warm();

  [[nodiscard]] std::unique_ptr<SinkState> start(const Launch& launch) const override;
  [[nodiscard]] Task<Status> run(std::span<const Morsel> morsels, SinkState& state, const CancelToken& cancel) const override;
  [[nodiscard]] Task<Status> run_named(const RowsName& name, std::span<const Morsel> morsels, SinkState& state,
                                       const CancelToken& cancel) const override;
  [[nodiscard]] Task<Result<bool>> run_again(const RowsName& name, const Morsel& sample, SinkState& state,
                                             const CancelToken& cancel) const override;
  [[nodiscard]] Task<Result<Batch>> take_partial(SinkState& state) const override;
  [[nodiscard]] Task<Result<std::optional<Batch>>> finish(std::span<const std::unique_ptr<SinkState>> states,
                                                          const Parallel& parallel) const override;
  [[nodiscard]] std::int64_t state_bytes(const SinkState& state) const override;
  /// Whether it has run before.
  [[nodiscard]] bool has_run() const { return has_run_; }

 private:
  struct Compiled {
    Shader shader;
    const Pipeline* pipeline = nullptr;
  };
  [[nodiscard]] Status run_all(std::span<const Morsel> morsels, const RowsName& name, WebGpuState& state, const CancelToken& cancel) const;
  [[nodiscard]] Result<bool> run_remembered(std::string_view name, const Morsel& sample, WebGpuState& state) const;
  /// A name for rows as this program's columns lie: other programs may read them in another form.
  [[nodiscard]] std::string name_here(std::string_view name) const;
  [[nodiscard]] std::vector<std::string> columns_here(const RowsName& name) const;
  /// The morsel, or parts of it that the device binds in one piece each, which `parts` then owns.
  void append_parts(const Morsel& morsel, std::int64_t most_rows, std::list<Morsel>& parts, std::vector<const Morsel*>& out) const;
  /// What has its place goes over the bus and through the device.
  [[nodiscard]] Status launch(std::vector<SegmentSet>& sets, WebGpuState& state) const;
  /// Adds what it does to the commands; where rows are handed out it is done at once, since they are read back with as much room as they
  /// turn out to need.
  [[nodiscard]] Status dispatch(SegmentSet& set, GpuBuffer& block, WebGpuState& state, std::vector<Command>& commands) const;
  [[nodiscard]] static SegmentSet part_of(const SegmentSet& set, std::size_t first, std::size_t count);
  [[nodiscard]] Status dispatch_rows(const Compiled& kernel, SegmentSet& set, const std::vector<std::uint32_t>& slabs,
                                     WebGpuState& state) const;
  [[nodiscard]] Result<std::uint64_t> emit(const Compiled& kernel, SegmentSet& set, const std::vector<std::uint32_t>& slabs,
                                           std::uint64_t capacity, WebGpuState& state) const;
  /// Copies words to a buffer, which is made where it is too small.
  [[nodiscard]] Status send(GpuBuffer& to, const std::vector<std::uint32_t>& words) const;
  /// Takes over the dictionaries that coded values of rows refer to.
  [[nodiscard]] Status note_dictionaries(const Morsel& morsel, WebGpuState& state) const;
  /// Asks the device whether a row failed.
  [[nodiscard]] Status check_rows(WebGpuState& state) const;
  [[nodiscard]] static Status status_of(std::uint32_t flags);
  [[nodiscard]] bool table_fits(const Morsel& morsel, const WebGpuState& state) const;
  /// Makes the state's table fit the morsel's dictionaries; what an older table holds is drained first.
  [[nodiscard]] Status fit_table(const Morsel& morsel, WebGpuState& state) const;
  /// Nothing that comes with rows or tables is known where they are null.
  [[nodiscard]] Result<std::vector<KeyIndex>> index_keys(const Morsel* morsel, const Launch* launch) const;
  [[nodiscard]] Result<std::shared_ptr<const Dictionary>> dictionary_of(const kernel::Instruction& key, const Morsel* morsel,
                                                                        const Launch* launch) const;
  [[nodiscard]] Status drain(WebGpuState& state) const;
  [[nodiscard]] ShaderVariant variant(std::vector<ColumnForm> columns, std::vector<std::uint32_t> slabs, std::uint64_t slots) const;
  /// Rows of one dispatch: each may have many matches.
  [[nodiscard]] static std::int64_t most_rows(const Launch& launch);
  /// A new run on the device: its join tables have their places, which `tables` then says.
  [[nodiscard]] Status begin(const WebGpuState& state, std::uint64_t wanted, std::vector<Place>& tables) const;
  [[nodiscard]] Result<const Compiled*> compiled(const ShaderVariant& variant) const;
  [[nodiscard]] std::uint32_t most_workgroups() const;

  std::shared_ptr<const kernel::Program> program_;
  std::shared_ptr<Device> device_;
  std::shared_ptr<Residency> residency_;
  SinkLayout layout_;               // the same for every variant
  std::vector<bool> key_nullable_;  // by key
  mutable std::atomic<bool> has_run_ = false;
  mutable Mutex mutex_;
  mutable std::map<std::string, std::unique_ptr<Compiled>> compiled_;  // by what the variant differs in
};

}  // namespace trueno::backend::webgpu
