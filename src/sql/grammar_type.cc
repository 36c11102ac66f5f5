// Names of types. Which types there are is for the binder to say; only forms with words or parentheses of their own are known here.
#include "sql/grammar.h"

namespace trueno::sql {

namespace {

// Types of types: STRUCT(a STRUCT(...)), and INTEGER[][]...; together a bound on how deep a TypeName is.
constexpr std::uint32_t kMaxTypeNesting = 100;
constexpr std::uint32_t kMaxArraySuffixes = 10;

TypeName simple_type(std::string_view name, SourceSpan span) {
  TypeName type;
  type.name.parts.push_back({std::string(name), span});
  return type;
}

}  // namespace

// type := base {"[" [size] "]" | ARRAY ["[" size "]"]}
Result<TypeName> Grammar::type_name() {
  const NestingScope scope(type_nesting_);
  if (type_nesting_ > kMaxTypeNesting) return too_deep();
  const std::uint32_t begin = cursor_.begin();
  TypeName type = TRUENO_TRY(base_type());
  type.span = cursor_.span_since(begin);
  TRUENO_TRY(array_suffixes(type));
  return type;
}

// STRUCT ( ... ) | MAP ( ... ) | ENUM ( ... ) | several words | name ["(" modifiers ")"]
Result<TypeName> Grammar::base_type() {
  cursor_.note(Wanted::kType);
  const Token& token = cursor_.current();
  const bool opens = cursor_.next_is("("_t);
  TypeName type;
  switch (token.terminal) {
    case "STRUCT"_t:
    case "ROW"_t:
      if (!opens) break;
      type.kind = TypeName::Kind::kStruct;
      TRUENO_TRY(struct_fields(type));
      return type;
    case "UNION"_t:
      type.kind = TypeName::Kind::kUnion;
      TRUENO_TRY(struct_fields(type));
      return type;
    case "ENUM"_t:
      if (!opens) break;
      TRUENO_TRY(enum_labels(type));
      return type;
    case "MAP"_t: {
      if (!opens) break;
      type.kind = TypeName::Kind::kMap;
      cursor_.advance();
      const SourceSpan opening = cursor_.current().span;
      cursor_.advance();
      type.children.push_back(TRUENO_TRY(type_name()));
      TRUENO_TRY(expect(","_t));
      type.children.push_back(TRUENO_TRY(type_name()));
      TRUENO_TRY(expect_closing(")"_t, opening));
      return type;
    }
    case "DOUBLE"_t:
    case "TIME"_t:
    case "TIMESTAMP"_t:
    case "CHAR"_t:
    case "CHARACTER"_t:
    case "NCHAR"_t:
    case "NATIONAL"_t: return multi_word_type();
    default: break;
  }
  if (token.kind == TokenKind::kKeyword && !may_name_function(token.terminal)) return unexpected("the name of a type");
  if (!at_name() && token.kind != TokenKind::kKeyword) return unexpected("the name of a type");
  type.name.parts.push_back(take_name());
  while (cursor_.accept("."_t)) {
    if (!at_name() && !cursor_.at_kind(TokenKind::kKeyword)) return unexpected("the name of a type");
    type.name.parts.push_back(take_name());
  }
  TRUENO_TRY(type_modifiers(type));
  return type;
}

// DOUBLE [PRECISION] | (TIME | TIMESTAMP) ["(" n ")"] [(WITH | WITHOUT) TIME ZONE] | [NATIONAL] (CHARACTER | CHAR | NCHAR) [VARYING] ["(" n
// ")"]
Result<TypeName> Grammar::multi_word_type() {
  const std::uint32_t begin = cursor_.begin();
  const Name word = take_name();
  const std::string lower = ascii_lower(word.text);
  if (lower == "double") {
    if (!cursor_.accept("PRECISION"_t)) return simple_type(word.text, word.span);
    return simple_type("double", cursor_.span_since(begin));
  }
  if (lower != "time" && lower != "timestamp") {
    if (lower == "national" && !cursor_.accept("CHAR"_t) && !cursor_.accept("CHARACTER"_t)) return unexpected("CHARACTER");
    const bool several = cursor_.accept("VARYING"_t) || lower == "national";
    TypeName type = simple_type(several ? std::string_view("varchar") : word.text, cursor_.span_since(begin));
    TRUENO_TRY(type_modifiers(type));
    return type;
  }
  TypeName type = simple_type(word.text, word.span);
  TRUENO_TRY(type_modifiers(type));
  const bool with = cursor_.at("WITH"_t) && cursor_.next_is("TIME"_t);
  if (!with && !(cursor_.at("WITHOUT"_t) && cursor_.next_is("TIME"_t))) return type;
  cursor_.advance();
  cursor_.advance();
  TRUENO_TRY(expect("ZONE"_t));
  if (with) type.name.parts.front() = {lower + "tz", cursor_.span_since(begin)};
  return type;
}

// ["(" literal {"," literal} ")"]
Status Grammar::type_modifiers(TypeName& type) {
  if (!cursor_.at("("_t)) return {};
  const SourceSpan opening = cursor_.current().span;
  cursor_.advance();
  do {
    if (cursor_.at(")"_t)) break;
    if (cursor_.at_kind(TokenKind::kInteger)) {
      type.modifiers.push_back({LiteralKind::kInteger, TRUENO_TRY(number_text(cursor_.sql(), cursor_.current()))});
      cursor_.advance();
    } else if (cursor_.at_kind(TokenKind::kString)) {
      type.modifiers.push_back({LiteralKind::kString, TRUENO_TRY(string_literal("a string"))});
    } else {
      cursor_.note(Wanted::kNumber);
      return unexpected("a number");
    }
  } while (cursor_.accept(","_t));
  return expect_closing(")"_t, opening);
}

// (STRUCT | ROW | UNION) "(" name type {"," name type} ")"
Status Grammar::struct_fields(TypeName& type) {
  cursor_.advance();
  const SourceSpan opening = cursor_.current().span;
  TRUENO_TRY(expect("("_t));
  do {
    if (!type.children.empty() && cursor_.at(")"_t)) break;
    type.field_names.push_back(TRUENO_TRY(label()));
    type.children.push_back(TRUENO_TRY(type_name()));
  } while (cursor_.accept(","_t));
  return expect_closing(")"_t, opening);
}

// ENUM "(" string {"," string} ")"
Status Grammar::enum_labels(TypeName& type) {
  type.kind = TypeName::Kind::kEnum;
  cursor_.advance();
  const SourceSpan opening = cursor_.current().span;
  cursor_.advance();
  while (!cursor_.at(")"_t)) {
    type.labels.push_back(TRUENO_TRY(string_literal("a label such as 'small'")));
    if (!cursor_.accept(","_t)) break;
  }
  return expect_closing(")"_t, opening);
}

// {"[" [size] "]" | ARRAY ["[" size "]"]}: each one makes a list or an array of what was read so far.
Status Grammar::array_suffixes(TypeName& type) {
  std::uint32_t suffixes = 0;
  while (cursor_.at("["_t) || cursor_.at("ARRAY"_t)) {
    if (++suffixes > kMaxArraySuffixes) return too_deep();
    TypeName outer;
    outer.kind = TypeName::Kind::kList;
    const bool word = cursor_.accept("ARRAY"_t);
    const SourceSpan opening = cursor_.current().span;
    if (!word || cursor_.at("["_t)) {
      cursor_.advance();
      if (!cursor_.at("]"_t)) {
        outer.kind = TypeName::Kind::kArray;
        outer.array_size = TRUENO_TRY(small_integer("the size of the array, or \"]\""));
      }
      TRUENO_TRY(expect_closing("]"_t, opening));
    }
    outer.span = cursor_.span_since(type.span.begin);
    outer.children.push_back(std::move(type));
    type = std::move(outer);
  }
  return {};
}

}  // namespace trueno::sql
