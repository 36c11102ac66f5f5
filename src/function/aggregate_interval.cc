// avg of intervals: the fields are added up each on its own; what is left of months becomes days, what is left of days time.
#include "base/wide_integer.h"
#include "function/families.h"
#include "function/fold.h"
#include "function/interval.h"

namespace trueno::function {

namespace {

using kernel::FoldInput;

// Months and days are whole, rounded toward zero. Time is rounded once, to a whole microsecond, ties to even. No sum overflows.
Status fold_interval_average(const FoldInput& input, ColumnBuilder& out) {
  constexpr std::int64_t kDaysOfMonth = 30;
  constexpr std::int64_t kMicrosOfDay = 86'400'000'000;
  i128 months = 0;
  i128 days = 0;
  i128 micros = 0;
  std::int64_t count = 0;
  for (const std::uint32_t row : input.rows) {
    if (!input.arguments[0].is_valid(row)) continue;
    const IntervalValue interval = first_cell(input, row).interval;
    months += interval.months;
    days += interval.days;
    micros += interval.micros;
    ++count;
  }
  if (count == 0) return out.append_null();
  const i128 days_of_months = months % count * kDaysOfMonth;
  I192 time;
  time.add(micros);
  time.add((days % count + days_of_months % count) * kMicrosOfDay);
  const i128 whole_days = days / count + days_of_months / count;
  return out.append(Value(TypeId::kInterval, TRUENO_TRY(make_interval(months / count, whole_days, whole_average_of(time, count)))));
}

Result<Signature> bind_interval_average(std::span<const Type> arguments, const BindContext& context) {
  if (arguments.size() != 1 || arguments[0].id != TypeId::kInterval) return no_overload(context.name, arguments);
  return Signature{{TypeId::kInterval}, TypeId::kInterval};
}

}  // namespace

std::vector<AggregateFunction> aggregate_interval_functions() {
  AggregateFunction average{"avg_of_intervals",
                            {},
                            "avg(interval)",
                            "Average of intervals: of months, of days and of time; what is left of months is days, of days time.",
                            "SELECT avg(x) FROM (VALUES (INTERVAL '1 month'), (INTERVAL '3 days')) t(x)",
                            "16 days 12:00:00",
                            bind_interval_average};
  average.state = StateKind::kHolistic;
  average.selects = true;
  average.fold = fold_interval_average;
  average.may_fail = true;
  return {std::move(average)};
}

}  // namespace trueno::function
