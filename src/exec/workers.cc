#include "exec/workers.h"

#include <algorithm>

#ifdef TRUENO_HAS_TBB
#include <map>
#include <memory>
#include <vector>

#include <oneapi/tbb/info.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/task_arena.h>

#include "base/threads.h"
#elif !defined(__wasm__)
#include <atomic>
#include <thread>
#include <vector>
#endif

namespace trueno::exec {

#ifdef TRUENO_HAS_TBB

namespace {

// Arenas that no loop uses now. Kept for the process: giving one up waits, yielding, until the library's threads have left it. Where other
// processes want the cores that is milliseconds, a thousand times a short loop (four processes on two cores: 230 loops a second with an
// arena for each, 108,000 with one that is kept).
class Arenas {
 public:
  using Arena = oneapi::tbb::task_arena;

  std::unique_ptr<Arena> take(int threads) {
    {
      const LockGuard lock(mutex_);
      std::vector<std::unique_ptr<Arena>>& idle = idle_[threads];
      if (!idle.empty()) {
        std::unique_ptr<Arena> arena = std::move(idle.back());
        idle.pop_back();
        return arena;
      }
    }
    return std::make_unique<Arena>(threads);
  }
  void give_back(int threads, std::unique_ptr<Arena> arena) {
    const LockGuard lock(mutex_);
    idle_[threads].push_back(std::move(arena));
  }

 private:
  Mutex mutex_;
  std::map<int, std::vector<std::unique_ptr<Arena>>> idle_;
};

// Never destroyed: the library's own state may be gone by then.
Arenas& arenas() {
  static Arenas& all = *new Arenas;
  return all;
}

}  // namespace

Parallel workers(std::size_t threads) {
  if (threads <= 1) return {};
  return {threads, [threads](std::size_t parts, const Parallel::Body& body) {
            // More workers than the machine has cores share its threads: an arena that is too large makes the library print a warning.
            const auto most = static_cast<std::size_t>(oneapi::tbb::info::default_concurrency());
            const int size = static_cast<int>(std::min(threads, most));
            std::unique_ptr<Arenas::Arena> arena = arenas().take(size);
            arena->execute([&] {
              oneapi::tbb::parallel_for(std::size_t{0}, parts, [&](std::size_t part) { body(part); }, oneapi::tbb::simple_partitioner());
            });
            arenas().give_back(size, std::move(arena));
          }};
}

#elif !defined(__wasm__)

// Where the library is not there, or cannot be seen into: a thread sanitizer needs it to be built with it.
Parallel workers(std::size_t threads) {
  if (threads <= 1) return {};
  return {threads, [threads](std::size_t parts, const Parallel::Body& body) {
            std::atomic<std::size_t> next = 0;
            const auto work = [&] {
              for (std::size_t part = next++; part < parts; part = next++) body(part);
            };
            std::vector<std::thread> others;
            for (std::size_t i = 1; i < std::min(threads, parts); ++i) others.emplace_back(work);
            work();
            for (std::thread& other : others) other.join();
          }};
}

#else

Parallel workers(std::size_t) { return {}; }

#endif

}  // namespace trueno::exec
