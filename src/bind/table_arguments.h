#pragma once

#include <vector>

#include "bind/binder.h"

namespace trueno::bind {

/// The arguments of a table function in FROM.
struct TableArguments {
  std::vector<Value> values;
  NamedValues options;  // names in lower case
};

/// Constant expressions; lists, structs and maps of them; and options: `name = value`, also `name := value`. A bare word is a text, so that
/// types need no quotes: hive_types = {'year': SMALLINT}.
[[nodiscard]] Result<TableArguments> bind_table_arguments(const std::vector<sql::Argument>& arguments, const Context& context);

}  // namespace trueno::bind
