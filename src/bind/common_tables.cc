// WITH and WITH RECURSIVE.
#include "bind/query_binder.h"

#include <utility>

#include "bind/set_operation.h"

namespace trueno::bind {

using plan::Expression;
using plan::PlanPtr;

// The table WITH gives a name, nearest first; nothing when there is none. It is bound where it is named, seeing what stood before it.
Result<std::optional<Relation>> QueryBinder::bind_common_table(const sql::NamedTable& node, SourceSpan span) {
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
Result<PlanPtr> QueryBinder::rows_of(const sql::CommonTable& table, const CommonTables& before) {
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
Result<PlanPtr> QueryBinder::bind_recursive(const sql::CommonTable& table) {
  const auto* operation = table.query->as<sql::SetOperation>();
  if (operation == nullptr || operation->op != sql::SetOperator::kUnion || operation->inputs.size() < 2 || !table.query->with.empty())
    return bind(*table.query);
  std::vector<PlanPtr> inputs;
  for (std::size_t i = 0; i + 1 < operation->inputs.size(); ++i) inputs.push_back(TRUENO_TRY(bind(*operation->inputs[i])));
  PlanPtr begin = inputs.size() == 1 ? std::move(inputs.front()) : TRUENO_TRY(bind_set_operation(*operation, std::move(inputs), context_));
  Recursive recursive = TRUENO_TRY(make_recursive(table, *begin));
  recursive.outer = std::exchange(recursive_, &recursive);
  Result<PlanPtr> step = bind(*operation->inputs.back());
  recursive_ = recursive.outer;
  PlanPtr bound = TRUENO_TRY(std::move(step));
  if (!recursive.used) return bind(*table.query);
  if (!table.query->order_by.empty() || table.query->limit || table.query->offset)
    return error(ErrorCode::kBinder, "{} reads itself, and cannot have ORDER BY, LIMIT or OFFSET", table.name.text)
        .hint("write them where the table is read")
        .at(table.query->span);
  return repeated(std::move(begin), std::move(bound), std::move(recursive.node), operation->inputs.back()->span);
}

Result<QueryBinder::Recursive> QueryBinder::make_recursive(const sql::CommonTable& table, const plan::Plan& begin) {
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
Result<PlanPtr> QueryBinder::repeated(PlanPtr begin, PlanPtr step, plan::Recursion node, SourceSpan span) {
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

}  // namespace trueno::bind
