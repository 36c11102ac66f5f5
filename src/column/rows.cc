// Rows by number, and whether two of them are one key.
#include "column/rows.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <utility>

#include "column/physical_dispatch.h"

namespace trueno {

namespace {

// Rows a worker takes at once, at least.
constexpr std::size_t kLeastTaken = 64 * 1024;

Result<Buffer> taken_validity(const Column& column, std::span<const std::uint32_t> rows, std::int64_t& null_count) {
  null_count = 0;
  if (column.validity.empty() || column.null_count == 0) return Buffer();
  MutableBuffer bits = TRUENO_TRY(MutableBuffer::zeroed(bytes_for_bits(rows.size())));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (column.is_valid(rows[i])) {
      set_bit(bits.data(), i);
    } else {
      ++null_count;
    }
  }
  return null_count == 0 ? Buffer() : std::move(bits).freeze();
}

template <class T>
void gather(const std::uint8_t* from, std::span<const std::uint32_t> rows, T* to) {
  for (std::size_t i = 0; i < rows.size(); ++i) to[i] = load<T>(from + static_cast<std::size_t>(rows[i]) * sizeof(T));
}

}  // namespace

Result<Column> take_rows(const Column& column, std::span<const std::uint32_t> rows, const Parallel& parallel) {
  if (column.type.is_nested()) {
    ColumnBuilder builder(column.type);
    for (const std::uint32_t row : rows) TRUENO_TRY(builder.append_row(column, row));
    return builder.finish();
  }
  const bool codes = column.encoding == Encoding::kDictionary;
  const Column from = codes ? column : TRUENO_TRY(column.decoded());
  Column out;
  out.type = from.type;
  out.encoding = from.encoding;
  out.length = static_cast<std::int64_t>(rows.size());
  out.dictionary = from.dictionary;
  out.string_buffers = from.string_buffers;
  out.statistics = column.statistics;
  out.validity = TRUENO_TRY(taken_validity(from, rows, out.null_count));
  const auto width = codes ? std::size_t{4} : static_cast<std::size_t>(width_of(from.physical()));
  MutableBuffer values = TRUENO_TRY(MutableBuffer::uninitialised(std::max<std::size_t>(rows.size(), 1) * width));
  const std::uint8_t* source = from.values.data() + static_cast<std::size_t>(from.offset) * width;
  parallel.ranges(rows.size(), kLeastTaken, [&](std::size_t first, std::size_t last) {
    const std::span<const std::uint32_t> some = rows.subspan(first, last - first);
    switch (width) {
      case 1: gather(source, some, values.as<std::uint8_t>() + first); break;
      case 2: gather(source, some, values.as<std::uint16_t>() + first); break;
      case 4: gather(source, some, values.as<std::uint32_t>() + first); break;
      case 8: gather(source, some, values.as<std::uint64_t>() + first); break;
      default: gather(source, some, values.as<u128>() + first); break;
    }
  });
  out.values = std::move(values).freeze();
  return out;
}

Result<KeyEquality> KeyEquality::make(const Column& column) {
  KeyEquality equality;
  const bool codes = column.encoding == Encoding::kDictionary && column.dictionary->distinct;
  equality.column_ = codes ? column : TRUENO_TRY(column.decoded());
  return equality;
}

bool KeyEquality::operator()(std::uint32_t a, std::uint32_t b) const {
  const bool valid = column_.is_valid(a);
  if (valid != column_.is_valid(b)) return false;
  if (!valid) return true;
  if (column_.encoding == Encoding::kDictionary) {
    const auto* codes = column_.values.as<std::uint32_t>() + column_.offset;
    return codes[a] == codes[b];
  }
  const auto same = [&]<class T>(auto equal) {
    const std::uint8_t* from = column_.values.data() + static_cast<std::size_t>(column_.offset) * sizeof(T);
    return equal(load<T>(from + std::size_t{a} * sizeof(T)), load<T>(from + std::size_t{b} * sizeof(T)));
  };
  const auto whole = [](auto x, auto y) { return x == y; };
  const auto number = [](auto x, auto y) { return x == y || (x != x && y != y); };
  switch (column_.physical()) {
    case Physical::kBool:
    case Physical::kI8:
    case Physical::kU8: return same.template operator()<std::uint8_t>(whole);
    case Physical::kI16:
    case Physical::kU16: return same.template operator()<std::uint16_t>(whole);
    case Physical::kI32:
    case Physical::kU32:
    case Physical::kCode: return same.template operator()<std::uint32_t>(whole);
    case Physical::kI64:
    case Physical::kU64: return same.template operator()<std::uint64_t>(whole);
    case Physical::kI128: return same.template operator()<i128>(whole);
    case Physical::kF32: return same.template operator()<float>(number);
    case Physical::kF64: return same.template operator()<double>(number);
    case Physical::kInterval:
      return same.template operator()<IntervalValue>(
          [](const IntervalValue& x, const IntervalValue& y) { return x.normalised_micros() == y.normalised_micros(); });
    case Physical::kString:
      return same.template operator()<StoredView>([&](const StoredView& x, const StoredView& y) {
        return resolve_view(x, column_.string_buffers) == resolve_view(y, column_.string_buffers);
      });
    case Physical::kNested: return compare_values(column_.value(a), column_.value(b)) == 0;
  }
  return false;
}

}  // namespace trueno
