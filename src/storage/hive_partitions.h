#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "column/column.h"

namespace trueno {

/// How folders named `key=value` on the way to files become columns.
struct HiveOptions {
  std::optional<bool> enabled = std::nullopt;            // nothing: when all files lie in folders of the same keys
  std::vector<std::pair<std::string, Type>> types = {};  // of some keys
  bool guess_types = true;                               // else all others are VARCHAR
};

/// The columns, by name, and their values for each path.
struct HivePartitions {
  Schema columns;
  std::vector<std::vector<Value>> values;
};

/// No columns where there are no such folders. Types that are not given: BIGINT, DATE, TIMESTAMP or else VARCHAR, whichever reads all
/// values;
/// `__HIVE_DEFAULT_PARTITION__` is NULL. kBinder where keys differ between files and partitions are asked for, or a type is given for a key
/// that is none; kConversion where a value has not the type given.
[[nodiscard]] Result<HivePartitions> find_hive_partitions(const std::vector<std::string>& paths, const HiveOptions& options);

/// A folder's name for a value: `key=value`, with what paths and partitions mean escaped as %XX.
[[nodiscard]] std::string hive_folder(std::string_view key, const Value& value);

}  // namespace trueno
