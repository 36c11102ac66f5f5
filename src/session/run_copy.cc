// COPY: rows to a file, which appears under its name when it is complete; rows of a file to a table, by position, as INSERT adds them.
#include <utility>

#include "bind/scope.h"
#include "session/copy_options.h"
#include "session/json_text.h"
#include "session/statement_runner.h"
#include "sql/parser.h"
#include "sql/printer.h"
#include "storage/csv/csv_source.h"

namespace trueno::session {

namespace {

constexpr std::size_t kFlushBytes = std::size_t{1} << 20;

Status write_text(WritableFile& file, std::string& text) {
  TRUENO_TRY(file.write({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}));
  text.clear();
  return {};
}

Status write_json(const Schema& schema, const Batch& rows, bool array, WritableFile& file) {
  std::vector<std::string> names;
  for (const Field& field : schema) names.push_back(json_string(field.name) + ":");
  std::string text = array ? "[" : "";
  for (std::int64_t row = 0; row < rows.length; ++row) {
    text += array ? (row == 0 ? "\n\t{" : ",\n\t{") : "{";
    for (std::size_t c = 0; c < names.size(); ++c) text += (c == 0 ? "" : ",") + names[c] + json_value(rows.columns[c].value(row));
    text += array ? "}" : "}\n";
    if (text.size() >= kFlushBytes) TRUENO_TRY(write_text(file, text));
  }
  if (array) text += "\n]\n";
  TRUENO_TRY(write_text(file, text));
  return file.close();
}

Status write_file(const Schema& schema, const Batch& rows, const CopyOptions& options, std::unique_ptr<WritableFile> file) {
  const BatchStream once = [&rows, given = false]() mutable -> Result<std::optional<Batch>> {
    if (std::exchange(given, true)) return std::nullopt;
    return rows;
  };
  switch (options.format) {
    case CopyFormat::kCsv: {
      CsvWriter writer(schema, std::move(file), options.csv);
      TRUENO_TRY(writer.write(rows));
      return writer.finish();
    }
    case CopyFormat::kJson: return write_json(schema, rows, options.json_array, *file);
    case CopyFormat::kParquet: return TRUENO_TRY(load_arrow_module())->write_parquet(schema, once, *file, options.parquet);
    case CopyFormat::kArrow: return TRUENO_TRY(load_arrow_module())->write_arrow_ipc(schema, once, *file);
  }
  return {};
}

}  // namespace

Result<std::string> StatementRunner::copy_path(const sql::Copy& copy) const {
  const plan::Expression bound = TRUENO_TRY(bind::bind_constant(*copy.target, bind_context()));
  const Value path = TRUENO_TRY(constants_.evaluate(bound));
  if (path.is_null() || path.type().id != TypeId::kVarchar || path.as_string().empty())
    return error(ErrorCode::kBinder, "COPY needs the name of a file as text").at(copy.target->span);
  return path.as_string();
}

// What COPY ... TO writes: the query, or SELECT of the table's columns.
Result<plan::PlanPtr> StatementRunner::plan_copy(const sql::Copy& copy) const {
  if (copy.query) return plan_query(*copy.query);
  std::string columns;
  for (const sql::Name& column : copy.columns) columns += (columns.empty() ? "" : ", ") + sql::quote_identifier(column.text);
  std::string table;
  for (const sql::Name& part : copy.table.parts) table += (table.empty() ? "" : ".") + sql::quote_identifier(part.text);
  const auto all = TRUENO_TRY(sql::parse(fmt::format("SELECT {} FROM {}", columns.empty() ? "*" : columns, table)));
  auto plan = plan_query(*all.front()->as<sql::QueryStatement>()->query);
  if (plan) return plan;
  const Error& why = plan.error();  // its place is one of the text made here
  return error(why.code(), "{}", why.message()).hint(why.hint()).at(copy.table.span());
}

Result<StatementResult> StatementRunner::run(const sql::Copy& copy) {
  const std::string path = TRUENO_TRY(copy_path(copy));
  const CopyOptions options = TRUENO_TRY(read_copy_options(copy, path, [&](const sql::Expression& value) { return setting_value(value); }));
  if (copy.from) return copy_from(copy, path, options);
  StatementResult rows = TRUENO_TRY(run_plan(*TRUENO_TRY(plan_copy(copy))));
  TRUENO_TRY(write_file(rows.schema, rows.rows, options, TRUENO_TRY(database_.files().create(path))));
  return finished({}, rows.rows.length, std::move(rows.profile));
}

Result<StatementResult> StatementRunner::copy_from(const sql::Copy& copy, const std::string& path, const CopyOptions& options) {
  const std::shared_ptr<const catalog::Table> table = TRUENO_TRY(table_named(copy.table));
  Schema wanted;  // of the file
  for (const sql::Name& column : copy.columns)
    wanted.push_back(table->data().schema[static_cast<std::size_t>(TRUENO_TRY(column_number(table->data().schema, column)))]);
  if (copy.columns.empty()) wanted = table->data().schema;
  for (Field& field : wanted) field.nullable = true;

  std::shared_ptr<const TableSource> source;
  switch (options.format) {
    case CopyFormat::kCsv: {
      CsvOptions csv = options.csv_in;
      csv.columns = wanted;
      source = TRUENO_TRY(open_csv(database_.files(), path, csv));
      break;
    }
    case CopyFormat::kJson: return error(ErrorCode::kNotSupported, "COPY FROM a JSON file is not supported yet").at(copy.target->span);
    case CopyFormat::kParquet: {
      std::shared_ptr<const RandomAccessFile> file = TRUENO_TRY(database_.files().open(path));
      source = TRUENO_TRY(TRUENO_TRY(load_arrow_module())->open_parquet(std::move(file), {}));
      break;
    }
    case CopyFormat::kArrow: {
      std::shared_ptr<const RandomAccessFile> file = TRUENO_TRY(database_.files().open(path));
      source = TRUENO_TRY(TRUENO_TRY(load_arrow_module())->open_arrow_ipc(std::move(file)));
      break;
    }
  }
  const Schema found = source->schema();
  if (found.size() != wanted.size())
    return error(ErrorCode::kBinder, "'{}' has {} columns, and {} are wanted", path, found.size(), wanted.size()).at(copy.table.span());
  plan::Scan scan;
  for (std::size_t i = 0; i < found.size(); ++i) scan.columns.push_back(static_cast<int>(i));
  scan.source = std::move(source);
  sql::Insert insert;
  insert.table = copy.table;
  insert.columns = copy.columns;
  return insert_rows(insert, *table, TRUENO_TRY(plan_rows(insert, *table, plan::make_plan(std::move(scan), found))));
}

}  // namespace trueno::session
