// Rows by number, and the order of rows.
//
// Sorting: each row gets one word that sorts like its first key (numbers whole, texts by their first eight bytes, NULL at its end), and
// words are sorted with the row numbers beside them, many of them byte by byte. Only rows with equal words are compared key by key.
#include "column/rows.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <utility>

#include "column/physical_dispatch.h"

namespace trueno {

namespace {

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

Result<Column> take_rows(const Column& column, std::span<const std::uint32_t> rows) {
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
  switch (width) {
    case 1: gather(source, rows, values.as<std::uint8_t>()); break;
    case 2: gather(source, rows, values.as<std::uint16_t>()); break;
    case 4: gather(source, rows, values.as<std::uint32_t>()); break;
    case 8: gather(source, rows, values.as<std::uint64_t>()); break;
    default: gather(source, rows, values.as<u128>()); break;
  }
  out.values = std::move(values).freeze();
  return out;
}

namespace {

template <class T>
int order_of(T a, T b) {
  return a < b ? -1 : (b < a ? 1 : 0);
}

// The words of a key: equal words may hide different values only where `exact` is false.
struct KeyReader {
  const Column& column;  // plain
  bool descending = false;
  bool nulls_first = false;
  bool exact = true;

  [[nodiscard]] const std::uint8_t* at(std::uint32_t row) const {
    return column.values.data() + (static_cast<std::size_t>(column.offset) + row) * static_cast<std::size_t>(width_of(column.physical()));
  }
  [[nodiscard]] StringView text(std::uint32_t row) const { return resolve_view(load<StoredView>(at(row)), column.string_buffers); }

  // Ascending as the values ascend.
  [[nodiscard]] std::uint64_t word(std::uint32_t row) const {
    constexpr std::uint64_t kTop = std::uint64_t{1} << 63;
    const std::uint8_t* from = at(row);
    switch (column.physical()) {
      case Physical::kBool:
      case Physical::kU8: return *from;
      case Physical::kU16: return load<std::uint16_t>(from);
      case Physical::kU32:
      case Physical::kCode: return load<std::uint32_t>(from);
      case Physical::kU64: return load<std::uint64_t>(from);
      case Physical::kI8: return static_cast<std::uint64_t>(static_cast<std::int64_t>(load<std::int8_t>(from))) ^ kTop;
      case Physical::kI16: return static_cast<std::uint64_t>(static_cast<std::int64_t>(load<std::int16_t>(from))) ^ kTop;
      case Physical::kI32: return static_cast<std::uint64_t>(static_cast<std::int64_t>(load<std::int32_t>(from))) ^ kTop;
      case Physical::kI64: return load<std::uint64_t>(from) ^ kTop;
      case Physical::kI128: return static_cast<std::uint64_t>(high64(load<i128>(from))) ^ kTop;
      case Physical::kInterval: {
        const i128 micros = load<IntervalValue>(from).normalised_micros();
        return static_cast<std::uint64_t>(static_cast<std::int64_t>(micros >> 24)) ^ kTop;
      }
      case Physical::kF32: return float_word(static_cast<double>(load<float>(from)));
      case Physical::kF64: return float_word(load<double>(from));
      case Physical::kString: {
        const StringView held = text(row);  // short texts lie in it
        std::uint8_t bytes[8] = {};
        std::memcpy(bytes, held.data(), std::min<std::size_t>(8, held.size()));
        return __builtin_bswap64(load<std::uint64_t>(bytes));
      }
      case Physical::kNested: return 0;
    }
    return 0;
  }
  static std::uint64_t float_word(double value) {
    if (value != value) return ~std::uint64_t{0};  // NaN is greatest
    const auto bits = std::bit_cast<std::uint64_t>(value == 0 ? 0.0 : value);
    return (bits >> 63) != 0 ? ~bits : bits | (std::uint64_t{1} << 63);
  }

