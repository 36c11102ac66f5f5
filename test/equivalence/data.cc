#include "data.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include <fmt/format.h>

#include "base/civil_time.h"
#include "kernel/range.h"

namespace trueno::equivalence {

namespace {

Type random_type(Random& random) {
  switch (random.below(26)) {
    case 0: return TypeId::kBoolean;
    case 1: return TypeId::kTinyInt;
    case 2: return TypeId::kSmallInt;
    case 3:
    case 4: return TypeId::kInteger;
    case 5:
    case 6: return TypeId::kBigInt;
    case 7: return TypeId::kHugeInt;
    case 8: return TypeId::kUTinyInt;
    case 9: return TypeId::kUSmallInt;
    case 10: return TypeId::kUInteger;
    case 11: return TypeId::kUBigInt;
    case 12: return TypeId::kFloat;
    case 13:
    case 14: return TypeId::kDouble;
    case 15: return random.pick<Type>({Type::decimal(4, 1), Type::decimal(9, 2), Type::decimal(15, 2), Type::decimal(18, 18)});
    case 16: return random.pick<Type>({Type::decimal(19, 4), Type::decimal(38, 10), Type::decimal(38, 0), Type::decimal(38, 38)});
    case 17:
    case 18:
    case 19: return TypeId::kVarchar;
    case 20: return TypeId::kDate;
    case 21: return TypeId::kTimestamp;
    case 22: return random.pick<Type>({TypeId::kTime, TypeId::kTimestampTz, TypeId::kTimestampS, TypeId::kTimestampMs});
    case 23: return TypeId::kInterval;
    case 24: return random.pick<Type>({TypeId::kBlob, TypeId::kBit, TypeId::kUuid});
    default: return Type::enumeration({"red", "green", "blue", "a longer label than twelve"});
  }
}

i128 random_i128(Random& random) { return static_cast<i128>((static_cast<u128>(random.bits()) << 64) | random.bits()); }

// Mostly small, sometimes at the limits of the type or of a narrower one.
i128 random_integer(Random& random, i128 low, i128 high) {
  i128 value = 0;
  switch (random.below(8)) {
    case 0: value = low + random.below(3); break;
    case 1: value = high - random.below(3); break;
    case 2: value = random_i128(random) >> random.below(127); break;
    case 3: value = (static_cast<i128>(1) << random.below(126)) + random.between(-1, 1); break;
    case 4: value = -(static_cast<i128>(1) << random.below(126)) + random.between(-1, 1); break;
    case 5: value = random.between(-1000, 1000); break;
    default: value = random.between(-5, 20); break;
  }
  return value < low || value > high ? std::clamp<i128>(random.between(-5, 20), low, high) : value;
}

double random_double(Random& random) {
  switch (random.below(14)) {
    case 0: return random.pick({0.0, -0.0});
    case 1: return random.pick<double>({INFINITY, -INFINITY, NAN});
    case 2: return random.pick({1e308, -1e308, 1.7976931348623157e308, -1.7976931348623157e308});
    case 3: return std::bit_cast<double>(static_cast<std::uint64_t>(random.between(1, (std::int64_t{1} << 52) - 1)));  // subnormal
    case 4: return std::bit_cast<double>(random.bits());                                                               // anything
    case 5: return std::ldexp(static_cast<double>(random.between(-9, 9)), static_cast<int>(random.between(-300, 300)));
    case 6: return static_cast<double>(random.between(-3, 3)) + 0.5;  // halves: rounding
    case 7: return random.pick({9007199254740993.0, 0.1, 0.3, 2147483647.5, -9.223372036854775808e18});
    default: return static_cast<double>(random.between(-100000, 100000)) / 100.0;
  }
}

float random_float(Random& random) {
  switch (random.below(10)) {
    case 0: return random.pick<float>({0.0f, -0.0f, INFINITY, -INFINITY, NAN});
    case 1: return std::bit_cast<float>(static_cast<std::uint32_t>(random.below(1 << 23)));
    case 2: return std::bit_cast<float>(static_cast<std::uint32_t>(random.bits()));
    case 3: return random.pick({3.4028235e38f, -3.4028235e38f, 16777217.0f, 0.1f});
    default: return static_cast<float>(random.between(-1000, 1000)) / 8.0f;
  }
}

std::string random_text(Random& random) {
  static const std::vector<std::string> kNumbers = {
      "0",     "12",       "-7",         "3.5",  "1e3",   "9223372036854775808", " 42 ", "2024-02-29", "true", "nan",
      "-1e-9", "12:34:56", "2020-13-01", "0x10", "1_000", "99999999999999999999"};
  static const std::vector<std::string> kPieces = {"a", "b", "ab", "A", "%", "_", "\\", "é", "漢", "🦆", " ", "x1"};
  if (random.percent(15)) return random.pick(kNumbers);
  std::int64_t length = random.pick<std::int64_t>({0, 1, 2, 3, 4, 5, 11, 12, 13, 20});
  if (random.percent(2)) length = 300;
  std::string text;
  const bool ascii = random.percent(60);
  while (static_cast<std::int64_t>(text.size()) < length) {
    if (ascii) {
      text.push_back(static_cast<char>('a' + random.below(4)));
    } else {
      text += random.pick(kPieces);
    }
  }
  return text;
}

i128 random_micros(Random& random) {
  if (random.percent(10)) return random.pick<i128>({kTimestampInfinity, kTimestampMinusInfinity});
  if (random.percent(20)) return random.between(-4'000'000'000'000'000, 9'000'000'000'000'000);
  return static_cast<i128>(random.between(-2000, 22000)) * kMicrosPerDay + random.pick<std::int64_t>({0, 1, 999'999, 3'600'000'000});
}

struct Profile {
  int null_percent;
  int skew_percent;        // rows that hold the first value
  int repeat_percent;      // rows that repeat the one before
  std::vector<Value> few;  // not empty: all values come from here
  bool sequence = false;   // integers count up
};

Profile random_profile(Random& random, const Type& type) {
  Profile profile{random.pick({0, 0, 0, 5, 50, 95, 100}), random.pick({0, 0, 0, 90}), random.pick({0, 0, 0, 85}), {}, false};
  if (profile.null_percent == 100 && random.percent(70)) profile.null_percent = 10;  // a column of only NULLs says little
  if (random.percent(45)) {
    const std::int64_t distinct = random.pick<std::int64_t>({1, 2, 3, 10});
    for (std::int64_t i = 0; i < distinct; ++i) profile.few.push_back(random_value(random, type));
  } else {
    profile.sequence = type.is_integer() && random.percent(15);
  }
  return profile;
}

std::int64_t random_row_count(Random& random, Size size) {
  const std::int64_t kind = random.below(100);
  if (kind < 3) return 0;
  if (kind < 8) return 1;
  if (size == Size::kSmall) return kind < 80 ? random.between(2, 20) : random.between(21, 80);
  if (kind < 65) return random.between(2, 30);
  if (kind < 98) return random.between(31, 200);
  return random.between(201, 5000);
}

}  // namespace

Value random_value(Random& random, const Type& type) {
  switch (type.id) {
    case TypeId::kNull: return Value::null(type);
    case TypeId::kBoolean: return Value::boolean(random.percent(50));
    case TypeId::kFloat: return {type, random_float(random)};
    case TypeId::kDouble: return {type, random_double(random)};
    case TypeId::kVarchar: return {type, random_text(random)};
    case TypeId::kBlob: {
      std::string bytes;
      for (std::int64_t n = random.pick<std::int64_t>({0, 1, 5, 12, 13, 30}); n > 0; --n)
        bytes.push_back(static_cast<char>(random.below(256)));
      return {type, std::move(bytes)};
    }
    case TypeId::kBit: {
      std::string bits;
      for (std::int64_t n = random.pick<std::int64_t>({1, 2, 8, 12, 13, 64}); n > 0; --n) bits.push_back(random.percent(50) ? '1' : '0');
      return {type, std::move(bits)};
    }
    case TypeId::kDate:
      return Value::integer(random.percent(5) ? random.pick({kDateInfinity, kDateMinusInfinity})
                                              : static_cast<std::int32_t>(random.percent(20) ? random.between(-1'000'000, 2'000'000)
                                                                                             : random.between(-2000, 22000)),
                            type);
    case TypeId::kTime: return Value::integer(random.between(0, kMicrosPerDay - 1), type);
    case TypeId::kTimestamp:
    case TypeId::kTimestampTz: return Value::integer(random_micros(random), type);
    case TypeId::kTimestampS: return Value::integer(random.between(-2'000'000'000, 4'000'000'000), type);
    case TypeId::kTimestampMs: return Value::integer(random.between(-2'000'000'000'000, 4'000'000'000'000), type);
    case TypeId::kInterval:
      return {type, IntervalValue{static_cast<std::int32_t>(random.between(-14, 14)), static_cast<std::int32_t>(random.between(-40, 40)),
                                  random.pick<std::int64_t>({0, 1, -1, 86'400'000'000, random.between(-1'000'000'000, 1'000'000'000)})}};
    case TypeId::kUuid: return Value::integer(random_i128(random), type);
    case TypeId::kEnum: return Value::integer(random.below(static_cast<std::int64_t>(type.enum_values->size())), type);
    default: {
      const auto limits = kernel::limits_of(type);
      return Value::integer(limits ? random_integer(random, limits->min, limits->max) : 0, type);
    }
  }
}

Table random_table(Random& random, Size size) {
  Table table;
  const std::int64_t rows = random_row_count(random, size);
  const std::int64_t columns = random.between(1, 6);
  for (std::int64_t c = 0; c < columns; ++c) {
    const Type type = random_type(random);
    table.schema.push_back({fmt::format("c{}", c), type, true});
    const Profile profile = random_profile(random, type);
    std::vector<Value> values;
    const Value common = random_value(random, type);
    for (std::int64_t row = 0; row < rows; ++row) {
      if (!values.empty() && random.percent(profile.repeat_percent)) {
        values.push_back(values.back());
      } else if (random.percent(profile.null_percent)) {
        values.push_back(Value::null(type));
      } else if (random.percent(profile.skew_percent)) {
        values.push_back(common);
      } else if (profile.sequence) {
        values.push_back(Value::integer(row % 100, type));
      } else {
        values.push_back(profile.few.empty() ? random_value(random, type) : random.pick(profile.few));
      }
    }
    // Pairs that cancel, so that a sum in any other way than exact shows.
    if (type.id == TypeId::kDouble && random.percent(40)) {
      for (std::int64_t row = 1; row < rows; row += 3) {
        const auto at = static_cast<std::size_t>(row);
        if (!values[at].is_null() && !values[at - 1].is_null()) values[at] = Value(type, -values[at - 1].as_double());
      }
    }
    table.columns.push_back(std::move(values));
  }
  return table;
}

std::string as_literal(const Value& value) {
  const Type& type = value.type();
  const std::string name = type.id == TypeId::kEnum ? "VARCHAR" : type.to_string();
  if (value.is_null()) return fmt::format("NULL::{}", name);
  if (type.id == TypeId::kBoolean || (type.is_integer() && type.id == TypeId::kInteger)) return value.to_string();
  std::string text;
  for (const char c : value.to_string()) text += c == '\'' ? "''" : std::string(1, c);
  return fmt::format("'{}'::{}", text, name);
}

std::string as_sql(const Table& table) {
  std::string sql = "CREATE TABLE t(";
  for (std::size_t c = 0; c < table.schema.size(); ++c)
    sql += fmt::format("{}{} {}", c == 0 ? "" : ", ", table.schema[c].name, table.schema[c].type.to_string());
  sql += ");\n";
  constexpr std::int64_t kShown = 40;
  for (std::int64_t row = 0; row < std::min(table.rows(), kShown); ++row) {
    sql += row == 0 ? "INSERT INTO t VALUES " : ", ";
    for (std::size_t c = 0; c < table.columns.size(); ++c)
      sql += (c == 0 ? "(" : ", ") + as_literal(table.columns[c][static_cast<std::size_t>(row)]);
    sql += ")";
  }
  if (table.rows() > kShown) sql += fmt::format(" -- and {} rows more", table.rows() - kShown);
  return sql + ";\n";
}

}  // namespace trueno::equivalence
