#include "prompt.h"

#include <clocale>
#include <cstdlib>

#include "dot_commands.h"
#include "line_editor.h"

namespace trueno::cli {

namespace {

std::string history_file() {
  if (const char* chosen = std::getenv("TRUENO_HISTORY")) return chosen;
  const char* home = std::getenv("HOME");
  return home == nullptr || *home == '\0' ? "" : std::string(home) + "/.trueno_history";
}

LineCompletion complete(const Connection& connection, const std::string& text, std::size_t cursor) {
  if (text.starts_with('.') && text.find(' ') >= cursor) {
    LineCompletion found{0, cursor, {}};
    for (const std::string& name : DotCommands::names()) {
      if (name.starts_with(text.substr(0, cursor))) found.words.push_back(name);
    }
    return found;
  }
  const Completions candidates = connection.complete(text, cursor);
  LineCompletion found{candidates.replaces.begin, cursor, {}};
  const std::string typed = text.substr(found.begin, cursor - found.begin);
  // Keywords follow the case of what was typed.
  const bool lower = !typed.empty() && typed.find_first_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") == std::string::npos;
  for (const Candidate& candidate : candidates.candidates) {
    std::string word = candidate.text;
    if (candidate.kind == CandidateKind::kKeyword && lower) {
      for (char& c : word) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
    }
    if (candidate.kind == CandidateKind::kFunction || candidate.kind == CandidateKind::kTableFunction) word += "(";
    found.words.push_back(std::move(word));
  }
  return found;
}

bool is_blank(const std::string& text) { return text.find_first_not_of(" \t\r\n") == std::string::npos; }

}  // namespace

void run_prompt(Shell& shell, bool keep_history) {
  std::setlocale(LC_CTYPE, "");  // what is typed is UTF-8; numbers keep their points
  std::printf("trueno %s  .help for help, .quit to end\n", std::string(kVersion).c_str());
  LineEditor editor(keep_history ? history_file() : "",
                    [&](const std::string& text, std::size_t cursor) { return complete(shell.connection(), text, cursor); });
  std::string statement;
  std::string line;
  while (!shell.should_quit()) {
    switch (editor.read(statement.empty() ? "trueno> " : "   ...> ", statement, line)) {
      case LineStatus::kEnd: std::fputc('\n', stdout); return;
      case LineStatus::kInterrupted: statement.clear(); continue;
      case LineStatus::kLine: break;
    }
    if (statement.empty() && is_blank(line)) continue;
    const std::size_t first = line.find_first_not_of(" \t");
    if (statement.empty() && line[first] == '.') {
      editor.remember(line);
      shell.run_dot_command(line.substr(first));
      continue;
    }
    statement += line;
    if (!ends_statement(statement)) continue;
    editor.remember(statement);
    shell.run_sql(statement);
    statement.clear();
  }
}

}  // namespace trueno::cli
