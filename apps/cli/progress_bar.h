#pragma once

#include <chrono>

#include "trueno/profile.h"

namespace trueno::cli {

/// A bar on standard error for what takes longer than two seconds; removed when it goes away. `show` is called by one thread at a time.
class ProgressBar {
 public:
  explicit ProgressBar(bool enabled) : enabled_(enabled) {}
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  void show(const Progress& progress);
  /// Removes the bar and counts from now: the next statement begins.
  void restart();

 private:
  bool enabled_;
  bool drawn_ = false;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace trueno::cli
