#include "exec/workers.h"

#include <algorithm>

#ifdef TRUENO_HAS_TBB
#include <oneapi/tbb/info.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/task_arena.h>
#elif !defined(__wasm__)
#include <atomic>
#include <thread>
#include <vector>
#endif

namespace trueno::exec {

#ifdef TRUENO_HAS_TBB

Parallel workers(std::size_t threads) {
  if (threads <= 1) return {};
  return {threads, [threads](std::size_t parts, const Parallel::Body& body) {
            // More workers than the machine has cores share its threads: an arena that is too large makes the library print a warning.
            const auto most = static_cast<std::size_t>(oneapi::tbb::info::default_concurrency());
            oneapi::tbb::task_arena arena(static_cast<int>(std::min(threads, most)));
            arena.execute([&] {
              oneapi::tbb::parallel_for(std::size_t{0}, parts, [&](std::size_t part) { body(part); }, oneapi::tbb::simple_partitioner());
            });
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
