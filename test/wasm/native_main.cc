// The native side of the comparison: reads statements separated by NUL bytes, writes their texts separated by NUL bytes. A statement that
// is empty begins a new database. Runs on the reference backend, one thread.
#include <cstdio>
#include <string>

#include "statement_text.h"

namespace {

std::string read_all() {
  std::string text;
  char buffer[65536];
  while (const std::size_t count = std::fread(buffer, 1, sizeof buffer, stdin)) text.append(buffer, count);
  return text;
}

trueno::Database fresh() { return *trueno::Database::builder().backend(trueno::Backend::Scalar).threads(1).build(); }

}  // namespace

int main() {
  const std::string input = read_all();
  trueno::Database database = fresh();
  for (std::size_t begin = 0; begin < input.size();) {
    const std::size_t end = input.find('\0', begin);
    if (end == std::string::npos) break;
    const std::string statement = input.substr(begin, end - begin);
    std::string answer;
    if (statement.empty()) {
      database = fresh();
    } else {
      answer = trueno::wasm::run_as_text(database, statement);
    }
    std::fwrite(answer.c_str(), 1, answer.size() + 1, stdout);
    begin = end + 1;
  }
  return 0;
}
