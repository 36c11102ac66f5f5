#pragma once

#include <map>
#include <utility>

#include "bind/expression_binder.h"
#include "bind/grouping_sets.h"
#include "bind/relation.h"

namespace trueno::bind {

/// Binds one query and those in it: FROM, WHERE, GROUP BY, HAVING, SELECT, DISTINCT, ORDER BY and LIMIT, bottom to top. Each clause has a
/// file: from.cc, common_tables.cc (WITH), select.cc, star.cc (the items), order.cc, limit.cc. Not thread-safe.
class QueryBinder {
 public:
  explicit QueryBinder(const Context& context);

  /// What expressions of this query may look at beside their scope, and how queries in them are bound.
  [[nodiscard]] Surroundings around();
  [[nodiscard]] Result<plan::PlanPtr> bind_changed(const ChangedRows& changed);
  [[nodiscard]] Result<plan::PlanPtr> bind(const sql::Query& query);

 private:
  using Expressions = std::vector<plan::Expression>;
  using Names = std::vector<std::string>;

  // The tables of one WITH that can be seen from some place, and around it.
  struct CommonTables {
    const std::vector<sql::CommonTable>* tables = nullptr;
    std::size_t visible = 0;
    const CommonTables* outer = nullptr;
    Correlation* correlation = nullptr;  // what they may read is what is outside the query that has the WITH
    bool recursive = false;
  };
  // A table of WITH RECURSIVE whose step is being bound.
  struct Recursive {
    const sql::CommonTable* table = nullptr;
    plan::Recursion node;
    bool used = false;
    Recursive* outer = nullptr;
  };
  // Columns of FROM, or what a * has in their place.
  struct ColumnSet {
    Expressions values;
    Names names;
  };
  // LIMIT and OFFSET that are only known when the query runs; nothing: not written.
  struct Cut {
    SourceSpan span;
    bool in_percent = false;  // the limit
    std::optional<plan::Expression> limit;
    std::optional<plan::Expression> offset;
  };
  struct Grouping {
    bool active = false;
    Expressions keys;
    std::vector<plan::AggregateCall> calls;
    GroupingSets sets;  // several: ROLLUP, CUBE, GROUPING SETS
  };

  [[nodiscard]] Result<plan::PlanPtr> bind_body(const sql::Query& query, bool outermost);

  [[nodiscard]] Result<plan::PlanPtr> bind_describe(const sql::Describe& node, SourceSpan span);

  // WITH
  [[nodiscard]] Result<std::optional<Relation>> bind_common_table(const sql::NamedTable& node, SourceSpan span);
  [[nodiscard]] Result<plan::PlanPtr> rows_of(const sql::CommonTable& table, const CommonTables& before);
  [[nodiscard]] Result<plan::PlanPtr> bind_recursive(const sql::CommonTable& table);
  [[nodiscard]] Result<Recursive> make_recursive(const sql::CommonTable& table, const plan::Plan& begin);
  [[nodiscard]] static Result<plan::PlanPtr> repeated(plan::PlanPtr begin, plan::PlanPtr step, plan::Recursion node, SourceSpan span);

  // FROM
  [[nodiscard]] Result<Relation> bind_from(const std::vector<sql::TableRefPtr>& from);
  [[nodiscard]] Result<Relation> bind_beside(const sql::TableRef& table, const Scope& before, Expressions& outer);
  [[nodiscard]] Result<Relation> bind_table(const sql::TableRef& table);
  [[nodiscard]] Result<Relation> bind_view(const sql::Name& name, const NamedQuery& view);
  [[nodiscard]] static Relation scan(std::shared_ptr<const TableSource> source, const std::string& name);
  [[nodiscard]] Error no_table(const sql::NamedTable& node, Error why) const;
  [[nodiscard]] Result<Relation> bind_table_node(const sql::TableRef& table, const sql::NamedTable& node);
  [[nodiscard]] Result<Relation> bind_table_node(const sql::TableRef& table, const sql::SubqueryTable& node);
  [[nodiscard]] Result<Relation> bind_table_node(const sql::TableRef& table, const sql::FunctionTable& node);
  [[nodiscard]] Result<Relation> bind_table_node(const sql::TableRef& table, const sql::Join& node);
  [[nodiscard]] Result<Relation> bind_values(const sql::Values& values, bool outermost);
  [[nodiscard]] Result<plan::PlanPtr> sampled(const sql::Sample& sample, plan::PlanPtr plan);

