// Values from mpmath with 1400 bits, each rounded to the nearest double. (Some hundred thousand more:
// test/e2e/elementary_functions_test.py.)
#include "kernel/math/elementary.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include <gtest/gtest.h>

namespace trueno::kernel::math {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

// Doubles between two of one sign.
std::int64_t steps(double a, double b) { return std::bit_cast<std::int64_t>(a) - std::bit_cast<std::int64_t>(b); }

struct OfOne {
  const char* name;
  double (*function)(double);
  double x;
  double expected;
};
constexpr OfOne kOfOne[] = {
    {"exp", math::exp, 0x1.0000000000000p+0, 0x1.5bf0a8b145769p+1},
    {"exp", math::exp, -0x1.0000000000000p+0, 0x1.78b56362cef38p-2},
    {"exp", math::exp, 0x1.62e3d70a3d70ap+9, 0x1.fe9ce5c4c52b4p+1023},
    {"exp", math::exp, -0x1.6226666666666p+9, 0x1.19e98b83de7a3p-1022},
    {"exp", math::exp, -0x1.743851eb851ecp+9, 0x0.0000000000001p-1022},
    {"exp", math::exp, 0x1.70ef54646d497p-57, 0x1.0000000000000p+0},
    {"exp", math::exp, 0x1.0000000000000p-1, 0x1.a61298e1e069cp+0},
    {"exp", math::exp, 0x1.6000000000000p+6, 0x1.f1056dc7bf22dp+126},
    {"log", math::log, 0x1.0000000000000p+1, 0x1.62e42fefa39efp-1},
    {"log", math::log, 0x1.ffffffffffffep-1, -0x1.0000000000001p-52},
    {"log", math::log, 0x1.0000000000001p+0, 0x1.fffffffffffffp-53},
    {"log", math::log, 0x0.0000000000001p-1022, -0x1.74385446d71c3p+9},
    {"log", math::log, 0x1.fffffffffffffp+1023, 0x1.62e42fefa39efp+9},
    {"log", math::log, 0x1.4000000000000p+3, 0x1.26bb1bbb55516p+1},
    {"log2", math::log2, 0x1.8000000000000p+1, 0x1.95c01a39fbd68p+0},
    {"log2", math::log2, 0x0.012688b70e62bp-1022, -0x1.01730dabca5f6p+10},
    {"log2", math::log2, 0x1.1ccf385ebc8a0p+1023, 0x1.ff93b176658a4p+9},
    {"log2", math::log2, 0x1.6666666666666p-1, -0x1.0776228967d13p-1},
    {"log10", math::log10, 0x1.0000000000000p+1, 0x1.34413509f79ffp-2},
    {"log10", math::log10, 0x0.0000000003758p-1022, -0x1.3f27a7f8c22b3p+8},
    {"log10", math::log10, 0x1.e240c9fbe76c9p+16, 0x1.45db61a282512p+2},
    {"cbrt", math::cbrt, 0x1.0000000000000p+1, 0x1.428a2f98d728bp+0},
    {"cbrt", math::cbrt, -0x1.8000000000000p+1, -0x1.7137449123ef6p+0},
    {"cbrt", math::cbrt, 0x0.0000000000001p-1022, 0x1.0000000000000p-358},
    {"cbrt", math::cbrt, 0x1.1ccf385ebc8a0p+1023, 0x1.09438d5a385e9p+341},
    {"sin", math::sin, 0x1.0000000000000p+0, 0x1.aed548f090ceep-1},
    {"sin", math::sin, 0x1.921fb54442d18p+1, 0x1.1a62633145c07p-53},
    {"sin", math::sin, 0x1.0f0cf064dd592p+73, -0x1.b453ab76bf397p-1},
    {"sin", math::sin, 0x1.6ac5b262ca1ffp+849, 0x1.0000000000000p+0},
    {"sin", math::sin, 0x1.fffffffffffffp+1023, 0x1.452fc98b34e97p-8},
    {"sin", math::sin, 0x1.921fb54442d18p-1, 0x1.6a09e667f3bccp-1},
    {"cos", math::cos, 0x1.0000000000000p+0, 0x1.14a280fb5068cp-1},
    {"cos", math::cos, 0x1.921fb54442d18p+0, 0x1.1a62633145c07p-54},
    {"cos", math::cos, 0x1.0f0cf064dd592p+73, 0x1.0be2cef01c8f4p-1},
    {"cos", math::cos, 0x1.6ac5b262ca1ffp+849, -0x1.14ae72e6ba22fp-61},
    {"cos", math::cos, 0x1.4000000000000p+1, -0x1.9a2f7ef858b7dp-1},
    {"tan", math::tan, 0x1.0000000000000p+0, 0x1.8eb245cbee3a6p+0},
    {"tan", math::tan, 0x1.921fb54442d18p+0, 0x1.d02967c31cdb5p+53},
    {"tan", math::tan, 0x1.7e43c8800759cp+996, 0x1.6be411f37ac77p+0},
    {"tan", math::tan, 0x1.999999999999ap-4, 0x1.9af8877430b80p-4},
    {"cot", math::cot, 0x1.0000000000000p+0, 0x1.48c05d04e1cfep-1},
    {"cot", math::cot, 0x1.4f8b588e368f1p-17, 0x1.869fffffc8137p+16},
    {"cot", math::cot, 0x1.7e43c8800759cp+996, 0x1.683224bb27292p-1},
    {"cot", math::cot, 0x1.921fb54442d18p+1, -0x1.d02967c31cdb5p+52},
    {"asin", math::asin, 0x1.0000000000000p-1, 0x1.0c152382d7366p-1},
    {"asin", math::asin, -0x1.fffffffffffffp-1, -0x1.921fb50442d18p+0},
    {"asin", math::asin, 0x1.12e0be826d695p-30, 0x1.12e0be826d695p-30},
    {"asin", math::asin, 0x1.fae147ae147aep-1, 0x1.6de3c6f33d51dp+0},
    {"acos", math::acos, 0x1.0000000000000p-1, 0x1.0c152382d7366p+0},
    {"acos", math::acos, 0x1.fffffffffffffp-1, 0x1.0000000000000p-26},
    {"acos", math::acos, -0x1.fffffffffffffp-1, 0x1.921fb52442d18p+1},
    {"acos", math::acos, 0x1.79ca10c924223p-67, 0x1.921fb54442d18p+0},
    {"atan", math::atan, 0x1.0000000000000p+0, 0x1.921fb54442d18p-1},
    {"atan", math::atan, -0x1.999999999999ap-4, -0x1.983e282e2cc4dp-4},
    {"atan", math::atan, 0x1.c6bf526340000p+49, 0x1.921fb54442d14p+0},
    {"atan", math::atan, 0x1.12e0be826d695p-30, 0x1.12e0be826d695p-30},
    {"atan", math::atan, 0x1.0000000000000p+1, 0x1.1b6e192ebbe44p+0},
    {"sinh", math::sinh, 0x1.0000000000000p+0, 0x1.2cd9fc44eb982p+0},
    {"sinh", math::sinh, 0x1.4f8b588e368f1p-17, 0x1.4f8b588e4e940p-17},
    {"sinh", math::sinh, -0x1.6300000000000p+9, -0x1.3e21a464507f9p+1023},
    {"sinh", math::sinh, 0x1.6666666666666p-2, 0x1.6dc324f999c68p-2},
    {"sinh", math::sinh, 0x1.6800000000000p+5, 0x1.e4cf766fe49bep+63},
    {"cosh", math::cosh, 0x1.0000000000000p+0, 0x1.8b07551d9f550p+0},
    {"cosh", math::cosh, 0x1.6326666666666p+9, 0x1.ad6eb7ccb4488p+1023},
    {"cosh", math::cosh, 0x1.47ae147ae147bp-7, 0x1.000346de27853p+0},
    {"cosh", math::cosh, 0x1.3f33333333333p+5, 0x1.7a568b8be7386p+56},
    {"tanh", math::tanh, 0x1.0000000000000p+0, 0x1.85efab514f394p-1},
    {"tanh", math::tanh, -0x1.4f8b588e368f1p-17, -0x1.4f8b588e06854p-17},
    {"tanh", math::tanh, 0x1.3000000000000p+4, 0x1.fffffffffffffp-1},
    {"tanh", math::tanh, 0x1.999999999999ap-2, 0x1.8511573c242d6p-2},
    {"asinh", math::asinh, 0x1.0000000000000p+0, 0x1.c34366179d427p-1},
    {"asinh", math::asinh, 0x1.4f8b588e368f1p-17, 0x1.4f8b588e1e8a2p-17},
    {"asinh", math::asinh, -0x1.7e43c8800759cp+996, -0x1.59bbfd8b83e44p+9},
    {"asinh", math::asinh, 0x1.3333333333333p-2, 0x1.2ec4ea565fcc1p-2},
    {"acosh", math::acosh, 0x1.0000000000000p+1, 0x1.5124271980435p+0},
    {"acosh", math::acosh, 0x1.0000000000001p+0, 0x1.6a09e667f3bccp-26},
    {"acosh", math::acosh, 0x1.7e43c8800759cp+996, 0x1.59bbfd8b83e44p+9},
    {"acosh", math::acosh, 0x1.199999999999ap+0, 0x1.c636c1a882f2cp-2},
    {"atanh", math::atanh, 0x1.0000000000000p-1, 0x1.193ea7aad030bp-1},
    {"atanh", math::atanh, -0x1.fffffffffffffp-1, -0x1.2b708872320e2p+4},
    {"atanh", math::atanh, 0x1.4f8b588e368f1p-17, 0x1.4f8b588e6698ep-17},
    {"atanh", math::atanh, 0x1.ccccccccccccdp-1, 0x1.78e360604b32dp+0},
    {"degrees", math::degrees, 0x1.0000000000000p+0, 0x1.ca5dc1a63c1f8p+5},
    {"degrees", math::degrees, 0x1.8000000000000p+1, 0x1.57c6513cad17ap+7},
    {"radians", math::radians, 0x1.0000000000000p+0, 0x1.1df46a2529d39p-6},
    {"radians", math::radians, 0x1.6800000000000p+6, 0x1.921fb54442d18p+0},
};

struct OfTwo {
  const char* name;
  double (*function)(double, double);
  double x;
  double y;
  double expected;
};
constexpr OfTwo kOfTwo[] = {
    {"pow", math::pow, 0x1.0000000000000p+1, 0x1.0000000000000p-1, 0x1.6a09e667f3bcdp+0},
    {"pow", math::pow, 0x1.4000000000000p+3, 0x1.7000000000000p+4, 0x1.52d02c7e14af6p+76},
    {"pow", math::pow, 0x1.4000000000000p+3, -0x1.4000000000000p+2, 0x1.4f8b588e368f1p-17},
    {"pow", math::pow, 0x1.0000000000001p+0, 0x1.bc16d674ec800p+59, 0x1.44a12826f5073p+320},
    {"pow", math::pow, 0x1.fffffffffffffp-1, -0x1.6345785d8a000p+58, 0x1.0c742cf7bc076p+64},
    {"pow", math::pow, 0x1.c000000000000p+2, -0x1.7f00000000000p+8, 0x0.0p+0},
    {"pow", math::pow, 0x1.8000000000000p+1, 0x1.6000000000000p+2, 0x1.a4e36aa8bd0c6p+8},
    {"pow", math::pow, 0x1.56e1fc2f8f359p-997, 0x1.0cccccccccccdp+0, 0x0.000000c1069cdp-1022},
    {"atan2", math::atan2, 0x1.0000000000000p+0, -0x1.0000000000000p+0, 0x1.2d97c7f3321d2p+1},
    {"atan2", math::atan2, 0x1.4f8b588e368f1p-17, 0x1.8000000000000p+1, 0x1.bf647612ec4b8p-19},
    {"atan2", math::atan2, -0x1.0000000000000p+1, 0x1.999999999999ap-4, -0x1.8555a2787981fp+0},
    {"atan2", math::atan2, -0x1.4000000000000p+2, -0x1.2a05f20000000p+33, -0x1.921fb5432ff0cp+1},
    {"atan2", math::atan2, 0x0.00000000017b8p-1022, 0x0.0000000000fd0p-1022, 0x1.f730bd281f69bp-1},
    {"log_to_base", math::log_to_base, 0x1.0000000000000p+1, 0x1.3333333333333p-2, -0x1.bca9c6f53897bp+0},
    {"log_to_base", math::log_to_base, 0x1.8000000000000p+1, 0x1.4400000000000p+6, 0x1.0000000000000p+2},
    {"log_to_base", math::log_to_base, 0x1.0000000000000p-1, 0x1.c000000000000p+2, -0x1.675767f54042dp+1},
};

TEST(Elementary, IsWithinOneUnitOfTheLastPlace) {
  for (const OfOne& c : kOfOne) EXPECT_LE(std::abs(steps(c.function(c.x), c.expected)), 1) << c.name << " of " << c.x;
  for (const OfTwo& c : kOfTwo) EXPECT_LE(std::abs(steps(c.function(c.x, c.y), c.expected)), 1) << c.name << " of " << c.x << ", " << c.y;
}

TEST(Elementary, ExactResultsAreExact) {
  EXPECT_EQ(math::exp(0.0), 1);
  EXPECT_EQ(math::log(1.0), 0);
  EXPECT_EQ(math::log2(0x1p-1074), -1074);
  EXPECT_EQ(math::log10(1e22), 22);
  EXPECT_EQ(math::log_to_base(3, 243), 5);
  EXPECT_EQ(math::pow(3, 33), 5559060566555523.0);
  EXPECT_EQ(math::pow(-2, 3), -8);
  EXPECT_EQ(math::pow(2, -1074), 0x1p-1074);
  EXPECT_EQ(math::pow(0.25, 0.5), 0.5);
  EXPECT_EQ(math::cbrt(-1728), -12);
  EXPECT_EQ(math::cbrt(1e300), 1e100);
  EXPECT_EQ(math::cos(0.0), 1);
  EXPECT_EQ(math::acos(1), 0);
  EXPECT_EQ(math::acosh(1), 0);
}

// Annex F of the C standard.
TEST(Elementary, SpecialValues) {
  EXPECT_EQ(math::exp(kInfinity), kInfinity);
  EXPECT_EQ(math::exp(-kInfinity), 0);
  EXPECT_EQ(math::exp(710), kInfinity);
  EXPECT_EQ(math::exp(-750), 0);
  EXPECT_EQ(math::log(0.0), -kInfinity);
  EXPECT_TRUE(std::isnan(math::log(-1)));
  EXPECT_EQ(math::log(kInfinity), kInfinity);
  EXPECT_EQ(math::pow(kNan, 0), 1);
  EXPECT_EQ(math::pow(1, kNan), 1);
  EXPECT_TRUE(std::isnan(math::pow(2, kNan)));
  EXPECT_TRUE(std::isnan(math::pow(-8, 0.5)));
  EXPECT_EQ(math::pow(0, -2), kInfinity);
  EXPECT_EQ(math::pow(-0.0, -3), -kInfinity);
  EXPECT_TRUE(std::signbit(math::pow(-0.0, 3)));
  EXPECT_EQ(math::pow(-kInfinity, 3), -kInfinity);
  EXPECT_EQ(math::pow(0.5, kInfinity), 0);
  EXPECT_EQ(math::pow(-1, kInfinity), 1);
  EXPECT_EQ(math::pow(10, 400), kInfinity);
  EXPECT_TRUE(std::isnan(math::sin(kInfinity)));
  EXPECT_TRUE(std::signbit(math::sin(-0.0)));
  EXPECT_EQ(math::cot(0.0), kInfinity);
  EXPECT_TRUE(std::isnan(math::asin(1.1)));
  EXPECT_EQ(math::atan(kInfinity), 0x1.921fb54442d18p+0);
  EXPECT_EQ(math::atan2(0.0, -0.0), 0x1.921fb54442d18p+1);
  EXPECT_TRUE(std::signbit(math::atan2(-0.0, 1)));
  EXPECT_EQ(math::atan2(kInfinity, kInfinity), 0x1.921fb54442d18p-1);
  EXPECT_EQ(math::atan2(-1, -kInfinity), -0x1.921fb54442d18p+1);
  EXPECT_EQ(math::sinh(-1000), -kInfinity);
  EXPECT_EQ(math::cosh(-1000), kInfinity);
  EXPECT_EQ(math::tanh(-1000), -1);
  EXPECT_EQ(math::atanh(1), kInfinity);
  EXPECT_TRUE(std::isnan(math::atanh(-1.5)));
  EXPECT_TRUE(std::isnan(math::acosh(0.5)));
  EXPECT_EQ(math::asinh(-kInfinity), -kInfinity);
  EXPECT_EQ(math::cbrt(-kInfinity), -kInfinity);
  EXPECT_TRUE(std::isnan(math::cbrt(kNan)));
}

}  // namespace
}  // namespace trueno::kernel::math
