// JSON values to columns, in one pass.
//
// A column never looks ahead: it appends while the cursor goes. When a row fails in its middle, some columns have it and others not; the
// reader then cuts all of them back to the rows that are complete.
#include "storage/json/json_column.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <unordered_set>

#include "storage/cell_text.h"

namespace trueno {

namespace {

constexpr std::size_t kNoChild = ~std::size_t{0};

bool is_nested(const JsonType& type) { return type.type.is_nested(); }

// For messages; characters stay whole.
std::string shortened(std::string_view text) {
  if (text.size() <= 60) return std::string(text);
  std::size_t size = 57;
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) --size;
  return std::string(text.substr(0, size)) + "...";
}

// A status as a bool that can end a walk.
bool take(Status status, JsonReading& reading) {
  if (status) return true;
  reading.failure = std::move(status).error();
  return false;
}

template <class T>
bool put_rounded(double value, void* slot) {
  const double rounded = std::nearbyint(value);
  // The least value is a double, and so is one above the greatest.
  const double above = std::ldexp(1.0, std::numeric_limits<T>::digits);
  if (!(rounded >= static_cast<double>(std::numeric_limits<T>::min()) && rounded < above)) return false;
  const T whole = static_cast<T>(rounded);
  std::memcpy(slot, &whole, sizeof whole);
  return true;
}

// A member once more: an error, or the first counts.
bool occurs_twice(JsonCursor& cursor, const JsonString& name, JsonReading& reading, int depth) {
  if (reading.lenient) return cursor.skip_value(depth + 1);
  reading.has_problem = true;
  reading.path.clear();
  reading.at = cursor.position();
  reading.what = fmt::format("the member \"{}\" occurs twice in an object", shortened(name.raw));
  return false;
}

}  // namespace

JsonColumn::JsonColumn(const JsonType& type) : type_(type) {
  if (!is_nested(type)) {
    width_ = static_cast<std::size_t>(width_of(type.type.physical()));
    return;
  }
  width_ = type.type.id == TypeId::kStruct ? 0 : 4;
  for (std::size_t i = 0; i < type.children.size(); ++i) {
    children_.emplace_back(type.children[i]);
    if (type.type.id == TypeId::kStruct) child_index_.emplace((*type.type.children)[i].name, i);
  }
}

void JsonColumn::set_bytes(const Buffer& bytes) {
  bytes_ = bytes;
  for (JsonColumn& child : children_) child.set_bytes(bytes);
}

// Room for one row more, which is valid. LIST and MAP have a slot before the first row: the 0 where it begins.
Status JsonColumn::add_row() {
  const auto row = static_cast<std::size_t>(length_);
  const std::size_t slots = row + (is_nested(type_) ? 2 : 1);
  if (slots * width_ > values_.size()) TRUENO_TRY(values_.resize(std::max<std::size_t>(slots * 2, 64) * width_));
  const std::size_t bits = validity_.size();
  if (bytes_for_bits(row + 1) > bits) {
    TRUENO_TRY(validity_.resize(std::max<std::size_t>(bits * 2, 64)));
    std::memset(validity_.data() + bits, 0xFF, validity_.size() - bits);
  }
  return {};
}

Status JsonColumn::append_null() {
  TRUENO_TRY(add_row());
  clear_bit(validity_.data(), static_cast<std::size_t>(length_));
  if (type_.type.id == TypeId::kStruct) {
    for (JsonColumn& child : children_) TRUENO_TRY(child.append_null());
  } else if (is_nested(type_)) {
    values_.as<std::int32_t>()[length_ + 1] = static_cast<std::int32_t>(children_.front().length());
    if (length_ == 0) values_.as<std::int32_t>()[0] = 0;
  } else {
    std::memset(values_.data() + static_cast<std::size_t>(length_) * width_, 0, width_);
  }
  ++length_;
  return {};
}

