#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/threads.h"
#include "catalog/root.h"
#include "catalog/transaction.h"

namespace trueno::catalog {

/// What names stand for now. Whoever reads takes the root and keeps it; whoever changes works on a `Transaction` and commits it: of two
/// that change one thing the first to commit wins, the other gets kConflict. Thread-safe.
class Catalog {
 public:
  Catalog();

  [[nodiscard]] RootPtr root() const;
  /// A transaction on the root of this moment.
  [[nodiscard]] Transaction begin() { return {*this, root()}; }
  /// Makes the changes visible, all at once. kConflict: none of them.
  [[nodiscard]] Status commit(const Transaction& transaction);
  /// Grows with every call.
  [[nodiscard]] std::uint64_t next_stamp() { return stamps_.fetch_add(1, std::memory_order_relaxed) + 1; }

  /// The schema of one session's temporary things: nobody else can write its name.
  [[nodiscard]] static std::string temporary_schema(std::uint64_t session);
  [[nodiscard]] static bool is_temporary(std::string_view schema);
  /// Drops whatever lies in such a schema.
  void forget_temporary(const std::string& schema);

 private:
  mutable Mutex mutex_;
  RootPtr root_;
  std::atomic<std::uint64_t> stamps_ = 0;
};

}  // namespace trueno::catalog
