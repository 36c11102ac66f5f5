#pragma once

#include <chrono>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/threads.h"
#include "column/column.h"

namespace trueno::session {

/// Results of queries by what decides them. Nothing in here is ever wrong: a key says the versions of the tables and the contents of the
/// files that the query read, so a result whose sources have changed is not found any more, and goes when room is needed.
///
/// What was used last stays. Thread-safe.
class ResultCache {
 public:
  using Moment = std::chrono::steady_clock::time_point;
  using Duration = std::chrono::milliseconds;

  struct Entry {
    std::string key;
    std::string query;  // for people
    Schema schema;
    Batch rows;
    std::optional<Duration> lifetime;  // none: as long as there is room
  };
  struct Found {
    Schema schema;
    Batch rows;
    Duration age{0};
  };
  struct Listed {
    std::string query;
    std::int64_t rows = 0;
    std::int64_t bytes = 0;
    std::int64_t hits = 0;
    Duration age{0};
    std::optional<Duration> lifetime;
  };

  /// Nothing where there is none, where its lifetime is over, or where it is older than `limit`.
  [[nodiscard]] std::optional<Found> find(std::string_view key, std::optional<Duration> limit, Moment now);
  /// The same without taking it.
  [[nodiscard]] bool has(std::string_view key, std::optional<Duration> limit, Moment now) const;
  /// Keeps a result, in the place of one with its key, and makes room: all together take `limit` bytes. False: it alone takes more.
  bool keep(Entry entry, std::int64_t limit, Moment now);
  /// The last used first.
  [[nodiscard]] std::vector<Listed> list(Moment now) const;

 private:
  struct Kept {
    Entry entry;
    std::int64_t bytes = 0;
    std::int64_t hits = 0;
    Moment since;
  };
  using Place = std::list<Kept>::iterator;

  static Duration age_of(const Kept& kept, Moment now) { return std::chrono::duration_cast<Duration>(now - kept.since); }
  static bool is_over(const Kept& kept, Moment now) { return kept.entry.lifetime && now - kept.since >= *kept.entry.lifetime; }
  void remove(Place place);

  mutable Mutex mutex_;
  std::list<Kept> kept_;                                // the last used first
  std::unordered_map<std::string_view, Place> places_;  // keys lie in kept_
  std::int64_t bytes_ = 0;                              // of all of kept_
};

}  // namespace trueno::session
