#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "function/descriptor.h"

namespace trueno::function {

/// Every SQL function. Made once by the Database, then immutable and thread-safe.
class Catalogue {
 public:
  Catalogue();

  /// By name or alias, lower case; nullptr when there is none.
  [[nodiscard]] const ScalarFunction* scalar(std::string_view name) const;
  [[nodiscard]] const AggregateFunction* aggregate(std::string_view name) const;
  [[nodiscard]] const std::vector<ScalarFunction>& scalars() const { return scalars_; }
  [[nodiscard]] const std::vector<AggregateFunction>& aggregates() const { return aggregates_; }
  /// Names and aliases, for "did you mean" and completion.
  [[nodiscard]] std::vector<std::string> names() const;

 private:
  std::vector<ScalarFunction> scalars_;
  std::vector<AggregateFunction> aggregates_;
  std::unordered_map<std::string_view, const ScalarFunction*> scalar_by_name_;
  std::unordered_map<std::string_view, const AggregateFunction*> aggregate_by_name_;
};

/// The function that gives a date part ("year", "years", "y", ...), as named by EXTRACT and date_part; empty when unknown.
[[nodiscard]] std::string_view date_part_function(std::string_view part);
/// The function behind date_trunc('part', x); empty when unknown.
[[nodiscard]] std::string_view date_trunc_function(std::string_view part);

/// What now(), current_date and their like are in a statement that began at this moment (microseconds since 1970 UTC); nothing for another
/// name.
[[nodiscard]] std::optional<Value> moment_of_statement(std::string_view name, std::int64_t now);
/// The function that makes an INTERVAL of a number of units ("day", "days", ...); empty when unknown.
[[nodiscard]] std::string_view interval_function(std::string_view unit);

}  // namespace trueno::function
