// Rules on plans made by hand: above all what they must leave alone. Golden texts show them on whole queries.
#include "optimize/rules.h"

#include <gtest/gtest.h>

#include "function/catalogue.h"
#include "optimize/computed_columns.h"
#include "optimize/optimize.h"

namespace trueno::optimize {
namespace {

using plan::Expression;
using plan::PlanPtr;

const function::Catalogue& catalogue() {
  static const function::Catalogue the_one;
  return the_one;
}

// Knows one constant: the number 7. Everything else fails.
class Seven final : public plan::ConstantEvaluator {
 public:
  Result<Value> evaluate(const Expression& e) const override {
    if (e.function == catalogue().scalar("+")) return Value::integer(7, e.type);
    return error(ErrorCode::kDivisionByZero, "division by zero");
  }
};

class TwoColumns final : public TableSource {
 public:
  const Schema& schema() const override { return schema_; }
  std::string identity() const override { return {}; }
  std::string description() const override { return "table t"; }
  std::int64_t part_count() const override { return 1; }
  std::optional<std::int64_t> part_rows(std::int64_t) const override { return 100; }
  ColumnStatistics statistics(std::int64_t, int) const override { return {}; }
  std::int64_t column_bytes(std::int64_t, int) const override { return 800; }
  Result<BatchStream> scan(std::int64_t, std::span<const int>, const ScanPredicate&, const CancelToken&) const override {
    return error(ErrorCode::kInternal, "a rule does not read rows");
  }

 private:
  Schema schema_ = {{"x", TypeId::kInteger}, {"y", TypeId::kInteger}};
};

PlanPtr scan() {
  plan::Scan node;
  node.source = std::make_shared<TwoColumns>();
  node.columns = {0, 1};
  const Schema schema = node.source->schema();
  return plan::make_plan(std::move(node), schema);
}

Expression call(std::string_view name, std::vector<Expression> arguments) {
  Expression e;
  e.kind = plan::ExpressionKind::kCall;
  e.function = catalogue().scalar(name);
  std::vector<Type> types;
  for (const Expression& argument : arguments) types.push_back(argument.type);
  e.signature = *e.function->bind(types, {});
  e.type = e.signature.result;
  e.arguments = std::move(arguments);
  return e;
}
Expression x() { return Expression::column(0, TypeId::kInteger); }
Expression y() { return Expression::column(1, TypeId::kInteger); }
Expression number(int value) { return Expression::literal(Value::integer(value)); }

PlanPtr filtered(std::vector<Expression> terms) {
  const Schema schema = scan()->schema;
  return plan::make_plan(plan::Filter{plan::conjunction(std::move(terms))}, schema, scan());
}

const ScanPredicate& predicate_of(const plan::Plan& filter) { return std::get<plan::Scan>(filter.input().node).predicate; }

// A large table with a sample of ten rows whose y is 0 to 9.
struct Large {
  std::int64_t rows = 20'000;
  std::int64_t bytes = 80'000;
  bool has_memory = true;
};
class LargeTable final : public TableSource {
 public:
  explicit LargeTable(Large large) : large_(large) {}
  const Schema& schema() const override { return schema_; }
  std::string identity() const override { return {}; }
  std::string description() const override { return "table t"; }
  std::int64_t part_count() const override { return 1; }
  std::optional<std::int64_t> part_rows(std::int64_t) const override { return large_.rows; }
  ColumnStatistics statistics(std::int64_t, int) const override { return {}; }
  std::int64_t column_bytes(std::int64_t, int) const override { return large_.bytes; }
  Result<Batch> sample(std::span<const int> columns) const override {
    if (!large_.has_memory) return error(ErrorCode::kOutOfMemory, "no memory");
    EXPECT_EQ(columns.size(), 1u);
    EXPECT_EQ(columns[0], 1);
    ColumnBuilder builder(TypeId::kInteger);
    for (int i = 0; i < 10; ++i) EXPECT_TRUE(builder.append(Value::integer(i)));
    return Batch{10, {*builder.finish()}};
  }
  Result<BatchStream> scan(std::int64_t, std::span<const int>, const ScanPredicate&, const CancelToken&) const override {
    return error(ErrorCode::kInternal, "a rule does not read rows");
  }

