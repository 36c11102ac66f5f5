// Strings. All work on UTF-8 characters unless said otherwise.
#include <algorithm>
#include <cctype>

#include "function/families.h"
#include "function/unicode_case.h"
#include "function/utf8.h"
#include "kernel/cell.h"
#include "kernel/string_match.h"

namespace trueno::function {

namespace {

using kernel::Builder;
using kernel::Cell;
using kernel::ValueId;

bool text_like(const Type& type) { return type.id == TypeId::kVarchar || type.id == TypeId::kNull || type.id == TypeId::kEnum; }

template <int count>
Result<Signature> bind_text(std::span<const Type> arguments, const BindContext&) {
  if (arguments.size() != count || !std::ranges::all_of(arguments, text_like)) return no_overload("string function", arguments);
  return Signature{std::vector<Type>(count, Type(TypeId::kVarchar)), TypeId::kVarchar};
}

Result<Signature> bind_length(std::span<const Type> arguments, const BindContext& context) {
  if (arguments.size() == 1 && arguments[0].id == TypeId::kBit) return Signature{{TypeId::kBit}, TypeId::kBigInt};
  Signature signature = TRUENO_TRY(bind_text<1>(arguments, context));
  signature.result = TypeId::kBigInt;
  return signature;
}
Result<ValueId> lower_length(Builder& b, std::span<const ValueId> args, const Signature& s) {
  return b.emit(kernel::Opcode::kStringLength, s.result, {args[0]});
}

template <char32_t (*map)(char32_t)>
std::string in_case(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) append_utf8(out, map(utf8_next(text, at)));
  return out;
}
template <char32_t (*map)(char32_t)>
Status change_case(std::span<const Cell> args, Cell& result, Arena& arena) {
  result = Cell::of_string(arena.copy(in_case<map>(args[0].string.view())));
  return {};
}

std::string_view trimmed(std::string_view text, bool left, bool right) {
  while (left && !text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (right && !text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}
template <bool left, bool right>
Status trim(std::span<const Cell> args, Cell& result, Arena& arena) {
  result = Cell::of_string(arena.copy(trimmed(args[0].string.view(), left, right)));
  return {};
}

// SQL's substring: positions count from 1, negative ones from the end; a window that begins before the text is cut.
Status substring(std::span<const Cell> args, Cell& result, Arena& arena) {
  TRUENO_TRY(check_window(args.subspan(1)));
  const std::string_view text = args[0].string.view();
  const std::int64_t length = kernel::utf8_length(text);
  const auto start = static_cast<std::int64_t>(args[1].integer);
  std::int64_t begin = start > 0 ? start - 1 : (start < 0 ? length + start : -1);
  std::int64_t end = length;
  if (args.size() == 3) {
    end = static_cast<std::int64_t>(std::clamp<i128>(static_cast<i128>(begin) + args[2].integer, -1, length + 1));
    if (args[2].integer < 0) std::swap(begin, end);
  }
  begin = std::clamp<std::int64_t>(begin, 0, length);
  end = std::clamp<std::int64_t>(end, begin, length);
  const std::size_t from = utf8_offset(text, begin);
  const std::size_t to = from + utf8_offset(text.substr(from), end - begin);
  result = Cell::of_string(arena.copy(text.substr(from, to - from)));
  return {};
}

Result<Signature> bind_substring(std::span<const Type> arguments, const BindContext&) {
  const bool fits = (arguments.size() == 2 || arguments.size() == 3) && text_like(arguments[0]) &&
                    std::ranges::all_of(arguments.subspan(1), [](const Type& t) { return t.is_integer() || t.id == TypeId::kNull; });
  if (!fits) return no_overload("substring", arguments);
  Signature signature{{TypeId::kVarchar}, TypeId::kVarchar};
  signature.arguments.resize(arguments.size(), Type(TypeId::kBigInt));
  return signature;
}

Status replace(std::span<const Cell> args, Cell& result, Arena& arena) {
  const std::string_view text = args[0].string.view();
  const std::string_view search = args[1].string.view();
  if (search.empty()) {
    result = args[0];
    return {};
  }
  std::string out;
  std::size_t at = 0;
  for (std::size_t hit = text.find(search); hit != std::string_view::npos; hit = text.find(search, at)) {
    out.append(text.substr(at, hit - at)).append(args[2].string.view());
    at = hit + search.size();
  }
  out.append(text.substr(at));
  result = Cell::of_string(arena.copy(out));
  return {};
}

// || and concat: any type is first converted to text.
Result<Signature> bind_concat_operator(std::span<const Type> arguments, const BindContext&) {
  for (const Type& type : arguments) {
    if (type.is_nested()) return no_overload("||", arguments);
  }
  const auto bytes = [](const Type& type) { return type.id == TypeId::kBlob || type.id == TypeId::kNull; };
  if (std::ranges::all_of(arguments, bytes) && (arguments[0].id == TypeId::kBlob || arguments[1].id == TypeId::kBlob))
    return Signature{{TypeId::kBlob, TypeId::kBlob}, TypeId::kBlob};
  return Signature{{TypeId::kVarchar, TypeId::kVarchar}, TypeId::kVarchar};
}
Result<Signature> bind_concat(std::span<const Type> arguments, const BindContext&) {
  if (arguments.empty()) return no_overload("concat", arguments);
  return Signature{std::vector<Type>(arguments.size(), Type(TypeId::kVarchar)), TypeId::kVarchar};
}
Status concat(std::span<const Cell> args, Cell& result, Arena& arena) {
  std::size_t size = 0;
  for (const Cell& arg : args) size += arg.valid ? arg.string.size() : 0;
  if (size > INT32_MAX) return error(ErrorCode::kOutOfRange, "a text of {} bytes is longer than 2 GiB", size);
  char* bytes = arena.allocate(size);
  std::size_t at = 0;
  for (const Cell& arg : args) {
    if (!arg.valid) continue;
    std::copy_n(arg.string.data(), arg.string.size(), bytes + at);
    at += arg.string.size();
  }
  result = Cell::of_string(std::string_view(bytes, size));
  return {};
}

Result<Signature> bind_position(std::span<const Type> arguments, const BindContext& context) {
  Signature signature = TRUENO_TRY(bind_text<2>(arguments, context));
  signature.result = TypeId::kBigInt;
  return signature;
}
Status position(std::span<const Cell> args, Cell& result, Arena&) {
  const std::string_view text = args[0].string.view();
  const std::size_t at = text.find(args[1].string.view());
  result = Cell::of_integer(at == std::string_view::npos ? 0 : kernel::utf8_length(text.substr(0, at)) + 1);
  return {};
}

// ILIKE compares in lower case.
Result<Signature> bind_ilike(std::span<const Type> arguments, const BindContext& context) {
  Signature signature = arguments.size() == 3 ? TRUENO_TRY(bind_text<3>(arguments, context)) : TRUENO_TRY(bind_text<2>(arguments, context));
  signature.result = TypeId::kBoolean;
  return signature;
}
Status ilike(std::span<const Cell> args, Cell& result, Arena&) {
  const std::string escape = args.size() == 3 ? in_case<lower_case>(args[2].string.view()) : std::string();
  const kernel::LikePattern pattern = TRUENO_TRY(kernel::LikePattern::compile(in_case<lower_case>(args[1].string.view()), escape));
  result = Cell::of_bool(pattern.matches(in_case<lower_case>(args[0].string.view())));
  return {};
}
Status not_ilike(std::span<const Cell> args, Cell& result, Arena& arena) {
  TRUENO_TRY(ilike(args, result, arena));
  result.boolean = !result.boolean;
  return {};
}

// One host body, one lowering. The body's name is the function's.
template <kernel::HostFunction body, bool can_fail = false, bool on_null_call = false>
Result<ValueId> lower_host(Builder& b, std::span<const ValueId> args, const Signature& s, std::string_view name) {
  return b.host({std::string(name), body, on_null_call, can_fail}, s.result, {args.begin(), args.end()});
}
Result<ValueId> lower_upper(Builder& b, std::span<const ValueId> args, const Signature& s) {
  return lower_host<change_case<upper_case>>(b, args, s, "upper");
}
Result<ValueId> lower_lower(Builder& b, std::span<const ValueId> args, const Signature& s) {
  return lower_host<change_case<lower_case>>(b, args, s, "lower");
}
// Spaces, or the characters of a second text.
Result<Signature> bind_trim(std::span<const Type> arguments, const BindContext& context) {
  return arguments.size() == 2 ? bind_text<2>(arguments, context) : bind_text<1>(arguments, context);
}
template <bool at_left, bool at_right>
Result<ValueId> lower_trim(Builder& b, std::span<const ValueId> args, const Signature& s) {
  const std::string name = at_left && at_right ? "trim" : (at_left ? "ltrim" : "rtrim");
  if (args.size() == 1) return lower_host<trim<at_left, at_right>>(b, args, s, name);
  return b.host({name + "(characters)", trim_characters_body(at_left, at_right), false, false}, s.result, {args[0], args[1]});
}
// What a start or a count may be: 32 bits.
constexpr i128 kMostOfWindow = i128{0xFFFFFFFF};

Result<ValueId> lower_substring(Builder& b, std::span<const ValueId> args, const Signature& s) {
  const bool may_fail =
      !std::ranges::all_of(args.subspan(1), [&](ValueId arg) { return b.at(arg).range.proven_within(-kMostOfWindow - 1, kMostOfWindow); });
  return may_fail ? lower_host<substring, true>(b, args, s, "substring") : lower_host<substring>(b, args, s, "substring(within)");
}
Result<ValueId> lower_replace(Builder& b, std::span<const ValueId> args, const Signature& s) {
  return lower_host<replace>(b, args, s, "replace");
}
Result<ValueId> lower_concat_operator(Builder& b, std::span<const ValueId> args, const Signature& s) {
  return lower_host<concat, true>(b, args, s, "||");
}
Result<ValueId> lower_concat(Builder& b, std::span<const ValueId> args, const Signature& s) {
  return lower_host<concat, true, true>(b, args, s, "concat");
}
Result<ValueId> lower_position(Builder& b, std::span<const ValueId> args, const Signature& s) {
  return lower_host<position>(b, args, s, "position");
}
Result<ValueId> lower_ilike(Builder& b, std::span<const ValueId> args, const Signature& s) {
  return lower_host<ilike, true>(b, args, s, "ilike");
}
Result<ValueId> lower_not_ilike(Builder& b, std::span<const ValueId> args, const Signature& s) {
  return lower_host<not_ilike, true>(b, args, s, "not_ilike");
}

}  // namespace

Status check_window(std::span<const Cell> start_and_count) {
  for (std::size_t i = 0; i < start_and_count.size(); ++i) {
    const i128 value = start_and_count[i].integer;
    if (value > kMostOfWindow || value < -kMostOfWindow - 1)
      return error(ErrorCode::kOutOfRange, "the {} of a substring is out of range: {}", i == 0 ? "start" : "count", to_string(value));
  }
  return {};
}

std::vector<ScalarFunction> string_functions() {
  return {
      {"length",
       {"len", "char_length", "character_length"},
       "length(text)",
       "Number of characters.",
       "length('h\u00e9llo')",
       "5",
       bind_length,
       lower_length},
      {"upper", {"ucase"}, "upper(text)", "Letters in upper case.", "upper('abc')", "ABC", bind_text<1>, lower_upper},
      {"lower", {"lcase"}, "lower(text)", "Letters in lower case.", "lower('ABC')", "abc", bind_text<1>, lower_lower},
      {"trim",
       {},
       "trim(text [, characters])",
       "Without spaces, or without any of the characters, at both ends.",
       "trim('xxay', 'xy')",
       "a",
       bind_trim,
       lower_trim<true, true>},
      {"ltrim",
       {},
       "ltrim(text [, characters])",
       "Without leading spaces, or characters.",
       "ltrim('  a')",
       "a",
       bind_trim,
       lower_trim<true, false>},
      {"rtrim",
       {},
       "rtrim(text [, characters])",
       "Without trailing spaces, or characters.",
       "rtrim('a  ')",
       "a",
       bind_trim,
       lower_trim<false, true>},
      {"substring",
       {"substr"},
       "substring(text, start [, count])",
       "Characters from a position (from 1; negative from the end).",
       "substring('hello', 2, 3)",
       "ell",
       bind_substring,
       lower_substring},
      {"replace",
       {},
       "replace(text, search, by)",
       "All occurrences replaced.",
       "replace('aXbX', 'X', '-')",
       "a-b-",
       bind_text<3>,
       lower_replace},
      {"||",
       {},
       "a || b",
       "Texts one after the other; NULL if either is NULL.",
       "'a' || 1",
       "a1",
       bind_concat_operator,
       lower_concat_operator},
      {"concat",
       {},
       "concat(a, ...)",
       "Texts one after the other; NULLs are left out.",
       "concat('a', NULL, 'b')",
       "ab",
       bind_concat,
       lower_concat},
      {"position",
       {"strpos", "instr"},
       "position(text, search)",
       "Where search first occurs, from 1; 0 if it does not.",
       "strpos('hello', 'l')",
       "3",
       bind_position,
       lower_position},
      {"ilike", {"~~*"}, "text ILIKE pattern [ESCAPE c]", "LIKE that ignores case.", "'Duck' ILIKE 'd%'", "true", bind_ilike, lower_ilike},
      {"not_ilike",
       {"!~~*"},
       "text NOT ILIKE pattern [ESCAPE c]",
       "Does not match, ignoring case.",
       "'Duck' NOT ILIKE 'd%'",
       "false",
       bind_ilike,
       lower_not_ilike},
  };
}

}  // namespace trueno::function
