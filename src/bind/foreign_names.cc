// What other databases call things, for the hint of "no function x".
#include "bind/foreign_names.h"

#include <algorithm>
#include <span>

namespace trueno::bind {

namespace {

struct Foreign {
  std::string_view name;
  std::string_view hint;
};

constexpr std::string_view kNow = "write now() or current_date";
constexpr std::string_view kPlus = "write date + INTERVAL 1 DAY";
constexpr std::string_view kFormat = "write strftime(date, '%Y-%m-%d')";
constexpr std::string_view kParse = "write strptime(text, '%Y-%m-%d')";
constexpr std::string_view kCast = "write CAST(x AS type)";
constexpr std::string_view kTryCast = "write TRY_CAST(x AS type)";
constexpr std::string_view kSequence = "write INTEGER DEFAULT nextval('s') after CREATE SEQUENCE s";
constexpr std::string_view kMatches = "write regexp_matches(text, pattern)";

constexpr Foreign kFunctions[] = {
    {"add_months", "write date + INTERVAL 1 MONTH"},
    {"adddate", kPlus},
    {"charindex", "write position(part IN text)"},
    {"convert", kCast},
    {"curdate", kNow},
    {"curtime", "write current_time"},
    {"date_format", kFormat},
    {"date_parse", kParse},
    {"dateadd", kPlus},
    {"datename", kFormat},
    {"empty", "write text = ''"},
    {"eomonth", "write last_day(date)"},
    {"from_unixtime", "write to_timestamp(seconds)"},
    {"getdate", kNow},
    {"getutcdate", kNow},
    {"iif", "write if(condition, x, y), or CASE"},
    {"isnull", "write x IS NULL, or coalesce(x, y)"},
    {"isnumeric", "write TRY_CAST(x AS DOUBLE) IS NOT NULL"},
    {"locate", "write position(part IN text)"},
    {"mid", "write substring(text, from, count)"},
    {"newid", "write uuid()"},
    {"nvl", "write coalesce(x, y)"},
    {"nvl2", "write if(x IS NOT NULL, y, z)"},
    {"parse_date", kParse},
    {"rand", "write random()"},
    {"regexp_like", kMatches},
    {"regexp_substr", "write regexp_extract(text, pattern)"},
    {"replicate", "write repeat(text, count)"},
    {"rlike", kMatches},
    {"safe_cast", kTryCast},
    {"space", "write repeat(' ', count)"},
    {"stdev", "write stddev(x)"},
    {"stdevp", "write stddev_pop(x)"},
    {"str_to_date", kParse},
    {"subdate", "write date - INTERVAL 1 DAY"},
    {"substring_index", "write split_part(text, separator, number)"},
    {"sysdate", kNow},
    {"sysdatetime", kNow},
    {"timestampadd", kPlus},
    {"timestampdiff", "write date_diff('day', from, to)"},
    {"to_char", kFormat},
    {"to_date", kParse},
    {"to_number", kCast},
    {"to_varchar", kCast},
    {"top", "write LIMIT at the end of the query"},
    {"truncate", "write trunc(x)"},
    {"try_convert", kTryCast},
    {"tryparse", kTryCast},
    {"unix_timestamp", "write epoch(timestamp)"},
    {"var", "write var_samp(x)"},
    {"varp", "write var_pop(x)"},
    {"zeroifnull", "write coalesce(x, 0)"},
};

constexpr Foreign kTypes[] = {
    {"array", "a list is written with brackets: INTEGER[]"},
    {"bigserial", "write BIGINT DEFAULT nextval('s') after CREATE SEQUENCE s"},
    {"byte", "write UTINYINT"},
    {"clob", "write VARCHAR"},
    {"datetime2", "write TIMESTAMP"},
    {"float64", "write DOUBLE"},
    {"image", "write BLOB"},
    {"longtext", "write VARCHAR"},
    {"mediumint", "write INTEGER"},
    {"mediumtext", "write VARCHAR"},
    {"money", "write DECIMAL(19, 4)"},
    {"nchar", "write VARCHAR"},
    {"ntext", "write VARCHAR"},
    {"number", "write DECIMAL(10, 2), INTEGER or DOUBLE"},
    {"nvarchar", "write VARCHAR"},
    {"nvarchar2", "write VARCHAR"},
    {"serial", kSequence},
    {"smalldatetime", "write TIMESTAMP"},
    {"smallserial", kSequence},
    {"tinytext", "write VARCHAR"},
    {"uniqueidentifier", "write UUID"},
    {"varchar2", "write VARCHAR"},
    {"variant", "a column has one type"},
    {"year", "write INTEGER, or DATE"},
};

constexpr Foreign kValues[] = {
    {"rownum", "write LIMIT at the end of the query"},
    {"sysdate", kNow},
    {"systimestamp", "write now()"},
};

std::string_view hint_of(std::span<const Foreign> list, std::string_view name) {
  const auto found = std::ranges::find(list, name, &Foreign::name);
  return found == list.end() ? std::string_view() : found->hint;
}

}  // namespace

std::string_view foreign_function(std::string_view name) { return hint_of(kFunctions, name); }
std::string_view foreign_type(std::string_view name) { return hint_of(kTypes, name); }
std::string_view foreign_value(std::string_view name) { return hint_of(kValues, name); }

}  // namespace trueno::bind
