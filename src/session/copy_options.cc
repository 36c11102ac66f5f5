#include "session/copy_options.h"

#include <algorithm>

#include "base/int128.h"
#include "base/name.h"
#include "base/number_text.h"
#include "session/read_options.h"

namespace trueno::session {

namespace {

// Options of DuckDB that are known, and refused.
constexpr std::string_view kRefused[] = {"per_thread_output", "file_size_bytes",     "append",         "force_quote",  "dateformat",
                                         "timestampformat",   "force_not_null",      "encoding",       "prefix",       "suffix",
                                         "return_files",      "row_groups_per_file", "preserve_order", "return_stats", "use_tmp_file"};
// Options of reading that COPY has not: it has the columns of the table.
constexpr std::string_view kNotOfCopy[] = {"columns", "column_names", "column_types", "dtypes",
                                           "names",   "types",        "all_varchar",  "filename"};

// One option being read.
class Reader {
 public:
  /// `escape_given`: an option says what escapes a quote; else the quote itself does.
  Reader(const sql::Option& option, std::string value, bool escape_given, CopyOptions& out)
      : option_(option), name_(lower_name(option.name.text)), value_(std::move(value)), escape_given_(escape_given), out_(out) {}

  Status read_from() {
    const bool other = std::ranges::find(kNotOfCopy, name_) != std::end(kNotOfCopy);
    if (other) return unknown();
    const Value value = option_.value ? Value::varchar(value_) : Value::boolean(true);  // a bare name says yes
    auto known = set_read_option(out_.in, name_, value);
    if (!known) return std::move(known).error().at(option_.name.span);
    return *known ? Status() : Status(unknown());
  }

  Status read_to() {
    if (TRUENO_TRY(partitions())) return {};
    switch (out_.format) {
      case FileFormat::kCsv: return csv();
      case FileFormat::kParquet: return parquet();
      case FileFormat::kJson: return name_ == "array" ? boolean(out_.json_array) : packing();
      case FileFormat::kArrow: break;
    }
    return unknown();
  }

 private:
  // What every format has.
  Result<bool> partitions() {
    if (name_ == "partition_by") {
      TRUENO_TRY(partition_columns());
    } else if (name_ == "overwrite_or_ignore" || name_ == "overwrite") {
      bool yes = false;
      TRUENO_TRY(boolean(yes));
      if (!yes) return true;
      if (out_.existing != ExistingFiles::kRefuse)
        return error(ErrorCode::kBinder, "only one of OVERWRITE and OVERWRITE_OR_IGNORE makes sense").at(option_.name.span);
      out_.existing = name_ == "overwrite" ? ExistingFiles::kRemove : ExistingFiles::kKeep;
    } else if (name_ == "filename_pattern") {
      if (value_.empty() || value_.find('/') != std::string::npos) return wrong("a file's name without directories");
      if (value_.find("{uuid") != std::string::npos)
        return error(ErrorCode::kNotSupported, "a filename_pattern with {{uuid}} is not supported")
            .hint("{i} is the file's number")
            .at(option_.name.span);
      out_.filename_pattern = value_;
    } else if (name_ == "file_extension") {
      if (value_.find('/') != std::string::npos) return wrong("an ending");
      out_.file_extension = value_;
    } else if (name_ == "write_partition_columns") {
      TRUENO_TRY(boolean(out_.write_partition_columns));
    } else {
      return false;
    }
    return true;
  }

  // a | (a, b)
  Status partition_columns() {
    const auto add = [&](const sql::Expression& expression) -> Status {
      const auto* column = expression.as<sql::ColumnRef>();
      const auto* text = expression.as<sql::Literal>();
      if (column != nullptr && column->name.parts.size() == 1) {
        out_.partition_by.push_back(column->name.last());
      } else if (text != nullptr && text->kind == sql::LiteralKind::kString) {
        out_.partition_by.push_back({text->text, expression.span});
      } else {
        return error(ErrorCode::kBinder, "PARTITION_BY takes names of columns").at(expression.span);
      }
      return {};
    };
    if (!option_.value) return error(ErrorCode::kBinder, "PARTITION_BY takes names of columns").at(option_.name.span);
    if (const auto* row = option_.value->as<sql::Row>()) {
      for (const sql::ExpressionPtr& element : row->elements) TRUENO_TRY(add(*element));
      return {};
    }
    return add(*option_.value);
  }

