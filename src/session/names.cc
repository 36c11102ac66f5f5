#include "session/names.h"

#include <algorithm>

#include "base/name.h"
#include "session/row_builder.h"
#include "session/table_function.h"
#include "storage/table/table_writer.h"

namespace trueno::session {

Error no_table(const Database& database, const sql::QualifiedName& name) {
  std::vector<std::string> names = database.catalog().table_names();
  for (std::string& view : database.catalog().view_names()) names.push_back(std::move(view));
  const std::string near = bind::nearest_name(name.last().text, names);
  return error(ErrorCode::kCatalog, "no table {}", name.to_string())
      .hint(near.empty() ? "a file is written in quotes: FROM 'data.parquet'" : fmt::format("did you mean {}?", near));
}

Result<int> column_number(const Schema& schema, const sql::Name& name) {
  const auto found = std::ranges::find_if(schema, [&](const Field& field) { return same_name(field.name, name.text); });
  if (found != schema.end()) return static_cast<int>(found - schema.begin());
  std::vector<std::string> names;
  for (const Field& field : schema) names.push_back(field.name);
  const std::string near = bind::nearest_name(name.text, names);
  return error(ErrorCode::kBinder, "no column \"{}\"", name.text)
      .hint(near.empty() ? "" : fmt::format("did you mean \"{}\"?", near))
      .at(name.span);
}

std::optional<bind::NamedQuery> Names::view(const sql::QualifiedName& name) const {
  const std::shared_ptr<const catalog::View> view = database_.catalog().find_view(name.last().text);
  if (!view) return std::nullopt;
  return bind::NamedQuery{view->query, view->columns};
}

Result<std::shared_ptr<const TableSource>> Names::table(const sql::QualifiedName& name, bool is_file) const {
  const std::string& last = name.last().text;
  if (is_file) return database_.open_file(last);
  const std::shared_ptr<const catalog::Table> table = database_.catalog().find_table(last);
  if (!table) return no_table(database_, name);
  return make_table_source(table->content.data, last, table->id, table->version);
}

Result<std::shared_ptr<const TableSource>> Names::table_function(const std::string& name, const std::vector<Value>& arguments) const {
  return open_table_function({database_, settings_}, name, arguments);
}

Result<std::shared_ptr<const TableSource>> Names::values(const Schema& schema,
                                                         const std::vector<std::vector<plan::Expression>>& rows) const {
  RowBuilder builder(schema);
  for (const auto& row : rows) {
    std::vector<Value> cells;
    for (const plan::Expression& expression : row) cells.push_back(TRUENO_TRY(constants_.evaluate(expression)));
    TRUENO_TRY(builder.add(cells));
  }
  return builder.finish_source("values");
}

}  // namespace trueno::session
