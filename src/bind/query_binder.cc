// Queries: FROM, WHERE, GROUP BY, HAVING, SELECT, DISTINCT, ORDER BY and LIMIT, bottom to top.
#include <algorithm>
#include <map>
#include <utility>

#include "bind/expression_binder.h"
#include "bind/grouping_sets.h"
#include "bind/join.h"
#include "bind/relation.h"
#include "bind/set_operation.h"
#include "sql/parser.h"

namespace trueno::bind {

namespace {

using plan::Expression;
using plan::ExpressionKind;
using plan::PlanPtr;

std::string name_of(const sql::SelectItem& item, const Expression& bound) {
  if (!item.alias.empty()) return item.alias.text;
  if (const auto* column = item.expression->as<sql::ColumnRef>()) return column->name.last().text;
  static_cast<void>(bound);
  return {};
}

// Column names of unnamed expressions: the expression's own text.
std::string text_of(const Expression& expression, const Schema& input) {
  std::string text = plan::print(expression, input);
  if (text.size() > 1 && text.front() == '(' && text.back() == ')') text = text.substr(1, text.size() - 2);
  return text;
}

class QueryBinder {
 public:
  explicit QueryBinder(const Context& context) : context_(context) {
    if (context.common_tables == nullptr) return;
    given_ = {context.common_tables, context.common_tables->size(), nullptr};
    common_tables_ = &given_;
  }

  /// What expressions of this query may look at beside their scope, and how queries in them are bound.
  Surroundings around() {
    return {correlation_, [this](const sql::Query& query, Correlation& correlation) -> Result<PlanPtr> {
              Correlation* const outside = std::exchange(correlation_, &correlation);
              const bool outermost = std::exchange(outermost_, false);
              Result<PlanPtr> plan = bind(query);
              correlation_ = outside;
              outermost_ = outermost;
              return plan;
            }};
  }

  Result<PlanPtr> bind_changed(const ChangedRows& changed) {
    outermost_ = false;
    Relation all = scan(changed.table, changed.known);
    const auto identity = static_cast<int>(all.scope.columns.size()) - 1;
    all.scope.columns.back().hidden = true;
    for (const sql::TableRefPtr& table : changed.from) {
      std::vector<Expression> outer;
      Relation next = TRUENO_TRY(bind_beside(*table, all.scope, outer));
      all = cross(std::move(all), std::move(next), std::move(outer));
    }
    ExpressionBinder binder(context_, all.scope, around());
    if (changed.where != nullptr) {
      Expression condition = TRUENO_TRY(binder.bind_condition(*changed.where));
      const Schema schema = all.plan->schema;
      all.plan = plan::make_plan(plan::Filter{std::move(condition)}, schema, std::move(all.plan));
    }
    std::vector<Expression> outputs = {Expression::column(identity, all.scope.columns[static_cast<std::size_t>(identity)].type)};
    for (const sql::Expression* value : changed.values) outputs.push_back(TRUENO_TRY(binder.bind(*value)));
    Schema schema;
    for (Expression& output : outputs) {
      if (output.type.id == TypeId::kNull) output = Expression::cast(std::move(output), TypeId::kInteger);
      schema.push_back({fmt::format("{}", schema.size()), output.type, true});
    }
    return plan::make_plan(plan::Project{std::move(outputs)}, schema, std::move(all.plan));
  }

  Result<PlanPtr> bind(const sql::Query& query) {
    const bool outermost = std::exchange(outermost_, false);
    const CommonTables own{&query.with, query.with.size(), common_tables_, correlation_, query.recursive};
    if (query.with.empty()) return bind_body(query, outermost);
    const CommonTables* const outer = std::exchange(common_tables_, &own);
    Result<PlanPtr> plan = bind_body(query, outermost);
    common_tables_ = outer;
    return plan;
  }

 private:
  Result<PlanPtr> bind_body(const sql::Query& query, bool outermost) {
    if (const auto* select = query.as<sql::Select>()) return bind_select(query, *select);
    if (const auto* values = query.as<sql::Values>()) {
      Relation relation = TRUENO_TRY(bind_values(*values, outermost));
      Scope scope = relation.scope;
      return finish(query, std::move(relation.plan), scope);
    }
    if (const auto* operation = query.as<sql::SetOperation>()) {
      std::vector<PlanPtr> inputs;
      for (const sql::QueryPtr& input : operation->inputs) inputs.push_back(TRUENO_TRY(bind(*input)));
      PlanPtr plan = TRUENO_TRY(bind_set_operation(*operation, query.span, std::move(inputs), context_));
      Scope scope;
      scope.add("", plan->schema);
      return finish(query, std::move(plan), scope);
    }
    return error(ErrorCode::kNotSupported, "DESCRIBE of a query is not supported yet").at(query.span);
  }

  // WITH --------------------------------------------------------------------------------------------------------------------------

  // The tables of one WITH that can be seen from some place, and around it.
  struct CommonTables {
    const std::vector<sql::CommonTable>* tables = nullptr;
    std::size_t visible = 0;
    const CommonTables* outer = nullptr;
    Correlation* correlation = nullptr;  // what they may read is what is outside the query that has the WITH
    bool recursive = false;
  };

