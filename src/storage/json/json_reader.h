#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/file_system.h"
#include "storage/json/json_column.h"
#include "storage/json/json_sniffer.h"
#include "storage/stream/stream_window.h"

namespace trueno {

/// What scans of one file share.
struct JsonFile {
  std::shared_ptr<const RandomAccessFile> file;
  JsonOptions options;
  JsonFormat format = JsonFormat::kUnstructured;  // never kAuto
  std::uint64_t data_begin = 0;                   // behind a byte order mark
  JsonLayout layout;

  /// A file of lines that is not packed can be scanned in parts; all others have one.
  [[nodiscard]] bool in_parts() const { return format == JsonFormat::kNewlineDelimited && options.compression == Compression::kNone; }
  [[nodiscard]] std::int64_t part_count() const;
};

/// Reads the rows of one part, a batch at a time. Used by one thread.
class JsonReader {
 public:
  JsonReader(std::shared_ptr<const JsonFile> file, std::int64_t part, std::span<const int> wanted, CancelToken cancel);
  [[nodiscard]] Result<std::optional<Batch>> next();

 private:
  enum class Row : std::uint8_t { kRead, kNeedsMore, kEnd };

  [[nodiscard]] Status load();
  [[nodiscard]] Status load_part();
  [[nodiscard]] Result<std::uint64_t> line_begin(std::uint64_t offset) const;
  [[nodiscard]] Result<Row> read_row();
  [[nodiscard]] Result<Row> read_line();
  [[nodiscard]] Result<Row> read_value();
  [[nodiscard]] bool pass_separator(JsonCursor& cursor);
  [[nodiscard]] bool append_row(JsonCursor& cursor);
  [[nodiscard]] Status check_size(std::size_t begin, std::size_t end) const;
  [[nodiscard]] Error failed(const JsonCursor& cursor) const;
  [[nodiscard]] Error at_place(ErrorCode code, std::size_t position, const std::string& path, std::string_view what) const;
  [[nodiscard]] Result<Batch> finish_batch();

  std::shared_ptr<const JsonFile> file_;
  std::int64_t part_;
  std::vector<int> wanted_;
  std::vector<int> needed_;  // `wanted_`, each once
  CancelToken cancel_;
  JsonColumn rows_;  // records: a STRUCT of the needed columns; else the one column
  JsonReading reading_;
  std::optional<StreamWindow> stream_;
  Buffer window_;
  std::string_view text_;            // of the window
  std::size_t position_ = 0;         // of what is not read yet
  std::uint64_t window_offset_ = 0;  // of the window in the unpacked file
  bool loaded_ = false;
  bool last_ = false;     // no window comes behind this one
  bool at_end_ = false;   // all rows of the part are read
  bool between_ = false;  // array: a row was read, a comma or the end comes next
  bool opened_ = false;   // array: behind its bracket
};

}  // namespace trueno
