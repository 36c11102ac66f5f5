// Cells to values.
//
// The loops of a column: its type is looked at once for many cells. How a text becomes a value is said in storage/cell_text.h.
#include "storage/csv/csv_column.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "base/civil_time.h"
#include "base/number_text.h"
#include "column/utf8.h"
#include "storage/cell_text.h"

namespace trueno {

using cell_text::parse_fast_date;
using cell_text::parse_fast_decimal;
using cell_text::parse_whole;

CsvColumn::CsvColumn(Field field, const CsvDialect& dialect, std::string null_text)
    : field_(std::move(field)), dialect_(dialect), null_text_(std::move(null_text)), physical_(field_.type.physical()) {
  width_ = static_cast<std::size_t>(width_of(physical_));
}

void CsvColumn::set_bytes(const Buffer& bytes, bool ascii) {
  bytes_ = bytes;
  ascii_ = ascii;
}

// An empty cell is NULL, except that a text may be empty when another text means NULL.
bool CsvColumn::is_null(const CsvCell& cell) const {
  if (cell.size == 0 && (null_text_.empty() || physical_ != Physical::kString)) return true;
  return cell.size == null_text_.size() && std::memcmp(bytes_.data() + cell.begin, null_text_.data(), cell.size) == 0;
}

std::string CsvColumn::text_of(const CsvCell& cell) const {
  const std::string_view text(reinterpret_cast<const char*>(bytes_.data()) + cell.begin, cell.size);
  return cell.escaped != 0 ? unescape(text, dialect_) : std::string(text);
}

// A cell's text; where quotes are escaped, a copy that is good until the next call.
std::string_view CsvColumn::view(const CsvCell& cell) {
  const std::string_view text(reinterpret_cast<const char*>(bytes_.data()) + cell.begin, cell.size);
  if (cell.escaped == 0) [[likely]]
    return text;
  scratch_ = unescape(text, dialect_);
  return scratch_;
}

// The loop all fixed-width types share. Stops at the first cell that `parse` refuses.
template <class T, class Parse>
std::int64_t CsvColumn::convert(const CsvCell* first, std::size_t stride, std::int64_t rows, Parse parse) {
  T* to = values_.as<T>() + length_;
  for (std::int64_t row = 0; row < rows; ++row, first += stride) {
    if (is_null(*first)) {
      to[row] = T{};
      set_null(length_ + row);
    } else if (!parse(view(*first), to[row])) {
      return row;
    }
  }
  return rows;
}

// Makes room for the rows, with all of them valid, and lets the type's loop fill it.
Result<std::int64_t> CsvColumn::append(const CsvCell* first, std::size_t stride, std::int64_t rows) {
  const auto needed = static_cast<std::size_t>(length_ + rows);
  if (needed * width_ > values_.size()) TRUENO_TRY(values_.resize(std::max(needed, values_.size() / width_ * 2) * width_));
  const std::size_t bits = validity_.size();
  if (bytes_for_bits(needed) > bits) {
    TRUENO_TRY(validity_.resize(std::max(bytes_for_bits(needed), bits * 2)));
    std::memset(validity_.data() + bits, 0xFF, validity_.size() - bits);
  }
  std::int64_t done = 0;
  if (physical_ == Physical::kString) {
    done = TRUENO_TRY(append_texts(first, stride, rows));
  } else if (field_.type.is_numeric()) {
    done = append_numbers(first, stride, rows);
  } else {
    done = append_others(first, stride, rows);
  }
  length_ += done;
  return done;
}

// The type is looked at once for many rows.
std::int64_t CsvColumn::append_numbers(const CsvCell* first, std::size_t stride, std::int64_t rows) {
  const int precision = field_.type.precision;
  const int scale = field_.type.scale;
  switch (field_.type.id) {
    case TypeId::kTinyInt: return convert<std::int8_t>(first, stride, rows, parse_whole<std::int8_t>);
    case TypeId::kSmallInt: return convert<std::int16_t>(first, stride, rows, parse_whole<std::int16_t>);
    case TypeId::kInteger: return convert<std::int32_t>(first, stride, rows, parse_whole<std::int32_t>);
    case TypeId::kBigInt: return convert<std::int64_t>(first, stride, rows, parse_whole<std::int64_t>);
    case TypeId::kHugeInt: return convert<i128>(first, stride, rows, parse_whole<i128>);
    case TypeId::kUTinyInt: return convert<std::uint8_t>(first, stride, rows, parse_whole<std::uint8_t>);
    case TypeId::kUSmallInt: return convert<std::uint16_t>(first, stride, rows, parse_whole<std::uint16_t>);
    case TypeId::kUInteger: return convert<std::uint32_t>(first, stride, rows, parse_whole<std::uint32_t>);
    case TypeId::kUBigInt: return convert<std::uint64_t>(first, stride, rows, parse_whole<std::uint64_t>);
    case TypeId::kFloat:
      return convert<float>(first, stride, rows, [](std::string_view text, float& out) {
        const auto value = parse_float(text);
        out = value.value_or(0);
        return value.has_value();
      });
    case TypeId::kDouble: return convert<double>(first, stride, rows, cell_text::parse_double_cell);
    default: break;
  }
  const auto decimal = [=](std::string_view text, i128& out) {
    const ParsedDecimal parsed = parse_decimal(text, precision, scale);
    out = parsed.unscaled;
    return parsed.outcome == DecimalOutcome::kOk;
  };
  if (physical_ == Physical::kI128) return convert<i128>(first, stride, rows, decimal);
  return convert<std::int64_t>(first, stride, rows, [&](std::string_view text, std::int64_t& out) {
    if (parse_fast_decimal(text, precision, scale, out)) [[likely]]
      return true;
    i128 wide = 0;
    const bool parsed = decimal(text, wide);
    out = static_cast<std::int64_t>(wide);
    return parsed;
  });
}

// Everything that is neither number nor text.
std::int64_t CsvColumn::append_others(const CsvCell* first, std::size_t stride, std::int64_t rows) {
  const auto assign = [](const auto& value, auto& out) {
    if (value) out = static_cast<std::remove_reference_t<decltype(out)>>(*value);
    return value.has_value();
  };
  const auto timestamps = [&](TimeUnit unit) {
    return convert<std::int64_t>(first, stride, rows,
                                 [&](std::string_view text, std::int64_t& out) { return assign(parse_timestamp(text, unit), out); });
  };
  switch (field_.type.id) {
    case TypeId::kBoolean:
      return convert<std::uint8_t>(first, stride, rows,
                                   [&](std::string_view text, std::uint8_t& out) { return assign(parse_boolean(text), out); });
    case TypeId::kDate:
      return convert<std::int32_t>(first, stride, rows, [&](std::string_view text, std::int32_t& out) {
        return parse_fast_date(text, out) || assign(parse_date(text), out);
      });
    case TypeId::kTime:
      return convert<std::int64_t>(first, stride, rows,
                                   [&](std::string_view text, std::int64_t& out) { return assign(parse_time(text), out); });
    case TypeId::kTimestampS: return timestamps(TimeUnit::kSecond);
    case TypeId::kTimestampMs: return timestamps(TimeUnit::kMilli);
    case TypeId::kTimestamp: return timestamps(TimeUnit::kMicro);
    case TypeId::kTimestampNs: return timestamps(TimeUnit::kNano);
    case TypeId::kTimestampTz:
      return convert<std::int64_t>(first, stride, rows,
                                   [&](std::string_view text, std::int64_t& out) { return assign(parse_timestamp_tz(text), out); });
    case TypeId::kUuid:
      return convert<i128>(first, stride, rows, [&](std::string_view text, i128& out) { return assign(parse_uuid(text), out); });
    case TypeId::kInterval:
      return convert<IntervalValue>(first, stride, rows, [](std::string_view text, IntervalValue& out) {
        const auto value = parse_interval(text);
        if (value) out = {value->months, value->days, value->micros};
        return value.has_value();
      });
    case TypeId::kEnum:
      return convert<std::uint32_t>(first, stride, rows, [&](std::string_view text, std::uint32_t& out) {
        const auto& labels = *field_.type.enum_values;
        const auto found = std::find(labels.begin(), labels.end(), text);
        out = static_cast<std::uint32_t>(found - labels.begin());
        return found != labels.end();
      });
    default: break;
  }
  return convert<std::int32_t>(first, stride, rows, [](std::string_view, std::int32_t&) { return false; });  // type NULL
}

// Texts stay where they were scanned; only unescaped ones are copied. UTF-8 is checked unless the whole part is ASCII.
Result<std::int64_t> CsvColumn::append_texts(const CsvCell* first, std::size_t stride, std::int64_t rows) {
  StoredView* to = values_.as<StoredView>() + length_;
  const bool blob = field_.type.id == TypeId::kBlob;
  const bool bit = field_.type.id == TypeId::kBit;
  for (std::int64_t row = 0; row < rows; ++row, first += stride) {
    to[row] = {};
    if (is_null(*first)) {
      set_null(length_ + row);
      continue;
    }
    std::string_view text = view(*first);
    if (!ascii_ && !is_utf8(text)) return row;
    if (bit && (text.empty() || text.find_first_not_of("01") != std::string_view::npos)) return row;
    bool in_place = first->escaped == 0;
    if (blob && text.find('\\') != std::string_view::npos) {
      auto bytes = parse_blob(text);
      if (!bytes) return row;
      scratch_ = std::move(*bytes);
      text = scratch_;
      in_place = false;
    }
    const StringView record(text);
    std::memcpy(static_cast<void*>(&to[row]), &record, sizeof record);
    if (record.is_inline()) continue;
    to[row].buffer = in_place ? 0 : 1;
    to[row].offset = static_cast<std::int32_t>(in_place ? first->begin : unescaped_.size());
    if (!in_place) TRUENO_TRY(unescaped_.append(text.data(), text.size()));
  }
  return rows;
}

// Rows that come after start out as valid again.
void CsvColumn::truncate(std::int64_t length) {
  length_ = length;
  for (std::size_t bit = static_cast<std::size_t>(length); bit < validity_.size() * 8; ++bit) {
    if ((bit & 7) == 0) {
      std::memset(validity_.data() + (bit >> 3), 0xFF, validity_.size() - (bit >> 3));
      break;
    }
    set_bit(validity_.data(), bit);
  }
}

// Hands over what was built; the builder goes on empty, over the same bytes.
Result<Column> CsvColumn::finish() {
  Column column;
  column.type = field_.type;
  column.length = length_;
  TRUENO_TRY(values_.resize(static_cast<std::size_t>(length_) * width_));
  column.values = std::move(values_).freeze();
  TRUENO_TRY(validity_.resize(bytes_for_bits(static_cast<std::size_t>(length_))));
  column.null_count = length_ - static_cast<std::int64_t>(count_set_bits(validity_.data(), 0, static_cast<std::size_t>(length_)));
  if (column.null_count != 0) column.validity = std::move(validity_).freeze();
  column.statistics.null_count = column.null_count;
  if (physical_ == Physical::kString) {
    column.string_buffers.push_back(bytes_);
    if (unescaped_.size() != 0) column.string_buffers.push_back(std::move(unescaped_).freeze());
  }
  values_ = MutableBuffer();
  validity_ = MutableBuffer();
  unescaped_ = MutableBuffer();
  length_ = 0;
  return column;
}

}  // namespace trueno
