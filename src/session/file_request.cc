// Files by format, one or many.
#include "session/file_request.h"

#include <algorithm>
#include <array>
#include <functional>
#include <utility>

#include <fmt/format.h>

#include "base/name.h"
#include "io/path_pattern.h"
#include "io/url.h"
#include "storage/arrow_module.h"
#include "storage/csv/csv_source.h"
#include "storage/file_set.h"
#include "storage/json/json_source.h"

namespace trueno::session {

namespace {

using Source = std::shared_ptr<const TableSource>;
using Opener = std::function<Result<Source>(const std::string& path)>;

// The files of a request, opened or ready to be.
struct Opened {
  Schema columns;  // of all
  std::vector<Source> sources;
  Opener open;
};

Compression compression_of(const FileRequest& request, std::string path) {
  path = without_query(path);
  return request.compression ? *request.compression : take_compression_ending(path);
}

Field* find(Schema& schema, const std::string& name) {
  const auto found = std::ranges::find_if(schema, [&](const Field& field) { return same_name(field.name, name); });
  return found == schema.end() ? nullptr : &*found;
}

// Adds the columns of one file to those of others. Types that differ: the wider one, else `otherwise`, else an error.
Status unite(Schema& columns, const TableSource& source, bool by_name, std::optional<Type> otherwise) {
  for (const Field& field : source.schema()) {
    Field* known = find(columns, field.name);
    if (known == nullptr) {
      if (by_name) columns.push_back(field);
      continue;
    }
    const auto type = wider_type(known->type, field.type);
    if (!type && !otherwise)
      return error(ErrorCode::kBinder, "column {} is {} in {} and {} in files before it", field.name, field.type.to_string(),
                   source.description(), known->type.to_string());
    known->type = type ? *type : *otherwise;
  }
  return {};
}

// A CSV file whose columns are read as those of `columns` that it has.
Result<Source> open_csv_as(const FileSystem& files, const std::string& path, CsvOptions options, Schema columns) {
  Source source = TRUENO_TRY(open_csv(files, path, options));
  bool same = true;
  for (const Field& field : source->schema()) {
    const Field* wanted = find(columns, field.name);
    if (wanted == nullptr) continue;
    same = same && wanted->type == field.type;
    options.types.emplace_back(field.name, wanted->type);
  }
  if (same || !options.columns.empty()) return source;
  return open_csv(files, path, options);
}

Result<Opened> open_csv_files(const FileSystem& files, const FileRequest& request, const std::vector<std::string>& paths, std::size_t now) {
  const auto options_of = [request](const std::string& path) {
    CsvOptions options = request.csv;
    options.reading = request.reading;
    options.compression = compression_of(request, path);
    return options;
  };
  Opened opened;
  for (std::size_t i = 0; i < now; ++i) {
    opened.sources.push_back(TRUENO_TRY(open_csv(files, paths[i], options_of(paths[i]))));
    if (i == 0) opened.columns = opened.sources.front()->schema();
    TRUENO_TRY(unite(opened.columns, *opened.sources.back(), request.union_by_name, Type(TypeId::kVarchar)));
  }
  opened.open = [&files, options_of, columns = opened.columns](const std::string& path) {
    return open_csv_as(files, path, options_of(path), columns);
  };
  for (std::size_t i = 0; now > 1 && i < now; ++i) opened.sources[i] = TRUENO_TRY(opened.open(paths[i]));
  return opened;
}

Result<Opened> open_json_files(const FileSystem& files, const FileRequest& request, const std::vector<std::string>& paths,
                               std::size_t now) {
  JsonOptions options = request.json;
  options.reading = request.reading;
  std::vector<std::shared_ptr<const RandomAccessFile>> handles;
  for (std::size_t i = 0; i < now; ++i) handles.push_back(TRUENO_TRY(files.open(paths[i])));
  options.compression = compression_of(request, paths.front());
  const bool mixed =
      std::ranges::any_of(paths, [&](const std::string& path) { return compression_of(request, path) != options.compression; });
  if (mixed) return error(ErrorCode::kNotSupported, "JSON files that are read as one table must be packed alike");
  const JsonLayout layout = TRUENO_TRY(sniff_json(handles, options));
  Opened opened;
  opened.columns = layout.schema;
  for (const auto& handle : handles) opened.sources.push_back(TRUENO_TRY(open_json(handle, layout, options)));
  opened.open = [&files, options, layout](const std::string& path) -> Result<Source> {
    return open_json(TRUENO_TRY(files.open(path)), layout, options);
  };
  return opened;
}

Result<Opened> open_arrow_files(const FileSystem& files, const FileRequest& request, const std::vector<std::string>& paths,
                                std::size_t now) {
  const ArrowModule* module = TRUENO_TRY(load_arrow_module());
  Opened opened;
  opened.open = [&files, module, parquet = request.format == FileFormat::kParquet](const std::string& path) -> Result<Source> {
    std::shared_ptr<const RandomAccessFile> file = TRUENO_TRY(files.open(path));
    return parquet ? module->open_parquet(std::move(file), {}) : module->open_arrow_ipc(std::move(file));
  };
  for (std::size_t i = 0; i < now; ++i) {
    opened.sources.push_back(TRUENO_TRY(opened.open(paths[i])));
    if (i == 0) opened.columns = opened.sources.front()->schema();
    TRUENO_TRY(unite(opened.columns, *opened.sources.back(), request.union_by_name, std::nullopt));
  }
  return opened;
}

Result<Opened> open_each(const FileSystem& files, const FileRequest& request, const std::vector<std::string>& paths, std::size_t now) {
  switch (request.format) {
    case FileFormat::kCsv: return open_csv_files(files, request, paths, now);
    case FileFormat::kJson: return open_json_files(files, request, paths, now);
    case FileFormat::kParquet:
    case FileFormat::kArrow: break;
  }
  return open_arrow_files(files, request, paths, now);
}

// Columns of the files, then those of partitions and the path; a partition takes the place of a column of its name.
Result<std::vector<FileSetColumn>> columns_of(const Schema& columns, const HivePartitions& partitions, const std::string& filename) {
  std::vector<FileSetColumn> out;
  for (const Field& field : columns) out.push_back({{field.name, field.type, true}});
  const auto place = [&](const Field& field, int constant) {
    const auto found = std::ranges::find_if(out, [&](const FileSetColumn& column) { return same_name(column.field.name, field.name); });
    if (found == out.end()) {
      out.push_back({field, constant});
    } else {
      *found = {field, constant};
    }
  };
  for (std::size_t i = 0; i < partitions.columns.size(); ++i) place(partitions.columns[i], static_cast<int>(i));
  if (filename.empty()) return out;
  if (std::ranges::any_of(out, [&](const FileSetColumn& column) { return same_name(column.field.name, filename); }))
    return error(ErrorCode::kBinder, "the files have a column {} already", filename).hint("filename = 'another name'");
  place({filename, TypeId::kVarchar, false}, static_cast<int>(partitions.columns.size()));
  return out;
}

}  // namespace

std::optional<FileFormat> format_named(std::string_view name) {
  static constexpr std::array<std::pair<std::string_view, FileFormat>, 10> kFormats = {{{"csv", FileFormat::kCsv},
                                                                                        {"tsv", FileFormat::kCsv},
                                                                                        {"txt", FileFormat::kCsv},
                                                                                        {"parquet", FileFormat::kParquet},
                                                                                        {"json", FileFormat::kJson},
                                                                                        {"ndjson", FileFormat::kJson},
                                                                                        {"jsonl", FileFormat::kJson},
                                                                                        {"arrow", FileFormat::kArrow},
                                                                                        {"feather", FileFormat::kArrow},
                                                                                        {"ipc", FileFormat::kArrow}}};
  for (const auto& [known, format] : kFormats) {
    if (same_name(known, name)) return format;
  }
  return std::nullopt;
}

std::optional<FileFormat> format_of_path(std::string path) {
  path = without_query(path);
  const bool packed = take_compression_ending(path) != Compression::kNone;
  const std::size_t dot = path.rfind('.');
  if (dot == std::string::npos || path.find('/', dot) != std::string::npos) return std::nullopt;
  const auto format = format_named(path.substr(dot + 1));
  if (packed && format && *format != FileFormat::kCsv && *format != FileFormat::kJson) return std::nullopt;
  return format;
}

Result<std::vector<std::string>> expand_paths(const FileSystem& files, const std::vector<std::string>& paths) {
  std::vector<std::string> out;
  for (const std::string& path : paths) {
    const bool pattern = is_url(path) ? path.find('*') != std::string::npos : has_wildcards(path);  // URLs have a ? of their own
    if (!pattern) {
      out.push_back(path);
      continue;
    }
    std::vector<std::string> found = TRUENO_TRY(files.glob(path));
    // A file may have such a name.
    if (found.empty() && files.stat(path)) found.push_back(path);
    if (found.empty()) return error(ErrorCode::kFileNotFound, "no file matches \"{}\"", path);
    std::ranges::move(found, std::back_inserter(out));
  }
  return out;
}

Result<std::shared_ptr<const TableSource>> open_files(const FileSystem& files, const FileRequest& request) {
  if (request.paths.empty()) return error(ErrorCode::kInvalidInput, "at least one file is needed");
  const std::vector<std::string> paths = TRUENO_TRY(expand_paths(files, request.paths));
  HivePartitions partitions = TRUENO_TRY(find_hive_partitions(paths, request.hive));
  const bool all_now = partitions.columns.empty() || request.union_by_name;
  Opened opened = TRUENO_TRY(open_each(files, request, paths, all_now ? paths.size() : 1));
  if (paths.size() == 1 && partitions.columns.empty() && request.filename_column.empty()) return std::move(opened.sources.front());

  FileSet set;
  set.description = fmt::format("{}", fmt::join(request.paths, ", "));
  set.reading = request.reading;
  set.by_name = request.union_by_name;
  set.columns = TRUENO_TRY(columns_of(opened.columns, partitions, request.filename_column));
  set.open = std::move(opened.open);
  for (std::size_t i = 0; i < paths.size(); ++i) {
    FileOfSet& file = set.files.emplace_back(FileOfSet{paths[i], std::move(partitions.values[i])});
    if (!request.filename_column.empty()) file.constants.push_back(Value::varchar(paths[i]));
    if (i < opened.sources.size()) file.source = std::move(opened.sources[i]);
  }
  return make_file_set(std::move(set));
}

}  // namespace trueno::session
