// Rows of JSON files.
//
// The bytes come in windows. A part of a file of lines is one window; everything else is a stream of them, and a row that does not end in
// its window is read again with the next one. Rows go straight from the bytes into columns.
#include "storage/json/json_reader.h"

#include <algorithm>
#include <cstring>

namespace trueno {

namespace {

constexpr std::int64_t kBatchRows = 131'072;
constexpr std::size_t kWindow = std::size_t{4} << 20;
constexpr std::size_t kSearch = std::size_t{64} << 10;

std::vector<int> each_once(std::span<const int> columns) {
  std::vector<int> out(columns.begin(), columns.end());
  std::ranges::sort(out);
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

// What a row is read as when only some columns are wanted.
JsonType row_type(const JsonLayout& layout, const std::vector<int>& columns) {
  if (!layout.records) return layout.types.front();
  std::vector<std::string> names;
  std::vector<JsonType> types;
  for (const int column : columns) {
    names.push_back(layout.names[static_cast<std::size_t>(column)]);
    types.push_back(layout.types[static_cast<std::size_t>(column)]);
  }
  return JsonType::structure(std::move(names), std::move(types));
}

}  // namespace

std::int64_t JsonFile::part_count() const {
  if (!in_parts()) return 1;
  const std::uint64_t bytes = file->identity().size - std::min(data_begin, file->identity().size);
  const auto size = static_cast<std::uint64_t>(std::max<std::int64_t>(options.part_bytes, 1));
  return static_cast<std::int64_t>((bytes + size - 1) / size);
}

JsonReader::JsonReader(std::shared_ptr<const JsonFile> file, std::int64_t part, std::span<const int> wanted, CancelToken cancel)
    : file_(std::move(file)),
      part_(part),
      wanted_(wanted.begin(), wanted.end()),
      needed_(each_once(wanted)),
      cancel_(std::move(cancel)),
      rows_(row_type(file_->layout, needed_)) {
  reading_.lenient = file_->options.ignore_errors;
}

Result<std::optional<Batch>> JsonReader::next() {
  TRUENO_TRY(cancel_.check());
  while (!at_end_) {
    if (!loaded_) TRUENO_TRY(load());
    while (rows_.length() < kBatchRows) {
      const Row row = TRUENO_TRY(read_row());
      if (row == Row::kRead) continue;
      at_end_ = row == Row::kEnd;
      loaded_ = row != Row::kNeedsMore;
      break;
    }
    // Texts point into the window, so a batch ends with it.
    if (rows_.length() != 0) return std::optional(TRUENO_TRY(finish_batch()));
    TRUENO_TRY(cancel_.check());
  }
  return std::optional<Batch>();
}

// The next window: what is not read of this one, and bytes behind it.
Status JsonReader::load() {
  loaded_ = true;
  if (file_->in_parts()) {
    TRUENO_TRY(load_part());
  } else {
    if (!stream_) {
      auto stream = TRUENO_TRY(open_stream(file_->file, file_->options.compression));
      const auto largest = static_cast<std::size_t>(std::max<std::int64_t>(file_->options.maximum_object_size, 1));
      // A small file needs no large window; how large a packed one is nobody knows.
      const std::uint64_t all = file_->options.compression == Compression::kNone ? file_->file->identity().size + 1 : kWindow;
      stream_.emplace(std::move(stream), file_->file->identity().path, static_cast<std::size_t>(std::min<std::uint64_t>(kWindow, all)),
                      std::max(largest, kWindow));
      TRUENO_TRY(stream_->skip(file_->data_begin));
    }
    window_ = TRUENO_TRY(stream_->next(position_));
    window_offset_ = stream_->offset();
    last_ = stream_->last();
  }
  position_ = 0;
  text_ = {reinterpret_cast<const char*>(window_.data()), window_.size()};
  rows_.set_bytes(window_);
  return {};
}

// Part k holds the lines that begin in its bytes. In strings newlines are escaped, so every newline ends a line.
Status JsonReader::load_part() {
  const auto size = static_cast<std::uint64_t>(std::max<std::int64_t>(file_->options.part_bytes, 1));
  const std::uint64_t begin = file_->data_begin + static_cast<std::uint64_t>(part_) * size;
  const std::uint64_t from = part_ == 0 ? begin : TRUENO_TRY(line_begin(begin));
  const std::uint64_t to = std::max(from, TRUENO_TRY(line_begin(begin + size)));
  MutableBuffer bytes = TRUENO_TRY(MutableBuffer::uninitialised(static_cast<std::size_t>(to - from)));
  TRUENO_TRY(file_->file->read(from, {bytes.data(), bytes.size()}));
  window_ = std::move(bytes).freeze();
  window_offset_ = from;
  last_ = true;
  return {};
}

// The first begin of a line at `offset` or behind: behind the first newline at `offset` - 1 or behind.
Result<std::uint64_t> JsonReader::line_begin(std::uint64_t offset) const {
  const std::uint64_t file_size = file_->file->identity().size;
  std::vector<std::uint8_t> piece(kSearch);
  for (std::uint64_t at = offset - 1; at < file_size; at += piece.size()) {
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(piece.size(), file_size - at));
    TRUENO_TRY(file_->file->read(at, {piece.data(), count}));
    const void* found = std::memchr(piece.data(), '\n', count);
    if (found != nullptr) return at + static_cast<std::uint64_t>(static_cast<const std::uint8_t*>(found) - piece.data()) + 1;
    if (at - offset > static_cast<std::uint64_t>(file_->options.maximum_object_size) && at > offset) {
      return error(ErrorCode::kInvalidInput, "\"{}\": the line around byte {} takes more than {} bytes", file_->file->identity().path,
                   offset, file_->options.maximum_object_size)
          .hint("maximum_object_size allows more");
    }
  }
  return file_size;
}

Result<JsonReader::Row> JsonReader::read_row() { return file_->format == JsonFormat::kNewlineDelimited ? read_line() : read_value(); }

// One line, if it is complete; blank ones are no rows.
Result<JsonReader::Row> JsonReader::read_line() {
  while (true) {
    const std::size_t left = text_.size() - position_;
    if (left == 0) return last_ ? Row::kEnd : Row::kNeedsMore;
    const void* found = std::memchr(text_.data() + position_, '\n', left);
    if (found == nullptr && !last_) return Row::kNeedsMore;
    const std::size_t begin = position_;
    const std::size_t end = found == nullptr ? text_.size() : static_cast<std::size_t>(static_cast<const char*>(found) - text_.data());
    TRUENO_TRY(check_size(begin, end));
    JsonCursor cursor(text_.substr(0, end), begin);
    cursor.skip_space();
    position_ = std::min(end + 1, text_.size());
    if (cursor.at_end()) continue;
    const std::int64_t row = rows_.length();
    if (append_row(cursor)) {
      cursor.skip_space();
      if (cursor.at_end()) return Row::kRead;
      static_cast<void>(cursor.fail("more than one value in a line"));
    }
    if (reading_.failure) return std::move(*reading_.failure);
    if (reading_.has_problem || !reading_.lenient) return failed(cursor);
    rows_.truncate(row);
    TRUENO_TRY(rows_.append_null());
    return Row::kRead;
  }
}

// The next value of an array, or of values with space between them.
Result<JsonReader::Row> JsonReader::read_value() {
  JsonCursor cursor(text_, position_);
  const bool array = file_->format == JsonFormat::kArray;
  cursor.skip_space();
  if (array && !opened_ && !cursor.at_end()) {
    if (!cursor.accept('[')) {
      return at_place(ErrorCode::kInvalidInput, cursor.position(), {}, "an array is wanted (format = 'array'), and this is none");
    }
    opened_ = true;
    cursor.skip_space();
  }
  position_ = cursor.position();
  if (cursor.at_end()) {
    if (!last_) return Row::kNeedsMore;
    if (array) return at_place(ErrorCode::kInvalidInput, position_, {}, "unexpected end: the array is not closed");
    return Row::kEnd;
  }
  if (array) {
    if (cursor.accept(']')) {
      cursor.skip_space();
      position_ = cursor.position();
      if (!cursor.at_end()) return at_place(ErrorCode::kInvalidInput, position_, {}, "text behind the array");
      if (!last_) {
        // Whatever comes behind must be space, too: the bracket is looked at again with it.
        position_ = static_cast<std::size_t>(text_.rfind(']'));
        return Row::kNeedsMore;
      }
      return Row::kEnd;
    }
    if (between_) {
      if (!cursor.accept(',')) return at_place(ErrorCode::kInvalidInput, position_, {}, "unexpected character: a comma or ] is missing");
      cursor.skip_space();
    }
  }
  const std::size_t begin = cursor.position();
  const std::int64_t row = rows_.length();
  const bool read = append_row(cursor);
  if (reading_.failure) return std::move(*reading_.failure);
  if (cursor.at_end() && !last_ && !reading_.has_problem) {
    rows_.truncate(row);  // may go on behind the window
    return Row::kNeedsMore;
  }
  if (!read) return failed(cursor);
  TRUENO_TRY(check_size(begin, cursor.position()));
  position_ = cursor.position();
  between_ = true;
  return Row::kRead;
}

bool JsonReader::append_row(JsonCursor& cursor) {
  if (!file_->layout.records || cursor.kind() == JsonKind::kObject || cursor.kind() == JsonKind::kNull) {
    return rows_.append(cursor, reading_, 0);
  }
  const std::size_t begin = cursor.position();
  if (!cursor.skip_value(0)) return false;
  if (reading_.lenient) {
    Status status = rows_.append_null();
    if (!status) reading_.failure = std::move(status).error();
    return !reading_.failure;
  }
  reading_.has_problem = true;
  reading_.at = begin;
  reading_.what = "a record is wanted, and this value is no object";
  return false;
}

Status JsonReader::check_size(std::size_t begin, std::size_t end) const {
  if (static_cast<std::int64_t>(end - begin) <= file_->options.maximum_object_size) return {};
  return at_place(ErrorCode::kInvalidInput, begin, {},
                  fmt::format("a row of {} bytes, and maximum_object_size is {}", end - begin, file_->options.maximum_object_size));
}

// The problem of a value, or the fault of the cursor.
Error JsonReader::failed(const JsonCursor& cursor) const {
  if (!reading_.has_problem) {
    Error failure = at_place(ErrorCode::kInvalidInput, cursor.position(), {}, cursor.fault());
    if (file_->format != JsonFormat::kNewlineDelimited) return failure;
    return std::move(failure).hint("ignore_errors = true makes such rows NULL");
  }
  std::string_view path = reading_.path;
  if (path.starts_with('.')) path.remove_prefix(1);
  return at_place(ErrorCode::kConversion, reading_.at, std::string(path), reading_.what)
      .hint(
          "sample_size = -1 looks at all rows before it chooses types, columns = {...} gives them, ignore_errors = true makes such values "
          "NULL");
}

// Lines are counted anew: only errors ask.
Error JsonReader::at_place(ErrorCode code, std::size_t position, const std::string& path, std::string_view what) const {
  std::uint64_t left = window_offset_ + position;
  std::uint64_t line = 1;
  std::uint64_t column = 1;
  auto stream = open_stream(file_->file, file_->options.compression);
  std::vector<std::uint8_t> piece(kSearch);
  while (stream && left != 0) {
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(piece.size(), left));
    const auto got = (*stream)->read({piece.data(), wanted});
    if (!got || *got == 0) break;
    for (std::size_t i = 0; i < *got; ++i) {
      const bool newline = piece[i] == '\n';
      line += newline ? 1 : 0;
      column = newline ? 1 : column + 1;
    }
    left -= *got;
  }
  return error(code, "\"{}\", line {}, column {}{}: {}", file_->file->identity().path, line, column,
               path.empty() ? std::string() : " (" + path + ")", what);
}

Result<Batch> JsonReader::finish_batch() {
  Batch batch;
  batch.length = rows_.length();
  Column row = TRUENO_TRY(rows_.finish());
  for (const int column : wanted_) {
    if (!file_->layout.records) {
      batch.columns.push_back(row);
      continue;
    }
    const auto at = std::ranges::lower_bound(needed_, column) - needed_.begin();
    batch.columns.push_back(row.children[static_cast<std::size_t>(at)]);
  }
  return batch;
}

}  // namespace trueno
