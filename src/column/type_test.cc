#include "column/type.h"

#include <gtest/gtest.h>

namespace trueno {
namespace {

Type named(std::string_view name, std::vector<int> arguments = {}) {
  const auto type = type_from_name(name, std::move(arguments));
  return type && type->has_value() ? **type : Type(TypeId::kNull);
}

// Expected values: typeof(NULL::name) of DuckDB 2.0.0.
TEST(Type, NamesAndTheirAliasesAreThoseOfDuckDb) {
  EXPECT_EQ(named("int8"), Type(TypeId::kBigInt));
  EXPECT_EQ(named("INT16"), Type(TypeId::kSmallInt));
  EXPECT_EQ(named("uint8"), Type(TypeId::kUTinyInt));
  EXPECT_EQ(named("text"), Type(TypeId::kVarchar));
  EXPECT_EQ(named("Double Precision"), Type(TypeId::kDouble));
  EXPECT_EQ(named("real"), Type(TypeId::kFloat));
  EXPECT_EQ(named("timestamp with time zone"), Type(TypeId::kTimestampTz));
  EXPECT_EQ(named("decimal"), Type::decimal(18, 3));
  EXPECT_EQ(named("numeric", {5}), Type::decimal(5, 0));
  EXPECT_EQ(named("dec", {4, 4}), Type::decimal(4, 4));
  EXPECT_EQ(named("varchar", {10}), Type(TypeId::kVarchar));
  EXPECT_EQ(named("float", {53}), Type(TypeId::kDouble));
  EXPECT_EQ(named("timestamp", {3}), Type(TypeId::kTimestampMs));
  EXPECT_FALSE(type_from_name("moneybag")->has_value());
}

TEST(Type, ArgumentsThatDoNotFitAreBinderErrors) {
  for (const std::vector<int>& arguments : {std::vector<int>{39}, {0}, {3, 5}, {1, 2, 3}}) {
    const auto refused = type_from_name("decimal", arguments);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::kBinder);
  }
  EXPECT_FALSE(type_from_name("integer", {11}));
}

TEST(Type, PrintsAsDuckDbDoes) {
  EXPECT_EQ(Type::decimal(15, 2).to_string(), "DECIMAL(15,2)");
  EXPECT_EQ(Type(TypeId::kTimestampTz).to_string(), "TIMESTAMP WITH TIME ZONE");
  EXPECT_EQ(Type::list(Type::list(TypeId::kInteger)).to_string(), "INTEGER[][]");
  EXPECT_EQ(Type::structure({{"a b", TypeId::kInteger}, {"c", Type::list(TypeId::kInteger)}}).to_string(),
            "STRUCT(\"a b\" INTEGER, c INTEGER[])");
  EXPECT_EQ(Type::map(TypeId::kVarchar, TypeId::kInteger).to_string(), "MAP(VARCHAR, INTEGER)");
  EXPECT_EQ(Type::enumeration({"a", "b c"}).to_string(), "ENUM('a', 'b c')");
}

TEST(Type, EveryPlainNameIsKnownToItself) {
  for (int id = static_cast<int>(TypeId::kBoolean); id <= static_cast<int>(TypeId::kInterval); ++id) {
    const Type type(static_cast<TypeId>(id));
    if (type.id == TypeId::kDecimal) continue;
    EXPECT_EQ(named(type.to_string()), type);
  }
}

TEST(Type, NestedTypesCompareByTheirChildren) {
  EXPECT_EQ(Type::list(TypeId::kInteger), Type::list(TypeId::kInteger));
  EXPECT_FALSE(Type::list(TypeId::kInteger) == Type::list(TypeId::kBigInt));
  EXPECT_FALSE(Type::enumeration({"a"}) == Type::enumeration({"b"}));
}

TEST(Type, DecimalsOfEighteenDigitsAreSixtyFourBitsWide) {
  EXPECT_EQ(Type::decimal(18, 2).physical(), Physical::kI64);
  EXPECT_EQ(Type::decimal(19, 2).physical(), Physical::kI128);
}

}  // namespace
}  // namespace trueno
