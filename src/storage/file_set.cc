// Several files as one source.
//
// Two states. A set with files that are not opened can say what their constants are, which is enough to leave files out; its parts are
// whole files. The opened set counts the parts of its files through, so that they are scanned at the same time.
#include "storage/file_set.h"

#include <algorithm>

#include "base/name.h"
#include "storage/widen.h"

namespace trueno {

namespace {

// Where a column of the set is in one file.
struct Place {
  int column = -1;  // in the file; -1: it has none, or a constant is meant
  bool widens = false;
};

// A file of the set, opened.
struct OpenFile {
  std::shared_ptr<const TableSource> source;
  std::vector<Place> places;  // by column of the set
};

Error wrong_column(const FileSet& set, const TableSource& source, const Field& wanted, const Field* found) {
  const std::string what = found == nullptr ? "has no column" : fmt::format("has {} for column", found->type.to_string());
  return error(ErrorCode::kBinder, "{} {} {}, which is {} in {}", source.description(), what, wanted.name, wanted.type.to_string(),
               set.description)
      .hint(found == nullptr ? "union_by_name = true reads what a file has not as NULL"
                             : "files that are read as one table need the same types");
}

Result<OpenFile> find_columns(const FileSet& set, std::shared_ptr<const TableSource> source) {
  OpenFile file{std::move(source), {}};
  const Schema& schema = file.source->schema();
  for (const FileSetColumn& column : set.columns) {
    Place& place = file.places.emplace_back();
    if (column.constant >= 0) continue;
    const auto found = std::ranges::find_if(schema, [&](const Field& field) { return same_name(field.name, column.field.name); });
    if (found == schema.end()) {
      if (!set.by_name) return wrong_column(set, *file.source, column.field, nullptr);
      continue;
    }
    place.column = static_cast<int>(found - schema.begin());
    place.widens = !(found->type == column.field.type);
    if (place.widens && !can_widen(found->type, column.field.type)) return wrong_column(set, *file.source, column.field, &*found);
  }
  return file;
}

Schema schema_of(const FileSet& set) {
  Schema schema;
  for (const FileSetColumn& column : set.columns) schema.push_back(column.field);
  return schema;
}

ColumnStatistics constant_statistics(const Value& value, std::optional<std::int64_t> rows) {
  ColumnStatistics statistics;
  statistics.proven = true;
  if (value.is_null()) {
    statistics.null_count = rows;
    return statistics;
  }
  statistics.min = value;
  statistics.max = value;
  statistics.exact_bounds = true;
  statistics.null_count = 0;
  return statistics;
}

// Whether rows of a file can satisfy a predicate, as far as its constants tell.
bool may_match(const FileSet& set, const FileOfSet& file, const ScanPredicate& predicate, const KeepConstants& keep) {
  const bool possible = std::ranges::all_of(predicate.conditions, [&](const ColumnCondition& condition) {
    const int constant = set.columns[static_cast<std::size_t>(condition.column)].constant;
    return constant < 0 || may_match(condition, constant_statistics(file.constants[static_cast<std::size_t>(constant)], 1), 1);
  });
  if (!possible || !keep) return possible;
  std::vector<const Value*> constants;
  for (const FileSetColumn& column : set.columns)
    constants.push_back(column.constant < 0 ? nullptr : &file.constants[static_cast<std::size_t>(column.constant)]);
  return keep(constants);
}

// The batches of one part of a file with the set's columns.
BatchStream as_columns_of(const FileSet& set, const std::vector<Value>& constants, std::vector<Place> places, std::span<const int> wanted,
                          std::vector<int> read, BatchStream rows) {
  struct Output {
    Field field;
    const Value* constant;  // null: `read`, or NULL
    int read;               // index in the batch; -1: NULL
    bool widens;
  };
  std::vector<Output> outputs;
  for (const int column : wanted) {
    const FileSetColumn& of_set = set.columns[static_cast<std::size_t>(column)];
    const Place& place = places[static_cast<std::size_t>(column)];
    const Value* constant = of_set.constant < 0 ? nullptr : &constants[static_cast<std::size_t>(of_set.constant)];
    const auto at = std::ranges::find(read, place.column);
    outputs.push_back({of_set.field, constant, place.column < 0 ? -1 : static_cast<int>(at - read.begin()), place.widens});
  }
  return [outputs = std::move(outputs), rows = std::move(rows)]() -> Result<std::optional<Batch>> {
    std::optional<Batch> from = TRUENO_TRY(rows());
    if (!from) return std::optional<Batch>();
    Batch batch{from->length, {}, from->first_row};
    for (const Output& output : outputs) {
      if (output.constant != nullptr) {
        batch.columns.push_back(TRUENO_TRY(constant_column(*output.constant, batch.length)));
      } else if (output.read < 0) {
        batch.columns.push_back(TRUENO_TRY(constant_column(Value::null(output.field.type), batch.length)));
      } else {
        Column& column = from->columns[static_cast<std::size_t>(output.read)];
        batch.columns.push_back(output.widens ? TRUENO_TRY(widened(column, output.field.type)) : column);
      }
    }
    return std::optional(std::move(batch));
  };
}

// `set` and its constants outlive the stream: the source holds them.
Result<BatchStream> scan_file(const FileSet& set, const FileOfSet& file, const OpenFile& opened, std::int64_t part,
                              std::span<const int> wanted, const ScanPredicate& predicate, const CancelToken& cancel) {
  std::vector<int> read;
  for (const int column : wanted) {
    const int in_file = opened.places[static_cast<std::size_t>(column)].column;
    if (in_file >= 0 && std::ranges::find(read, in_file) == read.end()) read.push_back(in_file);
  }
  ScanPredicate own;  // what the file itself can tell
  for (const ColumnCondition& condition : predicate.conditions) {
    const Place& place = opened.places[static_cast<std::size_t>(condition.column)];
    if (place.column < 0 || place.widens) continue;
    own.conditions.push_back(condition);
    own.conditions.back().column = place.column;
  }
  BatchStream rows = TRUENO_TRY(opened.source->scan(part, read, own, cancel));
  return as_columns_of(set, file.constants, opened.places, wanted, std::move(read), std::move(rows));
}

class OpenSet final : public TableSource, public std::enable_shared_from_this<OpenSet> {
 public:
  OpenSet(FileSet set, std::vector<OpenFile> files) : set_(std::move(set)), schema_(schema_of(set_)), files_(std::move(files)) {
    for (const OpenFile& file : files_) ends_.push_back((ends_.empty() ? 0 : ends_.back()) + file.source->part_count());
  }

