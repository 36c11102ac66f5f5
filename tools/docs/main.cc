// Writes the reference pages from the descriptors of settings, functions and errors: trueno_docs DIRECTORY
#include <cstdio>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "base/error_reference.h"
#include "function/catalogue.h"
#include "session/settings.h"

namespace {

using namespace trueno;

constexpr std::string_view kNotice = "<!-- Made by trueno_docs from the descriptors in the code; `./dev check` compares. -->\n";

// A cell of a table: a bar would end it.
std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c;
  }
  return out;
}

std::string code(std::string_view text) { return text.empty() ? std::string() : "`" + cell(text) + "`"; }

std::string settings_page() {
  std::string page = fmt::format("# Settings\n{}\n`SET name = value`, `RESET name`, `SHOW name`, `SHOW ALL`.\n\n", kNotice);
  page += "| setting | values | initially | what it does |\n|---|---|---|---|\n";
  for (const session::Setting& setting : session::all_settings()) {
    page +=
        fmt::format("| {} | {} | {} | {} |\n", code(setting.name), code(setting.values), code(setting.initial), cell(setting.description));
  }
  return page;
}

template <typename Function>
std::string function_rows(const std::vector<Function>& functions) {
  std::string rows = "| function | also | what it gives | example | its result |\n|---|---|---|---|---|\n";
  for (const Function& function : functions) {
    std::string aliases;
    for (const std::string_view alias : function.aliases) aliases += (aliases.empty() ? "" : ", ") + code(alias);
    rows += fmt::format("| {} | {} | {} | {} | {} |\n", code(function.signature), aliases, cell(function.description),
                        code(function.example), code(function.example_result));
  }
  return rows;
}

std::string functions_page() {
  const function::Catalogue catalogue;
  return fmt::format("# Functions\n{}\n## Scalar functions and operators\n\n{}\n## Aggregates\n\n{}", kNotice,
                     function_rows(catalogue.scalars()), function_rows(catalogue.aggregates()));
}

std::string errors_page() {
  std::string page =
      fmt::format("# Errors\n{}\nEvery failure is a value with one of these codes, a message, and often a hint.\n\n", kNotice);
  page += "| code | what went wrong |\n|---|---|\n";
  for (int i = 0; i <= static_cast<int>(ErrorCode::kInternal); ++i) {
    const auto error_code = static_cast<ErrorCode>(i);
    page += fmt::format("| {} | {} |\n", error_code_name(error_code), cell(error_code_description(error_code)));
  }
  return page;
}

bool write(const std::string& path, const std::string& text) {
  std::FILE* file = std::fopen(path.c_str(), "wb");
  if (file == nullptr) {
    std::perror(path.c_str());
    return false;
  }
  const bool written = std::fwrite(text.data(), 1, text.size(), file) == text.size();
  return std::fclose(file) == 0 && written;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: trueno_docs DIRECTORY\n", stderr);
    return 2;
  }
  const std::string directory = argv[1];
  const bool written = write(directory + "/settings.md", settings_page()) && write(directory + "/functions.md", functions_page()) &&
                       write(directory + "/errors.md", errors_page());
  return written ? 0 : 1;
}
