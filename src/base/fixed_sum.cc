#include "base/fixed_sum.h"

#include <bit>
#include <cmath>

#include "base/bits.h"
#include "base/exact_sum.h"
#include "base/int128.h"
#include "base/wide_integer.h"

namespace trueno {

namespace {

using Words = std::array<std::uint64_t, 4>;

bool is_negative(const Words& w) { return (w[3] >> 63) != 0; }

void add_words(Words& a, const Words& b) {
  std::uint64_t carry = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    const u128 sum = static_cast<u128>(a[i]) + b[i] + carry;
    a[i] = static_cast<std::uint64_t>(sum);
    carry = static_cast<std::uint64_t>(sum >> 64);
  }
}

Words negated(const Words& w) {
  Words out;
  std::uint64_t carry = 1;
  for (std::size_t i = 0; i < 4; ++i) {
    out[i] = ~w[i] + carry;
    carry = carry != 0 && out[i] == 0 ? 1 : 0;
  }
  return out;
}

// Arithmetic, by 0..255 bits; bits that leave at the top are lost.
Words shifted_left(const Words& w, int bits) {
  Words out{};
  const auto whole = static_cast<std::size_t>(bits / 64);
  const int rest = bits % 64;
  for (std::size_t i = 4; i-- > whole;) {
    out[i] = w[i - whole] << rest;
    if (rest != 0 && i > whole) out[i] |= w[i - whole - 1] >> (64 - rest);
  }
  return out;
}

int bit_length(const Words& magnitude) {
  for (std::size_t i = 4; i-- > 0;) {
    if (magnitude[i] != 0) return static_cast<int>(i) * 64 + 64 - std::countl_zero(magnitude[i]);
  }
  return 0;
}

// Bits [at, at + 64) of a magnitude.
std::uint64_t bits_at(const Words& w, int at) {
  const auto word = static_cast<std::size_t>(at / 64);
  const int rest = at % 64;
  std::uint64_t out = w[word] >> rest;
  if (rest != 0 && word + 1 < 4) out |= w[word + 1] << (64 - rest);
  return out;
}

bool any_below(const Words& w, int bit) {
  for (int i = 0; i < 4 && i * 64 < bit; ++i) {
    const int count = bit - i * 64;
    const std::uint64_t mask = count >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << count) - 1;
    if ((w[static_cast<std::size_t>(i)] & mask) != 0) return true;
  }
  return false;
}

// Quotient in place; the remainder is returned.
std::uint64_t divide(Words& w, std::uint64_t divisor) {
  std::uint64_t remainder = 0;
  for (std::size_t i = 4; i-- > 0;) {
    if (w[i] == 0 && remainder == 0) continue;  // most words above the number are
    const u128 dividend = (static_cast<u128>(remainder) << 64) | w[i];
    w[i] = static_cast<std::uint64_t>(dividend / divisor);
    remainder = static_cast<std::uint64_t>(dividend % divisor);
  }
  return remainder;
}

constexpr int kMostBits = 192;

}  // namespace

std::optional<FixedSum> FixedSum::of(std::span<const std::int64_t> values, std::span<const int> exponents) {
  FixedSum sum;
  const int lowest = exponents.front();
  if (lowest < kLowestExponent) return std::nullopt;
  sum.first_limb_ = (lowest - kLowestExponent) / 32;
  const int base = kLowestExponent + 32 * sum.first_limb_;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::uint64_t sign = values[i] < 0 ? ~std::uint64_t{0} : 0;
    add_words(sum.words_, shifted_left({static_cast<std::uint64_t>(values[i]), sign, sign, sign}, exponents[i] - base));
  }
  const Words magnitude = is_negative(sum.words_) ? negated(sum.words_) : sum.words_;
  if (bit_length(magnitude) > kMostBits) return std::nullopt;
  return sum;
}

std::optional<FixedSum> FixedSum::read(std::string_view bytes) {
  constexpr std::size_t kMostLimbs = kMostBits / 32;
  if (bytes.size() < 2 || (bytes.size() - 2) % 4 != 0 || (bytes.size() - 2) / 4 > kMostLimbs) return std::nullopt;
  const auto flags = static_cast<unsigned char>(bytes[0]);
  if (flags > 1) return std::nullopt;  // NaN and infinities
  FixedSum sum;
  sum.first_limb_ = static_cast<unsigned char>(bytes[1]);
  for (std::size_t i = 0; i < (bytes.size() - 2) / 4; ++i) {
    sum.words_[i / 2] |= static_cast<std::uint64_t>(load<std::uint32_t>(bytes.data() + 2 + 4 * i)) << (32 * (i % 2));
  }
  if (flags == 1) sum.words_ = negated(sum.words_);
  return sum;
}

