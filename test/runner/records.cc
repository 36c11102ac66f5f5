#include "records.h"

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace trueno::test {

namespace {

constexpr const char* kLabel = "postgresql";  // of skipif and onlyif

struct Line {
  int number;
  std::string text;  // without trailing blanks
  std::string raw;   // with them: a value may end so
};

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

void replace_all(std::string& text, const std::string& what, const std::string& by) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size())) text.replace(at, what.size(), by);
}

class Reader {
 public:
  explicit Reader(std::vector<Line> lines) : lines_(std::move(lines)) {}

  std::vector<Record> read() {
    while (at_ < lines_.size()) read_one();
    return std::move(records_);
  }

 private:
  bool at_end() const { return at_ >= lines_.size(); }
  const std::string& text() const { return lines_[at_].text; }

  void read_one() {
    const std::string line = text();
    const int number = lines_[at_].number;
    if (line.empty() || line[0] == '#') {
      ++at_;
      return;
    }
    const std::vector<std::string> words = words_of(line);
    if (words.empty()) {
      ++at_;
    } else if (words[0] == "skipif" || words[0] == "onlyif") {
      const bool ours = words.size() > 1 && words[1] == kLabel;
      ++at_;
      if (ours == (words[0] == "skipif")) skip_next_ = true;
    } else if (words[0] == "statement" && words.size() > 1) {
      read_statement(words, number);
    } else if (words[0] == "query") {
      read_query(words, number);
    } else if (((words[0] == "loop" || words[0] == "concurrentloop") && words.size() > 3) || (words[0] == "foreach" && words.size() > 2)) {
      read_loop(words);
    } else if (words[0] == "mode" && words.size() > 1) {
      mode_skip_ = words[1] == "skip";
      ++at_;
    } else if (words[0] == "halt") {
      records_.push_back({Record::Kind::kHalt, number, {}, {}, {}, {}, {}});
      ++at_;
    } else if (words[0] == "require" && words.size() > 1) {
      ++at_;
      if (words[1] != "vector_size" && words[1] != "no_extension_autoloading" && words[1] != "notwindows" && words[1] != "64bit" &&
          words[1] != "skip_reload" && words[1] != "no_alternative_verify" && words[1] != "noforcestorage") {
        records_.push_back({Record::Kind::kHalt, number, {}, {}, {}, {}, "requires " + words[1]});
      }
    } else if (words[0] == "hash-threshold" || words[0] == "load" || words[0] == "restart" || words[0] == "unskip" || words[0] == "tags" ||
               words[0] == "test-env" || words[0] == "set") {
      ++at_;
    } else {
      records_.push_back({Record::Kind::kSkip, number, {}, {}, {}, {}, "directive " + words[0]});
      ++at_;
      skip_block();
    }
  }

  void skip_block() {
    while (!at_end() && !text().empty()) ++at_;
  }

  std::string read_sql(bool& has_results) {
    std::string sql;
    has_results = false;
    while (!at_end() && !text().empty()) {
      if (text() == "----") {
        has_results = true;
        ++at_;
        break;
      }
      sql += (sql.empty() ? "" : "\n") + text();
      ++at_;
    }
    return sql;
  }

  void push(Record record) {
    if (skip_next_ || mode_skip_) {
      if (mode_skip_) records_.push_back({Record::Kind::kSkip, record.line, {}, {}, {}, {}, "mode skip"});
      skip_next_ = false;
      return;
    }
    records_.push_back(std::move(record));
  }

  void read_statement(const std::vector<std::string>& words, int number) {
    ++at_;
    Record record;
    record.kind = words[1] == "error"   ? Record::Kind::kStatementError
                  : words[1] == "maybe" ? Record::Kind::kStatementMaybe
                                        : Record::Kind::kStatementOk;
    record.line = number;
    if (words.size() > 2) record.connection = words[2];
    bool has_results = false;
    record.sql = read_sql(has_results);
    if (words.size() > 3) {  // words of a message in the place of a connection would check nothing
      record.kind = Record::Kind::kSkip;
      record.skip_reason = "more than a connection behind statement " + words[1];
    }
    while (has_results && !at_end() && !text().empty()) record.expected.push_back(lines_[at_++].text);
    push(std::move(record));
  }

