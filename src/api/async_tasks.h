#pragma once

#include <functional>

#include "base/cancel.h"
#include "base/threads.h"

#ifndef __wasm__
#include <atomic>
#include <list>
#include <memory>
#include <thread>
#endif

namespace trueno::api {

/// Work that runs on threads of its own and ends before this does: the destructor cancels what runs and waits. Thread-safe.
class AsyncTasks {
 public:
  AsyncTasks() = default;
  ~AsyncTasks();
  AsyncTasks(const AsyncTasks&) = delete;
  AsyncTasks& operator=(const AsyncTasks&) = delete;

  /// Starts `work` on a new thread; `cancel` is what stops it. On WebAssembly it runs here.
  void start(std::function<void()> work, CancelToken cancel);

#ifndef __wasm__
 private:
  struct Task {
    std::thread thread;
    CancelToken cancel;
    std::shared_ptr<std::atomic<bool>> finished;  // shared: a task whose last act destroys this must not touch it any more
  };
  void join_finished();

  Mutex mutex_;
  std::list<Task> tasks_;
#endif
};

}  // namespace trueno::api
