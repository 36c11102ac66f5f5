#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace trueno::test {

/// The list of what a foreign suite asks for and this project leaves out on purpose. A line is `file | feature, feature...`, the file
/// relative to the suite's folder; `file:line | reason` stands for one record, `*.sql ^word | feature` for records whose text begins with
/// the word. `#` begins a comment.
class Scope {
 public:
  Scope() = default;
  /// Nothing when the list cannot be read.
  static std::optional<Scope> read(const std::string& list);
  /// The features for which a record is out of scope; empty when it is in scope.
  [[nodiscard]] std::string left_out(const std::string& file, int line, const std::string& sql) const;
  [[nodiscard]] bool empty() const { return files_.empty() && words_.empty(); }

 private:
  [[nodiscard]] std::string of_path(const std::string& file) const;

  std::vector<std::pair<std::string, std::string>> files_;  // by path or path:line, sorted
  std::vector<std::pair<std::string, std::string>> words_;
};

}  // namespace trueno::test