  const Schema& schema() const override { return schema_; }
  std::string identity() const override {
    std::string identity = set_.reading + '\n';
    for (std::size_t i = 0; i < files_.size(); ++i) {
      const std::string one = files_[i].source->identity();
      if (one.empty()) return {};
      identity += one;
      identity += '\n';
    }
    return identity;
  }
  std::string description() const override { return set_.description; }
  std::int64_t part_count() const override { return ends_.empty() ? 0 : ends_.back(); }
  std::optional<std::int64_t> part_rows(std::int64_t part) const override {
    const auto [file, own] = find(part);
    return files_[file].source->part_rows(own);
  }
  ColumnStatistics statistics(std::int64_t part, int column) const override {
    const auto [file, own] = find(part);
    const TableSource& source = *files_[file].source;
    const int constant = set_.columns[static_cast<std::size_t>(column)].constant;
    if (constant >= 0) return constant_statistics(set_.files[file].constants[static_cast<std::size_t>(constant)], source.part_rows(own));
    const Place& place = files_[file].places[static_cast<std::size_t>(column)];
    if (place.column < 0) return constant_statistics(Value(), source.part_rows(own));
    return place.widens ? ColumnStatistics() : source.statistics(own, place.column);
  }
  std::int64_t column_bytes(std::int64_t part, int column) const override {
    const auto [file, own] = find(part);
    const Place& place = files_[file].places[static_cast<std::size_t>(column)];
    return place.column < 0 ? 0 : files_[file].source->column_bytes(own, place.column);
  }
  bool is_dictionary(int column) const override {
    return !files_.empty() && std::ranges::all_of(files_, [&](const OpenFile& file) {
      const Place& place = file.places[static_cast<std::size_t>(column)];
      return place.column >= 0 && file.source->is_dictionary(place.column);
    });
  }
  Result<BatchStream> scan(std::int64_t part, std::span<const int> columns, const ScanPredicate& predicate,
                           const CancelToken& cancel) const override {
    const auto [file, own] = find(part);
    BatchStream rows = TRUENO_TRY(scan_file(set_, set_.files[file], files_[file], own, columns, predicate, cancel));
    return BatchStream([self = shared_from_this(), rows = std::move(rows)] { return rows(); });
  }
  Result<std::shared_ptr<const TableSource>> narrowed(const ScanPredicate& predicate, const KeepConstants& keep) const override {
    FileSet set = set_;
    std::vector<OpenFile> files;
    set.files.clear();
    for (std::size_t i = 0; i < files_.size(); ++i) {
      if (!may_match(set_, set_.files[i], predicate, keep)) continue;
      set.files.push_back(set_.files[i]);
      files.push_back(files_[i]);
    }
    if (files.size() == files_.size()) return std::shared_ptr<const TableSource>();
    set.description += fmt::format(" ({} of {} files)", files.size(), files_.size());
    return std::shared_ptr<const TableSource>(std::make_shared<OpenSet>(std::move(set), std::move(files)));
  }

