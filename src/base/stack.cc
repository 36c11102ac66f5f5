#include "base/stack.h"

#if !defined(__wasm__)
#include <pthread.h>

#include <cstdint>
#endif

namespace trueno {

#if defined(__wasm__)

void with_stack(std::size_t, const std::function<void()>& work) { work(); }

#else

namespace {

// The lowest address of the calling thread's stack; 0 where the system does not say. Asking costs a read of /proc on the first thread.
std::uintptr_t stack_end() {
#if defined(__APPLE__)
  return reinterpret_cast<std::uintptr_t>(::pthread_get_stackaddr_np(::pthread_self())) - ::pthread_get_stacksize_np(::pthread_self());
#else
  ::pthread_attr_t attributes;
  if (::pthread_getattr_np(::pthread_self(), &attributes) != 0) return 0;
  void* lowest = nullptr;
  std::size_t size = 0;
  const bool known = ::pthread_attr_getstack(&attributes, &lowest, &size) == 0;
  ::pthread_attr_destroy(&attributes);
  return known ? reinterpret_cast<std::uintptr_t>(lowest) : 0;
#endif
}

std::size_t stack_left() {
  static thread_local const std::uintptr_t end = stack_end();
  // Not of a variable: sanitizers keep those elsewhere.
  const auto at = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  return at > end ? at - end : 0;
}

void* call(void* work) {
  (*static_cast<const std::function<void()>*>(work))();
  return nullptr;
}

// Whether there was such a thread. Its stack is address space: pages come as they are touched.
bool run_on_thread(std::size_t bytes, const std::function<void()>& work) {
  ::pthread_attr_t attributes;
  if (::pthread_attr_init(&attributes) != 0) return false;
  ::pthread_t thread;
  const bool started = ::pthread_attr_setstacksize(&attributes, bytes) == 0 &&
                       ::pthread_create(&thread, &attributes, call, const_cast<std::function<void()>*>(&work)) == 0;
  ::pthread_attr_destroy(&attributes);
  if (started) ::pthread_join(thread, nullptr);
  return started;
}

}  // namespace

void with_stack(std::size_t bytes, const std::function<void()>& work) {
  constexpr std::size_t kPage = 65'536;
  const std::size_t rounded = (bytes + kPage - 1) / kPage * kPage;
  // Where the system refuses a thread, what there is has to do.
  if (stack_left() >= bytes || !run_on_thread(rounded + 4 * kPage, work)) work();
}

#endif

}  // namespace trueno
