#include "base/number_text.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

#include "base/hash.h"

namespace trueno {
namespace {

// Expected values: DuckDB 2.0.0 and Python's float and decimal.

TEST(NumberText, DoublesPrintShortestWithAPointOrAnExponent) {
  EXPECT_EQ(format_double(1.0), "1.0");
  EXPECT_EQ(format_double(0.1), "0.1");
  EXPECT_EQ(format_double(-0.0), "-0.0");
  EXPECT_EQ(format_double(1e15), "1000000000000000.0");
  EXPECT_EQ(format_double(1e16), "1e+16");
  EXPECT_EQ(format_double(1.2345678901234568e17), "1.2345678901234568e+17");
  EXPECT_EQ(format_double(1e-4), "0.0001");
  EXPECT_EQ(format_double(0.00012345), "0.00012345");
  EXPECT_EQ(format_double(1e-5), "1e-05");
  EXPECT_EQ(format_double(1.5e300), "1.5e+300");
  EXPECT_EQ(format_double(5e-324), "5e-324");
  EXPECT_EQ(format_double(1234567.125), "1234567.125");
  EXPECT_EQ(format_double(std::nan("")), "nan");
  EXPECT_EQ(format_double(-INFINITY), "-inf");
}

TEST(NumberText, FloatsPrintShortestAsFloats) {
  EXPECT_EQ(format_float(0.1f), "0.1");
  EXPECT_EQ(format_float(123456789.0f), "123456790.0");
  EXPECT_EQ(format_float(3.4028235e38f), "3.4028235e+38");
  EXPECT_EQ(format_float(1e-45f), "1e-45");
}

TEST(NumberText, EveryDoubleReadsBackAsItself) {
  std::uint64_t state = 1;
  for (int i = 0; i < 20'000; ++i) {
    state = hash64(state + static_cast<std::uint64_t>(i));
    const double value = std::bit_cast<double>(state);
    if (std::isnan(value)) continue;
    ASSERT_EQ(std::bit_cast<std::uint64_t>(parse_double(format_double(value)).value()), state);
  }
}

TEST(NumberText, TextsRoundToTheNearestDouble) {
  EXPECT_EQ(parse_double("9007199254740993"), 9007199254740992.0);  // a tie goes to even
  EXPECT_EQ(parse_double("9007199254740993.0000000001"), 9007199254740994.0);
  EXPECT_EQ(parse_double("2.2250738585072011e-308"), 2.225073858507201e-308);
  EXPECT_EQ(parse_double("1e400"), INFINITY);
  EXPECT_EQ(parse_double("-1e400"), -INFINITY);
  EXPECT_EQ(parse_double("1e-400"), 0.0);
  EXPECT_EQ(parse_double("0.000001e-400"), 0.0);
  EXPECT_EQ(parse_double("100000000000000000000000e300"), INFINITY);
  EXPECT_EQ(parse_float("16777217"), 16777216.0f);
}

TEST(NumberText, DoublesForgiveSpacesSignsAndUnderscores) {
  EXPECT_EQ(parse_double(" 12\t"), 12.0);
  EXPECT_EQ(parse_double("+5"), 5.0);
  EXPECT_EQ(parse_double("1_000.5"), 1000.5);
  EXPECT_EQ(parse_double(".5"), 0.5);
  EXPECT_EQ(parse_double("1."), 1.0);
  EXPECT_EQ(parse_double("1E5"), 100000.0);
  EXPECT_EQ(parse_double("-Infinity"), -INFINITY);
  EXPECT_TRUE(std::isnan(parse_double("NaN").value()));
  for (const char* text : {"", "-", "1 2", "1,5", "1d", "1e", "0x10", "infinit", "- 1", "_1", "1_", "1__0", "."}) {
    EXPECT_EQ(parse_double(text), std::nullopt) << text;
  }
}

TEST(NumberText, IntegersRoundHalvesAwayFromZero) {
  EXPECT_EQ(parse_integer("12"), i128{12});
  EXPECT_EQ(parse_integer("1.5"), i128{2});
  EXPECT_EQ(parse_integer("2.5"), i128{3});
  EXPECT_EQ(parse_integer("-2.5"), i128{-3});
  EXPECT_EQ(parse_integer("-0.4"), i128{0});
  EXPECT_EQ(parse_integer("1.5e1"), i128{15});
  EXPECT_EQ(parse_integer("5e-1"), i128{1});
  EXPECT_EQ(parse_integer("1_000"), i128{1000});
  EXPECT_EQ(parse_integer("0x1F"), i128{31});
  EXPECT_EQ(parse_integer("0b11"), i128{3});
  EXPECT_TRUE(parse_integer("170141183460469231731687303715884105727") == kI128Max);
  EXPECT_TRUE(parse_integer("-170141183460469231731687303715884105728") == kI128Min);
  EXPECT_FALSE(parse_integer("170141183460469231731687303715884105728").has_value());
  for (const char* text : {"", "-", "abc", "1__0", "_1", "1_", "1e", "1 2", "._5", "1e400"})
    EXPECT_FALSE(parse_integer(text).has_value()) << text;
}

TEST(NumberText, DecimalsRoundHalvesAwayFromZeroAndKeepTheirWidth) {
  const auto parsed = [](const char* text) { return parse_decimal(text, 10, 2); };
  EXPECT_TRUE(parsed("1.005").unscaled == 101);
  EXPECT_TRUE(parsed("-1.005").unscaled == -101);
  EXPECT_TRUE(parsed("1.0049999999").unscaled == 100);
  EXPECT_TRUE(parsed("1e-5").unscaled == 0);
  EXPECT_TRUE(parsed("1e7").unscaled == 1'000'000'000);
  EXPECT_EQ(parsed("99999999.994").outcome, DecimalOutcome::kOk);
  EXPECT_EQ(parsed("99999999.995").outcome, DecimalOutcome::kOutOfRange);
  EXPECT_EQ(parsed("12345678901").outcome, DecimalOutcome::kOutOfRange);
  EXPECT_EQ(parsed("0x1F").outcome, DecimalOutcome::kMalformed);
  EXPECT_EQ(parse_decimal("99999999999999999999999999999999999999", 38, 0).outcome, DecimalOutcome::kOk);
  EXPECT_EQ(parse_decimal("1e38", 38, 0).outcome, DecimalOutcome::kOutOfRange);
}

TEST(NumberText, DecimalsPrintAllTheirDigits) {
  EXPECT_EQ(format_decimal(-5, 2), "-0.05");
  EXPECT_EQ(format_decimal(1200, 2), "12.00");
  EXPECT_EQ(format_decimal(7, 0), "7");
  EXPECT_EQ(format_decimal(0, 3), "0.000");
}

TEST(NumberText, BooleansAreAFewWords) {
  for (const char* text : {"true", "T", "YES", "y", "1"}) EXPECT_EQ(parse_boolean(text), true) << text;
  for (const char* text : {"false", "f", "no", "N", "0"}) EXPECT_EQ(parse_boolean(text), false) << text;
  for (const char* text : {"", "on", "off", " true", "2"}) EXPECT_EQ(parse_boolean(text), std::nullopt) << text;
}

TEST(NumberText, UuidsOrderLikeTheirTexts) {
  const char* low = "12345678-1234-5678-1234-567812345678";
  const char* high = "f2345678-1234-5678-1234-567812345678";
  EXPECT_EQ(format_uuid(*parse_uuid(low)), low);
  EXPECT_TRUE(*parse_uuid(low) < *parse_uuid(high));
  EXPECT_TRUE(parse_uuid("12345678123456781234567812345678") == parse_uuid(low));
  for (const char* text : {"", "1234", "12345678-1234-5678-1234-56781234567", "g2345678-1234-5678-1234-567812345678"}) {
    EXPECT_FALSE(parse_uuid(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace trueno