bool JsonColumn::append(JsonCursor& cursor, JsonReading& reading, int depth) {
  const JsonKind kind = cursor.kind();
  if (kind == JsonKind::kNull) return cursor.read_null() && take(append_null(), reading);
  if (depth >= JsonCursor::kDeepest) return cursor.fail(JsonCursor::kTooDeep);
  if (type_.text) return append_json_text(cursor, reading, depth);
  switch (type_.type.id) {
    case TypeId::kVarchar: return kind == JsonKind::kString ? append_text(cursor, reading) : append_json_text(cursor, reading, depth);
    case TypeId::kList: return append_list(cursor, reading, depth);
    case TypeId::kStruct: return append_struct(cursor, reading, depth);
    case TypeId::kMap: return append_map(cursor, reading, depth);
    default: return append_scalar(cursor, reading, depth);
  }
}

// Passes the value from its begin, and either makes it NULL or the problem of the row.
bool JsonColumn::append_unfitting(JsonCursor& cursor, std::size_t begin, JsonReading& reading, int depth) {
  cursor.move_to(begin);
  if (!cursor.skip_value(depth)) return false;
  if (reading.lenient) return take(append_null(), reading);
  reading.has_problem = true;
  reading.path.clear();
  reading.at = begin;
  reading.what =
      fmt::format("cannot read {} as {}", shortened(cursor.bytes().substr(begin, cursor.position() - begin)), type_.type.to_string());
  return false;
}

Status JsonColumn::put_text(std::string_view text, bool in_place) {
  TRUENO_TRY(add_row());
  StoredView* to = values_.as<StoredView>() + length_;
  const StringView record(text);
  std::memcpy(static_cast<void*>(to), &record, sizeof record);
  if (!record.is_inline()) {
    to->buffer = in_place ? 0 : 1;
    to->offset = static_cast<std::int32_t>(in_place ? text.data() - reinterpret_cast<const char*>(bytes_.data())
                                                    : static_cast<std::ptrdiff_t>(copied_.size()));
    if (!in_place) TRUENO_TRY(copied_.append(text.data(), text.size()));
  }
  ++length_;
  return {};
}

// The value as it is written, only closer together.
bool JsonColumn::append_json_text(JsonCursor& cursor, JsonReading& reading, int depth) {
  const std::size_t begin = cursor.position();
  const JsonKind kind = cursor.kind();
  if (!cursor.skip_value(depth)) return false;
  const std::string_view json = cursor.bytes().substr(begin, cursor.position() - begin);
  const bool nested = kind == JsonKind::kArray || kind == JsonKind::kObject;
  if (!nested || type_.verbatim || json.find_first_of(" \t\r\n") == std::string_view::npos) return take(put_text(json, true), reading);
  return take(put_text(without_space(json), false), reading);
}

bool JsonColumn::append_text(JsonCursor& cursor, JsonReading& reading) {
  JsonString string;
  if (!cursor.read_string(string)) return false;
  return take(string.escaped ? put_text(json_text_of(string), false) : put_text(string.raw, true), reading);
}

bool JsonColumn::append_scalar(JsonCursor& cursor, JsonReading& reading, int depth) {
  const std::size_t begin = cursor.position();
  if (type_.type.id == TypeId::kBlob || type_.type.id == TypeId::kBit) {
    JsonString string;
    if (cursor.kind() != JsonKind::kString) return append_unfitting(cursor, begin, reading, depth);
    if (!cursor.read_string(string)) return false;
    const std::string text = json_text_of(string);
    const bool bits = !text.empty() && text.find_first_not_of("01") == std::string::npos;
    const auto bytes = type_.type.id == TypeId::kBlob ? parse_blob(text) : (bits ? std::optional(text) : std::nullopt);
    return bytes ? take(put_text(*bytes, false), reading) : append_unfitting(cursor, begin, reading, depth);
  }
  if (!take(add_row(), reading)) return false;
  bool fits = false;
  if (!scalar_slot(cursor, values_.data() + static_cast<std::size_t>(length_) * width_, fits)) return false;
  if (!fits) return append_unfitting(cursor, begin, reading, depth);
  ++length_;
  return true;
}

