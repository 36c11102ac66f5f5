// Rows to files.
#include "session/copy_files.h"

#include <algorithm>
#include <numeric>
#include <span>
#include <utility>

#include "column/rows.h"
#include "session/json_text.h"
#include "session/names.h"
#include "storage/arrow_module.h"
#include "storage/csv/csv_writer.h"
#include "storage/hive_partitions.h"

namespace trueno::session {

namespace {

constexpr std::size_t kFlushBytes = std::size_t{1} << 20;

Status write_text(WritableFile& file, std::string& text) {
  TRUENO_TRY(file.write({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}));
  text.clear();
  return {};
}

Status write_json(const Schema& schema, std::vector<Batch> pieces, bool array, WritableFile& file) {
  std::vector<std::string> names;
  for (const Field& field : schema) names.push_back(json_string(field.name) + ":");
  std::string text = array ? "[" : "";
  bool first = true;
  for (Batch& piece : pieces) {
    const Batch rows = std::exchange(piece, {});
    for (std::int64_t row = 0; row < rows.length; ++row) {
      text += array ? (std::exchange(first, false) ? "\n\t{" : ",\n\t{") : "{";
      for (std::size_t c = 0; c < names.size(); ++c) text += (c == 0 ? "" : ",") + names[c] + json_value(rows.columns[c].value(row));
      text += array ? "}" : "}\n";
      if (text.size() >= kFlushBytes) TRUENO_TRY(write_text(file, text));
    }
  }
  if (array) text += "\n]\n";
  TRUENO_TRY(write_text(file, text));
  return file.close();
}

std::string_view ending_of(FileFormat format) {
  switch (format) {
    case FileFormat::kCsv: return "csv";
    case FileFormat::kJson: return "json";
    case FileFormat::kParquet: return "parquet";
    case FileFormat::kArrow: return "arrow";
  }
  return {};
}

// The name of the one file of a partition: its number is 0.
std::string partition_file(const CopyOptions& options) {
  std::string name = options.filename_pattern;
  const std::size_t number = name.find("{i}");
  if (number == std::string::npos) {
    name += "0";
  } else {
    name.replace(number, 3, "0");
  }
  name += "." + (options.file_extension.empty() ? std::string(ending_of(options.format)) : options.file_extension);
  const bool text = options.format == FileFormat::kCsv || options.format == FileFormat::kJson;
  if (text && options.file_extension.empty() && options.compression == Compression::kGzip) name += ".gz";
  if (text && options.file_extension.empty() && options.compression == Compression::kZstd) name += ".zst";
  return name;
}

// Makes the directory ready to be written to.
Status prepare_directory(const FileSystem& files, const std::string& directory, ExistingFiles existing) {
  if (files.stat(directory)) {
    return error(ErrorCode::kInvalidInput, "\"{}\" is a file, and COPY with PARTITION_BY writes a directory", directory);
  }
  TRUENO_TRY(files.create_directories(directory));
  if (existing == ExistingFiles::kKeep) return {};
  const std::vector<std::string> there = TRUENO_TRY(files.glob(directory + "/**"));
  if (there.empty()) return {};
  if (existing == ExistingFiles::kRefuse) {
    return error(ErrorCode::kInvalidInput, "the directory \"{}\" is not empty", directory)
        .hint("OVERWRITE removes its files, OVERWRITE_OR_IGNORE replaces those of the same names");
  }
  for (const std::string& path : there) TRUENO_TRY(files.remove_file(path));
  return {};
}

}  // namespace

Status write_rows(const FileSystem& files, const std::string& path, const Schema& schema, std::vector<Batch> pieces,
                  const CopyOptions& options) {
  const BatchStream each = [&pieces, next = std::size_t{0}]() mutable -> Result<std::optional<Batch>> {
    if (next == pieces.size()) return std::nullopt;
    return std::exchange(pieces[next++], {});
  };
  switch (options.format) {
    case FileFormat::kCsv: {
      CsvWriter writer(schema, TRUENO_TRY(make_packed_file(TRUENO_TRY(files.create(path)), options.compression, options.compression_level)),
                       options.csv);
      for (Batch& piece : pieces) TRUENO_TRY(writer.write(std::exchange(piece, {})));
      return writer.finish();
    }
    case FileFormat::kJson: {
      const auto file = TRUENO_TRY(make_packed_file(TRUENO_TRY(files.create(path)), options.compression, options.compression_level));
      return write_json(schema, std::move(pieces), options.json_array, *file);
    }
    case FileFormat::kParquet: {
      const ArrowModule* module = TRUENO_TRY(load_arrow_module());
      return module->write_parquet(schema, each, *TRUENO_TRY(files.create(path)), options.parquet);
    }
    case FileFormat::kArrow: {
      const ArrowModule* module = TRUENO_TRY(load_arrow_module());
      return module->write_arrow_ipc(schema, each, *TRUENO_TRY(files.create(path)));
    }
  }
  return {};
}

Status write_partitions(const FileSystem& files, const std::string& directory, const Schema& schema, const Batch& rows,
                        const CopyOptions& options) {
  std::vector<std::size_t> keys;
  for (const sql::Name& name : options.partition_by) {
    const auto key = static_cast<std::size_t>(TRUENO_TRY(column_number(schema, name)));
    if (schema[key].type.is_nested())
      return error(ErrorCode::kNotSupported, "a partition cannot have the type {}", schema[key].type.to_string()).at(name.span);
    if (std::ranges::find(keys, key) != keys.end()) return error(ErrorCode::kBinder, "PARTITION_BY has {} twice", name.text).at(name.span);
    keys.push_back(key);
  }
  std::vector<std::size_t> written;  // columns of the files
  Schema file_schema;
  for (std::size_t i = 0; i < schema.size(); ++i) {
    if (!options.write_partition_columns && std::ranges::find(keys, i) != keys.end()) continue;
    written.push_back(i);
    file_schema.push_back(schema[i]);
  }
  if (written.empty())
    return error(ErrorCode::kBinder, "all columns are in PARTITION_BY, and none is left for the files")
        .hint("WRITE_PARTITION_COLUMNS true");
  TRUENO_TRY(prepare_directory(files, directory, options.existing));
  if (rows.length == 0) return {};

  // Rows of a partition become neighbours, in the order they have.
  std::vector<OrderKey> order;
  std::vector<KeyEquality> equal;
  for (const std::size_t key : keys) {
    order.push_back({&rows.columns[key], false, false});
    equal.push_back(TRUENO_TRY(KeyEquality::make(rows.columns[key])));
  }
  const std::vector<std::uint32_t> sorted = TRUENO_TRY(sorted_rows(order, rows.length));
  const std::string file = partition_file(options);
  for (std::size_t begin = 0; begin < sorted.size();) {
    std::size_t end = begin + 1;
    while (end < sorted.size() && std::ranges::all_of(equal, [&](const KeyEquality& same) { return same(sorted[begin], sorted[end]); }))
      ++end;
    std::string folder = directory;
    for (const std::size_t key : keys) {
      folder += '/';
      folder += hive_folder(schema[key].name, rows.columns[key].value(sorted[begin]));
    }
    TRUENO_TRY(files.create_directories(folder));
    Batch partition{static_cast<std::int64_t>(end - begin), {}};
    for (const std::size_t column : written)
      partition.columns.push_back(TRUENO_TRY(take_rows(rows.columns[column], std::span(sorted).subspan(begin, end - begin))));
    folder += '/';
    TRUENO_TRY(write_rows(files, folder.append(file), file_schema, {std::move(partition)}, options));
    begin = end;
  }
  return {};
}

}  // namespace trueno::session