 private:
  Large large_;
  Schema schema_ = {{"x", TypeId::kInteger}, {"y", TypeId::kInteger}};
};
// Compares the first column with a number.
class Below final : public plan::ConstantEvaluator {
 public:
  Result<Value> evaluate(const Expression&) const override { return error(ErrorCode::kInternal, "there is nothing to fold"); }
  std::optional<std::int64_t> count_matches(const Expression& e, const Schema& schema, const Batch& rows) const override {
    EXPECT_EQ(schema.size(), 1u);
    EXPECT_EQ(schema[0].name, "y");
    EXPECT_EQ(e.arguments[0].index, 0);
    std::int64_t matches = 0;
    for (std::int64_t row = 0; row < rows.length; ++row)
      matches += rows.columns[0].value(row).as_integer() < e.arguments[1].value.as_integer() ? 1 : 0;
    return matches;
  }
};

std::optional<double> measured(Large large, Expression condition) {
  plan::Scan node;
  node.source = std::make_shared<LargeTable>(large);
  node.columns = {0, 1};
  const Schema schema = node.source->schema();
  PlanPtr plan = plan::make_plan(plan::Filter{std::move(condition)}, schema, plan::make_plan(std::move(node), schema));
  return std::get<plan::Filter>((*measure_filters(std::move(plan), Below()))->node).passing;
}

TEST(MeasureFilters, NotesWhatPartOfASamplePasses) {
  EXPECT_EQ(measured({}, call("<", {y(), number(3)})), 0.3);
  const std::optional<double> rare = measured({}, call("<", {y(), number(0)}));
  ASSERT_TRUE(rare);
  EXPECT_GT(*rare, 0);
  EXPECT_LE(*rare, 0.05);
}
TEST(MeasureFilters, AsksNothingOfSmallTablesOfLongTextsAndWhereTheSampleFails) {
  EXPECT_EQ(measured({.rows = 16'000}, call("<", {y(), number(3)})), std::nullopt);
  EXPECT_EQ(measured({.bytes = 20'000 * 5000}, call("<", {y(), number(3)})), std::nullopt);
  EXPECT_EQ(measured({.has_memory = false}, call("<", {y(), number(3)})), std::nullopt);
  EXPECT_EQ(measured({}, call("<", {number(2), number(3)})), std::nullopt);
}

TEST(FoldConstants, FoldsWhatSucceedsAndLeavesWhatFails) {
  const Schema schema = {{"a", TypeId::kInteger}, {"b", TypeId::kInteger}, {"c", TypeId::kInteger}};
  plan::Project project;
  project.expressions = {call("+", {number(3), number(4)}), call("//", {number(1), number(0)}),
                         call("*", {x(), call("+", {number(3), number(4)})})};
  const PlanPtr plan = *fold_constants(plan::make_plan(std::move(project), schema, scan()), Seven());
  EXPECT_EQ(plan::print(*plan), "Project 7 AS a, (1 // 0) AS b, (x * 7) AS c\n  Scan table t [x, y]\n");
}

TEST(PushConditionsIntoScans, GivesTheScanWhatItCanSkipBy) {
  const PlanPtr plan = *push_conditions_into_scans(filtered({call(">", {x(), number(5)}), call("<=", {number(3), y()})}), Seven());
  const auto& conditions = predicate_of(*plan).conditions;
  ASSERT_EQ(conditions.size(), 2u);
  EXPECT_EQ(conditions[0].column, 0);
  EXPECT_EQ(conditions[0].op, CompareOp::kGreater);
  EXPECT_EQ(conditions[1].column, 1);
  EXPECT_EQ(conditions[1].op, CompareOp::kGreaterEqual) << "3 <= y is y >= 3";
  EXPECT_TRUE(std::holds_alternative<plan::Filter>(plan->node)) << "rows are still tested";
}

TEST(PushConditionsIntoScans, StopsAtTheFirstConditionThatMayFail) {
  const Expression failing = call(">", {call("//", {number(10), x()}), number(1)});
  const PlanPtr plan = *push_conditions_into_scans(filtered({call(">", {y(), number(5)}), failing, call("=", {x(), number(1)})}), Seven());
  ASSERT_EQ(predicate_of(*plan).conditions.size(), 1u);
  EXPECT_EQ(predicate_of(*plan).conditions[0].column, 1);
}

TEST(PushConditionsIntoScans, LeavesNullsAndOtherTypes) {
  const PlanPtr plan = *push_conditions_into_scans(
      filtered({call("=", {x(), Expression::literal(Value::null(TypeId::kInteger))}), call("<>", {x(), number(1)}), call("=", {x(), y()})}),
      Seven());
  for (const ColumnCondition& condition : predicate_of(*plan).conditions) EXPECT_FALSE(condition.values.at(0).is_null());
}

TEST(MakeTopN, JoinsLimitAndSort) {
  const Schema schema = scan()->schema;
  plan::Sort sort;
  sort.orders = {{x(), true, false}};
  PlanPtr sorted = plan::make_plan(std::move(sort), schema, scan());
  const PlanPtr top = *make_top_n(plan::make_plan(plan::Limit{3, 2}, schema, std::move(sorted)), Seven());
  EXPECT_EQ(plan::print(*top), "TopN 3 offset 2 by x DESC\n  Scan table t [x, y]\n");
}

TEST(MakeTopN, LeavesAnOpenLimitAlone) {
  const Schema schema = scan()->schema;
  plan::Sort sort;
  sort.orders = {{x(), false, false}};
  PlanPtr sorted = plan::make_plan(std::move(sort), schema, scan());
  const PlanPtr plan = *make_top_n(plan::make_plan(plan::Limit{-1, 2}, schema, std::move(sorted)), Seven());
  EXPECT_TRUE(std::holds_alternative<plan::Limit>(plan->node));
}

TEST(EmptyLimit, NothingIsReadAtAnyDepth) {
  const Schema schema = scan()->schema;
  PlanPtr none = plan::make_plan(plan::Limit{0, 5}, schema, filtered({call(">", {x(), number(5)})}));
  const PlanPtr plan = *empty_limit(plan::make_plan(plan::Limit{9, 0}, schema, std::move(none)), Seven());
  EXPECT_EQ(plan::print(*plan), "Limit 9\n  Limit 0 offset 5\n    Scan nothing [x, y]\n");
}

TEST(Optimize, TheSwitchesLeaveTheirRulesOut) {
  Options none;
  none.optional_rules = false;
  EXPECT_EQ(predicate_of(**optimize(filtered({call(">", {x(), number(5)})}), Seven(), none)).conditions.size(), 0u);
  Options no_statistics;
  no_statistics.statistics_answers = false;
  EXPECT_EQ(predicate_of(**optimize(filtered({call(">", {x(), number(5)})}), Seven(), no_statistics)).conditions.size(), 0u);
  EXPECT_EQ(predicate_of(**optimize(filtered({call(">", {x(), number(5)})}), Seven(), {})).conditions.size(), 1u);
}

TEST(Optimize, OneRuleIsLeftOutByItsName) {
  Options without;
  without.disabled = {"push_conditions_into_scans"};
  EXPECT_EQ(predicate_of(**optimize(filtered({call(">", {x(), number(5)})}), Seven(), without)).conditions.size(), 0u);
  without.disabled = {"make_top_n"};
  EXPECT_EQ(predicate_of(**optimize(filtered({call(">", {x(), number(5)})}), Seven(), without)).conditions.size(), 1u);
}

// Two columns, each of both columns below: 2^depth paths lead down from either.
PlanPtr nested_projections(int depth, PlanPtr plan) {
  for (int i = 0; i < depth; ++i) {
    const Type type = plan->schema[0].type;
    const Schema schema = {{"x", TypeId::kBoolean}, {"y", TypeId::kBoolean}};
    plan::Project project;
    project.expressions = {call("=", {Expression::column(0, type), Expression::column(1, type)}),
                           call("<>", {Expression::column(0, type), Expression::column(1, type)})};
    plan = plan::make_plan(std::move(project), schema, std::move(plan));
  }
  return plan;
}

TEST(ComputedColumns, AreFoundOutOnceAPlanAndNotAlongEveryPath) {
  const PlanPtr safe = nested_projections(200, scan());
  EXPECT_FALSE(ComputedColumns().may_fail(*safe, 0));
  EXPECT_TRUE(plans_that_may_fail(*safe).empty());
  plan::Project sum;
  sum.expressions = {call("+", {x(), y()}), y()};
  const PlanPtr failing = nested_projections(200, plan::make_plan(std::move(sum), Schema(scan()->schema), scan()));
  EXPECT_TRUE(ComputedColumns().may_fail(*failing, 1));
  EXPECT_TRUE(plans_that_may_fail(*failing).contains(failing.get()));
  EXPECT_EQ(plans_that_may_fail(*failing).size(), 201u) << "all but the scan";
}

TEST(ComputedColumns, AConditionDropsRowsOnlyWhereItAsksForAllThatMayFail) {
  plan::Project project;
  project.expressions = {call("+", {x(), y()}), y()};
  const PlanPtr plan = plan::make_plan(std::move(project), Schema(scan()->schema), scan());
  EXPECT_TRUE(ComputedColumns().may_drop_rows(call(">", {x(), number(5)}), *plan));
  EXPECT_FALSE(ComputedColumns().may_drop_rows(call(">", {y(), number(5)}), *plan));
  EXPECT_TRUE(ComputedColumns().may_drop_rows(call(">", {y(), number(5)}), *scan()));
}

TEST(RulesNamed, TakesOursAndDuckDbs) {
  EXPECT_EQ(*rules_named(" Make_Top_N,order_joins ,"), (std::vector<std::string>{"make_top_n", "order_joins"}));
  EXPECT_EQ(*rules_named("join_order,build_side_probe_side"), std::vector<std::string>{"order_joins"});
  EXPECT_EQ(*rules_named("compressed_materialization"), std::vector<std::string>{});
  EXPECT_EQ(*rules_named(""), std::vector<std::string>{});
}

TEST(RulesNamed, KnowsEveryRuleThatIsNotRequiredAndNoOther) {
  for (const Rule& rule : rules()) {
    const bool required = rule.kind == RuleKind::kLowering || rule.kind == RuleKind::kWhole;
    EXPECT_EQ(rules_named(rule.name).has_value(), !required) << rule.name;
  }
  const auto unknown = rules_named("order_joins,order_chairs");
  ASSERT_FALSE(unknown.has_value());
  EXPECT_EQ(unknown.error().code(), ErrorCode::kInvalidInput);
  for (const std::string& name : optional_rules()) EXPECT_NE(unknown.error().hint().find(name), std::string::npos) << name;
}

}  // namespace
}  // namespace trueno::optimize
