#include "base/bits.h"

#include <gtest/gtest.h>

#include <vector>

#include "base/hash.h"

namespace trueno {
namespace {

TEST(Bits, AreLeastSignificantFirst) {
  std::uint8_t bits[2] = {0b00000101, 0b10000000};
  EXPECT_TRUE(get_bit(bits, 0));
  EXPECT_FALSE(get_bit(bits, 1));
  EXPECT_TRUE(get_bit(bits, 2));
  EXPECT_TRUE(get_bit(bits, 15));
  set_bit_to(bits, 2, false);
  EXPECT_EQ(bits[0], 1);
}

TEST(Bits, CountAndCopyAtEveryOffset) {
  std::vector<std::uint8_t> bits(40);
  for (std::size_t i = 0; i < bits.size(); ++i) bits[i] = static_cast<std::uint8_t>(hash64(i));
  for (std::size_t offset = 0; offset < 20; ++offset) {
    for (const std::size_t length : {0u, 1u, 7u, 8u, 9u, 63u, 64u, 200u}) {
      std::size_t expected = 0;
      for (std::size_t i = 0; i < length; ++i) expected += get_bit(bits.data(), offset + i) ? 1 : 0;
      EXPECT_EQ(count_set_bits(bits.data(), offset, length), expected);
      std::vector<std::uint8_t> copy(bytes_for_bits(length) + 1, 0xAA);
      copy_bits(bits.data(), offset, length, copy.data());
      for (std::size_t i = 0; i < length; ++i) ASSERT_EQ(get_bit(copy.data(), i), get_bit(bits.data(), offset + i));
      for (std::size_t i = length; i < bytes_for_bits(length) * 8; ++i) ASSERT_FALSE(get_bit(copy.data(), i));
      EXPECT_EQ(copy.back(), 0xAA);
    }
  }
}

TEST(Bits, PackedValuesComeBackAtEveryWidth) {
  for (int width = 0; width <= 64; ++width) {
    std::vector<std::uint64_t> values(100);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = width == 0 ? 0 : hash64(i) >> (64 - width);
    std::vector<std::uint8_t> packed(packed_bytes(values.size(), width));
    pack_bits(values, width, packed.data());
    for (std::size_t i = 0; i < values.size(); ++i) ASSERT_EQ(unpack_bits(packed.data(), i, width), values[i]) << width;
  }
}

TEST(Bits, WidthHoldsTheMaximum) {
  EXPECT_EQ(bit_width_of(0), 0);
  EXPECT_EQ(bit_width_of(1), 1);
  EXPECT_EQ(bit_width_of(255), 8);
  EXPECT_EQ(bit_width_of(256), 9);
  EXPECT_EQ(bit_width_of(~std::uint64_t{0}), 64);
}

}  // namespace
}  // namespace trueno
