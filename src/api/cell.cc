// One cell of a result as a C++ value: which SQL types are read as which C++ types is written here, and in result.h for people.
#include <algorithm>
#include <limits>

#include "api/convert.h"
#include "api/result_data.h"
#include "base/int128.h"

namespace trueno::detail {

namespace {

Failure wrong_type(const ResultData& data, int column, std::string_view wanted) {
  const ResultColumn& known = data.columns[static_cast<std::size_t>(column)];
  return api::failure(FailureCode::kConversion, fmt::format("column \"{}\" is {} and is not read as {}", known.name, known.type, wanted),
                      "read it as another type, or cast it in the query");
}

Failure too_large(const ResultData& data, int column, const Value& value, std::string_view wanted) {
  return api::failure(FailureCode::kConversion, fmt::format("{} of column \"{}\" does not fit {}", value.to_string(),
                                                            data.columns[static_cast<std::size_t>(column)].name, wanted));
}

// The cell, which is there; NULL is a failure unless `null_allowed`.
Outcome<Value> cell(const ResultData& data, std::int64_t row, int column, bool null_allowed = false) {
  const auto width = static_cast<int>(data.result.rows.columns.size());
  if (column < 0 || column >= width)
    return api::failure(FailureCode::kInvalidInput,
                        column < 0 ? std::string("no such column") : fmt::format("there is no column {} of {}", column, width));
  if (row < 0 || row >= data.result.rows.length)
    return api::failure(FailureCode::kInvalidInput, fmt::format("there is no row {} of {}", row, data.result.rows.length));
  Value value = data.column(column).value(row);
  if (value.is_null() && !null_allowed)
    return api::failure(FailureCode::kInvalidInput,
                        fmt::format("column \"{}\" is NULL in row {}", data.columns[static_cast<std::size_t>(column)].name, row),
                        "read it as a std::optional");
  return value;
}

bool is_whole(const Type& type) { return type.is_integer() || (type.id == TypeId::kDecimal && type.scale == 0); }

// A whole number within [low, high].
Outcome<i128> whole_cell(const ResultData& data, std::int64_t row, int column, i128 low, i128 high, std::string_view wanted) {
  const Outcome<Value> value = cell(data, row, column);
  if (!value) return value.error();
  if (!is_whole(value->type())) return wrong_type(data, column, wanted);
  const i128 number = value->as_integer();
  if (number < low || number > high) return too_large(data, column, *value, wanted);
  return number;
}

HugeInt to_huge(i128 value) { return {static_cast<std::int64_t>(value >> 64), static_cast<std::uint64_t>(value)}; }

// Microseconds of a date or timestamp.
std::optional<std::int64_t> micros_of(const Value& value) {
  const i128 ticks = value.as_integer();
  i128 micros = 0;
  switch (value.type().id) {
    case TypeId::kTimestamp:
    case TypeId::kTimestampTz: micros = ticks; break;
    case TypeId::kDate: micros = ticks * 86'400'000'000; break;
    case TypeId::kTimestampS: micros = ticks * 1'000'000; break;
    case TypeId::kTimestampMs: micros = ticks * 1'000; break;
    case TypeId::kTimestampNs: micros = ticks >= 0 ? ticks / 1'000 : -((-ticks + 999) / 1'000); break;  // rounded down
    default: return std::nullopt;
  }
  if (micros < std::numeric_limits<std::int64_t>::min() || micros > std::numeric_limits<std::int64_t>::max()) return std::nullopt;
  return static_cast<std::int64_t>(micros);
}

}  // namespace

Outcome<bool> read_null(const ResultData& data, std::int64_t row, int column) {
  const Outcome<Value> value = cell(data, row, column, true);
  if (!value) return value.error();
  return value->is_null();
}

Outcome<bool> read_bool(const ResultData& data, std::int64_t row, int column) {
  const Outcome<Value> value = cell(data, row, column);
  if (!value) return value.error();
  if (value->type().id != TypeId::kBoolean) return wrong_type(data, column, "bool");
  return value->as_bool();
}

Outcome<std::int64_t> read_signed(const ResultData& data, std::int64_t row, int column, int bits) {
  const i128 high = (i128{1} << (bits - 1)) - 1;
  const Outcome<i128> number = whole_cell(data, row, column, -high - 1, high, fmt::format("a signed integer of {} bits", bits));
  if (!number) return number.error();
  return static_cast<std::int64_t>(*number);
}

Outcome<std::uint64_t> read_unsigned(const ResultData& data, std::int64_t row, int column, int bits) {
  const i128 high = (i128{1} << bits) - 1;
  const Outcome<i128> number = whole_cell(data, row, column, 0, high, fmt::format("an unsigned integer of {} bits", bits));
  if (!number) return number.error();
  return static_cast<std::uint64_t>(*number);
}