  // The table WITH gives a name, nearest first; nothing when there is none. It is bound where it is named, seeing what stood before it.
  Result<std::optional<Relation>> bind_common_table(const sql::NamedTable& node, SourceSpan span) {
    if (node.is_string || node.name.parts.size() != 1) return std::optional<Relation>();
    const std::string& name = node.name.last().text;
    for (Recursive* inside = recursive_; inside != nullptr; inside = inside->outer) {
      if (!same_name(inside->table->name.text, name)) continue;
      inside->used = true;
      Relation relation;
      relation.plan = plan::make_plan(plan::Shared{inside->node.working}, inside->node.working->plan->schema);
      relation.scope.add(name, relation.plan->schema);
      return std::optional(std::move(relation));
    }
    for (const CommonTables* around = common_tables_; around != nullptr; around = around->outer) {
      for (std::size_t i = around->visible; i-- > 0;) {
        const sql::CommonTable& table = (*around->tables)[i];
        if (!same_name(table.name.text, name)) continue;
        Relation relation;
        relation.plan = TRUENO_TRY(rows_of(table, {around->tables, i, around->outer, around->correlation, around->recursive}));
        if (table.columns.size() > relation.plan->schema.size())
          return error(ErrorCode::kBinder, "{} names for {} columns of {}", table.columns.size(), relation.plan->schema.size(), name)
              .at(span);
        for (std::size_t c = 0; c < table.columns.size(); ++c) relation.plan->schema[c].name = table.columns[c].text;
        relation.scope.add(name, relation.plan->schema);
        return std::optional(std::move(relation));
      }
    }
    return std::optional<Relation>();
  }

  // A table of WITH, where `before` can be seen from it. Bound once and shared, unless it is to be computed where it is read.
  Result<PlanPtr> rows_of(const sql::CommonTable& table, const CommonTables& before) {
    if (const auto known = shared_tables_.find(&table); known != shared_tables_.end())
      return plan::make_plan(plan::Shared{known->second}, known->second->plan->schema);
    const CommonTables* const here = std::exchange(common_tables_, &before);
    Correlation* const outside = std::exchange(correlation_, before.correlation);
    Result<PlanPtr> plan = before.recursive ? bind_recursive(table) : bind(*table.query);
    common_tables_ = here;
    correlation_ = outside;
    if (!plan || table.materialization == sql::Materialization::kNotMaterialized || plan::reads_outside(**plan)) return plan;
    auto shared = std::make_shared<plan::SharedPlan>();
    shared->name = table.name.text;
    shared->materialized = table.materialization == sql::Materialization::kMaterialized;
    shared->plan = std::move(*plan);
    shared_tables_.emplace(&table, shared);
    return plan::make_plan(plan::Shared{shared}, shared->plan->schema);
  }

  // A table of WITH RECURSIVE: `begin UNION [ALL] step`, where the step names the table. Any other query is bound as without the word.
  Result<PlanPtr> bind_recursive(const sql::CommonTable& table) {
    const auto* operation = table.query->as<sql::SetOperation>();
    if (operation == nullptr || operation->op != sql::SetOperator::kUnion || operation->inputs.size() < 2 || !table.query->with.empty())
      return bind(*table.query);
    std::vector<PlanPtr> inputs;
    for (std::size_t i = 0; i + 1 < operation->inputs.size(); ++i) inputs.push_back(TRUENO_TRY(bind(*operation->inputs[i])));
    PlanPtr begin = inputs.size() == 1 ? std::move(inputs.front())
                                       : TRUENO_TRY(bind_set_operation(*operation, table.query->span, std::move(inputs), context_));
    Recursive recursive = TRUENO_TRY(make_recursive(table, *begin));
    recursive.outer = std::exchange(recursive_, &recursive);
    Result<PlanPtr> step = bind(*operation->inputs.back());
    recursive_ = recursive.outer;
    PlanPtr bound = TRUENO_TRY(std::move(step));
    if (!recursive.used) return bind(*table.query);
    PlanPtr plan = TRUENO_TRY(repeated(std::move(begin), std::move(bound), std::move(recursive.node), operation->inputs.back()->span));
    Scope scope;
    scope.add("", plan->schema);
    return finish(*table.query, std::move(plan), scope);
  }

  struct Recursive {
    const sql::CommonTable* table = nullptr;
    plan::Recursion node;
    bool used = false;
    Recursive* outer = nullptr;
  };

  Result<Recursive> make_recursive(const sql::CommonTable& table, const plan::Plan& begin) {
    const auto* operation = table.query->as<sql::SetOperation>();
    Schema schema = begin.schema;
    if (table.columns.size() > schema.size())
      return error(ErrorCode::kBinder, "{} names for {} columns of {}", table.columns.size(), schema.size(), table.name.text)
          .at(table.query->span);
    for (std::size_t c = 0; c < table.columns.size(); ++c) schema[c].name = table.columns[c].text;
    Recursive recursive;
    recursive.table = &table;
    recursive.node.distinct = !operation->all;
    const auto rows = [&](std::string name) -> Result<std::shared_ptr<plan::SharedPlan>> {
      auto shared = std::make_shared<plan::SharedPlan>();
      shared->name = std::move(name);
      shared->materialized = true;
      Relation none = scan(TRUENO_TRY(context_.names.values(schema, {})), "");
      shared->plan = std::move(none.plan);
      return shared;
    };
    recursive.node.working = TRUENO_TRY(rows(table.name.text));
    recursive.node.result = TRUENO_TRY(rows("all of " + table.name.text));
    return recursive;
  }

