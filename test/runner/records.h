#pragma once

#include <string>
#include <vector>

namespace trueno::test {

/// One record of a .test file, loops already unrolled.
struct Record {
  enum class Kind { kStatementOk, kStatementError, kStatementMaybe, kQuery, kSkip, kHalt };
  Kind kind = Kind::kSkip;
  int line = 0;  // of the file, from 1
  std::string sql;
  std::string types;                  // kQuery: one letter a column, I R T ...
  std::string sort;                   // kQuery: nosort, rowsort, valuesort
  std::vector<std::string> expected;  // lines under ----; kStatementError: words the message must hold
  std::string skip_reason;            // kSkip
  std::string connection = {};        // who runs it; empty: the connection every file has
  std::string label = {};             // kQuery: the ones with one label have the same result
  bool has_results = true;            // kQuery: whether `expected` was written
};

/// Reads a file in the dialects of SQLite's sqllogictest and DuckDB's runner: statement, query, named connections,
/// hash-threshold, skipif/onlyif (as "postgresql"), loop, foreach, mode, require, halt. Throws nothing; an unknown directive becomes a
/// kSkip record with the reason.
std::vector<Record> read_records(const std::string& path);

}  // namespace trueno::test