// False at a fault of the JSON; `fits`: the value is one of the type. Arrays and objects are not passed: they never fit.
bool JsonColumn::scalar_slot(JsonCursor& cursor, void* slot, bool& fits) {
  fits = false;
  switch (cursor.kind()) {
    case JsonKind::kNumber: {
      JsonNumber number;
      if (!cursor.read_number(number)) return false;
      fits = number_slot(number, slot);
      return true;
    }
    case JsonKind::kString: {
      JsonString string;
      if (!cursor.read_string(string)) return false;
      fits = string.escaped ? parse_slot(type_.type, json_text_of(string), slot) : parse_slot(type_.type, string.raw, slot);
      return true;
    }
    case JsonKind::kBoolean: {
      bool value = false;
      if (!cursor.read_boolean(value)) return false;
      const bool possible = type_.type.id == TypeId::kBoolean || type_.type.is_numeric();
      fits = possible && parse_slot(type_.type, value ? "1" : "0", slot);
      return true;
    }
    default: return true;
  }
}

// A number with a point in a column of integers is rounded, as a cast of a DOUBLE is.
bool JsonColumn::number_slot(const JsonNumber& number, void* slot) const {
  const Type& type = type_.type;
  if (type.is_float()) {
    if (!parse_slot(type, number.text, slot)) return false;
    double wide = 0;
    float narrow = 0;
    std::memcpy(type.id == TypeId::kDouble ? static_cast<void*>(&wide) : static_cast<void*>(&narrow), slot, width_);
    return std::isfinite(type.id == TypeId::kDouble ? wide : static_cast<double>(narrow));
  }
  if (type.id == TypeId::kDecimal) return parse_slot(type, number.text, slot);
  if (type.id == TypeId::kBoolean) {
    const std::uint8_t value = parse_double(number.text).value_or(0) != 0 ? 1 : 0;
    std::memcpy(slot, &value, sizeof value);
    return true;
  }
  if (!type.is_integer()) return false;
  if (number.whole) return parse_slot(type, number.text, slot);
  const double value = parse_double(number.text).value_or(NAN);
  switch (type.id) {
    case TypeId::kTinyInt: return put_rounded<std::int8_t>(value, slot);
    case TypeId::kSmallInt: return put_rounded<std::int16_t>(value, slot);
    case TypeId::kInteger: return put_rounded<std::int32_t>(value, slot);
    case TypeId::kBigInt: return put_rounded<std::int64_t>(value, slot);
    case TypeId::kUTinyInt: return put_rounded<std::uint8_t>(value, slot);
    case TypeId::kUSmallInt: return put_rounded<std::uint16_t>(value, slot);
    case TypeId::kUInteger: return put_rounded<std::uint32_t>(value, slot);
    case TypeId::kUBigInt: return put_rounded<std::uint64_t>(value, slot);
    default: break;
  }
  const auto wide = parse_integer(number.text);  // HUGEINT
  if (!wide) return false;
  std::memcpy(slot, &*wide, sizeof *wide);
  return true;
}

// Ends the row of a LIST or MAP where its children end.
bool JsonColumn::close_list(JsonReading& reading) {
  const std::int64_t end = children_.front().length();
  if (end > INT32_MAX) {
    reading.failure = error(ErrorCode::kOutOfRange, "a column of lists holds at most {} elements at a time", INT32_MAX);
    return false;
  }
  values_.as<std::int32_t>()[length_ + 1] = static_cast<std::int32_t>(end);
  if (length_ == 0) values_.as<std::int32_t>()[0] = 0;
  ++length_;
  return true;
}

bool JsonColumn::append_list(JsonCursor& cursor, JsonReading& reading, int depth) {
  if (cursor.kind() != JsonKind::kArray) return append_unfitting(cursor, cursor.position(), reading, depth);
  if (!take(add_row(), reading)) return false;
  JsonColumn& elements = children_.front();
  const std::int64_t begin = elements.length();
  const bool read = cursor.read_array([&] { return elements.append(cursor, reading, depth + 1); });
  if (!read) {
    if (reading.has_problem) reading.path = fmt::format("[{}]{}", elements.length() - begin, reading.path);
    return false;
  }
  return close_list(reading);
}

std::size_t JsonColumn::child_of(const JsonString& name) {
  const auto& fields = *type_.type.children;
  // Members mostly come in the order of the fields.
  if (expected_child_ < fields.size() && !name.escaped && fields[expected_child_].name == name.raw) return expected_child_++;
  const auto found = name.escaped ? child_index_.find(json_text_of(name)) : child_index_.find(name.raw);
  if (found == child_index_.end()) return kNoChild;
  expected_child_ = found->second + 1;
  return found->second;
}