  // The step in the types of the rows to begin with; of distinct ones, only those that were not there before.
  static Result<PlanPtr> repeated(PlanPtr begin, PlanPtr step, plan::Recursion node, SourceSpan span) {
    const Schema schema = node.working->plan->schema;
    if (step->schema.size() != schema.size())
      return error(ErrorCode::kBinder, "the recursive part has {} columns, not {}", step->schema.size(), schema.size()).at(span);
    std::vector<Expression> outputs;
    std::vector<Expression> columns;
    for (std::size_t i = 0; i < schema.size(); ++i) {
      if (!function::cast_possible(step->schema[i].type, schema[i].type))
        return error(ErrorCode::kBinder, "column {} of the recursive part is {}, not {}", i + 1, step->schema[i].type.to_string(),
                     schema[i].type.to_string())
            .at(span);
      outputs.push_back(Expression::cast(Expression::column(static_cast<int>(i), step->schema[i].type), schema[i].type));
      columns.push_back(Expression::column(static_cast<int>(i), schema[i].type));
    }
    step = plan::make_plan(plan::Project{std::move(outputs)}, schema, std::move(step));
    if (node.distinct) {
      plan::Join unseen;
      unseen.kind = plan::JoinKind::kAnti;
      for (const Expression& column : columns) unseen.keys.push_back({column, column, true});
      begin = plan::make_plan(plan::Aggregate{columns, {}}, schema, std::move(begin));
      step = plan::make_plan(plan::Aggregate{columns, {}}, schema, std::move(step));
      step = plan::make_join(std::move(unseen), std::move(step), plan::make_plan(plan::Shared{node.result}, schema));
    }
    PlanPtr plan = plan::make_plan(std::move(node), schema, std::move(begin));
    plan->inputs.push_back(std::move(step));
    return plan;
  }

  // FROM --------------------------------------------------------------------------------------------------------------------------

  Result<Relation> bind_from(const std::vector<sql::TableRefPtr>& from) {
    if (from.empty()) {
      plan::Values row;
      row.rows.emplace_back();
      return Relation{plan::make_plan(std::move(row), {}), {}};
    }
    Relation all = TRUENO_TRY(bind_table(*from[0]));
    for (std::size_t i = 1; i < from.size(); ++i) {
      std::vector<Expression> outer;
      Relation next = TRUENO_TRY(bind_beside(*from[i], all.scope, outer));
      all = cross(std::move(all), std::move(next), std::move(outer));
    }
    return all;
  }

  // A table of FROM that may read the row of those before it (LATERAL, written or not); `outer` gets what it reads.
  Result<Relation> bind_beside(const sql::TableRef& table, const Scope& before, std::vector<Expression>& outer) {
    if (table.as<sql::SubqueryTable>() == nullptr) return bind_table(table);
    ExpressionBinder binder(context_, before, around());
    Correlation correlation{&binder, {}};
    Correlation* const outside = std::exchange(correlation_, &correlation);
    Result<Relation> relation = bind_table(table);
    correlation_ = outside;
    outer = std::move(correlation.arguments);
    return relation;
  }

  Result<Relation> bind_table(const sql::TableRef& table) {
    if (table.sample) return error(ErrorCode::kNotSupported, "SAMPLE is not supported yet").at(table.span);
    Relation relation = TRUENO_TRY(std::visit([&](const auto& node) { return bind_table_node(table, node); }, table.node));
    std::string alias = table.alias.text;
    for (std::size_t i = 0; i < relation.scope.columns.size(); ++i) {
      if (!alias.empty()) relation.scope.columns[i].table = alias;
      if (!alias.empty()) relation.scope.columns[i].position = static_cast<int>(i);
      if (i < table.column_aliases.size()) relation.scope.columns[i].name = table.column_aliases[i].text;
    }
    if (table.column_aliases.size() > relation.scope.columns.size()) {
      return error(ErrorCode::kBinder, "{} column aliases for {} columns", table.column_aliases.size(), relation.scope.columns.size())
          .at(table.span);
    }
    for (std::size_t i = 0; i < relation.plan->schema.size(); ++i) relation.plan->schema[i].name = relation.scope.columns[i].name;
    return relation;
  }

