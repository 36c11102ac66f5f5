// Turning every encoding into plain values.
#include <algorithm>

#include "column/column.h"
#include "column/physical_dispatch.h"

namespace trueno {

namespace {

// base + packed value, in the width of the type: the sum of a proven frame never leaves it.
template <class T>
void unpack(const Column& from, T* to) {
  const auto first = static_cast<std::size_t>(from.offset);
  const auto base = static_cast<std::uint64_t>(from.base);
  for (std::size_t i = 0; i < static_cast<std::size_t>(from.length); ++i) {
    const std::uint64_t packed = unpack_bits(from.values.data(), first + i, from.bit_width);
    if constexpr (sizeof(T) > 8) {
      to[i] = static_cast<T>(from.base + static_cast<i128>(packed));
    } else {
      to[i] = static_cast<T>(base + packed);
    }
  }
}

// Starts in the run that holds the slice's first row, and stops with its last.
template <class T>
void expand_runs(const Column& from, T* to) {
  const auto* ends = from.run_ends.as<std::int64_t>();
  std::int64_t run = std::upper_bound(ends, ends + from.run_count, from.offset) - ends;
  for (std::int64_t row = 0; row < from.length; ++run) {
    const std::int64_t end = std::min(ends[run] - from.offset, from.length);
    std::fill(to + row, to + end, load<T>(from.values.data() + static_cast<std::size_t>(run) * sizeof(T)));
    row = end;
  }
}

// One lookup a row. Texts copy only their records; the dictionary's text buffers are shared.
template <class T>
void gather(const Column& from, T* to) {
  const Column& entries = *from.dictionary->values;
  const auto* codes = from.values.as<std::uint32_t>() + from.offset;
  if (entries.length == 0) {
    std::fill(to, to + from.length, T{});  // only NULLs
    return;
  }
  const std::uint8_t* values = entries.values.data() + static_cast<std::size_t>(entries.offset) * sizeof(T);
  for (std::int64_t i = 0; i < from.length; ++i) to[i] = load<T>(values + static_cast<std::size_t>(codes[i]) * sizeof(T));
}

// Packed columns hold integers only, so the other types have no code for them.
template <class T>
void fill_values(const Column& from, T* to) {
  switch (from.encoding) {
    case Encoding::kPlain: break;  // shared, see below
    case Encoding::kConstant: std::fill(to, to + from.length, load<T>(from.values.data())); break;
    case Encoding::kDictionary: gather(from, to); break;
    case Encoding::kRunLength: expand_runs(from, to); break;
    case Encoding::kPacked:
      if constexpr (std::is_integral_v<T> || std::is_same_v<T, i128>) unpack(from, to);
      break;
  }
}

// The validity from row 0 on: shared where the offset is a whole byte.
Result<Buffer> shifted_validity(const Column& from) {
  if (from.validity.empty() || from.null_count == 0) return Buffer();
  const auto first = static_cast<std::size_t>(from.offset);
  const std::size_t bytes = bytes_for_bits(static_cast<std::size_t>(from.length));
  if ((first & 7) == 0) return from.validity.slice(first >> 3, bytes);
  MutableBuffer bits = TRUENO_TRY(MutableBuffer::zeroed(bytes));
  copy_bits(from.validity.data(), first, static_cast<std::size_t>(from.length), bits.data());
  return std::move(bits).freeze();
}

// Only plain or constant; the constant forms of nested types exist as results of literals.
Result<Column> decoded_nested(const Column& from) {
  Column plain = from;
  if (from.encoding == Encoding::kConstant) {
    ColumnBuilder builder(from.type);
    builder.reserve(from.length);
    for (std::int64_t row = 0; row < from.length; ++row) TRUENO_TRY(builder.append_row(from, row));
    return builder.finish();
  }
  plain.validity = TRUENO_TRY(shifted_validity(from));
  plain.offset = 0;
  if (from.type.id == TypeId::kStruct) {
    for (Column& child : plain.children) child = child.slice(from.offset, from.length);
  } else {
    plain.values = from.values.slice(static_cast<std::size_t>(from.offset) * 4, static_cast<std::size_t>(from.length + 1) * 4);
  }
  return plain;
}

}  // namespace

Result<Column> Column::decoded() const {
  if (encoding == Encoding::kPlain && offset == 0) return *this;
  if (type.is_nested()) return decoded_nested(*this);
  Column plain;
  plain.type = type;
  plain.length = length;
  plain.null_count = null_count;
  plain.statistics = statistics;
  plain.validity = TRUENO_TRY(shifted_validity(*this));
  plain.string_buffers = encoding == Encoding::kDictionary ? dictionary->values->string_buffers : string_buffers;
  const auto width = static_cast<std::size_t>(width_of(physical()));
  const std::size_t bytes = static_cast<std::size_t>(length) * width;
  if (encoding == Encoding::kPlain) {
    plain.values = values.slice(static_cast<std::size_t>(offset) * width, bytes);
    return plain;
  }
  MutableBuffer decoded = TRUENO_TRY(MutableBuffer::uninitialised(bytes));
  dispatch_physical(physical(), [&]<class T>() { fill_values(*this, decoded.as<T>()); });
  plain.values = std::move(decoded).freeze();
  return plain;
}

}  // namespace trueno
