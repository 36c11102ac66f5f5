// Products. A product of DOUBLEs rounds at every step, so it is taken in the order of rows.
#include "base/exact_sum.h"
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

Status fold_weighted(const FoldInput& input, ColumnBuilder& out) {
  ExactSum values;
  ExactSum weights;
  bool any = false;
  for (const std::uint32_t row : input.rows) {
    if (!input.arguments[0].is_valid(row) || !input.arguments[1].is_valid(row)) continue;
    const double weight = number(input.arguments[1], row);
    values.add(number(input.arguments[0], row) * weight);
    weights.add(weight);
    any = true;
  }
  return any ? out.append(Value::floating(kernel::canonical(values.rounded() / weights.rounded()))) : out.append_null();
}

bool is_number(const Type& type) { return type.is_numeric() || type.id == TypeId::kNull; }

Result<Signature> bind_product(std::span<const Type> arguments, const BindContext&) {
  if (arguments.size() != 1 || !is_number(arguments[0])) return no_overload("product", arguments);
  return Signature{{TypeId::kDouble}, TypeId::kDouble};
}

Result<Signature> bind_weighted(std::span<const Type> arguments, const BindContext&) {
  if (arguments.size() != 2 || !is_number(arguments[0]) || !is_number(arguments[1])) return no_overload("weighted_avg", arguments);
  return Signature{{TypeId::kDouble, TypeId::kDouble}, TypeId::kDouble};
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
  AggregateFunction weighted{"weighted_avg",
                             {"wavg"},
                             "weighted_avg(x, weight)",
                             "Average of x, each as often as its weight says: the exact sum of x * weight by the exact sum of weights.",
                             "SELECT weighted_avg(x, w) FROM (VALUES (1, 3), (5, 1)) t(x, w)",
                             "2.0",
                             bind_weighted};
  weighted.state = StateKind::kOrdered;
  weighted.fold = fold_weighted;
  return {std::move(product), std::move(weighted)};
}

}  // namespace trueno::function
