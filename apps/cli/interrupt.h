#pragma once

#include <memory>

#include "trueno/cancellation.h"

namespace trueno::cli {

/// Ctrl-C stops the query that runs, not the program. At the prompt it interrupts the reading of a line (which then fails with EINTR).
/// All functions are for the main thread.
class Interrupts {
 public:
  /// Takes over SIGINT.
  static void install();

  /// While it lives, Ctrl-C cancels this query. One at a time.
  class Scope {
   public:
    Scope();
    ~Scope();
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;
    [[nodiscard]] const Cancellation& cancellation() const { return *cancellation_; }

   private:
    std::shared_ptr<Cancellation> cancellation_;
  };

  /// Whether Ctrl-C was pressed since the last `take` or the last scope began.
  static bool pending();
  static bool take();
};

}  // namespace trueno::cli