  // A view sees what the database holds, not what surrounds its name. Its text is another one, so errors have no place in this.
  Result<Relation> bind_view(const sql::Name& name, const NamedQuery& view) {
    if (depth_ == kDeepestViews)
      return error(ErrorCode::kBinder, "views nested more than {} deep", kDeepestViews)
          .hint(fmt::format("does {} refer to itself?", name.text))
          .at(name.span);
    const auto bound = [&]() -> Result<PlanPtr> {
      const std::vector<sql::StatementPtr> statements = TRUENO_TRY(sql::parse(view.query));
      const auto* statement = statements.front()->as<sql::QueryStatement>();
      TRUENO_ASSERT(statement != nullptr);
      QueryBinder inner(context_);
      inner.outermost_ = false;
      inner.common_tables_ = nullptr;
      inner.depth_ = depth_ + 1;
      return inner.bind(*statement->query);
    };
    Result<PlanPtr> plan = bound();
    if (!plan) {
      const Error& why = plan.error();
      return error(why.code(), "in view {}: {}", name.text, why.message()).hint(why.hint()).at(name.span);
    }
    Relation relation;
    relation.plan = std::move(*plan);
    for (std::size_t i = 0; i < relation.plan->schema.size(); ++i) {
      if (i < view.columns.size()) relation.plan->schema[i].name = view.columns[i];
    }
    relation.scope.add(name.text, relation.plan->schema);
    return relation;
  }

  static Relation scan(std::shared_ptr<const TableSource> source, const std::string& name) {
    Relation relation;
    plan::Scan node;
    Schema schema = source->schema();
    for (std::size_t i = 0; i < schema.size(); ++i) {
      node.columns.push_back(static_cast<int>(i));
    }
    relation.scope.add(name, schema);
    node.source = std::move(source);
    relation.plan = plan::make_plan(std::move(node), std::move(schema));
    return relation;
  }

  Result<Relation> bind_table_node(const sql::TableRef& table, const sql::NamedTable& node) {
    if (auto common = TRUENO_TRY(bind_common_table(node, table.span))) return std::move(*common);
    if (!node.is_string) {
      if (const std::optional<NamedQuery> view = context_.names.view(node.name)) return bind_view(node.name.last(), *view);
    }
    auto source = context_.names.table(node.name, node.is_string);
    if (!source) return std::move(source).error().at(table.span);
    std::string name = node.name.last().text;
    if (node.is_string) {  // 'data/events.parquet' is known as events
      name = name.substr(name.find_last_of('/') + 1);
      name = name.substr(0, name.find('.'));
    }
    return scan(std::move(*source), name);
  }

  Result<Relation> bind_table_node(const sql::TableRef&, const sql::SubqueryTable& node) {
    if (const auto* values = node.query->as<sql::Values>(); values != nullptr && node.query->order_by.empty() && !node.query->limit)
      return bind_values(*values, false);
    Relation relation;
    relation.plan = TRUENO_TRY(bind(*node.query));
    relation.scope.add("", relation.plan->schema);
    return relation;
  }

  Result<Relation> bind_table_node(const sql::TableRef& table, const sql::FunctionTable& node) {
    std::vector<Value> arguments;
    for (const sql::Argument& argument : node.call.arguments) {
      const Expression bound = TRUENO_TRY(bind_constant(*argument.value, context_));
      arguments.push_back(TRUENO_TRY(context_.constants.evaluate(bound)));
    }
    const std::string name = lower_name(node.call.name.last().text);
    auto source = context_.names.table_function(name, arguments);
    if (!source) return std::move(source).error().at(table.span);
    return scan(std::move(*source), name);
  }

  Result<Relation> bind_table_node(const sql::TableRef& table, const sql::Join& node) {
    Relation left = TRUENO_TRY(bind_table(*node.left));
    std::vector<Expression> outer;
    Relation right = TRUENO_TRY(bind_beside(*node.right, left.scope, outer));
    return bind_join(node, table.span, std::move(left), std::move(right), std::move(outer), context_, around());
  }

  Result<Relation> bind_values(const sql::Values& values, bool outermost) {
    std::vector<std::vector<Expression>> rows;
    std::vector<Type> types(values.rows.front().size());
    const bool fixed = outermost && types.size() == context_.row_types.size();
    if (fixed) types = context_.row_types;
    for (const auto& row : values.rows) {
      std::vector<Expression> bound;
      for (std::size_t i = 0; i < row.size(); ++i) {
        if (fixed && i < context_.row_defaults.size() && row[i]->as<sql::DefaultValue>() != nullptr) {
          bound.push_back(context_.row_defaults[i]);
          continue;
        }
        bound.push_back(TRUENO_TRY(bind_constant(*row[i], context_)));
        if (fixed) {
          if (!function::cast_possible(bound.back().type, types[i]))
            return error(ErrorCode::kBinder, "cannot cast {} to {}", bound.back().type.to_string(), types[i].to_string()).at(row[i]->span);
          bound.back() = Expression::cast(std::move(bound.back()), types[i]);
          continue;
        }
        const auto common = function::common_type(types[i], bound.back().type);
        if (!common)
          return error(ErrorCode::kBinder, "column {} of VALUES has no common type: {} and {}", i + 1, types[i].to_string(),
                       bound.back().type.to_string())
              .at(row[i]->span);
        types[i] = *common;
      }
      rows.push_back(std::move(bound));
    }
    Schema schema;
    for (std::size_t i = 0; i < types.size(); ++i) {
      if (types[i].id == TypeId::kNull) types[i] = TypeId::kInteger;
      schema.push_back({fmt::format("col{}", i), types[i], true});
      for (auto& row : rows) row[i] = Expression::cast(std::move(row[i]), types[i]);
    }
    return scan(TRUENO_TRY(context_.names.values(schema, rows)), "");
  }

