// Names, types and parameters of queries over one table; what is refused, and where the caret stands.
#include "bind/binder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sql/parser.h"

namespace trueno::bind {
namespace {

using testing::HasSubstr;

class Table final : public TableSource {
 public:
  const Schema& schema() const override { return schema_; }
  std::string identity() const override { return {}; }
  std::string description() const override { return "table t"; }
  std::int64_t part_count() const override { return 0; }
  std::optional<std::int64_t> part_rows(std::int64_t) const override { return 0; }
  ColumnStatistics statistics(std::int64_t, int) const override { return {}; }
  std::int64_t column_bytes(std::int64_t, int) const override { return 0; }
  Result<BatchStream> scan(std::int64_t, std::span<const int>, const ScanPredicate&, const CancelToken&) const override {
    return error(ErrorCode::kInternal, "binding reads no rows");
  }

 private:
  Schema schema_ = {{"id", TypeId::kTinyInt}, {"category", TypeId::kVarchar}, {"price", Type::decimal(9, 2)}, {"day", TypeId::kDate}};
};

class OneTable final : public NameResolver {
 public:
  std::optional<NamedQuery> view(const sql::QualifiedName&) const override { return std::nullopt; }
  Result<std::shared_ptr<const TableSource>> table(const sql::QualifiedName& name, bool) const override {
    if (name.last().text != "t") return error(ErrorCode::kCatalog, "no table {}", name.to_string());
    return std::make_shared<Table>();
  }
  Result<std::shared_ptr<const TableSource>> table_function(const std::string& name, const std::vector<Value>&,
                                                            const NamedValues&) const override {
    return error(ErrorCode::kCatalog, "no table function {}", name);
  }
  // Keeps what came, for the tests to look at.
  Result<std::shared_ptr<const TableSource>> values(const Schema& schema,
                                                    const std::vector<std::vector<plan::Expression>>&) const override {
    values_schema = schema;
    return std::make_shared<Table>();
  }
  mutable Schema values_schema;
};

class Literals final : public plan::ConstantEvaluator {
 public:
  Result<Value> evaluate(const plan::Expression& e) const override {
    const plan::Expression& inner = e.kind == plan::ExpressionKind::kCast ? e.arguments[0] : e;
    return Value(e.type, inner.value.payload());
  }
};

class BinderTest : public testing::Test {
 protected:
  Result<plan::PlanPtr> bind(std::string_view sql) {
    statements_ = *sql::parse(sql);
    Context context{functions_, names_, literals_, parameters_, {}};
    context.row_types = row_types_;
    return bind_query(*statements_.at(0)->as<sql::QueryStatement>()->query, context);
  }
  std::string types(std::string_view sql) {
    const auto plan = bind(sql);
    if (!plan) return plan.error().to_string(sql);
    std::string text;
    for (const Field& field : (*plan)->schema) text += (text.empty() ? "" : ", ") + field.name + " " + field.type.to_string();
    return text;
  }

