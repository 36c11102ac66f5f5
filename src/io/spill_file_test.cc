#include "io/spill_file.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <numeric>
#include <thread>
#include <vector>

namespace trueno {
namespace {

class SpillFileTest : public testing::Test {
 protected:
  SpillFileTest() : folder_(std::filesystem::temp_directory_path() / ("trueno_spill_test_" + std::to_string(::getpid()))) {}
  ~SpillFileTest() override { std::filesystem::remove_all(folder_); }
  std::filesystem::path folder_;
};

TEST_F(SpillFileTest, GivesBackWhatWasPutAndLeavesNoName) {
  const std::string directory = folder_ / "made" / "on the way";
  auto file = SpillFile::create(directory);
  ASSERT_TRUE(file) << file.error().message();
  std::vector<std::uint8_t> bytes(100'000);
  std::iota(bytes.begin(), bytes.end(), std::uint8_t{0});
  ASSERT_EQ((*file)->append(std::span(bytes).first(10)).value(), 0U);
  const auto second = (*file)->append(bytes);
  ASSERT_TRUE(second);
  EXPECT_EQ(*second, 10U);
  EXPECT_EQ((*file)->size(), 100'010U);
  std::vector<std::uint8_t> read(bytes.size());
  ASSERT_TRUE((*file)->read(*second, read));
  EXPECT_EQ(read, bytes);
  EXPECT_TRUE(std::filesystem::is_empty(directory));
  EXPECT_FALSE((*file)->read(100'000, read));  // ends before
}

TEST_F(SpillFileTest, PiecesOfSeveralThreadsStayWhole) {
  auto file = SpillFile::create(folder_);
  ASSERT_TRUE(file);
  std::vector<std::vector<std::uint64_t>> places(4);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < places.size(); ++t) {
    threads.emplace_back([&, t] {
      const std::vector<std::uint8_t> piece(1000 + t, static_cast<std::uint8_t>(t));
      for (int i = 0; i < 100; ++i) places[t].push_back((*file)->append(piece).value());
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (std::size_t t = 0; t < places.size(); ++t) {
    for (const std::uint64_t place : places[t]) {
      std::vector<std::uint8_t> piece(1000 + t);
      ASSERT_TRUE((*file)->read(place, piece));
      EXPECT_EQ(piece, std::vector<std::uint8_t>(1000 + t, static_cast<std::uint8_t>(t)));
    }
  }
}

TEST_F(SpillFileTest, ADirectoryThatCannotBeMadeIsAnError) {
  const auto file = SpillFile::create("/proc/no such place");
  ASSERT_FALSE(file);
  EXPECT_NE(file.error().message().find("/proc/no such place"), std::string::npos);
}

}  // namespace
}  // namespace trueno
