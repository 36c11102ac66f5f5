#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "storage/table/table_data.h"

namespace trueno {

/// Columns whose values together occur once: PRIMARY KEY and UNIQUE. A row with a NULL among them is no key and occurs as often as it
/// likes.
struct KeyColumns {
  std::string name;  // of the constraint, for messages: "primary key", "unique"
  std::vector<int> columns;
};

/// Where the keys of one version of a table lie. Immutable: the next version's index shares what the old one holds, so adding n rows to a
/// table of N costs n log N, not N. 12 bytes a row. Thread-safe.
///
/// Keys are equal as GROUP BY sees them: NaN equals NaN, -0 equals +0.
class UniqueIndex {
 public:
  explicit UniqueIndex(KeyColumns key) : key_(std::move(key)) {}

  /// The index of `data`, whose first `rows()` rows are those of this index. kConstraint when a key occurs twice; the message holds it.
  [[nodiscard]] Result<std::shared_ptr<const UniqueIndex>> extended(const TableData& data) const;
  /// For each row of `batch` the row of `data` (the version of this index) that has its key; `columns` are the key's columns in the batch,
  /// of the same types. Nothing where there is none or the key holds a NULL.
  [[nodiscard]] std::vector<std::optional<std::int64_t>> find(const TableData& data, const Batch& batch,
                                                              const std::vector<int>& columns) const;

  /// The same index of a version whose columns have other numbers; the keys' values are the same.
  [[nodiscard]] std::shared_ptr<const UniqueIndex> renumbered(KeyColumns key) const {
    auto index = std::make_shared<UniqueIndex>(*this);
    index->key_ = std::move(key);
    return index;
  }

  [[nodiscard]] const KeyColumns& key() const { return key_; }
  [[nodiscard]] std::int64_t rows() const { return rows_; }

 private:
  /// Hashes of some rows' keys in ascending order, with the rows.
  struct Segment {
    std::vector<std::uint64_t> hashes;
    std::vector<std::uint32_t> rows;
  };
  using SegmentPtr = std::shared_ptr<const Segment>;

  template <class Same>
  [[nodiscard]] std::optional<std::int64_t> find_in_segments(std::uint64_t hash, Same same) const;
  [[nodiscard]] Error duplicate(const TableData& data, std::int64_t row) const;
  static SegmentPtr merged(const Segment& a, const Segment& b);

  KeyColumns key_;
  std::vector<SegmentPtr> segments_;  // each at most half as long as the one before
  std::int64_t rows_ = 0;
};

}  // namespace trueno
