// Scans of CSV files.
//
// A thousand rows are split first and then converted column by column: the type of a column is looked at once for all of them, and its
// loop stays in the instruction cache. An error waits until everything before it has been converted, because the earliest row that fails is
// the one to report.
//
// A packed file cannot be read in parts: its one part is a stream of windows, and a row that does not end in its window is split again with
// the next one.
#include "storage/csv/csv_source.h"

#include <algorithm>

#include "column/utf8.h"
#include "storage/csv/csv_column.h"
#include "storage/csv/csv_parts.h"
#include "storage/stream/stream_window.h"

namespace trueno {

namespace {

constexpr std::int64_t kBatchRows = 131'072;
constexpr std::int64_t kGroupRows = 1024;  // rows that are split before their columns are converted
constexpr std::uint64_t kFirstSample = std::uint64_t{1} << 20;
constexpr std::uint64_t kLargestSample = std::uint64_t{32} << 20;
constexpr std::size_t kLargestStreamRow = std::size_t{64} << 20;

// What scans share.
struct CsvFile {
  std::shared_ptr<const RandomAccessFile> file;
  CsvOptions options;
  CsvLayout layout;
  std::optional<CsvParts> parts;  // none: packed

  CsvFile(std::shared_ptr<const RandomAccessFile> opened, CsvOptions chosen, CsvLayout found)
      : file(std::move(opened)), options(std::move(chosen)), layout(std::move(found)) {
    if (options.compression == Compression::kNone) parts.emplace(file, layout, options.part_bytes);
  }
};

// Reads the rows of one part, a batch at a time. Used by one thread.
class CsvPartReader {
 public:
  CsvPartReader(std::shared_ptr<const CsvFile> file, std::int64_t part, std::span<const int> wanted, CancelToken cancel)
      : file_(std::move(file)), part_(part), wanted_(wanted.begin(), wanted.end()), cancel_(std::move(cancel)) {
    const Schema& schema = file_->layout.schema;
    for (const Field& field : schema) columns_.emplace_back(field, file_->layout.dialect, file_->options.nullstr);
    // Which rows are left out must not depend on the columns that are asked for.
    needed_ = wanted_;
    if (file_->options.ignore_errors) {
      needed_.clear();
      for (std::size_t i = 0; i < schema.size(); ++i) needed_.push_back(static_cast<int>(i));
    }
    std::sort(needed_.begin(), needed_.end());
    needed_.erase(std::unique(needed_.begin(), needed_.end()), needed_.end());
  }

  Result<std::optional<Batch>> next() {
    std::int64_t rows = 0;
    while (rows == 0 && !at_end_) {
      TRUENO_TRY(cancel_.check());
      if (!scanner_) TRUENO_TRY(open());
      while (rows < kBatchRows) {
        const std::int64_t more = TRUENO_TRY(split_rows(std::min(kGroupRows, kBatchRows - rows)));
        if (more != 0) rows += TRUENO_TRY(convert_rows());
        if (broken_row_) return std::move(*broken_row_);  // only now: the earliest row that fails is the error
        if (more == 0) break;
      }
      if (window_done_) scanner_.reset();  // texts point into the window: a batch ends with it
    }
    if (rows == 0) return std::optional<Batch>();
    Batch batch{rows, {}};
    std::vector<Column> converted(columns_.size());
    for (const int column : needed_) {
      auto& builder = columns_[static_cast<std::size_t>(column)];
      converted[static_cast<std::size_t>(column)] = TRUENO_TRY(builder.finish());
    }
    for (const int column : wanted_) batch.columns.push_back(converted[static_cast<std::size_t>(column)]);
    return std::optional(std::move(batch));
  }

 private:
  // Reads the part, or the next window of it, on the thread that scans it.
  Status open() {
    if (file_->parts) {
      bytes_ = TRUENO_TRY(file_->parts->bytes(part_));
    } else {
      TRUENO_TRY(next_window());
    }
    const std::string_view text(reinterpret_cast<const char*>(bytes_.data()), bytes_.size());
    const bool ascii = is_ascii(text);
    for (CsvColumn& column : columns_) column.set_bytes(bytes_, ascii);
    scanner_.emplace(file_->layout.dialect, text);
    return {};
  }

  Status next_window() {
    if (!stream_) {
      auto stream = TRUENO_TRY(open_stream(file_->file, file_->options.compression));
      const auto bytes = static_cast<std::size_t>(std::max<std::int64_t>(file_->options.part_bytes, 1));
      stream_.emplace(std::move(stream), file_->file->identity().path, bytes, kLargestStreamRow);
      TRUENO_TRY(stream_->skip(file_->layout.data_begin));
    }
    bytes_ = TRUENO_TRY(stream_->next(used_));
    last_ = stream_->last();
    window_done_ = false;
    return {};
  }

