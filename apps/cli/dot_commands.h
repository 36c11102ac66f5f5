#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "shell.h"

namespace trueno::cli {

/// The commands that begin with a dot. To add one, write it and add a line to the list in dot_commands.cc; help and completion follow.
class DotCommands {
 public:
  explicit DotCommands(Shell& shell) : shell_(shell) {}
  RunStatus run(const std::string& line);

  /// ".help", ".mode", ... for completion.
  [[nodiscard]] static std::vector<std::string> names();
  /// Where each pipeline ran and why.
  [[nodiscard]] static std::string profile_text(const QueryResult& result);

 private:
  struct Command;
  static const std::vector<Command>& all();
  using Words = std::vector<std::string>;

  RunStatus help(const Words& words);
  RunStatus tables(const Words& words);
  RunStatus schema(const Words& words);
  RunStatus mode(const Words& words);
  RunStatus read(const Words& words);
  RunStatus output(const Words& words);
  RunStatus import(const Words& words);
  RunStatus devices(const Words& words);
  RunStatus doctor(const Words& words);
  RunStatus profile(const Words& words);
  RunStatus timer(const Words& words);
  RunStatus footer(const Words& words);
  RunStatus max_rows(const Words& words);
  RunStatus quit(const Words& words);

  RunStatus toggle(const Words& words, bool& flag);
  RunStatus complain(const std::string& message) const;

  Shell& shell_;
};

}  // namespace trueno::cli
