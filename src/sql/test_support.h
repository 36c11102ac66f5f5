#pragma once

#include <string>
#include <string_view>

#include "sql/parser.h"
#include "sql/printer.h"

namespace trueno::sql {

/// The expression with all its grouping shown; "error: ..." when it does not parse.
inline std::string grouped(std::string_view expression) {
  const Result<ExpressionPtr> parsed = parse_expression(expression);
  return parsed.has_value() ? print(**parsed) : "error: " + parsed.error().message();
}

/// The one statement of `sql` in canonical text; "error: ..." when it does not parse.
inline std::string canonical(std::string_view sql) {
  const Result<std::vector<StatementPtr>> parsed = parse(sql);
  if (!parsed.has_value()) return "error: " + parsed.error().message();
  return parsed->size() == 1 ? print(*parsed->front()) : "not one statement";
}

}  // namespace trueno::sql
