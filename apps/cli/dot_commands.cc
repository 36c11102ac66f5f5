#include "dot_commands.h"

#include <cstdlib>

#include "doctor.h"
#include "interrupt.h"

namespace trueno::cli {

struct DotCommands::Command {
  const char* name;
  const char* arguments;
  const char* description;
  std::size_t least;
  std::size_t most;
  RunStatus (DotCommands::*run)(const Words& words);
};

const std::vector<DotCommands::Command>& DotCommands::all() {
  static const std::vector<Command> commands = {
      {".devices", "", "the devices that run queries", 0, 0, &DotCommands::devices},
      {".doctor", "", "look at the machine and this installation", 0, 0, &DotCommands::doctor},
      {".exit", "", "end the shell", 0, 0, &DotCommands::quit},
      {".footer", "on|off", "the line with rows, time and placement behind a result", 1, 1, &DotCommands::footer},
      {".help", "", "this list", 0, 0, &DotCommands::help},
      {".import", "FILE TABLE", "make a table of a Parquet, CSV or Arrow file", 2, 2, &DotCommands::import},
      {".maxrows", "N", "rows of a table that are shown; 0: all", 1, 1, &DotCommands::max_rows},
      {".mode", "[FORMAT]", "how results are shown: table, csv, json, jsonl, markdown, line, arrow, parquet", 0, 1, &DotCommands::mode},
      {".output", "[FILE]", "write results to a file; without one, to the screen again", 0, 1, &DotCommands::output},
      {".profile", "[on|off]", "where the last query ran and why; on: after every query", 0, 1, &DotCommands::profile},
      {".quit", "", "end the shell", 0, 0, &DotCommands::quit},
      {".read", "FILE", "run a file of SQL", 1, 1, &DotCommands::read},
      {".schema", "[TABLE]", "the CREATE TABLE of one table or of all", 0, 1, &DotCommands::schema},
      {".tables", "", "the names of the tables", 0, 0, &DotCommands::tables},
      {".timer", "on|off", "print the time of each statement", 1, 1, &DotCommands::timer},
  };
  return commands;
}

namespace {

// Words between spaces; '...' and "..." hold spaces.
std::vector<std::string> split(const std::string& line) {
  std::vector<std::string> words;
  bool in_word = false;
  char quote = 0;
  for (const char c : line) {
    if (quote != 0) {
      if (c == quote)
        quote = 0;
      else
        words.back() += c;
    } else if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
      in_word = false;
    } else {
      if (!in_word) words.emplace_back();
      in_word = true;
      if (c == '\'' || c == '"')
        quote = c;
      else
        words.back() += c;
    }
  }
  // A semicolon out of habit: ".tables;"
  if (!words.empty() && words.back().size() > 1 && words.back().ends_with(';')) words.back().pop_back();
  return words;
}

}  // namespace

RunStatus DotCommands::complain(const std::string& message) const {
  std::fprintf(stderr, "trueno: %s\n", message.c_str());
  return RunStatus::kFailed;
}

RunStatus DotCommands::run(const std::string& line) {
  std::vector<std::string> words = split(line);
  for (const Command& command : all()) {
    if (words[0] != command.name) continue;
    words.erase(words.begin());
    if (words.size() < command.least || words.size() > command.most)
      return complain(std::string("usage: ") + command.name + " " + command.arguments);
    return (this->*command.run)(words);
  }
  return complain("no command " + words[0] + "; .help lists them");
}

std::vector<std::string> DotCommands::names() {
  std::vector<std::string> names;
  for (const Command& command : all()) names.emplace_back(command.name);
  return names;
}

RunStatus DotCommands::help(const Words&) {
  for (const Command& command : all()) {
    const std::string call = std::string(command.name) + " " + command.arguments;
    std::fprintf(shell_.out_, "%-22s %s\n", call.c_str(), command.description);
  }
  std::fputs("Everything else is SQL and ends with a semicolon. Ctrl-C stops a query, Ctrl-D ends the shell.\n", shell_.out_);
  return RunStatus::kOk;
}

RunStatus DotCommands::tables(const Words&) {
  for (const std::string& name : shell_.database_.table_names()) std::fprintf(shell_.out_, "%s\n", name.c_str());
  return RunStatus::kOk;
}

