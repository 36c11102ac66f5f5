// The example of every function in the catalogue gives the result that its descriptor, and so the reference page, promises.
#include <gtest/gtest.h>

#include "session/database.h"
#include "session/session.h"

namespace trueno {
namespace {

std::string only_cell(session::Database& database, const std::string& sql) {
  const auto results = database.execute(sql, {}, CancelToken());
  if (!results) return results.error().to_string(sql);
  const Batch& rows = results->back().rows;
  return rows.length == 1 && rows.columns.size() == 1 ? rows.columns[0].value(0).to_string() : "not one cell";
}

TEST(Examples, OfScalarFunctions) {
  session::Database database;
  std::string without;
  for (const function::ScalarFunction& f : database.functions().scalars()) {
    const std::string result = only_cell(database, "SELECT " + std::string(f.example));
#ifndef TRUENO_HAS_RE2
    if (result.starts_with("Not supported: ") && result.find("this build has no regular expressions") != std::string::npos) {
      without += ' ' + std::string(f.name);
      continue;
    }
#endif
    EXPECT_EQ(result, f.example_result) << f.example;
  }
  if (!without.empty()) GTEST_SKIP() << "all but those that need RE2, which this build is without:" << without;
}

TEST(Examples, OfAggregates) {
  session::Database database;
  for (const function::AggregateFunction& f : database.functions().aggregates())
    EXPECT_EQ(only_cell(database, std::string(f.example)), f.example_result) << f.example;
}

}  // namespace
}  // namespace trueno