  function::Catalogue functions_;
  OneTable names_;
  Literals literals_;
  std::vector<Value> parameters_;
  std::vector<Type> row_types_;
  std::vector<sql::StatementPtr> statements_;
};

TEST_F(BinderTest, NamesAndTypesOfOutputs) {
  EXPECT_EQ(types("SELECT id, T.Category AS c, price + 1 AS p FROM t"), "id TINYINT, c VARCHAR, p DECIMAL(10,2)");
  EXPECT_EQ(types("SELECT * EXCLUDE (day) RENAME (id AS n) FROM t"), "n TINYINT, category VARCHAR, price DECIMAL(9,2)");
  EXPECT_EQ(types("SELECT count(*) AS n, sum(price) AS s, avg(id) AS a, max(day) AS d FROM t"),
            "n BIGINT, s DECIMAL(38,2), a DOUBLE, d DATE");
}

TEST_F(BinderTest, LiteralsTakeTheTypeOfTheirNeighbour) {
  EXPECT_EQ(types("SELECT id + 1 AS a, id + 200 AS b, id + 1::INTEGER AS c FROM t"), "a TINYINT, b INTEGER, c INTEGER");
  EXPECT_EQ(types("SELECT greatest(id, 5) AS a, CASE WHEN true THEN id ELSE 300 END AS b, coalesce(id, 0) AS c FROM t"),
            "a TINYINT, b INTEGER, c TINYINT");
}

TEST_F(BinderTest, UnknownNamesComeWithTheNearest) {
  const std::string message = types("SELECT categry FROM t");
  EXPECT_THAT(message, HasSubstr("no column \"categry\" in table t; did you mean \"category\"?"));
  EXPECT_THAT(message, HasSubstr("       ^^^^^^^"));
  EXPECT_THAT(types("SELECT u.id FROM t"), HasSubstr("no table \"u\" in FROM"));
  EXPECT_THAT(types("SELECT florr(price) FROM t"), HasSubstr("did you mean floor?"));
  EXPECT_THAT(types("SELECT id::INTEGR FROM t"), HasSubstr("did you mean INTEGER?"));
  EXPECT_THAT(types("SELECT id FROM nowhere"), HasSubstr("no table nowhere"));
}

TEST_F(BinderTest, AggregatesHaveTheirPlace) {
  EXPECT_THAT(types("SELECT id, count(*) FROM t"), HasSubstr("must appear in GROUP BY"));
  EXPECT_THAT(types("SELECT id FROM t WHERE count(*) > 1"), HasSubstr("cannot be used here"));
  EXPECT_THAT(types("SELECT sum(count(*)) FROM t"), HasSubstr("cannot be used here"));
  EXPECT_EQ(types("SELECT id + 1 AS a FROM t GROUP BY id + 1"), "a TINYINT");
}

TEST_F(BinderTest, Parameters) {
  EXPECT_THAT(types("SELECT id + ? FROM t"), HasSubstr("parameter $1 has no value"));
  parameters_ = {Value::integer(1), Value::varchar("x")};
  EXPECT_EQ(types("SELECT $2 AS a, id + $1 AS b FROM t"), "a VARCHAR, b INTEGER");
}

TEST_F(BinderTest, RowsOfValues) {
  EXPECT_EQ(types("VALUES (1, 'a'), (2.5, NULL)").empty(), false);
  ASSERT_EQ(names_.values_schema.size(), 2u);
  EXPECT_EQ(names_.values_schema[0].type.to_string(), "DECIMAL(11,1)");
  EXPECT_THAT(types("VALUES (1), (DATE '2000-01-01')"), HasSubstr("no common type"));
  row_types_ = {TypeId::kDouble, TypeId::kVarchar};
  EXPECT_FALSE(types("VALUES ('nan', 1), (1, 'a')").starts_with("Binder error"));
  EXPECT_EQ(names_.values_schema[0].type.to_string(), "DOUBLE");
  EXPECT_EQ(names_.values_schema[1].type.to_string(), "VARCHAR");
}

TEST_F(BinderTest, OrderAndLimit) {
  EXPECT_THAT(types("SELECT id FROM t ORDER BY 2"), HasSubstr("ORDER BY position"));
  EXPECT_THAT(types("SELECT id FROM t ORDER BY 'id'"), HasSubstr("orders nothing"));
  EXPECT_THAT(types("SELECT id FROM t LIMIT -1"), HasSubstr("must not be negative"));
  EXPECT_THAT(types("SELECT DISTINCT id FROM t ORDER BY price"), HasSubstr("may only use what is selected"));
  EXPECT_EQ(types("SELECT id FROM t ORDER BY price"), "id TINYINT") << "what only orders is not shown";
}

TEST(NearestName, IsForgivingAndNotSilly) {
  const std::vector<std::string> names = {"category", "price", "day"};
  EXPECT_EQ(nearest_name("CATEGROY", names), "category");
  EXPECT_EQ(nearest_name("prise", names), "price");
  EXPECT_EQ(nearest_name("something_else", names), "");
}

}  // namespace
}  // namespace trueno::bind