  // SELECT ------------------------------------------------------------------------------------------------------------------------

  struct Grouping {
    bool active = false;
    std::vector<Expression> keys;
    std::vector<plan::AggregateCall> calls;
    GroupingSets sets;  // several: ROLLUP, CUBE, GROUPING SETS
  };

  // An expression over FROM's columns and aggregate placeholders (numbers from `inputs` on) to one over the Aggregate's output.
  static Result<Expression> over_groups(Expression expression, const Grouping& grouping, const Scope& scope) {
    const auto inputs = static_cast<int>(scope.columns.size());
    for (std::size_t i = 0; i < grouping.keys.size(); ++i) {
      if (!same_expression(expression, grouping.keys[i])) continue;
      Expression column = Expression::column(static_cast<int>(i), expression.type);
      column.span = expression.span;
      return column;
    }
    if (expression.kind == ExpressionKind::kColumn) {
      if (expression.index < inputs) {
        return error(ErrorCode::kBinder, "column \"{}\" must appear in GROUP BY or be used in an aggregate",
                     scope.columns[static_cast<std::size_t>(expression.index)].name)
            .hint(fmt::format("add it to GROUP BY, or write any value of it as min({})",
                              scope.columns[static_cast<std::size_t>(expression.index)].name))
            .at(expression.span);
      }
      const bool mask = expression.index >= inputs + kMaskColumns;
      const std::size_t before = mask ? grouping.keys.size() + grouping.calls.size() : grouping.keys.size();
      expression.index = static_cast<int>(before) + expression.index - inputs - (mask ? kMaskColumns : 0);
      return expression;
    }
    for (Expression& argument : expression.arguments) argument = TRUENO_TRY(over_groups(std::move(argument), grouping, scope));
    return expression;
  }

  Result<PlanPtr> bind_select(const sql::Query& query, const sql::Select& select) {
    if (!select.distinct_on.empty() || select.qualify || !select.windows.empty() || select.sample) {
      return error(ErrorCode::kNotSupported, "DISTINCT ON, QUALIFY, WINDOW and SAMPLE are not supported yet").at(query.span);
    }
    Relation input = TRUENO_TRY(bind_from(select.from));
    const Scope& scope = input.scope;
    if (select.where) {
      ExpressionBinder binder(context_, scope, around());
      Expression condition = TRUENO_TRY(binder.bind_condition(*select.where));
      const Schema schema = input.plan->schema;
      input.plan = plan::make_plan(plan::Filter{std::move(condition)}, schema, std::move(input.plan));
    }
    Grouping grouping;
    ExpressionBinder binder(context_, scope, around());
    binder.allow_aggregates([&](plan::AggregateCall call, SourceSpan span) -> Result<Expression> {
      grouping.active = true;
      Expression column = Expression::column(static_cast<int>(scope.columns.size() + grouping.calls.size()), call.signature.result);
      for (std::size_t i = 0; i < grouping.calls.size(); ++i) {
        if (same_call(grouping.calls[i], call)) column.index = static_cast<int>(scope.columns.size() + i);
      }
      if (column.index == static_cast<int>(scope.columns.size() + grouping.calls.size())) grouping.calls.push_back(std::move(call));
      column.span = span;
      return column;
    });
    binder.allow_grouping([&](std::vector<Expression> keys, SourceSpan span) -> Result<Expression> {
      Expression column =
          Expression::column(static_cast<int>(scope.columns.size() + grouping.sets.masks.size()) + kMaskColumns, TypeId::kBigInt);
      column.span = span;
      grouping.sets.masks.push_back(std::move(keys));
      return column;
    });

    std::vector<Expression> outputs;
    std::vector<std::string> names;
    for (const sql::SelectItem& item : select.items) TRUENO_TRY(bind_item(item, binder, input, outputs, names));
    TRUENO_TRY(bind_group_by(select, binder, outputs, names, scope, grouping));
    std::optional<Expression> having;
    if (select.having) {
      having = TRUENO_TRY(binder.bind_condition(*select.having));
      grouping.active = true;
    }
    // ORDER BY may name outputs, count them, or compute anything SELECT could.
    std::vector<plan::SortOrder> orders;
    const std::size_t visible = outputs.size();
    TRUENO_TRY(bind_order_by(query, binder, names, outputs, orders, select.distinct));

    if (!grouping.sets.masks.empty() && grouping.keys.empty()) return error(ErrorCode::kBinder, "GROUPING needs GROUP BY").at(query.span);
    PlanPtr plan = std::move(input.plan);
    if (grouping.active) {
      Schema schema;
      for (std::size_t i = 0; i < grouping.keys.size(); ++i)
        schema.push_back({text_of(grouping.keys[i], plan->schema), grouping.keys[i].type, true});
      for (const plan::AggregateCall& call : grouping.calls) {
        schema.push_back({fmt::format("{}({}{})", call.function->name, call.distinct ? "DISTINCT " : "",
                                      call.arguments.empty() ? "*" : plan::print(call.arguments[0], plan->schema)),
                          call.signature.result, true});
      }
      for (std::size_t i = 0; i < outputs.size(); ++i) outputs[i] = TRUENO_TRY(over_groups(std::move(outputs[i]), grouping, scope));
      if (having) having = TRUENO_TRY(over_groups(std::move(*having), grouping, scope));
      plan =
          TRUENO_TRY(group(plan::Aggregate{std::move(grouping.keys), std::move(grouping.calls)}, grouping.sets, schema, std::move(plan)));
      if (having) plan = plan::make_plan(plan::Filter{std::move(*having)}, schema, std::move(plan));
    }
    Schema schema;
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      std::string name = i < names.size() ? names[i] : "";
      if (name.empty()) name = text_of(outputs[i], plan->schema);
      schema.push_back({std::move(name), outputs[i].type.id == TypeId::kNull ? Type(TypeId::kInteger) : outputs[i].type, true});
      outputs[i] = Expression::cast(std::move(outputs[i]), schema.back().type);
    }
    plan = plan::make_plan(plan::Project{std::move(outputs)}, schema, std::move(plan));
    if (select.distinct) {
      plan::Aggregate distinct;
      for (std::size_t i = 0; i < schema.size(); ++i) distinct.keys.push_back(Expression::column(static_cast<int>(i), schema[i].type));
      plan = plan::make_plan(std::move(distinct), schema, std::move(plan));
    }
    return order_and_limit(query, std::move(plan), std::move(orders), visible);
  }

