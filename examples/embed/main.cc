// The smallest program with a database in it. Prints the total of a column, and where it was computed.
#include <trueno/trueno.h>

#include <cstdio>
#include <string>

int main(int argc, char** argv) {
  const auto database = trueno::Database::builder().build();
  if (!database) return 1;
  // A file to sum, or else a table made here.
  const std::string source = argc > 1 ? "'" + std::string(argv[1]) + "'" : "(VALUES (1.5), (2.25), (NULL)) AS events(value)";
  const auto result = database->query("SELECT sum(value) AS total FROM " + source + " WHERE value > ?").bind(0).execute();
  if (!result) {
    std::fprintf(stderr, "%s\n", result.error().text.c_str());
    return 1;
  }
  for (const auto row : result->rows()) std::printf("total %s, ", row.get<std::string>("total").c_str());
  std::printf("computed by %s\n", result->backend_info().c_str());
  return 0;
}
