#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/cancel.h"
#include "base/parallel.h"
#include "base/task.h"
#include "column/column.h"
#include "kernel/program.h"

namespace trueno::backend {

enum class DeviceKind : std::uint8_t { kScalar, kSimd, kWebGpu };

/// What a device is. How fast it is, dispatch measures.
struct DeviceProfile {
  std::string name;         // "scalar", "simd", "webgpu"
  std::string description;  // "AVX-512, 2 threads"
  std::string identity;     // adapter, driver, provider or instruction set: what was measured of equal ones holds for this one
  DeviceKind kind = DeviceKind::kScalar;
  int parallelism = 1;            // workers that may run morsels at the same time
  bool own_memory = false;        // rows have to move there
  std::int64_t memory_bytes = 0;  // of its own; 0: not known
  std::int64_t launch_rows = 0;   // rows that are worth a launch: morsels are gathered until there are as many; 0: each by itself
  bool software = false;          // kWebGpu: a CPU that plays a GPU, for tests
};

/// Whether a backend can run a program, and why not.
enum class DeclineReason : std::uint8_t {
  kNone,
  kHostFunction,
  kStringOperation,
  kType,
  kSink,
  kInstruction,
  kNoDevice,
  kNotMeasured,
  kFailedBefore
};
struct Support {
  DeclineReason reason = DeclineReason::kNone;
  std::string detail;  // "host function upper"
  [[nodiscard]] bool yes() const { return reason == DeclineReason::kNone; }
};

/// One value a dictionary entry maps to: column of results, and for entries that failed the error.
struct LookupTable {
  Column values;                                        // plain, one row an entry
  std::vector<std::pair<std::uint32_t, Error>> errors;  // by ascending entry
};

/// The build side of a join as one device probes it. Immutable.
class JoinTable {
 public:
  virtual ~JoinTable() = default;
};

/// The rows of a build side that some probe matched: a bit a row. Set by all workers at the same time.
class MatchedRows {
 public:
  explicit MatchedRows(std::int64_t rows) : words_(static_cast<std::size_t>(rows + 63) / 64) {}
  void mark(std::uint32_t row) {
    std::atomic<std::uint64_t>& word = words_[row / 64];
    const std::uint64_t bit = std::uint64_t{1} << (row % 64);
    if ((word.load(std::memory_order_relaxed) & bit) == 0) word.fetch_or(bit, std::memory_order_relaxed);
  }
  [[nodiscard]] bool is_marked(std::uint32_t row) const {
    return (words_[row / 64].load(std::memory_order_relaxed) >> (row % 64) & 1) != 0;
  }

