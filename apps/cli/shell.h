#pragma once

#include <cstdio>
#include <optional>
#include <string>
#include <string_view>

#include "options.h"
#include "output.h"
#include "trueno/trueno.h"

namespace trueno::cli {

/// How running a text ended.
enum class RunStatus { kOk, kFailed, kInterrupted };

/// What the command line, scripts and the prompt share: the session, how results are shown, and the dot commands. One thread.
class Shell {
 public:
  Shell(Connection connection, Database database, const Options& options);
  ~Shell();
  Shell(const Shell&) = delete;
  Shell& operator=(const Shell&) = delete;

  /// Runs SQL; results go to the output as they come. An error was told on standard error.
  RunStatus run_sql(const std::string& sql);
  /// Runs a script: SQL, and dot commands on lines of their own. Stops at the first failure.
  RunStatus run_script(std::string_view text);
  /// Runs a line that begins with a dot.
  RunStatus run_dot_command(const std::string& line);

  [[nodiscard]] bool should_quit() const { return quit_; }
  [[nodiscard]] const Connection& connection() const { return connection_; }
  /// Results to a file, or back to standard output for an empty path. Says on standard error why it failed.
  bool set_output(const std::string& path);

 private:
  friend class DotCommands;
  bool show(const QueryResult& result);  // false: it could not be written
  [[nodiscard]] TableStyle table_style() const;
  void report(const Failure& failure) const;

  Connection connection_;
  Database database_;
  Format format_ = Format::kTable;
  bool footer_ = true;
  bool timer_ = false;
  bool profile_ = false;
  bool progress_ = true;
  int max_rows_ = -1;
  bool quit_ = false;
  bool wrote_binary_ = false;  // a file of a binary format holds one result
  std::FILE* out_ = stdout;
  std::string out_path_;
  int depth_ = 0;  // of .read
  std::optional<QueryResult> last_;
};

/// The bytes of a file, or of standard input for "-". Nothing when it cannot be read: then `error` says why.
[[nodiscard]] std::optional<std::string> read_file(const std::string& path, std::string& error);

}  // namespace trueno::cli
