#pragma once

#include <map>
#include <memory>
#include <vector>

#include "base/file_system.h"
#include "base/threads.h"
#include "storage/csv/csv_sniffer.h"

namespace trueno {

/// Where the parts of a CSV file begin: part k holds the rows that begin in its `part_bytes` bytes.
///
/// A newline may lie inside quotes, and whether it does depends on all quotes before it. So the begin of part k + 1 is found by walking
/// over the rows of part k (or, without a quote in it, by one search), and remembered. Thread-safe.
class CsvParts {
 public:
  CsvParts(std::shared_ptr<const RandomAccessFile> file, const CsvLayout& layout, std::int64_t part_bytes);
  [[nodiscard]] std::int64_t count() const { return count_; }

  /// The bytes of a part. What was read to find where it ends is not read again.
  [[nodiscard]] Result<Buffer> bytes(std::int64_t part) const;
  /// The number errors give the first row of a part. Walks over all rows before it.
  [[nodiscard]] Result<std::int64_t> first_row_number(std::int64_t part) const;

 private:
  struct Range {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
  };
  [[nodiscard]] Result<Buffer> read(const Range& range) const;
  [[nodiscard]] Result<Range> find(std::int64_t part) const;
  [[nodiscard]] Result<std::uint64_t> next_begin(std::uint64_t begin, std::uint64_t limit, Buffer& looked_through) const;

  std::shared_ptr<const RandomAccessFile> file_;
  CsvLayout layout_;
  std::uint64_t part_bytes_;
  std::uint64_t file_size_;
  std::int64_t count_;
  mutable Mutex mutex_;
  mutable std::vector<std::uint64_t> begins_;       // of parts 0 .. size - 1
  mutable std::map<std::int64_t, Buffer> windows_;  // by part: its bytes and some more, until they are asked for
};

}  // namespace trueno
