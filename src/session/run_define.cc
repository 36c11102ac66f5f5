// CREATE SEQUENCE, TYPE and MACRO.
#include <algorithm>

#include "base/int128.h"
#include "base/name.h"
#include "session/statement_runner.h"
#include "sql/printer.h"

namespace trueno::session {

using catalog::ObjectName;
using catalog::Space;

Result<StatementResult> StatementRunner::define_object(Space space, const sql::QualifiedName& written, bool temporary,
                                                       sql::OnExisting on_existing, catalog::Object object) {
  const ObjectName name = TRUENO_TRY(names_.path().place(changes_.root(), space, written, temporary));
  if (on_existing == sql::OnExisting::kIgnore && changes_.root().entries.contains(name)) return StatementResult{};
  Status created = changes_.create(name, std::move(object), on_existing == sql::OnExisting::kReplace);
  if (!created) return std::move(created).error().at(written.span());
  return StatementResult{};
}

Result<StatementResult> StatementRunner::run(const sql::CreateSequence& create) {
  const auto number = [&](const std::string& written, std::int64_t initial) -> Result<std::int64_t> {
    if (written.empty()) return initial;
    const std::optional<i128> value = parse_i128(written);
    if (!value || *value < INT64_MIN || *value > INT64_MAX)
      return error(ErrorCode::kOutOfRange, "{} is no BIGINT", written).at(create.name.span());
    return static_cast<std::int64_t>(*value);
  };
  catalog::SequenceRule rule;
  rule.increment = TRUENO_TRY(number(create.increment, 1));
  if (rule.increment == 0) return error(ErrorCode::kBinder, "a sequence must not increment by 0").at(create.name.span());
  const bool up = rule.increment > 0;
  rule.minimum = TRUENO_TRY(number(create.minimum, up ? 1 : INT64_MIN));
  rule.maximum = TRUENO_TRY(number(create.maximum, up ? INT64_MAX : -1));
  rule.start = TRUENO_TRY(number(create.start, up ? rule.minimum : rule.maximum));
  rule.cycle = create.cycle;
  if (rule.minimum > rule.maximum || rule.start < rule.minimum || rule.start > rule.maximum)
    return error(ErrorCode::kBinder, "a sequence from {} to {} cannot start with {}", rule.minimum, rule.maximum, rule.start)
        .at(create.name.span());
  return define_object(Space::kSequence, create.name, create.temporary, create.on_existing,
                       catalog::Sequence{std::make_shared<catalog::SequenceCounter>(rule)});
}

Result<StatementResult> StatementRunner::run(const sql::CreateType& create) {
  sql::TypeName type;
  if (create.type) type = *create.type;
  if (create.labels) {  // AS ENUM (query): its values, each once, in their order
    const StatementResult rows = TRUENO_TRY(run_plan(*TRUENO_TRY(plan_query(*create.labels))));
    if (rows.schema.size() != 1 || rows.schema[0].type.id != TypeId::kVarchar)
      return error(ErrorCode::kBinder, "the labels of an ENUM come from one VARCHAR column").at(create.name.span());
    type.kind = sql::TypeName::Kind::kEnum;
    for (std::int64_t row = 0; row < rows.rows.length; ++row) {
      const Value label = rows.rows.columns[0].value(row);
      if (label.is_null()) return error(ErrorCode::kInvalidInput, "a label of an ENUM cannot be NULL").at(create.name.span());
      if (std::ranges::find(type.labels, label.as_string()) == type.labels.end()) type.labels.push_back(label.as_string());
    }
  }
  static_cast<void>(TRUENO_TRY(bind::bind_type(type)));
  return define_object(Space::kType, create.name, create.temporary, create.on_existing, catalog::NamedType{sql::print(type)});
}

Result<StatementResult> StatementRunner::run(const sql::CreateMacro& create, std::string text) {
  for (const sql::MacroBody& body : create.bodies) {
    if ((body.query == nullptr) != (create.bodies.front().query == nullptr))
      return error(ErrorCode::kBinder, "the forms of a macro are all tables, or none").at(create.name.span());
    for (const sql::MacroParameter& parameter : body.parameters) {
      const auto same = [&](const sql::MacroParameter& other) { return same_name(other.name.text, parameter.name.text); };
      if (std::ranges::count_if(body.parameters, same) != 1)
        return error(ErrorCode::kBinder, "parameter {} is there twice", parameter.name.text).at(parameter.name.span);
    }
  }
  const Space space = create.bodies.front().query == nullptr ? Space::kMacro : Space::kTableMacro;
  return define_object(space, create.name, create.temporary, create.on_existing, catalog::Macro{std::move(text)});
}

}  // namespace trueno::session
