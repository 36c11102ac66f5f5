// Arrow's format strings <-> our types.
#include <charconv>
#include <cstring>
#include <optional>

#include "column/arrow_layout.h"

namespace trueno {

namespace {

constexpr int kMaxDepth = 64;

Error malformed(std::string_view format) { return error(ErrorCode::kInvalidInput, "the Arrow schema has a malformed format '{}'", format); }

// Numbers of "15,2,64".
std::optional<std::vector<int>> numbers_in(std::string_view text) {
  std::vector<int> numbers;
  const char* at = text.data();
  const char* end = at + text.size();
  while (true) {
    int number = 0;
    const auto parsed = std::from_chars(at, end, number);
    if (parsed.ec != std::errc{}) return std::nullopt;
    numbers.push_back(number);
    if (parsed.ptr == end) return numbers;
    if (*parsed.ptr != ',') return std::nullopt;
    at = parsed.ptr + 1;
  }
}

// The value of a key in Arrow's metadata encoding: i32 count, then (i32 length, bytes) for each key and value.
std::string_view metadata_value(const char* metadata, std::string_view key) {
  if (metadata == nullptr) return {};
  const auto text = [&]() -> std::string_view {
    const auto size = load<std::int32_t>(metadata);
    const std::string_view view(metadata + 4, size > 0 ? static_cast<std::size_t>(size) : 0);
    metadata += 4 + view.size();
    return view;
  };
  const auto count = load<std::int32_t>(metadata);
  metadata += 4;
  for (std::int32_t i = 0; i < count; ++i) {
    const bool found = text() == key;
    const std::string_view value = text();
    if (found) return value;
  }
  return {};
}

// The common case: a type and how its values arrive.
void set(ArrowLayout& layout, Type type, ArrowKind kind) {
  layout.field.type = std::move(type);
  layout.kind = kind;
}

// "d:precision,scale[,bits]"
Status parse_decimal(std::string_view format, ArrowLayout& layout) {
  const auto numbers = numbers_in(format.substr(2));
  if (!numbers || numbers->size() < 2 || numbers->size() > 3) return malformed(format);
  const int precision = (*numbers)[0];
  const int scale = (*numbers)[1];
  const int bits = numbers->size() == 3 ? (*numbers)[2] : 128;
  if (precision < 1 || precision > 76) return malformed(format);
  if (precision > 38 || scale < 0 || scale > precision) {
    return error(ErrorCode::kNotSupported,
                 "a decimal of {} digits, {} of them behind the point, has no type here; DECIMAL(38,38) is the largest", precision, scale);
  }
  layout.field.type = Type::decimal(precision, scale);
  switch (bits) {
    case 32: layout.kind = ArrowKind::kDecimal32; return {};
    case 64: layout.kind = ArrowKind::kDecimal64; return {};
    case 128: layout.kind = ArrowKind::kDecimal128; return {};
    case 256: layout.kind = ArrowKind::kDecimal256; return {};
    default: return malformed(format);
  }
}

// Ticks a second of a unit letter; 0 for another letter.
std::int64_t ticks_of(char unit) {
  switch (unit) {
    case 's': return 1;
    case 'm': return 1'000;
    case 'u': return 1'000'000;
    case 'n': return 1'000'000'000;
    default: return 0;
  }
}

// Microseconds from another unit.
void scale_to_micros(ArrowLayout& layout, std::int64_t ticks) {
  layout.multiplier = ticks <= 1'000'000 ? 1'000'000 / ticks : 1;
  layout.divisor = ticks > 1'000'000 ? ticks / 1'000'000 : 1;
}

// "ts", unit, ":", zone. With a zone the value is a moment in UTC whatever the zone's name is; without, it is what a clock showed.
Status parse_timestamp(std::string_view format, ArrowLayout& layout) {
  const std::int64_t ticks = ticks_of(format[2]);
  if (format.size() < 4 || format[3] != ':' || ticks == 0) return malformed(format);
  if (format.size() == 4) {
    const TypeId id = ticks == 1
                          ? TypeId::kTimestampS
                          : (ticks == 1'000 ? TypeId::kTimestampMs : (ticks == 1'000'000 ? TypeId::kTimestamp : TypeId::kTimestampNs));
    set(layout, id, ArrowKind::kSame);
    return {};
  }
  set(layout, TypeId::kTimestampTz, ticks == 1'000'000 ? ArrowKind::kSame : ArrowKind::kScaled64);
  scale_to_micros(layout, ticks);
  return {};
}

// "td?", "tt?", "ts?:", "tD?", "ti?": dates, times, timestamps, durations, intervals.
Status parse_temporal(std::string_view format, ArrowLayout& layout) {
  if (format.size() < 3) return malformed(format);
  if (format == "tdD")
    set(layout, TypeId::kDate, ArrowKind::kSame);
  else if (format == "tdm") {
    set(layout, TypeId::kDate, ArrowKind::kScaled64);
    layout.divisor = 86'400'000;
  } else if (format == "tiM")
    set(layout, TypeId::kInterval, ArrowKind::kMonths);
  else if (format == "tiD")
    set(layout, TypeId::kInterval, ArrowKind::kDayTime);
  else if (format == "tin")
    set(layout, TypeId::kInterval, ArrowKind::kMonthDayNano);
  else if (format[1] == 's')
    return parse_timestamp(format, layout);
  else {
    const std::int64_t ticks = ticks_of(format[2]);
    if (format.size() != 3 || ticks == 0 || (format[1] != 't' && format[1] != 'D')) return malformed(format);
    if (format[1] == 'D')
      set(layout, TypeId::kInterval, ArrowKind::kDuration);
    else
      set(layout, TypeId::kTime, ticks == 1'000'000 ? ArrowKind::kSame : (ticks < 1'000'000 ? ArrowKind::kScaled32 : ArrowKind::kScaled64));
    scale_to_micros(layout, ticks);
  }
  return {};
}

// "w:size"; sixteen bytes that say they are a UUID become one.
Status parse_fixed_bytes(std::string_view format, const ArrowSchema& schema, ArrowLayout& layout) {
  const auto numbers = numbers_in(format.substr(2));
  if (!numbers || numbers->size() != 1 || numbers->front() < 0) return malformed(format);
  layout.fixed_size = numbers->front();
  const bool uuid = layout.fixed_size == 16 && metadata_value(schema.metadata, "ARROW:extension:name") == "arrow.uuid";
  set(layout, uuid ? TypeId::kUuid : TypeId::kBlob, uuid ? ArrowKind::kUuid : ArrowKind::kFixedBytes);
  return {};
}

// Children by number; `expected` < 0 allows any.
Status parse_children(const ArrowSchema& schema, ArrowLayout& layout, std::int64_t expected, int depth) {
  if (schema.n_children < 0 || (expected >= 0 && schema.n_children != expected) || (schema.n_children > 0 && schema.children == nullptr)) {
    return error(ErrorCode::kInvalidInput, "the Arrow schema '{}' has {} children", schema.format, schema.n_children);
  }
  for (std::int64_t i = 0; i < schema.n_children; ++i) {
    if (schema.children[i] == nullptr) return error(ErrorCode::kInvalidInput, "the Arrow schema '{}' lacks its child {}", schema.format, i);
    layout.children.push_back(TRUENO_TRY(parse_arrow_schema(*schema.children[i], depth + 1)));
  }
  return {};
}

// Formats that begin with '+'.
Status parse_nested(std::string_view format, const ArrowSchema& schema, ArrowLayout& layout, int depth) {
  if (format == "+s") {
    TRUENO_TRY(parse_children(schema, layout, -1, depth));
    std::vector<TypeField> fields;
    for (const ArrowLayout& child : layout.children) fields.push_back({child.field.name, child.field.type});
    set(layout, Type::structure(std::move(fields)), ArrowKind::kStruct);
    return {};
  }
  if (format == "+r") {
    TRUENO_TRY(parse_children(schema, layout, 2, depth));
    layout.index = layout.children[0].field.type.physical();
    const bool ends = layout.index == Physical::kI16 || layout.index == Physical::kI32 || layout.index == Physical::kI64;
    if (!ends) return error(ErrorCode::kInvalidInput, "the run ends of an Arrow array are {}", layout.children[0].field.type.to_string());
    layout.children.erase(layout.children.begin());
    set(layout, layout.children.front().field.type, ArrowKind::kRunEnds);
    return {};
  }
  const bool fixed = format.starts_with("+w:");
  if (format != "+l" && format != "+L" && format != "+m" && !fixed) {
    const bool known = format.starts_with("+vl") || format.starts_with("+vL") || format.starts_with("+u");
    return known ? Status(error(ErrorCode::kNotSupported, "Arrow arrays of format '{}' (unions, list views) are not read", format))
                 : Status(malformed(format));
  }
  TRUENO_TRY(parse_children(schema, layout, 1, depth));
  if (format == "+m") {
    ArrowLayout entries = std::move(layout.children.front());
    if (entries.kind != ArrowKind::kStruct || entries.children.size() != 2) {
      return error(ErrorCode::kInvalidInput, "the entries of an Arrow map are not pairs");
    }
    layout.children = std::move(entries.children);
    set(layout, Type::map(layout.children[0].field.type, layout.children[1].field.type), ArrowKind::kMap);
    return {};
  }
  set(layout, Type::list(layout.children.front().field.type),
      fixed ? ArrowKind::kFixedList : (format == "+l" ? ArrowKind::kList32 : ArrowKind::kList64));
  if (fixed) {
    const auto numbers = numbers_in(format.substr(3));
    if (!numbers || numbers->size() != 1 || numbers->front() < 0) return malformed(format);
    layout.fixed_size = numbers->front();
  }
  return {};
}

// Formats of one letter, "vu" and "vz".
bool parse_simple(std::string_view format, ArrowLayout& layout) {
  if (format == "vu") return set(layout, TypeId::kVarchar, ArrowKind::kView), true;
  if (format == "vz") return set(layout, TypeId::kBlob, ArrowKind::kView), true;
  if (format.size() != 1) return false;
  switch (format.front()) {
    case 'n': set(layout, TypeId::kNull, ArrowKind::kNull); break;
    case 'b': set(layout, TypeId::kBoolean, ArrowKind::kBits); break;
    case 'c': set(layout, TypeId::kTinyInt, ArrowKind::kSame); break;
    case 'C': set(layout, TypeId::kUTinyInt, ArrowKind::kSame); break;
    case 's': set(layout, TypeId::kSmallInt, ArrowKind::kSame); break;
    case 'S': set(layout, TypeId::kUSmallInt, ArrowKind::kSame); break;
    case 'i': set(layout, TypeId::kInteger, ArrowKind::kSame); break;
    case 'I': set(layout, TypeId::kUInteger, ArrowKind::kSame); break;
    case 'l': set(layout, TypeId::kBigInt, ArrowKind::kSame); break;
    case 'L': set(layout, TypeId::kUBigInt, ArrowKind::kSame); break;
    case 'e': set(layout, TypeId::kFloat, ArrowKind::kHalfFloat); break;
    case 'f': set(layout, TypeId::kFloat, ArrowKind::kSame); break;
    case 'g': set(layout, TypeId::kDouble, ArrowKind::kSame); break;
    case 'z': set(layout, TypeId::kBlob, ArrowKind::kText32); break;
    case 'Z': set(layout, TypeId::kBlob, ArrowKind::kText64); break;
    case 'u': set(layout, TypeId::kVarchar, ArrowKind::kText32); break;
    case 'U': set(layout, TypeId::kVarchar, ArrowKind::kText64); break;
    default: return false;
  }
  return true;
}

// A node with a dictionary: what was parsed so far is the type of its codes.
Status parse_dictionary(const ArrowSchema& schema, ArrowLayout& layout, int depth) {
  const Physical index = layout.field.type.physical();
  if (layout.kind != ArrowKind::kSame || !is_integer(index) || index == Physical::kI128 || !layout.field.type.is_integer()) {
    return error(ErrorCode::kInvalidInput, "the codes of an Arrow dictionary are '{}'", schema.format);
  }
  ArrowLayout values = TRUENO_TRY(parse_arrow_schema(*schema.dictionary, depth + 1));
  if (values.field.type.is_nested() || values.kind == ArrowKind::kDictionary || values.kind == ArrowKind::kRunEnds) {
    return error(ErrorCode::kNotSupported, "a dictionary of {} values is not read", values.field.type.to_string());
  }
  layout.index = index;
  layout.kind = ArrowKind::kDictionary;
  layout.field.type = values.field.type;
  layout.children.push_back(std::move(values));
  return {};
}

}  // namespace

Result<ArrowLayout> parse_arrow_schema(const ArrowSchema& schema, int depth) {
  if (schema.release == nullptr) return error(ErrorCode::kInvalidInput, "the Arrow schema has been released");
  if (schema.format == nullptr) return error(ErrorCode::kInvalidInput, "the Arrow schema has no format");
  if (depth > kMaxDepth) return error(ErrorCode::kInvalidInput, "the Arrow schema is nested deeper than {} levels", kMaxDepth);
  const std::string_view format(schema.format);
  ArrowLayout layout;
  layout.field.name = schema.name != nullptr ? schema.name : "";
  layout.field.nullable = (schema.flags & ARROW_FLAG_NULLABLE) != 0;
  if (format.starts_with("+")) {
    TRUENO_TRY(parse_nested(format, schema, layout, depth));
  } else if (format.starts_with("t")) {
    TRUENO_TRY(parse_temporal(format, layout));
  } else if (format.starts_with("d:")) {
    TRUENO_TRY(parse_decimal(format, layout));
  } else if (format.starts_with("w:")) {
    TRUENO_TRY(parse_fixed_bytes(format, schema, layout));
  } else if (!parse_simple(format, layout)) {
    return malformed(format);
  }
  if (schema.dictionary != nullptr) TRUENO_TRY(parse_dictionary(schema, layout, depth));
  return layout;
}

std::string arrow_format(const Type& type, bool dictionary, const ArrowExportOptions& options) {
  if (dictionary) return "I";
  switch (type.id) {
    case TypeId::kNull: return "n";
    case TypeId::kBoolean: return "b";
    case TypeId::kTinyInt: return "c";
    case TypeId::kSmallInt: return "s";
    case TypeId::kInteger: return "i";
    case TypeId::kBigInt: return "l";
    case TypeId::kHugeInt: return "d:38,0";
    case TypeId::kUTinyInt: return "C";
    case TypeId::kUSmallInt: return "S";
    case TypeId::kUInteger: return "I";
    case TypeId::kUBigInt: return "L";
    case TypeId::kFloat: return "f";
    case TypeId::kDouble: return "g";
    case TypeId::kDecimal: return fmt::format("d:{},{}", type.precision, type.scale);
    case TypeId::kBit:
    case TypeId::kVarchar: return options.string_views ? "vu" : "u";
    case TypeId::kBlob: return options.string_views ? "vz" : "z";
    case TypeId::kUuid: return "w:16";
    case TypeId::kDate: return "tdD";
    case TypeId::kTime: return "ttu";
    case TypeId::kTimestamp: return "tsu:";
    case TypeId::kTimestampS: return "tss:";
    case TypeId::kTimestampMs: return "tsm:";
    case TypeId::kTimestampNs: return "tsn:";
    case TypeId::kTimestampTz: return "tsu:UTC";
    case TypeId::kInterval: return "tin";
    case TypeId::kEnum: return "I";
    case TypeId::kList: return "+l";
    case TypeId::kStruct: return "+s";
    case TypeId::kMap: return "+m";
  }
  return "n";
}

}  // namespace trueno