int FixedSum::write(char* to) const {
  const bool negative = is_negative(words_);
  const Words magnitude = negative ? negated(words_) : words_;
  const auto limb = [&](int i) { return static_cast<std::uint32_t>(magnitude[static_cast<std::size_t>(i / 2)] >> (32 * (i % 2))); };
  int first = 0;
  int last = 8;
  while (last > 0 && limb(last - 1) == 0) --last;
  while (first < last && limb(first) == 0) ++first;
  if (first == last) {  // zero has one form
    to[0] = 0;
    to[1] = 0;
    return 2;
  }
  to[0] = negative ? 1 : 0;
  to[1] = static_cast<char>(first_limb_ + first);
  char* at = to + 2;
  for (int i = first; i < last; ++i, at += 4) store(at, limb(i));
  return static_cast<int>(at - to);
}

bool FixedSum::add(const FixedSum& other) {
  const auto length_of = [](const FixedSum& sum) { return bit_length(is_negative(sum.words_) ? negated(sum.words_) : sum.words_); };
  const int other_length = length_of(other);
  if (other_length == 0) return true;
  const int length = length_of(*this);
  if (length == 0) {
    *this = other;
    return true;
  }
  const int distance = 32 * (other.first_limb_ - first_limb_);
  FixedSum sum = distance >= 0 ? *this : other;  // the one with the finer digits
  if (distance >= 0) {
    if (other_length + distance > kMostBits) return false;
    add_words(sum.words_, shifted_left(other.words_, distance));
  } else {
    if (length - distance > kMostBits) return false;
    add_words(sum.words_, shifted_left(words_, -distance));
  }
  if (length_of(sum) > kMostBits) return false;
  *this = sum;
  return true;
}

ScaledInteger FixedSum::exact() const {
  const bool negative = is_negative(words_);
  const Words magnitude = negative ? negated(words_) : words_;
  std::uint32_t limbs[8];
  for (std::size_t i = 0; i < 8; ++i) limbs[i] = static_cast<std::uint32_t>(magnitude[i / 2] >> (32 * (i % 2)));
  return {BigInteger::of(negative, limbs), kLowestExponent + 32 * first_limb_};
}

double FixedSum::average(std::int64_t count) const {
  const bool negative = is_negative(words_);
  const Words magnitude = negative ? negated(words_) : words_;
  if (bit_length(magnitude) == 0) return 0.0;
  int exponent = kLowestExponent + 32 * first_limb_;
  Words quotient = magnitude;
  bool inexact = false;
  if (count != 1) {
    // At least 55 bits of quotient, so that the rest only decides ties.
    const int spare = 64 - std::countl_zero(static_cast<std::uint64_t>(count)) + 55 - bit_length(magnitude);
    if (spare > 0) {
      quotient = shifted_left(quotient, spare);
      exponent -= spare;
    }
    inexact = divide(quotient, static_cast<std::uint64_t>(count)) != 0;
  }
  const int length = bit_length(quotient);
  const int drop = length > 53 ? length - 53 : 0;
  const int leading = exponent + length - 1;                          // of the result: 2^leading <= |x| < 2^(leading + 1)
  if (leading < -1022 || leading > 1022 || (inexact && drop == 0)) {  // subnormal or near the end: the long way
    std::uint32_t limbs[8];
    for (std::size_t i = 0; i < 8; ++i) limbs[i] = static_cast<std::uint32_t>(magnitude[i / 2] >> (32 * (i % 2)));
    const auto unsigned_count = static_cast<std::uint64_t>(count);
    const std::uint32_t divisor[2] = {static_cast<std::uint32_t>(unsigned_count), static_cast<std::uint32_t>(unsigned_count >> 32)};
    return quotient_to_double(negative, limbs, kLowestExponent + 32 * first_limb_, divisor);
  }
  std::uint64_t kept = drop == 0 ? quotient[0] : bits_at(quotient, drop) & ((std::uint64_t{1} << 53) - 1);
  if (drop != 0) {
    const bool half = (bits_at(quotient, drop - 1) & 1) != 0;
    const bool more = inexact || any_below(quotient, drop - 1);
    if (half && (more || (kept & 1) != 0)) ++kept;
  }
  const double result = std::ldexp(static_cast<double>(kept), exponent + drop);
  return negative ? -result : result;
}

}  // namespace trueno