  // SELECT
  [[nodiscard]] static Result<plan::Expression> over_groups(plan::Expression expression, const Grouping& grouping, const Scope& scope);
  [[nodiscard]] Result<plan::PlanPtr> bind_select(const sql::Query& query, const sql::Select& select);
  [[nodiscard]] Result<plan::PlanPtr> with_drawn_numbers(plan::PlanPtr plan, const std::vector<const sql::FunctionCall*>& calls,
                                                         const ExpressionBinder& binder) const;
  [[nodiscard]] static bool same_call(const plan::AggregateCall& a, const plan::AggregateCall& b);
  [[nodiscard]] Status bind_group_by(const sql::Select& select, ExpressionBinder& binder, const Expressions& outputs, const Names& names,
                                     const Scope& scope, Grouping& grouping);
  [[nodiscard]] Status bind_item(const sql::SelectItem& item, ExpressionBinder& binder, const Relation& input, Expressions& outputs,
                                 Names& names);
  [[nodiscard]] Result<ColumnSet> star_columns(const sql::Star& star, SourceSpan span, ExpressionBinder& binder, const Scope& scope);
  [[nodiscard]] Result<ColumnSet> columns_that(const ColumnSet& all, SourceSpan span,
                                               const std::function<Result<plan::Expression>(plan::Expression name)>& test);
  [[nodiscard]] Result<ColumnSet> columns_by(const sql::Expression& choice, ExpressionBinder& binder, const Scope& scope);
  [[nodiscard]] Result<Expressions> bind_each(const sql::Expression& expression, ExpressionBinder& binder, const Scope& scope, Names& names,
                                              bool as_order = false);
  [[nodiscard]] Result<plan::Expression> bind_conditions(const sql::Expression& expression, ExpressionBinder& binder, const Scope& scope);
  [[nodiscard]] Result<std::string> alias_of_column(const std::string& alias, const sql::Expression& expression, const std::string& column,
                                                    const ExpressionBinder& binder);

  // ORDER BY, LIMIT
  [[nodiscard]] static int output_named(const sql::Expression& expression, const Names& names, const Scope* scope);
  [[nodiscard]] Result<std::vector<int>> output_for(const sql::Expression& expression, std::string_view clause, ExpressionBinder& binder,
                                                    const Scope& scope, const Names& names, Expressions& outputs);
  [[nodiscard]] Status bind_order_by(const sql::Query& query, ExpressionBinder& binder, const Scope& scope, const Names& names,
                                     Expressions& outputs, std::vector<plan::SortOrder>& orders, bool distinct);
  [[nodiscard]] Result<std::optional<std::int64_t>> constant_count(const plan::Expression& bound, std::string_view what, SourceSpan span);
  [[nodiscard]] Result<plan::PlanPtr> limited(const sql::Query& query, plan::PlanPtr plan);
  [[nodiscard]] Result<plan::PlanPtr> cut(const ExpressionBinder& binder, Cut wanted_rows, plan::PlanPtr plan);
  [[nodiscard]] Result<plan::PlanPtr> order_and_limit(const sql::Query& query, plan::PlanPtr plan, std::vector<plan::SortOrder> orders,
                                                      std::size_t visible);
  [[nodiscard]] Result<plan::PlanPtr> finish(const sql::Query& query, plan::PlanPtr plan, const Scope& scope,
                                             const std::vector<Names>& other_names = {});

  static constexpr int kDeepestViews = 64;

  const Context& context_;
  int depth_ = 0;                                // of views
  bool outermost_ = true;                        // nothing is bound yet
  bool rests_ = false;                           // what is bound does not run, so no sequence moves on
  CommonTables given_;                           // by the context
  const CommonTables* common_tables_ = nullptr;  // what can be seen here
  std::map<const sql::CommonTable*, std::shared_ptr<plan::SharedPlan>> shared_tables_;
  Recursive* recursive_ = nullptr;      // the tables of WITH RECURSIVE whose steps are being bound
  Correlation* correlation_ = nullptr;  // the row outside, where this is a subquery
};

}  // namespace trueno::bind
