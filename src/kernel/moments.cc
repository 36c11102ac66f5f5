// Every moment is a ratio of polynomials in n and the exact sums, or the root of one:
//
//   Sxx = n Sum(xx) - Sum(x)^2      Syy alike      Sxy = n Sum(xy) - Sum(x) Sum(y)
//   M3  = n^2 Sum(xxx) - 3 n Sum(x) Sum(xx) + 2 Sum(x)^3
//   M4  = n^3 Sum(xxxx) - 4 n^2 Sum(x) Sum(xxx) + 6 n Sum(x)^2 Sum(xx) - 3 Sum(x)^4
#include "kernel/moments.h"

#include <algorithm>
#include <limits>

namespace trueno::kernel {

namespace {

ScaledInteger operator*(const ScaledInteger& a, const ScaledInteger& b) { return {a.digits * b.digits, a.exponent + b.exponent}; }
ScaledInteger operator*(const BigInteger& a, const ScaledInteger& b) { return {a * b.digits, b.exponent}; }
ScaledInteger operator-(const ScaledInteger& a, const ScaledInteger& b) {
  if (a.digits.is_zero()) return {-b.digits, b.exponent};
  if (b.digits.is_zero()) return a;
  const int exponent = std::min(a.exponent, b.exponent);
  return {a.digits.shifted_left(a.exponent - exponent) - b.digits.shifted_left(b.exponent - exponent), exponent};
}
ScaledInteger operator+(const ScaledInteger& a, const ScaledInteger& b) { return a - ScaledInteger{-b.digits, b.exponent}; }
ScaledInteger operator*(std::int64_t a, const ScaledInteger& b) { return BigInteger(a) * b; }

double ratio(const ScaledInteger& numerator, const ScaledInteger& denominator) {
  return ratio_to_double(numerator.digits, denominator.digits, numerator.exponent - denominator.exponent);
}
double root_of_ratio(const ScaledInteger& numerator, const ScaledInteger& denominator) {
  return root_of_ratio_to_double(numerator.digits, denominator.digits, numerator.exponent - denominator.exponent);
}

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

// One group's sums by name.
class Sums {
 public:
  explicit Sums(const Moments& m) : m_(m), n_(m.count) {}
  const ScaledInteger& operator[](MomentSum sum) const { return m_.sums[static_cast<std::size_t>(sum)]; }
  // n^2 times the population (co)variance.
  [[nodiscard]] ScaledInteger xx() const { return n_ * (*this)[MomentSum::kXX] - x() * x(); }
  [[nodiscard]] ScaledInteger yy() const { return n_ * (*this)[MomentSum::kYY] - y() * y(); }
  [[nodiscard]] ScaledInteger xy() const { return n_ * (*this)[MomentSum::kXY] - x() * y(); }
  [[nodiscard]] const ScaledInteger& x() const { return (*this)[MomentSum::kX]; }
  [[nodiscard]] const ScaledInteger& y() const { return (*this)[MomentSum::kY]; }
  [[nodiscard]] ScaledInteger third() const {
    const BigInteger n(n_);
    return n * n * (*this)[MomentSum::kXXX] - BigInteger(3) * n * (x() * (*this)[MomentSum::kXX]) + 2 * (x() * x() * x());
  }
  [[nodiscard]] ScaledInteger fourth() const {
    const BigInteger n(n_);
    const ScaledInteger square = x() * x();
    return n * n * n * (*this)[MomentSum::kXXXX] - BigInteger(4) * n * n * (x() * (*this)[MomentSum::kXXX]) +
           BigInteger(6) * n * (square * (*this)[MomentSum::kXX]) - 3 * (square * square);
  }

