#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bind/binder.h"
#include "column/table_source.h"
#include "session/search_path.h"

namespace trueno::session {

class Database;
class Settings;

/// What a table function may look at.
struct TableFunctionContext {
  const Database& database;
  const Settings& settings;
  const catalog::Root& root;  // what the statement sees
  const SearchPath& path;
  const bind::NamedValues& options;  // of functions that take some
};

/// One table function: rows from constant arguments. To add one, write it and add a line to the list in table_function.cc.
struct TableFunction {
  std::string_view name;  // lower case
  std::string_view signature;
  std::string_view description;
  std::size_t least_arguments = 0;
  std::size_t most_arguments = 0;
  Result<std::shared_ptr<const TableSource>> (*open)(const TableFunctionContext& context, std::string_view name,
                                                     const std::vector<Value>& arguments) = nullptr;
  bool takes_options = false;
};

[[nodiscard]] const std::vector<TableFunction>& table_functions();

/// kBinder for an unknown name or wrong arguments, with the nearest name or the signature.
[[nodiscard]] Result<std::shared_ptr<const TableSource>> open_table_function(const TableFunctionContext& context, const std::string& name,
                                                                             const std::vector<Value>& arguments);

}  // namespace trueno::session
