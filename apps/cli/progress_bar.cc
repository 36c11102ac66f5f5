#include "progress_bar.h"

#include <cstdio>
#include <string>

namespace trueno::cli {

namespace {

constexpr double kShownAfterSeconds = 2;
constexpr int kWidth = 30;

}  // namespace

ProgressBar::~ProgressBar() { restart(); }

void ProgressBar::restart() {
  if (drawn_) std::fputs("\r\x1b[K", stderr);
  drawn_ = false;
  start_ = std::chrono::steady_clock::now();
}

void ProgressBar::show(const Progress& progress) {
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  if (!enabled_ || seconds < kShownAfterSeconds || progress.total <= 0) return;
  const double share = static_cast<double>(progress.done) / static_cast<double>(progress.total);
  std::string bar;
  for (int i = 0; i < kWidth; ++i) bar += i < static_cast<int>(share * kWidth) ? "█" : "░";
  std::fprintf(stderr, "\r\x1b[K%s %3.0f %%  %.0f s", bar.c_str(), 100 * share, seconds);
  if (progress.pipeline > 0) std::fprintf(stderr, "  pipeline %lld", static_cast<long long>(progress.pipeline) + 1);
  std::fflush(stderr);
  drawn_ = true;
}

}  // namespace trueno::cli
