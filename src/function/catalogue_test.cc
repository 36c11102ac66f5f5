// The catalogue as a whole. That every example gives its result is tested where there is an engine (test/golden).
#include "function/catalogue.h"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace trueno::function {
namespace {

using testing::HasSubstr;

const Catalogue& catalogue() {
  static const Catalogue the_one;
  return the_one;
}

Result<Signature> bind(std::string_view name, std::vector<Type> arguments, BindContext context = {}) {
  return catalogue().scalar(name)->bind(arguments, context);
}
std::string result_of(std::string_view name, std::vector<Type> arguments) {
  const auto signature = bind(name, std::move(arguments));
  return signature ? signature->result.to_string() : "error: " + signature.error().message();
}

TEST(Catalogue, EveryFunctionIsDocumentedAndHasAnExample) {
  for (const ScalarFunction& f : catalogue().scalars()) {
    EXPECT_FALSE(f.signature.empty() || f.description.empty() || f.example.empty() || f.example_result.empty()) << f.name;
    EXPECT_NE(f.bind, nullptr) << f.name;
    EXPECT_NE(f.lower, nullptr) << f.name;
  }
  for (const AggregateFunction& f : catalogue().aggregates())
    EXPECT_FALSE(f.signature.empty() || f.description.empty() || f.example.empty() || f.example_result.empty()) << f.name;
}

TEST(Catalogue, AnAggregateHasAnAccumulatorOrAFoldAsItsStateSays) {
  for (const AggregateFunction& f : catalogue().aggregates()) {
    EXPECT_NE(f.bind, nullptr) << f.name;
    const bool fixed = f.state == StateKind::kFixed;
    EXPECT_EQ(f.fold != nullptr, !fixed) << f.name;
    if (!fixed) {
      EXPECT_EQ(f.accumulator, nullptr) << f.name;
    }
    EXPECT_TRUE(!f.is_quantile || f.ordered_set) << f.name;
  }
}

TEST(Catalogue, NamesAreUnique) {
  std::set<std::string_view> seen;
  for (const ScalarFunction& f : catalogue().scalars()) {
    EXPECT_TRUE(seen.insert(f.name).second) << f.name;
    for (const std::string_view alias : f.aliases) EXPECT_TRUE(seen.insert(alias).second) << alias;
  }
  for (const AggregateFunction& f : catalogue().aggregates()) EXPECT_TRUE(seen.insert(f.name).second) << f.name;
}

TEST(Catalogue, FindsByNameAndAlias) {
  EXPECT_EQ(catalogue().scalar("ceiling"), catalogue().scalar("ceil"));
  EXPECT_EQ(catalogue().aggregate("mean"), catalogue().aggregate("avg"));
  EXPECT_EQ(catalogue().scalar("sum"), nullptr);
  EXPECT_EQ(catalogue().aggregate("abs"), nullptr);
  EXPECT_THAT(catalogue().names(), testing::IsSupersetOf({"abs", "sum", "substr"}));
}

TEST(Arithmetic, ResultTypes) {
  EXPECT_EQ(result_of("+", {TypeId::kTinyInt, TypeId::kTinyInt}), "TINYINT");
  EXPECT_EQ(result_of("+", {TypeId::kUInteger, TypeId::kInteger}), "BIGINT");
  EXPECT_EQ(result_of("*", {TypeId::kFloat, TypeId::kBigInt}), "FLOAT");
  EXPECT_EQ(result_of("+", {Type::decimal(9, 2), Type::decimal(9, 2)}), "DECIMAL(10,2)");
  EXPECT_EQ(result_of("+", {Type::decimal(18, 2), Type::decimal(18, 2)}), "DECIMAL(19,2)");
  EXPECT_EQ(result_of("+", {Type::decimal(38, 2), Type::decimal(9, 4)}), "DECIMAL(38,4)");
  EXPECT_EQ(result_of("*", {Type::decimal(9, 2), Type::decimal(9, 3)}), "DECIMAL(18,5)");
  EXPECT_THAT(result_of("*", {Type::decimal(38, 20), Type::decimal(38, 19)}), HasSubstr("39 decimal places"));
  EXPECT_EQ(result_of("/", {TypeId::kInteger, TypeId::kInteger}), "DOUBLE");
  EXPECT_EQ(result_of("/", {TypeId::kInteger, TypeId::kFloat}), "FLOAT");
  EXPECT_EQ(bind("/", {TypeId::kInteger, TypeId::kInteger}, {.integer_division = true})->result.to_string(), "INTEGER");
  EXPECT_EQ(result_of("-", {TypeId::kDate, TypeId::kDate}), "BIGINT");
  EXPECT_EQ(result_of("+", {TypeId::kDate, TypeId::kInterval}), "TIMESTAMP");
  EXPECT_THAT(result_of("+", {TypeId::kVarchar, TypeId::kDate}), HasSubstr("no function"));
  EXPECT_THAT(result_of("&", {TypeId::kDouble, TypeId::kInteger}), HasSubstr("no function"));
}

TEST(Round, ALiteralNumberOfDigitsIsTheScale) {
  const Value one = Value::integer(1);
  const Value* literals[] = {nullptr, &one};
  EXPECT_EQ(bind("round", {Type::decimal(9, 3), TypeId::kInteger}, {.literals = literals})->result.to_string(), "DECIMAL(9,1)");
  EXPECT_EQ(result_of("round", {Type::decimal(9, 3), TypeId::kInteger}), "DECIMAL(9,3)");
  EXPECT_EQ(result_of("round", {Type::decimal(9, 3)}), "DECIMAL(9,0)");
}

TEST(Overloads, TheFewestAndLeastConversionsWin) {
  EXPECT_EQ(result_of("gcd", {TypeId::kInteger, TypeId::kTinyInt}), "BIGINT");
  EXPECT_EQ(result_of("gcd", {TypeId::kHugeInt, TypeId::kTinyInt}), "HUGEINT");
  EXPECT_EQ(result_of("date_trunc", {TypeId::kVarchar, TypeId::kDate}), "TIMESTAMP");
  EXPECT_EQ(result_of("date_trunc", {TypeId::kVarchar, TypeId::kInterval}), "INTERVAL");
  EXPECT_EQ(result_of("nextafter", {TypeId::kFloat, TypeId::kFloat}), "FLOAT");
  EXPECT_EQ(result_of("lpad", {TypeId::kNull, TypeId::kNull, TypeId::kNull}), "VARCHAR");
}

// A text that stands in the query takes the type that is asked for; a column of texts does not.
TEST(Overloads, OnlyLiteralTextsBecomeOtherTypes) {
  const Value text = Value::varchar("1992-09-20");
  const Value* literals[] = {&text};
  EXPECT_EQ(bind("dayname", {TypeId::kVarchar}, {.literals = literals})->result.to_string(), "VARCHAR");
  EXPECT_THAT(result_of("dayname", {TypeId::kVarchar}), HasSubstr("no function dayname(VARCHAR)"));
  EXPECT_THAT(result_of("lpad", {TypeId::kVarchar}), HasSubstr("no function lpad(VARCHAR)"));
}

TEST(Types, CommonTypes) {
  const auto common = [](const Type& a, const Type& b) {
    const auto type = common_type(a, b);
    const auto other = common_type(b, a);
    EXPECT_EQ(type.has_value(), other.has_value());
    if (type) {
      EXPECT_TRUE(*type == *other) << a.to_string() << " and " << b.to_string();
    }
    return type ? type->to_string() : "none";
  };
  EXPECT_EQ(common(TypeId::kNull, TypeId::kDate), "DATE");
  EXPECT_EQ(common(TypeId::kUBigInt, TypeId::kTinyInt), "HUGEINT");
  EXPECT_EQ(common(TypeId::kInteger, Type::decimal(4, 2)), "DECIMAL(12,2)");
  EXPECT_EQ(common(Type::decimal(38, 0), Type::decimal(9, 2)), "DECIMAL(38,2)");
  EXPECT_EQ(common(TypeId::kDate, TypeId::kTimestamp), "TIMESTAMP");
  EXPECT_EQ(common(TypeId::kVarchar, TypeId::kInteger), "INTEGER");
  EXPECT_EQ(common(TypeId::kBoolean, TypeId::kInteger), "INTEGER");
  EXPECT_EQ(common(TypeId::kDate, TypeId::kInteger), "none");
  EXPECT_EQ(common(TypeId::kTime, TypeId::kDate), "none");
}

TEST(Types, ImplicitCastsNeverNarrow) {
  EXPECT_TRUE(implicit_cast_exists(TypeId::kInteger, TypeId::kBigInt));
  EXPECT_FALSE(implicit_cast_exists(TypeId::kBigInt, TypeId::kInteger));
  EXPECT_TRUE(implicit_cast_exists(TypeId::kInteger, Type::decimal(12, 2)));
  EXPECT_FALSE(implicit_cast_exists(TypeId::kInteger, Type::decimal(11, 2)));
  EXPECT_FALSE(implicit_cast_exists(TypeId::kDouble, TypeId::kFloat));
  EXPECT_FALSE(implicit_cast_exists(TypeId::kVarchar, TypeId::kInteger));
  EXPECT_TRUE(integer_fits(255, TypeId::kUTinyInt));
  EXPECT_FALSE(integer_fits(-1, TypeId::kUTinyInt));
}

TEST(DateParts, NamesAreKnown) {
  EXPECT_EQ(date_part_function("years"), "year");
  EXPECT_EQ(date_part_function("dow"), "dayofweek");
  EXPECT_EQ(date_part_function("fortnight"), "");
  EXPECT_EQ(date_trunc_function("quarter"), "date_trunc_quarter");
  EXPECT_EQ(date_trunc_function("dow"), "date_trunc_day");
  EXPECT_EQ(date_trunc_function("timezone"), "");
}

}  // namespace
}  // namespace trueno::function