Outcome<HugeInt> read_huge(const ResultData& data, std::int64_t row, int column) {
  const Outcome<Value> value = cell(data, row, column);
  if (!value) return value.error();
  if (!is_whole(value->type())) return wrong_type(data, column, "a HugeInt");
  return to_huge(value->as_integer());
}

Outcome<Decimal> read_decimal(const ResultData& data, std::int64_t row, int column) {
  const Outcome<Value> value = cell(data, row, column);
  if (!value) return value.error();
  const Type& type = value->type();
  if (type.id == TypeId::kDecimal) return Decimal{to_huge(value->as_integer()), type.precision, type.scale};
  if (type.is_integer()) return Decimal{to_huge(value->as_integer()), 38, 0};
  return wrong_type(data, column, "a Decimal");
}

Outcome<float> read_float(const ResultData& data, std::int64_t row, int column) {
  const Outcome<Value> value = cell(data, row, column);
  if (!value) return value.error();
  if (value->type().id != TypeId::kFloat) return wrong_type(data, column, "float");
  return std::get<float>(value->payload());
}

Outcome<double> read_double(const ResultData& data, std::int64_t row, int column) {
  const Outcome<Value> value = cell(data, row, column);
  if (!value) return value.error();
  const Type& type = value->type();
  if (type.is_float()) return value->as_double();
  if (type.is_integer()) return to_double(value->as_integer());
  if (type.id == TypeId::kDecimal) return to_double(value->as_integer(), type.scale);
  return wrong_type(data, column, "double");
}

Outcome<std::string> read_string(const ResultData& data, std::int64_t row, int column) {
  const Outcome<Value> value = cell(data, row, column);
  if (!value) return value.error();
  return value->to_string();
}

Outcome<std::string_view> read_view(const ResultData& data, std::int64_t row, int column) {
  const Outcome<Value> value = cell(data, row, column);
  if (!value) return value.error();
  const Column& values = data.column(column);
  const bool in_place = values.encoding == Encoding::kPlain || values.encoding == Encoding::kDictionary;
  if (value->type().id != TypeId::kVarchar || !in_place) return wrong_type(data, column, "std::string_view");
  return values.text(row);
}

Outcome<Blob> read_blob(const ResultData& data, std::int64_t row, int column) {
  const Outcome<Value> value = cell(data, row, column);
  if (!value) return value.error();
  if (value->type().id != TypeId::kBlob) return wrong_type(data, column, "a Blob");
  return Blob{value->as_string()};
}

Outcome<Date> read_date(const ResultData& data, std::int64_t row, int column) {
  const Outcome<Value> value = cell(data, row, column);
  if (!value) return value.error();
  if (value->type().id != TypeId::kDate) return wrong_type(data, column, "a Date");
  return Date(std::chrono::days(static_cast<int>(value->as_integer())));
}

Outcome<Timestamp> read_timestamp(const ResultData& data, std::int64_t row, int column) {
  const Outcome<Value> value = cell(data, row, column);
  if (!value) return value.error();
  if (!value->type().is_timestamp() && value->type().id != TypeId::kDate) return wrong_type(data, column, "a Timestamp");
  const std::optional<std::int64_t> micros = micros_of(*value);
  if (!micros) return too_large(data, column, *value, "a Timestamp");
  return Timestamp(std::chrono::microseconds(*micros));
}

Outcome<Interval> read_interval(const ResultData& data, std::int64_t row, int column) {
  const Outcome<Value> value = cell(data, row, column);
  if (!value) return value.error();
  if (value->type().id != TypeId::kInterval) return wrong_type(data, column, "an Interval");
  const IntervalValue& interval = value->as_interval();
  return Interval{interval.months, interval.days, interval.micros};
}

int find_column(const ResultData& data, std::string_view name) {
  for (std::size_t i = 0; i < data.columns.size(); ++i) {
    const std::string& known = data.columns[i].name;
    const auto equal = [](char a, char b) {
      const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; };
      return lower(a) == lower(b);
    };
    if (std::equal(known.begin(), known.end(), name.begin(), name.end(), equal)) return static_cast<int>(i);
  }
  return -1;
}

std::string cell_name(const ResultData& data, std::int64_t row, int column) {
  const bool known = column >= 0 && column < static_cast<int>(data.columns.size());
  return fmt::format("row {}, column {}{}", row, column, known ? " \"" + data.columns[static_cast<std::size_t>(column)].name + "\"" : "");
}

}  // namespace trueno::detail
