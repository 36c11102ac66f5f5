#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/threads.h"
#include "dispatch/dispatch.h"

namespace trueno::dispatch {

/// One pipeline that was placed and ran, as `trueno_decisions()` lists it.
struct LoggedDecision {
  std::int64_t number = 0;  // counts up from 1
  std::string device;
  std::string reason;
  kernel::SinkKind sink = kernel::SinkKind::kEmit;
  bool joins = false;
  double predicted_us = 0;
  Outcome outcome;
  std::vector<Bid> bids;  // of all devices that had a say
};

/// Tells programs apart: those that do the same have the same number.
[[nodiscard]] std::uint64_t shape_of(const kernel::Program& program);
/// What runs have taught: how far predictions were off, what was lost for want of rows on a device, what was decided. Thread-safe.
class Experience {
 public:
  /// What a prediction of everything but moving and compiling is to be multiplied with. By (device, program, size), where that is known,
  /// else by (device, kind of program).
  [[nodiscard]] double correction(std::size_t device, const kernel::Program& program, std::uint64_t shape, double rows) const;
  void learn(std::size_t device, const kernel::Program& program, std::uint64_t shape, double rows, double predicted_us, double measured_us);

  /// The share of its rows that a program hands out, which is the same on every device; nothing before its first run.
  [[nodiscard]] std::optional<double> kept(std::uint64_t shape) const;
  /// Whether this was the first that is known.
  bool learn_kept(std::uint64_t shape, double share);

  /// The same as `correction` for moving columns to a device.
  [[nodiscard]] double link_correction(std::size_t device) const;
  void learn_link(std::size_t device, double predicted_us, double measured_us);

  /// Microseconds that were lost so far because a content's columns do not lie on a device, or its kernels are not compiled.
  [[nodiscard]] double credit(const std::string& content) const;
  void add_credit(const std::string& content, double us);
  void spend_credit(const std::string& content, double us);

  /// Whether this run of a program is the one in a hundred that tries the runner-up.
  [[nodiscard]] bool explores(std::uint64_t shape);

  void log(LoggedDecision decision);
  /// The last ones, oldest first.
  [[nodiscard]] std::vector<LoggedDecision> decisions() const;

 private:
  struct Ratio {
    double value = 1;
    int seen = 0;
    void add(double observed, double most);
  };
  mutable Mutex mutex_;
  std::map<std::pair<std::size_t, int>, Ratio> by_kind_;
  std::unordered_map<std::uint64_t, Ratio> by_shape_;
  std::unordered_map<std::uint64_t, Ratio> kept_;
  std::map<std::size_t, Ratio> links_;
  std::unordered_map<std::uint64_t, int> runs_;
  std::unordered_map<std::string, double> credits_;
  std::deque<LoggedDecision> log_;
  std::int64_t logged_ = 0;
};

}  // namespace trueno::dispatch