 private:
  const Moments& m_;
  std::int64_t n_;
};

}  // namespace

std::string_view moment_name(MomentFunction function) {
  switch (function) {
    case MomentFunction::kVariancePopulation: return "var_pop";
    case MomentFunction::kVarianceSample: return "var_samp";
    case MomentFunction::kDeviationPopulation: return "stddev_pop";
    case MomentFunction::kDeviationSample: return "stddev_samp";
    case MomentFunction::kStandardError: return "sem";
    case MomentFunction::kSkewness: return "skewness";
    case MomentFunction::kKurtosis: return "kurtosis";
    case MomentFunction::kKurtosisPopulation: return "kurtosis_pop";
    case MomentFunction::kCovariancePopulation: return "covar_pop";
    case MomentFunction::kCovarianceSample: return "covar_samp";
    case MomentFunction::kCorrelation: return "corr";
    case MomentFunction::kSlope: return "regr_slope";
    case MomentFunction::kIntercept: return "regr_intercept";
    case MomentFunction::kDetermination: return "regr_r2";
    case MomentFunction::kSumXX: return "regr_sxx";
    case MomentFunction::kSumYY: return "regr_syy";
    case MomentFunction::kSumXY: return "regr_sxy";
    case MomentFunction::kWeightedAverage: return "weighted_avg";
  }
  return "?";
}

bool is_of_pairs(MomentFunction function) { return function >= MomentFunction::kCovariancePopulation; }

bool reads(MomentFunction function, MomentSum sum) {
  const auto one_of = [&](auto... wanted) { return ((sum == wanted) || ...); };
  using enum MomentSum;
  switch (function) {
    case MomentFunction::kVariancePopulation:
    case MomentFunction::kVarianceSample:
    case MomentFunction::kDeviationPopulation:
    case MomentFunction::kDeviationSample:
    case MomentFunction::kStandardError:
    case MomentFunction::kSumXX: return one_of(kX, kXX);
    case MomentFunction::kSkewness: return one_of(kX, kXX, kXXX);
    case MomentFunction::kKurtosis:
    case MomentFunction::kKurtosisPopulation: return one_of(kX, kXX, kXXX, kXXXX);
    case MomentFunction::kCovariancePopulation:
    case MomentFunction::kCovarianceSample:
    case MomentFunction::kSumXY: return one_of(kX, kY, kXY);
    case MomentFunction::kSlope:
    case MomentFunction::kIntercept: return one_of(kX, kXX, kY, kXY);
    case MomentFunction::kCorrelation:
    case MomentFunction::kDetermination: return one_of(kX, kXX, kY, kYY, kXY);
    case MomentFunction::kSumYY: return one_of(kY, kYY);
    case MomentFunction::kWeightedAverage: return one_of(kX, kXY);
  }
  return false;
}

std::optional<double> moment(MomentFunction function, const Moments& moments) {
  const std::int64_t count = moments.count;
  if (count == 0) return std::nullopt;
  const Sums sums(moments);
  const BigInteger n(count);
  const ScaledInteger one{BigInteger(1), 0};
  const auto too_few = [&](std::int64_t least) { return count < least; };
  switch (function) {
    case MomentFunction::kVarianceSample:
    case MomentFunction::kDeviationSample:
    case MomentFunction::kCovarianceSample:
    case MomentFunction::kKurtosisPopulation:
      if (too_few(2)) return std::nullopt;
      break;
    case MomentFunction::kSkewness:
      if (too_few(3)) return std::nullopt;
      break;
    case MomentFunction::kKurtosis:
      if (too_few(4)) return std::nullopt;
      break;
    default: break;
  }
  if (!moments.finite) return kNan;
  switch (function) {
    case MomentFunction::kVariancePopulation: return ratio(sums.xx(), n * n * one);
    case MomentFunction::kVarianceSample: return ratio(sums.xx(), n * (n - 1) * one);
    case MomentFunction::kDeviationPopulation: return root_of_ratio(sums.xx(), n * n * one);
    case MomentFunction::kDeviationSample: return root_of_ratio(sums.xx(), n * (n - 1) * one);
    case MomentFunction::kStandardError: return root_of_ratio(sums.xx(), n * n * n * one);
    case MomentFunction::kSkewness: {
      // sqrt(n (n - 1)) / (n - 2) * M3 / Sxx^1.5
      const ScaledInteger xx = sums.xx();
      if (xx.digits.is_zero()) return std::nullopt;
      const ScaledInteger third = sums.third();
      const double root = root_of_ratio(n * (n - 1) * (third * third), (n - 2) * (n - 2) * (xx * xx * xx));
      return third.digits.negative() ? -root : root;
    }
    case MomentFunction::kKurtosis: {
      // (n - 1) / ((n - 2) (n - 3)) * ((n + 1) M4 / Sxx^2 - 3 (n - 1))
      const ScaledInteger xx = sums.xx();
      if (xx.digits.is_zero()) return std::nullopt;
      return ratio((n - 1) * ((n + 1) * sums.fourth() - BigInteger(3) * (n - 1) * (xx * xx)), (n - 2) * (n - 3) * (xx * xx));
    }
    case MomentFunction::kKurtosisPopulation: {
      const ScaledInteger xx = sums.xx();
      if (xx.digits.is_zero()) return std::nullopt;
      return ratio(sums.fourth() - 3 * (xx * xx), xx * xx);
    }
    case MomentFunction::kCovariancePopulation: return ratio(sums.xy(), n * n * one);
    case MomentFunction::kCovarianceSample: return ratio(sums.xy(), n * (n - 1) * one);
    case MomentFunction::kCorrelation: {
      const ScaledInteger square = sums.xx() * sums.yy();
      if (square.digits.is_zero()) return kNan;
      const ScaledInteger xy = sums.xy();
      const double root = root_of_ratio(xy * xy, square);
      return xy.digits.negative() ? -root : root;
    }
    case MomentFunction::kSlope: {
      const ScaledInteger xx = sums.xx();
      return xx.digits.is_zero() ? kNan : ratio(sums.xy(), xx);
    }
    case MomentFunction::kIntercept: {
      const ScaledInteger xx = sums.xx();
      if (xx.digits.is_zero()) return std::nullopt;
      return ratio(sums.y() * sums[MomentSum::kXX] - sums.x() * sums[MomentSum::kXY], xx);
    }
    case MomentFunction::kDetermination: {
      const ScaledInteger xx = sums.xx();
      const ScaledInteger yy = sums.yy();
      if (xx.digits.is_zero()) return std::nullopt;
      if (yy.digits.is_zero()) return 1.0;
      const ScaledInteger xy = sums.xy();
      return ratio(xy * xy, xx * yy);
    }
    case MomentFunction::kSumXX: return ratio(sums.xx(), n * one);
    case MomentFunction::kSumYY: return ratio(sums.yy(), n * one);
    case MomentFunction::kSumXY: return ratio(sums.xy(), n * one);
    case MomentFunction::kWeightedAverage:
      if (!sums.x().digits.is_zero()) return ratio(sums[MomentSum::kXY], sums.x());
      if (sums[MomentSum::kXY].digits.is_zero()) return kNan;
      return sums[MomentSum::kXY].digits.negative() ? -kInfinity : kInfinity;
  }
  return std::nullopt;
}

}  // namespace trueno::kernel
