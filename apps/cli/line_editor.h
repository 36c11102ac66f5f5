#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace trueno::cli {

/// Words that could stand where the cursor is, and the bytes [begin, end) of the text that they replace.
struct LineCompletion {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::vector<std::string> words;
};

enum class LineStatus { kLine, kEnd, kInterrupted };

/// Reads lines from the terminal: editing, history, completion by Tab. Without libedit, plain lines. One at a time, main thread.
class LineEditor {
 public:
  /// `complete` is asked with the lines so far, the current one, and the cursor in them. `history_file`: empty, none is kept.
  LineEditor(std::string history_file, std::function<LineCompletion(const std::string& text, std::size_t cursor)> complete);
  ~LineEditor();
  LineEditor(const LineEditor&) = delete;
  LineEditor& operator=(const LineEditor&) = delete;

  /// The next line, with its newline. `earlier`: the lines of the statement before it.
  LineStatus read(const char* prompt, const std::string& earlier, std::string& line);
  /// A finished statement or command.
  void remember(const std::string& entry);

 private:
  struct Terminal;
  std::unique_ptr<Terminal> terminal_;
};

}  // namespace trueno::cli
