#pragma once

#include <utility>

#include "base/clock.h"
#include "base/threads.h"
#include "catalog/transaction.h"

namespace trueno::session {

/// The transaction between BEGIN and COMMIT or ROLLBACK. A statement inside works on a transaction of its own, which begins on this one's
/// root and is taken over when it succeeded: so a failed statement leaves nothing, also of its own half. Thread-safe.
class OpenTransaction {
 public:
  OpenTransaction(catalog::Catalog& catalog, catalog::Transaction changes, bool read_only)
      : catalog_(catalog), changes_(std::move(changes)), read_only_(read_only) {}

  /// now() of its statements: microseconds since 1970 UTC.
  [[nodiscard]] std::int64_t began_at() const { return began_at_; }

  /// What a statement works on. kTransaction after a failure.
  [[nodiscard]] Result<catalog::Transaction> begin_statement() const;
  /// Takes over what a statement changed. kConflict when another statement of this transaction changed it meanwhile.
  [[nodiscard]] Status end_statement(const catalog::Transaction& statement);
  /// A statement failed: nothing but the end is possible now.
  void abort();
  [[nodiscard]] bool aborted() const;
  /// Ends it. kConflict when somebody else changed what it changed.
  [[nodiscard]] Status commit();
  /// Ends it: statements that still run cannot be taken over.
  void end();

 private:
  enum class State : std::uint8_t { kOpen, kAborted, kEnded };

  catalog::Catalog& catalog_;
  mutable Mutex mutex_;
  catalog::Transaction changes_;
  const bool read_only_;
  const std::int64_t began_at_ = Clock::system().now_micros();
  State state_ = State::kOpen;
};

}  // namespace trueno::session
