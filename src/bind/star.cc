// Items of SELECT: expressions, and what stands for several columns: *, * LIKE 'x%', COLUMNS(...). An expression around COLUMNS is bound
// once for each of them.
#include <algorithm>

#include "bind/query_binder.h"

namespace trueno::bind {

using plan::Expression;

namespace {

// The columns * stands for; with a table, those of the table in its order, also where USING hides one.
std::vector<std::size_t> columns_of_star(const sql::Star& star, const std::vector<Scope::Column>& columns) {
  std::vector<std::size_t> chosen;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].implicit) continue;
    const bool wanted = star.qualifier.empty() ? !columns[i].hidden : same_name(star.qualifier.last().text, columns[i].table);
    if (wanted) chosen.push_back(i);
  }
  if (!star.qualifier.empty()) std::ranges::sort(chosen, {}, [&](std::size_t i) { return std::pair(columns[i].position, i); });
  return chosen;
}

bool is_named(const Scope::Column& column, const sql::QualifiedName& name) {
  const std::size_t parts = name.parts.size();
  return same_name(name.last().text, column.name) &&
         (parts < 2 || column.table.empty() || same_name(name.parts[parts - 2].text, column.table));  // USING has put one in place of two
}

// Every table and column that a * names must be there.
Status check_star(const sql::Star& star, const std::vector<Scope::Column>& columns, SourceSpan span) {
  if (columns.empty()) return error(ErrorCode::kBinder, "* needs a FROM clause").at(span);
  const auto in_table = [&](const Scope::Column& column) {
    if (column.implicit) return false;
    return star.qualifier.empty() || same_name(star.qualifier.last().text, column.table);
  };
  if (std::ranges::none_of(columns, in_table))
    return error(ErrorCode::kBinder, "no table \"{}\" in FROM", star.qualifier.last().text).at(span);
  const auto check = [&](const sql::QualifiedName& name) -> Status {
    if (std::ranges::any_of(columns, [&](const Scope::Column& c) { return in_table(c) && is_named(c, name); })) return {};
    std::vector<std::string> all;
    for (const Scope::Column& column : columns) all.push_back(column.name);
    const std::string near = nearest_name(name.last().text, all);
    return error(ErrorCode::kBinder, "* has no column \"{}\"", name.last().text)
        .hint(near.empty() ? "" : fmt::format("did you mean \"{}\"?", near))
        .at(name.span())
        .at(span);
  };
  // Each column is named once: left out, replaced or renamed. With its table or without is the same, two tables of a USING are not.
  std::vector<const sql::QualifiedName*> named;
  const auto same = [](const sql::QualifiedName& a, const sql::QualifiedName& b) {
    const auto table = [](const sql::QualifiedName& name) { return name.parts.size() > 1 ? name.parts[name.parts.size() - 2].text : ""; };
    return same_name(a.last().text, b.last().text) && (table(a).empty() || table(b).empty() || same_name(table(a), table(b)));
  };
  const auto once = [&](const sql::QualifiedName& name) -> Status {
    TRUENO_TRY(check(name));
    if (std::ranges::any_of(named, [&](const sql::QualifiedName* other) { return same(name, *other); }))
      return error(ErrorCode::kBinder, "column \"{}\" is named twice behind *", name.to_string()).at(span);
    named.push_back(&name);
    return {};
  };
  for (const sql::QualifiedName& name : star.exclude) TRUENO_TRY(once(name));
  for (const sql::StarRename& rename : star.rename) TRUENO_TRY(once(rename.from));
  std::vector<sql::QualifiedName> replaced;
  replaced.reserve(star.replace.size());
  for (const sql::StarReplacement& replacement : star.replace) {
    replaced.push_back(sql::QualifiedName{{replacement.name}});
    TRUENO_TRY(once(replaced.back()));
  }
  return {};
}

const sql::Star* star_of_pattern(const sql::Expression& expression) {
  const auto* like = expression.as<sql::Like>();
  return like == nullptr ? nullptr : like->value->as<sql::Star>();
}

}  // namespace

// What * stands for, changed as it says.
Result<QueryBinder::ColumnSet> QueryBinder::star_columns(const sql::Star& star, SourceSpan span, ExpressionBinder& binder,
                                                         const Scope& scope) {
  const auto& columns = scope.columns;
  TRUENO_TRY(check_star(star, columns, span));
  ColumnSet set;
  for (const std::size_t i : columns_of_star(star, columns)) {
    if (std::ranges::any_of(star.exclude, [&](const sql::QualifiedName& name) { return is_named(columns[i], name); })) continue;
    std::string name = columns[i].name;
    Expression value = Expression::column(static_cast<int>(i), columns[i].type);
    value.span = span;
    for (const sql::StarReplacement& replacement : star.replace) {
      if (same_name(replacement.name.text, name)) value = TRUENO_TRY(binder.bind(*replacement.expression));
    }
    for (const sql::StarRename& rename : star.rename) {
      if (is_named(columns[i], rename.from)) name = rename.to.text;
    }
    set.values.push_back(std::move(value));
    set.names.push_back(std::move(name));
  }
  return set;
}