  static bool same_call(const plan::AggregateCall& a, const plan::AggregateCall& b) {
    if (a.function != b.function || a.distinct != b.distinct || a.filter.has_value() != b.filter.has_value() ||
        (a.filter && !same_expression(*a.filter, *b.filter)))
      return false;
    const auto same_order = [](const plan::SortOrder& x, const plan::SortOrder& y) {
      return same_expression(x.expression, y.expression) && x.descending == y.descending && x.nulls_first == y.nulls_first;
    };
    return a.constants == b.constants && std::ranges::equal(a.orders, b.orders, same_order) &&
           std::ranges::equal(a.arguments, b.arguments, plan::same_expression);
  }

  Status bind_item(const sql::SelectItem& item, ExpressionBinder& binder, const Relation& input, std::vector<Expression>& outputs,
                   std::vector<std::string>& names) {
    const auto* star = item.expression->as<sql::Star>();
    if (star == nullptr) {
      Expression bound = TRUENO_TRY(binder.bind(*item.expression));
      names.push_back(name_of(item, bound));
      outputs.push_back(std::move(bound));
      return {};
    }
    const auto& columns = input.scope.columns;
    if (columns.empty()) return error(ErrorCode::kBinder, "* needs a FROM clause").at(item.expression->span);
    TRUENO_TRY(check_star(*star, columns, item.expression->span));
    const std::size_t before = outputs.size();
    for (const std::size_t i : columns_of_star(*star, columns)) {
      if (std::ranges::any_of(star->exclude, [&](const sql::QualifiedName& name) { return same_name(name.last().text, columns[i].name); }))
        continue;
      std::string name = columns[i].name;
      Expression value = Expression::column(static_cast<int>(i), columns[i].type);
      value.span = item.expression->span;
      for (const sql::StarReplacement& replacement : star->replace) {
        if (same_name(replacement.name.text, name)) value = TRUENO_TRY(binder.bind(*replacement.expression));
      }
      for (const sql::StarRename& rename : star->rename) {
        if (same_name(rename.from.last().text, columns[i].name)) name = rename.to.text;
      }
      outputs.push_back(std::move(value));
      names.push_back(std::move(name));
    }
    if (outputs.size() == before) return error(ErrorCode::kBinder, "* leaves no column").at(item.expression->span);
    return {};
  }

  // The columns * stands for; with a table, those of the table in its order, also where USING hides one.
  static std::vector<std::size_t> columns_of_star(const sql::Star& star, const std::vector<Scope::Column>& columns) {
    std::vector<std::size_t> chosen;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const bool wanted = star.qualifier.empty() ? !columns[i].hidden : same_name(star.qualifier.last().text, columns[i].table);
      if (wanted) chosen.push_back(i);
    }
    if (!star.qualifier.empty()) std::ranges::sort(chosen, {}, [&](std::size_t i) { return std::pair(columns[i].position, i); });
    return chosen;
  }

