// Regular expressions: regexp_*, ~ and SIMILAR TO.
#include "function/regex_engine.h"

#include "function/families.h"
#include "function/overload.h"

namespace trueno::function {

namespace {

using kernel::Cell;
using enum TypeId;

// Options, when given, come last.
std::string_view options_of(std::span<const Cell> args, std::size_t place) {
  return args.size() > place ? args[place].string.view() : std::string_view();
}

template <bool whole, bool negated = false>
Status matches(std::span<const Cell> args, Cell& result, Arena&) {
  const bool found = TRUENO_TRY(regex_matches(args[0].string.view(), args[1].string.view(), options_of(args, 2), whole));
  result = Cell::of_bool(found != negated);
  return {};
}

template <bool negated>
Status matches_any_case(std::span<const Cell> args, Cell& result, Arena&) {
  const bool found = TRUENO_TRY(regex_matches(args[0].string.view(), args[1].string.view(), "i", false));
  result = Cell::of_bool(found != negated);
  return {};
}

Status replace_match(std::span<const Cell> args, Cell& result, Arena& arena) {
  result = Cell::of_string(
      arena.copy(TRUENO_TRY(regex_replace(args[0].string.view(), args[1].string.view(), args[2].string.view(), options_of(args, 3)))));
  return {};
}

// Of the group NULL an empty text: it is no part of a match, but the answer is not unknown.
Status extract_match(std::span<const Cell> args, Cell& result, Arena&) {
  const bool has_options = args.size() > 3;
  result = Cell::null();
  if (!args[0].valid || !args[1].valid || (has_options && !args[3].valid)) return {};
  const bool has_group = args.size() > 2;
  const int group = has_group && args[2].valid ? static_cast<int>(args[2].integer) : 0;
  result = Cell::of_string(TRUENO_TRY(regex_extract(args[0].string.view(), args[1].string.view(), group, options_of(args, 3))));
  if (has_group && !args[2].valid) result = Cell::of_string(std::string_view());
  return {};
}

Status escape(std::span<const Cell> args, Cell& result, Arena& arena) {
  result = Cell::of_string(arena.copy(TRUENO_TRY(regex_escape(args[0].string.view()))));
  return {};
}

// NULL as options is a mistake, not an unknown answer.
template <Name name, std::size_t options_place, class... Overloads>
Result<Signature> bind_regex(std::span<const Type> arguments, const BindContext& context) {
  if (!regex_available())
    return error(ErrorCode::kNotSupported, "{} is not supported: this build has no regular expressions", std::string_view(name));
  if (arguments.size() > options_place && arguments[options_place].id == kNull)
    return error(ErrorCode::kBinder, "the options of {} must not be NULL", std::string_view(name));
  return bind_as<name, Overloads...>(arguments, context);
}
template <Name name>
constexpr auto kBindMatch = bind_regex<name, 2, Takes<kBoolean, kVarchar, kVarchar>, Takes<kBoolean, kVarchar, kVarchar, kVarchar>>;
template <Name name>
constexpr auto kBindOperator = bind_regex<name, 2, Takes<kBoolean, kVarchar, kVarchar>>;

}  // namespace

std::vector<ScalarFunction> regex_functions() {
  return {
      {"regexp_matches",
       {},
       "regexp_matches(text, pattern [, options])",
       "Whether a part of the text matches; also text ~ pattern. Options: i ignores case, s lets . match line ends, l takes the pattern "
       "literally.",
       "regexp_matches('anabanana', '(an)+')",
       "true",
       kBindMatch<"regexp_matches">,
       lower_host<"regexp_matches", matches<false>, true>},
      {"regexp_full_match",
       {},
       "regexp_full_match(text, pattern [, options])",
       "Whether the whole text matches.",
       "regexp_full_match('anabanana', '(an)+')",
       "false",
       kBindMatch<"regexp_full_match">,
       lower_host<"regexp_full_match", matches<true>, true>},
      {"!~",
       {},
       "text !~ pattern",
       "Whether no part of the text matches.",
       "'duck' !~ 'u.k'",
       "false",
       kBindOperator<"!~">,
       lower_host<"not regexp_matches", matches<false, true>, true>},
      {"~*",
       {},
       "text ~* pattern",
       "Whether a part of the text matches in any case.",
       "'Duck' ~* '^d'",
       "true",
       kBindOperator<"~*">,
       lower_host<"~*", matches_any_case<false>, true>},
      {"!~*",
       {},
       "text !~* pattern",
       "Whether no part of the text matches in any case.",
       "'Duck' !~* '^d'",
       "false",
       kBindOperator<"!~*">,
       lower_host<"!~*", matches_any_case<true>, true>},
      {"similar_to",
       {},
       "text SIMILAR TO pattern",
       "Whether the whole text matches a regular expression.",
       "'duck' SIMILAR TO 'd.*k'",
       "true",
       kBindOperator<"SIMILAR TO">,
       lower_host<"regexp_full_match", matches<true>, true>},
      {"not_similar_to",
       {},
       "text NOT SIMILAR TO pattern",
       "Whether the whole text does not match a regular expression.",
       "'duck' NOT SIMILAR TO 'd.*k'",
       "false",
       kBindOperator<"NOT SIMILAR TO">,
       lower_host<"not regexp_full_match", matches<true, true>, true>},
      {"regexp_replace",
       {},
       "regexp_replace(text, pattern, replacement [, options])",
       "The first match replaced, or every one with the option g; \\1 to \\9 stand for groups.",
       "regexp_replace('hello', '[lo]', '-', 'g')",
       "he---",
       bind_regex<"regexp_replace", 3, Takes<kVarchar, kVarchar, kVarchar, kVarchar>,
                  Takes<kVarchar, kVarchar, kVarchar, kVarchar, kVarchar>>,
       lower_host<"regexp_replace", replace_match, true>},
      {"regexp_extract",
       {},
       "regexp_extract(text, pattern [, group [, options]])",
       "The first match, or a group of it; empty when there is none or the group is NULL, the whole text with the option k.",
       "regexp_extract('2024-05-17', '(\\d+)-(\\d+)', 2)",
       "05",
       bind_regex<"regexp_extract", 3, Takes<kVarchar, kVarchar, kVarchar>, Takes<kVarchar, kVarchar, kVarchar, kInteger>,
                  Takes<kVarchar, kVarchar, kVarchar, kInteger, kVarchar>>,
       lower_host<"regexp_extract", extract_match, true, OnNull::kCall>},
      {"regexp_escape",
       {},
       "regexp_escape(text)",
       "The pattern that matches just this text.",
       "regexp_escape('a.b')",
       "a\\.b",
       bind_regex<"regexp_escape", 1, Takes<kVarchar, kVarchar>>,
       lower_host<"regexp_escape", escape, true>},
  };
}

}  // namespace trueno::function
