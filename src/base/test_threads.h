#pragma once

#include <atomic>
#include <thread>
#include <vector>

#include "base/parallel.h"

namespace trueno {

/// For tests: loops on `count` threads of their own, as exec hands them down.
inline Parallel test_threads(std::size_t count) {
  return {count, [count](std::size_t parts, const Parallel::Body& body) {
            std::atomic<std::size_t> next = 0;
            std::vector<std::thread> running;
            for (std::size_t i = 0; i < count; ++i) {
              running.emplace_back([&] {
                for (std::size_t part = next++; part < parts; part = next++) body(part);
              });
            }
            for (std::thread& thread : running) thread.join();
          }};
}

}  // namespace trueno
