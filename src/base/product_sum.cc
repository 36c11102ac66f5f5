#include "base/product_sum.h"

#include <algorithm>
#include <array>
#include <bit>

#include "base/bits.h"
#include "base/int128.h"
#include "base/result.h"

namespace trueno {

namespace {

constexpr char kIsNegative = 1;
constexpr char kNotFinite = 2;
constexpr int kLimbsEitherWay = 400;  // four factors reach from 2^-4296 to 2^4096

int floor_division(int value, int divisor) { return value >= 0 ? value / divisor : -((-value + divisor - 1) / divisor); }

}  // namespace

void ProductSum::add_widely(std::span<const double> factors) {
  TRUENO_ASSERT(factors.size() <= kMostFactors);
  std::array<std::uint32_t, 2 * kMostFactors + 1> product{1};
  std::size_t used = 1;
  int exponent = 0;
  bool negative = false;
  for (const double factor : factors) {
    const auto bits = std::bit_cast<std::uint64_t>(factor);
    const auto biased = static_cast<int>((bits >> 52) & 0x7FF);
    if (biased == 0x7FF) {
      finite_ = false;
      return;
    }
    negative = negative != ((bits >> 63) != 0);
    std::uint64_t mantissa = bits & ((std::uint64_t{1} << 52) - 1);
    if (biased != 0) mantissa |= std::uint64_t{1} << 52;
    exponent += std::max(biased, 1) - 1075;
    u128 carry = 0;
    std::array<std::uint32_t, 2 * kMostFactors + 1> next{};
    // product * mantissa, a limb of the product at a time: 32 bits times 53, plus a carry below 2^64.
    for (std::size_t i = 0; i < used; ++i) {
      carry += static_cast<u128>(product[i]) * mantissa;
      next[i] = static_cast<std::uint32_t>(carry);
      carry >>= 32;
    }
    next[used] = static_cast<std::uint32_t>(carry);
    next[used + 1] = static_cast<std::uint32_t>(carry >> 32);
    used += 2;
    product = next;
  }
  while (used > 0 && product[used - 1] == 0) --used;
  if (used == 0) return;
  const int first = floor_division(exponent, 32);
  const int shift = exponent - 32 * first;
  std::array<std::uint32_t, 2 * kMostFactors + 2> shifted{};
  std::uint32_t carry = 0;
  for (std::size_t i = 0; i < used; ++i) {
    shifted[i] = (product[i] << shift) | carry;
    carry = shift == 0 ? 0 : product[i] >> (32 - shift);
  }
  shifted[used] = carry;
  add_digits(std::span(shifted).first(carry == 0 ? used : used + 1), first, negative);
}

// What the window holds becomes limbs; the window stays where it is.
void ProductSum::fold_window() {
  const bool negative = (high_ >> 127) != 0;
  if (negative) {
    low_ = ~low_ + 1;
    high_ = ~high_ + (low_ == 0 ? 1 : 0);
  }
  std::array<std::uint32_t, 8> digits{};
  for (int i = 0; i < 4; ++i) {
    digits[static_cast<std::size_t>(i)] = static_cast<std::uint32_t>(low_ >> (32 * i));
    digits[static_cast<std::size_t>(i) + 4] = static_cast<std::uint32_t>(high_ >> (32 * i));
  }
  std::size_t used = digits.size();
  while (used > 0 && digits[used - 1] == 0) --used;
  low_ = high_ = 0;
  adds_until_fold_ = kAddsUntilFold;
  if (used != 0) add_digits(std::span(digits).first(used), window_, negative);
}

void ProductSum::add_digits(std::span<const std::uint32_t> digits, int first, bool negative) {
  if (limbs_.empty()) first_ = first;
  if (first < first_) {
    limbs_.insert(limbs_.begin(), static_cast<std::size_t>(first_ - first), 0);
    first_ = first;
  }
  const auto begin = static_cast<std::size_t>(first - first_);
  if (limbs_.size() < begin + digits.size()) limbs_.resize(begin + digits.size(), 0);
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const auto digit = static_cast<std::int64_t>(digits[i]);
    limbs_[begin + i] += negative ? -digit : digit;
  }
  if (--adds_until_carry_ == 0) propagate();
}