// Those whose name passes a test, which is asked with each name as a literal.
Result<QueryBinder::ColumnSet> QueryBinder::columns_that(const ColumnSet& all, SourceSpan span,
                                                         const std::function<Result<Expression>(Expression name)>& test) {
  ColumnSet set;
  for (std::size_t i = 0; i < all.names.size(); ++i) {
    const Expression passes = Expression::cast(TRUENO_TRY(test(Expression::literal(Value::varchar(all.names[i])))), TypeId::kBoolean);
    if (!passes.is_constant()) return error(ErrorCode::kBinder, "columns are chosen by their names alone").at(span);
    const Value value = TRUENO_TRY(context_.constants.evaluate(passes));
    if (value.is_null() || !value.as_bool()) continue;
    set.values.push_back(all.values[i]);
    set.names.push_back(all.names[i]);
  }
  if (set.values.empty()) return error(ErrorCode::kBinder, "no column has such a name").at(span);
  return set;
}

Result<QueryBinder::ColumnSet> QueryBinder::columns_by(const sql::Expression& choice, ExpressionBinder& binder, const Scope& scope) {
  const SourceSpan span = choice.span;
  if (const auto* star = choice.as<sql::Star>()) return star_columns(*star, span, binder, scope);
  if (const sql::Star* star = star_of_pattern(choice)) {
    if (!star->replace.empty() || !star->rename.empty())
      return error(ErrorCode::kBinder, "* is chosen from by a pattern, or changed by REPLACE and RENAME, not both").at(span);
    const ColumnSet all = TRUENO_TRY(star_columns(*star, span, binder, scope));
    return columns_that(all, span, [&](Expression name) -> Result<Expression> {
      ExpressionBinder names(context_, scope);
      names.set_shortcut([&](const sql::Expression& e) { return e.is<sql::Star>() ? std::optional(name) : std::nullopt; });
      return names.bind(choice);
    });
  }
  if (const auto* list = choice.as<sql::ListValue>()) {
    std::vector<int> numbers;
    for (const auto& element : list->elements) {
      const auto* column = element->as<sql::ColumnRef>();
      const auto* text = element->as<sql::Literal>();
      if (column == nullptr && (text == nullptr || text->kind != sql::LiteralKind::kString))
        return error(ErrorCode::kBinder, "COLUMNS takes a list of names").at(element->span);
      const sql::QualifiedName name = column != nullptr ? column->name : sql::QualifiedName{{sql::Name{text->text, element->span}}};
      numbers.push_back(TRUENO_TRY(scope.find(name)));
    }
    if (numbers.empty()) return error(ErrorCode::kBinder, "COLUMNS of an empty list").at(span);
    std::ranges::sort(numbers);  // in the order of FROM
    ColumnSet set;
    for (const int number : numbers) {
      set.values.push_back(Expression::column(number, scope.columns[static_cast<std::size_t>(number)].type));
      set.names.push_back(scope.columns[static_cast<std::size_t>(number)].name);
    }
    return set;
  }
  const ColumnSet all = TRUENO_TRY(star_columns(sql::Star{}, span, binder, scope));
  if (const std::vector<sql::Name> parameters = sql::lambda_parameters(choice); !parameters.empty()) {
    return columns_that(all, span, [&](Expression name) -> Result<Expression> {
      ExpressionBinder names(context_, scope);
      names.set_shortcut([&](const sql::Expression& e) {
        const auto* column = e.as<sql::ColumnRef>();
        const bool is_parameter =
            column != nullptr && column->name.parts.size() == 1 && same_name(column->name.last().text, parameters.front().text);
        return is_parameter ? std::optional(name) : std::nullopt;
      });
      return names.bind(*sql::lambda_body(choice));
    });
  }
  const Expression pattern = TRUENO_TRY(bind_constant(choice, context_));
  if (pattern.type.id != TypeId::kVarchar)
    return error(ErrorCode::kBinder, "COLUMNS takes a pattern, a list of names or a lambda").at(span);
  return columns_that(all, span, [&](Expression name) { return binder.call("regexp_matches", {std::move(name), pattern}, span); });
}

