// Variances, deviations, covariances, regression, skewness and kurtosis: exact sums of powers and products, rounded once.
#include "function/families.h"

namespace trueno::function {

namespace {

using kernel::FinishKind;
using kernel::MomentFunction;

Result<Signature> bind_doubles(std::size_t count, std::span<const Type> arguments, const BindContext& context) {
  if (arguments.size() != count) return no_overload(context.name, arguments);
  for (const Type& type : arguments) {
    if (type.id != TypeId::kNull && !type.is_numeric()) return no_overload(context.name, arguments);
  }
  return Signature{std::vector<Type>(count, TypeId::kDouble), TypeId::kDouble};
}

template <MomentFunction kFunction>
Result<Signature> bind_moment(std::span<const Type> arguments, const BindContext& context) {
  return bind_doubles(kernel::is_of_pairs(kFunction) ? 2 : 1, arguments, context);
}

Result<Signature> bind_pair(std::span<const Type> arguments, const BindContext& context) { return bind_doubles(2, arguments, context); }
Result<Signature> bind_pair_count(std::span<const Type> arguments, const BindContext& context) {
  Signature signature = TRUENO_TRY(bind_doubles(2, arguments, context));
  signature.result = TypeId::kBigInt;
  return signature;
}

kernel::AccumulatorKind float_sum(const Type&) { return kernel::AccumulatorKind::kSumFloat; }
kernel::AccumulatorKind valid_count(const Type&) { return kernel::AccumulatorKind::kCount; }

template <MomentFunction kFunction>
AggregateFunction of_values(std::vector<std::string_view> aliases, std::string_view signature, std::string_view description,
                            std::string_view example, std::string_view result) {
  AggregateFunction f{kernel::moment_name(kFunction), std::move(aliases), signature, description, example, result,
                      bind_moment<kFunction>,         FinishKind::kMoment};
  f.input = kernel::is_of_pairs(kFunction) ? AggregateInput::kPairs : AggregateInput::kValue;
  f.moment = kFunction;
  return f;
}

AggregateFunction of_one_side(std::string_view name, std::string_view signature, std::string_view description, std::string_view example,
                              std::string_view result, AggregateInput input) {
  AggregateFunction f{name, {}, signature, description, example, result, bind_pair, FinishKind::kAverage, float_sum};
  f.input = input;
  return f;
}

}  // namespace

std::vector<AggregateFunction> moment_aggregates() {
  using enum MomentFunction;
  std::vector<AggregateFunction> list = {
      of_values<kVariancePopulation>({}, "var_pop(x)", "Variance of the population: exact, rounded once.",
                                     "SELECT var_pop(x) FROM (VALUES (3), (4)) t(x)", "0.25"),
      of_values<kVarianceSample>({"variance"}, "var_samp(x)", "Variance of a sample; NULL for fewer than two values.",
                                 "SELECT var_samp(x) FROM (VALUES (3), (4)) t(x)", "0.5"),
      of_values<kDeviationPopulation>({}, "stddev_pop(x)", "Standard deviation of the population.",
                                      "SELECT stddev_pop(x) FROM (VALUES (3), (4)) t(x)", "0.5"),
      of_values<kDeviationSample>({"stddev"}, "stddev_samp(x)", "Standard deviation of a sample; NULL for fewer than two values.",
                                  "SELECT stddev_samp(x) FROM (VALUES (1), (1), (3), (3)) t(x)", "1.1547005383792515"),
      of_values<kStandardError>({}, "sem(x)", "Standard error of the mean: the population's deviation over the root of the count.",
                                "SELECT sem(x) FROM (VALUES (1), (1), (3), (3)) t(x)", "0.5"),
      of_values<kSkewness>({}, "skewness(x)", "Skewness of a sample; NULL for fewer than three values or when all are equal.",
                           "SELECT skewness(x) FROM (VALUES (1), (2), (3)) t(x)", "0.0"),
      of_values<kKurtosis>({}, "kurtosis(x)", "Excess kurtosis of a sample; NULL for fewer than four values or when all are equal.",
                           "SELECT kurtosis(x) FROM (VALUES (1), (1), (3), (3)) t(x)", "-6.0"),
      of_values<kKurtosisPopulation>({}, "kurtosis_pop(x)", "Excess kurtosis of the population; NULL for one value or when all are equal.",
                                     "SELECT kurtosis_pop(x) FROM (VALUES (3), (4)) t(x)", "-2.0"),
      of_values<kCovariancePopulation>({}, "covar_pop(y, x)", "Covariance of the population, over rows where both are valid.",
                                       "SELECT covar_pop(y, x) FROM (VALUES (1, 1), (3, 5)) t(y, x)", "2.0"),
      of_values<kCovarianceSample>({}, "covar_samp(y, x)", "Covariance of a sample; NULL for fewer than two pairs.",
                                   "SELECT covar_samp(y, x) FROM (VALUES (1, 1), (3, 5)) t(y, x)", "4.0"),
      of_values<kCorrelation>({}, "corr(y, x)", "Coefficient of correlation; NaN when one side is constant.",
                              "SELECT corr(y, x) FROM (VALUES (1, 1), (3, 5)) t(y, x)", "1.0"),
      of_values<kSlope>({}, "regr_slope(y, x)", "Slope of the line fitted to the pairs (x, y); NaN when x is constant.",
                        "SELECT regr_slope(y, x) FROM (VALUES (1, 1), (3, 5)) t(y, x)", "0.5"),
      of_values<kIntercept>({}, "regr_intercept(y, x)", "Where the line fitted to the pairs (x, y) meets x = 0.",
                            "SELECT regr_intercept(y, x) FROM (VALUES (1, 1), (3, 5)) t(y, x)", "0.5"),
      of_values<kDetermination>({}, "regr_r2(y, x)", "Coefficient of determination; 1 when y is constant, NULL when x is.",
                                "SELECT regr_r2(y, x) FROM (VALUES (1, 1), (3, 5)) t(y, x)", "1.0"),
      of_values<kSumXX>({}, "regr_sxx(y, x)", "The count times the population's variance of x.",
                        "SELECT regr_sxx(y, x) FROM (VALUES (1, 1), (3, 5)) t(y, x)", "8.0"),
      of_values<kSumYY>({}, "regr_syy(y, x)", "The count times the population's variance of y.",
                        "SELECT regr_syy(y, x) FROM (VALUES (1, 1), (3, 5)) t(y, x)", "2.0"),
      of_values<kSumXY>({}, "regr_sxy(y, x)", "The count times the population's covariance.",
                        "SELECT regr_sxy(y, x) FROM (VALUES (1, 1), (3, 5)) t(y, x)", "4.0"),
      of_values<kWeightedAverage>({"wavg"}, "weighted_avg(x, weight)",
                                  "Average of x, each as often as its weight says: the exact sum of x * weight by that of weights.",
                                  "SELECT weighted_avg(x, w) FROM (VALUES (1, 3), (5, 1)) t(x, w)", "2.0"),
      of_one_side("regr_avgx", "regr_avgx(y, x)", "Average of x over rows where both are valid.",
                  "SELECT regr_avgx(y, x) FROM (VALUES (1, 1), (3, 5)) t(y, x)", "3.0", AggregateInput::kSecond),
      of_one_side("regr_avgy", "regr_avgy(y, x)", "Average of y over rows where both are valid.",
                  "SELECT regr_avgy(y, x) FROM (VALUES (1, 1), (3, 5)) t(y, x)", "2.0", AggregateInput::kFirst),
  };
  AggregateFunction count{"regr_count",
                          {},
                          "regr_count(y, x)",
                          "Number of rows where both are valid.",
                          "SELECT regr_count(y, x) FROM (VALUES (1, 1), (3, NULL)) t(y, x)",
                          "1",
                          bind_pair_count,
                          FinishKind::kCount,
                          valid_count};
  count.input = AggregateInput::kFirst;
  list.push_back(std::move(count));
  return list;
}

}  // namespace trueno::function
