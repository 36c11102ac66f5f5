#pragma once

#if !defined(__wasm__)
#include <mutex>
#endif

namespace trueno {

#if defined(__wasm__)

/// WebAssembly runs on one thread: there is nothing to exclude.
class Mutex {
 public:
  void lock() {}
  void unlock() {}
};

#else

/// A lock that is not recursive. Also a no-op on WebAssembly, whose standard library has no threads.
class Mutex {
 public:
  void lock() { mutex_.lock(); }
  void unlock() { mutex_.unlock(); }

 private:
  std::mutex mutex_;
};

#endif

/// Holds a mutex for a scope.
class [[nodiscard]] LockGuard {
 public:
  explicit LockGuard(Mutex& mutex) : mutex_(mutex) { mutex_.lock(); }
  ~LockGuard() { mutex_.unlock(); }
  LockGuard(const LockGuard&) = delete;
  LockGuard& operator=(const LockGuard&) = delete;

 private:
  Mutex& mutex_;
};

}  // namespace trueno
