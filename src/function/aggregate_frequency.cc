// How often values occur: mode, histogram, entropy. Rows come sorted, so that equal values are neighbours; values that are equal but not
// identical (-0 and +0) count as one and are given in their canonical form.
#include "base/civil_time.h"
#include "function/families.h"
#include "function/fold.h"
#include "function/overload.h"
#include "kernel/math/elementary.h"

namespace trueno::function {

namespace {

using kernel::Cell;
using kernel::FoldInput;

// Rows of one value.
struct Occurrences {
  std::uint32_t row = 0;  // the first of them
  std::int64_t count = 0;
};

std::vector<Occurrences> occurrences(const FoldInput& input) {
  const Physical physical = input.arguments[0].physical();
  std::vector<Occurrences> all;
  Cell last;
  for (const std::uint32_t row : valid_rows(input)) {
    const Cell cell = first_cell(input, row);
    if (all.empty() || kernel::compare(last, cell, physical) != 0) {
      all.push_back({row, 0});
      last = cell;
    }
    ++all.back().count;
  }
  return all;
}

Value value_at(const FoldInput& input, std::uint32_t row) {
  const Type& type = input.arguments[0].type;
  return kernel::value_of(type, kernel::canonical(first_cell(input, row), type.physical()));
}

Value count_value(std::int64_t count) { return Value::integer(count, TypeId::kUBigInt); }

Status fold_mode(const FoldInput& input, ColumnBuilder& out) {
  Occurrences best;
  for (const Occurrences& value : occurrences(input)) {
    if (value.count > best.count || (value.count == best.count && input.place(value.row) < input.place(best.row))) best = value;
  }
  return best.count == 0 ? out.append_null() : out.append(value_at(input, best.row));
}

Status fold_top(const FoldInput& input, ColumnBuilder& out) {
  std::vector<Occurrences> values = occurrences(input);
  if (values.empty()) return out.append_null();
  std::ranges::sort(values, [&](const Occurrences& a, const Occurrences& b) {
    return a.count != b.count ? a.count > b.count : input.place(a.row) < input.place(b.row);
  });
  const auto wanted = static_cast<std::size_t>(input.constants[0].as_integer());
  if (values.size() > wanted) values.resize(wanted);
  std::vector<std::uint32_t> rows;
  for (const Occurrences& value : values) rows.push_back(value.row);
  return out.append_list(input.arguments[0], rows);
}

Status fold_entropy(const FoldInput& input, ColumnBuilder& out) {
  const auto total = static_cast<double>(valid_rows(input).size());
  double entropy = 0;
  for (const Occurrences& value : occurrences(input)) {
    const auto count = static_cast<double>(value.count);
    entropy += count / total * kernel::math::log2(total / count);
  }
  return out.append(Value::floating(entropy));
}

Status fold_histogram(const FoldInput& input, ColumnBuilder& out) {
  std::vector<Value> entries;
  for (const Occurrences& value : occurrences(input)) {
    entries.push_back(value_at(input, value.row));
    entries.push_back(count_value(value.count));
  }
  return entries.empty() ? out.append_null() : out.append(Value::nested(input.result, std::move(entries)));
}

// Counts by bin; `exact`: of values that equal it, else of those up to it and above the bin before.
template <bool exact>
Status fold_bins(const FoldInput& input, ColumnBuilder& out) {
  const Type& type = input.arguments[0].type;
  const Physical physical = type.physical();
  std::vector<Value> bins = input.constants[0].as_children();
  const auto less = [&](const Value& a, const Value& b) { return kernel::compare(kernel::cell_of(a), kernel::cell_of(b), physical) < 0; };
  std::ranges::sort(bins, less);
  bins.erase(std::unique(bins.begin(), bins.end(), [&](const Value& a, const Value& b) { return !less(a, b) && !less(b, a); }), bins.end());
  std::vector<std::int64_t> counts(bins.size() + 1);
  const std::vector<Occurrences> values = occurrences(input);
  if (values.empty()) return out.append_null();
  for (const Occurrences& value : values) {
    const Cell cell = first_cell(input, value.row);
    std::size_t bin = 0;
    while (bin < bins.size() && kernel::compare(cell, kernel::cell_of(bins[bin]), physical) > 0) ++bin;
    if (exact && bin < bins.size() && kernel::compare(cell, kernel::cell_of(bins[bin]), physical) != 0) bin = bins.size();
    counts[bin] += value.count;
  }
  std::vector<Value> entries;
  for (std::size_t bin = 0; bin < bins.size(); ++bin) {
    entries.push_back(bins[bin]);
    entries.push_back(count_value(counts[bin]));
  }
  if (counts.back() != 0) {
    entries.push_back(key_beyond_bins(type));
    entries.push_back(count_value(counts.back()));
  }
  return out.append(Value::nested(input.result, std::move(entries)));
}

Status fold_histogram_or_bins(const FoldInput& input, ColumnBuilder& out) {
  return input.constants.empty() ? fold_histogram(input, out) : fold_bins<false>(input, out);
}

Result<Signature> bind_mode(std::span<const Type> arguments, const BindContext& context) {
  if (arguments.size() != 1) return no_overload(context.name, arguments);
  const Type type = type_or_integer(arguments[0]);
  return Signature{{type}, type};
}

Result<Signature> bind_entropy(std::span<const Type> arguments, const BindContext& context) {
  if (arguments.size() != 1) return no_overload(context.name, arguments);
  return Signature{{type_or_integer(arguments[0])}, TypeId::kDouble};
}

Result<Signature> bind_approximate_count(std::span<const Type> arguments, const BindContext& context) {
  if (arguments.size() != 1) return no_overload(context.name, arguments);
  return Signature{{type_or_integer(arguments[0])}, TypeId::kBigInt};
}

Result<Signature> bind_top(std::span<const Type> arguments, const BindContext& context) {
  if (arguments.size() != 2 || !(arguments[1].is_integer() || arguments[1].id == TypeId::kNull))
    return no_overload(context.name, arguments);
  const Value* const count = context.literals.size() > 1 ? context.literals[1] : nullptr;
  if (count == nullptr || count->is_null()) return error(ErrorCode::kInvalidInput, "approx_top_k: k must not be NULL");
  if (count->as_integer() <= 0) return error(ErrorCode::kInvalidInput, "approx_top_k: k must be above 0");
  if (count->as_integer() >= 1'000'000) return error(ErrorCode::kInvalidInput, "approx_top_k: k must be below 1000000");
  const Type type = type_or_integer(arguments[0]);
  return Signature{{type, TypeId::kBigInt}, Type::list(type)};
}

Result<Signature> bind_bins(std::span<const Type> arguments, const BindContext& context) {
  if (arguments.size() != 2 || arguments[0].is_nested() || arguments[0].id == TypeId::kBoolean || arguments[1].id != TypeId::kList)
    return no_overload(context.name, arguments);
  if (context.literals[1]->is_null()) return error(ErrorCode::kBinder, "{}: the bins must not be NULL", context.name);
  for (const Value& bin : context.literals[1]->as_children()) {
    if (bin.is_null()) return error(ErrorCode::kBinder, "{}: a bin must not be NULL", context.name);
  }
  const Type type = type_or_integer(arguments[0]);
  return Signature{{type, Type::list(type)}, Type::map(type, TypeId::kUBigInt)};
}

Result<Signature> bind_histogram(std::span<const Type> arguments, const BindContext& context) {
  if (arguments.size() == 2) return bind_bins(arguments, context);
  if (arguments.size() != 1) return no_overload(context.name, arguments);
  const Type type = type_or_integer(arguments[0]);
  return Signature{{type}, Type::map(type, TypeId::kUBigInt)};
}

Result<Signature> bind_exact_bins(std::span<const Type> arguments, const BindContext& context) { return bind_bins(arguments, context); }

AggregateFunction frequency_of(std::string_view name, std::string_view signature, std::string_view description, std::string_view example,
                               std::string_view example_result, Result<Signature> (*bind)(std::span<const Type>, const BindContext&),
                               kernel::FoldFunction fold) {
  AggregateFunction function{name, {}, signature, description, example, example_result, bind};
  function.state = StateKind::kHolistic;
  function.fold = fold;
  function.row_arguments = 1;
  return function;
}

}  // namespace

Value key_beyond_bins(const Type& type) {
  if (const auto limits = kernel::limits_of(type); limits && (type.is_integer() || type.id == TypeId::kDecimal)) return {type, limits->max};
  switch (type.id) {
    case TypeId::kDouble: return {type, std::numeric_limits<double>::infinity()};
    case TypeId::kFloat: return {type, std::numeric_limits<float>::infinity()};
    case TypeId::kDate: return {type, i128{INT32_MAX}};
    case TypeId::kTime: return {type, i128{kMicrosPerDay}};
    case TypeId::kVarchar:
    case TypeId::kBlob:
    case TypeId::kBit: return {type, std::string()};
    default: return {type, i128{INT64_MAX}};
  }
}

std::vector<AggregateFunction> aggregate_frequency_functions() {
  AggregateFunction mode = frequency_of("mode", "mode(x), mode() WITHIN GROUP (ORDER BY x)",
                                        "Most frequent value; of equally frequent ones the first in the order of rows.",
                                        "SELECT mode(x) FROM (VALUES (2), (1), (1), (3)) t(x)", "1", bind_mode, fold_mode);
  mode.ordered_set = true;
  mode.ties_by_order = true;
  AggregateFunction top = frequency_of(
      "approx_top_k", "approx_top_k(x, k)", "The k most frequent values, most frequent first; ties by the order of rows. Exact.",
      "SELECT approx_top_k(x, 2) FROM (VALUES (3), (1), (3), (4), (4), (4)) t(x)", "[4, 3]", bind_top, fold_top);
  top.ties_by_order = true;
  AggregateFunction entropy =
      frequency_of("entropy", "entropy(x)", "Shannon's entropy of the values, in bits: the sum of p * log2(1 / p) over their frequencies.",
                   "SELECT entropy(x) FROM (VALUES ('a'), ('b'), ('c'), ('d')) t(x)", "2.0", bind_entropy, fold_entropy);
  entropy.zero_of_nothing = true;
  AggregateFunction count{"approx_count_distinct",
                          {},
                          "approx_count_distinct(x)",
                          "Number of different values that are not NULL. Exact, as count(DISTINCT x).",
                          "SELECT approx_count_distinct(x) FROM (VALUES (3), (1), (3), (NULL)) t(x)",
                          "2",
                          bind_approximate_count,
                          kernel::FinishKind::kCount,
                          [](const Type&) { return kernel::AccumulatorKind::kCount; }};
  count.of_distinct_values = true;
  return {
      std::move(mode),
      frequency_of(
          "histogram", "histogram(x [, bins])",
          "MAP of each value and how often it occurs, by value; with bins: how many values are up to each bin and above the one before.",
          "SELECT histogram(x) FROM (VALUES ('b'), ('a'), ('b')) t(x)", "{a=1, b=2}", bind_histogram, fold_histogram_or_bins),
      frequency_of("histogram_exact", "histogram_exact(x, bins)",
                   "MAP of each bin and how many values equal it; of others, beyond all bins.",
                   "SELECT histogram_exact(x, [1, 2]) FROM (VALUES (1), (1), (2)) t(x)", "{1=2, 2=1}", bind_exact_bins, fold_bins<true>),
      std::move(entropy),
      std::move(count),
      std::move(top),
  };
}

}  // namespace trueno::function
