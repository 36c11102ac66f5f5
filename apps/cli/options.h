#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "output.h"

namespace trueno::cli {

/// Exit codes of the program.
enum ExitCode : int {
  kExitOk = 0,
  kExitFailed = 1,        // a statement failed; doctor: something is broken
  kExitUsage = 2,         // the command line is wrong, or a file it names cannot be read or written
  kExitInterrupted = 130  // Ctrl-C ended a run that was not interactive
};

/// What to run, in the order of the command line.
struct Input {
  bool is_file = false;  // "-" is standard input
  std::string text;      // SQL, or the path
};

/// The command line, understood.
struct Options {
  enum class Command { kRun, kBench, kDoctor, kHelp, kVersion };
  Command command = Command::kRun;
  std::vector<Input> inputs;     // empty: standard input, or the prompt on a terminal
  std::optional<Format> format;  // nothing: table
  std::vector<std::pair<std::string, std::string>> settings;
  std::string output;  // a file; empty: standard output
  bool footer = true;
  bool timer = false;
  bool progress = true;
  bool history = true;
  int max_rows = -1;  // of a table; -1: 40 on a terminal, else all
  // bench and doctor
  std::string bench_file;
  int repeat = 5;
  bool json = false;
};

struct OptionsOutcome {
  Options options;
  std::string error;  // empty: understood
};

[[nodiscard]] OptionsOutcome parse_options(int argc, const char* const* argv);
[[nodiscard]] const char* usage();

}  // namespace trueno::cli
