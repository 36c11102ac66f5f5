#pragma once

#include <arrow/util/thread_pool.h>

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

namespace trueno::arrow_module {

/// Threads of one file being written, on which Arrow encodes the columns of a batch. Arrow hands columns out in their order, and where the
/// last one is the longest, as comments often are, the others wait for it: here the column that took longest in the round before is begun
/// first. Its tasks may be spawned by one thread at a time.
class ColumnExecutor final : public arrow::internal::Executor {
 public:
  ColumnExecutor(int threads, std::size_t columns);
  ~ColumnExecutor() override;
  /// The next task is that of column 0. What is spawned behind the last column is no column's.
  void begin_round();
  int GetCapacity() override { return static_cast<int>(threads_.size()); }

 protected:
  arrow::Status SpawnReal(arrow::internal::TaskHints hints, arrow::internal::FnOnce<void()> task, arrow::StopToken stop_token,
                          StopCallback&& stop_callback) override;

 private:
  struct Waiting {
    std::size_t column = 0;
    arrow::internal::FnOnce<void()> task;
  };
  void work();

  std::mutex mutex_;
  std::condition_variable arrived_;
  bool ends_ = false;
  std::size_t next_;                // column of the next task
  std::vector<std::int64_t> took_;  // by column, microseconds of the last round; the last one is of tasks of no column
  std::vector<Waiting> waiting_;
  std::vector<std::thread> threads_;
};

}  // namespace trueno::arrow_module
