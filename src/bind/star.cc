// Items of SELECT: expressions, and the columns that * stands for.
#include "bind/query_binder.h"

#include <algorithm>

namespace trueno::bind {

using plan::Expression;
using plan::PlanPtr;

namespace {

std::string name_of(const sql::SelectItem& item) {
  if (!item.alias.empty()) return item.alias.text;
  if (const auto* column = item.expression->as<sql::ColumnRef>()) return column->name.last().text;
  return {};
}

}  // namespace

Status QueryBinder::bind_item(const sql::SelectItem& item, ExpressionBinder& binder, const Relation& input,
                              std::vector<Expression>& outputs, std::vector<std::string>& names) {
  const auto* star = item.expression->as<sql::Star>();
  if (star == nullptr) {
    Expression bound = TRUENO_TRY(binder.bind(*item.expression));
    names.push_back(name_of(item));
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
std::vector<std::size_t> QueryBinder::columns_of_star(const sql::Star& star, const std::vector<Scope::Column>& columns) {
  std::vector<std::size_t> chosen;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const bool wanted = star.qualifier.empty() ? !columns[i].hidden : same_name(star.qualifier.last().text, columns[i].table);
    if (wanted) chosen.push_back(i);
  }
  if (!star.qualifier.empty()) std::ranges::sort(chosen, {}, [&](std::size_t i) { return std::pair(columns[i].position, i); });
  return chosen;
}

// Every table and column that a * names must be there.
Status QueryBinder::check_star(const sql::Star& star, const std::vector<Scope::Column>& columns, SourceSpan span) {
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

}  // namespace trueno::bind
