// Macros are expanded in the syntax tree, before anything has a type: what is bound is as if the text had been written there.
#include "session/expand.h"

#include <algorithm>
#include <map>

#include "base/name.h"
#include "base/number_text.h"
#include "session/sequences.h"
#include "sql/parser.h"
#include "sql/printer.h"
#include "sql/walk.h"

namespace trueno::session {

namespace {

using catalog::Space;

constexpr std::string_view kCurrentSetting = "current_setting";
constexpr int kDeepest = 64;           // macros that call macros
constexpr int kMostExpansions = 4096;  // of one statement: macros that call others twice grow exponentially

// A copy whose parts all stand at `span`.
Result<sql::ExpressionPtr> copy(const sql::Expression& expression, SourceSpan span) {
  sql::ExpressionPtr out = TRUENO_TRY(sql::parse_expression(sql::print(expression)));
  TRUENO_TRY(sql::walk(out, {.expression = [span](sql::ExpressionPtr& part) -> Status {
                         part->span = span;
                         return {};
                       }}));
  return out;
}

using Arguments = std::map<std::string, const sql::Expression*>;  // by lower-case parameter

class Expander {
 public:
  Expander(const catalog::Root& root, const SearchPath& path, const Settings& settings) : root_(root), path_(path), settings_(settings) {}

  sql::Visitor visitor() {
    return {.expression = [this](sql::ExpressionPtr& part) { return expression(part); },
            .table = [this](sql::TableRefPtr& part) { return table(part); },
            .type = [this](sql::TypeName& part) { return type(part); }};
  }

 private:
  // current_setting('name'): a number, a truth value or a text, as the setting is.
  Status setting(sql::ExpressionPtr& part, const sql::FunctionCall& call) {
    const auto* name = call.arguments.size() == 1 ? call.arguments[0].value->as<sql::Literal>() : nullptr;
    if (name == nullptr || name->kind != sql::LiteralKind::kString)
      return error(ErrorCode::kBinder, "{} takes the name of a setting as text", kCurrentSetting).at(part->span);
    const Result<std::string> value = settings_.get(name->text);
    if (!value) return Error(value.error()).at(part->span);
    sql::LiteralKind kind = parse_i128(*value) ? sql::LiteralKind::kInteger : sql::LiteralKind::kString;
    if (*value == "true" || *value == "false") kind = sql::LiteralKind::kBoolean;
    part = TRUENO_TRY(copy(sql::Expression(sql::Literal{kind, *value}, part->span), part->span));
    return {};
  }

  Status expression(sql::ExpressionPtr& part) {
    const auto* call = part->as<sql::FunctionCall>();
    if (call == nullptr) return {};
    if (call->name.parts.size() == 1 && same_name(call->name.last().text, kCurrentSetting)) return setting(part, *call);
    const auto macro = find(Space::kMacro, call->name);
    if (!macro) return {};
    const SourceSpan span = part->span;
    if (call->distinct || call->filter || call->over || !call->order_by.empty())
      return error(ErrorCode::kBinder, "{} is a macro: it takes arguments and nothing else", call->name.to_string()).at(span);
    const sql::StatementPtr definition = TRUENO_TRY(read(*macro));
    sql::MacroBody& body = *TRUENO_TRY(overload(*definition, *call, span));
    sql::ExpressionPtr inside = std::move(body.expression);
    TRUENO_TRY(enter(span));
    TRUENO_TRY(sql::walk(inside, substitution(TRUENO_TRY(arguments(body, *call, span)), span)));
    const Status expanded = sql::walk(inside, visitor());
    --depth_;
    TRUENO_TRY(expanded);
    part = std::move(inside);
    return {};
  }

  Status table(sql::TableRefPtr& part) {
    const auto* function = part->as<sql::FunctionTable>();
    if (function == nullptr) return {};
    const sql::FunctionCall& call = function->call;
    const auto macro = find(Space::kTableMacro, call.name);
    if (!macro) return {};
    const SourceSpan span = part->span;
    if (function->with_ordinality) return error(ErrorCode::kNotSupported, "WITH ORDINALITY of a macro is not supported").at(span);
    const sql::StatementPtr definition = TRUENO_TRY(read(*macro));
    sql::MacroBody& body = *TRUENO_TRY(overload(*definition, call, span));
    sql::QueryPtr inside = std::move(body.query);
    TRUENO_TRY(enter(span));
    TRUENO_TRY(sql::walk(*inside, substitution(TRUENO_TRY(arguments(body, call, span)), span)));
    const Status expanded = sql::walk(*inside, visitor());
    --depth_;
    TRUENO_TRY(expanded);
    if (part->alias.empty()) part->alias = call.name.last();
    part->node = sql::SubqueryTable{std::move(inside), function->lateral};
    return {};
  }

