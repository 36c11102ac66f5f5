// SET, RESET and SHOW.
#include <set>

#include "base/name.h"
#include "bind/binder.h"
#include "bind/scope.h"
#include "session/foreign_settings.h"
#include "session/row_builder.h"
#include "session/statement_runner.h"

namespace trueno::session {

Result<StatementResult> StatementRunner::run(const sql::Set& set) {
  if (set.scope == sql::SettingScope::kVariable)
    return error(ErrorCode::kNotSupported, "SET VARIABLE is not supported yet").at(set.name.span);
  const std::string value = TRUENO_TRY(setting_value(*set.value));
  if (same_name(set.name.text, "schema") || same_name(set.name.text, "search_path"))
    return use_schema(sql::QualifiedName{{{value, set.value->span}}});
  return this->set(set.name, value);
}

Result<StatementResult> StatementRunner::run(const sql::Reset& reset) {
  if (same_name(reset.name.text, "all")) {
    session_.settings().reset_all();
    return StatementResult{};
  }
  if (same_name(reset.name.text, "schema") || same_name(reset.name.text, "search_path")) {
    session_.use_schema(catalog::kMainSchema);
    return StatementResult{};
  }
  Status status = session_.settings().reset(reset.name.text);
  if (!status && !is_foreign_setting(reset.name.text)) return std::move(status).error().at(reset.name.span);
  return StatementResult{};
}

Result<StatementResult> StatementRunner::run(const sql::Show& show) {
  StatementResult result;
  result.is_query = true;
  const auto text_field = [](std::string_view name) { return Field{std::string(name), TypeId::kVarchar, false}; };
  const auto finish = [&](RowBuilder& rows) -> Result<StatementResult> {
    result.rows = TRUENO_TRY(rows.finish());
    return std::move(result);
  };
  const auto settings = [&]() -> Result<StatementResult> {
    result.schema = {text_field("name"), text_field("value"), text_field("description")};
    RowBuilder rows(result.schema);
    for (const Setting& setting : all_settings())
      TRUENO_TRY(rows.add({text(setting.name), text(settings_.text(setting.name)), text(setting.description)}));
    return finish(rows);
  };
  switch (show.kind) {
    case sql::ShowKind::kTables:
    case sql::ShowKind::kAllTables: {
      result.schema = {text_field("name")};
      RowBuilder rows(result.schema);
      std::set<std::string> names;
      for (const std::string& schema : {names_.path().current, names_.path().temporary}) {
        for (const catalog::ObjectName& name : changes_.root().names(catalog::Space::kRelation, schema)) names.insert(name.name);
      }
      for (const std::string& name : names) TRUENO_TRY(rows.add({text(name)}));
      return finish(rows);
    }
    case sql::ShowKind::kAllSettings: return settings();
    case sql::ShowKind::kName: {
      const std::string& name = show.name.last().text;
      const Result<std::string> setting = settings_.get(name);
      if (setting) {
        result.schema = {text_field(lower_name(name))};
        RowBuilder rows(result.schema);
        TRUENO_TRY(rows.add({text(*setting)}));
        return finish(rows);
      }
      if (names_.path().find(changes_.root(), catalog::Space::kRelation, show.name)) return describe(sql::Describe{false, show.name, {}});
      const std::string near = bind::nearest_name(name, {"ALL", "DATABASES", "SCHEMAS", "TABLES"});
      if (!near.empty())
        return error(ErrorCode::kCatalog, "SHOW does not know {}", name)
            .hint(fmt::format("did you mean SHOW {}?", near))
            .at(show.name.span());
      return Error(setting.error()).at(show.name.span());
    }
    case sql::ShowKind::kDatabases:
    case sql::ShowKind::kSchemas: break;
  }
  const bool databases = show.kind == sql::ShowKind::kDatabases;
  result.schema = {text_field(databases ? "database_name" : "schema_name")};
  RowBuilder rows(result.schema);
  if (databases) TRUENO_TRY(rows.add({text(kDatabaseName)}));
  for (const catalog::ObjectName& name : changes_.root().names(catalog::Space::kSchema)) {
    if (!databases) TRUENO_TRY(rows.add({text(name.name)}));
  }
  return finish(rows);
}

}  // namespace trueno::session
