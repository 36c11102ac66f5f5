#include "storage/parquet/pages/plain_values.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "base/bits.h"
#include "column/utf8.h"

namespace trueno::pages {

namespace {

Error too_short() { return error(ErrorCode::kCorruptFile, "a page ends before its last value"); }

template <class T>
void narrow(const std::uint8_t* from, std::size_t count, std::uint8_t* out) {
  for (std::size_t i = 0; i < count; ++i) store(out + i * sizeof(T), static_cast<T>(load<std::uint32_t>(from + i * 4)));
}

// The two's complement of a big-endian number, cut or widened to T.
template <class T>
void from_big_endian(const std::uint8_t* from, std::size_t width, std::size_t count, std::uint8_t* out) {
  for (std::size_t i = 0; i < count; ++i, from += width) {
    u128 value = (from[0] & 0x80) != 0 ? ~u128{0} : u128{0};
    for (std::size_t k = 0; k < width; ++k) value = (value << 8) | from[k];
    store(out + i * sizeof(T), static_cast<T>(value));
  }
}

void uuids(const std::uint8_t* from, std::size_t count, std::uint8_t* out) {
  for (std::size_t i = 0; i < count; ++i) {
    const u128 high = std::byteswap(load<std::uint64_t>(from + i * 16));
    const u128 low = std::byteswap(load<std::uint64_t>(from + i * 16 + 8));
    store(out + i * 16, ((high << 64) | low) ^ (u128{1} << 127));  // our order is that of signed numbers
  }
}

std::size_t stored_width(const FlatColumn& column) {
  switch (column.stored) {
    case StoredType::kInt32:
    case StoredType::kFloat: return 4;
    case StoredType::kInt64:
    case StoredType::kDouble: return 8;
    case StoredType::kFixedBytes: return static_cast<std::size_t>(column.stored_width);
    default: return 0;
  }
}

// Masks that keep the first n bytes of sixteen.
struct Mask {
  std::uint64_t low;
  std::uint64_t high;
};
constexpr std::array<Mask, 13> kKeep = [] {
  std::array<Mask, 13> masks{};
  for (std::size_t n = 0; n < masks.size(); ++n) {
    masks[n] = {n >= 8 ? ~std::uint64_t{0} : (std::uint64_t{1} << (8 * n)) - 1, n <= 8 ? 0 : (std::uint64_t{1} << (8 * (n - 8))) - 1};
  }
  return masks;
}();

}  // namespace

StoredView make_view(const std::uint8_t* text, std::uint32_t size, std::int32_t buffer, const std::uint8_t* buffer_begin) {
  StoredView view;
  view.size = static_cast<std::int32_t>(size);
  if (size <= StringView::kInline) {
    const std::uint64_t low = load<std::uint64_t>(text) & kKeep[size].low;
    const auto high = static_cast<std::uint32_t>(load<std::uint64_t>(text + 8) & kKeep[size].high);
    std::memcpy(reinterpret_cast<char*>(&view) + 4, &low, 8);
    std::memcpy(reinterpret_cast<char*>(&view) + 12, &high, 4);
    return view;
  }
  std::memcpy(view.prefix, text, 4);
  view.buffer = buffer;
  view.offset = static_cast<std::int32_t>(text - buffer_begin);
  return view;
}

Status PlainReader::read_texts(std::size_t count, StoredView* out, std::int32_t buffer, const std::uint8_t* buffer_begin) {
  const std::uint8_t* at = bytes_.data() + at_;
  const std::uint8_t* end = bytes_.data() + bytes_.size();
  for (std::size_t i = 0; i < count; ++i) {
    if (end - at < 4) return too_short();
    const auto size = load<std::uint32_t>(at);
    at += 4;
    if (size > static_cast<std::size_t>(end - at)) return too_short();
    out[i] = make_view(at, size, buffer, buffer_begin);
    at += size;
  }
  at_ = static_cast<std::size_t>(at - bytes_.data());
  return {};
}

Status PlainReader::read(std::size_t count, std::uint8_t* out, std::int32_t buffer, const std::uint8_t* buffer_begin) {
  if (column_->kind == ValueKind::kText) return read_texts(count, reinterpret_cast<StoredView*>(out), buffer, buffer_begin);
  if (column_->kind == ValueKind::kBits) {
    if (count > bytes_.size() * 8 - bit_) return too_short();
    for (std::size_t i = 0; i < count; ++i) out[i] = get_bit(bytes_.data(), bit_ + i) ? 1 : 0;
    bit_ += count;
    return {};
  }
  const std::size_t width = stored_width(*column_);
  if (count > (bytes_.size() - at_) / width) return too_short();
  const std::uint8_t* from = bytes_.data() + at_;
  switch (column_->kind) {
    case ValueKind::kSame:
    case ValueKind::kConverted:
      if (count != 0) std::memcpy(out, from, count * width);
      break;
    case ValueKind::kNarrow:
      if (column_->width() == 1) {
        narrow<std::uint8_t>(from, count, out);
      } else {
        narrow<std::uint16_t>(from, count, out);
      }
      break;
    case ValueKind::kWiden:
      for (std::size_t i = 0; i < count; ++i) store(out + i * 8, std::int64_t{load<std::int32_t>(from + i * 4)});
      break;
    case ValueKind::kBigEndian:
      if (column_->width() == 8) {
        from_big_endian<std::uint64_t>(from, width, count, out);
      } else {
        from_big_endian<u128>(from, width, count, out);
      }
      break;
    case ValueKind::kUuid: uuids(from, count, out); break;
    case ValueKind::kFixedBytes:
      for (std::size_t i = 0; i < count; ++i) {
        store(out + i * 16, make_view(from + i * width, static_cast<std::uint32_t>(width), buffer, buffer_begin));
      }
      break;
    case ValueKind::kText:
    case ValueKind::kBits:
    case ValueKind::kNone: return error(ErrorCode::kInternal, "a page of values that are not read here");
  }
  at_ += count * width;
  return {};
}

bool are_utf8(std::span<const StoredView> records, const std::uint8_t* buffer) {
  for (const StoredView& record : records) {
    const bool is_inline = record.size <= static_cast<std::int32_t>(StringView::kInline);
    const char* text = is_inline ? reinterpret_cast<const char*>(&record) + 4 : reinterpret_cast<const char*>(buffer) + record.offset;
    if (!is_utf8({text, static_cast<std::size_t>(record.size)})) return false;
  }
  return true;
}

namespace {

struct Bytes16 {
  std::uint64_t words[2];
};

// Calls `function` with a value of the type that is `width` bytes wide.
template <class Function>
void with_width(int width, Function function) {
  switch (width) {
    case 1: function(std::uint8_t{}); break;
    case 2: function(std::uint16_t{}); break;
    case 4: function(std::uint32_t{}); break;
    case 8: function(std::uint64_t{}); break;
    default: function(Bytes16{}); break;
  }
}

}  // namespace

void gather(const unpack::Routines& routines, int width, const void* entries, const std::uint32_t* codes, std::size_t n, void* out) {
  if (width == 4) return routines.gather4(entries, codes, n, out);
  if (width == 8) return routines.gather8(entries, codes, n, out);
  with_width(width, [&]<class T>(T) {
    const auto* from = static_cast<const T*>(entries);
    auto* to = static_cast<T*>(out);
    for (std::size_t i = 0; i < n; ++i) to[i] = from[codes[i]];
  });
}

void fill(int width, const void* value, std::size_t n, void* out) {
  with_width(width, [&]<class T>(T) { std::fill_n(static_cast<T*>(out), n, load<T>(value)); });
}

void spread(int width, const void* dense, const std::uint8_t* bits, std::size_t offset, std::size_t rows, void* out) {
  with_width(width, [&]<class T>(T) {
    const auto* from = static_cast<const T*>(dense);
    auto* to = static_cast<T*>(out);
    std::size_t row = 0;
    for (; row + 32 <= rows; row += 32) {
      const auto word = static_cast<std::uint32_t>(load<std::uint64_t>(bits + (offset + row) / 8) >> ((offset + row) % 8));
      if (word == ~std::uint32_t{0}) {
        std::memcpy(to + row, from, 32 * sizeof(T));
        from += 32;
        continue;
      }
      // Every row takes the next value, which stays the next one where the row is NULL: no branch asks.
      for (std::size_t k = 0; k < 32; ++k) {
        const bool valid = ((word >> k) & 1) != 0;
        to[row + k] = valid ? *from : T{};
        from += valid ? 1 : 0;
      }
    }
    for (; row < rows; ++row) to[row] = get_bit(bits, offset + row) ? *from++ : T{};
  });
}

}  // namespace trueno::pages
