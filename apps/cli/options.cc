#include "options.h"

#include <charconv>
#include <string_view>

namespace trueno::cli {

namespace {

constexpr const char* kUsage =
    R"(usage: trueno [options]               SQL from -c, -f, standard input, or a prompt on a terminal
       trueno bench [options] FILE    run each statement of a file after a warm-up; minimum and median time
       trueno doctor [--json]         look at the machine and this installation

  -c, --command SQL     run the text; may be given several times
  -f, --file FILE       run a file; - is standard input
      --format FORMAT   table, csv, json, jsonl, markdown, line, arrow or parquet
  -o, --output FILE     write results to a file
      --backend B       cost, gpu, simd or scalar
      --threads N       worker threads; 0: one a core
      --set NAME=VALUE  any setting (SHOW ALL lists them)
      --timer           print the time of each statement
      --max-rows N      rows of a table that are shown; 0: all (40 on a terminal)
      --no-footer       no line with rows, time and placement behind a result
      --no-progress     no progress bar
      --no-history      do not keep the history of the prompt
  -h, --help            this text
      --version         the version

bench:
      --repeat N        timed runs of each statement (5)
      --json            the figures as JSON

Results go to standard output, everything else to standard error.
Exit codes: 0 all ran; 1 a statement failed, or doctor found something broken; 2 wrong command line, or a
file of it cannot be read or written; 130 interrupted.
)";

bool whole_number(std::string_view text, int& number) {
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  return failure == std::errc() && end == text.data() + text.size() && number >= 0;
}

class Parser {
 public:
  Parser(int argc, const char* const* argv) : words_(argv + 1, argv + argc) {}

  OptionsOutcome parse() {
    if (!words_.empty() && (words_[0] == "bench" || words_[0] == "doctor")) {
      out_.options.command = words_[0] == "bench" ? Options::Command::kBench : Options::Command::kDoctor;
      next_ = 1;
    }
    while (next_ < words_.size() && out_.error.empty()) word();
    if (out_.error.empty() && out_.options.command == Options::Command::kBench && out_.options.bench_file.empty())
      out_.error = "bench needs a file of SQL";
    return std::move(out_);
  }

 private:
  // The value of the option that was just taken: behind its "=", or the next word.
  bool value(std::string& into) {
    if (inline_value_) {
      into = *inline_value_;
      return true;
    }
    if (next_ >= words_.size()) {
      out_.error = name_ + " needs a value";
      return false;
    }
    into = words_[next_++];
    return true;
  }

  bool number(int& into) {
    std::string text;
    if (!value(text)) return false;
    if (!whole_number(text, into)) out_.error = name_ + " needs a whole number, not '" + text + "'";
    return out_.error.empty();
  }

  void setting(const char* name) {
    std::string text;
    if (value(text)) out_.options.settings.emplace_back(name, text);
  }

  void word() {
    Options& options = out_.options;
    name_ = words_[next_++];
    inline_value_.reset();
    const std::size_t equals = name_.find('=');
    if (name_.starts_with("--") && equals != std::string::npos) {
      inline_value_ = name_.substr(equals + 1);
      name_.resize(equals);
    }
    std::string text;
    if (name_ == "-c" || name_ == "--command") {
      if (value(text)) options.inputs.push_back({false, text});
    } else if (name_ == "-f" || name_ == "--file") {
      if (value(text)) options.inputs.push_back({true, text});
    } else if (name_ == "--format") {
      if (!value(text)) return;
      options.format = format_from_name(text);
      if (!options.format) out_.error = "no format '" + text + "'; there are " + format_names();
    } else if (name_ == "-o" || name_ == "--output") {
      value(options.output);
    } else if (name_ == "--backend") {
      setting("backend");
    } else if (name_ == "--threads") {
      setting("threads");
    } else if (name_ == "--set") {
      if (!value(text)) return;
      const std::size_t at = text.find('=');
      if (at == std::string::npos)
        out_.error = "--set needs NAME=VALUE";
      else
        options.settings.emplace_back(text.substr(0, at), text.substr(at + 1));
    } else if (name_ == "--max-rows") {
      number(options.max_rows);
    } else if (name_ == "--repeat" && options.command == Options::Command::kBench) {
      if (number(options.repeat) && options.repeat == 0) out_.error = "--repeat needs at least 1";
    } else if (name_ == "-h" || name_ == "--help") {
      options.command = Options::Command::kHelp;
    } else if (name_ == "--version") {
      options.command = Options::Command::kVersion;
    } else if (bool* flag = flag_named(name_); flag != nullptr && !inline_value_) {
      *flag = !name_.starts_with("--no-");
    } else if (options.command == Options::Command::kBench && (name_ == "-" || !name_.starts_with('-')) && options.bench_file.empty()) {
      options.bench_file = name_;
    } else if (!name_.starts_with('-')) {
      out_.error = "'" + name_ + "': database files cannot be opened yet; -f runs a file of SQL";
    } else {
      out_.error = "no option " + name_;
    }
  }

  bool* flag_named(const std::string& name) {
    Options& options = out_.options;
    if (name == "--footer" || name == "--no-footer") return &options.footer;
    if (name == "--timer" || name == "--no-timer") return &options.timer;
    if (name == "--progress" || name == "--no-progress") return &options.progress;
    if (name == "--history" || name == "--no-history") return &options.history;
    if (name == "--json" && options.command != Options::Command::kRun) return &options.json;
    return nullptr;
  }

  std::vector<std::string> words_;
  std::size_t next_ = 0;
  std::string name_;
  std::optional<std::string> inline_value_;
  OptionsOutcome out_;
};

}  // namespace

OptionsOutcome parse_options(int argc, const char* const* argv) { return Parser(argc, argv).parse(); }
const char* usage() { return kUsage; }

}  // namespace trueno::cli
