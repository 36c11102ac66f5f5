#include "session/table_function.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/name.h"
#include "bind/binder.h"
#include "kernel/date_part.h"
#include "plan/fingerprint.h"
#include "session/catalog_tables.h"
#include "session/database.h"
#include "session/file_request.h"
#include "session/introspection.h"
#include "session/names.h"
#include "session/read_options.h"
#include "session/row_builder.h"
#include "session/series_source.h"
#include "session/sniffed_csv.h"
#include "storage/table/table_writer.h"

namespace trueno::session {

namespace {

using OpenedTable = Result<std::shared_ptr<const TableSource>>;

OpenedTable read_files(const TableFunctionContext& context, std::string_view name, const std::vector<Value>& arguments) {
  return open_files(context.database.files(), TRUENO_TRY(read_request(name, arguments, context.options)));
}

// The paths that patterns mean; none is no error here.
OpenedTable glob(const TableFunctionContext& context, std::string_view name, const std::vector<Value>& arguments) {
  RowBuilder rows({{"file", TypeId::kVarchar, false}});
  for (const std::string& pattern : TRUENO_TRY(texts_of(name, arguments[0]))) {
    for (const std::string& path : TRUENO_TRY(context.database.files().glob(pattern))) TRUENO_TRY(rows.add({text(path)}));
  }
  return rows.finish_source("glob");
}

OpenedTable sniff_csv_table(const TableFunctionContext& context, std::string_view, const std::vector<Value>& arguments) {
  return sniffed_csv(context.database.files(), TRUENO_TRY(read_request("sniff_csv", arguments, context.options)));
}

// Moments from begin, an interval apart: each is the one before it plus the interval.
OpenedTable moments(std::string_view name, const std::vector<Value>& arguments) {
  constexpr std::int64_t kMostMoments = 10'000'000;
  constexpr std::int64_t kMicrosADay = 86'400'000'000;
  if (arguments.size() != 3 || arguments[2].type().id != TypeId::kInterval)
    return error(ErrorCode::kBinder, "{} of moments takes begin, end and an INTERVAL", name);
  const bool with_zone = arguments[0].type().id == TypeId::kTimestampTz;
  RowBuilder rows({{std::string(name), with_zone ? TypeId::kTimestampTz : TypeId::kTimestamp, false}});
  if (std::ranges::any_of(arguments, &Value::is_null)) return rows.finish_source(std::string(name));
  std::int64_t ends[2];
  for (std::size_t i = 0; i < 2; ++i) {
    const Type& type = arguments[i].type();
    if (!type.is_temporal() || type.id == TypeId::kTime) return error(ErrorCode::kBinder, "{} takes two dates or timestamps", name);
    const auto written = static_cast<std::int64_t>(arguments[i].as_integer());
    const bool date = type.id == TypeId::kDate;
    const bool finite = date ? written > INT32_MIN + 1 && written < INT32_MAX : written > INT64_MIN + 1 && written < INT64_MAX;
    if (!finite) return error(ErrorCode::kBinder, "{} does not end at infinity", name);
    ends[i] = date ? written * kMicrosADay : written;
  }
  const IntervalValue step = arguments[2].as_interval();
  const i128 length = step.normalised_micros();
  const bool forth = step.months >= 0 && step.days >= 0 && step.micros >= 0;
  const bool back = step.months <= 0 && step.days <= 0 && step.micros <= 0;
  if (length == 0) return error(ErrorCode::kInvalidInput, "the step of {} must not be 0", name);
  if (!forth && !back) return error(ErrorCode::kInvalidInput, "the step of {} goes forth and back", name);
  const bool with_end = name == "generate_series";
  std::int64_t count = 0;
  for (std::int64_t at = ends[0]; forth ? at < ends[1] || (with_end && at == ends[1]) : at > ends[1] || (with_end && at == ends[1]);
       at = TRUENO_TRY(kernel::add_interval(at, step))) {
    if (++count > kMostMoments) return error(ErrorCode::kInvalidInput, "{} of more than {} moments is too long", name, kMostMoments);
    TRUENO_TRY(rows.add({Value::integer(at, with_zone ? TypeId::kTimestampTz : TypeId::kTimestamp)}));
  }
  std::string identity(name);
  for (const Value& argument : arguments) identity += " " + plan::exact_text(argument);
  return rows.finish_source(std::string(name), std::move(identity));
}

// range(end), range(begin, end[, step]): whole numbers, without the end; generate_series: with it.
OpenedTable series(const TableFunctionContext&, std::string_view name, const std::vector<Value>& arguments) {
  if (std::ranges::any_of(arguments, [](const Value& v) { return v.type().is_temporal(); })) return moments(name, arguments);
  std::vector<i128> numbers;
  for (const Value& value : arguments) {
    if (value.is_null() || !value.type().is_integer()) return error(ErrorCode::kBinder, "{} takes whole numbers", name);
    numbers.push_back(value.as_integer());
  }
  const bool from_zero = numbers.size() == 1;
  return make_series_source(std::string(name), from_zero ? 0 : numbers[0], from_zero ? numbers[0] : numbers[1],
                            numbers.size() == 3 ? numbers[2] : 1, name == "generate_series");
}

// The same row again and again.
OpenedTable repeated(std::string_view name, std::vector<Value> row, std::vector<std::string> columns, const Value& count) {
  constexpr std::int64_t kAtOnce = 131'072;
  constexpr i128 kMostRows = i128{1} << 40;
  if (count.is_null() || !count.type().is_integer() || count.as_integer() < 0 || count.as_integer() > kMostRows)
    return error(ErrorCode::kBinder, "{} takes a number of rows, 0 or more", name);
  Schema schema;
  for (std::size_t i = 0; i < row.size(); ++i) {
    const bool untyped = row[i].type().id == TypeId::kNull;
    if (untyped) row[i] = Value::null(TypeId::kInteger);
    schema.push_back({std::move(columns[i]), row[i].type(), true});
  }
  TableWriter writer(schema);
  for (auto left = static_cast<std::int64_t>(count.as_integer()); left > 0; left -= kAtOnce) {
    Batch batch{std::min(left, kAtOnce), {}};
    for (const Value& value : row) batch.columns.push_back(TRUENO_TRY(constant_column(value, batch.length)));
    TRUENO_TRY(writer.append(batch));
  }
  return make_table_source(TRUENO_TRY(writer.finish()), std::string(name), 0, 0);
}

OpenedTable repeat(const TableFunctionContext&, std::string_view name, const std::vector<Value>& arguments) {
  return repeated(name, {arguments[0]}, {arguments[0].is_null() ? "NULL" : arguments[0].to_string()}, arguments[1]);
}
OpenedTable repeat_row(const TableFunctionContext& context, std::string_view name, const std::vector<Value>& arguments) {
  if (context.options.size() != 1 || !same_name(context.options.front().first, "num_rows"))
    return error(ErrorCode::kBinder, "{} takes num_rows = n", name);
  std::vector<std::string> columns;
  for (std::size_t i = 0; i < arguments.size(); ++i) columns.push_back(fmt::format("column{}", i));
  return repeated(name, arguments, std::move(columns), context.options.front().second);
}

OpenedTable settings_table(const TableFunctionContext& context, std::string_view, const std::vector<Value>&) {
  return settings_source(context.settings);
}
OpenedTable functions_table(const TableFunctionContext& context, std::string_view, const std::vector<Value>&) {
  return functions_source(context.database.functions());
}
OpenedTable cache_table(const TableFunctionContext& context, std::string_view, const std::vector<Value>&) {
  return cache_source(context.database.results());
}
OpenedTable devices_table(const TableFunctionContext& context, std::string_view, const std::vector<Value>&) {
  return devices_source(context.database.devices());
}
OpenedTable decisions_table(const TableFunctionContext& context, std::string_view, const std::vector<Value>&) {
  return decisions_source(context.database.devices());
}
// Measures first.
OpenedTable calibrate(const TableFunctionContext& context, std::string_view, const std::vector<Value>&) {
  TRUENO_TRY(context.database.devices().calibrate(context.settings.text("gpu_adapter") == "software"));
  return devices_source(context.database.devices());
}
OpenedTable catalog_list(const TableFunctionContext& context, std::string_view name, const std::vector<Value>&) {
  return catalog_table(name, context.root, context.path);
}
OpenedTable table_info(const TableFunctionContext& context, std::string_view name, const std::vector<Value>& arguments) {
  if (arguments[0].is_null() || arguments[0].type().id != TypeId::kVarchar)
    return error(ErrorCode::kBinder, "{} takes the name of a table as text", name);
  const catalog::Table& table = *TRUENO_TRY(find_table(context.root, context.path, arguments[0].as_string()));
  TableWriter writer(table_info_schema());
  TRUENO_TRY(writer.append(TRUENO_TRY(table_info_rows(table))));
  return make_table_source(TRUENO_TRY(writer.finish()), std::string(name), 0, 0);
}
OpenedTable tables_table(const TableFunctionContext& context, std::string_view, const std::vector<Value>&) {
  return tables_source(context.root, context.path);
}

}  // namespace

const std::vector<TableFunction>& table_functions() {
  static const std::vector<TableFunction> functions = {
      {"duckdb_columns", "duckdb_columns()", "The columns of every table.", 0, 0, catalog_list},
      {"duckdb_schemas", "duckdb_schemas()", "Every schema.", 0, 0, catalog_list},
      {"duckdb_sequences", "duckdb_sequences()", "Every sequence.", 0, 0, catalog_list},
      {"duckdb_tables", "duckdb_tables()", "Every table.", 0, 0, catalog_list},
      {"duckdb_views", "duckdb_views()", "Every view, with its text.", 0, 0, catalog_list},
      {"glob", "glob('pattern')", "The paths of files that match a pattern, or a list of patterns.", 1, 1, glob},
      {"generate_series", "generate_series(begin, end[, step])",
       "The whole numbers from begin to end, both included; or moments, with an INTERVAL as the step.", 1, 3, series},
      {"pragma_table_info", "pragma_table_info('table')", "The columns of a table, as PRAGMA table_info has them.", 1, 1, table_info},
      {"range", "range([begin,] end[, step])",
       "The whole numbers from begin up to, and without, end; or moments, with an INTERVAL as the step.", 1, 3, series},
      {"read_arrow", "read_arrow('path')", "The rows of Arrow IPC files.", 1, 1, read_files, true},
      {"read_csv", "read_csv('path')", "The rows of CSV files; their layout and types are found out.", 1, 1, read_files, true},
      {"read_csv_auto", "read_csv_auto('path')", "Another name of read_csv.", 1, 1, read_files, true},
      {"read_json", "read_json('path')", "The rows of JSON files; their format and types are found out.", 1, 1, read_files, true},
      {"read_json_auto", "read_json_auto('path')", "Another name of read_json.", 1, 1, read_files, true},
      {"read_json_objects", "read_json_objects('path')", "The values of JSON files, each as its JSON.", 1, 1, read_files, true},
      {"read_json_objects_auto", "read_json_objects_auto('path')", "Another name of read_json_objects.", 1, 1, read_files, true},
      {"read_ndjson", "read_ndjson('path')", "read_json of a value a line.", 1, 1, read_files, true},
      {"read_ndjson_auto", "read_ndjson_auto('path')", "Another name of read_ndjson.", 1, 1, read_files, true},
      {"read_ndjson_objects", "read_ndjson_objects('path')", "read_json_objects of a value a line.", 1, 1, read_files, true},
      {"read_parquet", "read_parquet('path')", "The rows of Parquet files.", 1, 1, read_files, true},
      {"parquet_scan", "parquet_scan('path')", "Another name of read_parquet.", 1, 1, read_files, true},
      {"repeat", "repeat(x, n)", "n rows with the value x.", 2, 2, repeat},
      {"repeat_row", "repeat_row(x, ..., num_rows = n)", "n rows with these values.", 1, 1000, repeat_row, true},
      {"sniff_csv", "sniff_csv('path')", "What read_csv finds out of a file, and a query that says it.", 1, 1, sniff_csv_table, true},
      {"trueno_cache", "trueno_cache()", "The results of queries that are kept, the last used first.", 0, 0, cache_table},
      {"trueno_calibrate", "trueno_calibrate()", "Opens the GPU, measures every device anew, and lists what trueno_devices() lists.", 0, 0,
       calibrate},
      {"trueno_decisions", "trueno_decisions()", "The last 1,000 pipelines that ran: on which device, why, predicted and measured.", 0, 0,
       decisions_table},
      {"trueno_devices", "trueno_devices()", "The devices that run queries, with the rates that predictions are made from.", 0, 0,
       devices_table},
      {"trueno_functions", "trueno_functions()", "Every SQL function with its signature and an example.", 0, 0, functions_table},
      {"trueno_settings", "trueno_settings()", "Every setting with its value in this session.", 0, 0, settings_table},
      {"trueno_tables", "trueno_tables()", "Every table with its columns' and rows' number.", 0, 0, tables_table},
  };
  return functions;
}

Result<std::shared_ptr<const TableSource>> open_table_function(const TableFunctionContext& context, const std::string& name,
                                                               const std::vector<Value>& arguments) {
  const auto found = std::ranges::find(table_functions(), name, &TableFunction::name);
  if (found == table_functions().end()) {
    std::vector<std::string> names;
    for (const TableFunction& function : table_functions()) names.emplace_back(function.name);
    const std::string near = bind::nearest_name(name, names);
    return error(ErrorCode::kBinder, "no table function {}", name)
        .hint(near.empty() ? fmt::format("there are {}", fmt::join(names, ", ")) : fmt::format("did you mean {}?", near));
  }
  if (arguments.size() < found->least_arguments || arguments.size() > found->most_arguments)
    return error(ErrorCode::kBinder, "{} does not take {} arguments", name, arguments.size()).hint(std::string(found->signature));
  if (!found->takes_options && !context.options.empty())
    return error(ErrorCode::kBinder, "{} takes no option {}", name, context.options.front().first).hint(std::string(found->signature));
  return found->open(context, name, arguments);
}

}  // namespace trueno::session
