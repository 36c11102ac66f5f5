// trueno: SQL over files from the command line. options.cc lists what it takes, README.md says more.
#include <unistd.h>

#include <cstdio>
#include <string>
#include <utility>

#include "bench.h"
#include "doctor.h"
#include "interrupt.h"
#include "options.h"
#include "prompt.h"
#include "shell.h"

namespace {

using namespace trueno::cli;

ExitCode usage_error(const std::string& message) {
  std::fprintf(stderr, "trueno: %s\ntry trueno --help\n", message.c_str());
  return kExitUsage;
}

ExitCode exit_code(RunStatus status) {
  switch (status) {
    case RunStatus::kOk: return kExitOk;
    case RunStatus::kFailed: return kExitFailed;
    case RunStatus::kInterrupted: return kExitInterrupted;
  }
  return kExitFailed;
}

ExitCode run(Shell& shell, Options options) {
  if (!options.output.empty() && !shell.set_output(options.output)) return kExitUsage;
  if (options.inputs.empty()) {
    if (isatty(STDIN_FILENO) != 0) {
      run_prompt(shell, options.history);
      return kExitOk;
    }
    options.inputs.push_back({true, "-"});
  }
  for (const Input& input : options.inputs) {
    std::string text = input.text;
    if (input.is_file) {
      std::string error;
      std::optional<std::string> content = read_file(input.text, error);
      if (!content) {
        std::fprintf(stderr, "trueno: %s\n", error.c_str());
        return Interrupts::take() ? kExitInterrupted : kExitUsage;
      }
      text = std::move(*content);
    }
    if (const RunStatus status = shell.run_script(text); status != RunStatus::kOk) return exit_code(status);
    if (shell.should_quit()) break;
  }
  return kExitOk;
}

}  // namespace

int main(int argc, char** argv) {
  const OptionsOutcome parsed = parse_options(argc, argv);
  if (!parsed.error.empty()) return usage_error(parsed.error);
  const Options& options = parsed.options;
  if (options.command == Options::Command::kHelp) {
    std::fputs(usage(), stdout);
    return kExitOk;
  }
  if (options.command == Options::Command::kVersion) {
    std::printf("trueno %s\n", std::string(trueno::kVersion).c_str());
    return kExitOk;
  }
  trueno::DatabaseBuilder builder = trueno::Database::builder();
  for (const auto& [name, value] : options.settings) builder.set(name, value);
  const auto database = builder.build();
  if (!database) return usage_error(database.error().text);
  Interrupts::install();
  if (options.command == Options::Command::kDoctor) return run_doctor(*database, options.json);
  if (options.command == Options::Command::kBench) return run_bench(database->connection(), options);
  Shell shell(database->connection(), *database, options);
  return run(shell, options);
}
