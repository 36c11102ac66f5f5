// Batches to CSV text.
#include "storage/csv/csv_writer.h"

#include "column/physical_dispatch.h"

namespace trueno {

namespace {
constexpr std::size_t kFlushBytes = std::size_t{1} << 20;
}

CsvWriter::CsvWriter(Schema schema, std::unique_ptr<WritableFile> file, CsvWriteOptions options)
    : schema_(std::move(schema)), file_(std::move(file)), options_(std::move(options)) {}

// Quotes only where a reader would otherwise see something else.
void CsvWriter::add_cell(std::string_view text, bool is_text) {
  bool quoted = is_text && (text == options_.nullstr || (!text.empty() && (text.front() == ' ' || text.back() == ' ')));
  for (const char c : text) quoted = quoted || c == options_.delim || c == options_.quote || c == '\n' || c == '\r';
  if (!quoted) {
    pending_.append(text);
    return;
  }
  pending_.push_back(options_.quote);
  for (const char c : text) {
    if (c == options_.quote || c == options_.escape) pending_.push_back(options_.escape);
    pending_.push_back(c);
  }
  pending_.push_back(options_.quote);
}

Status CsvWriter::flush() {
  TRUENO_TRY(file_->write({reinterpret_cast<const std::uint8_t*>(pending_.data()), pending_.size()}));
  pending_.clear();
  return {};
}

// The header is written with the first batch, or by `finish` where there is none.
Status CsvWriter::begin() {
  if (begun_) return {};
  begun_ = true;
  if (!options_.header) return {};
  for (std::size_t i = 0; i < schema_.size(); ++i) {
    if (i != 0) pending_.push_back(options_.delim);
    add_cell(schema_[i].name, true);
  }
  pending_ += options_.newline;
  return {};
}

// Row by row into a text that is written out a megabyte at a time.
Status CsvWriter::write(const Batch& batch) {
  TRUENO_TRY(begin());
  char digits[24];
  for (std::int64_t row = 0; row < batch.length; ++row) {
    for (std::size_t i = 0; i < batch.columns.size(); ++i) {
      const Column& column = batch.columns[i];
      if (i != 0) pending_.push_back(options_.delim);
      if (!column.is_valid(row) || column.type.id == TypeId::kNull) {
        pending_ += options_.nullstr;
      } else if (column.type.id == TypeId::kVarchar || column.type.id == TypeId::kBit) {
        add_cell(column.text(row), true);
      } else if (column.encoding == Encoding::kPlain && column.type.id == TypeId::kBigInt) {
        const auto end = fmt::format_to(digits, "{}", column.values.as<std::int64_t>()[column.offset + row]);
        pending_.append(digits, static_cast<std::size_t>(end - digits));
      } else {
        add_cell(column.value(row).to_string(), column.physical() == Physical::kString || column.type.is_nested());
      }
    }
    pending_ += options_.newline;
    if (pending_.size() >= kFlushBytes) TRUENO_TRY(flush());
  }
  return {};
}

Status CsvWriter::finish() {
  TRUENO_TRY(begin());
  TRUENO_TRY(flush());
  return file_->close();
}

}  // namespace trueno
