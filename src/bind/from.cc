// FROM: tables, views, files, subqueries, functions, joins and VALUES.
#include "bind/query_binder.h"

#include <algorithm>
#include <set>
#include <utility>

#include "bind/join.h"
#include "bind/table_arguments.h"
#include "column/row_id_source.h"
#include "sql/parser.h"

namespace trueno::bind {

using plan::Expression;
using plan::PlanPtr;

namespace {

// Takes the places from a plan whose text is not the statement's.
class PlaceRemover {
 public:
  void remove(plan::Plan& plan) {
    plan::for_each_expression(plan, [&](Expression& e) { remove(e); });
    const auto* shared = std::get_if<plan::Shared>(&plan.node);
    if (shared != nullptr && seen_.insert(shared->plan.get()).second) remove(*shared->plan->plan);
    for (const PlanPtr& input : plan.inputs) remove(*input);
  }

 private:
  void remove(Expression& e) {
    e.span = {};
    for (Expression& argument : e.arguments) remove(argument);
    if (e.subquery) remove(*e.subquery->plan);
  }

  std::set<const plan::SharedPlan*> seen_;  // a recursion reads itself
};

}  // namespace

Result<Relation> QueryBinder::bind_from(const std::vector<sql::TableRefPtr>& from) {
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
Result<Relation> QueryBinder::bind_beside(const sql::TableRef& table, const Scope& before, std::vector<Expression>& outer) {
  if (table.as<sql::SubqueryTable>() == nullptr) return bind_table(table);
  ExpressionBinder binder(context_, before, around());
  Correlation correlation{&binder, {}};
  Correlation* const outside = std::exchange(correlation_, &correlation);
  Result<Relation> relation = bind_table(table);
  correlation_ = outside;
  outer = std::move(correlation.arguments);
  return relation;
}

Result<Relation> QueryBinder::bind_table(const sql::TableRef& table) {
  Relation relation = TRUENO_TRY(std::visit([&](const auto& node) { return bind_table_node(table, node); }, table.node));
  if (table.sample) relation.plan = TRUENO_TRY(sampled(*table.sample, std::move(relation.plan)));
  std::string alias = table.alias.text;
  std::size_t named = 0;
  for (std::size_t i = 0; i < relation.scope.columns.size(); ++i) {
    if (!alias.empty()) relation.scope.columns[i].table = alias;
    if (!alias.empty()) relation.scope.columns[i].schema.clear();
    if (!alias.empty()) relation.scope.columns[i].position = static_cast<int>(i);
    if (relation.scope.columns[i].implicit) continue;
    if (named < table.column_aliases.size()) relation.scope.columns[i].name = table.column_aliases[named].text;
    ++named;
  }
  if (table.column_aliases.size() > named) {
    return error(ErrorCode::kBinder, "{} column aliases for {} columns", table.column_aliases.size(), named).at(table.span);
  }
  for (std::size_t i = 0; i < relation.plan->schema.size(); ++i) relation.plan->schema[i].name = relation.scope.columns[i].name;
  return relation;
}

// A view sees what the database holds, not what surrounds its name. Its text is another one, so errors have no place in this.
Result<Relation> QueryBinder::bind_view(const sql::Name& name, const NamedQuery& view) {
  if (depth_ == kDeepestViews)
    return error(ErrorCode::kBinder, "views nested more than {} deep", kDeepestViews)
        .hint(fmt::format("does {} refer to itself?", name.text))
        .at(name.span);
  const auto bound = [&]() -> Result<PlanPtr> {
    const std::vector<sql::StatementPtr> statements = TRUENO_TRY(sql::parse(view.query));
    const auto* statement = statements.front()->as<sql::QueryStatement>();
    TRUENO_ASSERT(statement != nullptr);
    Context within = context_;
    within.row_ids = within.row_ids || lower_name(view.query).find("rowid") != std::string::npos;
    QueryBinder inner(within);
    inner.outermost_ = false;
    inner.rests_ = rests_;
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
  PlaceRemover().remove(*relation.plan);
  for (std::size_t i = 0; i < relation.plan->schema.size(); ++i) {
    if (i < view.columns.size()) relation.plan->schema[i].name = view.columns[i];
  }
  relation.scope.add(name.text, relation.plan->schema);
  return relation;
}

Relation QueryBinder::scan(std::shared_ptr<const TableSource> source, const std::string& name) {
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

// What the catalog says, with a better hint where the query or the name itself shows what was meant.
Error QueryBinder::no_table(const sql::NamedTable& node, Error why) const {
  if (node.is_string || why.code() != ErrorCode::kCatalog) return why;
  const std::string name = lower_name(node.name.last().text);
  std::vector<std::string> with;
  for (const CommonTables* around = common_tables_; around != nullptr; around = around->outer) {
    for (std::size_t i = 0; i < around->visible; ++i) with.push_back((*around->tables)[i].name.text);
  }
  std::string hint;
  if (node.name.parts.size() == 1) {
    if (const std::string near = nearest_name(name, with); !near.empty()) hint = fmt::format("did you mean {}?", near);
    if (name == "dual") hint = "a SELECT without a table needs no FROM";
  } else if (name == "csv" || name == "parquet" || name == "json" || name == "tsv" || name == "arrow" || name == "ndjson" ||
             name == "txt") {
    hint = fmt::format("a file takes single quotes: '{}'", node.name.to_string());
  }
  if (hint.empty()) return why;
  return error(why.code(), "{}", why.message()).hint(std::move(hint));
}

namespace {

// Its columns may be called by the schema, too.
Relation with_schema(Relation relation, const sql::QualifiedName& name) {
  const std::string schema = name.parts.size() > 1 ? name.parts[name.parts.size() - 2].text : std::string(Scope::kAnySchema);
  for (Scope::Column& column : relation.scope.columns) column.schema = schema;
  return relation;
}

}  // namespace

Result<Relation> QueryBinder::bind_table_node(const sql::TableRef& table, const sql::NamedTable& node) {
  if (auto common = TRUENO_TRY(bind_common_table(node, table.span))) return std::move(*common);
  if (!node.is_string) {
    if (const std::optional<NamedQuery> view = context_.names.view(node.name))
      return with_schema(TRUENO_TRY(bind_view(node.name.last(), *view)), node.name);
  }
  auto source = context_.names.table(node.name, node.is_string);
  if (!source) return no_table(node, std::move(source).error()).at(table.span);
  std::string name = node.name.last().text;
  if (node.is_string) {  // 'data/events.parquet' is known as events
    name = name.substr(name.find_last_of('/') + 1);
    name = name.substr(0, name.find('.'));
  }
  if (context_.row_ids && !node.is_string) {
    if (auto with_ids = with_row_ids(*source)) {
      Relation relation = scan(std::move(with_ids), name);
      relation.scope.columns.back().implicit = true;
      return with_schema(std::move(relation), node.name);
    }
  }
  Relation relation = scan(std::move(*source), name);
  return node.is_string ? std::move(relation) : with_schema(std::move(relation), node.name);
}

Result<Relation> QueryBinder::bind_table_node(const sql::TableRef&, const sql::SubqueryTable& node) {
  if (const auto* values = node.query->as<sql::Values>(); values != nullptr && node.query->order_by.empty() && !node.query->limit)
    return bind_values(*values, false);
  Relation relation;
  relation.plan = TRUENO_TRY(bind(*node.query));
  relation.scope.add("", relation.plan->schema);
  return relation;
}

Result<Relation> QueryBinder::bind_table_node(const sql::TableRef& table, const sql::FunctionTable& node) {
  const TableArguments arguments = TRUENO_TRY(bind_table_arguments(node.call.arguments, context_));
  const std::string name = lower_name(node.call.name.last().text);
  auto source = context_.names.table_function(name, arguments.values, arguments.options);
  if (!source) return std::move(source).error().at(table.span);
  return scan(std::move(*source), name);
}

Result<Relation> QueryBinder::bind_table_node(const sql::TableRef& table, const sql::Join& node) {
  Relation left = TRUENO_TRY(bind_table(*node.left));
  std::vector<Expression> outer;
  Relation right = TRUENO_TRY(bind_beside(*node.right, left.scope, outer));
  return bind_join(node, table.span, std::move(left), std::move(right), std::move(outer), context_, around());
}

Result<Relation> QueryBinder::bind_values(const sql::Values& values, bool outermost) {
  std::vector<std::vector<Expression>> rows;
  std::vector<Type> types(values.rows.front().size());
  const bool fixed = outermost && types.size() == context_.row_types.size();
  if (fixed) types = context_.row_types;
  const Scope nothing;
  ExpressionBinder binder(context_, nothing, around());
  for (const auto& row : values.rows) {
    std::vector<Expression> bound;
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (fixed && i < context_.row_defaults.size() && row[i]->as<sql::DefaultValue>() != nullptr) {
        bound.push_back(context_.row_defaults[i]);
        continue;
      }
      bound.push_back(TRUENO_TRY(binder.bind(*row[i])));
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
  const auto computed = [](const Expression& e) { return plan::has_subquery(e) || plan::has_outer(e); };
  if (std::ranges::none_of(rows, [&](const auto& row) { return std::ranges::any_of(row, computed); }))
    return scan(TRUENO_TRY(context_.names.values(schema, rows)), "");
  // Rows that are only known when the query runs.
  Relation relation;
  relation.scope.add("", schema);
  relation.plan = plan::make_plan(plan::Union{}, schema);
  for (auto& row : rows) {
    plan::Values one;
    one.rows.emplace_back();
    relation.plan->inputs.push_back(plan::make_plan(plan::Project{std::move(row)}, schema, plan::make_plan(std::move(one), {})));
  }
  if (relation.plan->inputs.size() == 1) relation.plan = std::move(relation.plan->inputs.front());
  return relation;
}

}  // namespace trueno::bind
