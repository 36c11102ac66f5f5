// trueno: SQL over files from the command line.
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

#include "output.h"

namespace {

constexpr const char* kUsage =
    "usage: trueno [-c SQL] [-f FILE] [--format table|csv|json|jsonl|markdown]\n"
    "Without -c and -f, statements are read from standard input; on a terminal, each ends with ;\n";

struct Options {
  std::string sql;
  bool has_sql = false;
  trueno::cli::Format format = trueno::cli::Format::kTable;
};

// Exit codes: 0 all ran, 1 a statement failed, 2 the command line is wrong.
int run(trueno::Database& database, const std::string& sql, const Options& options) {
  const auto outcome = database.run(sql);
  if (const auto* failure = std::get_if<trueno::Failure>(&outcome)) {
    std::fprintf(stderr, "%s\n", failure->text.c_str());
    return 1;
  }
  for (const trueno::QueryResult& result : std::get<0>(outcome)) {
    trueno::cli::write_result(result, options.format, stdout);
    if (result.is_query()) std::fprintf(stderr, "%s\n", trueno::cli::footer(result).c_str());
  }
  return 0;
}

int interactive(trueno::Database& database, const Options& options) {
  std::string statement;
  std::string line;
  std::fputs("trueno> ", stdout);
  std::fflush(stdout);
  while (std::getline(std::cin, line)) {
    if (statement.empty() && (line == ".quit" || line == ".exit")) return 0;
    statement += line + "\n";
    const std::size_t last = statement.find_last_not_of(" \t\n\r");
    const bool complete = last != std::string::npos && statement[last] == ';';
    if (complete) {
      run(database, statement, options);
      statement.clear();
    }
    std::fputs(statement.empty() ? "trueno> " : "   ...> ", stdout);
    std::fflush(stdout);
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const bool has_value = i + 1 < argc;
    if (word == "-c" && has_value) {
      options.sql += std::string(argv[++i]) + ";";
      options.has_sql = true;
    } else if (word == "-f" && has_value) {
      std::ifstream file(argv[++i], std::ios::binary);
      if (!file) {
        std::fprintf(stderr, "trueno: cannot read %s\n", argv[i]);
        return 2;
      }
      options.sql.append(std::istreambuf_iterator<char>(file), {});
      options.has_sql = true;
    } else if (word == "--format" && has_value && trueno::cli::format_from_name(argv[i + 1], options.format)) {
      ++i;
    } else {
      std::fputs(kUsage, word == "--help" || word == "-h" ? stdout : stderr);
      return word == "--help" || word == "-h" ? 0 : 2;
    }
  }
  trueno::Database database;
  if (!options.has_sql && isatty(STDIN_FILENO) != 0) return interactive(database, options);
  if (!options.has_sql) options.sql.assign(std::istreambuf_iterator<char>(std::cin), {});
  return run(database, options.sql, options);
}