  // Splits up to `limit` good rows into `cells_`; gives how many, 0 at the end. A row that cannot be split goes to `broken_row_`.
  Result<std::int64_t> split_rows(std::int64_t limit) {
    cells_.clear();
    numbers_.clear();
    if (window_done_) return 0;
    const std::size_t width = columns_.size();
    while (static_cast<std::int64_t>(numbers_.size()) < limit) {
      const std::size_t before = cells_.size();
      const std::size_t begin = scanner_->position();
      const CsvScanner::Outcome outcome = scanner_->append_row(cells_);
      if (!last_ && (outcome == CsvScanner::Outcome::kOpenQuote || scanner_->position() >= bytes_.size())) {
        cells_.resize(before);  // the row may go on behind the window
        used_ = begin;
        window_done_ = true;
        break;
      }
      if (outcome == CsvScanner::Outcome::kEnd) {
        at_end_ = true;
        break;
      }
      const std::int64_t number = rows_seen_++;
      if (outcome == CsvScanner::Outcome::kOpenQuote) {
        at_end_ = true;
        if (file_->options.ignore_errors) {
          scanner_.emplace(file_->layout.dialect, std::string_view());
          break;
        }
        broken_row_ = failed(number, "a quote is opened and never closed", "quote = '' turns quotes off");
        break;
      }
      const std::size_t found = cells_.size() - before;
      const bool blank = found == 1 && cells_.back().size == 0 && cells_.back().quoted == 0;
      if (blank && width > 1) {
        cells_.resize(before);
        continue;
      }
      if (outcome == CsvScanner::Outcome::kRow && found < width && file_->options.null_padding) {
        cells_.resize(before + width);
      } else if (outcome != CsvScanner::Outcome::kRow || found != width) {
        cells_.resize(before);
        if (file_->options.ignore_errors) continue;
        broken_row_ = outcome == CsvScanner::Outcome::kBehindQuote ? failed(number, "text stands behind a closing quote", kIgnore)
                                                                   : ragged(number, found);
        break;
      }
      numbers_.push_back(number);
    }
    return static_cast<std::int64_t>(numbers_.size());
  }

  // Converts the split rows, column by column; gives how many rows were added. The first row that fails is the error, or is left out.
  Result<std::int64_t> convert_rows() {
    while (true) {
      const auto rows = static_cast<std::int64_t>(numbers_.size());
      std::int64_t first_bad = rows;
      int bad_column = 0;
      for (const int column : needed_) {
        CsvColumn& builder = columns_[static_cast<std::size_t>(column)];
        const std::int64_t done = TRUENO_TRY(builder.append(cells_.data() + column, columns_.size(), first_bad));
        if (done < first_bad) {
          first_bad = done;
          bad_column = column;
        }
      }
      if (first_bad == rows) return rows;
      if (!file_->options.ignore_errors) return conversion_failure(first_bad, bad_column);
      const std::int64_t kept = columns_[static_cast<std::size_t>(bad_column)].length() - first_bad;
      for (const int column : needed_) columns_[static_cast<std::size_t>(column)].truncate(kept);
      const auto at = static_cast<std::ptrdiff_t>(first_bad) * static_cast<std::ptrdiff_t>(columns_.size());
      cells_.erase(cells_.begin() + at, cells_.begin() + at + static_cast<std::ptrdiff_t>(columns_.size()));
      numbers_.erase(numbers_.begin() + static_cast<std::ptrdiff_t>(first_bad));
    }
  }

  static constexpr std::string_view kIgnore = "ignore_errors = true leaves such rows out";

  Error failed(std::int64_t row, std::string_view what, std::string_view hint, ErrorCode code = ErrorCode::kInvalidInput) const {
    const Result<std::int64_t> first =
        file_->parts ? file_->parts->first_row_number(part_) : Result<std::int64_t>(file_->layout.first_row_number);
    if (!first) return first.error();
    return error(code, "\"{}\", row {}{}{}", file_->file->identity().path, *first + row, what.starts_with(",") ? "" : ": ", what)
        .hint(std::string(hint));
  }

  Error ragged(std::int64_t row, std::size_t found) const {
    const bool shorter = found < columns_.size();
    return failed(row, fmt::format("{} columns instead of {}", found, columns_.size()),
                  shorter ? "null_padding = true fills short rows with NULLs, ignore_errors = true leaves them out" : kIgnore);
  }

