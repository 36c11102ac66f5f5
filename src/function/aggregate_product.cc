// Products. A product of DOUBLEs rounds at every step, so it is taken in the order of rows; its root is had from the exact sum of
// logarithms.
#include "function/families.h"
#include "function/fold.h"

namespace trueno::function {

namespace {

using kernel::FoldInput;

double number(const Column& values, std::uint32_t row) { return values.values.as<double>()[values.offset + row]; }

Status fold_product(const FoldInput& input, ColumnBuilder& out) {
  double product = 1;
  bool any = false;
  for (const std::uint32_t row : input.rows) {
    if (!input.arguments[0].is_valid(row)) continue;
    product *= number(input.arguments[0], row);
    any = true;
  }
  return any ? out.append(Value::floating(kernel::canonical(product))) : out.append_null();
}

Result<Signature> bind_product(std::span<const Type> arguments, const BindContext& context) {
  if (arguments.size() != 1 || (!arguments[0].is_numeric() && arguments[0].id != TypeId::kNull))
    return no_overload(context.name, arguments);
  return Signature{{TypeId::kDouble}, TypeId::kDouble};
}

}  // namespace

std::vector<AggregateFunction> aggregate_product_functions() {
  AggregateFunction product{"product",
                            {},
                            "product(x)",
                            "Product of all values as DOUBLE, multiplied in the order of rows.",
                            "SELECT product(x) FROM (VALUES (3), (1), (4)) t(x)",
                            "12.0",
                            bind_product};
  product.state = StateKind::kOrdered;
  product.fold = fold_product;
  AggregateFunction mean{"geomean",
                         {"geometric_mean"},
                         "geomean(x)",
                         "Geometric mean as DOUBLE: exp(avg(ln(x))), of the exact sum of the logarithms.",
                         "SELECT geomean(x) FROM (VALUES (2), (8)) t(x)",
                         "4.0",
                         bind_product};
  mean.composition = {"exp", "avg", "ln"};
  return {std::move(product), std::move(mean)};
}

}  // namespace trueno::function
