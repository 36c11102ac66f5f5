#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/threads.h"
#include "column/packed_batch.h"
#include "io/spill_file.h"
#include "kernel/program.h"

namespace trueno::exec {

/// Partial states of a sink put aside on disk: each as a run of blocks in the order of the sink's keys. They come back by ranges of keys,
/// a range small enough for memory at a time, with equal keys always in one; the outputs of the ranges, one behind the other, are the
/// output of all. Runs may be added by several threads at once.
///
/// No partition has to be chosen before the data is known, so no distribution of keys is a bad one; only the rows of one key have to fit.
class SortedRuns {
 public:
  /// `directory`: for the temporary file, which is made with the first run.
  SortedRuns(const kernel::Program& program, std::string directory);

  /// Whether a program's partial states can be put aside: rows and groups that have keys.
  [[nodiscard]] static bool fits(const kernel::Program& program);

  /// Writes a partial table of `kernel::partial_schema`.
  [[nodiscard]] Status add(const Batch& partial);
  [[nodiscard]] bool empty() const { return runs_.empty(); }
  /// Bytes on disk.
  [[nodiscard]] std::uint64_t bytes() const { return file_ ? file_->size() : 0; }

  /// The rows of one range, a piece of each run that has some.
  using Range = std::vector<Batch>;
  /// Ranges of about `range_bytes` in memory, ascending: how many there are. Call it after the last run.
  [[nodiscard]] Result<std::size_t> cut(std::int64_t range_bytes);
  /// Thread-safe.
  [[nodiscard]] Result<Range> read(std::size_t range) const;

 private:
  struct Block {
    std::uint64_t place = 0;  // in the file
    std::uint64_t size = 0;   // there
    bool compressed = false;
    std::int64_t bytes = 0;  // in memory
    PackedBatch packed;      // all but its bytes
    std::vector<Value> first;
  };
  struct Key {
    std::size_t column = 0;  // of the partial table
    bool descending = false;
    bool nulls_first = false;
  };
  using Run = std::vector<Block>;

  [[nodiscard]] Result<Block> write(const Batch& rows) const;
  [[nodiscard]] Result<Batch> read(const Block& block) const;
  [[nodiscard]] std::vector<Value> key_of(const Batch& rows, std::int64_t row) const;
  [[nodiscard]] int compare(const std::vector<Value>& a, const std::vector<Value>& b) const;
  [[nodiscard]] std::int64_t first_at_or_behind(const Batch& rows, const std::vector<Value>& key) const;
  [[nodiscard]] Status open();

  std::vector<Key> keys_;
  std::string directory_;
  Mutex mutex_;
  std::unique_ptr<SpillFile> file_;
  std::vector<Run> runs_;
  std::vector<std::vector<Value>> cuts_;  // where the second and every further range begins
};

}  // namespace trueno::exec