// Members that no field has are passed over; fields without a member are NULL.
bool JsonColumn::append_struct(JsonCursor& cursor, JsonReading& reading, int depth) {
  if (cursor.kind() != JsonKind::kObject) return append_unfitting(cursor, cursor.position(), reading, depth);
  if (!take(add_row(), reading)) return false;
  expected_child_ = 0;
  const auto member = [&](const JsonString& name) {
    const std::size_t child = child_of(name);
    if (child == kNoChild) return cursor.skip_value(depth + 1);
    if (children_[child].length() > length_) return occurs_twice(cursor, name, reading, depth);
    const std::size_t next = expected_child_;
    if (!children_[child].append(cursor, reading, depth + 1)) {
      if (reading.has_problem) reading.path = "." + (*type_.type.children)[child].name + reading.path;
      return false;
    }
    expected_child_ = next;
    return true;
  };
  if (!cursor.read_object(member)) return false;
  ++length_;
  for (JsonColumn& child : children_) {
    if (child.length() < length_ && !take(child.append_null(), reading)) return false;
  }
  return true;
}

bool JsonColumn::append_map(JsonCursor& cursor, JsonReading& reading, int depth) {
  if (cursor.kind() != JsonKind::kObject) return append_unfitting(cursor, cursor.position(), reading, depth);
  if (!take(add_row(), reading)) return false;
  JsonColumn& keys = children_[0];
  JsonColumn& values = children_[1];
  std::unordered_set<std::string> seen;
  const auto entry = [&](const JsonString& name) {
    if (!seen.insert(json_text_of(name)).second) return occurs_twice(cursor, name, reading, depth);
    if (!take(name.escaped ? keys.put_text(json_text_of(name), false) : keys.put_text(name.raw, true), reading)) return false;
    if (values.append(cursor, reading, depth + 1)) return true;
    if (reading.has_problem) reading.path = "." + json_text_of(name) + reading.path;
    return false;
  };
  return cursor.read_object(entry) && close_list(reading);
}

// Rows that come after start out as valid again.
void JsonColumn::truncate(std::int64_t length) {
  if (type_.type.id == TypeId::kStruct) {
    for (JsonColumn& child : children_) child.truncate(std::min(length, child.length()));
  } else if (is_nested(type_)) {
    const std::int64_t end = length == 0 ? 0 : values_.as<std::int32_t>()[length];
    for (JsonColumn& child : children_) child.truncate(std::min(end, child.length()));
  }
  for (std::int64_t row = length; row < length_; ++row) set_bit(validity_.data(), static_cast<std::size_t>(row));
  length_ = length;
}

Result<Column> JsonColumn::finish() {
  Column column;
  column.type = type_.type;
  column.length = length_;
  const auto rows = static_cast<std::size_t>(length_);
  if (type_.type.id == TypeId::kStruct) {
    column.values = TRUENO_TRY(MutableBuffer::zeroed(0)).freeze();
  } else {
    const bool list = is_nested(type_);
    if (list && length_ == 0) TRUENO_TRY(values_.resize(4));
    if (list && length_ == 0) values_.as<std::int32_t>()[0] = 0;
    TRUENO_TRY(values_.resize((rows + (list ? 1 : 0)) * width_));
    column.values = std::move(values_).freeze();
  }
  TRUENO_TRY(validity_.resize(bytes_for_bits(rows)));
  column.null_count = length_ - static_cast<std::int64_t>(count_set_bits(validity_.data(), 0, rows));
  if (column.null_count != 0) column.validity = std::move(validity_).freeze();
  column.statistics.null_count = column.null_count;
  if (type_.type.physical() == Physical::kString) {
    column.string_buffers.push_back(bytes_);
    if (copied_.size() != 0) column.string_buffers.push_back(std::move(copied_).freeze());
  }
  for (JsonColumn& child : children_) column.children.push_back(TRUENO_TRY(child.finish()));
  values_ = MutableBuffer();
  validity_ = MutableBuffer();
  copied_ = MutableBuffer();
  length_ = 0;
  return column;
}

}  // namespace trueno
