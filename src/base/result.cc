#include "base/result.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace trueno {

std::string_view error_code_name(ErrorCode code) {
  switch (code) {
    case ErrorCode::kParser: return "Parser error";
    case ErrorCode::kBinder: return "Binder error";
    case ErrorCode::kCatalog: return "Catalog error";
    case ErrorCode::kConversion: return "Conversion error";
    case ErrorCode::kOutOfRange: return "Out of range error";
    case ErrorCode::kDivisionByZero: return "Division by zero error";
    case ErrorCode::kInvalidInput: return "Invalid input error";
    case ErrorCode::kConstraint: return "Constraint error";
    case ErrorCode::kConflict: return "Transaction conflict";
    case ErrorCode::kTransaction: return "Transaction error";
    case ErrorCode::kFileNotFound: return "File not found";
    case ErrorCode::kPermissionDenied: return "Permission denied";
    case ErrorCode::kIo: return "IO error";
    case ErrorCode::kCorruptFile: return "Corrupt file error";
    case ErrorCode::kOutOfMemory: return "Out of memory error";
    case ErrorCode::kCancelled: return "Cancelled";
    case ErrorCode::kDeadlineExceeded: return "Deadline exceeded";
    case ErrorCode::kNotSupported: return "Not supported";
    case ErrorCode::kDevice: return "Device error";
    case ErrorCode::kRowFailed: return "Row error";
    case ErrorCode::kInternal: return "Internal error";
  }
  return "Internal error";
}

void Error::Delete::operator()(Data* data) const { delete data; }

Error::Error(ErrorCode code, std::string message) : data_(new Data{code, std::move(message), {}, {}, nullptr}) {}

Error::Error(const Error& other) { *this = other; }

Error& Error::operator=(const Error& other) {
  if (this == &other) return *this;
  data_.reset(new Data{other.code(), other.message(), other.hint(), other.span(), nullptr});
  if (other.cause() != nullptr) data_->cause = std::make_unique<Error>(*other.cause());
  return *this;
}

Error&& Error::hint(std::string text) && {
  data_->hint = std::move(text);
  return std::move(*this);
}

Error&& Error::at(SourceSpan span) && {
  if (data_->span.empty()) data_->span = span;
  return std::move(*this);
}

Error&& Error::because(Error cause) && {
  data_->cause = std::make_unique<Error>(std::move(cause));
  return std::move(*this);
}

Error&& Error::context(std::string_view prefix) && {
  data_->message = fmt::format("{}: {}", prefix, data_->message);
  return std::move(*this);
}

namespace {

// The window of a long line that is shown around the caret, in bytes.
constexpr std::size_t kShownBefore = 60;
constexpr std::size_t kShownLine = 120;

// Number of terminal columns of UTF-8 text: bytes that do not continue a character.
std::size_t display_width(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0u) != 0x80u; }));
}

std::string caret_lines(std::string_view sql, SourceSpan span) {
  const std::size_t begin = std::min<std::size_t>(span.begin, sql.size());
  const std::size_t end = std::clamp<std::size_t>(span.end, begin, sql.size());
  const std::size_t line_begin = begin == 0 ? 0 : sql.rfind('\n', begin - 1) + 1;  // npos + 1 == 0
  const std::size_t line_end = std::min(sql.find('\n', begin), sql.size());
  const auto line_number = 1 + std::count(sql.begin(), sql.begin() + static_cast<std::ptrdiff_t>(begin), '\n');
  std::size_t shown_begin = begin - line_begin > kShownBefore ? begin - kShownBefore : line_begin;
  while (shown_begin < begin && (static_cast<unsigned char>(sql[shown_begin]) & 0xC0u) == 0x80u) ++shown_begin;
  std::size_t shown_end = std::min(line_end, shown_begin + kShownLine);
  while (shown_end > begin && shown_end < line_end && (static_cast<unsigned char>(sql[shown_end]) & 0xC0u) == 0x80u) --shown_end;
  std::string shown(sql.substr(shown_begin, shown_end - shown_begin));
  std::replace_if(shown.begin(), shown.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  const std::string label = fmt::format("LINE {}: {}", line_number, shown_begin > line_begin ? "..." : "");
  const std::size_t caret_end = std::clamp(end, begin, shown_end);
  const std::size_t width = std::max<std::size_t>(1, display_width(sql.substr(begin, caret_end - begin)));
  const std::size_t indent = label.size() + display_width(sql.substr(shown_begin, begin - shown_begin));
  return fmt::format("\n{}{}{}\n{}{}", label, shown, shown_end < line_end ? "..." : "", std::string(indent, ' '), std::string(width, '^'));
}

}  // namespace

std::string Error::to_string(std::string_view sql) const {
  std::string text = fmt::format("{}: {}", error_code_name(code()), message());
  if (!hint().empty()) text += fmt::format("; {}", hint());
  if (!sql.empty() && !span().empty()) text += caret_lines(sql, span());
  if (cause() != nullptr) text += fmt::format("\n  because: {}", cause()->to_string());
  return text;
}

void panic(std::string_view what, const char* file, int line) {
  std::fprintf(stderr, "trueno: internal invariant broken: %.*s (%s:%d)\n", static_cast<int>(what.size()), what.data(), file, line);
  std::abort();
}

}  // namespace trueno
