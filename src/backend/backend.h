#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/cancel.h"
#include "base/task.h"
#include "column/column.h"
#include "kernel/program.h"

namespace trueno::backend {

enum class DeviceKind : std::uint8_t { kScalar, kSimd, kWebGpu };

/// What dispatch needs to predict a run: fixed costs in microseconds, rates in bytes per microsecond (= MB/s) or nanoseconds a row.
struct DeviceProfile {
  std::string name;         // "scalar", "simd", "webgpu"
  std::string description;  // "AVX-512, 2 threads"
  DeviceKind kind = DeviceKind::kScalar;
  int parallelism = 1;                // workers that may run morsels at the same time
  double fixed_us = 0;                // per pipeline
  double scan_bytes_per_us = 1000;    // sequential reading
  double instruction_ns = 1;          // per row and instruction
  double group_ns = 10;               // per row that enters a group table
  double link_bytes_per_us = 0;       // host to device; 0: shares the host's memory
  std::int64_t memory_bytes = 0;      // 0: the host's
  std::int64_t morsel_rows = 131072;  // rows a morsel should have
  bool software = false;              // kWebGpu: a CPU that plays a GPU, for tests
};

/// Whether a backend can run a program, and why not.
enum class DeclineReason : std::uint8_t { kNone, kHostFunction, kStringOperation, kType, kSink, kInstruction, kNoDevice, kNotMeasured };
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

/// What stays the same during a pipeline's run. Outlives every state made with it.
struct Launch {
  std::vector<Value> parameters;
  std::int64_t chunk_rows = 0;  // rows a CPU backend evaluates at a time; 0: as it likes. For tests
};

/// A stretch of source rows.
struct Morsel {
  Batch batch;              // the program's source columns, in order; coded columns are dictionary-encoded with the query dictionary
  std::int64_t row_id = 0;  // of the first row; rows count up from it (part << 32 | row in part)
  std::vector<const LookupTable*> lookups;  // by the program's lookup number
};

/// A worker's share of a sink. Used by one thread at a time.
class SinkState {
 public:
  virtual ~SinkState() = default;
  /// Microseconds its worker spent moving rows to a device with memory of its own. A read-back waits for the computation and is no part.
  double transfer_us = 0;
};

/// A program made ready for one device. Thread-safe; states are not.
class Kernel {
 public:
  virtual ~Kernel() = default;
  [[nodiscard]] virtual std::unique_ptr<SinkState> start(const Launch& launch) const = 0;
  /// Runs all rows of a morsel into the state. On an error the state is to be thrown away.
  [[nodiscard]] virtual Task<Status> run(const Morsel& morsel, SinkState& state, const CancelToken& cancel) const = 0;
  /// Takes the state's content as columns of `kernel::partial_schema`; the state is empty afterwards and may be used again.
  [[nodiscard]] virtual Task<Result<Batch>> take_partial(SinkState& state) const = 0;
  /// Bytes the state holds, for the memory budget.
  [[nodiscard]] virtual std::int64_t state_bytes(const SinkState& state) const = 0;
};

/// One device that can run kernel programs. Thread-safe; owned by the Database.
class Backend {
 public:
  virtual ~Backend() = default;
  [[nodiscard]] virtual const DeviceProfile& profile() const = 0;
  [[nodiscard]] virtual Support supports(const kernel::Program& program) const = 0;
  /// Compiles; the program must have been verified and outlives nothing (it is copied where needed).
  [[nodiscard]] virtual Task<Result<std::shared_ptr<const Kernel>>> prepare(std::shared_ptr<const kernel::Program> program) = 0;
};

[[nodiscard]] std::string_view decline_reason_name(DeclineReason reason);

}  // namespace trueno::backend
