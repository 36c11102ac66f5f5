#include "line_editor.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#ifdef TRUENO_LIBEDIT
#include <histedit.h>
#endif

#include "interrupt.h"

namespace trueno::cli {

#ifdef TRUENO_LIBEDIT

namespace {

constexpr int kHistoryEntries = 5000;
constexpr std::size_t kListedWords = 60;

}  // namespace

struct LineEditor::Terminal {
  EditLine* editor = nullptr;
  History* history = nullptr;
  std::string history_file;
  std::function<LineCompletion(const std::string&, std::size_t)> complete;
  const char* prompt = "";
  std::string earlier;

  static char* prompt_of(EditLine* editor) { return const_cast<char*>(self(editor)->prompt); }

  static Terminal* self(EditLine* editor) {
    void* data = nullptr;
    el_get(editor, EL_CLIENTDATA, &data);
    return static_cast<Terminal*>(data);
  }

  // Tab: what all candidates share is typed; when that is nothing more, they are listed.
  static unsigned char on_tab(EditLine* editor, int) {
    Terminal& terminal = *self(editor);
    const LineInfo* info = el_line(editor);
    const std::string line(info->buffer, info->lastchar);
    const std::size_t cursor = terminal.earlier.size() + static_cast<std::size_t>(info->cursor - info->buffer);
    const LineCompletion found = terminal.complete(terminal.earlier + line, cursor);
    if (found.words.empty() || found.begin < terminal.earlier.size() || found.end > cursor) return CC_REFRESH_BEEP;
    std::string shared = found.words.front();
    for (const std::string& word : found.words) {
      const auto [end, ignored] = std::mismatch(shared.begin(), shared.end(), word.begin(), word.end());
      shared.erase(end, shared.end());
    }
    const std::size_t typed = cursor - found.begin;
    const bool one = found.words.size() == 1;
    if (!one && shared.size() <= typed) {
      terminal.list(found.words);
      return CC_REDISPLAY;
    }
    if (one && !shared.ends_with('(')) shared += ' ';
    el_deletestr(editor, static_cast<int>(typed));
    if (el_insertstr(editor, shared.c_str()) != 0) return CC_ERROR;
    return CC_REFRESH;
  }

  void list(const std::vector<std::string>& words) const {
    std::fputc('\n', stdout);
    for (std::size_t i = 0; i < std::min(words.size(), kListedWords); ++i) std::printf("%s  ", words[i].c_str());
    if (words.size() > kListedWords) std::printf("... %zu more", words.size() - kListedWords);
    std::fputc('\n', stdout);
    std::fflush(stdout);
  }
};

LineEditor::LineEditor(std::string history_file, std::function<LineCompletion(const std::string&, std::size_t)> complete)
    : terminal_(std::make_unique<Terminal>()) {
  Terminal& terminal = *terminal_;
  terminal.history_file = std::move(history_file);
  terminal.complete = std::move(complete);
  terminal.editor = el_init("trueno", stdin, stdout, stderr);
  terminal.history = history_init();
  el_set(terminal.editor, EL_CLIENTDATA, terminal_.get());
  el_set(terminal.editor, EL_PROMPT, &Terminal::prompt_of);
  el_set(terminal.editor, EL_EDITOR, "emacs");
  el_set(terminal.editor, EL_ADDFN, "trueno-complete", "complete the word", &Terminal::on_tab);
  el_set(terminal.editor, EL_BIND, "^I", "trueno-complete", nullptr);
  el_set(terminal.editor, EL_BIND, "^R", "em-inc-search-prev", nullptr);
  HistEvent event;
  history(terminal.history, &event, H_SETSIZE, kHistoryEntries);
  history(terminal.history, &event, H_SETUNIQUE, 1);
  if (!terminal.history_file.empty()) history(terminal.history, &event, H_LOAD, terminal.history_file.c_str());
  el_set(terminal.editor, EL_HIST, history, terminal.history);
  el_source(terminal.editor, nullptr);  // ~/.editrc
}

LineEditor::~LineEditor() {
  history_end(terminal_->history);
  el_end(terminal_->editor);
}

LineStatus LineEditor::read(const char* prompt, const std::string& earlier, std::string& line) {
  terminal_->prompt = prompt;
  terminal_->earlier = earlier;
  Interrupts::take();
  int count = 0;
  errno = 0;
  el_set(terminal_->editor, EL_PREP_TERM, 1);  // before the prompt shows: what is typed at once is meant for the editor, not the terminal
  const char* text = el_gets(terminal_->editor, &count);
  if (Interrupts::take() || (text == nullptr && errno == EINTR)) {
    el_reset(terminal_->editor);
    std::fputs("^C\n", stdout);
    return LineStatus::kInterrupted;
  }
  if (text == nullptr || count <= 0) return LineStatus::kEnd;
  line.assign(text, static_cast<std::size_t>(count));
  return LineStatus::kLine;
}

void LineEditor::remember(const std::string& entry) {
  std::string kept = entry;
  while (!kept.empty() && (kept.back() == '\n' || kept.back() == ' ')) kept.pop_back();
  if (kept.empty()) return;
  // One line is easier to edit; a line comment would swallow what is behind it.
  if (kept.find("--") == std::string::npos) std::replace(kept.begin(), kept.end(), '\n', ' ');
  HistEvent event;
  history(terminal_->history, &event, H_ENTER, kept.c_str());
  if (!terminal_->history_file.empty()) history(terminal_->history, &event, H_SAVE, terminal_->history_file.c_str());
}

#else

struct LineEditor::Terminal {};

LineEditor::LineEditor(std::string, std::function<LineCompletion(const std::string&, std::size_t)>)
    : terminal_(std::make_unique<Terminal>()) {}
LineEditor::~LineEditor() = default;

LineStatus LineEditor::read(const char* prompt, const std::string&, std::string& line) {
  std::fputs(prompt, stdout);
  std::fflush(stdout);
  line.clear();
  Interrupts::take();
  for (int c = std::fgetc(stdin); c != EOF; c = std::fgetc(stdin)) {
    line += static_cast<char>(c);
    if (c == '\n') return LineStatus::kLine;
  }
  if (Interrupts::take()) {
    std::clearerr(stdin);
    std::fputs("^C\n", stdout);
    return LineStatus::kInterrupted;
  }
  return line.empty() ? LineStatus::kEnd : LineStatus::kLine;
}

void LineEditor::remember(const std::string&) {}

#endif

}  // namespace trueno::cli