// The expression; once for each column, where COLUMNS is part of it. `names`: of the columns, none without COLUMNS.
Result<std::vector<Expression>> QueryBinder::bind_each(const sql::Expression& expression, ExpressionBinder& binder, const Scope& scope,
                                                       std::vector<std::string>& names, bool as_order) {
  ColumnSet set;
  std::size_t at = 0;
  const auto expand = [&](const sql::Columns& node) -> Result<ColumnSet> {
    ExpressionBinder plain(context_, scope, around());
    return columns_by(*node.argument, plain, scope);
  };
  binder.allow_columns(
      [&](const sql::Columns& node, SourceSpan span) -> Result<Expression> {
        const ColumnSet found = TRUENO_TRY(expand(node));
        if (found.names.empty()) return error(ErrorCode::kBinder, "* leaves no column").at(span);
        if (set.names.empty()) set = found;
        if (set.names != found.names)
          return error(ErrorCode::kBinder, "several COLUMNS in one expression must choose the same ones").at(span);
        return found.values[at];
      },
      [&](const sql::Columns& node) -> Result<std::vector<Expression>> { return TRUENO_TRY(expand(node)).values; });
  std::vector<Expression> bound;
  Status status;
  do {
    Result<Expression> one = as_order ? binder.bind_order(expression) : binder.bind(expression);
    if (!one) {
      status = std::move(one).error();
      break;
    }
    bound.push_back(std::move(*one));
  } while (++at < set.names.size());
  binder.allow_columns({}, {});
  TRUENO_TRY(status);
  names = std::move(set.names);
  return bound;
}

Result<Expression> QueryBinder::bind_conditions(const sql::Expression& expression, ExpressionBinder& binder, const Scope& scope) {
  std::vector<std::string> names;
  std::vector<Expression> all;
  for (Expression& e : TRUENO_TRY(bind_each(expression, binder, scope, names)))
    all.push_back(TRUENO_TRY(binder.as_condition(std::move(e), expression.span)));
  return plan::conjunction(std::move(all));
}

Status QueryBinder::bind_item(const sql::SelectItem& item, ExpressionBinder& binder, const Relation& input,
                              std::vector<Expression>& outputs, std::vector<std::string>& names) {
  const sql::Expression& expression = *item.expression;
  if (expression.is<sql::Star>() || star_of_pattern(expression) != nullptr) {
    ColumnSet set = TRUENO_TRY(columns_by(expression, binder, input.scope));
    if (!item.alias.empty()) {
      for (std::string& name : set.names) name = TRUENO_TRY(alias_of_column(item.alias.text, expression, name, binder));
    }
    std::ranges::move(set.values, std::back_inserter(outputs));
    std::ranges::move(set.names, std::back_inserter(names));
    return {};
  }
  std::vector<std::string> chosen;
  std::vector<Expression> bound = TRUENO_TRY(bind_each(expression, binder, input.scope, chosen));
  for (std::size_t i = 0; i < bound.size(); ++i) {
    std::string name = item.alias.text;
    if (!name.empty() && !chosen.empty()) name = TRUENO_TRY(alias_of_column(name, expression, chosen[i], binder));
    if (const auto* column = expression.as<sql::ColumnRef>(); name.empty() && column != nullptr) name = column->name.last().text;
    if (name.empty() && expression.is<sql::Columns>()) name = chosen[i];
    names.push_back(std::move(name));
    outputs.push_back(std::move(bound[i]));
  }
  return {};
}

// COLUMNS('(.*)_old') AS '\1': the name with what the pattern's groups matched in it.
Result<std::string> QueryBinder::alias_of_column(const std::string& alias, const sql::Expression& expression, const std::string& column,
                                                 const ExpressionBinder& binder) {
  const auto* columns = expression.as<sql::Columns>();
  const auto* like = expression.as<sql::Like>();
  const auto* pattern = columns != nullptr ? columns->argument->as<sql::Literal>() : nullptr;
  if (like != nullptr && like->kind == sql::LikeKind::kSimilarTo) pattern = like->pattern->as<sql::Literal>();
  if (pattern == nullptr || alias.find('\\') == std::string::npos) return alias;
  std::string name;
  for (std::size_t i = 0; i < alias.size(); ++i) {
    if (alias[i] != '\\' || i + 1 == alias.size() || alias[i + 1] < '0' || alias[i + 1] > '9') {
      name += alias[i];
      continue;
    }
    const Expression group =
        TRUENO_TRY(binder.call("regexp_extract",
                               {Expression::literal(Value::varchar(column)), Expression::literal(Value::varchar(pattern->text)),
                                Expression::literal(Value::integer(alias[++i] - '0'))},
                               expression.span));
    const Value text = TRUENO_TRY(context_.constants.evaluate(group));
    if (!text.is_null()) name += text.as_string();
  }
  return name;
}

}  // namespace trueno::bind