 private:
  struct Found {
    std::size_t file;
    std::int64_t part;
  };
  Found find(std::int64_t part) const {
    const auto index = static_cast<std::size_t>(std::upper_bound(ends_.begin(), ends_.end(), part) - ends_.begin());
    return {index, index == 0 ? part : part - ends_[index - 1]};
  }

  const FileSet set_;
  const Schema schema_;
  const std::vector<OpenFile> files_;
  std::vector<std::int64_t> ends_;  // parts of a file and all before it
};

class ClosedSet final : public TableSource, public std::enable_shared_from_this<ClosedSet> {
 public:
  explicit ClosedSet(FileSet set) : set_(std::move(set)), schema_(schema_of(set_)) {}

  const Schema& schema() const override { return schema_; }
  std::string identity() const override { return {}; }
  std::string description() const override { return fmt::format("{} ({} files)", set_.description, set_.files.size()); }
  std::int64_t part_count() const override { return static_cast<std::int64_t>(set_.files.size()); }
  std::optional<std::int64_t> part_rows(std::int64_t) const override { return std::nullopt; }
  ColumnStatistics statistics(std::int64_t part, int column) const override {
    const int constant = set_.columns[static_cast<std::size_t>(column)].constant;
    if (constant < 0) return {};
    return constant_statistics(set_.files[static_cast<std::size_t>(part)].constants[static_cast<std::size_t>(constant)], std::nullopt);
  }
  std::int64_t column_bytes(std::int64_t, int) const override { return 0; }
  // All parts of the file, one after the other.
  Result<BatchStream> scan(std::int64_t part, std::span<const int> columns, const ScanPredicate& predicate,
                           const CancelToken& cancel) const override {
    const FileOfSet& file = set_.files[static_cast<std::size_t>(part)];
    auto opened = std::make_shared<OpenFile>(TRUENO_TRY(find_columns(set_, TRUENO_TRY(source_of(file)))));
    return BatchStream([self = shared_from_this(), &file, opened, predicate, cancel,
                        wanted = std::vector<int>(columns.begin(), columns.end()), next = std::int64_t{0},
                        rows = BatchStream()]() mutable -> Result<std::optional<Batch>> {
      while (true) {
        if (rows) {
          std::optional<Batch> batch = TRUENO_TRY(rows());
          if (batch) {
            batch->first_row = -1;  // of a part of the file, which is not a part here
            return batch;
          }
        }
        if (next == opened->source->part_count()) return std::optional<Batch>();
        rows = TRUENO_TRY(scan_file(self->set_, file, *opened, next++, wanted, predicate, cancel));
      }
    });
  }
  Result<std::shared_ptr<const TableSource>> narrowed(const ScanPredicate& predicate, const KeepConstants& keep) const override {
    FileSet set = set_;
    std::vector<OpenFile> files;
    set.files.clear();
    for (const FileOfSet& file : set_.files) {
      if (!may_match(set_, file, predicate, keep)) continue;
      files.push_back(TRUENO_TRY(find_columns(set_, TRUENO_TRY(source_of(file)))));
      set.files.push_back(file);
    }
    set.description += fmt::format(" ({} of {} files)", files.size(), set_.files.size());
    return std::shared_ptr<const TableSource>(std::make_shared<OpenSet>(std::move(set), std::move(files)));
  }

 private:
  Result<std::shared_ptr<const TableSource>> source_of(const FileOfSet& file) const {
    if (file.source) return file.source;
    return set_.open(file.path);
  }

  const FileSet set_;
  const Schema schema_;
};

}  // namespace

Result<std::shared_ptr<const TableSource>> make_file_set(FileSet set) {
  TRUENO_ASSERT(!set.files.empty());
  if (std::ranges::any_of(set.files, [](const FileOfSet& file) { return file.source == nullptr; }))
    return std::shared_ptr<const TableSource>(std::make_shared<ClosedSet>(std::move(set)));
  std::vector<OpenFile> files;
  for (const FileOfSet& file : set.files) files.push_back(TRUENO_TRY(find_columns(set, file.source)));
  return std::shared_ptr<const TableSource>(std::make_shared<OpenSet>(std::move(set), std::move(files)));
}

}  // namespace trueno