void ProductSum::propagate() {
  for (std::size_t i = 0; i + 1 < limbs_.size(); ++i) {
    limbs_[i + 1] += limbs_[i] >> 32;
    limbs_[i] &= 0xFFFFFFFF;
  }
  // The last limb carries the sign, and what it has no room for goes to a new one.
  if (!limbs_.empty() && (limbs_.back() > 0x7FFFFFFF || limbs_.back() < -0x7FFFFFFF)) {
    const std::int64_t carry = limbs_.back() >> 32;
    limbs_.back() &= 0xFFFFFFFF;
    limbs_.push_back(carry);
  }
  adds_until_carry_ = kAddsUntilCarry;
}

ScaledInteger ProductSum::value() const {
  ProductSum copy = *this;
  copy.fold_window();
  copy.propagate();
  BigInteger digits;
  if (!copy.limbs_.empty()) {
    // All limbs but the last are digits; the last is signed.
    std::vector<std::uint32_t> low;
    for (std::size_t i = 0; i + 1 < copy.limbs_.size(); ++i) low.push_back(static_cast<std::uint32_t>(copy.limbs_[i]));
    digits = BigInteger(copy.limbs_.back()).shifted_left(static_cast<int>(32 * low.size())) + BigInteger::of(false, low);
  }
  return {std::move(digits), 32 * copy.first_};
}

void ProductSum::merge(const ProductSum& other) {
  finite_ = finite_ && other.finite_;
  if (window_ == kNoWindow) window_ = other.window_;
  if (other.limbs_.empty() && other.window_ == window_) {
    const std::uint32_t adds = kAddsUntilFold - other.adds_until_fold_;
    if (adds >= adds_until_fold_) fold_window();
    low_ += other.low_;
    high_ += other.high_ + (low_ < other.low_ ? 1 : 0);
    adds_until_fold_ -= adds;
    if (adds_until_fold_ == 0) fold_window();
    return;
  }
  const ScaledInteger added = other.value();
  if (!added.digits.is_zero()) add_digits(added.digits.limbs(), added.exponent / 32, added.digits.negative());
}

std::string ProductSum::serialise() const {
  const ScaledInteger sum = value();
  std::span<const std::uint32_t> limbs = sum.digits.limbs();
  std::int32_t first = sum.exponent / 32;
  for (; !limbs.empty() && limbs.front() == 0; ++first) limbs = limbs.subspan(1);
  if (limbs.empty()) first = 0;
  std::string bytes(1, static_cast<char>((sum.digits.negative() ? kIsNegative : 0) | (finite_ ? 0 : kNotFinite)));
  char word[4];
  store(word, first);
  bytes.append(word, 4);
  for (const std::uint32_t limb : limbs) {
    store(word, limb);
    bytes.append(word, 4);
  }
  return bytes;
}

std::optional<ProductSum> ProductSum::deserialise(std::string_view bytes) {
  if (bytes.size() < 5 || (bytes.size() - 5) % 4 != 0 || bytes[0] < 0 || bytes[0] > 3) return std::nullopt;
  const auto first = load<std::int32_t>(bytes.data() + 1);
  const std::size_t count = (bytes.size() - 5) / 4;
  if (first < -kLimbsEitherWay || first > kLimbsEitherWay || count > 2 * kLimbsEitherWay) return std::nullopt;
  ProductSum out;
  out.finite_ = (bytes[0] & kNotFinite) == 0;
  std::vector<std::uint32_t> digits;
  for (std::size_t i = 0; i < count; ++i) digits.push_back(load<std::uint32_t>(bytes.data() + 5 + 4 * i));
  if (count != 0) out.add_digits(digits, first, (bytes[0] & kIsNegative) != 0);
  return out;
}

}  // namespace trueno
