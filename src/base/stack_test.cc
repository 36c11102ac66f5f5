#include "base/stack.h"

#include <gtest/gtest.h>

#include <thread>

namespace trueno {
namespace {

// Bytes of stack that so many calls take at least; the compiler may not turn them into a loop.
[[gnu::noinline]] std::size_t deep(std::size_t calls) {
  volatile char frame[1024];
  frame[0] = static_cast<char>(calls);
  const std::size_t below = calls == 0 ? 0 : deep(calls - 1);
  return below + sizeof frame + static_cast<std::size_t>(frame[0] - frame[0]);
}

TEST(WithStack, RunsWhereItIsWhileThereIsRoom) {
  const std::thread::id here = std::this_thread::get_id();
  std::thread::id there;
  with_stack(1024, [&] { there = std::this_thread::get_id(); });
  EXPECT_EQ(there, here);
}

TEST(WithStack, HasRoomForWhatTheCallersStackHasNot) {
  constexpr std::size_t kCalls = 60'000;  // an ordinary stack of 8 MiB ends after 8,000
  EXPECT_GE(on_stack(256U << 20, [] { return deep(kCalls); }), kCalls * 1024);
}

TEST(WithStack, CanBeAskedAgainInside) {
  const std::size_t bytes = on_stack(64U << 20, [] { return on_stack(300U << 20, [] { return deep(60'000); }); });
  EXPECT_GE(bytes, std::size_t{60'000} * 1024);
}

}  // namespace
}  // namespace trueno
