// Looking into columns: slices, single cells, sizes. Loops over data do not come through here: they read the buffers.
#include "column/column.h"

#include <algorithm>
#include <atomic>

#include "column/physical_dispatch.h"

namespace trueno {

Column::Column() = default;
Column::Column(const Column&) = default;
Column::Column(Column&&) noexcept = default;
Column& Column::operator=(const Column&) = default;
Column& Column::operator=(Column&&) noexcept = default;
Column::~Column() = default;

std::uint64_t Dictionary::next_id() {
  // A process may hold this code more than once (the engine and a module it loads). Each copy counts from the address of its own counter,
  // far enough apart that no two ever give the same id.
  static std::atomic<std::uint64_t> count = 0;
  return (static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(&count)) << 16) + count.fetch_add(1, std::memory_order_relaxed) + 1;
}

// Buffers stay whole; only the window moves. Bounds still hold for fewer rows, but may no longer occur.
Column Column::slice(std::int64_t begin, std::int64_t count) const {
  TRUENO_ASSERT(begin >= 0 && count >= 0 && begin + count <= length);
  Column part = *this;
  part.offset = offset + begin;
  part.length = count;
  if (null_count == length) {
    part.null_count = count;
  } else if (null_count != 0) {
    part.null_count = count - static_cast<std::int64_t>(
                                  count_set_bits(validity.data(), static_cast<std::size_t>(part.offset), static_cast<std::size_t>(count)));
  }
  if (count != length) {
    part.statistics.exact_bounds = false;
    if (statistics.null_count) part.statistics.null_count = part.null_count;
  }
  return part;
}

namespace {

// The plain value at a slot of the values buffer.
Value plain_value(const Column& column, std::int64_t slot) {
  const Type& type = column.type;
  switch (column.physical()) {
    case Physical::kString: {
      const auto stored = load<StoredView>(column.values.data() + slot * 16);
      return {type, std::string(resolve_view(stored, column.string_buffers).view())};
    }
    case Physical::kBool: return {type, column.values.data()[slot] != 0};
    case Physical::kF32: return {type, load<float>(column.values.data() + slot * 4)};
    case Physical::kF64: return {type, load<double>(column.values.data() + slot * 8)};
    case Physical::kInterval: return {type, load<IntervalValue>(column.values.data() + slot * 16)};
    default: break;
  }
  const i128 value = dispatch_physical(column.physical(), [&]<class T>() -> i128 {
    if constexpr (std::is_integral_v<T> || std::is_same_v<T, i128>) {
      return static_cast<i128>(load<T>(column.values.data() + slot * static_cast<std::int64_t>(sizeof(T))));
    } else {
      return 0;
    }
  });
  return {type, value};
}

// A nested cell with copies of all its children: for results and tests only.
Value nested_value(const Column& column, std::int64_t slot) {
  std::vector<Value> children;
  if (column.type.id == TypeId::kStruct) {
    for (const Column& child : column.children) children.push_back(child.value(slot));
  } else {
    const auto* offsets = column.values.as<std::int32_t>();
    for (std::int64_t i = offsets[slot]; i < offsets[slot + 1]; ++i) {
      for (const Column& child : column.children) children.push_back(child.value(i));
    }
  }
  return Value::nested(column.type, std::move(children));
}

// The run that holds a row, counted with the column's offset.
std::int64_t run_of(const Column& column, std::int64_t at) {
  const auto* ends = column.run_ends.as<std::int64_t>();
  return std::upper_bound(ends, ends + column.run_count, at) - ends;
}

}  // namespace

Value Column::value(std::int64_t row) const {
  TRUENO_ASSERT(row >= 0 && row < length);
  if (type.id == TypeId::kNull || !is_valid(row)) return Value::null(type);
  const std::int64_t at = offset + row;
  if (type.is_nested()) return nested_value(*this, encoding == Encoding::kConstant ? 0 : at);
  switch (encoding) {
    case Encoding::kPlain: return plain_value(*this, at);
    case Encoding::kConstant: return plain_value(*this, 0);
    case Encoding::kDictionary: {
      const Value entry = dictionary->values->value(load<std::uint32_t>(values.data() + at * 4));
      return {type, entry.payload()};
    }
    case Encoding::kRunLength: return plain_value(*this, run_of(*this, at));
    case Encoding::kPacked: {
      const std::uint64_t packed = unpack_bits(values.data(), static_cast<std::size_t>(at), bit_width);
      return {type, base + static_cast<i128>(packed)};
    }
  }
  return Value::null(type);
}

// Inline texts must be viewed inside the values buffer: a copy of the record would be gone on return.
std::string_view Column::text(std::int64_t row) const {
  const auto stored_text = [](const Column& column, std::int64_t slot) -> std::string_view {
    const std::uint8_t* at = column.values.data() + slot * 16;
    const auto stored = load<StoredView>(at);
    if (stored.size <= static_cast<std::int32_t>(StringView::kInline)) {
      return {reinterpret_cast<const char*>(at) + 4, static_cast<std::size_t>(stored.size)};
    }
    return resolve_view(stored, column.string_buffers).view();
  };
  const std::int64_t at = offset + row;
  switch (encoding) {
    case Encoding::kDictionary: return dictionary->values->text(load<std::uint32_t>(values.data() + at * 4));
    case Encoding::kConstant: return stored_text(*this, 0);
    case Encoding::kRunLength: return stored_text(*this, run_of(*this, at));
    case Encoding::kPlain:
    case Encoding::kPacked: break;
  }
  return stored_text(*this, at);
}

namespace {

// Bytes of the texts that do not fit their records.
std::int64_t outline_bytes(const Column& column, std::int64_t first, std::int64_t count) {
  std::int64_t bytes = 0;
  for (std::int64_t i = first; i < first + count; ++i) {
    const auto size = load<std::int32_t>(column.values.data() + i * 16);
    if (size > static_cast<std::int32_t>(StringView::kInline)) bytes += size;
  }
  return bytes;
}

std::int64_t stored_bytes(const Column& column, std::int64_t first, std::int64_t count) {
  const std::int64_t fixed = count * width_of(column.physical());
  if (column.physical() != Physical::kString || column.string_buffers.empty()) return fixed;
  return fixed + outline_bytes(column, first, count);
}

}  // namespace

// Counts what the rows of this slice need, not what its shared buffers hold.
std::int64_t Column::byte_size() const {
  const std::int64_t bitmap = validity.empty() ? 0 : static_cast<std::int64_t>(bytes_for_bits(static_cast<std::size_t>(length)));
  if (type.is_nested()) {
    std::int64_t bytes = bitmap + (type.id == TypeId::kStruct ? 0 : (length + 1) * 4);
    for (const Column& child : children) bytes += child.byte_size();
    return bytes;
  }
  switch (encoding) {
    case Encoding::kPlain: return bitmap + stored_bytes(*this, offset, length);
    case Encoding::kConstant: return bitmap + stored_bytes(*this, 0, 1);
    case Encoding::kDictionary: return bitmap + length * 4 + (dictionary->values ? dictionary->values->byte_size() : 0);
    case Encoding::kRunLength: return bitmap + run_count * 8 + stored_bytes(*this, 0, run_count);
    case Encoding::kPacked: return bitmap + (length * bit_width + 7) / 8;
  }
  return bitmap;
}

}  // namespace trueno
