#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "column/table_source.h"

namespace trueno {

/// A column of a set of files: one that the files have, or one value for all rows of a file (a partition, the file's name).
struct FileSetColumn {
  Field field;
  int constant = -1;  // index in the constants of each file; -1: a column of the files, found by name or by place
};

struct FileOfSet {
  std::string path;
  std::vector<Value> constants = {};
  std::shared_ptr<const TableSource> source = nullptr;  // null: opened when it is known that rows of it are wanted
};

/// What a set of files is.
struct FileSet {
  std::string description;  // for people: the pattern
  std::vector<FileSetColumn> columns;
  std::vector<FileOfSet> files;
  std::string reading = {};  // what decides columns and constants, in words: part of the identity
  bool by_name = false;      // columns a file has not are NULL; else all files have all columns, in the same order
  std::function<Result<std::shared_ptr<const TableSource>>(const std::string& path)> open = {};  // of files without a source
};

/// The rows of several files, one file after the other. Where a file's column has another type that the set's can hold (a smaller integer,
/// a number where DOUBLE is wanted), it is widened; kBinder, which names file and column, when it cannot.
///
/// While files are not opened, each is one part. `narrowed` leaves out the files whose constants exclude the predicate and opens the
/// others, whose parts are then its parts.
[[nodiscard]] Result<std::shared_ptr<const TableSource>> make_file_set(FileSet set);

/// The type that holds the values of both without losing any but DOUBLE's rounding: equal types, integers, numbers. Nothing otherwise.
[[nodiscard]] std::optional<Type> wider_type(const Type& a, const Type& b);

}  // namespace trueno