 private:
  std::vector<std::atomic<std::uint64_t>> words_;
};

/// What stays the same during a pipeline's run. Outlives every state made with it.
struct Launch {
  std::vector<Value> parameters;
  std::int64_t chunk_rows = 0;                                // rows a CPU backend evaluates at a time; 0: as it likes. For tests
  std::int64_t cache_bytes = std::int64_t{512} << 20;         // of columns that a device with memory of its own may keep
  std::vector<std::shared_ptr<const JoinTable>> tables = {};  // by the program's table number, made by the same device
  std::vector<MatchedRows*> matched = {};                     // by table; null where nothing is noted
};

/// A stretch of source rows.
struct Morsel {
  Batch batch;              // the program's source columns, in order; coded columns are dictionary-encoded with the query dictionary
  std::int64_t row_id = 0;  // of the first row; rows count up from it (part << 32 | row in part)
  std::vector<const LookupTable*> lookups;  // by the program's lookup number
};

/// What rows are: equal names, equal rows. A device may remember under a name where they lie.
struct RowsName {
  std::string all;                   // of the whole: its columns, parts and morsels. Empty: there is no name
  std::vector<std::string> columns;  // by the program's source column: of that one, however its rows are cut
  std::string content;               // of what they are read from: a version of a table
};

/// A worker's share of a sink. Used by one thread at a time.
class SinkState {
 public:
  virtual ~SinkState() = default;
  /// Microseconds its worker spent moving rows to a device with memory of its own. A read-back waits for the computation and is no part.
  double transfer_us = 0;
  std::int64_t moved_bytes = 0;  // to such a device
};

/// A program made ready for one device. Thread-safe; states are not.
class Kernel {
 public:
  virtual ~Kernel() = default;
  [[nodiscard]] virtual std::unique_ptr<SinkState> start(const Launch& launch) const = 0;
  /// Runs all rows of the morsels into the state. On an error the state is to be thrown away. kRowFailed: some row fails, of these morsels
  /// or, on a device that answers late, of those before; which one and why the reference tells.
  [[nodiscard]] virtual Task<Status> run(std::span<const Morsel> morsels, SinkState& state, const CancelToken& cancel) const = 0;
  /// The same for all morsels that a name stands for.
  [[nodiscard]] virtual Task<Status> run_named(const RowsName& name, std::span<const Morsel> morsels, SinkState& state,
                                               const CancelToken& cancel) const {
    static_cast<void>(name);
    return run(morsels, state, cancel);
  }
  /// Runs the morsels that were run under this name before, where all of them still lie on the device; else false. `sample`: any of them,
  /// with the dictionaries and lookup tables that all have now.
  [[nodiscard]] virtual Task<Result<bool>> run_again(const RowsName& name, const Morsel& sample, SinkState& state,
                                                     const CancelToken& cancel) const {
    static_cast<void>(name), static_cast<void>(sample), static_cast<void>(state), static_cast<void>(cancel);
    co_return false;
  }
  /// Takes the state's content as columns of `kernel::partial_schema`; the state is empty afterwards and may be used again.
  [[nodiscard]] virtual Task<Result<Batch>> take_partial(SinkState& state) const = 0;
  /// The pipeline's whole output from the states of all its workers, where the device does better than merging their partial tables: the
  /// same bytes, whichever it is. Nothing where it does not, and the states are as they were.
  [[nodiscard]] virtual Task<Result<std::optional<Batch>>> finish(std::span<const std::unique_ptr<SinkState>> states,
                                                                  const Parallel& parallel) const;
  /// Bytes the state holds, for the memory budget.
  [[nodiscard]] virtual std::int64_t state_bytes(const SinkState& state) const = 0;
  /// Rows that take_partial would give now, at most. Asked of devices without `launch_rows` only: other states are never put aside.
  [[nodiscard]] virtual std::int64_t partial_rows(const SinkState& state) const {
    static_cast<void>(state);
    return 0;
  }
};

/// One device that can run kernel programs. Thread-safe; owned by the Database.
class Backend {
 public:
  virtual ~Backend() = default;
  [[nodiscard]] virtual const DeviceProfile& profile() const = 0;
  /// Loads what the device needs, which may take a second; a failure is remembered. The profile is whole afterwards.
  [[nodiscard]] virtual Status open() const { return {}; }
  /// Whether it is open and has not failed since. One that has is opened again by its next use.
  [[nodiscard]] virtual bool is_open() const { return true; }
  /// Whether a program like this ran here before, so that nothing has to be compiled.
  [[nodiscard]] virtual bool is_prepared(const kernel::Program& program) const {
    static_cast<void>(program);
    return true;
  }
  /// Bytes that a device with memory of its own lacks of the columns a program reads. `column_bytes`: by source column, as the host has
  /// them.
  [[nodiscard]] virtual std::int64_t missing_bytes(const kernel::Program& program, const RowsName& name,
                                                   std::span<const std::int64_t> column_bytes) const {
    static_cast<void>(program), static_cast<void>(name), static_cast<void>(column_bytes);
    return 0;
  }
  [[nodiscard]] virtual Support supports(const kernel::Program& program) const = 0;
  /// Compiles; the program must have been verified and outlives nothing (it is copied where needed).
  [[nodiscard]] virtual Task<Result<std::shared_ptr<const Kernel>>> prepare(std::shared_ptr<const kernel::Program> program) = 0;
  /// Makes the rows of a kBuild pipeline ready for probing: `rows` has the table's columns. The host's part runs on `parallel`; what is
  /// made does not depend on it.
  [[nodiscard]] virtual Task<Result<std::shared_ptr<const JoinTable>>> build(const kernel::JoinTable& table, Batch rows,
                                                                             const Parallel& parallel) = 0;
};

/// The most rows a build side may have: rows are numbered in 32 bits, the last number means none.
inline constexpr std::int64_t kMostBuildRows = 0xFFFFFFFE;
inline constexpr std::uint32_t kNoRow = 0xFFFFFFFF;

[[nodiscard]] std::string_view decline_reason_name(DeclineReason reason);

}  // namespace trueno::backend
