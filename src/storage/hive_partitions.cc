// Folders named key=value.
#include "storage/hive_partitions.h"

#include <algorithm>
#include <array>
#include <map>

#include "base/ascii.h"
#include "base/civil_time.h"
#include "base/name.h"
#include "storage/cell_text.h"

namespace trueno {

namespace {

constexpr std::string_view kNull = "__HIVE_DEFAULT_PARTITION__";

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// %XX to the byte; anything else stands for itself.
std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool two = text[i] == '%' && i + 2 < text.size() && hex_value(text[i + 1]) >= 0 && hex_value(text[i + 2]) >= 0;
    if (!two) {
      out.push_back(text[i]);
      continue;
    }
    out.push_back(static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2])));
    i += 2;
  }
  return out;
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain =
        (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '_' || c == '.' || c == '~';
    if (plain) {
      out.push_back(c);
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    }
  }
  return out;
}

// The folders of a path, by name of the key.
std::map<std::string, std::string> keys_of(std::string_view path) {
  std::map<std::string, std::string> keys;
  for (std::size_t at = 0; at < path.size();) {
    const std::size_t slash = path.find('/', at);
    if (slash == std::string_view::npos) break;  // the file's own name
    const std::string_view folder = path.substr(at, slash - at);
    const std::size_t equals = folder.find('=');
    if (equals != std::string_view::npos && equals != 0 && folder.find('=', equals + 1) == std::string_view::npos) {
      keys[unescaped(folder.substr(0, equals))] = unescaped(folder.substr(equals + 1));
    }
    at = slash + 1;
  }
  return keys;
}

// "007" is a code, not a number.
bool reads_as(TypeId type, std::string_view text) {
  if (type == TypeId::kDate) return parse_date(text, Leniency::kExact).has_value();
  if (type == TypeId::kTimestamp) return parse_timestamp(text, TimeUnit::kMicro, Leniency::kExact).has_value();
  const std::string_view digits = text.starts_with('-') ? text.substr(1) : text;
  if (digits.empty() || !std::ranges::all_of(digits, is_digit) || (digits.size() > 1 && digits[0] == '0')) return false;
  std::int64_t value = 0;
  return cell_text::parse_whole<std::int64_t>(text, value);
}

Type guessed_type(const std::vector<std::string>& texts) {
  static constexpr std::array kTypes = {TypeId::kBigInt, TypeId::kDate, TypeId::kTimestamp};
  const bool any = std::ranges::any_of(texts, [](const std::string& text) { return text != kNull; });
  for (const TypeId type : kTypes) {
    if (any && std::ranges::all_of(texts, [&](const std::string& text) { return text == kNull || reads_as(type, text); })) return type;
  }
  return TypeId::kVarchar;
}

Result<Value> value_of(const std::string& key, const std::string& text, const Type& type) {
  if (text == kNull) return Value::null(type);
  if (type.id == TypeId::kVarchar) return Value::varchar(text);
  if (type.is_nested() || type.physical() == Physical::kString)
    return error(ErrorCode::kNotSupported, "a partition cannot have the type {}", type.to_string());
  std::uint64_t slot[2] = {};
  if (!parse_slot(type, text, slot))
    return error(ErrorCode::kConversion, "cannot read '{}', a value of the partition {}, as {}", text, key, type.to_string());
  ColumnBuilder builder(type);
  TRUENO_TRY(builder.append_bytes(slot));
  return TRUENO_TRY(builder.finish()).value(0);
}

}  // namespace

Result<HivePartitions> find_hive_partitions(const std::vector<std::string>& paths, const HiveOptions& options) {
  HivePartitions out;
  out.values.resize(paths.size());
  if (options.enabled == false) return out;
  std::vector<std::map<std::string, std::string>> keys;
  for (const std::string& path : paths) {
    keys.push_back(keys_of(path));
    const bool same =
        std::ranges::equal(keys.front(), keys.back(), {}, [](const auto& a) { return a.first; }, [](const auto& b) { return b.first; });
    if (same) continue;
    if (options.enabled.value_or(false))
      return error(ErrorCode::kBinder, "the folders of {} and {} have different keys", paths.front(), path)
          .hint("hive_partitioning = false");
    return out;
  }
  for (const auto& [name, type] : options.types) {
    const bool known = std::ranges::any_of(keys.front(), [&, &wanted = name](const auto& key) { return same_name(key.first, wanted); });
    if (!known) return error(ErrorCode::kBinder, "hive_types has {}, which is no partition", name);
  }
  for (const auto& [name, unused] : keys.front()) {
    std::vector<std::string> texts;
    for (const auto& of_path : keys) texts.push_back(of_path.at(name));
    const auto given = std::ranges::find_if(options.types, [&, &key = name](const auto& one) { return same_name(one.first, key); });
    Type type = given != options.types.end() ? given->second : options.guess_types ? guessed_type(texts) : Type(TypeId::kVarchar);
    for (std::size_t i = 0; i < texts.size(); ++i) out.values[i].push_back(TRUENO_TRY(value_of(name, texts[i], type)));
    out.columns.push_back({name, std::move(type), true});
  }
  return out;
}

std::string hive_folder(std::string_view key, const Value& value) {
  return escaped(key) + "=" + (value.is_null() ? std::string(kNull) : escaped(value.to_string()));
}

}  // namespace trueno