  // The error of a cell, with its place, its text and the way out.
  Error conversion_failure(std::int64_t row, int column) const {
    const CsvColumn& builder = columns_[static_cast<std::size_t>(column)];
    const CsvCell& cell = cells_[static_cast<std::size_t>(row) * columns_.size() + static_cast<std::size_t>(column)];
    const std::int64_t number = numbers_[static_cast<std::size_t>(row)];
    const std::string place = fmt::format(", column {} ({})", column + 1, builder.field().name);
    std::string text = builder.text_of(cell);
    if (!is_utf8(text)) {
      return failed(number, place + ": the bytes are not UTF-8", "convert the file first, for example with iconv; or ignore_errors = true");
    }
    if (text.size() > 80) text = text.substr(0, 77) + "...";
    return failed(number, fmt::format("{}: cannot read '{}' as {}", place, text, builder.field().type.to_string()),
                  fmt::format("types = {{'{}': 'VARCHAR'}} reads the column as text, ignore_errors = true leaves such rows out",
                              builder.field().name),
                  ErrorCode::kConversion);
  }

  std::shared_ptr<const CsvFile> file_;
  std::int64_t part_;
  std::vector<int> wanted_;
  std::vector<int> needed_;
  CancelToken cancel_;
  std::vector<CsvColumn> columns_;
  Buffer bytes_;
  std::optional<StreamWindow> stream_;  // packed files
  std::size_t used_ = 0;                // of the window
  bool window_done_ = false;
  bool last_ = true;  // no window comes behind this one
  std::optional<CsvScanner> scanner_;
  std::vector<CsvCell> cells_;         // of the split rows, row by row
  std::vector<std::int64_t> numbers_;  // of the split rows, within the part
  std::int64_t rows_seen_ = 0;
  bool at_end_ = false;
  std::optional<Error> broken_row_;
};

// Knows nothing of its rows before they are read: neither their number nor their bounds.
class CsvSource final : public TableSource {
 public:
  explicit CsvSource(std::shared_ptr<const CsvFile> file) : file_(std::move(file)) {}

  const Schema& schema() const override { return file_->layout.schema; }
  std::string identity() const override {
    const std::string name = content_name(file_->file->identity());
    return name.empty() ? name : name + file_->options.reading;
  }
  std::string description() const override { return file_->file->identity().path; }
  std::int64_t part_count() const override { return file_->parts ? file_->parts->count() : 1; }
  std::optional<std::int64_t> part_rows(std::int64_t) const override { return std::nullopt; }
  ColumnStatistics statistics(std::int64_t, int) const override { return {}; }
  std::int64_t column_bytes(std::int64_t, int) const override {
    // Every column of a row is read to find the next.
    const auto size = static_cast<std::int64_t>(file_->file->identity().size);
    const auto columns = static_cast<std::int64_t>(std::max<std::size_t>(schema().size(), 1));
    return (file_->parts ? std::min(size, file_->options.part_bytes) : size) / columns;
  }
  Result<BatchStream> scan(std::int64_t part, std::span<const int> columns, const ScanPredicate&,
                           const CancelToken& cancel) const override {
    auto reader = std::make_shared<CsvPartReader>(file_, part, columns, cancel);
    return BatchStream([reader] { return reader->next(); });
  }

 private:
  std::shared_ptr<const CsvFile> file_;
};

}  // namespace

// A beginning of the file that holds enough rows, or all of it.
Result<CsvLayout> sniff_csv(const std::shared_ptr<const RandomAccessFile>& file, const CsvOptions& options) {
  const bool all = options.sample_size < 0;
  const bool packed = options.compression != Compression::kNone;
  const std::uint64_t size = packed ? UINT64_MAX : file->identity().size + 1;
  for (std::uint64_t wanted = all ? kLargestSample * 32 : kFirstSample;; wanted *= 4) {
    const auto stream = TRUENO_TRY(open_stream(file, options.compression));
    bool whole = false;
    const Buffer bytes = TRUENO_TRY(read_beginning(*stream, static_cast<std::size_t>(std::min(wanted, size)), whole));
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    const auto lines = std::count(text.begin(), text.end(), '\n');
    if (!whole && lines <= options.sample_size && wanted < kLargestSample) continue;
    auto layout = sniff_csv(text, whole, options);
    if (!layout) return Error(std::move(layout).error()).context(fmt::format("\"{}\"", file->identity().path));
    return layout;
  }
}

Result<std::shared_ptr<const TableSource>> open_csv(std::shared_ptr<const RandomAccessFile> file, const CsvOptions& options) {
  CsvLayout layout = TRUENO_TRY(sniff_csv(file, options));
  auto shared = std::make_shared<const CsvFile>(std::move(file), options, std::move(layout));
  return std::shared_ptr<const TableSource>(std::make_shared<CsvSource>(std::move(shared)));
}

Result<std::shared_ptr<const TableSource>> open_csv(const FileSystem& files, const std::string& path, const CsvOptions& options) {
  std::shared_ptr<const RandomAccessFile> file = TRUENO_TRY(files.open(path));
  return open_csv(std::move(file), options);
}

}  // namespace trueno
