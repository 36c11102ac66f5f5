#include "base/buffer.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace trueno {
namespace {

TEST(Buffer, FrozenBytesAreAlignedAndReadableBehindTheEnd) {
  MutableBuffer building = *MutableBuffer::uninitialised(3);
  building.data()[0] = 7;
  const Buffer buffer = std::move(building).freeze();
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(buffer.data()) % 64, 0u);
  EXPECT_EQ(buffer.size(), 3u);
  for (std::size_t i = 3; i < 3 + 64; ++i) EXPECT_EQ(buffer.data()[i], 0);
}

TEST(Buffer, SlicesShareTheOwner) {
  bool released = false;
  Buffer slice;
  {
    static const std::uint8_t bytes[4] = {1, 2, 3, 4};
    const Buffer whole(bytes, 4, std::shared_ptr<const void>(bytes, [&](const void*) { released = true; }));
    slice = whole.slice(1, 2);
  }
  EXPECT_FALSE(released);
  EXPECT_EQ(slice.data()[0], 2);
  slice = Buffer();
  EXPECT_TRUE(released);
}

TEST(Buffer, AppendsKeepWhatWasWritten) {
  MutableBuffer building;
  for (std::uint32_t i = 0; i < 1000; ++i) ASSERT_TRUE(building.append_value(i));
  const Buffer buffer = std::move(building).freeze();
  ASSERT_EQ(buffer.size(), 4000u);
  for (std::uint32_t i = 0; i < 1000; ++i) EXPECT_EQ(buffer.as<std::uint32_t>()[i], i);
}

TEST(Buffer, AnAbsurdSizeIsAnErrorAndNotACrash) {
  const auto refused = MutableBuffer::uninitialised(~std::size_t{0} / 2);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::kOutOfMemory);
}

TEST(Buffer, AnEmptyBufferIsNotTheSameAsNone) {
  EXPECT_TRUE(Buffer().empty());
  EXPECT_FALSE(std::move(*MutableBuffer::zeroed(0)).freeze().empty());
}

}  // namespace
}  // namespace trueno
