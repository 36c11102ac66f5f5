#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "base/threads.h"
#include "base/unique_id.h"
#include "column/column.h"
#include "storage/statistics/hyper_log_log.h"

namespace trueno {

/// Rows of a row group when it is full: the unit of scheduling, and what statistics and encodings are chosen for.
inline constexpr std::int64_t kRowGroupRows = 131'072;

/// Equally long column chunks, each with its own encoding and proven statistics. Immutable.
struct RowGroup {
  UniqueId id;
  std::int64_t rows = 0;
  std::vector<Column> columns;
};

/// What is found out about all row groups of a version when it is first asked for, by column. A copy is for another version and starts
/// anew. Thread-safe.
template <class T>
class FoundOnce {
 public:
  FoundOnce() = default;
  FoundOnce(const FoundOnce&) {}
  FoundOnce& operator=(const FoundOnce&) {
    const LockGuard lock(mutex_);
    known_.clear();
    return *this;
  }
  ~FoundOnce() = default;
  /// Of a column; `find` finds it the first time.
  template <class Find>
  [[nodiscard]] T of(int column, Find find) const {
    const LockGuard lock(mutex_);
    const auto known = known_.find(column);
    return known != known_.end() ? known->second : known_.emplace(column, find()).first->second;
  }

 private:
  mutable Mutex mutex_;
  mutable std::map<int, T> known_;
};

/// One version of a table: an immutable list of immutable row groups, so that readers need no lock and versions share what they have in
/// common. All dictionary chunks of a column refer to one dictionary.
struct TableData {
  Schema schema;
  std::vector<std::shared_ptr<const RowGroup>> groups;
  std::vector<std::shared_ptr<const HyperLogLog>> sketches;  // by column: the values of all groups
  std::int64_t rows = 0;
  FoundOnce<ColumnStatistics> statistics;                     // merged
  FoundOnce<std::shared_ptr<const Dictionary>> dictionaries;  // the one of all groups; null: there is none
  FoundOnce<std::int64_t> column_bytes;
  FoundOnce<Result<Column>> samples;  // the rows of TableSource::sample
  FoundOnce<std::string> group_runs;  // of no column (0): the numbers of the groups, as text

  [[nodiscard]] std::int64_t byte_size() const;
};

}  // namespace trueno
