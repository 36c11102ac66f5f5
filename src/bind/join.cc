#include "bind/join.h"

#include <algorithm>

#include "bind/asof_join.h"

namespace trueno::bind {

using plan::Expression;
using plan::JoinKind;
using plan::PlanPtr;

namespace {

JoinKind kind_of(sql::JoinKind kind) {
  switch (kind) {
    case sql::JoinKind::kLeft: return JoinKind::kLeft;
    case sql::JoinKind::kRight: return JoinKind::kRight;
    case sql::JoinKind::kFull: return JoinKind::kFull;
    case sql::JoinKind::kSemi: return JoinKind::kSemi;
    case sql::JoinKind::kAnti: return JoinKind::kAnti;
    case sql::JoinKind::kInner:
    case sql::JoinKind::kCross:
    case sql::JoinKind::kPositional: break;
  }
  return JoinKind::kInner;
}

Scope scope_of_both(const Relation& left, const Relation& right) {
  Scope both = left.scope;
  both.columns.insert(both.columns.end(), right.scope.columns.begin(), right.scope.columns.end());
  return both;
}

bool has_columns_of_left(const JoinKind kind) { return kind == JoinKind::kSemi || kind == JoinKind::kAnti; }

// One column of USING: where it is on either side.
struct Shared {
  std::string name;
  std::size_t left = 0;
  std::size_t right = 0;
};

Result<std::size_t> column_named(const Relation& relation, const sql::Name& name, std::string_view side) {
  sql::QualifiedName qualified;
  qualified.parts.push_back(name);
  Result<int> column = relation.scope.find(qualified);
  if (!column) return std::move(std::move(column).error()).context(fmt::format("USING, {} side: ", side));
  return static_cast<std::size_t>(*column);
}

Result<std::vector<Shared>> shared_columns(const sql::Join& join, SourceSpan span, const Relation& left, const Relation& right) {
  std::vector<Shared> shared;
  for (const sql::Name& name : join.using_columns)
    shared.push_back({name.text, TRUENO_TRY(column_named(left, name, "left")), TRUENO_TRY(column_named(right, name, "right"))});
  if (!join.natural) return shared;
  for (std::size_t l = 0; l < left.scope.columns.size(); ++l) {
    const Scope::Column& column = left.scope.columns[l];
    if (column.hidden || column.implicit) continue;
    for (std::size_t r = 0; r < right.scope.columns.size(); ++r) {
      const Scope::Column& other = right.scope.columns[r];
      if (!other.hidden && !other.implicit && same_name(column.name, other.name)) shared.push_back({column.name, l, r});
    }
  }
  for (std::size_t i = 0; i < shared.size(); ++i) {
    for (std::size_t k = 0; k < i; ++k) {
      if (shared[k].left == shared[i].left || shared[k].right == shared[i].right)
        return error(ErrorCode::kBinder, "NATURAL JOIN of two columns \"{}\" on one side is ambiguous", shared[i].name)
            .hint("write USING or ON")
            .at(span);
    }
  }
  if (shared.empty())
    return error(ErrorCode::kBinder, "NATURAL JOIN of tables without a column of the same name").hint("write CROSS JOIN, or ON").at(span);
  return shared;
}

// Both sides of an equality in one type.
Result<plan::JoinKey> key_of(Expression left, Expression right, SourceSpan span, std::string_view name) {
  const auto common = function::common_type(left.type, right.type);
  if (!common)
    return error(ErrorCode::kBinder, "column \"{}\" is {} on the left and {} on the right", name, left.type.to_string(),
                 right.type.to_string())
        .at(span);
  return plan::JoinKey{Expression::cast(std::move(left), *common), Expression::cast(std::move(right), *common)};
}

// After a join with USING: the shared columns once, in the left's place; the two they stand for are found with their tables.
Relation with_shared_once(Relation joined, const std::vector<Shared>& shared, std::size_t left_columns, JoinKind kind) {
  const Schema schema = joined.plan->schema;
  const auto column = [&](std::size_t i) { return Expression::column(static_cast<int>(i), schema[i].type); };
  Relation out;
  Schema fields;
  std::vector<Expression> expressions;
  const auto add = [&](Expression value, Scope::Column entry) {
    fields.push_back({entry.name, value.type, true});
    entry.type = value.type;
    out.scope.columns.push_back(std::move(entry));
    expressions.push_back(std::move(value));
  };
  const bool left_decides = kind == JoinKind::kInner || kind == JoinKind::kLeft;
  for (std::size_t i = 0; i < schema.size(); ++i) {
    const auto of_left = std::ranges::find(shared, i, &Shared::left);
    const bool of_right = i >= left_columns && std::ranges::any_of(shared, [&](const Shared& s) { return s.right + left_columns == i; });
    if (of_right) continue;
    const Scope::Column& entry = joined.scope.columns[i];
    if (i >= left_columns || of_left == shared.end() || left_decides) {
      add(column(i), entry);
      continue;
    }
    const std::size_t other = of_left->right + left_columns;
    Expression value;
    value.kind = plan::ExpressionKind::kCoalesce;
    value.type = function::common_type(schema[i].type, schema[other].type).value_or(schema[i].type);
    value.arguments.push_back(Expression::cast(column(i), value.type));
    value.arguments.push_back(Expression::cast(column(other), value.type));
    if (kind == JoinKind::kRight) value = column(other);
    add(std::move(value), {"", entry.name, {}, false, entry.position, false});
  }
  for (const Shared& s : shared) {
    const auto hide = [&](std::size_t i) {
      Scope::Column entry = joined.scope.columns[i];
      entry.hidden = true;
      add(column(i), std::move(entry));
    };
    if (!left_decides) hide(s.left);
    hide(s.right + left_columns);
  }
  out.plan = plan::make_plan(plan::Project{std::move(expressions)}, std::move(fields), std::move(joined.plan));
  return out;
}

}  // namespace

Relation cross(Relation left, Relation right, std::vector<Expression> outer) {
  Relation out;
  out.scope = scope_of_both(left, right);
  plan::Join join;
  join.outer = std::move(outer);
  out.plan = plan::make_join(std::move(join), std::move(left.plan), std::move(right.plan));
  return out;
}

namespace {

// Row by row: the first with the first. The rest of the longer side has NULLs beside it.
Relation bind_positional_join(Relation left, Relation right) {
  const std::size_t left_columns = left.scope.columns.size();
  const std::size_t right_columns = right.scope.columns.size();
  Relation out;
  out.scope = scope_of_both(left, right);
  plan::Join join;
  join.kind = JoinKind::kFull;
  const auto number = [](std::size_t column) { return Expression::column(static_cast<int>(column), TypeId::kBigInt); };
  join.keys.push_back({number(left_columns), number(right_columns), false});
  PlanPtr plan =
      plan::make_join(std::move(join), plan::with_row_number(std::move(left.plan), {}), plan::with_row_number(std::move(right.plan), {}));
  std::vector<Expression> outputs;
  Schema schema;
  for (std::size_t i = 0; i < plan->schema.size() - 1; ++i) {
    if (i == left_columns) continue;
    outputs.push_back(Expression::column(static_cast<int>(i), plan->schema[i].type));
    schema.push_back(plan->schema[i]);
  }
  out.plan = plan::make_plan(plan::Project{std::move(outputs)}, std::move(schema), std::move(plan));
  return out;
}

}  // namespace

Result<Relation> bind_join(const sql::Join& join, SourceSpan span, Relation left, Relation right, std::vector<Expression> outer,
                           const Context& context, Surroundings around) {
  if (join.kind == sql::JoinKind::kPositional) {
    if (!outer.empty()) return error(ErrorCode::kBinder, "the right side of a POSITIONAL JOIN cannot read the row of the left").at(span);
    return bind_positional_join(std::move(left), std::move(right));
  }
  if (join.asof && !outer.empty())
    return error(ErrorCode::kBinder, "the right side of an ASOF JOIN cannot read the row of the left").at(span);
  plan::Join node;
  node.kind = kind_of(join.kind);
  if (!outer.empty() && (node.kind == JoinKind::kRight || node.kind == JoinKind::kFull))
    return error(ErrorCode::kBinder, "the right side of a RIGHT or FULL JOIN cannot read the row of the left").at(span);
  node.outer = std::move(outer);
  const Scope both = scope_of_both(left, right);
  const std::size_t left_columns = left.scope.columns.size();
  const std::vector<Shared> shared = TRUENO_TRY(shared_columns(join, span, left, right));
  for (const Shared& s : shared) {
    node.keys.push_back(TRUENO_TRY(key_of(Expression::column(static_cast<int>(s.left), left.scope.columns[s.left].type),
                                          Expression::column(static_cast<int>(s.right), right.scope.columns[s.right].type), span, s.name)));
  }
  ExpressionBinder binder(context, both, std::move(around));
  if (join.condition) plan::add_join_condition(node, TRUENO_TRY(binder.bind_condition(*join.condition)), static_cast<int>(left_columns));
  Relation out;
  out.scope = has_columns_of_left(node.kind) ? left.scope : both;
  const JoinKind kind = node.kind;
  if (join.asof) {
    if (!shared.empty()) {  // the last column of USING is the one that is compared
      std::vector<int> behind_left(right.scope.columns.size());
      for (std::size_t i = 0; i < behind_left.size(); ++i) behind_left[i] = static_cast<int>(i + left_columns);
      plan::JoinKey last = std::move(node.keys.back());
      node.keys.pop_back();
      plan::remap_columns(last.right, behind_left);
      node.condition = TRUENO_TRY(binder.call(">=", {std::move(last.left), std::move(last.right)}, span));
    }
    out.plan = TRUENO_TRY(asof_join(std::move(node), span, std::move(left.plan), std::move(right.plan), binder));
  } else {
    out.plan = plan::make_join(std::move(node), std::move(left.plan), std::move(right.plan));
  }
  if (shared.empty() || has_columns_of_left(kind)) return out;
  return with_shared_once(std::move(out), shared, left_columns, kind);
}

}  // namespace trueno::bind
