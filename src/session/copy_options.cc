#include "session/copy_options.h"

#include <algorithm>

#include "base/int128.h"
#include "base/name.h"
#include "base/number_text.h"

namespace trueno::session {

namespace {

std::optional<CopyFormat> format_named(std::string_view name) {
  if (name == "csv" || name == "tsv" || name == "txt") return CopyFormat::kCsv;
  if (name == "parquet") return CopyFormat::kParquet;
  if (name == "json" || name == "ndjson" || name == "jsonl") return CopyFormat::kJson;
  if (name == "arrow" || name == "feather" || name == "ipc") return CopyFormat::kArrow;
  return std::nullopt;
}

std::string extension_of(const std::string& path) {
  const std::size_t dot = path.rfind('.');
  return dot == std::string::npos || path.find('/', dot) != std::string::npos ? "" : lower_name(path.substr(dot + 1));
}

// One option being read.
class Reader {
 public:
  /// `escape_given`: an option says what escapes a quote; else the quote itself does.
  Reader(const sql::Option& option, std::string value, bool escape_given, CopyOptions& out)
      : option_(option), value_(std::move(value)), escape_given_(escape_given), out_(out) {}

  Status read(bool from) {
    const std::string name = lower_name(option_.name.text);
    switch (out_.format) {
      case CopyFormat::kCsv: return csv(name, from);
      case CopyFormat::kParquet: return from ? unknown() : parquet(name);
      case CopyFormat::kJson: return name == "array" ? boolean(out_.json_array) : unknown();
      case CopyFormat::kArrow: return unknown();
    }
    return unknown();
  }

 private:
  Status csv(std::string_view name, bool from) {
    if (name == "header") {
      TRUENO_TRY(boolean(out_.csv.header));
      out_.csv_in.header = out_.csv.header;
      return {};
    }
    if (name == "delimiter" || name == "delim" || name == "sep") {
      TRUENO_TRY(character(out_.csv.delim));
      out_.csv_in.delim = out_.csv.delim;
      return {};
    }
    if (name == "quote") {
      TRUENO_TRY(character(out_.csv.quote));
      if (!escape_given_) out_.csv.escape = out_.csv.quote;
      out_.csv_in.quote = out_.csv.quote;
      return {};
    }
    if (name == "escape") {
      TRUENO_TRY(character(out_.csv.escape));
      out_.csv_in.escape = out_.csv.escape;
      return {};
    }
    if (name == "null" || name == "nullstr") {
      out_.csv.nullstr = out_.csv_in.nullstr = value_;
      return {};
    }
    if (from && name == "ignore_errors") return boolean(out_.csv_in.ignore_errors);
    if (from && name == "null_padding") return boolean(out_.csv_in.null_padding);
    if (from && name == "skip") return number(out_.csv_in.skip, 0);
    if (from && name == "auto_detect") return {};  // what is not given is found out
    if (!from && name == "new_line") {
      out_.csv.newline = value_;
      return {};
    }
    return unknown();
  }

  Status parquet(std::string_view name) {
    if (name == "compression" || name == "codec") {
      out_.parquet.compression = lower_name(value_);
      return {};
    }
    if (name == "row_group_size") return number(out_.parquet.row_group_size, 1);
    if (name == "compression_level") {
      std::int64_t level = 0;
      TRUENO_TRY(number(level, 0));
      out_.parquet.compression_level = static_cast<int>(std::min<std::int64_t>(level, 22));
      return {};
    }
    return unknown();
  }

  [[nodiscard]] Error unknown() const {
    static constexpr std::string_view kLater[] = {"partition_by",
                                                  "overwrite",
                                                  "overwrite_or_ignore",
                                                  "filename_pattern",
                                                  "per_thread_output",
                                                  "force_quote",
                                                  "dateformat",
                                                  "timestampformat",
                                                  "compression",
                                                  "append",
                                                  "file_size_bytes",
                                                  "force_not_null",
                                                  "encoding",
                                                  "prefix",
                                                  "suffix"};
    const std::string name = lower_name(option_.name.text);
    if (std::ranges::find(kLater, name) != std::end(kLater))
      return error(ErrorCode::kNotSupported, "the option {} is not supported here yet", name).at(option_.name.span);
    return error(ErrorCode::kBinder, "COPY in this format has no option {}", name).at(option_.name.span);
  }
  [[nodiscard]] Error wrong(std::string_view what) const {
    return error(ErrorCode::kInvalidInput, "{} must be {}, not '{}'", lower_name(option_.name.text), what, value_).at(option_.name.span);
  }
  Status boolean(bool& out) const {  // a bare name says yes
    const std::optional<bool> value = option_.value ? parse_boolean(value_) : std::optional(true);
    if (!value) return wrong("true or false");
    out = *value;
    return {};
  }
  Status character(char& out) const {
    const std::string text = value_ == "\\t" ? "\t" : value_;
    if (text.size() != 1) return wrong("one character");
    out = text[0];
    return {};
  }
  Status number(std::int64_t& out, std::int64_t least) const {
    const std::optional<i128> value = parse_i128(value_);
    if (!value || *value < least || *value > INT64_MAX) return wrong(fmt::format("a whole number from {}", least));
    out = static_cast<std::int64_t>(*value);
    return {};
  }

  const sql::Option& option_;
  std::string value_;
  bool escape_given_;
  CopyOptions& out_;
};

}  // namespace

Result<CopyOptions> read_copy_options(const sql::Copy& copy, const std::string& path,
                                      const std::function<Result<std::string>(const sql::Expression&)>& text_of) {
  CopyOptions out;
  const std::string extension = extension_of(path);
  out.format = format_named(extension).value_or(CopyFormat::kCsv);
  if (extension == "tsv") out.csv.delim = '\t';
  bool escape_given = false;
  for (const sql::Option& option : copy.options) {
    escape_given = escape_given || same_name(option.name.text, "escape");
    if (!same_name(option.name.text, "format")) continue;
    const std::string name = option.value ? lower_name(TRUENO_TRY(text_of(*option.value))) : std::string();
    const std::optional<CopyFormat> format = format_named(name);
    if (!format)
      return error(ErrorCode::kInvalidInput, "COPY has no format '{}'", name).hint("csv, parquet, json or arrow").at(option.name.span);
    out.format = *format;
  }
  for (const sql::Option& option : copy.options) {
    if (same_name(option.name.text, "format")) continue;
    Reader reader(option, option.value ? TRUENO_TRY(text_of(*option.value)) : std::string(), escape_given, out);
    TRUENO_TRY(reader.read(copy.from));
  }
  return out;
}

}  // namespace trueno::session
