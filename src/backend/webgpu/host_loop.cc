#include "backend/webgpu/host_loop.h"

#ifdef TRUENO_HAS_TBB
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/task_arena.h>
#endif

namespace trueno::backend::webgpu {

void on_host(std::size_t parts, const std::function<void(std::size_t part)>& work) {
#ifdef TRUENO_HAS_TBB
  // Isolated: whoever waits for the last part may hold a lock, and must not take up another worker's morsels, which may want it.
  oneapi::tbb::this_task_arena::isolate([&] { oneapi::tbb::parallel_for(std::size_t{0}, parts, work); });
#else
  for (std::size_t part = 0; part < parts; ++part) work(part);
#endif
}

}  // namespace trueno::backend::webgpu
