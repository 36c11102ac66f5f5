// Builds plain columns value by value.
//
// Buffers double when they are full and are cut at the end, so an append costs a constant on average. A row is complete when its slot is
// written and `length_` counts it; an append that fails in between leaves the builder as it was, one unused slot aside.
#include <algorithm>
#include <bit>

#include "column/column.h"
#include "column/physical_dispatch.h"

namespace trueno {

namespace {

// View records count their bytes in i32, so a block of texts stays below 2 GiB.
constexpr std::size_t kMaxStringBlock = std::size_t{1} << 30;

// Makes room for `needed` bytes; doubles, so that appends cost a constant on average.
Status ensure(MutableBuffer& buffer, std::size_t needed) {
  if (needed <= buffer.size()) return {};
  return buffer.resize(std::max({needed, buffer.size() * 2, std::size_t{192}}));
}

}  // namespace

ColumnBuilder::ColumnBuilder(Type type) : type_(std::move(type)), physical_(type_.physical()) {
  width_ = static_cast<std::size_t>(width_of(physical_));
  if (!type_.is_nested()) return;
  width_ = type_.id == TypeId::kStruct ? 0 : 4;
  for (const TypeField& field : *type_.children) children_.emplace_back(field.type);
}

// Room for further rows, so that appends need not grow the buffers.
void ColumnBuilder::reserve(std::int64_t rows) {
  // A refusal shows up at the append that needs the room.
  if (rows > 0) static_cast<void>(ensure(values_, static_cast<std::size_t>(length_ + rows) * width_).has_value());
}

// Says whether the row about to be appended is valid. Until the first NULL there is no bitmap at all.
Status ColumnBuilder::set_validity(bool valid) {
  if (valid && null_count_ == 0) return {};
  const auto row = static_cast<std::size_t>(length_);
  const std::size_t before = validity_.size();
  TRUENO_TRY(ensure(validity_, bytes_for_bits(row + 1)));
  // Rows before the first NULL, and bits not written yet, are ones.
  if (validity_.size() != before) std::memset(validity_.data() + before, 0xFF, validity_.size() - before);
  if (!valid) {
    clear_bit(validity_.data(), row);
    ++null_count_;
  }
  return {};
}

Status ColumnBuilder::append_slot(const void* value) {
  TRUENO_TRY(set_validity(true));
  const std::size_t at = static_cast<std::size_t>(length_) * width_;
  TRUENO_TRY(ensure(values_, at + width_));
  std::memcpy(values_.data() + at, value, width_);
  ++length_;
  return {};
}

// A NULL row's slot is zero; a NULL list ends where it begins; a NULL struct has NULL children.
Status ColumnBuilder::append_null() {
  TRUENO_TRY(set_validity(false));
  const std::size_t at = static_cast<std::size_t>(length_) * width_;
  TRUENO_TRY(ensure(values_, at + width_));
  if (type_.id == TypeId::kStruct) {
    for (ColumnBuilder& child : children_) TRUENO_TRY(child.append_null());
  } else if (type_.is_nested()) {
    store(values_.data() + at, static_cast<std::int32_t>(children_.front().length()));
  } else {
    std::memset(values_.data() + at, 0, width_);
  }
  ++length_;
  return {};
}

Status ColumnBuilder::append_bytes(const void* value) { return append_slot(value); }

// Short texts lie in their record. Long ones go to the current block; a full block is frozen and a new one begun.
Status ColumnBuilder::append_string(std::string_view text) {
  StoredView view;
  if (text.size() > static_cast<std::size_t>(INT32_MAX))
    return error(ErrorCode::kOutOfRange, "a text of {} bytes is too long", text.size());
  view.size = static_cast<std::int32_t>(text.size());
  if (text.size() <= StringView::kInline) {
    if (!text.empty()) std::memcpy(view.prefix, text.data(), std::min<std::size_t>(4, text.size()));
    char rest[8] = {};
    if (text.size() > 4) std::memcpy(rest, text.data() + 4, text.size() - 4);
    std::memcpy(&view.buffer, rest, 4);
    std::memcpy(&view.offset, rest + 4, 4);
    return append_slot(&view);
  }
  if (string_bytes_ != 0 && string_bytes_ + text.size() > kMaxStringBlock) {
    TRUENO_TRY(strings_.resize(string_bytes_));
    full_string_buffers_.push_back(std::move(strings_).freeze());
    strings_ = MutableBuffer();
    string_bytes_ = 0;
  }
  TRUENO_TRY(ensure(strings_, string_bytes_ + text.size()));
  std::memcpy(strings_.data() + string_bytes_, text.data(), text.size());
  std::memcpy(view.prefix, text.data(), 4);
  view.buffer = static_cast<std::int32_t>(full_string_buffers_.size());
  view.offset = static_cast<std::int32_t>(string_bytes_);
  string_bytes_ += text.size();
  return append_slot(&view);
}

// The payload decides nothing: the builder's own type says which one is read.
Status ColumnBuilder::append(const Value& value) {
  if (value.is_null()) return append_null();
  if (type_.is_nested()) return append_children(value.as_children());
  switch (physical_) {
    case Physical::kBool: {
      const std::uint8_t byte = value.as_bool() ? 1 : 0;
      return append_slot(&byte);
    }
    case Physical::kF32: {
      const float number = static_cast<float>(value.as_double());
      return append_slot(&number);
    }
    case Physical::kF64: {
      const double number = value.as_double();
      return append_slot(&number);
    }
    case Physical::kString: return append_string(value.as_string());
    case Physical::kInterval: return append_slot(&value.as_interval());
    default: break;
  }
  const i128 number = value.as_integer();
  static_assert(std::endian::native == std::endian::little);  // the low bytes of a two's complement number are the narrower number
  return append_slot(&number);
}

// Ends the row of a LIST or MAP where its children end.
Status ColumnBuilder::close_list() {
  const std::int64_t end = children_.front().length();
  if (end > INT32_MAX) return error(ErrorCode::kOutOfRange, "a column of lists holds at most {} elements", INT32_MAX);
  const std::size_t at = static_cast<std::size_t>(length_) * width_;
  store(values_.data() + at, static_cast<std::int32_t>(end));
  ++length_;
  return {};
}

// `values_` of LIST and MAP holds the end offset of each row; finish() puts the 0 before them.
Status ColumnBuilder::append_children(const std::vector<Value>& values) {
  TRUENO_TRY(set_validity(true));
  TRUENO_TRY(ensure(values_, static_cast<std::size_t>(length_ + 1) * width_));
  for (std::size_t i = 0; i < values.size(); ++i) TRUENO_TRY(children_[i % children_.size()].append(values[i]));
  if (type_.id != TypeId::kStruct) return close_list();
  ++length_;
  return {};
}

Status ColumnBuilder::append_list(const Column& elements, std::span<const std::uint32_t> rows) {
  TRUENO_TRY(set_validity(true));
  TRUENO_TRY(ensure(values_, static_cast<std::size_t>(length_ + 1) * width_));
  for (const std::uint32_t row : rows) TRUENO_TRY(children_.front().append_row(elements, row));
  return close_list();
}

Status ColumnBuilder::append_nested_row(const Column& from, std::int64_t row) {
  TRUENO_TRY(set_validity(true));
  TRUENO_TRY(ensure(values_, static_cast<std::size_t>(length_ + 1) * width_));
  const std::int64_t at = from.encoding == Encoding::kConstant ? 0 : from.offset + row;
  std::int64_t begin = at;
  std::int64_t end = at + 1;
  if (type_.id != TypeId::kStruct) {
    begin = from.values.as<std::int32_t>()[at];
    end = from.values.as<std::int32_t>()[at + 1];
  }
  for (std::size_t c = 0; c < children_.size(); ++c) {
    for (std::int64_t i = begin; i < end; ++i) TRUENO_TRY(children_[c].append_row(from.children[c], i));
  }
  if (type_.id != TypeId::kStruct) return close_list();
  ++length_;
  return {};
}

// Plain fixed-width slots are copied as bytes; what is encoded goes through a value.
Status ColumnBuilder::append_row(const Column& from, std::int64_t row) {
  if (from.type.id == TypeId::kNull || !from.is_valid(row)) return append_null();
  if (type_.is_nested()) return append_nested_row(from, row);
  if (physical_ == Physical::kString) return append_string(from.text(row));
  if (from.encoding == Encoding::kPlain) return append_slot(from.values.data() + static_cast<std::size_t>(from.offset + row) * width_);
  return append(from.value(row));
}

// Buffers are cut to what is used and handed over; the builder starts again empty.
Result<Column> ColumnBuilder::finish() {
  Column column;
  column.type = type_;
  column.length = length_;
  column.null_count = null_count_;
  const std::size_t bytes = static_cast<std::size_t>(length_) * width_;
  if (type_.is_nested() && type_.id != TypeId::kStruct) {
    MutableBuffer offsets = TRUENO_TRY(MutableBuffer::zeroed(bytes + 4));
    if (bytes != 0) std::memcpy(offsets.data() + 4, values_.data(), bytes);
    column.values = std::move(offsets).freeze();
  } else {
    TRUENO_TRY(values_.resize(bytes));
    column.values = std::move(values_).freeze();
  }
  if (null_count_ != 0) {
    TRUENO_TRY(validity_.resize(bytes_for_bits(static_cast<std::size_t>(length_))));
    column.validity = std::move(validity_).freeze();
  }
  if (string_bytes_ != 0) {
    TRUENO_TRY(strings_.resize(string_bytes_));
    full_string_buffers_.push_back(std::move(strings_).freeze());
  }
  column.string_buffers = std::move(full_string_buffers_);
  for (ColumnBuilder& child : children_) column.children.push_back(TRUENO_TRY(child.finish()));
  *this = ColumnBuilder(type_);
  return column;
}

// A constant NULL needs a bitmap of its own: validity is by row in every encoding.
Result<Column> constant_column(const Value& value, std::int64_t length) {
  ColumnBuilder builder(value.type());
  TRUENO_TRY(builder.append(value));
  Column column = TRUENO_TRY(builder.finish());
  column.encoding = Encoding::kConstant;
  column.length = length;
  if (value.is_null()) {
    column.null_count = length;
    column.validity = TRUENO_TRY(MutableBuffer::zeroed(bytes_for_bits(static_cast<std::size_t>(length)))).freeze();
  }
  return column;
}

Result<Column> column_of(const Type& type, std::span<const Value> values) {
  ColumnBuilder builder(type);
  builder.reserve(static_cast<std::int64_t>(values.size()));
  for (const Value& value : values) TRUENO_TRY(builder.append(value));
  return builder.finish();
}

}  // namespace trueno