RunStatus DotCommands::schema(const Words& words) {
  const std::vector<std::string> names = words.empty() ? shell_.database_.table_names() : words;
  for (const std::string& name : names) {
    const auto columns = shell_.connection_.query("DESCRIBE " + quote_identifier(name)).execute();
    if (!columns) return complain(columns.error().message);
    std::string text = "CREATE TABLE " + quote_identifier(name) + "(";
    for (const Row row : columns->rows()) {
      text += (row.index() == 0 ? "" : ", ") + quote_identifier(row.get<std::string>(0)) + " " + row.get<std::string>(1);
      if (row.get<std::string>(2) == "NO") text += " NOT NULL";
    }
    std::fprintf(shell_.out_, "%s);\n", text.c_str());
  }
  return RunStatus::kOk;
}

RunStatus DotCommands::mode(const Words& words) {
  if (words.empty()) {
    std::fprintf(shell_.out_, "%s\n", std::string(format_name(shell_.format_)).c_str());
    return RunStatus::kOk;
  }
  const std::optional<Format> format = format_from_name(words[0]);
  if (!format) return complain("no format '" + words[0] + "'; there are " + format_names());
  shell_.format_ = *format;
  return RunStatus::kOk;
}

RunStatus DotCommands::read(const Words& words) {
  std::string error;
  const std::optional<std::string> text = read_file(words[0], error);
  if (!text) return complain(error);
  return shell_.run_script(*text);
}

RunStatus DotCommands::output(const Words& words) {
  return shell_.set_output(words.empty() ? "" : words[0]) ? RunStatus::kOk : RunStatus::kFailed;
}

RunStatus DotCommands::import(const Words& words) {
  const Interrupts::Scope interrupts;
  const auto loaded = shell_.database_.load_table(words[1], words[0], interrupts.cancellation());
  if (!loaded) {
    shell_.report(loaded.error());
    return RunStatus::kFailed;
  }
  return RunStatus::kOk;
}

RunStatus DotCommands::devices(const Words&) { return shell_.run_sql("SELECT * FROM trueno_devices()"); }

RunStatus DotCommands::doctor(const Words&) {
  std::fputs(doctor_text(shell_.database_.diagnose()).c_str(), shell_.out_);
  return RunStatus::kOk;
}

RunStatus DotCommands::profile(const Words& words) {
  if (!words.empty()) return toggle(words, shell_.profile_);
  if (!shell_.last_) return complain("no query was run yet");
  std::fputs(profile_text(*shell_.last_).c_str(), shell_.out_);
  return RunStatus::kOk;
}

RunStatus DotCommands::toggle(const Words& words, bool& flag) {
  if (words[0] != "on" && words[0] != "off") return complain("on or off, not '" + words[0] + "'");
  flag = words[0] == "on";
  return RunStatus::kOk;
}

RunStatus DotCommands::timer(const Words& words) { return toggle(words, shell_.timer_); }
RunStatus DotCommands::footer(const Words& words) { return toggle(words, shell_.footer_); }

RunStatus DotCommands::max_rows(const Words& words) {
  char* end = nullptr;
  const long number = std::strtol(words[0].c_str(), &end, 10);
  if (end == words[0].c_str() || *end != '\0' || number < 0 || number > 1'000'000'000)
    return complain("'" + words[0] + "' is no number of rows");
  shell_.max_rows_ = static_cast<int>(number);
  return RunStatus::kOk;
}

RunStatus DotCommands::quit(const Words&) {
  shell_.quit_ = true;
  return RunStatus::kOk;
}

std::string DotCommands::profile_text(const QueryResult& result) {
  std::string text;
  for (std::size_t i = 0; i < result.profile().size(); ++i) {
    const PipelineReport& report = result.profile()[i];
    text += "pipeline " + std::to_string(i + 1) + " on " + report.device + " (" + report.reason + "): " + grouped(report.rows_in) + " -> " +
            grouped(report.rows_out) + " rows, predicted " + duration(report.predicted_us / 1000) + ", measured " +
            duration(report.measured_us / 1000);
    if (report.transfer_us > 0) text += ", " + duration(report.transfer_us / 1000) + " of it transfer";
    if (report.parts_skipped != 0) text += ", " + grouped(report.parts_skipped) + " parts skipped";
    if (report.rows_skipped != 0) text += ", " + grouped(report.rows_skipped) + " rows skipped by page indexes";
    text += "\n";
    for (const DeviceBid& bid : report.bids) {
      if (bid.device == report.device) continue;
      text +=
          "  " + bid.device + (bid.supported ? ": predicted " + duration(bid.predicted_us / 1000) : ": declined, " + bid.declined) + "\n";
    }
  }
  return text.empty() ? "nothing ran on a device\n" : text;
}

}  // namespace trueno::cli
