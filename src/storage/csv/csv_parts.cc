// Where parts begin.
#include "storage/csv/csv_parts.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "storage/csv/csv_scanner.h"

namespace trueno {

namespace {
constexpr std::uint64_t kMaxRange = std::uint64_t{1} << 30;  // what a cell's place can name
constexpr std::size_t kMostWindows = 64;                     // parts that nobody asks for, behind a LIMIT, would keep theirs
}  // namespace

CsvParts::CsvParts(std::shared_ptr<const RandomAccessFile> file, const CsvLayout& layout, std::int64_t part_bytes)
    : file_(std::move(file)), layout_(layout), part_bytes_(static_cast<std::uint64_t>(std::max<std::int64_t>(part_bytes, 1))) {
  file_size_ = file_->identity().size;
  const std::uint64_t data = file_size_ - std::min(layout_.data_begin, file_size_);
  count_ = static_cast<std::int64_t>((data + part_bytes_ - 1) / part_bytes_);
  begins_.push_back(layout_.data_begin);
}

Result<Buffer> CsvParts::read(const Range& range) const {
  const std::uint64_t size = range.end - range.begin;
  if (size >= kMaxRange) {
    return error(ErrorCode::kNotSupported, "the rows from byte {} on take more than {} bytes without an end", range.begin, kMaxRange)
        .hint("a quote may be missing; quote = '' turns quotes off");
  }
  MutableBuffer bytes = TRUENO_TRY(MutableBuffer::uninitialised(static_cast<std::size_t>(size)));
  TRUENO_TRY(file_->read(range.begin, {bytes.data(), bytes.size()}));
  return std::move(bytes).freeze();
}

// The first row that begins at `limit` or behind, walking from the row at `begin`. Reads further pieces while a row goes on.
Result<std::uint64_t> CsvParts::next_begin(std::uint64_t begin, std::uint64_t limit, Buffer& looked_through) const {
  if (limit >= file_size_) return file_size_;
  if (begin >= limit) return begin;
  for (std::uint64_t window = limit - begin + 4096;; window *= 4) {
    const std::uint64_t end = std::min(file_size_, begin + window);
    looked_through = TRUENO_TRY(read({begin, end}));
    const std::string_view text(reinterpret_cast<const char*>(looked_through.data()), looked_through.size());
    CsvScanner scanner(layout_.dialect, text);
    // Without quotes every newline ends a row. Walk from the last row's end before the limit, where it is found without walking.
    const auto upto = static_cast<std::size_t>(limit - begin);
    const bool quoted = layout_.dialect.quote != '\0' && std::memchr(text.data(), layout_.dialect.quote, text.size()) != nullptr;
    const std::size_t last = quoted ? last_row_end(layout_.dialect, text, upto) : text.find_last_of("\r\n", upto - 1);
    if (last != std::string_view::npos) scanner = CsvScanner(layout_.dialect, text, last);
    while (begin + scanner.position() < limit) {
      const CsvScanner::Outcome outcome = scanner.skip_row();
      if (outcome == CsvScanner::Outcome::kEnd || outcome == CsvScanner::Outcome::kOpenQuote) break;
    }
    // A row that ends with the window may go on behind it.
    const bool certain = scanner.position() < text.size() || end == file_size_;
    if (begin + scanner.position() >= limit && certain) return begin + scanner.position();
    if (end == file_size_) return file_size_;  // the rest is one row, or one open quote
  }
}

// Parts are scanned roughly in order, so the begin of a part is usually known when it is asked for. The lock is held while rows are walked:
// others need the same result.
Result<Buffer> CsvParts::bytes(std::int64_t part) const {
  Range range;
  Buffer window;
  {
    const LockGuard lock(mutex_);
    range = TRUENO_TRY(find(part));
    if (const auto known = windows_.find(part); known != windows_.end()) {
      window = std::move(known->second);
      windows_.erase(known);
    }
  }
  const auto size = static_cast<std::size_t>(range.end - range.begin);
  return window.size() >= size && !window.empty() ? window.slice(0, size) : read(range);
}

Result<CsvParts::Range> CsvParts::find(std::int64_t part) const {
  while (static_cast<std::int64_t>(begins_.size()) <= part + 1) {
    const std::uint64_t limit = layout_.data_begin + begins_.size() * part_bytes_;
    Buffer window;
    const std::uint64_t begin = TRUENO_TRY(next_begin(begins_.back(), limit, window));
    if (windows_.size() < kMostWindows) windows_.emplace(static_cast<std::int64_t>(begins_.size()) - 1, std::move(window));
    begins_.push_back(begin);
  }
  const auto index = static_cast<std::size_t>(part);
  return Range{begins_[index], begins_[index + 1]};
}

// Only errors ask for it, so the rows are counted anew.
Result<std::int64_t> CsvParts::first_row_number(std::int64_t part) const {
  std::int64_t number = layout_.first_row_number;
  for (std::int64_t before = 0; before < part; ++before) {
    const Buffer text = TRUENO_TRY(bytes(before));
    CsvScanner scanner(layout_.dialect, {reinterpret_cast<const char*>(text.data()), text.size()});
    while (true) {
      const CsvScanner::Outcome outcome = scanner.skip_row();
      if (outcome == CsvScanner::Outcome::kEnd || outcome == CsvScanner::Outcome::kOpenQuote) break;
      ++number;
    }
  }
  return number;
}

}  // namespace trueno
