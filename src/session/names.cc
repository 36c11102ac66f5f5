#include "session/names.h"

#include <algorithm>

#include "base/name.h"
#include "plan/fingerprint.h"
#include "session/catalog_tables.h"
#include "session/row_builder.h"
#include "session/table_function.h"
#include "sql/parser.h"
#include "storage/table/table_writer.h"

namespace trueno::session {

Error no_table(const catalog::Root& root, const sql::QualifiedName& name) {
  std::vector<std::string> names;
  for (const catalog::ObjectName& other : root.names(catalog::Space::kRelation)) {
    if (!catalog::Catalog::is_temporary(other.schema)) names.push_back(other.name);
  }
  const std::string near = bind::nearest_name(name.last().text, names);
  return error(ErrorCode::kCatalog, "no table {}", name.to_string())
      .hint(near.empty() ? "a file is written in quotes: FROM 'data.parquet'" : fmt::format("did you mean {}?", near));
}

Result<std::shared_ptr<const catalog::Table>> find_table(const catalog::Root& root, const SearchPath& path, const std::string& written) {
  const sql::ExpressionPtr name = TRUENO_TRY(sql::parse_expression(written));
  const auto* column = name->as<sql::ColumnRef>();
  if (column == nullptr) return error(ErrorCode::kCatalog, "'{}' is not the name of a table", written);
  const auto found = path.find(root, catalog::Space::kRelation, column->name);
  std::shared_ptr<const catalog::Table> table = found ? root.find<catalog::Table>(*found) : nullptr;
  if (!table) return no_table(root, column->name);
  return table;
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
  const std::shared_ptr<const catalog::View> view = find<catalog::View>(catalog::Space::kRelation, name);
  if (!view) return std::nullopt;
  return bind::NamedQuery{view->query, view->columns};
}

Result<std::shared_ptr<const TableSource>> Names::table(const sql::QualifiedName& name, bool is_file) const {
  if (is_file) return database_.open_file(name.last().text);
  const auto table = find<catalog::Table>(catalog::Space::kRelation, name);
  if (!table && name.parts.size() == 2 && same_name(name.parts[0].text, "information_schema")) {
    auto standard = TRUENO_TRY(catalog_table("information_schema." + lower_name(name.last().text), changes_.root(), path_));
    if (standard) return standard;
  }
  if (!table) return no_table(changes_.root(), name);
  return make_table_source(table->content.data, table->name.to_string(), table->id, table->version);
}

Result<std::shared_ptr<const TableSource>> Names::table_function(const std::string& name, const std::vector<Value>& arguments,
                                                                 const bind::NamedValues& options) const {
  return open_table_function({database_, settings_, changes_.root(), path_, options}, name, arguments);
}

Result<std::shared_ptr<const TableSource>> Names::values(const Schema& schema,
                                                         const std::vector<std::vector<plan::Expression>>& rows) const {
  constexpr std::size_t kLongestIdentity = 65'536;  // what is longer is cheaper to read than to compare
  RowBuilder builder(schema);
  std::string identity = "values ";
  for (const auto& row : rows) {
    std::vector<Value> cells;
    for (const plan::Expression& expression : row) {
      auto value = constants_.evaluate(expression);
      if (!value) return std::move(value).error().at(expression.span);
      if (identity.size() < kLongestIdentity) identity += plan::exact_text(*value);
      cells.push_back(*std::move(value));
    }
    TRUENO_TRY(builder.add(cells));
  }
  return builder.finish_source("values", identity.size() < kLongestIdentity ? std::move(identity) : std::string());
}

}  // namespace trueno::session
