#include "shell.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "dot_commands.h"
#include "interrupt.h"
#include "progress_bar.h"

namespace trueno::cli {

namespace {

constexpr int kTerminalRows = 40;
constexpr int kDeepestRead = 20;  // files that .read each other

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

bool is_blank(std::string_view text) { return trimmed(text).empty(); }

}  // namespace

Shell::Shell(Connection connection, Database database, const Options& options)
    : connection_(std::move(connection)),
      database_(std::move(database)),
      format_(options.format.value_or(Format::kTable)),
      footer_(options.footer),
      timer_(options.timer),
      progress_(options.progress),
      max_rows_(options.max_rows) {}

Shell::~Shell() {
  if (out_ != stdout) std::fclose(out_);
}

bool Shell::set_output(const std::string& path) {
  std::FILE* out = stdout;
  if (!path.empty()) {
    out = std::fopen(path.c_str(), "wb");
    if (out == nullptr) {
      std::fprintf(stderr, "trueno: cannot write %s: %s\n", path.c_str(), std::strerror(errno));
      return false;
    }
  }
  if (out_ != stdout) std::fclose(out_);
  out_ = out;
  out_path_ = path;
  wrote_binary_ = false;
  return true;
}

TableStyle Shell::table_style() const {
  const bool terminal = out_ == stdout && isatty(STDOUT_FILENO) != 0;
  TableStyle style;
  style.max_rows = max_rows_ >= 0 ? max_rows_ : (terminal ? kTerminalRows : 0);
  winsize size = {};
  if (terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) style.max_width = size.ws_col;
  return style;
}

void Shell::report(const Failure& failure) const { std::fprintf(stderr, "%s\n", failure.text.c_str()); }

bool Shell::show(const QueryResult& result) {
  for (const std::string& warning : result.warnings()) std::fprintf(stderr, "warning: %s\n", warning.c_str());
  if (result.is_query()) {
    if (is_binary(format_)) {
      const bool refused = wrote_binary_ || (out_ == stdout && isatty(STDOUT_FILENO) != 0);
      if (refused) {
        std::fprintf(stderr, "trueno: %s %s\n", std::string(format_name(format_)).c_str(),
                     wrote_binary_ ? "files hold one result; this one was not written" : "is not for a terminal: use --output FILE");
        return false;
      }
      wrote_binary_ = true;
    }
    const TableStyle style = table_style();
    const Outcome<void> written = write_result(result, format_, style, out_);
    if (!written) {
      report(written.error());
      return false;
    }
    if (Interrupts::pending()) {
      std::fputs("\ninterrupted\n", stderr);
      return false;
    }
    if (std::fflush(out_) != 0) {
      std::fprintf(stderr, "trueno: the output cannot be written: %s\n", std::strerror(errno));
      return false;
    }
    if (footer_) {
      const bool cut = format_ == Format::kTable && style.max_rows > 0 && result.row_count() > style.max_rows;
      std::fprintf(stderr, "%s%s\n", footer(result).c_str(),
                   cut ? (", " + grouped(style.max_rows) + " shown (--max-rows 0 or .maxrows 0: all)").c_str() : "");
    }
  }
  if (timer_)
    std::fprintf(stderr, "time: total %s, compute %s, transfer %s\n", duration(result.total_time_ms()).c_str(),
                 duration(result.compute_time_ms()).c_str(), duration(result.transfer_time_ms()).c_str());
  if (profile_) std::fputs(DotCommands::profile_text(result).c_str(), stderr);
  last_ = result;
  return true;
}

RunStatus Shell::run_sql(const std::string& sql) {
  if (is_blank(sql)) return RunStatus::kOk;
  const Interrupts::Scope interrupts;
  Outcome<void> outcome;
  bool written = true;
  {
    ProgressBar bar(progress_ && isatty(STDERR_FILENO) != 0);
    outcome = connection_.query(sql)
                  .cancellation(interrupts.cancellation())
                  .on_progress([&](const Progress& progress) { bar.show(progress); })
                  .execute_each([&](const QueryResult& result) {
                    bar.restart();
                    written = show(result);
                    return written;
                  });
  }
  if (!outcome) {
    report(outcome.error());
    const bool interrupted = outcome.error().code == FailureCode::kCancelled;
    return interrupted ? RunStatus::kInterrupted : RunStatus::kFailed;
  }
  if (!written) return Interrupts::take() ? RunStatus::kInterrupted : RunStatus::kFailed;
  return RunStatus::kOk;
}

// Dot commands stand on lines of their own between statements; a dot that begins a line inside a statement (or a text) is part of it.
RunStatus Shell::run_script(std::string_view text) {
  std::size_t pending = 0;  // where the SQL that has not run begins
  for (std::size_t at = 0; at < text.size() && !quit_;) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = trimmed(text.substr(at, end - at));
    const std::string_view before = text.substr(pending, at - pending);
    if (line.starts_with('.') && (is_blank(before) || ends_statement(before))) {
      if (const RunStatus status = run_sql(std::string(before)); status != RunStatus::kOk) return status;
      if (const RunStatus status = run_dot_command(std::string(line)); status != RunStatus::kOk) return status;
      pending = std::min(end + 1, text.size());
    }
    at = end + 1;
  }
  return quit_ ? RunStatus::kOk : run_sql(std::string(text.substr(pending)));
}

RunStatus Shell::run_dot_command(const std::string& line) {
  if (depth_ >= kDeepestRead) {
    std::fprintf(stderr, "trueno: .read is nested too deeply\n");
    return RunStatus::kFailed;
  }
  ++depth_;
  const RunStatus status = DotCommands(*this).run(line);
  --depth_;
  return status;
}

std::optional<std::string> read_file(const std::string& path, std::string& error) {
  std::FILE* file = path == "-" ? stdin : std::fopen(path.c_str(), "rb");
  if (file == nullptr) {
    error = "cannot read " + path + ": " + std::strerror(errno);
    return std::nullopt;
  }
  std::string text;
  char block[1 << 16];
  std::size_t count = 0;
  while ((count = std::fread(block, 1, sizeof block, file)) > 0) text.append(block, count);
  const bool failed = std::ferror(file) != 0;
  if (failed) error = "cannot read " + path + ": " + std::strerror(errno);
  if (file != stdin) std::fclose(file);
  if (failed) return std::nullopt;
  return text;
}

}  // namespace trueno::cli
