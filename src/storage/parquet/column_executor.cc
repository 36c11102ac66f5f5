#include "storage/parquet/column_executor.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "base/clock.h"

namespace trueno::arrow_module {

ColumnExecutor::ColumnExecutor(int threads, std::size_t columns) : next_(columns), took_(columns + 1, 0) {
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
}

ColumnExecutor::~ColumnExecutor() {
  {
    const std::lock_guard lock(mutex_);
    ends_ = true;
  }
  arrived_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void ColumnExecutor::begin_round() {
  const std::lock_guard lock(mutex_);
  next_ = 0;
}

arrow::Status ColumnExecutor::SpawnReal(arrow::internal::TaskHints, arrow::internal::FnOnce<void()> task, arrow::StopToken,
                                        StopCallback&&) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back({std::min(next_++, took_.size() - 1), std::move(task)});
  }
  arrived_.notify_one();
  return arrow::Status::OK();
}

void ColumnExecutor::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    arrived_.wait(lock, [this] { return ends_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    // The last of those that took as long: in the first round nothing is known, and texts tend to come last.
    std::size_t longest = 0;
    for (std::size_t i = 1; i < waiting_.size(); ++i) {
      if (took_[waiting_[i].column] >= took_[waiting_[longest].column]) longest = i;
    }
    Waiting chosen = std::move(waiting_[longest]);
    waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(longest));
    lock.unlock();
    const Stopwatch watch;
    std::move(chosen.task)();
    const auto micros = static_cast<std::int64_t>(watch.elapsed_ms() * 1000);
    lock.lock();
    took_[chosen.column] = micros;
  }
}

}  // namespace trueno::arrow_module
