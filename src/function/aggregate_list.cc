// All values of a group behind one another: as a list, as one text.
#include "function/families.h"
#include "function/fold.h"
#include "function/overload.h"

namespace trueno::function {

namespace {

using kernel::FoldInput;

Status fold_list(const FoldInput& input, ColumnBuilder& out) {
  return input.rows.empty() ? out.append_null() : out.append_list(input.arguments[0], input.rows);
}

Status fold_text(const FoldInput& input, ColumnBuilder& out) {
  const bool given = !input.constants.empty();
  if (given && input.constants[0].is_null()) return out.append_null();
  const std::string separator = given ? input.constants[0].as_string() : ",";
  const Column& texts = input.arguments[0];
  std::string all;
  bool any = false;
  for (const std::uint32_t row : input.rows) {
    if (!texts.is_valid(row)) continue;
    if (any) all += separator;
    any = true;
    all += texts.text(row);
  }
  return any ? out.append_string(all) : out.append_null();
}

Result<Signature> bind_list(std::span<const Type> arguments, const BindContext& context) {
  if (arguments.size() != 1) return no_overload(context.name, arguments);
  const Type type = type_or_integer(arguments[0]);
  return Signature{{type}, Type::list(type)};
}

Result<Signature> bind_text(std::span<const Type> arguments, const BindContext& context) {
  const bool separated = arguments.size() == 2 && (arguments[1].id == TypeId::kVarchar || arguments[1].id == TypeId::kNull);
  if (arguments.size() != 1 && !separated) return no_overload(context.name, arguments);
  Signature signature{{TypeId::kVarchar}, TypeId::kVarchar};
  if (separated) signature.arguments.push_back(TypeId::kVarchar);
  return signature;
}

}  // namespace

std::vector<AggregateFunction> aggregate_list_functions() {
  AggregateFunction list{"list",
                         {"array_agg"},
                         "list(x [ORDER BY ...])",
                         "All values, NULLs too, as a list in the order of rows; NULL where there is no row.",
                         "SELECT list(x ORDER BY x) FROM (VALUES (3), (1), (2)) t(x)",
                         "[1, 2, 3]",
                         bind_list};
  list.state = StateKind::kOrdered;
  list.fold = fold_list;
  AggregateFunction text{"string_agg",
                         {"group_concat", "listagg"},
                         "string_agg(x [, separator] [ORDER BY ...])",
                         "The values that are not NULL as one text, in the order of rows; between them the separator, or a comma.",
                         "SELECT string_agg(x, '-' ORDER BY x) FROM (VALUES ('b'), ('a')) t(x)",
                         "a-b",
                         bind_text};
  text.state = StateKind::kOrdered;
  text.fold = fold_text;
  text.row_arguments = 1;
  return {std::move(list), std::move(text)};
}

}  // namespace trueno::function