  // Every table and column that a * names must be there.
  static Status check_star(const sql::Star& star, const std::vector<Scope::Column>& columns, SourceSpan span) {
    const auto in_table = [&](const Scope::Column& column) {
      return star.qualifier.empty() || same_name(star.qualifier.last().text, column.table);
    };
    if (std::ranges::none_of(columns, in_table))
      return error(ErrorCode::kBinder, "no table \"{}\" in FROM", star.qualifier.last().text).at(span);
    const auto check = [&](const std::string& name) -> Status {
      const bool known = std::ranges::any_of(columns, [&](const Scope::Column& c) { return in_table(c) && same_name(c.name, name); });
      if (known) return {};
      std::vector<std::string> all;
      for (const Scope::Column& column : columns) all.push_back(column.name);
      const std::string near = nearest_name(name, all);
      return error(ErrorCode::kBinder, "* has no column \"{}\"", name)
          .hint(near.empty() ? "" : fmt::format("did you mean \"{}\"?", near))
          .at(span);
    };
    for (const sql::QualifiedName& name : star.exclude) TRUENO_TRY(check(name.last().text));
    for (const sql::StarReplacement& replacement : star.replace) TRUENO_TRY(check(replacement.name.text));
    for (const sql::StarRename& rename : star.rename) TRUENO_TRY(check(rename.from.last().text));
    return {};
  }

  Status bind_group_by(const sql::Select& select, ExpressionBinder&, const std::vector<Expression>& outputs,
                       const std::vector<std::string>& names, const Scope& scope, Grouping& grouping) {
    const auto inputs = static_cast<int>(scope.columns.size());
    const auto has_aggregate = [&](const Expression& e) {
      const std::vector<int> columns = plan::columns_of(e);
      return !columns.empty() && columns.back() >= inputs;
    };
    const auto add = [&](Expression key) {
      grouping.active = true;
      if (key.type.id == TypeId::kNull) key = Expression::cast(std::move(key), TypeId::kInteger);
      if (std::ranges::none_of(grouping.keys, [&](const Expression& known) { return same_expression(known, key); }))
        grouping.keys.push_back(std::move(key));
    };
    if (select.group_by.all) {
      for (const Expression& output : outputs) {
        if (!has_aggregate(output)) add(output);
      }
      grouping.active = true;
    }
    // The number of the key that an expression is.
    const auto key_number = [&](const sql::Expression& expression) -> Result<std::size_t> {
      const int output = output_named(expression, names, &scope);
      if (output < -1 || output >= static_cast<int>(outputs.size()))
        return error(ErrorCode::kBinder, "GROUP BY position is not in the SELECT list (1 to {})", outputs.size()).at(expression.span);
      ExpressionBinder plain(context_, scope, around());
      Expression key = output >= 0 ? outputs[static_cast<std::size_t>(output)] : TRUENO_TRY(plain.bind(expression));
      if (has_aggregate(key)) return error(ErrorCode::kBinder, "GROUP BY cannot name an aggregate").at(expression.span);
      if (key.type.id == TypeId::kNull) key = Expression::cast(std::move(key), TypeId::kInteger);
      add(key);
      const auto known = std::ranges::find_if(grouping.keys, [&](const Expression& k) { return same_expression(k, key); });
      return static_cast<std::size_t>(known - grouping.keys.begin());
    };
    if (!select.group_by.elements.empty()) {
      grouping.active = true;
      grouping.sets.sets = TRUENO_TRY(sets_of(select.group_by.elements, key_number));
    }
    return {};
  }

