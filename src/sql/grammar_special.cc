// Forms with words inside their parentheses (CASE, CAST, EXTRACT, SUBSTRING, ...), intervals and typed literals.
#include <algorithm>
#include <array>

#include "sql/grammar.h"

namespace trueno::sql {

namespace {

// Names of types that may stand before a string: DATE '2024-01-01'. A closed list, so that `WHERE name 'x'` is an error about a missing
// operator.
constexpr auto kTypesBeforeStrings = std::to_array<std::string_view>(
    {"bigint",  "bit",       "blob",        "bool",         "boolean",      "bytea",       "char",         "character",
     "date",    "datetime",  "dec",         "decimal",      "double",       "float",       "float4",       "float8",
     "hugeint", "int",       "int1",        "int2",         "int4",         "int8",        "integer",      "json",
     "long",    "national",  "numeric",     "real",         "short",        "smallint",    "string",       "text",
     "time",    "timestamp", "timestamptz", "timestamp_ms", "timestamp_ns", "timestamp_s", "timestamp_us", "timetz",
     "tinyint", "ubigint",   "uhugeint",    "uinteger",     "usmallint",    "utinyint",    "uuid",         "varchar"});

struct UnitName {
  std::string_view written;
  std::string_view canonical;
};

constexpr auto kUnits = std::to_array<UnitName>({
    {"year", "year"},
    {"years", "year"},
    {"quarter", "quarter"},
    {"quarters", "quarter"},
    {"month", "month"},
    {"months", "month"},
    {"week", "week"},
    {"weeks", "week"},
    {"day", "day"},
    {"days", "day"},
    {"hour", "hour"},
    {"hours", "hour"},
    {"minute", "minute"},
    {"minutes", "minute"},
    {"second", "second"},
    {"seconds", "second"},
    {"millisecond", "millisecond"},
    {"milliseconds", "millisecond"},
    {"microsecond", "microsecond"},
    {"microseconds", "microsecond"},
    {"decade", "decade"},
    {"decades", "decade"},
    {"century", "century"},
    {"centuries", "century"},
    {"millennium", "millennium"},
    {"millennia", "millennium"},
});

std::string_view unit_name(std::string_view word) {
  const auto found = std::ranges::find_if(kUnits, [word](const UnitName& unit) { return equal_ignoring_case(unit.written, word); });
  return found == kUnits.end() ? std::string_view() : found->canonical;
}

}  // namespace

// CASE [expression] {WHEN expression THEN expression} [ELSE expression] END
Result<ExpressionPtr> Grammar::case_expression() {
  const SourceSpan opening = cursor_.current().span;
  cursor_.advance();
  Case node;
  if (!cursor_.at("WHEN"_t)) node.operand = TRUENO_TRY(expression());
  while (cursor_.accept("WHEN"_t)) {
    ExpressionPtr when = TRUENO_TRY(expression());
    if (!cursor_.accept("THEN"_t)) return unexpected("THEN");
    node.branches.push_back({std::move(when), TRUENO_TRY(expression())});
  }
  if (node.branches.empty()) return unexpected("WHEN");
  if (cursor_.accept("ELSE"_t)) node.otherwise = TRUENO_TRY(expression());
  if (!cursor_.accept("END"_t)) {
    if (cursor_.at_end()) return error(ErrorCode::kParser, "CASE without END").hint("add END after the last branch").at(opening);
    return unexpected(node.otherwise == nullptr ? "WHEN, ELSE or END" : "END");
  }
  return make(std::move(node), cursor_.span_since(opening.begin));
}

// (CAST | TRY_CAST) "(" expression AS type ")"
Result<ExpressionPtr> Grammar::cast(bool trying) {
  const std::uint32_t begin = cursor_.begin();
  // CAST(* AS t) is what the printer writes for *::t: a star may stand in a cast where it may stand alone.
  const bool may_be_star = cursor_.position() == star_position_;
  cursor_.advance();
  const SourceSpan opening = cursor_.current().span;
  TRUENO_TRY(expect("("_t));
  Cast node;
  node.trying = trying;
  node.operand = TRUENO_TRY(may_be_star ? expression_after_star() : expression());
  if (!cursor_.accept("AS"_t)) return unexpected("AS and a type");
  node.type = std::make_unique<TypeName>(TRUENO_TRY(type_name()));
  TRUENO_TRY(expect_closing(")"_t, opening));
  return make(std::move(node), cursor_.span_since(begin));
}

// INTERVAL (string | number | "(" expression ")" | parameter | name) [unit]; otherwise a column named interval.
Result<ExpressionPtr> Grammar::interval() {
  const Token& next = cursor_.ahead(1);
  const bool is_name = next.kind == TokenKind::kIdentifier && !unit_name(cursor_.text(cursor_.ahead(2))).empty();
  switch (next.kind) {
    case TokenKind::kString:
    case TokenKind::kInteger:
    case TokenKind::kDecimal:
    case TokenKind::kParameter: break;
    default:
      if (next.terminal != "("_t && !is_name) return path();
  }
  const std::uint32_t begin = cursor_.begin();
  cursor_.advance();
  IntervalLiteral node;
  node.value = TRUENO_TRY(expression(Precedence::kPostfix));
  node.unit = TRUENO_TRY(interval_unit());
  return make(std::move(node), cursor_.span_since(begin));
}

// [unit [TO unit]]
Result<std::string> Grammar::interval_unit() {
  const std::string_view unit = unit_name(cursor_.text(cursor_.current()));
  if (unit.empty()) return std::string();
  cursor_.advance();
  const std::string_view upto = unit_name(cursor_.text(cursor_.ahead(1)));
  if (!cursor_.at("TO"_t) || upto.empty()) return std::string(unit);
  cursor_.advance();
  cursor_.advance();
  return fmt::format("{} to {}", unit, upto);
}

// A type name and then a string. The type may have modifiers or several words.
bool Grammar::at_typed_literal() const {
  const Token& type = cursor_.current();
  if (type.kind == TokenKind::kQuoted ||
      std::ranges::find(kTypesBeforeStrings, ascii_lower(cursor_.text(type))) == kTypesBeforeStrings.end()) {
    return false;
  }
  std::size_t ahead = 1;
  if (type.terminal == "NATIONAL"_t) ++ahead;
  if (cursor_.next_is("PRECISION"_t, ahead) || cursor_.next_is("VARYING"_t, ahead)) ++ahead;
  if (cursor_.next_is("("_t, ahead)) {
    while (ahead < 8 && !cursor_.next_is(")"_t, ahead)) ++ahead;
    ++ahead;
  }
  if ((cursor_.next_is("WITH"_t, ahead) || cursor_.next_is("WITHOUT"_t, ahead)) && cursor_.next_is("TIME"_t, ahead + 1)) ahead += 3;
  while (ahead < 64 && cursor_.next_is("["_t, ahead)) {
    if (cursor_.ahead(++ahead).kind == TokenKind::kInteger) ++ahead;
    if (!cursor_.next_is("]"_t, ahead)) return false;
    ++ahead;
  }
  return cursor_.ahead(ahead).kind == TokenKind::kString;
}

Result<ExpressionPtr> Grammar::typed_literal() {
  const std::uint32_t begin = cursor_.begin();
  auto type = std::make_unique<TypeName>(TRUENO_TRY(type_name()));
  TypedLiteral node{std::move(type), TRUENO_TRY(string_literal("a string"))};
  return make(std::move(node), cursor_.span_since(begin));
}

// The ordinary end of a special form, which may also be called like any function: [, arguments] ")".
Result<ExpressionPtr> Grammar::finish_special(std::string_view name, std::vector<ExpressionPtr> arguments, SourceSpan name_span,
                                              SourceSpan opening) {
  while (cursor_.accept(","_t)) {
    if (cursor_.at(")"_t)) break;
    arguments.push_back(TRUENO_TRY(expression()));
  }
  TRUENO_TRY(expect_closing(")"_t, opening));
  FunctionCall call;
  call.name.parts.push_back({std::string(name), name_span});
  for (ExpressionPtr& argument : arguments) call.arguments.push_back({{}, std::move(argument)});
  return make(std::move(call), cursor_.span_since(name_span.begin));
}

// EXTRACT "(" part FROM expression ")"
Result<ExpressionPtr> Grammar::extract() {
  const SourceSpan name = cursor_.current().span;
  cursor_.advance();
  const SourceSpan opening = cursor_.current().span;
  cursor_.advance();
  const SourceSpan part_span = cursor_.current().span;
  if (!at_name() && !cursor_.at_kind(TokenKind::kString) && !cursor_.at_kind(TokenKind::kKeyword)) {
    return unexpected("a part such as year, month or hour");
  }
  Name part = TRUENO_TRY(label());
  if (!cursor_.accept("FROM"_t)) return unexpected("FROM and a date or time");
  std::vector<ExpressionPtr> arguments;
  arguments.push_back(make(Literal{LiteralKind::kString, ascii_lower(part.text)}, part_span));
  arguments.push_back(TRUENO_TRY(expression()));
  return finish_special("date_part", std::move(arguments), name, opening);
}

// SUBSTRING "(" expression [FROM expression] [FOR expression] ")"
Result<ExpressionPtr> Grammar::substring() {
  const SourceSpan name = cursor_.current().span;
  cursor_.advance();
  const SourceSpan opening = cursor_.current().span;
  cursor_.advance();
  std::vector<ExpressionPtr> arguments;
  arguments.push_back(TRUENO_TRY(expression()));
  if (cursor_.accept("FROM"_t)) {
    arguments.push_back(TRUENO_TRY(expression()));
    if (cursor_.accept("FOR"_t)) arguments.push_back(TRUENO_TRY(expression()));
  } else if (cursor_.accept("FOR"_t)) {
    arguments.push_back(make(Literal{LiteralKind::kInteger, "1"}, {}));
    arguments.push_back(TRUENO_TRY(expression()));
    if (cursor_.accept("FROM"_t)) arguments[1] = TRUENO_TRY(expression());
  }
  return finish_special("substring", std::move(arguments), name, opening);
}

// POSITION "(" expression IN expression ")"
Result<ExpressionPtr> Grammar::position() {
  const SourceSpan name = cursor_.current().span;
  cursor_.advance();
  const SourceSpan opening = cursor_.current().span;
  cursor_.advance();
  std::vector<ExpressionPtr> arguments;
  arguments.push_back(TRUENO_TRY(expression(Precedence::kOperator)));
  if (cursor_.accept("IN"_t)) arguments.insert(arguments.begin(), TRUENO_TRY(expression()));
  return finish_special("position", std::move(arguments), name, opening);
}

// TRIM "(" [BOTH | LEADING | TRAILING] [characters] [FROM] expression ")"
Result<ExpressionPtr> Grammar::trim() {
  const SourceSpan name = cursor_.current().span;
  cursor_.advance();
  const SourceSpan opening = cursor_.current().span;
  cursor_.advance();
  std::string_view function = "trim";
  if (cursor_.accept("LEADING"_t)) {
    function = "ltrim";
  } else if (cursor_.accept("TRAILING"_t)) {
    function = "rtrim";
  } else {
    cursor_.accept("BOTH"_t);
  }
  std::vector<ExpressionPtr> arguments;
  if (!cursor_.accept("FROM"_t)) {
    arguments.push_back(TRUENO_TRY(expression()));
    if (cursor_.accept("FROM"_t)) arguments.insert(arguments.begin(), TRUENO_TRY(expression()));
  } else {
    arguments.push_back(TRUENO_TRY(expression()));
  }
  return finish_special(function, std::move(arguments), name, opening);
}

// OVERLAY "(" expression PLACING expression FROM expression [FOR expression] ")"
Result<ExpressionPtr> Grammar::overlay() {
  const SourceSpan name = cursor_.current().span;
  cursor_.advance();
  const SourceSpan opening = cursor_.current().span;
  cursor_.advance();
  std::vector<ExpressionPtr> arguments;
  arguments.push_back(TRUENO_TRY(expression()));
  if (cursor_.accept("PLACING"_t)) {
    arguments.push_back(TRUENO_TRY(expression()));
    TRUENO_TRY(expect("FROM"_t));
    arguments.push_back(TRUENO_TRY(expression()));
    if (cursor_.accept("FOR"_t)) arguments.push_back(TRUENO_TRY(expression()));
  }
  return finish_special("overlay", std::move(arguments), name, opening);
}

}  // namespace trueno::sql
