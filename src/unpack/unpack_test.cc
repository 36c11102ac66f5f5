#include "unpack/unpack.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "base/bits.h"

namespace trueno::unpack {
namespace {

struct Packed {
  std::vector<std::uint64_t> values;
  std::vector<std::uint8_t> bits;
};
Packed random_values(std::mt19937_64& random, int width, std::size_t count) {
  Packed made{std::vector<std::uint64_t>(count), std::vector<std::uint8_t>(packed_bytes(count, width) + 64)};
  for (auto& value : made.values) value = width == 0 ? 0 : random() >> (64 - width);
  pack_bits(made.values, width, made.bits.data());
  return made;
}

TEST(Unpack, EveryWidthIsUnpacked) {
  std::mt19937_64 random(5);
  const Routines routine = routines();
  for (int width = 0; width <= 32; ++width) {
    const auto [values, packed] = random_values(random, width, 1000);
    for (const std::size_t first : {0u, 8u, 64u}) {
      for (const std::size_t n : {1u, 7u, 8u, 100u, 900u}) {
        std::vector<std::int32_t> out(n + 16);
        routine.unpack32(packed.data(), first, n, width, 0, out.data());
        for (std::size_t i = 0; i < n; ++i)
          ASSERT_EQ(static_cast<std::uint32_t>(out[i]), values[first + i]) << width << " " << first << " " << n;
      }
    }
  }
}

TEST(Unpack, PackedValuesAreCompared) {
  std::mt19937_64 random(7);
  const Routines routine = routines();
  for (int width = 0; width <= 32; ++width) {
    const auto [values, packed] = random_values(random, width, 500);
    for (const std::size_t first : {0u, 8u}) {
      for (const std::size_t n : {1u, 63u, 64u, 65u, 450u}) {
        const auto with = static_cast<std::uint32_t>(values[first + n / 2]);
        for (const bool opposite : {false, true}) {
          std::vector<std::uint8_t> less(n + 64, 9);
          std::vector<std::uint8_t> equal(n + 64, 9);
          routine.less32(packed.data(), first, n, width, with, opposite, less.data());
          routine.equal32(packed.data(), first, n, width, with, opposite, equal.data());
          for (std::size_t i = 0; i < n; ++i) {
            ASSERT_EQ(less[i], ((values[first + i] < with) != opposite) ? 1 : 0) << width << " " << first << " " << n << " " << i;
            ASSERT_EQ(equal[i], ((values[first + i] == with) != opposite) ? 1 : 0) << width << " " << first << " " << n << " " << i;
          }
        }
      }
    }
  }
}

TEST(Unpack, PackedValuesAreSummed) {
  std::mt19937_64 random(8);
  const Routines routine = routines();
  for (int width = 0; width <= 32; ++width) {
    const auto [values, packed] = random_values(random, width, 500);
    for (const std::size_t first : {0u, 8u}) {
      for (const std::size_t n : {1u, 3u, 5u, 15u, 16u, 17u, 450u}) {
        std::vector<std::uint8_t> mask(n);  // a byte a row, and not one more to be read
        std::uint64_t all = 0;
        std::uint64_t chosen = 0;
        for (std::size_t i = 0; i < n; ++i) {
          mask[i] = static_cast<std::uint8_t>(random() & 1);
          all += values[first + i];
          if (mask[i] != 0) chosen += values[first + i];
        }
        ASSERT_EQ(routine.sum32(packed.data(), first, n, width, nullptr), all) << width << " " << first << " " << n;
        ASSERT_EQ(routine.sum32(packed.data(), first, n, width, mask.data()), chosen) << width << " " << first << " " << n;
      }
    }
  }
}

TEST(Unpack, TheGreatestCodeIsFoundWhereverItIs) {
  const Routines routine = routines();
  EXPECT_EQ(routine.greatest(nullptr, 0), 0u);
  for (std::size_t n : {1u, 2u, 15u, 16u, 17u, 31u, 32u, 33u, 100u}) {
    for (std::size_t at = 0; at < n; ++at) {
      std::vector<std::uint32_t> codes(n, 3);
      codes[at] = 0xFFFFFFF0u;
      ASSERT_EQ(routine.greatest(codes.data(), n), 0xFFFFFFF0u) << n << " " << at;
    }
  }
}

TEST(Unpack, CodesFetchTheirEntries) {
  std::mt19937 random(6);
  const Routines routine = routines();
  std::vector<std::uint32_t> entries4(1000);
  std::vector<std::uint64_t> entries8(1000);
  for (std::size_t i = 0; i < 1000; ++i) {
    entries4[i] = static_cast<std::uint32_t>(i * 7);
    entries8[i] = i * 11 << 32;
  }
  for (std::size_t n : {0u, 1u, 3u, 4u, 5u, 64u, 1023u}) {
    std::vector<std::uint32_t> codes(n);
    for (auto& code : codes) code = static_cast<unsigned>(random()) % 1000;
    std::vector<std::uint32_t> out4(n + 16);
    std::vector<std::uint64_t> out8(n + 8);
    routine.gather4(entries4.data(), codes.data(), n, out4.data());
    routine.gather8(entries8.data(), codes.data(), n, out8.data());
    for (std::size_t i = 0; i < n; ++i) {
      ASSERT_EQ(out4[i], codes[i] * 7);
      ASSERT_EQ(out8[i], std::uint64_t{codes[i]} * 11 << 32);
    }
  }
}

}  // namespace
}  // namespace trueno::unpack