  // The output an ordinal or alias stands for; -1: neither; -2: an ordinal out of range. Columns of `scope` go before aliases.
  static int output_named(const sql::Expression& expression, const std::vector<std::string>& names, const Scope* scope) {
    if (const auto* literal = expression.as<sql::Literal>(); literal != nullptr && literal->kind == sql::LiteralKind::kInteger) {
      const auto number = parse_i128(literal->text).value_or(0);
      return number >= 1 && number <= static_cast<i128>(names.size()) ? static_cast<int>(number) - 1 : -2;
    }
    const auto* column = expression.as<sql::ColumnRef>();
    if (column == nullptr || column->name.parts.size() != 1) return -1;
    if (scope != nullptr && scope->find(column->name)) return -1;
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (same_name(names[i], column->name.last().text)) return static_cast<int>(i);
    }
    return -1;
  }

  Status bind_order_by(const sql::Query& query, ExpressionBinder& binder, const std::vector<std::string>& names,
                       std::vector<Expression>& outputs, std::vector<plan::SortOrder>& orders, bool distinct) {
    const std::size_t visible = names.size();
    const auto add = [&](int output, const sql::OrderItem& item) {
      const bool descending = item.direction == sql::SortDirection::kDescending;
      const NullOrder& unsaid = context_.null_order;
      const bool first = item.nulls == sql::NullsOrder::kDefault ? (descending ? unsaid.first_when_descending : unsaid.first_when_ascending)
                                                                 : item.nulls == sql::NullsOrder::kFirst;
      orders.push_back({Expression::column(output, outputs[static_cast<std::size_t>(output)].type), descending, first});
    };
    for (const sql::OrderItem& item : query.order_by) {
      if (item.expression->is<sql::Star>()) {
        for (std::size_t i = 0; i < visible; ++i) add(static_cast<int>(i), item);
        continue;
      }
      if (const auto* literal = item.expression->as<sql::Literal>(); literal != nullptr && literal->kind != sql::LiteralKind::kInteger)
        return error(ErrorCode::kBinder, "ORDER BY a constant orders nothing")
            .hint("name a column, or count it: ORDER BY 1")
            .at(item.expression->span);
      int output = output_named(*item.expression, names, nullptr);
      if (output == -2)
        return error(ErrorCode::kBinder, "ORDER BY position is not in the SELECT list (1 to {})", visible).at(item.expression->span);
      if (output < 0) {
        Expression bound = TRUENO_TRY(binder.bind(*item.expression));
        const auto known = std::ranges::find_if(outputs, [&](const Expression& e) { return same_expression(e, bound); });
        output = static_cast<int>(known - outputs.begin());
        if (known == outputs.end()) {
          if (distinct) return error(ErrorCode::kBinder, "with DISTINCT, ORDER BY may only use what is selected").at(item.expression->span);
          outputs.push_back(std::move(bound));
        }
      }
      add(output, item);
    }
    return {};
  }

  Result<std::int64_t> constant_count(const sql::Expression& expression, std::string_view what) {
    const Expression bound = TRUENO_TRY(bind_constant(expression, context_));
    const Value value = TRUENO_TRY(context_.constants.evaluate(Expression::cast(bound, TypeId::kBigInt)));
    if (value.is_null()) return std::int64_t{-1};
    if (value.as_integer() < 0) return error(ErrorCode::kBinder, "{} must not be negative", what).at(expression.span);
    return static_cast<std::int64_t>(value.as_integer());
  }

  Result<PlanPtr> order_and_limit(const sql::Query& query, PlanPtr plan, std::vector<plan::SortOrder> orders, std::size_t visible) {
    if (query.limit_percent) return error(ErrorCode::kNotSupported, "LIMIT in percent is not supported yet").at(query.span);
    const std::int64_t limit = query.limit ? TRUENO_TRY(constant_count(*query.limit, "LIMIT")) : -1;
    const std::int64_t offset = query.offset ? std::max<std::int64_t>(0, TRUENO_TRY(constant_count(*query.offset, "OFFSET"))) : 0;
    const Schema schema = plan->schema;
    if (!orders.empty()) plan = plan::make_plan(plan::Sort{std::move(orders)}, schema, std::move(plan));
    if (limit >= 0 || offset > 0) plan = plan::make_plan(plan::Limit{limit, offset}, schema, std::move(plan));
    if (visible < schema.size()) {
      std::vector<Expression> kept;
      for (std::size_t i = 0; i < visible; ++i) kept.push_back(Expression::column(static_cast<int>(i), schema[i].type));
      plan = plan::make_plan(plan::Project{std::move(kept)}, Schema(schema.begin(), schema.begin() + static_cast<std::ptrdiff_t>(visible)),
                             std::move(plan));
    }
    return plan;
  }

  Result<PlanPtr> finish(const sql::Query& query, PlanPtr plan, const Scope& scope) {
    std::vector<std::string> names;
    std::vector<Expression> outputs;
    for (std::size_t i = 0; i < scope.columns.size(); ++i) {
      names.push_back(scope.columns[i].name);
      outputs.push_back(Expression::column(static_cast<int>(i), scope.columns[i].type));
    }
    ExpressionBinder binder(context_, scope, around());
    std::vector<plan::SortOrder> orders;
    TRUENO_TRY(bind_order_by(query, binder, names, outputs, orders, true));
    return order_and_limit(query, std::move(plan), std::move(orders), outputs.size());
  }

  const Context& context_;
  static constexpr int kDeepestViews = 64;
  int depth_ = 0;                                // of views
  bool outermost_ = true;                        // nothing is bound yet
  CommonTables given_;                           // by the context
  const CommonTables* common_tables_ = nullptr;  // what can be seen here
  std::map<const sql::CommonTable*, std::shared_ptr<plan::SharedPlan>> shared_tables_;
  Recursive* recursive_ = nullptr;      // the tables of WITH RECURSIVE whose steps are being bound
  Correlation* correlation_ = nullptr;  // the row outside, where this is a subquery
};

Scope scope_of(const Schema& schema, const std::string& table) {
  Scope scope;
  scope.add(table, schema);
  return scope;
}

}  // namespace

Result<PlanPtr> bind_changed_rows(const ChangedRows& changed, const Context& context) { return QueryBinder(context).bind_changed(changed); }

Result<PlanPtr> bind_query(const sql::Query& query, const Context& context) { return QueryBinder(context).bind(query); }

Result<Expression> bind_condition(const sql::Expression& expression, const Schema& schema, const std::string& table,
                                  const Context& context) {
  const Scope scope = scope_of(schema, table);
  QueryBinder queries(context);
  ExpressionBinder binder(context, scope, queries.around());
  return binder.bind_condition(expression);
}

Result<Expression> bind_value(const sql::Expression& expression, const Schema& schema, const std::string& table, const Context& context) {
  const Scope scope = scope_of(schema, table);
  QueryBinder queries(context);
  ExpressionBinder binder(context, scope, queries.around());
  return binder.bind(expression);
}

}  // namespace trueno::bind
