#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "backend/backend.h"
#include "base/threads.h"
#include "exec/lookup_tables.h"
#include "exec/named_rows.h"
#include "exec/query_dictionary.h"
#include "exec/run.h"
#include "exec/sorted_runs.h"
#include "kernel/pipeline.h"

namespace trueno::exec {

/// One pipeline's run on one device: workers take parts in order, each into a state of its own; then the states are merged. The earliest
/// failing row in written order decides the error.
///
/// A backend that meets a failing row only says so (kRowFailed): the morsel is run again on the reference, which gives the row's error; or,
/// where the device takes many morsels at once, all of them from the first one on.
class PipelineRun {
 public:
  /// Makes the launch of the reference, whose tables are of its own kind; asked for once a row has failed.
  using ReferenceLaunch = std::function<Result<std::shared_ptr<const backend::Launch>>()>;
  /// `earlier`: the outputs this pipeline reads, none where it reads its source. `reference`: the scalar backend. `named`: its rows, where
  /// they have a name. All outlive it.
  PipelineRun(const kernel::Pipeline& pipeline, const std::vector<const Batch*>& earlier, backend::Backend& device,
              backend::Backend& reference, const backend::Launch& launch, ReferenceLaunch reference_launch, const Options& options,
              const CancelToken& cancel, std::size_t number, const NamedRows& named);

  /// The output's rows, one batch behind the other: several where `in_pieces` allows it, else one.
  [[nodiscard]] Result<std::vector<Batch>> run(bool in_pieces);
  [[nodiscard]] std::int64_t rows_in() const { return rows_in_; }
  /// Parts of which no row was read.
  [[nodiscard]] std::int64_t parts_skipped() const { return parts_skipped_; }
  /// Rows of the other parts that their source has left out.
  [[nodiscard]] std::int64_t rows_skipped() const { return rows_skipped_; }
  /// Of all workers together.
  [[nodiscard]] double transfer_us() const { return transfer_us_; }
  [[nodiscard]] std::int64_t moved_bytes() const { return moved_bytes_; }
  [[nodiscard]] std::int64_t spilled_bytes() const { return runs_ ? static_cast<std::int64_t>(runs_->bytes()) : 0; }

 private:
  using AfterMorsel = std::function<Status()>;
  // One worker's state, and what is known of its size.
  struct Worker {
    std::unique_ptr<backend::SinkState> state;
    std::int64_t bytes = 0;    // as last counted in state_bytes_
    std::int64_t morsels = 0;  // since it was last put aside
  };
  // Morsels on their way to a device that wants many at once.
  struct Gathered {
    std::vector<backend::Morsel> morsels;
    std::int64_t rows = 0;
    std::int64_t bytes = 0;
    backend::RowsName name;  // of all rows of the pipeline, where they have one and are all here
    bool failed = false;     // the last ones, and the state with them
  };

  [[nodiscard]] bool emits() const { return exec::emits(*pipeline_.program); }
  // Rows past a satisfied LIMIT raise no error.
  [[nodiscard]] bool limited() const { return emits() && pipeline_.limit >= 0; }
  [[nodiscard]] std::int64_t rows_wanted() const { return pipeline_.limit == 0 ? 0 : pipeline_.limit + pipeline_.offset; }
  void work(Worker& worker);
  void run_parts(Worker& worker);
  [[nodiscard]] Status make_room(Worker& worker);
  [[nodiscard]] Status put_aside(Worker& worker);
  void forget_size(Worker& worker);
  [[nodiscard]] Error out_of_memory() const;
  [[nodiscard]] Result<Batch> merged(std::span<Worker> all, const Parallel& parallel);
  [[nodiscard]] Result<Batch> finish_runs(std::span<Worker> workers, const Parallel& parallel);
  void keep_rows(std::int64_t part, backend::SinkState& state);
  void keep_rows_before_error(std::int64_t part);
  [[nodiscard]] Status run_part(std::int64_t part, backend::SinkState& state, std::int64_t morsel_rows, Gathered& gathered,
                                const AfterMorsel& after_morsel = {});
  /// Calls `visit` for each morsel of a part.
  using Visit = std::function<Status(backend::Morsel)>;
  [[nodiscard]] Status for_morsels(std::int64_t part, std::int64_t morsel_rows, const Visit& visit);
  [[nodiscard]] Status cut_batch(Batch batch, std::int64_t row_id, std::int64_t morsel_rows, const Visit& visit);
  [[nodiscard]] Status run_gathered(Gathered& gathered, backend::SinkState& state);
  [[nodiscard]] Result<bool> run_again(const NamedRows& named, backend::SinkState& state);
  [[nodiscard]] std::optional<Error> failure_on_reference(const std::function<Status(const Visit&)>& each);
  [[nodiscard]] std::optional<Error> first_failure();
  [[nodiscard]] Error earliest(const Error& said);
  [[nodiscard]] Error disagreement() const;
  [[nodiscard]] std::size_t worker_count() const;
  // Rows that go to the device at once; 0: each part by itself. Where a LIMIT may end the run early, parts are kept apart.
  [[nodiscard]] std::int64_t launch_rows() const { return limited() ? 0 : device_.profile().launch_rows; }
  [[nodiscard]] Error error_of(const backend::Morsel& morsel);
  [[nodiscard]] bool skipped(std::int64_t part) const;
  void fail(std::int64_t part, Error failure);
  void keep(std::int64_t part, Batch batch);
  [[nodiscard]] bool satisfied_before(std::int64_t part) const;

  const kernel::Pipeline& pipeline_;
  struct OutputPart {
    const Batch* output;
    std::int64_t first_row;
  };
  std::vector<OutputPart> output_parts_;  // where it reads outputs of earlier pipelines
  backend::Backend& device_;
  backend::Backend& reference_;
  const backend::Launch& launch_;
  const NamedRows& named_;
  ReferenceLaunch reference_launch_;
  const Options& options_;
  const CancelToken& cancel_;
  std::shared_ptr<const backend::Kernel> kernel_;
  std::vector<int> columns_;
  std::vector<std::unique_ptr<QueryDictionary>> dictionaries_;  // by source column; null where it is not coded
  LookupTables lookups_;
  std::size_t number_;      // of the pipeline
  bool in_memory_ = false;  // its rows exist before it runs
  std::int64_t parts_ = 0;
  std::atomic<std::int64_t> done_ = 0;
  std::atomic<std::int64_t> next_ = 0;
  std::atomic<std::int64_t> last_wanted_ = INT64_MAX;
  std::atomic<std::int64_t> rows_in_ = 0;
  std::atomic<std::int64_t> parts_skipped_ = 0;
  std::atomic<std::int64_t> rows_skipped_ = 0;
  std::atomic<double> transfer_us_ = 0;
  std::atomic<std::int64_t> moved_bytes_ = 0;
  std::unique_ptr<SortedRuns> runs_;           // null: its states cannot be put aside
  std::int64_t partial_row_bytes_ = 0;         // that putting a row aside takes
  std::atomic<std::int64_t> state_bytes_ = 0;  // of all workers
  Mutex aside_mutex_;
  Mutex mutex_;
  std::map<std::int64_t, Error> errors_;
  std::map<std::int64_t, Batch> emitted_;
};

}  // namespace trueno::exec
