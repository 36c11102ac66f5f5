// JSON files as sources.
#include "storage/json/json_source.h"

#include <algorithm>

#include "storage/json/json_reader.h"

namespace trueno {

namespace {

constexpr std::uint64_t kFirstSample = std::uint64_t{1} << 20;
constexpr std::uint64_t kLargestSample = std::uint64_t{32} << 20;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// Knows nothing of its rows before they are read.
class JsonSource final : public TableSource {
 public:
  explicit JsonSource(std::shared_ptr<const JsonFile> file) : file_(std::move(file)) {}

  const Schema& schema() const override { return file_->layout.schema; }
  std::string identity() const override {
    const std::string name = content_name(file_->file->identity());
    return name.empty() ? name : name + file_->options.reading;
  }
  std::string description() const override { return file_->file->identity().path; }
  std::int64_t part_count() const override { return file_->part_count(); }
  std::optional<std::int64_t> part_rows(std::int64_t) const override { return std::nullopt; }
  ColumnStatistics statistics(std::int64_t, int) const override { return {}; }
  std::int64_t column_bytes(std::int64_t, int) const override {
    // Every byte of a row is read to find its end.
    const auto size = static_cast<std::int64_t>(file_->file->identity().size);
    const auto columns = static_cast<std::int64_t>(std::max<std::size_t>(schema().size(), 1));
    return (file_->in_parts() ? std::min(size, file_->options.part_bytes) : size) / columns;
  }
  Result<BatchStream> scan(std::int64_t part, std::span<const int> columns, const ScanPredicate&,
                           const CancelToken& cancel) const override {
    auto reader = std::make_shared<JsonReader>(file_, part, columns, cancel);
    return BatchStream([reader] { return reader->next(); });
  }

 private:
  std::shared_ptr<const JsonFile> file_;
};

// A beginning that holds enough rows, or all of the file. There are rather fewer rows than lines.
Result<Buffer> read_sample(const std::shared_ptr<const RandomAccessFile>& file, const JsonOptions& options, std::int64_t rows,
                           bool& whole) {
  const std::uint64_t size = options.compression == Compression::kNone ? file->identity().size + 1 : UINT64_MAX;
  for (std::uint64_t wanted = rows < 0 ? kLargestSample * 32 : kFirstSample;; wanted *= 4) {
    const auto stream = TRUENO_TRY(open_stream(file, options.compression));
    Buffer bytes = TRUENO_TRY(read_beginning(*stream, static_cast<std::size_t>(std::min(wanted, size)), whole));
    const auto lines = std::count(bytes.data(), bytes.data() + bytes.size(), static_cast<std::uint8_t>('\n'));
    if (whole || lines > rows || wanted >= kLargestSample) return bytes;
  }
}

// Line and column of a place in a sample.
std::string place_in(std::string_view bytes, std::size_t at) {
  const std::string_view before = bytes.substr(0, std::min(at, bytes.size()));
  const auto line = std::ranges::count(before, '\n') + 1;
  const std::size_t newline = before.rfind('\n');
  return fmt::format("line {}, column {}", line, newline == std::string_view::npos ? before.size() + 1 : before.size() - newline);
}

// The beginning of a file, and how its values follow each other.
struct Beginning {
  Buffer buffer;
  JsonSample sample;             // without the byte order mark
  std::uint64_t data_begin = 0;  // behind it
  JsonFormat format = JsonFormat::kAuto;
};

Result<Beginning> beginning_of(const std::shared_ptr<const RandomAccessFile>& file, const JsonOptions& options, std::int64_t rows) {
  const std::string& path = file->identity().path;
  Beginning out;
  out.buffer = TRUENO_TRY(read_sample(file, options, rows, out.sample.whole));
  std::string_view bytes(reinterpret_cast<const char*>(out.buffer.data()), out.buffer.size());
  if (bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF")) {
    return error(ErrorCode::kNotSupported, "\"{}\" is UTF-16, and JSON files are read as UTF-8", path)
        .hint("convert it first, for example with iconv");
  }
  if (bytes.starts_with(kByteOrderMark)) {
    out.data_begin = kByteOrderMark.size();
    bytes.remove_prefix(kByteOrderMark.size());
  }
  out.sample.bytes = bytes;
  out.format = options.format == JsonFormat::kAuto ? sniff_json_format(out.sample) : options.format;
  const std::size_t first = bytes.find_first_not_of(" \t\r\n");
  if (out.format == JsonFormat::kArray && first != std::string_view::npos && bytes[first] != '[') {
    return error(ErrorCode::kInvalidInput, "\"{}\", {}: an array is wanted (format = 'array'), and this is none", path,
                 place_in(bytes, first))
        .hint("format = 'auto' finds the format out");
  }
  return out;
}

}  // namespace

Result<JsonLayout> sniff_json(const std::vector<std::shared_ptr<const RandomAccessFile>>& files, const JsonOptions& options) {
  JsonShape shape;
  const bool typed = options.objects || !options.columns.empty();
  for (const auto& file : files) {
    if (options.objects) break;
    // Where the columns are known, a few rows tell whether they are objects.
    const std::int64_t rows = typed ? 16 : options.sample_size;
    const Beginning beginning = TRUENO_TRY(beginning_of(file, options, rows));
    std::size_t fault_at = 0;
    Status seen = observe_rows(beginning.sample, beginning.format, options, rows, shape, fault_at);
    if (seen) continue;
    if (typed) break;  // the scan says it
    const Error& failure = seen.error();
    Error named =
        error(failure.code(), "\"{}\", {}: {}", file->identity().path, place_in(beginning.sample.bytes, fault_at), failure.message());
    if (beginning.format == JsonFormat::kNewlineDelimited) return std::move(named).hint("ignore_errors = true makes such rows NULL");
    return named;
  }
  return json_layout(shape, options);
}

Result<std::shared_ptr<const TableSource>> open_json(std::shared_ptr<const RandomAccessFile> file, const JsonLayout& layout,
                                                     const JsonOptions& options) {
  auto one = std::make_shared<JsonFile>();
  const Beginning beginning = TRUENO_TRY(beginning_of(file, options, 1));
  one->data_begin = beginning.data_begin;
  one->format = beginning.format;
  one->file = std::move(file);
  one->options = options;
  one->layout = layout;
  return std::shared_ptr<const TableSource>(std::make_shared<JsonSource>(std::move(one)));
}

Result<std::shared_ptr<const TableSource>> open_json(std::shared_ptr<const RandomAccessFile> file, const JsonOptions& options) {
  const JsonLayout layout = TRUENO_TRY(sniff_json({file}, options));
  return open_json(std::move(file), layout, options);
}

}  // namespace trueno
