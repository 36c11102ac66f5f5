// One of a group's rows, by the order they come in.
#include "function/families.h"
#include "function/fold.h"
#include "function/overload.h"

namespace trueno::function {

namespace {

using kernel::FoldInput;

Status fold_first(const FoldInput& input, ColumnBuilder& out) {
  return input.rows.empty() ? out.append_null() : out.append_row(input.arguments[0], input.rows.front());
}

Status fold_last(const FoldInput& input, ColumnBuilder& out) {
  return input.rows.empty() ? out.append_null() : out.append_row(input.arguments[0], input.rows.back());
}

Status fold_any(const FoldInput& input, ColumnBuilder& out) {
  const auto found = std::ranges::find_if(input.rows, [&](std::uint32_t row) { return input.arguments[0].is_valid(row); });
  return found == input.rows.end() ? out.append_null() : out.append_row(input.arguments[0], *found);
}

Result<Signature> bind_one(std::span<const Type> arguments, const BindContext& context) {
  if (arguments.size() != 1) return no_overload(context.name, arguments);
  const Type type = type_or_integer(arguments[0]);
  return Signature{{type}, type};
}

AggregateFunction one_row(std::string_view name, std::vector<std::string_view> aliases, std::string_view signature,
                          std::string_view description, std::string_view example, std::string_view example_result,
                          kernel::FoldFunction fold) {
  AggregateFunction function{name, std::move(aliases), signature, description, example, example_result, bind_one};
  function.state = StateKind::kOrdered;
  function.fold = fold;
  function.ignores_repeats = true;
  return function;
}

}  // namespace

std::vector<AggregateFunction> aggregate_first_functions() {
  return {
      one_row("first", {"arbitrary"}, "first(x [ORDER BY ...])", "The first row's value, NULL or not.",
              "SELECT first(x ORDER BY x DESC) FROM (VALUES (3), (1), (4)) t(x)", "4", fold_first),
      one_row("last", {}, "last(x [ORDER BY ...])", "The last row's value, NULL or not.", "SELECT last(x) FROM (VALUES (3), (1), (4)) t(x)",
              "4", fold_last),
      one_row("any_value", {}, "any_value(x [ORDER BY ...])", "The first value that is not NULL.",
              "SELECT any_value(x) FROM (VALUES (NULL), (1), (4)) t(x)", "1", fold_any),
  };
}

}  // namespace trueno::function
