#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "io/local_file_system.h"
#include "io/memory_file_system.h"
#include "io/path_pattern.h"
#include "io/url.h"

namespace trueno {
namespace {

class LocalFiles : public ::testing::Test {
 protected:
  LocalFiles() {
    std::string pattern = (std::filesystem::temp_directory_path() / "trueno_io_XXXXXX").string();
    directory_ = ::mkdtemp(pattern.data());
  }
  ~LocalFiles() override { std::filesystem::remove_all(directory_); }

  std::string path(const std::string& name) const { return directory_ + "/" + name; }
  Status put(const std::string& name, std::string_view text) {
    const auto file = TRUENO_TRY(files_->create(path(name)));
    TRUENO_TRY(file->write({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}));
    return file->close();
  }

  std::string directory_;
  std::unique_ptr<FileSystem> files_ = make_local_file_system();
};

TEST_F(LocalFiles, WrittenBytesAreReadAndMapped) {
  ASSERT_TRUE(put("a.txt", "hello world"));
  const auto file = *files_->open(path("a.txt"));
  EXPECT_EQ(file->identity().size, 11u);
  std::uint8_t bytes[5];
  ASSERT_TRUE(file->read(6, bytes));
  EXPECT_EQ(std::string_view(reinterpret_cast<char*>(bytes), 5), "world");
  const Buffer mapped = *file->map(6, 5);
  EXPECT_EQ(mapped.data()[0], 'w');
  EXPECT_EQ(file->read(8, bytes).error().code(), ErrorCode::kIo);
  EXPECT_EQ(file->map(8, 5).error().code(), ErrorCode::kIo);
}

TEST_F(LocalFiles, FailuresAreTyped) {
  EXPECT_EQ(files_->open(path("missing")).error().code(), ErrorCode::kFileNotFound);
  EXPECT_EQ(files_->stat(path("missing")).error().code(), ErrorCode::kFileNotFound);
  EXPECT_EQ(files_->open(directory_).error().code(), ErrorCode::kInvalidInput);
  EXPECT_EQ(files_->create(directory_).error().code(), ErrorCode::kInvalidInput);
  EXPECT_EQ(files_->create(path("no/such/directory")).error().code(), ErrorCode::kFileNotFound);
  ASSERT_TRUE(put("closed", "x"));
  std::filesystem::permissions(path("closed"), std::filesystem::perms::none);
  if (::geteuid() == 0) return;  // may open anything
  EXPECT_EQ(files_->open(path("closed")).error().code(), ErrorCode::kPermissionDenied);
}

TEST_F(LocalFiles, AFileThatWasNotClosedLeavesTheOldOne) {
  ASSERT_TRUE(put("a", "old"));
  {
    const auto file = *files_->create(path("a"));
    const std::uint8_t byte = 'n';
    ASSERT_TRUE(file->write({&byte, 1}));
  }
  EXPECT_EQ(files_->stat(path("a"))->size, 3u);
  EXPECT_EQ(files_->glob(path("*"))->size(), 1u);
}

TEST_F(LocalFiles, PatternsFindFilesInOrder) {
  std::filesystem::create_directories(path("d/e"));
  for (const char* name : {"b.csv", "a.csv", "c.txt", ".hidden.csv", "d/x.csv", "d/e/y.csv"}) ASSERT_TRUE(put(name, "1"));
  const auto found = [&](const std::string& pattern) {
    std::string text;
    const auto paths = files_->glob(path(pattern));
    for (const std::string& one : *paths) {
      if (!text.empty()) text += " ";
      text += one.substr(directory_.size() + 1);
    }
    return text;
  };
  EXPECT_EQ(found("*.csv"), "a.csv b.csv");
  EXPECT_EQ(found("**/*.csv"), "a.csv b.csv d/e/y.csv d/x.csv");
  EXPECT_EQ(found("d/**"), "d/e/y.csv d/x.csv");
  EXPECT_EQ(found("[ab].csv"), "a.csv b.csv");
  EXPECT_EQ(found("?.txt"), "c.txt");
  EXPECT_EQ(found("a.csv"), "a.csv");
  EXPECT_EQ(found("*/*.csv"), "d/x.csv");
  EXPECT_EQ(found("nothing/*"), "");
}

TEST_F(LocalFiles, DirectoriesAreMadeAndFilesRemoved) {
  ASSERT_TRUE(files_->create_directories(path("d/e/f")));
  ASSERT_TRUE(files_->create_directories(path("d/e/f")));
  ASSERT_TRUE(put("d/e/f/a", "x"));
  EXPECT_EQ(files_->create_directories(path("d/e/f/a")).error().code(), ErrorCode::kInvalidInput);
  EXPECT_FALSE(files_->create_directories(path("d/e/f/a/b")));
  ASSERT_TRUE(files_->remove_file(path("d/e/f/a")));
  EXPECT_EQ(files_->remove_file(path("d/e/f/a")).error().code(), ErrorCode::kFileNotFound);
}

TEST(Url, IsToldFromAPath) {
  EXPECT_TRUE(is_url("http://h/x.csv"));
  EXPECT_TRUE(is_url("HTTPS://h"));
  EXPECT_FALSE(is_url("https:/h"));
  EXPECT_FALSE(is_url("data/http://x"));
  EXPECT_EQ(without_query("https://h/x.csv.gz?key=a#b"), "https://h/x.csv.gz");
  EXPECT_EQ(without_query("x?.csv"), "x?.csv");
}

TEST(MemoryFiles, AnOpenFileKeepsItsBytesWhenTheNameIsWrittenAgain) {
  MemoryFileSystem files;
  ASSERT_TRUE(files.put("a", "one"));
  const auto file = *files.open("a");
  ASSERT_TRUE(files.put("a", "two"));
  EXPECT_EQ(file->map(0, 3)->data()[0], 'o');
  EXPECT_FALSE(*files.stat("a") == file->identity());
  EXPECT_EQ(files.open("b").error().code(), ErrorCode::kFileNotFound);
  ASSERT_TRUE(files.put("d/x.csv", ""));
  EXPECT_EQ(*files.glob("**/*.csv"), std::vector<std::string>{"d/x.csv"});
}

TEST(PathPattern, SegmentsMatchAsInAShell) {
  EXPECT_TRUE(segment_matches("a*c", "abbc"));
  EXPECT_FALSE(segment_matches("a*c", "abbd"));
  EXPECT_TRUE(segment_matches("*a*b*", "xxaxxbxx"));
  EXPECT_TRUE(segment_matches("[!a]x", "bx"));
  EXPECT_FALSE(segment_matches("[!a]x", "ax"));
  EXPECT_TRUE(segment_matches("[a-c]?", "b9"));
  EXPECT_TRUE(segment_matches("[", "["));
  EXPECT_FALSE(segment_matches("*", ".hidden"));
  EXPECT_TRUE(segment_matches(".*", ".hidden"));
  EXPECT_TRUE(path_matches("**", "a/b/c"));
  EXPECT_TRUE(path_matches("a/**/c", "a/c"));
  EXPECT_FALSE(path_matches("a/*", "a/b/c"));
}

}  // namespace
}  // namespace trueno
