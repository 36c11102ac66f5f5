#include "function/catalogue.h"

#include <algorithm>
#include <array>
#include <initializer_list>

#include "base/civil_time.h"
#include "function/families.h"

namespace trueno::function {

Catalogue::Catalogue() {
  // The one list of function families.
  for (auto* family : {arithmetic_functions,   comparison_functions,       math_functions,          string_functions,
                       date_functions,         date_format_functions,      conditional_functions,   string_pad_functions,
                       string_piece_functions, string_distance_functions,  string_encode_functions, string_grapheme_functions,
                       digest_functions,       printf_functions,           byte_size_functions,     regex_functions,
                       glob_functions,         rounding_functions,         number_theory_functions, interval_functions,
                       date_name_functions,    date_computed_functions,    date_make_functions,     date_difference_functions,
                       time_bucket_functions,  strptime_functions,         utility_functions,       transcendental_functions,
                       random_functions,       decimal_division_functions, path_functions,          bit_string_functions,
                       string_accent_functions}) {
    std::ranges::move(family(), std::back_inserter(scalars_));
  }
  for (const auto family : {aggregate_functions, moment_aggregates, bit_aggregates, aggregate_quantile_functions,
                            aggregate_frequency_functions, aggregate_first_functions, aggregate_extreme_functions, aggregate_list_functions,
                            aggregate_product_functions, aggregate_bit_string_functions, aggregate_interval_functions})
    std::ranges::move(family(), std::back_inserter(aggregates_));
  for (const ScalarFunction& f : scalars_) {
    scalar_by_name_.emplace(f.name, &f);
    for (const std::string_view alias : f.aliases) scalar_by_name_.emplace(alias, &f);
  }
  for (const AggregateFunction& f : aggregates_) {
    aggregate_by_name_.emplace(f.name, &f);
    for (const std::string_view alias : f.aliases) aggregate_by_name_.emplace(alias, &f);
  }
}

const ScalarFunction* Catalogue::scalar(std::string_view name) const {
  const auto found = scalar_by_name_.find(name);
  return found == scalar_by_name_.end() ? nullptr : found->second;
}

const AggregateFunction* Catalogue::aggregate(std::string_view name) const {
  const auto found = aggregate_by_name_.find(name);
  return found == aggregate_by_name_.end() ? nullptr : found->second;
}

std::vector<std::string> Catalogue::names() const {
  std::vector<std::string> names;
  for (const auto& [name, function] : scalar_by_name_) names.emplace_back(name);
  for (const auto& [name, function] : aggregate_by_name_) names.emplace_back(name);
  std::ranges::sort(names);
  return names;
}

namespace {

struct PartName {
  std::string_view function;
  std::string_view truncation;
  std::array<std::string_view, 7> spellings;
};

constexpr PartName kParts[] = {
    {"year", "date_trunc_year", {"year", "years", "y", "yr", "yrs"}},
    {"quarter", "date_trunc_quarter", {"quarter", "quarters"}},
    {"month", "date_trunc_month", {"month", "months", "mon", "mons"}},
    {"week", "date_trunc_week", {"week", "weeks", "w", "weekofyear"}},
    {"day", "date_trunc_day", {"day", "days", "d", "dayofmonth"}},
    {"dayofweek", "date_trunc_day", {"dow", "dayofweek", "weekday"}},
    {"isodow", "date_trunc_day", {"isodow"}},
    {"dayofyear", "date_trunc_day", {"doy", "dayofyear"}},
    {"isoyear", "date_trunc_isoyear", {"isoyear"}},
    {"hour", "date_trunc_hour", {"hour", "hours", "h", "hr", "hrs"}},
    {"minute", "date_trunc_minute", {"minute", "minutes", "m", "min", "mins"}},
    {"second", "date_trunc_second", {"second", "seconds", "s", "sec", "secs"}},
    {"millisecond", "date_trunc_millisecond", {"millisecond", "milliseconds", "ms", "msec", "msecs", "msecond", "mseconds"}},
    {"microsecond", "date_trunc_microsecond", {"microsecond", "microseconds", "us", "usec", "usecs", "usecond", "useconds"}},
    {"century", "date_trunc_century", {"century", "centuries", "c", "cent"}},
    {"decade", "date_trunc_decade", {"decade", "decades", "dec", "decs"}},
    {"millennium", "date_trunc_millennium", {"millennium", "millennia", "mil", "mils", "millenium", "millenniums"}},
    {"epoch", "date_trunc_second", {"epoch"}},
    {"era", "", {"era"}},
    {"yearweek", "date_trunc_week", {"yearweek"}},
    {"julian", "date_trunc_day", {"julian"}},
    {"timezone", "", {"timezone"}},
    {"timezone_hour", "", {"timezone_hour"}},
    {"timezone_minute", "", {"timezone_minute"}},
};

const PartName* find_part(std::string_view part) {
  for (const PartName& name : kParts) {
    if (!part.empty() && std::ranges::find(name.spellings, part) != name.spellings.end()) return &name;
  }
  return nullptr;
}

}  // namespace

std::string_view date_part_function(std::string_view part) {
  const PartName* name = find_part(part);
  return name == nullptr ? std::string_view{} : name->function;
}

std::string_view date_trunc_function(std::string_view part) {
  const PartName* name = find_part(part);
  return name == nullptr ? std::string_view{} : name->truncation;
}

std::string_view interval_function(std::string_view unit) {
  constexpr std::pair<std::string_view, std::string_view> kFunctions[] = {
      {"year", "to_years"},
      {"quarter", "to_quarters"},
      {"month", "to_months"},
      {"week", "to_weeks"},
      {"day", "to_days"},
      {"hour", "to_hours"},
      {"minute", "to_minutes"},
      {"second", "to_seconds"},
      {"millisecond", "to_milliseconds"},
      {"microsecond", "to_microseconds"},
      {"decade", "to_decades"},
      {"century", "to_centuries"},
      {"millennium", "to_millennia"},
  };
  const PartName* name = find_part(unit);
  for (const auto& [part, function] : kFunctions) {
    if (name != nullptr && name->function == part) return function;
  }
  return {};
}

std::optional<Value> moment_of_statement(std::string_view name, std::int64_t now) {
  const auto is_one_of = [&](std::initializer_list<std::string_view> names) { return std::ranges::find(names, name) != names.end(); };
  if (is_one_of({"now", "current_timestamp", "get_current_timestamp", "transaction_timestamp"}))
    return Value::integer(now, TypeId::kTimestampTz);
  if (is_one_of({"localtimestamp", "current_localtimestamp"})) return Value::integer(now, TypeId::kTimestamp);
  if (is_one_of({"current_date", "today"})) return Value::integer(floor_divide(now, kMicrosPerDay), TypeId::kDate);
  if (is_one_of({"current_time", "get_current_time", "localtime", "current_localtime"}))
    return Value::integer(micros_of_day(now), TypeId::kTime);
  return std::nullopt;
}

}  // namespace trueno::function
