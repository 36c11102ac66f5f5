#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "column/table_source.h"
#include "io/local_file_system.h"
#include "storage/arrow_module.h"

namespace trueno {

/// A folder for the files of one test, and pyarrow, the independent implementation that writes and reads them.
class PythonFiles : public ::testing::Test {
 protected:
  PythonFiles() {
    std::string pattern = (std::filesystem::temp_directory_path() / "trueno_arrow_XXXXXX").string();
    directory_ = ::mkdtemp(pattern.data());
  }
  ~PythonFiles() override { std::filesystem::remove_all(directory_); }
  void SetUp() override {
    if (std::getenv("TRUENO_PYTHON") == nullptr) GTEST_SKIP() << "TRUENO_PYTHON, a Python with pyarrow, is not set";
    const auto module = load_arrow_module();
    ASSERT_TRUE(module) << module.error().to_string();
    module_ = *module;
  }

  [[nodiscard]] std::string path(const std::string& name) const { return directory_ + "/" + name; }

  /// Runs a script with `pa`, `pq`, `ipc`, and `D`, the folder; gives what it printed.
  std::string python(const std::string& script) const {
    std::ofstream(path("script.py")) << "import pyarrow as pa, pyarrow.parquet as pq, pyarrow.ipc as ipc, datetime, decimal, os\nD = '"
                                     << directory_ << "/'\n"
                                     << script << "\n";
    const std::string command = std::string(std::getenv("TRUENO_PYTHON")) + " " + path("script.py") + " 2>&1";
    std::FILE* pipe = ::popen(command.c_str(), "r");
    std::string output;
    char bytes[4096];
    while (const std::size_t got = std::fread(bytes, 1, sizeof bytes, pipe)) output.append(bytes, got);
    EXPECT_EQ(::pclose(pipe), 0) << output;
    while (!output.empty() && output.back() == '\n') output.pop_back();
    return output;
  }

  [[nodiscard]] std::shared_ptr<const RandomAccessFile> file(const std::string& name) const {
    auto opened = files_->open(path(name));
    EXPECT_TRUE(opened) << name;
    return std::move(*opened);
  }

  /// All rows as text, "a|b"; an error as its text.
  static Result<std::vector<std::string>> rows_of(const TableSource& source, std::vector<int> columns = {},
                                                  const ScanPredicate& predicate = {}) {
    if (columns.empty()) {
      for (std::size_t i = 0; i < source.schema().size(); ++i) columns.push_back(static_cast<int>(i));
    }
    std::vector<std::string> rows;
    for (std::int64_t part = 0; part < source.part_count(); ++part) {
      BatchStream stream = TRUENO_TRY(source.scan(part, columns, predicate, CancelToken()));
      while (const auto batch = TRUENO_TRY(stream())) {
        for (std::int64_t row = 0; row < batch->length; ++row) {
          std::string text;
          for (const Column& column : batch->columns) {
            if (&column != &batch->columns[0]) text += "|";
            text += column.value(row).to_string();
          }
          rows.push_back(text);
        }
      }
    }
    return rows;
  }
  static std::string types_of(const TableSource& source) {
    std::string text;
    for (const Field& field : source.schema()) {
      if (!text.empty()) text += ", ";
      text += fmt::format("{} {}", field.name, field.type.to_string());
    }
    return text;
  }

  std::string directory_;
  std::unique_ptr<FileSystem> files_ = make_local_file_system();
  const ArrowModule* module_ = nullptr;
};

}  // namespace trueno
