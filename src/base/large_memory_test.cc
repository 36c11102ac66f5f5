#include "base/large_memory.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <random>
#include <thread>
#include <vector>

namespace trueno {
namespace {

struct Block {
  std::uint8_t* bytes;
  std::size_t size;
  std::uint8_t mark;
};

bool holds_its_mark(const Block& block) {
  for (std::size_t i = 0; i < block.size; ++i) {
    if (block.bytes[i] != block.mark) return false;
  }
  return true;
}

// Blocks that overlap would overwrite each other's marks.
void take_and_give(unsigned seed) {
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  std::vector<Block> blocks;
  for (int step = 0; step < 300; ++step) {
    if (blocks.size() < 20 && random() % 3 != 0) {
      const std::size_t size = (1 + random() % 12'000) * 64;  // both sides of kLargeBytes
      auto* bytes = static_cast<std::uint8_t*>(allocate_block(size));
      ASSERT_NE(bytes, nullptr);
      EXPECT_EQ(reinterpret_cast<std::uintptr_t>(bytes) % 64, 0U);
      const auto mark = static_cast<std::uint8_t>(random());
      std::memset(bytes, mark, size);
      blocks.push_back({bytes, size, mark});
    } else if (!blocks.empty()) {
      const std::size_t victim = random() % blocks.size();
      EXPECT_TRUE(holds_its_mark(blocks[victim]));
      free_block(blocks[victim].bytes, blocks[victim].size);
      blocks[victim] = blocks.back();
      blocks.pop_back();
    }
  }
  for (const Block& block : blocks) {
    EXPECT_TRUE(holds_its_mark(block));
    free_block(block.bytes, block.size);
  }
}

TEST(LargeMemory, BlocksNeverOverlapWhateverTheOrder) {
  for (unsigned seed = 1; seed <= 10; ++seed) take_and_give(seed);
}

TEST(LargeMemory, SeveralThreadsShareTheRegions) {
  std::vector<std::thread> threads;
  for (unsigned seed = 11; seed <= 14; ++seed) threads.emplace_back(take_and_give, seed);
  for (std::thread& thread : threads) thread.join();
}

TEST(LargeMemory, WhatIsGivenBackIsUsedAgain) {
  const std::size_t before = large_memory_use().used;
  void* first = allocate_block(kLargeBytes);
  void* second = allocate_block(kLargeBytes);
  const LargeMemoryUse both = large_memory_use();
  free_block(first, kLargeBytes);
  free_block(second, kLargeBytes);
  EXPECT_EQ(large_memory_use().used, before);
  if (both.used == before) GTEST_SKIP() << "ordinary allocations on this platform or under this sanitizer";
  EXPECT_EQ(both.used, before + 2 * kLargeBytes);
  // Joined again: one block of both sizes fits where they lay, so no region is added.
  void* joined = allocate_block(2 * kLargeBytes);
  EXPECT_EQ(large_memory_use().reserved, both.reserved);
  free_block(joined, 2 * kLargeBytes);
}

TEST(LargeMemory, ARegionOfOneHugeBlockGoesBackAtOnce) {
  const std::size_t reserved = large_memory_use().reserved;
  const std::size_t bytes = large_memory_use().kept + (std::size_t{64} << 20);
  void* block = allocate_block(bytes);  // nobody writes to it
  ASSERT_NE(block, nullptr);
  free_block(block, bytes);
  EXPECT_EQ(large_memory_use().reserved, reserved);
}

TEST(LargeMemory, TheSystemsRefusalIsNull) { EXPECT_EQ(allocate_block(std::size_t{1} << 60), nullptr); }

}  // namespace
}  // namespace trueno
