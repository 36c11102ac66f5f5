// SET, RESET and SHOW.
#include "base/name.h"
#include "bind/scope.h"
#include "session/row_builder.h"
#include "session/statement_runner.h"

namespace trueno::session {

Result<StatementResult> StatementRunner::run(const sql::Set& set) {
  if (set.scope == sql::SettingScope::kVariable)
    return error(ErrorCode::kNotSupported, "SET VARIABLE is not supported yet").at(set.name.span);
  std::string value;
  if (const auto* word = set.value->as<sql::ColumnRef>()) {  // SET backend = simd
    value = word->name.to_string();
  } else {
    const plan::Expression bound = TRUENO_TRY(bind::bind_constant(*set.value, bind_context()));
    value = TRUENO_TRY(constants_.evaluate(bound)).to_string();
  }
  Status status = session_.settings().set(set.name.text, value);
  if (!status) return std::move(status).error().at(set.name.span);
  return StatementResult{};
}

Result<StatementResult> StatementRunner::run(const sql::Reset& reset) {
  if (same_name(reset.name.text, "all")) {
    session_.settings().reset_all();
    return StatementResult{};
  }
  Status status = session_.settings().reset(reset.name.text);
  if (!status) return std::move(status).error().at(reset.name.span);
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
  const auto settings = [&](std::string_view wanted) -> Result<StatementResult> {  // empty: all
    result.schema = {text_field("name"), text_field("value"), text_field("description")};
    RowBuilder rows(result.schema);
    for (const Setting& setting : all_settings()) {
      if (wanted.empty() || same_name(wanted, setting.name))
        TRUENO_TRY(rows.add({text(setting.name), text(settings_.text(setting.name)), text(setting.description)}));
    }
    return finish(rows);
  };
  switch (show.kind) {
    case sql::ShowKind::kTables:
    case sql::ShowKind::kAllTables: {
      result.schema = {text_field("name")};
      RowBuilder rows(result.schema);
      std::vector<std::string> names = database_.catalog().table_names();
      for (std::string& view : database_.catalog().view_names()) names.push_back(std::move(view));
      std::ranges::sort(names);
      for (const std::string& name : names) TRUENO_TRY(rows.add({text(name)}));
      return finish(rows);
    }
    case sql::ShowKind::kAllSettings: return settings({});
    case sql::ShowKind::kName: {
      const std::string& name = show.name.last().text;
      const Result<std::string> setting = settings_.get(name);
      if (setting) return settings(name);
      if (database_.catalog().find_table(name)) return describe(TRUENO_TRY(names_.table(show.name, false))->schema());
      return Error(setting.error()).at(show.name.span());
    }
    case sql::ShowKind::kDatabases:
    case sql::ShowKind::kSchemas: break;
  }
  return error(ErrorCode::kNotSupported, "SHOW DATABASES and SHOW SCHEMAS are not supported yet");
}

}  // namespace trueno::session
