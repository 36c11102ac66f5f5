// Quantiles of values that are selected, not sorted, and what is made of them: median, median absolute deviation. Approximate ones are
// exact until a sketch qualifies whose merge is associative.
//
// A continuous quantile interpolates between two neighbours as DuckDB does: numbers as lo * (1 - d) + hi * d in DOUBLE, decimals and times
// as lo + (hi - lo) * d with the fraction cut off.
#include <cmath>
#include <functional>

#include "base/civil_time.h"
#include "base/select.h"
#include "function/families.h"
#include "function/fold.h"
#include "function/ordered_values.h"
#include "function/overload.h"

namespace trueno::function {

namespace {

using kernel::Cell;
using kernel::FoldInput;

// SIGNATURES ------------------------------------------------------------------------------------------------------------------------

// What a continuous quantile of the type is; nothing where neighbours have nothing between them.
std::optional<Signature> continuous_signature(const Type& type) {
  if (type.id == TypeId::kNull) return Signature{{TypeId::kDouble}, TypeId::kDouble};
  if (type.is_integer()) return Signature{{type}, TypeId::kDouble};
  if (type.is_float() || type.id == TypeId::kDecimal || type.id == TypeId::kTime || type.id == TypeId::kTimestamp ||
      type.id == TypeId::kTimestampTz)
    return Signature{{type}, type};
  if (type.id == TypeId::kDate) return Signature{{type}, TypeId::kTimestamp};
  if (type.is_timestamp()) return Signature{{TypeId::kTimestamp}, TypeId::kTimestamp};
  return std::nullopt;
}

Status check_fraction(const Value& value, double least, std::string_view name) {
  if (value.is_null()) return error(ErrorCode::kBinder, "the quantile of {} must not be NULL", name);
  double fraction = 0;
  if (value.type().is_float()) fraction = value.as_double();
  if (value.type().is_integer()) fraction = to_double(value.as_integer());
  if (value.type().id == TypeId::kDecimal) fraction = to_double(value.as_integer(), value.type().scale);
  if (std::isnan(fraction)) return error(ErrorCode::kBinder, "the quantile of {} must not be NaN", name);
  if (fraction >= least && fraction <= 1) return {};
  return error(ErrorCode::kBinder, "the quantile of {} must be between {} and 1, not {}", name, least, value.to_string());
}

// Adds the second argument: a fraction, or a list of fractions, which gives a list of values.
Result<Signature> with_fractions(Signature signature, std::span<const Type> arguments, const BindContext& context, double least) {
  const Value* const given = context.literals.size() > 1 ? context.literals[1] : nullptr;
  if (given == nullptr) return no_overload(context.name, arguments);
  const auto kept = [](const Type& type) { return type.id == TypeId::kDecimal ? type : Type(TypeId::kDouble); };
  if (given->is_null() || arguments[1].id != TypeId::kList) {
    if (!given->is_null() && !arguments[1].is_numeric()) return no_overload(context.name, arguments);
    TRUENO_TRY(check_fraction(*given, least, context.name));
    signature.arguments.push_back(kept(arguments[1]));
    return signature;
  }
  const Type& element = arguments[1].children->front().type;
  if (!element.is_numeric() && element.id != TypeId::kNull) return no_overload(context.name, arguments);
  for (const Value& fraction : given->as_children()) TRUENO_TRY(check_fraction(fraction, least, context.name));
  signature.arguments.push_back(Type::list(kept(element)));
  signature.result = Type::list(signature.result);
  return signature;
}

Result<Signature> bind_continuous(std::span<const Type> arguments, const BindContext& context) {
  const auto signature = arguments.size() == 2 ? continuous_signature(arguments[0]) : std::nullopt;
  if (!signature) return no_overload(context.name, arguments);
  return with_fractions(*signature, arguments, context, -1);
}

Result<Signature> bind_discrete(std::span<const Type> arguments, const BindContext& context) {
  if (arguments.size() != 2) return no_overload(context.name, arguments);
  const Type type = type_or_integer(arguments[0]);
  return with_fractions({{type}, type}, arguments, context, -1);
}

Result<Signature> bind_approximate(std::span<const Type> arguments, const BindContext& context) {
  const auto continuous = arguments.size() == 2 ? continuous_signature(arguments[0]) : std::nullopt;
  if (!continuous) return no_overload(context.name, arguments);
  Type type = continuous->arguments[0];
  if (type.id == TypeId::kTinyInt || type.id == TypeId::kUTinyInt) type = TypeId::kBigInt;
  if (type.id == TypeId::kFloat) type = TypeId::kDouble;
  return with_fractions({{type}, type}, arguments, context, 0);
}

Result<Signature> bind_reservoir(std::span<const Type> arguments, const BindContext& context) {
  const bool fits = (arguments.size() == 2 || (arguments.size() == 3 && arguments[2].is_integer())) &&
                    (arguments[0].is_numeric() || arguments[0].id == TypeId::kNull);
  if (!fits) return no_overload(context.name, arguments);
  const Type type = type_or_integer(arguments[0]);
  Signature signature = TRUENO_TRY(with_fractions({{type}, type}, arguments, context, 0));
  if (arguments.size() == 3) signature.arguments.push_back(arguments[2]);
  return signature;
}

Result<Signature> bind_median(std::span<const Type> arguments, const BindContext& context) {
  if (arguments.size() != 1) return no_overload(context.name, arguments);
  const Type& type = arguments[0];
  if (type.is_timestamp()) return Signature{{type}, type};
  if (const auto continuous = continuous_signature(type)) return *continuous;
  return Signature{{type}, type};
}

Result<Signature> bind_deviation(std::span<const Type> arguments, const BindContext& context) {
  const auto continuous = arguments.size() == 1 ? continuous_signature(arguments[0]) : std::nullopt;
  if (!continuous) return no_overload(context.name, arguments);
  const Type& type = continuous->arguments[0];
  return Signature{{type}, type.is_temporal() ? Type(TypeId::kInterval) : continuous->result};
}

// VALUES ----------------------------------------------------------------------------------------------------------------------------

double as_double(const Cell& cell, const Type& type) {
  if (type.id == TypeId::kDouble) return cell.f64;
  if (type.id == TypeId::kFloat) return static_cast<double>(cell.f32);
  return to_double(cell.integer, type.id == TypeId::kDecimal ? type.scale : 0);
}

Value float_value(double value, const Type& type) {
  if (type.id == TypeId::kFloat) return {type, kernel::canonical(static_cast<float>(value))};
  return {type, kernel::canonical(value)};
}

double between(double low, double high, double share) { return share == 0 ? low : low * (1.0 - share) + high * share; }

// The fraction is cut off. Far from zero, where DOUBLE has no fractions, only the distance is rounded.
i128 between(i128 low, i128 high, double share) {
  if (share == 0) return low;
  constexpr i128 kExact = i128{1} << 53;
  i128 exact = 0;
  const bool fits = !__builtin_sub_overflow(high, low, &exact);
  const double distance = fits ? to_double(exact) : to_double(high) - to_double(low);
  if (low < kExact && low > -kExact) return static_cast<i128>(to_double(low) + distance * share);
  return low + static_cast<i128>(distance * share);
}

// Months and days that are no whole ones go on as days (30 a month) and microseconds.
IntervalValue between(const IntervalValue& low, const IntervalValue& high, double share) {
  const double months = static_cast<double>(high.months - low.months) * share;
  const double days = static_cast<double>(high.days - low.days) * share + (months - std::trunc(months)) * 30;
  const double micros =
      static_cast<double>(high.micros - low.micros) * share + (days - std::trunc(days)) * static_cast<double>(kMicrosPerDay);
  return {low.months + static_cast<std::int32_t>(months), low.days + static_cast<std::int32_t>(days),
          low.micros + static_cast<std::int64_t>(std::round(micros))};
}

// Of a DATE its midnight, of another time itself.
i128 moment(const Cell& cell, const Type& type) {
  if (type.id != TypeId::kDate) return cell.integer;
  if (cell.integer == INT32_MAX) return INT64_MAX;
  if (cell.integer == -INT32_MAX) return -INT64_MAX;
  return cell.integer * kMicrosPerDay;
}

Result<Value> interpolated(const Cell& low, const Cell& high, double share, const Type& type, const Type& result) {
  if (result.is_float()) return float_value(between(as_double(low, type), as_double(high, type), share), result);
  if (result.id == TypeId::kInterval) return Value(result, between(low.interval, high.interval, share));
  const i128 value = between(moment(low, type), moment(high, type), share);
  if (result.is_timestamp() && (value > INT64_MAX || value < -INT64_MAX))
    return error(ErrorCode::kOutOfRange, "the quantile is out of range of {}", result.to_string());
  return Value(result, value);
}

// FOLDS -----------------------------------------------------------------------------------------------------------------------------

// Values of which the k-th is asked for, from either end.
struct Sorted {
  OrderedValues& values;
  bool descending;
  [[nodiscard]] std::size_t size() const { return values.size(); }
  [[nodiscard]] Cell operator[](std::size_t i) const { return values[descending ? values.size() - 1 - i : i]; }
  [[nodiscard]] const Type& type() const { return values.type(); }
};

double fraction_of(const Value& value) {
  return value.type().id == TypeId::kDecimal ? to_double(value.as_integer(), value.type().scale) : value.as_double();
}

Result<Value> at_position(const Sorted& values, double position, const Type& result) {
  const double below = std::floor(position);
  const double above = std::ceil(position);
  return interpolated(values[static_cast<std::size_t>(below)], values[static_cast<std::size_t>(above)], position - below, values.type(),
                      result);
}

Result<Value> continuous(const Sorted& values, const Value& fraction, const Type& result) {
  return at_position(values, static_cast<double>(values.size() - 1) * std::fabs(fraction_of(fraction)), result);
}

// The least value that at least the fraction of all values does not exceed. Decimal fractions are counted in integers.
Result<Value> discrete(const Sorted& values, const Value& fraction, const Type& result) {
  const auto size = static_cast<std::int64_t>(values.size());
  std::int64_t left = 0;  // values behind it
  if (fraction.type().id == TypeId::kDecimal && fraction.type().scale <= 18) {
    i128 one = 1;
    for (int digit = 0; digit < fraction.type().scale; ++digit) one *= 10;
    const i128 share = fraction.as_integer() < 0 ? -fraction.as_integer() : fraction.as_integer();
    left = static_cast<std::int64_t>((size * one - size * share) / one);
  } else {
    const auto count = static_cast<double>(size);
    left = static_cast<std::int64_t>(std::floor(count - count * std::fabs(fraction_of(fraction))));
  }
  const auto place = static_cast<std::size_t>(std::max<std::int64_t>(1, size - left) - 1);
  return kernel::value_of(result, kernel::canonical(values[place], result.physical()));
}

// Each value stands for a stretch of 1/n, and is met in its middle: what a t-digest gives while every value has a centroid of its own.
// What is whole is rounded: integers, and days.
Result<Value> approximate(const Sorted& values, const Value& fraction, const Type& result) {
  const auto last = static_cast<double>(values.size() - 1);
  const double position = std::clamp(fraction_of(fraction) * static_cast<double>(values.size()) - 0.5, 0.0, last);
  if (!result.is_integer() && result.id != TypeId::kDate) return at_position(values, position, result);
  const double value = TRUENO_TRY(at_position(values, position, TypeId::kDouble)).as_double();
  const auto limits = kernel::limits_of(result);
  return Value(result, limits ? std::clamp(static_cast<i128>(std::nearbyint(value)), limits->min, limits->max)
                              : static_cast<i128>(std::nearbyint(value)));
}

Result<Value> reservoir(const Sorted& values, const Value& fraction, const Type& result) {
  const auto place = static_cast<std::size_t>(static_cast<double>(values.size() - 1) * fraction_of(fraction));
  return kernel::value_of(result, kernel::canonical(values[place], result.physical()));
}

using Quantile = Result<Value> (*)(const Sorted&, const Value&, const Type&);

template <Quantile quantile>
Status fold_quantile(const FoldInput& input, ColumnBuilder& out) {
  OrderedValues all = TRUENO_TRY(OrderedValues::make(input));
  if (all.size() == 0) return out.append_null();
  const Value& fractions = input.constants[0];
  const bool flipped = input.constants.back().type().id == TypeId::kBoolean && input.constants.back().as_bool();
  const auto one = [&](const Value& fraction, const Type& result) {
    const bool negative = fraction.type().id == TypeId::kDecimal ? fraction.as_integer() < 0 : std::signbit(fraction.as_double());
    return quantile({all, negative != flipped}, fraction, result);
  };
  if (!fractions.type().is_nested()) return out.append(TRUENO_TRY(one(fractions, input.result)));
  std::vector<Value> values;
  for (const Value& fraction : fractions.as_children()) values.push_back(TRUENO_TRY(one(fraction, input.result.children->front().type)));
  return out.append(Value::nested(input.result, std::move(values)));
}

Status fold_median(const FoldInput& input, ColumnBuilder& out) {
  OrderedValues all = TRUENO_TRY(OrderedValues::make(input));
  if (all.size() == 0) return out.append_null();
  const Sorted values{all, false};
  const bool between_neighbours =
      continuous_signature(values.type()).has_value() || values.type().is_timestamp() || values.type().id == TypeId::kInterval;
  return out.append(TRUENO_TRY((between_neighbours ? continuous : discrete)(values, Value::floating(0.5), input.result)));
}

// NaN is greatest.
struct Ascending {
  bool operator()(double a, double b) const { return a < b || (b != b && a == a); }
  bool operator()(i128 a, i128 b) const { return a < b; }
};

template <class T>
T middle(std::vector<T> values, const Parallel& parallel) {
  Selection<T, Ascending> selection(values, parallel);
  const double position = static_cast<double>(values.size() - 1) * 0.5;
  const double below = std::floor(position);
  const T low = selection[static_cast<std::size_t>(below)];
  return between(low, selection[static_cast<std::size_t>(std::ceil(position))], position - below);
}

// The median of the distances from the median.
Status fold_deviation(const FoldInput& input, ColumnBuilder& out) {
  OrderedValues all = TRUENO_TRY(OrderedValues::make(input));
  if (all.size() == 0) return out.append_null();
  const Sorted values{all, false};
  const Type& type = values.type();
  if (input.result.is_float()) {
    const double median = TRUENO_TRY(continuous(values, Value::floating(0.5), input.result)).as_double();
    std::vector<double> distances;
    for (const std::uint32_t row : input.rows) {
      if (!input.arguments[0].is_valid(row)) continue;
      const double distance = std::fabs(as_double(first_cell(input, row), type) - median);
      distances.push_back(type.id == TypeId::kFloat ? static_cast<double>(static_cast<float>(distance)) : distance);
    }
    return out.append(float_value(middle(std::move(distances), input.parallel), input.result));
  }
  const Type between_type = type.id == TypeId::kDate ? Type(TypeId::kTimestamp) : type;
  const i128 median = TRUENO_TRY(continuous(values, Value::floating(0.5), between_type)).as_integer();
  std::vector<i128> distances;
  for (const std::uint32_t row : input.rows) {
    if (!input.arguments[0].is_valid(row)) continue;
    const i128 distance = moment(first_cell(input, row), type) - median;
    distances.push_back(distance < 0 ? -distance : distance);
  }
  if (input.result.id != TypeId::kInterval) return out.append(Value(input.result, middle(std::move(distances), input.parallel)));
  for (i128& distance : distances) distance *= 2;  // an INTERVAL is rounded to the nearest microsecond
  const i128 deviation = (middle(std::move(distances), input.parallel) + 1) / 2;
  return out.append(Value(input.result, IntervalValue{0, static_cast<std::int32_t>(deviation / kMicrosPerDay),
                                                      static_cast<std::int64_t>(deviation % kMicrosPerDay)}));
}

AggregateFunction quantile_of(std::string_view name, std::vector<std::string_view> aliases, std::string_view signature,
                              std::string_view description, std::string_view example, std::string_view example_result,
                              Result<Signature> (*bind)(std::span<const Type>, const BindContext&), kernel::FoldFunction fold) {
  AggregateFunction function{name, std::move(aliases), signature, description, example, example_result, bind};
  function.state = StateKind::kHolistic;
  function.selects = true;
  function.fold = fold;
  function.row_arguments = 1;
  function.constant_name = "quantile";
  return function;
}

}  // namespace

std::vector<AggregateFunction> aggregate_quantile_functions() {
  std::vector<AggregateFunction> list = {
      quantile_of("median", {}, "median(x)", "Middle value; of an even number, what lies half way between the middle two.",
                  "SELECT median(x) FROM (VALUES (1), (2), (4), (9)) t(x)", "3.0", bind_median, fold_median),
      quantile_of(
          "quantile_cont", {"percentile_cont"}, "quantile_cont(x, q), percentile_cont(q) WITHIN GROUP (ORDER BY x)",
          "Value below which the fraction q of all values lies, interpolated; a list of fractions gives a list; a negative q counts "
          "from the greatest.",
          "SELECT quantile_cont(x, 0.25) FROM (VALUES (1), (2), (4)) t(x)", "1.5", bind_continuous, fold_quantile<continuous>),
      quantile_of("quantile_disc", {"quantile", "percentile_disc"}, "quantile_disc(x, q), percentile_disc(q) WITHIN GROUP (ORDER BY x)",
                  "Least value that the fraction q of all values does not exceed; a list of fractions gives a list.",
                  "SELECT quantile_disc(x, [0.25, 0.5]) FROM (VALUES ('a'), ('b'), ('c')) t(x)", "[a, b]", bind_discrete,
                  fold_quantile<discrete>),
      quantile_of("approx_quantile", {}, "approx_quantile(x, q)",
                  "As quantile_cont, each value in the middle of its stretch of 1/n. Exact: all values are kept.",
                  "SELECT approx_quantile(x, 0.25) FROM (VALUES (1.0), (2.0), (3.0), (10.0)) t(x)", "1.5", bind_approximate,
                  fold_quantile<approximate>),
      quantile_of("reservoir_quantile", {}, "reservoir_quantile(x, q [, size])",
                  "A quantile of all values, as that of a sample that is as large as they are; the size is not needed.",
                  "SELECT reservoir_quantile(x, 0.5) FROM (VALUES (1), (2), (3)) t(x)", "2", bind_reservoir, fold_quantile<reservoir>),
      quantile_of("mad", {}, "mad(x)", "Median of the absolute distances from the median; of dates and times an INTERVAL.",
                  "SELECT mad(x) FROM (VALUES (1), (2), (5), (9)) t(x)", "2.0", bind_deviation, fold_deviation),
  };
  for (AggregateFunction& function : list) {
    if (!function.name.starts_with("quantile_")) continue;
    function.ordered_set = true;
    function.is_quantile = true;
  }
  return list;
}

}  // namespace trueno::function
