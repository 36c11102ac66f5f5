#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "base/int128.h"
#include "base/result.h"
#include "base/threads.h"

namespace trueno::catalog {

/// How a sequence counts.
struct SequenceRule {
  std::int64_t start = 1;
  std::int64_t increment = 1;  // not 0
  std::int64_t minimum = 1;
  std::int64_t maximum = INT64_MAX;
  bool cycle = false;
};

/// The counter behind a sequence. Not part of any transaction: a number that was given is gone, so that no two transactions get the same.
/// Thread-safe.
class SequenceCounter {
 public:
  explicit SequenceCounter(const SequenceRule& rule) : rule_(rule), next_(rule.start) {}
  /// The next number. kOutOfRange at the end of a sequence that does not cycle.
  [[nodiscard]] Result<std::int64_t> next();
  /// `count` numbers, each the rule's increment behind the one before: the first of them. kOutOfRange where the end comes before,
  /// kNotSupported where a cycle would; the sequence stays where it is then.
  [[nodiscard]] Result<std::int64_t> take(std::int64_t count);
  /// The number given last; nothing before the first.
  [[nodiscard]] std::optional<std::int64_t> last() const;
  [[nodiscard]] const SequenceRule& rule() const { return rule_; }

 private:
  const SequenceRule rule_;
  mutable Mutex mutex_;
  i128 next_;
  std::optional<std::int64_t> last_;
};

/// CREATE SEQUENCE.
struct Sequence {
  std::shared_ptr<SequenceCounter> counter;
};

}  // namespace trueno::catalog
