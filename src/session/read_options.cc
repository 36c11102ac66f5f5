// Options of functions that read files. One row a name: what takes its value.
#include "session/read_options.h"

#include <algorithm>
#include <iterator>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "base/name.h"
#include "base/number_text.h"
#include "bind/scope.h"
#include "plan/fingerprint.h"
#include "sql/parser.h"

namespace trueno::session {

namespace {

// An option's value, with the name for messages.
class OptionValue {
 public:
  OptionValue(std::string_view name, const Value& value) : name_(name), value_(value) {}

  [[nodiscard]] const Value& value() const { return value_; }
  [[nodiscard]] std::string_view name() const { return name_; }
  [[nodiscard]] Error wrong(std::string_view what) const {
    return error(ErrorCode::kInvalidInput, "{} must be {}, not {}", name_, what, value_.to_string());
  }
  Status read(bool& out) const {
    if (value_.is_null()) return wrong("true or false");
    if (value_.type().id == TypeId::kBoolean) {
      out = value_.as_bool();
      return {};
    }
    const std::optional<bool> parsed = parse_boolean(value_.to_string());
    if (!parsed) return wrong("true or false");
    out = *parsed;
    return {};
  }
  Status read(std::optional<bool>& out) const {
    bool value = false;
    TRUENO_TRY(read(value));
    out = value;
    return {};
  }
  Status read(std::string& out) const {
    if (value_.is_null() || value_.type().id != TypeId::kVarchar) return wrong("a text");
    out = value_.as_string();
    return {};
  }
  Status read(std::int64_t& out, std::int64_t least) const {
    const std::optional<i128> number = value_.is_null() ? std::nullopt : parse_i128(value_.to_string());
    if (!number || *number < least || *number > INT64_MAX) return wrong(fmt::format("a whole number from {}", least));
    out = static_cast<std::int64_t>(*number);
    return {};
  }
  Status read(double& out) const {
    const std::optional<double> number = value_.is_null() ? std::nullopt : parse_double(value_.to_string());
    if (!number || !(*number >= 0 && *number <= 1)) return wrong("a number from 0 to 1");
    out = *number;
    return {};
  }
  // One character, or none: `without` says what that means.
  Status read(std::optional<char>& out, std::optional<char> without) const {
    std::string text;
    TRUENO_TRY(read(text));
    if (text == "\\t") text = "\t";
    if (text.size() > 1 || (text.empty() && !without)) return wrong("one character");
    out = text.empty() ? *without : text[0];
    return {};
  }

