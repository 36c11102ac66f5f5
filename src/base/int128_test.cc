#include "base/int128.h"

#include <gtest/gtest.h>

namespace trueno {
namespace {

TEST(Int128, TextsRoundTripOverTheWholeRange) {
  EXPECT_EQ(to_string(kI128Min), "-170141183460469231731687303715884105728");
  EXPECT_EQ(to_string(kI128Max), "170141183460469231731687303715884105727");
  EXPECT_TRUE(parse_i128(to_string(kI128Min)) == kI128Min);
  EXPECT_TRUE(parse_i128(to_string(kI128Max)) == kI128Max);
  EXPECT_FALSE(parse_i128("170141183460469231731687303715884105728").has_value());
  EXPECT_FALSE(parse_i128("").has_value());
  EXPECT_FALSE(parse_i128("12a").has_value());
}

TEST(Int128, DivisionRoundsHalvesAwayFromZero) {
  EXPECT_TRUE(divide_rounded(5, 2) == 3);
  EXPECT_TRUE(divide_rounded(-5, 2) == -3);
  EXPECT_TRUE(divide_rounded(4, 3) == 1);
  EXPECT_TRUE(divide_rounded(-4, 3) == -1);
  EXPECT_TRUE(divide_rounded(kI128Max, 1) == kI128Max);
}

// Expected values: Python's float(Decimal(...)), which rounds once.
TEST(Int128, DecimalsBecomeTheNearestDouble) {
  EXPECT_EQ(to_double(123, 2), 1.23);
  EXPECT_EQ(to_double(-1, 1), -0.1);
  EXPECT_EQ(to_double((i128{1} << 53) + 1), 9007199254740992.0);
  EXPECT_EQ(to_double((i128{1} << 53) + 3), 9007199254740996.0);
  EXPECT_EQ(to_double(kI128Max), 1.7014118346046923e38);
  EXPECT_EQ(to_double(1, 38), 1e-38);
}

TEST(Int128, HalvesMakeAWhole) {
  const i128 value = (i128{-5} << 64) + 17;
  EXPECT_TRUE(make_i128(high64(value), low64(value)) == value);
}

}  // namespace
}  // namespace trueno
