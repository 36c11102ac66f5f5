// The rows where a value is least or greatest, and the n least or greatest values. Equally good rows come in their order.
#include "function/families.h"
#include "function/fold.h"
#include "function/overload.h"

namespace trueno::function {

namespace {

using kernel::Cell;
using kernel::FoldInput;

enum class Nulls { kSkipped, kOfArgumentKept, kLast };

// Whether the row takes part, by whether its argument and its value are NULL.
template <Nulls nulls>
bool takes_part(const FoldInput& input, std::uint32_t row) {
  if (nulls == Nulls::kLast) return true;
  if (!input.arguments[1].is_valid(row)) return false;
  return nulls == Nulls::kOfArgumentKept || input.arguments[0].is_valid(row);
}

// Whether the value at `a` goes before that at `b`; NULLs behind all others.
template <bool greatest>
int order_of(const FoldInput& input, std::uint32_t a, std::uint32_t b) {
  const Column& values = input.arguments[1];
  const Cell x = kernel::cell_of(values, a);
  const Cell y = kernel::cell_of(values, b);
  if (x.valid != y.valid) return x.valid ? -1 : 1;
  if (!x.valid) return 0;
  const int order = kernel::compare(x, y, values.physical());
  return greatest ? -order : order;
}

template <bool greatest, Nulls nulls>
Status fold_best(const FoldInput& input, ColumnBuilder& out) {
  std::optional<std::uint32_t> best;
  for (const std::uint32_t row : input.rows) {
    if (takes_part<nulls>(input, row) && (!best || order_of<greatest>(input, row, *best) < 0)) best = row;
  }
  return best ? out.append_row(input.arguments[0], *best) : out.append_null();
}

// How many are asked for: what the first row says.
Result<std::size_t> wanted(const FoldInput& input, std::size_t argument, std::string_view name) {
  constexpr i128 kMost = 1'000'000;
  const Cell count = kernel::cell_of(input.arguments[argument], input.rows.front());
  if (!count.valid) return error(ErrorCode::kInvalidInput, "{}: n must not be NULL", name);
  if (count.integer <= 0) return error(ErrorCode::kInvalidInput, "{}: n must be above 0", name);
  if (count.integer >= kMost) return error(ErrorCode::kInvalidInput, "{}: n must be below {}", name, to_string(kMost));
  return static_cast<std::size_t>(count.integer);
}

template <bool greatest, Nulls nulls>
Status fold_best_rows(const FoldInput& input, ColumnBuilder& out) {
  if (input.rows.empty()) return out.append_null();
  const std::size_t count = TRUENO_TRY(wanted(input, 2, greatest ? "arg_max" : "arg_min"));
  std::vector<std::uint32_t> rows;
  std::ranges::copy_if(input.rows, std::back_inserter(rows), [&](std::uint32_t row) { return takes_part<nulls>(input, row); });
  if (rows.empty()) return out.append_null();
  const auto kept = static_cast<std::ptrdiff_t>(std::min(count, rows.size()));
  std::partial_sort(rows.begin(), rows.begin() + kept, rows.end(), [&](std::uint32_t a, std::uint32_t b) {
    const int order = order_of<greatest>(input, a, b);
    return order != 0 ? order < 0 : input.place(a) < input.place(b);
  });
  return out.append_list(input.arguments[0], std::span(rows).first(static_cast<std::size_t>(kept)));
}

template <bool greatest>
Status fold_values(const FoldInput& input, ColumnBuilder& out) {
  if (input.rows.empty()) return out.append_null();
  const std::size_t count = TRUENO_TRY(wanted(input, 1, greatest ? "max" : "min"));
  const std::span<const std::uint32_t> rows = valid_rows(input);
  if (rows.empty()) return out.append_null();
  const std::size_t kept = std::min(count, rows.size());
  if (!greatest) return out.append_list(input.arguments[0], rows.first(kept));
  const std::vector<std::uint32_t> descending(rows.rbegin(), rows.rbegin() + static_cast<std::ptrdiff_t>(kept));
  return out.append_list(input.arguments[0], descending);
}

bool is_count(const Type& type) { return type.is_integer() || type.id == TypeId::kNull; }

Result<Signature> bind_best(std::span<const Type> arguments, const BindContext& context) {
  if (arguments.size() != 2) return no_overload(context.name, arguments);
  const Type type = type_or_integer(arguments[0]);
  return Signature{{type, type_or_integer(arguments[1])}, type};
}

Result<Signature> bind_best_rows(std::span<const Type> arguments, const BindContext& context) {
  if (arguments.size() != 3 || !is_count(arguments[2])) return no_overload(context.name, arguments);
  const Type type = type_or_integer(arguments[0]);
  return Signature{{type, type_or_integer(arguments[1]), TypeId::kBigInt}, Type::list(type)};
}

Result<Signature> bind_values(std::span<const Type> arguments, const BindContext& context) {
  if (arguments.size() != 2 || !is_count(arguments[1])) return no_overload(context.name, arguments);
  const Type type = type_or_integer(arguments[0]);
  return Signature{{type, TypeId::kBigInt}, Type::list(type)};
}

AggregateFunction best_row(std::string_view name, std::vector<std::string_view> aliases, std::string_view signature,
                           std::string_view description, std::string_view example, std::string_view example_result,
                           kernel::FoldFunction fold) {
  AggregateFunction function{name, std::move(aliases), signature, description, example, example_result, bind_best};
  function.state = StateKind::kOrdered;
  function.fold = fold;
  function.row_arguments = 2;
  function.ignores_repeats = true;
  return function;
}

AggregateFunction best_rows(std::string_view name, std::string_view signature, std::string_view description, std::string_view example,
                            std::string_view example_result, kernel::FoldFunction fold) {
  AggregateFunction function = best_row(name, {}, signature, description, example, example_result, fold);
  function.bind = bind_best_rows;
  function.row_arguments = 3;
  function.ignores_repeats = false;
  function.may_fail = true;
  return function;
}

AggregateFunction best_values(std::string_view name, std::string_view signature, std::string_view description, std::string_view example,
                              std::string_view example_result, kernel::FoldFunction fold) {
  AggregateFunction function = best_rows(name, signature, description, example, example_result, fold);
  function.bind = bind_values;
  function.state = StateKind::kHolistic;
  function.row_arguments = 2;
  return function;
}

}  // namespace

std::vector<AggregateFunction> aggregate_extreme_functions() {
  return {
      best_row("arg_min", {"argmin", "min_by"}, "arg_min(x, y)", "x of the row with the least y; rows where x or y is NULL do not count.",
               "SELECT arg_min(x, y) FROM (VALUES ('a', 2), ('b', 1)) t(x, y)", "b", fold_best<false, Nulls::kSkipped>),
      best_row("arg_max", {"argmax", "max_by"}, "arg_max(x, y)",
               "x of the row with the greatest y; rows where x or y is NULL do not count.",
               "SELECT arg_max(x, y) FROM (VALUES ('a', 2), ('b', 1)) t(x, y)", "a", fold_best<true, Nulls::kSkipped>),
      best_row("arg_min_null", {}, "arg_min_null(x, y)", "As arg_min, but a NULL x counts.",
               "SELECT arg_min_null(x, y) FROM (VALUES ('a', 2), (NULL, 1)) t(x, y)", "NULL", fold_best<false, Nulls::kOfArgumentKept>),
      best_row("arg_max_null", {}, "arg_max_null(x, y)", "As arg_max, but a NULL x counts.",
               "SELECT arg_max_null(x, y) FROM (VALUES ('a', 2), (NULL, 3)) t(x, y)", "NULL", fold_best<true, Nulls::kOfArgumentKept>),
      best_row("arg_min_nulls_last", {}, "arg_min_nulls_last(x, y)", "As arg_min, but all rows count; a NULL y is greater than any other.",
               "SELECT arg_min_nulls_last(x, y) FROM (VALUES ('a', 2), ('b', NULL)) t(x, y)", "a", fold_best<false, Nulls::kLast>),
      best_row("arg_max_nulls_last", {}, "arg_max_nulls_last(x, y)", "As arg_max, but all rows count; a NULL y is less than any other.",
               "SELECT arg_max_nulls_last(x, y) FROM (VALUES ('a', 2), ('b', NULL)) t(x, y)", "a", fold_best<true, Nulls::kLast>),
      best_rows("arg_min_n", "arg_min(x, y, n)", "x of the n rows with the least y, least first; equal ones in the order of rows.",
                "SELECT arg_min(x, y, 2) FROM (VALUES ('a', 2), ('b', 1), ('c', 3)) t(x, y)", "[b, a]",
                fold_best_rows<false, Nulls::kSkipped>),
      best_rows("arg_max_n", "arg_max(x, y, n)", "x of the n rows with the greatest y, greatest first; equal ones in the order of rows.",
                "SELECT arg_max(x, y, 2) FROM (VALUES ('a', 2), ('b', 1), ('c', 3)) t(x, y)", "[c, a]",
                fold_best_rows<true, Nulls::kSkipped>),
      best_rows("arg_min_nulls_last_n", "arg_min_nulls_last(x, y, n)", "As arg_min(x, y, n), but all rows count, those of a NULL y last.",
                "SELECT arg_min_nulls_last(x, y, 2) FROM (VALUES ('a', NULL), ('b', 1)) t(x, y)", "[b, a]",
                fold_best_rows<false, Nulls::kLast>),
      best_rows("arg_max_nulls_last_n", "arg_max_nulls_last(x, y, n)", "As arg_max(x, y, n), but all rows count, those of a NULL y last.",
                "SELECT arg_max_nulls_last(x, y, 2) FROM (VALUES ('a', NULL), ('b', 1)) t(x, y)", "[b, a]",
                fold_best_rows<true, Nulls::kLast>),
      best_values("min_n", "min(x, n)", "The n least values, least first.", "SELECT min(x, 2) FROM (VALUES (3), (1), (2)) t(x)", "[1, 2]",
                  fold_values<false>),
      best_values("max_n", "max(x, n)", "The n greatest values, greatest first.", "SELECT max(x, 2) FROM (VALUES (3), (1), (2)) t(x)",
                  "[3, 2]", fold_values<true>),
  };
}

}  // namespace trueno::function
