#include "base/exact_sum.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "base/bits.h"
#include "base/wide_integer.h"

namespace trueno {

namespace {
constexpr std::int64_t kLowMask = 0xFFFFFFFF;
enum Flags : std::uint8_t { kNegative = 1, kNan = 2, kPositiveInfinity = 4, kNegativeInfinity = 8 };
constexpr double kNanValue = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();
}  // namespace

// The sum as sign and magnitude, limbs below 2^32, [first, last) non-zero at both ends.
struct ExactSum::Magnitude {
  bool negative = false;
  int first = 0;
  int last = 0;
  std::uint32_t limbs[kLimbs] = {};
};

void ExactSum::add(std::span<const double> values) {
  for (const double value : values) add(value);
}

void ExactSum::add_special(std::uint64_t bits) {
  if ((bits & ((std::uint64_t{1} << 52) - 1)) != 0) {
    nan_ = true;
  } else if ((bits >> 63) != 0) {
    negative_infinity_ = true;
  } else {
    positive_infinity_ = true;
  }
}

void ExactSum::propagate() {
  std::int64_t carry = 0;
  for (int i = 0; i < kLimbs - 1; ++i) {
    const std::int64_t value = limbs_[i] + carry;
    carry = value >> 32;
    limbs_[i] = value & kLowMask;
  }
  limbs_[kLimbs - 1] += carry;
  adds_until_carry_ = 1u << 29;
}

void ExactSum::merge(const ExactSum& other) {
  ExactSum propagated = other;
  propagated.propagate();
  propagate();
  for (int i = 0; i < kLimbs; ++i) limbs_[i] += propagated.limbs_[i];
  propagate();
  nan_ = nan_ || other.nan_;
  positive_infinity_ = positive_infinity_ || other.positive_infinity_;
  negative_infinity_ = negative_infinity_ || other.negative_infinity_;
}

ExactSum::Magnitude ExactSum::magnitude() const {
  ExactSum copy = *this;
  copy.propagate();
  Magnitude out;
  out.negative = copy.limbs_[kLimbs - 1] < 0;
  if (out.negative) {
    for (std::int64_t& limb : copy.limbs_) limb = -limb;
    copy.propagate();
  }
  for (int i = 0; i < kLimbs; ++i) {
    out.limbs[i] = static_cast<std::uint32_t>(copy.limbs_[i]);
    if (out.limbs[i] != 0) out.last = i + 1;
  }
  while (out.first < out.last && out.limbs[out.first] == 0) ++out.first;
  return out;
}

double ExactSum::rounded() const { return average(1); }

double ExactSum::average(std::int64_t count) const {
  if (nan_ || (positive_infinity_ && negative_infinity_)) return kNanValue;
  if (positive_infinity_) return kInfinity;
  if (negative_infinity_) return -kInfinity;
  const Magnitude m = magnitude();
  if (m.first == m.last) return 0.0;
  const auto unsigned_count = static_cast<std::uint64_t>(count);
  const std::uint32_t divisor[2] = {static_cast<std::uint32_t>(unsigned_count), static_cast<std::uint32_t>(unsigned_count >> 32)};
  const std::span<const std::uint32_t> limbs(m.limbs + m.first, static_cast<std::size_t>(m.last - m.first));
  const int exponent = kLowestExponent + 32 * m.first;
  if (count == 1 && limbs.size() <= 4) {
    // Up to 128 bits: round by hand, without the long division.
    u128 value = 0;
    for (std::size_t i = limbs.size(); i-- > 0;) value = (value << 32) | limbs[i];
    const auto high = static_cast<std::uint64_t>(value >> 64);
    const int length = high != 0 ? 128 - std::countl_zero(high) : 64 - std::countl_zero(static_cast<std::uint64_t>(value));
    const int drop = std::max(length - 53, 0);
    if (exponent + drop >= kLowestExponent) {
      u128 kept = value >> drop;
      const u128 rest = value - (kept << drop);
      const u128 half = drop == 0 ? 1 : static_cast<u128>(1) << (drop - 1);
      if (drop != 0 && (rest > half || (rest == half && (kept & 1) != 0))) kept += 1;
      const double result = std::ldexp(static_cast<double>(static_cast<std::uint64_t>(kept)), exponent + drop);
      return m.negative ? -result : result;
    }
  }
  return quotient_to_double(m.negative, limbs, exponent, divisor);
}

std::optional<ScaledInteger> ExactSum::exact() const {
  if (nan_ || positive_infinity_ || negative_infinity_) return std::nullopt;
  const Magnitude m = magnitude();
  return ScaledInteger{BigInteger::of(m.negative, std::span(m.limbs + m.first, static_cast<std::size_t>(m.last - m.first))),
                       kLowestExponent + 32 * m.first};
}

std::string ExactSum::serialise() const {
  const Magnitude m = magnitude();
  const bool zero = m.first == m.last;
  const int flags = (m.negative && !zero ? kNegative : 0) | (nan_ ? kNan : 0) | (positive_infinity_ ? kPositiveInfinity : 0) |
                    (negative_infinity_ ? kNegativeInfinity : 0);
  std::string bytes;
  bytes.push_back(static_cast<char>(flags));
  bytes.push_back(static_cast<char>(m.first));
  for (int i = m.first; i < m.last; ++i) {
    char limb[4];
    store(limb, m.limbs[i]);
    bytes.append(limb, 4);
  }
  return bytes;
}

std::optional<ExactSum> ExactSum::deserialise(std::string_view bytes) {
  if (bytes.size() < 2 || (bytes.size() - 2) % 4 != 0) return std::nullopt;
  const auto flags = static_cast<unsigned char>(bytes[0]);
  const auto first = static_cast<std::size_t>(static_cast<unsigned char>(bytes[1]));
  const std::size_t count = (bytes.size() - 2) / 4;
  if (flags > 15 || first + count > kLimbs) return std::nullopt;
  ExactSum sum;
  for (std::size_t i = 0; i < count; ++i) {
    const auto limb = static_cast<std::int64_t>(load<std::uint32_t>(bytes.data() + 2 + 4 * i));
    sum.limbs_[first + i] = (flags & kNegative) != 0 ? -limb : limb;
  }
  sum.nan_ = (flags & kNan) != 0;
  sum.positive_infinity_ = (flags & kPositiveInfinity) != 0;
  sum.negative_infinity_ = (flags & kNegativeInfinity) != 0;
  return sum;
}

}  // namespace trueno
