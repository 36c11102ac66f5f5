#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <utility>

namespace trueno {

/// Runs `work` where at least `bytes` of stack are left: on the caller's, or on a thread made for it, which the caller waits for. For
/// recursion whose depth the input decides. A system without threads runs it where it is. Thread-safe; costs a few nanoseconds where there
/// is room, else some ten microseconds.
void with_stack(std::size_t bytes, const std::function<void()>& work);

/// The same for work that gives something back.
template <class Work>
[[nodiscard]] auto on_stack(std::size_t bytes, const Work& work) {
  std::optional<decltype(work())> result;
  with_stack(bytes, [&] { result.emplace(work()); });
  return std::move(*result);
}

}  // namespace trueno