  Status type(sql::TypeName& part) {
    if (part.kind != sql::TypeName::Kind::kNamed || !part.modifiers.empty()) return {};
    const auto name = path_.find(root_, Space::kType, part.name);
    if (!name) return {};
    const SourceSpan span = part.span;
    part = TRUENO_TRY(sql::parse_type_name(root_.find<catalog::NamedType>(*name)->type));
    part.span = span;
    return {};
  }

  [[nodiscard]] std::shared_ptr<const catalog::Macro> find(Space space, const sql::QualifiedName& name) const {
    const auto found = path_.find(root_, space, name);
    return found ? root_.find<catalog::Macro>(*found) : nullptr;
  }

  static Result<sql::StatementPtr> read(const catalog::Macro& macro) {
    std::vector<sql::StatementPtr> statements = TRUENO_TRY(sql::parse(macro.statement));
    return std::move(statements.front());
  }

  // The body that takes this many arguments.
  static Result<sql::MacroBody*> overload(sql::Statement& definition, const sql::FunctionCall& call, SourceSpan span) {
    auto* macro = definition.as<sql::CreateMacro>();
    TRUENO_ASSERT(macro != nullptr);
    for (sql::MacroBody& body : macro->bodies) {
      const auto needed = std::ranges::count_if(body.parameters, [](const sql::MacroParameter& p) { return p.default_value == nullptr; });
      const auto given = static_cast<std::ptrdiff_t>(call.arguments.size());
      if (given >= needed && given <= static_cast<std::ptrdiff_t>(body.parameters.size())) return &body;
    }
    std::string parameters;
    for (const sql::MacroParameter& p : macro->bodies.front().parameters) parameters += (parameters.empty() ? "" : ", ") + p.name.text;
    return error(ErrorCode::kBinder, "macro {} does not take {} arguments", call.name.to_string(), call.arguments.size())
        .hint(fmt::format("{}({})", call.name.last().text, parameters))
        .at(span);
  }

  // What each parameter stands for. Points into the body's defaults and into the call.
  static Result<Arguments> arguments(const sql::MacroBody& body, const sql::FunctionCall& call, SourceSpan span) {
    Arguments values;
    std::size_t at = 0;
    for (const sql::Argument& argument : call.arguments) {
      if (argument.name.empty()) {
        values[lower_name(body.parameters[at++].name.text)] = argument.value.get();
        continue;
      }
      const auto named = [&](const sql::MacroParameter& p) { return same_name(p.name.text, argument.name.text); };
      if (std::ranges::none_of(body.parameters, named))
        return error(ErrorCode::kBinder, "macro {} has no parameter {}", call.name.to_string(), argument.name.text).at(argument.name.span);
      if (!values.emplace(lower_name(argument.name.text), argument.value.get()).second)
        return error(ErrorCode::kBinder, "parameter {} is there twice", argument.name.text).at(argument.name.span);
    }
    for (const sql::MacroParameter& parameter : body.parameters) {
      if (values.contains(lower_name(parameter.name.text))) continue;
      if (parameter.default_value == nullptr)
        return error(ErrorCode::kBinder, "macro {} needs a value for {}", call.name.to_string(), parameter.name.text).at(span);
      values[lower_name(parameter.name.text)] = parameter.default_value.get();
    }
    return values;
  }

  static sql::Visitor substitution(Arguments values, SourceSpan span) {
    return {.expression = [values = std::move(values), span](sql::ExpressionPtr& part) -> Status {
      part->span = span;
      const auto* column = part->as<sql::ColumnRef>();
      if (column == nullptr || column->name.parts.size() != 1) return {};
      const auto value = values.find(lower_name(column->name.last().text));
      if (value != values.end()) part = TRUENO_TRY(copy(*value->second, span));
      return {};
    }};
  }

  Status enter(SourceSpan span) {
    if (++depth_ > kDeepest) return error(ErrorCode::kBinder, "macros call each other more than {} deep", kDeepest).at(span);
    if (++expansions_ > kMostExpansions) return error(ErrorCode::kBinder, "macros are called more than {} times", kMostExpansions).at(span);
    return {};
  }

  const catalog::Root& root_;
  const SearchPath& path_;
  const Settings& settings_;
  int depth_ = 0;
  int expansions_ = 0;
};

}  // namespace

bool has_expansions(std::string_view sql, const catalog::Root& root, const SearchPath& path) {
  if (lower_name(sql).find(kCurrentSetting) != std::string::npos) return true;
  return std::ranges::any_of(std::initializer_list<Space>{Space::kMacro, Space::kTableMacro, Space::kType, Space::kSequence},
                             [&](Space space) { return !path.visible(root, space).empty(); });
}

Status expand(sql::Statement& statement, const catalog::Root& root, const SearchPath& path, const Settings& settings) {
  Expander expander(root, path, settings);
  TRUENO_TRY(sql::walk(statement, expander.visitor()));
  const auto* explain = statement.as<sql::Explain>();
  return draw_sequences(statement, root, path, explain == nullptr || explain->analyze);
}

}  // namespace trueno::session