  void read_query(const std::vector<std::string>& words, int number) {
    ++at_;
    Record record;
    record.kind = Record::Kind::kQuery;
    record.line = number;
    record.types = words.size() > 1 ? words[1] : "";
    record.sort = words.size() > 2 ? words[2] : "nosort";
    if (record.sort != "rowsort" && record.sort != "valuesort" && record.sort != "nosort" && record.sort != "sort" &&
        record.sort != "unsort") {
      record.connection = record.sort;
      record.sort = "nosort";
    }
    bool has_results = false;
    if (words.size() > 3) record.label = words[3];
    record.sql = read_sql(has_results);
    while (has_results && !at_end() && !lines_[at_].raw.empty()) record.expected.push_back(lines_[at_++].raw);
    record.has_results = has_results && (record.label.empty() || !record.expected.empty());
    push(std::move(record));
  }

  // <integral> and its like stand for types.
  static std::vector<std::string> with_type_groups(std::vector<std::string> values) {
    const std::vector<std::string> of_sign = {"tinyint", "smallint", "integer", "bigint", "hugeint"};
    const std::vector<std::string> without = {"utinyint", "usmallint", "uinteger", "ubigint", "uhugeint"};
    std::vector<std::string> out;
    const auto add = [&](const std::vector<std::string>& types) { out.insert(out.end(), types.begin(), types.end()); };
    for (std::string& value : values) {
      const bool all = value == "<alltypes>";
      const bool numbers = all || value == "<numeric>";
      const bool integers = numbers || value == "<integral>";
      if (integers || value == "<signed>") add(of_sign);
      if (integers || value == "<unsigned>") add(without);
      if (numbers) add({"float", "double"});
      if (all) add({"bool", "interval", "varchar"});
      if (!integers && value != "<signed>" && value != "<unsigned>") out.push_back(std::move(value));
    }
    return out;
  }

  // The body once a value, with ${name} replaced.
  void read_loop(const std::vector<std::string>& words) {
    const std::string name = words[1];
    std::vector<std::string> values(words.begin() + 2, words.end());
    if (words[0] != "foreach") {  // what runs at once elsewhere runs one after the other
      values.clear();
      for (long i = std::atol(words[2].c_str()); i < std::atol(words[3].c_str()); ++i) values.push_back(std::to_string(i));
    }
    values = with_type_groups(std::move(values));
    ++at_;
    std::vector<Line> body;
    for (int depth = 1; !at_end(); ++at_) {
      const std::vector<std::string> inner = words_of(text());
      if (!inner.empty() && (inner[0] == "loop" || inner[0] == "concurrentloop" || inner[0] == "foreach")) ++depth;
      if (!inner.empty() && inner[0] == "endloop" && --depth == 0) break;
      body.push_back(lines_[at_]);
    }
    ++at_;
    for (const std::string& value : values) {
      std::vector<Line> copy = body;
      for (Line& line : copy) {
        for (const std::string& hole : {"${" + name + "}", "{" + name + "}"}) {
          replace_all(line.text, hole, value);
          replace_all(line.raw, hole, value);
        }
      }
      for (Record& record : Reader(std::move(copy)).read()) push(std::move(record));
    }
  }

  std::vector<Line> lines_;
  std::size_t at_ = 0;
  bool skip_next_ = false;
  bool mode_skip_ = false;
  std::vector<Record> records_;
};

}  // namespace

std::vector<Record> read_records(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::vector<Line> lines;
  int number = 0;
  for (std::string line; std::getline(file, line);) {
    while (!line.empty() && line.back() == '\r') line.pop_back();
    std::string text = line;
    while (!text.empty() && text.back() == ' ') text.pop_back();
    lines.push_back({++number, std::move(text), std::move(line)});
  }
  return Reader(std::move(lines)).read();
}

}  // namespace trueno::test
