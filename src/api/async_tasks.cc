#include "api/async_tasks.h"

#include <utility>

namespace trueno::api {

#ifdef __wasm__

AsyncTasks::~AsyncTasks() = default;
void AsyncTasks::start(std::function<void()> work, CancelToken) { work(); }

#else

AsyncTasks::~AsyncTasks() {
  for (Task& task : tasks_) task.cancel.cancel();
  for (Task& task : tasks_) {
    // The last handle of the database may go away inside a task's own callback; that thread cannot wait for itself.
    if (task.thread.get_id() == std::this_thread::get_id()) {
      task.thread.detach();
    } else {
      task.thread.join();
    }
  }
}

void AsyncTasks::join_finished() {
  for (auto task = tasks_.begin(); task != tasks_.end();) {
    if (task->finished->load()) {
      task->thread.join();
      task = tasks_.erase(task);
    } else {
      ++task;
    }
  }
}

void AsyncTasks::start(std::function<void()> work, CancelToken cancel) {
  const LockGuard lock(mutex_);
  join_finished();
  auto finished = std::make_shared<std::atomic<bool>>(false);
  std::thread thread([work = std::move(work), finished]() mutable {
    work();
    work = nullptr;  // what it holds goes away before it counts as finished
    finished->store(true);
  });
  tasks_.push_back({std::move(thread), std::move(cancel), finished});
}

#endif

}  // namespace trueno::api
