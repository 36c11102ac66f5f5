#include "session/completion.h"

#include <algorithm>
#include <utility>

#include "base/name.h"
#include "bind/scope.h"
#include "session/database.h"
#include "session/table_function.h"
#include "sql/completion.h"
#include "sql/printer.h"

namespace trueno::session {

namespace {

bool begins_with(std::string_view name, std::string_view prefix) {
  return name.size() >= prefix.size() && same_name(name.substr(0, prefix.size()), prefix);
}

bool is_word(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  });
}

Schema columns_of(const Database& database, const sql::NamedSource& source) {
  const catalog::ObjectName name{catalog::Space::kRelation, catalog::kMainSchema, lower_name(source.table)};
  if (const auto table = database.catalog().root()->find<catalog::Table>(name)) return table->data().schema;
  if (source.table.find('.') == std::string::npos) return {};
  const auto file = database.open_file(source.table);
  return file ? (*file)->schema() : Schema{};
}

// The name a source is called by: its alias, or the last part of its table.
std::string_view called(const sql::NamedSource& source) {
  if (!source.alias.empty()) return source.alias;
  const std::string_view table = source.table;
  const std::size_t dot = table.rfind('.');
  return dot == std::string_view::npos ? table : table.substr(dot + 1);
}

}  // namespace

Completions complete(const Database& database, std::string_view sql, std::size_t cursor) {
  const sql::Completion place = sql::complete(sql, cursor);
  Completions out{place.replaces, {}};
  const auto add = [&](std::string_view name, CandidateKind kind) {
    if (!begins_with(name, place.prefix)) return;
    std::string text = kind == CandidateKind::kTable || kind == CandidateKind::kColumn ? sql::quote_identifier(name) : std::string(name);
    const auto same = [&](const Candidate& known) { return known.text == text && known.kind == kind; };
    if (std::ranges::none_of(out.candidates, same)) out.candidates.push_back({std::move(text), kind});
  };
  if (place.column) {
    for (const sql::NamedSource& source : place.sources) {
      if (!place.qualifier.empty() && !same_name(place.qualifier, called(source))) continue;
      for (const Field& field : columns_of(database, source)) add(field.name, CandidateKind::kColumn);
    }
  }
  if (place.table && place.qualifier.empty()) {
    for (const catalog::ObjectName& name : database.catalog().root()->names(catalog::Space::kRelation, catalog::kMainSchema))
      add(name.name, CandidateKind::kTable);
    for (const TableFunction& function : table_functions()) add(function.name, CandidateKind::kTableFunction);
  }
  if (place.function) {
    for (const std::string& name : database.functions().names()) {
      if (is_word(name)) add(name, CandidateKind::kFunction);
    }
  }
  if (place.type) {
    for (const std::string_view name : type_names()) add(name, CandidateKind::kType);
  }
  if (place.setting) {
    for (const Setting& setting : all_settings()) add(setting.name, CandidateKind::kSetting);
  }
  std::ranges::sort(out.candidates, {},
                    [](const Candidate& candidate) { return std::pair(std::string_view(candidate.text), candidate.kind); });
  for (const std::string& keyword : place.keywords) out.candidates.push_back({keyword, CandidateKind::kKeyword});
  return out;
}

}  // namespace trueno::session
