// sniff_csv(): what read_csv would find out, as a row.
#include "session/sniffed_csv.h"

#include <fmt/format.h>

#include "io/url.h"
#include "session/row_builder.h"
#include "storage/csv/csv_source.h"

namespace trueno::session {

namespace {

std::string shown(char c) { return c == '\0' ? "" : c == '\t' ? "\\t" : std::string(1, c); }

std::string in_quotes(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') out.push_back(c);
    out.push_back(c);
  }
  return out + "'";
}

}  // namespace

Result<std::shared_ptr<const TableSource>> sniffed_csv(const FileSystem& files, const FileRequest& request) {
  const std::vector<std::string> paths = TRUENO_TRY(expand_paths(files, request.paths));
  if (paths.size() != 1) return error(ErrorCode::kInvalidInput, "sniff_csv looks at one file, not at {}", paths.size());
  std::string path = without_query(paths.front());
  CsvOptions options = request.csv;
  options.compression = request.compression ? *request.compression : take_compression_ending(path);
  const std::shared_ptr<const RandomAccessFile> file = TRUENO_TRY(files.open(paths.front()));
  const CsvLayout layout = TRUENO_TRY(sniff_csv(file, options));

  const Type column = Type::structure({{"name", TypeId::kVarchar}, {"type", TypeId::kVarchar}});
  std::vector<Value> columns;
  std::string listed;
  for (const Field& field : layout.schema) {
    columns.push_back(Value::nested(column, {text(field.name), text(field.type.to_string())}));
    listed += fmt::format("{}{}: {}", listed.empty() ? "" : ", ", in_quotes(field.name), in_quotes(field.type.to_string()));
  }
  const std::string delim = shown(layout.dialect.delim);
  const std::string quote = shown(layout.dialect.quote);
  const std::string escape = shown(layout.dialect.escape);
  const std::string prompt =
      fmt::format("FROM read_csv({}, auto_detect=false, delim={}, quote={}, escape={}, skip={}, header={}, columns={{{}}});",
                  in_quotes(paths.front()), in_quotes(delim), in_quotes(quote), in_quotes(escape), options.skip, layout.header, listed);
  const Type list = Type::list(column);
  RowBuilder rows({{"Delimiter", TypeId::kVarchar},
                   {"Quote", TypeId::kVarchar},
                   {"Escape", TypeId::kVarchar},
                   {"NewLineDelimiter", TypeId::kVarchar},
                   {"Comment", TypeId::kVarchar},
                   {"SkipRows", TypeId::kUInteger},
                   {"HasHeader", TypeId::kBoolean},
                   {"Columns", list},
                   {"DateFormat", TypeId::kVarchar},
                   {"TimestampFormat", TypeId::kVarchar},
                   {"UserArguments", TypeId::kVarchar},
                   {"Prompt", TypeId::kVarchar}});
  const Value none = Value::null(TypeId::kVarchar);
  TRUENO_TRY(rows.add({text(delim), text(quote), text(escape), text(layout.newline), none, Value::integer(options.skip, TypeId::kUInteger),
                       Value::boolean(layout.header), Value::nested(list, std::move(columns)), none, none, none, text(prompt)}));
  return rows.finish_source("sniff_csv");
}

}  // namespace trueno::session
