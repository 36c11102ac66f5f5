// The smallest program with a database in it. Prints the total of a column, and where it was computed.
#include <trueno/trueno.h>

#include <cstdio>
#include <string>
#include <variant>
#include <vector>

int main(int argc, char** argv) {
  trueno::Database database;
  // A file to sum, or else a table made here.
  const std::string source = argc > 1 ? "'" + std::string(argv[1]) + "'" : "(VALUES (1.5), (2.25), (NULL)) AS events(value)";
  const auto outcome = database.run("SELECT sum(value) AS total FROM " + source);
  if (const auto* failure = std::get_if<trueno::Failure>(&outcome)) {
    std::fprintf(stderr, "%s\n", failure->text.c_str());
    return 1;
  }
  const trueno::QueryResult& result = std::get<std::vector<trueno::QueryResult>>(outcome).front();
  std::printf("total %s, computed by %s\n", result.text(0, 0).c_str(), result.backend_info().c_str());
  return 0;
}
