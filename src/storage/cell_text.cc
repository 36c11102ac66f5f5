// Text to a slot, for formats that go value by value.
#include "storage/cell_text.h"

#include <algorithm>
#include <cstring>

#include "column/value.h"

namespace trueno {

namespace {

template <class T>
bool put(const T& value, void* slot) {
  std::memcpy(slot, &value, sizeof value);
  return true;
}

// What a parser gave, at the width of the slot.
template <class T, class Parsed>
bool put_parsed(const Parsed& parsed, void* slot) {
  return parsed.has_value() && put(static_cast<T>(*parsed), slot);
}

template <class T>
bool put_whole(std::string_view text, void* slot) {
  T value{};
  return cell_text::parse_whole<T>(text, value) && put(value, slot);
}

bool put_decimal(const Type& type, std::string_view text, void* slot) {
  const bool wide = type.physical() == Physical::kI128;
  std::int64_t narrow = 0;
  if (!wide && cell_text::parse_fast_decimal(text, type.precision, type.scale, narrow)) return put(narrow, slot);
  const ParsedDecimal parsed = parse_decimal(text, type.precision, type.scale);
  if (parsed.outcome != DecimalOutcome::kOk) return false;
  return wide ? put(parsed.unscaled, slot) : put(static_cast<std::int64_t>(parsed.unscaled), slot);
}

bool put_label(const Type& type, std::string_view text, void* slot) {
  const auto& labels = *type.enum_values;
  const auto found = std::find(labels.begin(), labels.end(), text);
  return found != labels.end() && put(static_cast<std::uint32_t>(found - labels.begin()), slot);
}

}  // namespace

bool parse_slot(const Type& type, std::string_view text, void* slot) {
  switch (type.id) {
    case TypeId::kBoolean: return put_parsed<std::uint8_t>(parse_boolean(text), slot);
    case TypeId::kTinyInt: return put_whole<std::int8_t>(text, slot);
    case TypeId::kSmallInt: return put_whole<std::int16_t>(text, slot);
    case TypeId::kInteger: return put_whole<std::int32_t>(text, slot);
    case TypeId::kBigInt: return put_whole<std::int64_t>(text, slot);
    case TypeId::kHugeInt: return put_whole<i128>(text, slot);
    case TypeId::kUTinyInt: return put_whole<std::uint8_t>(text, slot);
    case TypeId::kUSmallInt: return put_whole<std::uint16_t>(text, slot);
    case TypeId::kUInteger: return put_whole<std::uint32_t>(text, slot);
    case TypeId::kUBigInt: return put_whole<std::uint64_t>(text, slot);
    case TypeId::kFloat: return put_parsed<float>(parse_float(text), slot);
    case TypeId::kDouble: {
      double value = 0;
      return cell_text::parse_double_cell(text, value) && put(value, slot);
    }
    case TypeId::kDecimal: return put_decimal(type, text, slot);
    case TypeId::kUuid: return put_parsed<i128>(parse_uuid(text), slot);
    case TypeId::kDate: {
      std::int32_t days = 0;
      return cell_text::parse_fast_date(text, days) ? put(days, slot) : put_parsed<std::int32_t>(parse_date(text), slot);
    }
    case TypeId::kTime: return put_parsed<std::int64_t>(parse_time(text), slot);
    case TypeId::kTimestamp: return put_parsed<std::int64_t>(parse_timestamp(text), slot);
    case TypeId::kTimestampS: return put_parsed<std::int64_t>(parse_timestamp(text, TimeUnit::kSecond), slot);
    case TypeId::kTimestampMs: return put_parsed<std::int64_t>(parse_timestamp(text, TimeUnit::kMilli), slot);
    case TypeId::kTimestampNs: return put_parsed<std::int64_t>(parse_timestamp(text, TimeUnit::kNano), slot);
    case TypeId::kTimestampTz: return put_parsed<std::int64_t>(parse_timestamp_tz(text), slot);
    case TypeId::kInterval: {
      const auto parsed = parse_interval(text);
      return parsed && put(IntervalValue{parsed->months, parsed->days, parsed->micros}, slot);
    }
    case TypeId::kEnum: return put_label(type, text, slot);
    case TypeId::kNull:
    case TypeId::kVarchar:
    case TypeId::kBlob:
    case TypeId::kBit:
    case TypeId::kList:
    case TypeId::kStruct:
    case TypeId::kMap: break;
  }
  return false;
}

}  // namespace trueno
