#pragma once

#include <memory>
#include <string>
#include <vector>

#include "backend/backend.h"
#include "dispatch/dispatch.h"
#include "layout.h"
#include "query.h"

namespace trueno::equivalence {

/// A device of this machine as the command line names it: "scalar", or "simd" with an instruction set.
struct Device {
  std::string kind;
  std::string isa;
  dispatch::Policy policy = dispatch::Policy::kScalar;
  std::size_t number = 0;  // in the engine's list
};

/// One way to run a query. No result may depend on it.
struct Configuration {
  Device device;
  int threads = 1;
  std::int64_t morsel_rows = 131'072;
  Layout layout;
  std::int64_t chunk_rows = 0;     // 0: as the device likes
  std::int64_t spill_morsels = 0;  // after so many morsels of a worker its state is put aside on disk; 0: never
  bool optimizer = true;
  std::vector<std::string> disabled_rules;
  bool statistics_answers = true;
  /// Not 0: every pipeline's rows are cut at random (by this seed), each piece runs into one of a few states of its own, and the partial
  /// states are merged in random order.
  std::uint64_t split_seed = 0;
};

[[nodiscard]] std::string describe(const Configuration& configuration);

/// What came out: rows, or an error.
struct Outcome {
  Schema schema;
  std::vector<std::vector<Value>> columns;
  std::int64_t rows = 0;
  std::string failure;  // code and message; empty: rows
  bool bound = false;   // failed, if at all, while running
};

/// Empty when equal: same schema, same bits in the same order, or the same error. `any_order`: rows are compared as a multiset.
[[nodiscard]] std::string difference(Outcome expected, Outcome got, bool any_order);

/// Runs cases. Thread-compatible: one at a time.
class Engine {
 public:
  Engine();
  ~Engine();
  /// Every device of this machine, the reference first.
  [[nodiscard]] const std::vector<Device>& devices() const;
  [[nodiscard]] Outcome run(const Table& table, const std::string& sql, const std::vector<Value>& parameters,
                            const Configuration& configuration) const;

 private:
  struct Services;
  std::unique_ptr<Services> services_;
};

}  // namespace trueno::equivalence