 private:
  std::string_view name_;
  const Value& value_;
};

Result<Type> type_named(const std::string& text) { return bind::bind_type(TRUENO_TRY(sql::parse_type_name(text))); }

// Types of JSON columns; JSON itself is one of them.
Result<JsonType> json_type_named(const std::string& text) {
  if (same_name(text, "json")) return JsonType::json_text();
  if (text.ends_with("[]")) return JsonType::list(TRUENO_TRY(json_type_named(text.substr(0, text.size() - 2))));
  return JsonType::of(TRUENO_TRY(type_named(text)));
}

// {'name': 'TYPE', ...}
Result<std::vector<std::pair<std::string, std::string>>> names_and_texts(const OptionValue& option) {
  const Value& value = option.value();
  if (value.is_null() || value.type().id != TypeId::kStruct) return option.wrong("a struct such as {'name': 'TYPE'}");
  std::vector<std::pair<std::string, std::string>> out;
  for (std::size_t i = 0; i < value.as_children().size(); ++i) {
    const Value& text = value.as_children()[i];
    if (text.is_null() || text.type().id != TypeId::kVarchar) return option.wrong("a struct such as {'name': 'TYPE'}");
    out.emplace_back((*value.type().children)[i].name, text.as_string());
  }
  return out;
}

Result<std::vector<std::pair<std::string, Type>>> names_and_types(const OptionValue& option) {
  std::vector<std::pair<std::string, Type>> out;
  for (auto& [name, text] : TRUENO_TRY(names_and_texts(option))) out.emplace_back(std::move(name), TRUENO_TRY(type_named(text)));
  return out;
}

using Set = Status (*)(FileRequest& request, const OptionValue& option);
struct ReadOption {
  std::string_view name;
  Set set;
};

Status refuse(FileRequest&, const OptionValue& option) {
  return error(ErrorCode::kNotSupported, "the option {} is not supported", option.name());
}

Status set_compression(FileRequest& request, const OptionValue& option) {
  std::string name;
  TRUENO_TRY(option.read(name));
  if (same_name(name, "auto") || same_name(name, "auto_detect")) return {};
  request.compression = TRUENO_TRY(compression_named(name));
  return {};
}

Status set_filename(FileRequest& request, const OptionValue& option) {
  const std::string text = option.value().to_string();
  const bool yes = same_name(text, "true") || text == "1";
  if (yes || same_name(text, "false") || text == "0") {
    request.filename_column = yes ? "filename" : "";
    return {};
  }
  return option.read(request.filename_column);
}

Status set_hive_types(FileRequest& request, const OptionValue& option) {
  request.hive.types = TRUENO_TRY(names_and_types(option));
  if (!request.hive.enabled) request.hive.enabled = true;
  return {};
}

Status set_csv_types(FileRequest& request, const OptionValue& option) {
  if (option.value().type().id == TypeId::kList) {
    for (const std::string& text : TRUENO_TRY(texts_of(option.name(), option.value())))
      request.csv.first_types.push_back(TRUENO_TRY(type_named(text)));
    return {};
  }
  request.csv.types = TRUENO_TRY(names_and_types(option));
  return {};
}

Status set_csv_columns(FileRequest& request, const OptionValue& option) {
  for (auto& [name, type] : TRUENO_TRY(names_and_types(option))) request.csv.columns.push_back({std::move(name), std::move(type), true});
  return {};
}

Status set_csv_names(FileRequest& request, const OptionValue& option) {
  request.csv.names = TRUENO_TRY(texts_of(option.name(), option.value()));
  return {};
}

Status set_nullstr(FileRequest& request, const OptionValue& option) {
  const std::vector<std::string> texts = TRUENO_TRY(texts_of(option.name(), option.value()));
  if (texts.size() != 1) return error(ErrorCode::kNotSupported, "more than one text that means NULL is not supported");
  request.csv.nullstr = texts.front();
  return {};
}

// What is not given is found out, so there is nothing to switch on; nothing is found out where all is given.
Status set_auto_detect(FileRequest& request, const OptionValue& option) {
  bool yes = true;
  TRUENO_TRY(option.read(yes));
  const bool given = request.format == FileFormat::kCsv ? !request.csv.columns.empty() : !request.json.columns.empty();
  if (!yes && !given) return error(ErrorCode::kInvalidInput, "auto_detect = false needs columns").hint("columns = {'name': 'TYPE'}");
  return {};
}

Status set_json_format(FileRequest& request, const OptionValue& option) {
  std::string name;
  TRUENO_TRY(option.read(name));
  static constexpr std::pair<std::string_view, JsonFormat> kFormats[] = {{"auto", JsonFormat::kAuto},
                                                                         {"array", JsonFormat::kArray},
                                                                         {"newline_delimited", JsonFormat::kNewlineDelimited},
                                                                         {"nd", JsonFormat::kNewlineDelimited},
                                                                         {"unstructured", JsonFormat::kUnstructured}};
  const auto found = std::ranges::find_if(kFormats, [&](const auto& one) { return same_name(one.first, name); });
  if (found == std::end(kFormats)) return option.wrong("auto, array, newline_delimited or unstructured");
  request.json.format = found->second;
  return {};
}

Status set_records(FileRequest& request, const OptionValue& option) {
  const std::string text = option.value().to_string();
  if (same_name(text, "auto")) return {};
  bool yes = false;
  TRUENO_TRY(option.read(yes));
  request.json.records = yes ? JsonRecords::kYes : JsonRecords::kNo;
  return {};
}

Status set_array(FileRequest& request, const OptionValue& option) {
  bool yes = false;
  TRUENO_TRY(option.read(yes));
  if (yes) request.json.format = JsonFormat::kArray;
  return {};
}

// The places of texts in a window are 32-bit numbers.
Status set_object_size(FileRequest& request, const OptionValue& option) {
  TRUENO_TRY(option.read(request.json.maximum_object_size, 1));
  return request.json.maximum_object_size <= std::int64_t{1} << 29 ? Status() : Status(option.wrong("at most 512 MiB"));
}

Status set_json_columns(FileRequest& request, const OptionValue& option) {
  for (auto& [name, text] : TRUENO_TRY(names_and_texts(option)))
    request.json.columns.push_back({std::move(name), TRUENO_TRY(json_type_named(text))});
  return {};
}

constexpr ReadOption kCommon[] = {
    {"filename", set_filename},
    {"hive_partitioning", [](FileRequest& r, const OptionValue& o) { return o.read(r.hive.enabled); }},
    {"hive_types", set_hive_types},
    {"hive_types_autocast", [](FileRequest& r, const OptionValue& o) { return o.read(r.hive.guess_types); }},
    {"union_by_name", [](FileRequest& r, const OptionValue& o) { return o.read(r.union_by_name); }},
    {"schema", refuse},
    {"file_row_number", refuse},
};

constexpr ReadOption kCsv[] = {
    {"all_varchar", [](FileRequest& r, const OptionValue& o) { return o.read(r.csv.all_varchar); }},
    {"auto_detect", set_auto_detect},
    {"column_names", set_csv_names},
    {"column_types", set_csv_types},
    {"columns", set_csv_columns},
    {"comment", refuse},
    {"compression", set_compression},
    {"date_format", refuse},
    {"dateformat", refuse},
    {"decimal_separator", refuse},
    {"delim", [](FileRequest& r, const OptionValue& o) { return o.read(r.csv.delim, std::nullopt); }},
    {"delimiter", [](FileRequest& r, const OptionValue& o) { return o.read(r.csv.delim, std::nullopt); }},
    {"dtypes", set_csv_types},
    {"encoding", refuse},
    {"escape", [](FileRequest& r, const OptionValue& o) { return o.read(r.csv.escape, '\0'); }},
    {"force_not_null", refuse},
    {"header", [](FileRequest& r, const OptionValue& o) { return o.read(r.csv.header); }},
    {"ignore_errors", [](FileRequest& r, const OptionValue& o) { return o.read(r.csv.ignore_errors); }},
    {"names", set_csv_names},
    {"normalize_names", refuse},
    {"null", set_nullstr},
    {"null_padding", [](FileRequest& r, const OptionValue& o) { return o.read(r.csv.null_padding); }},
    {"nullstr", set_nullstr},
    {"quote", [](FileRequest& r, const OptionValue& o) { return o.read(r.csv.quote, '\0'); }},
    {"sample_size", [](FileRequest& r, const OptionValue& o) { return o.read(r.csv.sample_size, -1); }},
    {"sep", [](FileRequest& r, const OptionValue& o) { return o.read(r.csv.delim, std::nullopt); }},
    {"skip", [](FileRequest& r, const OptionValue& o) { return o.read(r.csv.skip, 0); }},
    {"store_rejects", refuse},
    {"strict_mode", refuse},
    {"thousands", refuse},
    {"timestamp_format", refuse},
    {"timestampformat", refuse},
    {"types", set_csv_types},
};

constexpr ReadOption kJson[] = {
    {"array", set_array},
    {"auto_detect", set_auto_detect},
    {"columns", set_json_columns},
    {"compression", set_compression},
    {"convert_strings_to_integers", [](FileRequest& r, const OptionValue& o) { return o.read(r.json.convert_strings_to_integers); }},
    {"date_format", refuse},
    {"dateformat", refuse},
    {"field_appearance_threshold", [](FileRequest& r, const OptionValue& o) { return o.read(r.json.field_appearance_threshold); }},
    {"format", set_json_format},
    {"ignore_errors", [](FileRequest& r, const OptionValue& o) { return o.read(r.json.ignore_errors); }},
    {"map_inference_threshold", [](FileRequest& r, const OptionValue& o) { return o.read(r.json.map_inference_threshold, -1); }},
    {"maximum_depth", [](FileRequest& r, const OptionValue& o) { return o.read(r.json.maximum_depth, -1); }},
    {"maximum_object_size", set_object_size},
    {"records", set_records},
    {"sample_size", [](FileRequest& r, const OptionValue& o) { return o.read(r.json.sample_size, -1); }},
    {"timestamp_format", refuse},
    {"timestampformat", refuse},
};

std::span<const ReadOption> options_of(FileFormat format) {
  switch (format) {
    case FileFormat::kCsv: return kCsv;
    case FileFormat::kJson: return kJson;
    case FileFormat::kParquet:
    case FileFormat::kArrow: break;
  }
  return {};
}

const ReadOption* find(std::span<const ReadOption> options, std::string_view name) {
  const auto found = std::ranges::find(options, name, &ReadOption::name);
  return found == options.end() ? nullptr : &*found;
}

}  // namespace

Result<std::vector<std::string>> texts_of(std::string_view what, const Value& value) {
  const auto is_text = [](const Value& one) { return !one.is_null() && one.type().id == TypeId::kVarchar; };
  if (is_text(value)) return std::vector<std::string>{value.as_string()};
  const bool list = !value.is_null() && value.type().id == TypeId::kList && std::ranges::all_of(value.as_children(), is_text);
  if (!list) return error(ErrorCode::kBinder, "{} takes a text or a list of texts", what);
  std::vector<std::string> out;
  for (const Value& one : value.as_children()) out.push_back(one.as_string());
  return out;
}

Result<bool> set_read_option(FileRequest& request, const std::string& name, const Value& value) {
  const ReadOption* option = find(kCommon, name);
  if (option == nullptr) option = find(options_of(request.format), name);
  if (option == nullptr) return false;
  TRUENO_TRY(option->set(request, OptionValue(name, value)));
  return true;
}

Result<FileRequest> read_request(std::string_view function, const std::vector<Value>& arguments, const bind::NamedValues& options) {
  FileRequest request;
  const bool lines = function.find("ndjson") != std::string_view::npos;
  if (function.find("json") != std::string_view::npos) request.format = FileFormat::kJson;
  if (function.find("parquet") != std::string_view::npos) request.format = FileFormat::kParquet;
  if (function.find("arrow") != std::string_view::npos) request.format = FileFormat::kArrow;
  request.json.objects = function.find("objects") != std::string_view::npos;
  if (lines) request.json.format = JsonFormat::kNewlineDelimited;
  request.reading = fmt::format("\n{}", function);
  for (const auto& [name, value] : options) request.reading += fmt::format(" {}={}", name, plan::exact_text(value));
  request.paths = TRUENO_TRY(texts_of(function, arguments[0]));
  bind::NamedValues ordered;  // auto_detect asks what the others gave
  for (const bool last : {false, true}) {
    std::ranges::copy_if(options, std::back_inserter(ordered), [&](const auto& option) { return (option.first == "auto_detect") == last; });
  }
  for (const auto& [name, value] : ordered) {
    if (TRUENO_TRY(set_read_option(request, name, value))) continue;
    std::vector<std::string> names;
    for (const ReadOption& one : kCommon) names.emplace_back(one.name);
    for (const ReadOption& one : options_of(request.format)) names.emplace_back(one.name);
    const std::string near = bind::nearest_name(name, names);
    return error(ErrorCode::kBinder, "{} has no option {}", function, name).hint(near.empty() ? "" : fmt::format("did you mean {}?", near));
  }
  return request;
}

}  // namespace trueno::session
