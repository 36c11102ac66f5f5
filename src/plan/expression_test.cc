// Expressions as values: taking apart, putting together, printing.
#include "plan/expression.h"

#include <gtest/gtest.h>

#include "function/catalogue.h"

namespace trueno::plan {
namespace {

const function::Catalogue& catalogue() {
  static const function::Catalogue the_one;
  return the_one;
}

Expression call(std::string_view name, std::vector<Expression> arguments) {
  Expression e;
  e.kind = ExpressionKind::kCall;
  e.function = catalogue().scalar(name);
  std::vector<Type> types;
  for (const Expression& argument : arguments) types.push_back(argument.type);
  e.signature = *e.function->bind(types, {});
  e.type = e.signature.result;
  e.arguments = std::move(arguments);
  return e;
}

Expression logic(ExpressionKind kind, std::vector<Expression> arguments) {
  Expression e;
  e.kind = kind;
  e.type = TypeId::kBoolean;
  e.arguments = std::move(arguments);
  return e;
}

Expression column(int index, TypeId type = TypeId::kInteger) { return Expression::column(index, type); }
Expression number(int value) { return Expression::literal(Value::integer(value)); }
const Schema kSchema = {{"x", TypeId::kInteger}, {"y", TypeId::kInteger}, {"b", TypeId::kBoolean}};

TEST(Expression, ConjunctsAreFlattenedInOrder) {
  const Expression b = column(2, TypeId::kBoolean);
  const Expression first = call("<", {column(0), number(1)});
  const Expression second = call("<", {column(1), number(2)});
  const Expression nested = logic(ExpressionKind::kAnd, {logic(ExpressionKind::kAnd, {first, second}), b});
  const std::vector<Expression> terms = conjuncts(nested);
  ASSERT_EQ(terms.size(), 3u);
  EXPECT_TRUE(same_expression(terms[0], first));
  EXPECT_TRUE(same_expression(terms[1], second));
  EXPECT_TRUE(same_expression(terms[2], b));
  EXPECT_EQ(print(conjunction(terms), kSchema), "((x < 1) AND (y < 2) AND b)");
  EXPECT_EQ(conjuncts(logic(ExpressionKind::kOr, {b, b})).size(), 1u);
  EXPECT_TRUE(conjunction({}).value.as_bool());
}

TEST(Expression, SubstitutionAndColumns) {
  const Expression sum = call("+", {column(0), call("*", {column(1), column(0)})});
  EXPECT_EQ(columns_of(sum), (std::vector<int>{0, 1}));
  EXPECT_EQ(print(substitute(sum, {number(7), column(0)}), kSchema), "(7 + (x * 7))");
  Expression remapped = sum;
  remap_columns(remapped, {1, 0});
  EXPECT_EQ(print(remapped, kSchema), "(y + (x * y))");
}

TEST(Expression, SamenessIsOfTheComputation) {
  EXPECT_TRUE(same_expression(call("+", {column(0), number(1)}), call("+", {column(0), number(1)})));
  EXPECT_FALSE(same_expression(call("+", {column(0), number(1)}), call("+", {number(1), column(0)})));
  EXPECT_FALSE(same_expression(call("+", {column(0), number(1)}), call("-", {column(0), number(1)})));
  EXPECT_FALSE(same_expression(number(1), Expression::literal(Value::bigint(1))));
  EXPECT_FALSE(same_expression(Expression::cast(column(0), TypeId::kTinyInt), Expression::cast(column(0), TypeId::kTinyInt, true)));
}

TEST(Expression, WhatMayFail) {
  EXPECT_FALSE(may_fail(call("<", {column(0), number(1)})));
  EXPECT_TRUE(may_fail(call("//", {column(0), number(1)})));
  EXPECT_TRUE(may_fail(call("<", {call("+", {column(0), column(1)}), number(1)})));
  EXPECT_TRUE(may_fail(Expression::cast(column(0), TypeId::kTinyInt)));
  EXPECT_FALSE(may_fail(Expression::cast(column(0), TypeId::kTinyInt, true)));
  EXPECT_FALSE(may_fail(Expression::cast(column(0), TypeId::kBigInt)));
  EXPECT_FALSE(may_fail(column(0)));
}

TEST(Expression, ConstantsHaveNoColumns) {
  EXPECT_TRUE(call("+", {number(1), number(2)}).is_constant());
  EXPECT_FALSE(call("+", {number(1), column(0)}).is_constant());
}

TEST(Expression, CastsToTheSameTypeVanish) {
  EXPECT_EQ(Expression::cast(column(0), TypeId::kInteger).kind, ExpressionKind::kColumn);
  EXPECT_EQ(print(Expression::cast(column(0), TypeId::kTinyInt, true), kSchema), "TRY_CAST(x AS TINYINT)");
}

TEST(Expression, Prints) {
  Expression c = logic(ExpressionKind::kCase, {column(2, TypeId::kBoolean), number(1), number(2)});
  EXPECT_EQ(print(c, kSchema), "CASE WHEN b THEN 1 ELSE 2 END");
  EXPECT_EQ(print(logic(ExpressionKind::kCoalesce, {column(0), number(0)}), kSchema), "coalesce(x, 0)");
  EXPECT_EQ(print(Expression::literal(Value::varchar("a")), kSchema), "'a'");
  EXPECT_EQ(print(Expression::literal(Value::null(TypeId::kInteger)), kSchema), "NULL");
  EXPECT_EQ(print(column(9), kSchema), "#9");
}

}  // namespace
}  // namespace trueno::plan