  Status csv() {
    if (name_ == "header") return boolean(out_.csv.header);
    if (name_ == "delimiter" || name_ == "delim" || name_ == "sep") return character(out_.csv.delim);
    if (name_ == "quote") {
      TRUENO_TRY(character(out_.csv.quote));
      if (!escape_given_) out_.csv.escape = out_.csv.quote;
      return {};
    }
    if (name_ == "escape") return character(out_.csv.escape);
    if (name_ == "null" || name_ == "nullstr") {
      out_.csv.nullstr = value_;
      return {};
    }
    if (name_ == "new_line") {
      out_.csv.newline = value_;
      return {};
    }
    return packing();
  }

  Status packing() {
    if (name_ == "compression") {
      if (same_name(value_, "auto") || same_name(value_, "auto_detect")) return {};
      auto compression = compression_named(value_);
      if (!compression) return std::move(compression).error().at(option_.name.span);
      out_.compression = *compression;
      return {};
    }
    return name_ == "compression_level" ? level(out_.compression_level) : Status(unknown());
  }

  Status parquet() {
    if (name_ == "compression" || name_ == "codec") {
      out_.parquet.compression = lower_name(value_);
      return {};
    }
    if (name_ == "row_group_size") return number(out_.parquet.row_group_size, 1);
    return name_ == "compression_level" ? level(out_.parquet.compression_level) : Status(unknown());
  }

  [[nodiscard]] Error unknown() const {
    if (std::ranges::find(kRefused, name_) != std::end(kRefused))
      return error(ErrorCode::kNotSupported, "the option {} is not supported", name_).at(option_.name.span);
    return error(ErrorCode::kBinder, "COPY in this format has no option {}", name_).at(option_.name.span);
  }
  [[nodiscard]] Error wrong(std::string_view what) const {
    return error(ErrorCode::kInvalidInput, "{} must be {}, not '{}'", name_, what, value_).at(option_.name.span);
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
  Status level(int& out) const {
    std::int64_t value = 0;
    TRUENO_TRY(number(value, 0));
    out = static_cast<int>(std::min<std::int64_t>(value, 22));
    return {};
  }

  const sql::Option& option_;
  std::string name_;
  std::string value_;
  bool escape_given_;
  CopyOptions& out_;
};

}  // namespace

Result<CopyOptions> read_copy_options(const sql::Copy& copy, const std::string& path,
                                      const std::function<Result<std::string>(const sql::Expression&)>& text_of) {
  CopyOptions out;
  std::string ending = path;
  out.compression = take_compression_ending(ending);
  out.format = format_of_path(path).value_or(FileFormat::kCsv);
  if (lower_name(ending).ends_with(".tsv")) out.csv.delim = '\t';
  bool escape_given = false;
  for (const sql::Option& option : copy.options) {
    escape_given = escape_given || same_name(option.name.text, "escape");
    if (!same_name(option.name.text, "format")) continue;
    const std::string name = option.value ? lower_name(TRUENO_TRY(text_of(*option.value))) : std::string();
    const std::optional<FileFormat> format = format_named(name);
    if (!format)
      return error(ErrorCode::kInvalidInput, "COPY has no format '{}'", name).hint("csv, parquet, json or arrow").at(option.name.span);
    out.format = *format;
  }
  out.in.format = out.format;
  out.in.paths = {path};
  for (const sql::Option& option : copy.options) {
    if (same_name(option.name.text, "format")) continue;
    const bool names = same_name(option.name.text, "partition_by");
    Reader reader(option, option.value && !names ? TRUENO_TRY(text_of(*option.value)) : std::string(), escape_given, out);
    TRUENO_TRY(copy.from ? reader.read_from() : reader.read_to());
  }
  return out;
}

}  // namespace trueno::session
