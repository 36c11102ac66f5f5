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
  for (const function::ScalarFunction& f : database.functions().scalars())
    EXPECT_EQ(only_cell(database, "SELECT " + std::string(f.example)), f.example_result) << f.example;
}

TEST(Examples, OfAggregates) {
  session::Database database;
  for (const function::AggregateFunction& f : database.functions().aggregates())
    EXPECT_EQ(only_cell(database, std::string(f.example)), f.example_result) << f.example;
}

}  // namespace
}  // namespace trueno
