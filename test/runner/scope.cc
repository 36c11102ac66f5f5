#include "scope.h"

#include <algorithm>
#include <cctype>
#include <fstream>

namespace trueno::test {

namespace {

std::string trimmed(const std::string& text) {
  const std::size_t first = text.find_first_not_of(" \t\r");
  return first == std::string::npos ? std::string() : text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

bool begins_with_word(const std::string& sql, const std::string& word) {
  std::size_t at = 0;
  while (at < sql.size() && std::isspace(static_cast<unsigned char>(sql[at])) != 0) ++at;
  for (const char c : word) {
    if (at == sql.size() || std::tolower(static_cast<unsigned char>(sql[at++])) != c) return false;
  }
  return true;
}

}  // namespace

std::optional<Scope> Scope::read(const std::string& list) {
  Scope scope;
  std::ifstream in(list);
  if (!in) return std::nullopt;
  const std::string record = "*.sql ^";
  for (std::string line; std::getline(in, line);) {
    const std::size_t bar = line.find('|');
    if (line.starts_with('#') || bar == std::string::npos) continue;
    const std::string what = trimmed(line.substr(0, bar));
    const std::string features = trimmed(line.substr(bar + 1));
    if (what.starts_with(record)) {
      scope.words_.emplace_back(what.substr(record.size()), features);
    } else {
      scope.files_.emplace_back(what, features);
    }
  }
  std::ranges::sort(scope.files_);
  return scope;
}

std::string Scope::left_out(const std::string& file, int line, const std::string& sql) const {
  if (std::string features = of_path(file); !features.empty()) return features;
  if (std::string features = of_path(file + ':' + std::to_string(line)); !features.empty()) return features;
  for (const auto& [word, features] : words_) {
    if (begins_with_word(sql, word)) return features;
  }
  return {};
}

std::string Scope::of_path(const std::string& file) const {
  // The suite's folder may be given in any way: the list holds ends of paths.
  for (std::size_t at = 0; at != std::string::npos; at = file.find('/', at)) {
    at += file[at] == '/' ? 1 : 0;
    const std::string end = file.substr(at);
    const auto found = std::ranges::lower_bound(files_, end, {}, [](const auto& entry) -> const std::string& { return entry.first; });
    if (found != files_.end() && found->first == end) return found->second;
  }
  return {};
}

}  // namespace trueno::test