  // Of two valid rows whose words are equal.
  [[nodiscard]] int compare_rest(std::uint32_t a, std::uint32_t b) const {
    switch (column.physical()) {
      case Physical::kI128: return order_of(load<i128>(at(a)), load<i128>(at(b)));
      case Physical::kInterval:
        return order_of(load<IntervalValue>(at(a)).normalised_micros(), load<IntervalValue>(at(b)).normalised_micros());
      case Physical::kString: {
        const int order = text(a).view().compare(text(b).view());
        return order < 0 ? -1 : (order > 0 ? 1 : 0);
      }
      case Physical::kNested: return compare_values(column.value(a), column.value(b));
      default: return 0;
    }
  }
  [[nodiscard]] int compare(std::uint32_t a, std::uint32_t b) const {
    const bool a_valid = column.is_valid(a);
    if (a_valid != column.is_valid(b)) return a_valid == nulls_first ? 1 : -1;
    if (!a_valid) return 0;
    int order = order_of(word(a), word(b));
    if (order == 0 && !exact) order = compare_rest(a, b);
    return descending ? -order : order;
  }
};

struct Entry {
  std::uint64_t word;
  std::uint32_t row;
};

// From this many rows on, words are sorted by their bytes.
constexpr std::size_t kLeastForBytes = 2048;

// By word; equal words stay in the order they are in. One pass for each byte that differs, the lowest first.
void sort_by_words(std::vector<Entry>& entries) {
  constexpr std::size_t kBytes = 8;
  constexpr std::size_t kBuckets = 256;
  std::array<std::array<std::size_t, kBuckets>, kBytes> starts{};
  const auto bucket = [](const Entry& entry, std::size_t byte) { return static_cast<std::size_t>(entry.word >> (8 * byte) & 0xFF); };
  for (const Entry& entry : entries) {
    for (std::size_t byte = 0; byte < kBytes; ++byte) ++starts[byte][bucket(entry, byte)];
  }
  std::vector<Entry> next(entries.size());
  for (std::size_t byte = 0; byte < kBytes; ++byte) {
    std::array<std::size_t, kBuckets>& place = starts[byte];
    if (place[bucket(entries.front(), byte)] == entries.size()) continue;
    std::size_t before = 0;
    for (std::size_t& count : place) before += std::exchange(count, before);
    for (const Entry& entry : entries) next[place[bucket(entry, byte)]++] = entry;
    entries.swap(next);
  }
}

class Sorter {
 public:
  static Result<Sorter> make(std::span<const OrderKey> keys, std::int64_t rows, std::span<const std::int64_t> ties) {
    Sorter sorter;
    sorter.ties_ = ties;
    for (const OrderKey& key : keys) {
      sorter.columns_.push_back(std::make_unique<const Column>(TRUENO_TRY(key.column->decoded())));
      const Physical p = key.column->physical();
      const bool exact = p != Physical::kI128 && p != Physical::kInterval && p != Physical::kString && p != Physical::kNested;
      sorter.keys_.push_back({*sorter.columns_.back(), key.descending, key.nulls_first, exact});
    }
    sorter.entries_.resize(static_cast<std::size_t>(rows));
    for (std::uint32_t row = 0; row < sorter.entries_.size(); ++row) sorter.entries_[row] = {sorter.first_word(row), row};
    return sorter;
  }

  bool operator()(const Entry& a, const Entry& b) const {
    if (a.word != b.word) return a.word < b.word;
    for (const KeyReader& key : keys_) {
      const int order = key.compare(a.row, b.row);
      if (order != 0) return order < 0;
    }
    if (!ties_.empty() && ties_[a.row] != ties_[b.row]) return ties_[a.row] < ties_[b.row];
    return a.row < b.row;
  }

  std::vector<Entry>& entries() { return entries_; }

  void sort() {
    if (entries_.size() < kLeastForBytes) {
      std::sort(entries_.begin(), entries_.end(), std::cref(*this));
      return;
    }
    sort_by_words(entries_);
    const bool ties_ascend = keys_.empty() || std::ranges::is_sorted(ties_);
    const bool one_key = keys_.size() <= 1 && (keys_.empty() || keys_.front().exact);
    const bool nulls = !keys_.empty() && keys_.front().column.may_have_nulls();
    for (auto first = entries_.begin(); first != entries_.end();) {
      const std::uint64_t word = first->word;
      const auto last = std::find_if(first, entries_.end(), [&](const Entry& entry) { return entry.word != word; });
      const bool hides_nulls = nulls && (word == 0 || word == ~std::uint64_t{0});
      if (!ties_ascend || !one_key || hides_nulls) std::sort(first, last, std::cref(*this));
      first = last;
    }
  }

 private:
  // NULLs share the outermost word with the extreme values; the comparison of keys tells them apart.
  [[nodiscard]] std::uint64_t first_word(std::uint32_t row) const {
    if (keys_.empty()) return ties_.empty() ? 0 : static_cast<std::uint64_t>(ties_[row]) ^ (std::uint64_t{1} << 63);
    const KeyReader& key = keys_.front();
    if (!key.column.is_valid(row)) return key.nulls_first ? 0 : ~std::uint64_t{0};
    return key.descending ? ~key.word(row) : key.word(row);
  }

  std::vector<std::unique_ptr<const Column>> columns_;  // their addresses stay
  std::vector<KeyReader> keys_;
  std::span<const std::int64_t> ties_;
  std::vector<Entry> entries_;
};

std::vector<std::uint32_t> row_numbers(const std::vector<Entry>& entries) {
  std::vector<std::uint32_t> out(entries.size());
  for (std::size_t i = 0; i < entries.size(); ++i) out[i] = entries[i].row;
  return out;
}

}  // namespace

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
  const KeyReader reader{column_};
  return reader.word(a) == reader.word(b) && reader.compare_rest(a, b) == 0;
}

Result<std::vector<std::uint32_t>> sorted_rows(std::span<const OrderKey> keys, std::int64_t rows, std::span<const std::int64_t> ties) {
  Sorter sorter = TRUENO_TRY(Sorter::make(keys, rows, ties));
  sorter.sort();
  return row_numbers(sorter.entries());
}

Result<std::vector<std::uint32_t>> first_rows(std::span<const OrderKey> keys, std::int64_t rows, std::span<const std::int64_t> ties,
                                              std::int64_t limit) {
  if (limit >= rows) return sorted_rows(keys, rows, ties);
  Sorter sorter = TRUENO_TRY(Sorter::make(keys, rows, ties));
  auto& entries = sorter.entries();
  const auto end = entries.begin() + static_cast<std::ptrdiff_t>(limit);
  std::nth_element(entries.begin(), end, entries.end(), std::cref(sorter));
  std::sort(entries.begin(), end, std::cref(sorter));
  entries.erase(end, entries.end());
  return row_numbers(entries);
}

}  // namespace trueno
