// Pieces and characters of strings: split_part, concat_ws, translate, trimming of given characters, code points, sizes in bytes.
#include <unordered_map>
#include <unordered_set>

#include "function/families.h"
#include "function/overload.h"
#include "function/utf8.h"
#include "kernel/string_match.h"

namespace trueno::function {

namespace {

using kernel::Cell;
using enum TypeId;

// What lies between separators; with an empty separator, the characters.
std::vector<std::string_view> pieces_of(std::string_view text, std::string_view separator) {
  std::vector<std::string_view> pieces;
  if (separator.empty()) {
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t begin = at;
      utf8_next(text, at);
      pieces.push_back(text.substr(begin, at - begin));
    }
    return pieces;
  }
  std::size_t at = 0;
  for (std::size_t hit = text.find(separator); hit != std::string_view::npos; hit = text.find(separator, at)) {
    pieces.push_back(text.substr(at, hit - at));
    at = hit + separator.size();
  }
  pieces.push_back(text.substr(at));
  return pieces;
}

Status split_part(std::span<const Cell> args, Cell& result, Arena&) {
  const std::vector<std::string_view> pieces = pieces_of(args[0].string.view(), args[1].string.view());
  const i128 count = static_cast<i128>(pieces.size());
  const i128 index = args[2].integer > 0 ? args[2].integer - 1 : (args[2].integer < 0 ? args[2].integer + count : -1);
  result = Cell::of_string(index >= 0 && index < count ? pieces[static_cast<std::size_t>(index)] : std::string_view());
  return {};
}

// text[i]: a character, counted from 1 or from -1 at the end; empty where there is none.
Status character_at(std::span<const Cell> args, Cell& result, Arena&) {
  const std::string_view text = args[0].string.view();
  const i128 length = kernel::utf8_length(text);
  const i128 place = args[1].integer > 0 ? args[1].integer - 1 : length + args[1].integer;
  if (args[1].integer == 0 || place < 0 || place >= length) {
    result = Cell::of_string(std::string_view());
    return {};
  }
  const std::string_view rest = text.substr(utf8_offset(text, static_cast<std::int64_t>(place)));
  result = Cell::of_string(rest.substr(0, utf8_offset(rest, 1)));
  return {};
}

// text[begin:end], both included.
Status slice(std::span<const Cell> args, Cell& result, Arena&) {
  const std::string_view text = args[0].string.view();
  const i128 length = kernel::utf8_length(text);
  const auto place = [&](const Cell& bound) { return bound.integer < 0 ? length + bound.integer + 1 : bound.integer; };
  const i128 begin = std::max<i128>(place(args[1]), 1);
  const i128 end = std::min(place(args[2]), length);
  std::string_view out;
  if (begin <= end) {
    out = text.substr(utf8_offset(text, static_cast<std::int64_t>(begin - 1)));
    out = out.substr(0, utf8_offset(out, static_cast<std::int64_t>(end - begin + 1)));
  }
  result = Cell::of_string(out);
  return {};
}

// Like concat, but the separator decides about NULL.
Result<Signature> bind_concat_ws(std::span<const Type> arguments, const BindContext&) {
  if (arguments.size() < 2) return no_overload("concat_ws", arguments);
  const Type& separator = arguments[0];
  if (separator.id != kVarchar && separator.id != kNull && separator.id != kEnum) return no_overload("concat_ws", arguments);
  return Signature{std::vector<Type>(arguments.size(), Type(kVarchar)), kVarchar};
}
Status concat_ws(std::span<const Cell> args, Cell& result, Arena& arena) {
  if (!args[0].valid) {
    result = Cell::null();
    return {};
  }
  std::string out;
  bool first = true;
  for (const Cell& arg : args.subspan(1)) {
    if (!arg.valid) continue;
    if (!first) out += args[0].string.view();
    out += arg.string.view();
    first = false;
    if (out.size() > INT32_MAX) return error(ErrorCode::kOutOfRange, "concat_ws: the result would be longer than 2 GiB");
  }
  result = Cell::of_string(arena.copy(out));
  return {};
}

// The n-th character of `from` becomes the n-th of `to`, or vanishes where there is none; its first mention counts.
Status translate(std::span<const Cell> args, Cell& result, Arena& arena) {
  constexpr char32_t kVanishes = 0xFFFFFFFF;
  const std::string_view from = args[1].string.view();
  const std::string_view to = args[2].string.view();
  std::unordered_map<char32_t, char32_t> map;
  std::size_t behind = 0;
  for (std::size_t at = 0; at < from.size();) {
    const char32_t character = utf8_next(from, at);
    map.emplace(character, behind < to.size() ? utf8_next(to, behind) : kVanishes);
  }
  std::string out;
  const std::string_view text = args[0].string.view();
  for (std::size_t at = 0; at < text.size();) {
    const char32_t character = utf8_next(text, at);
    const auto found = map.find(character);
    const char32_t mapped = found == map.end() ? character : found->second;
    if (mapped != kVanishes) append_utf8(out, mapped);
  }
  result = Cell::of_string(arena.copy(out));
  return {};
}

// The descriptors of trim, ltrim and rtrim are in string.cc; this is their form with characters.
template <bool at_left, bool at_right>
Status trim_characters(std::span<const Cell> args, Cell& result, Arena&) {
  const std::string_view text = args[0].string.view();
  const std::string_view listed = args[1].string.view();
  std::unordered_set<char32_t> characters;
  for (std::size_t at = 0; at < listed.size();) characters.insert(utf8_next(listed, at));
  std::size_t begin = 0;
  std::size_t end = text.size();
  while (at_left && begin < end) {
    std::size_t next = begin;
    if (!characters.contains(utf8_next(text, next))) break;
    begin = next;
  }
  while (at_right && end > begin) {
    std::size_t last = end - 1;
    while (last > begin && continues_character(text[last])) --last;
    std::size_t at = last;
    if (!characters.contains(utf8_next(text, at))) break;
    end = last;
  }
  result = Cell::of_string(text.substr(begin, end - begin));
  return {};
}

// The first character's code; of the empty text what DuckDB gives: 0 for ascii, -1 for unicode.
template <int of_empty>
Status first_code(std::span<const Cell> args, Cell& result, Arena&) {
  std::size_t at = 0;
  const std::string_view text = args[0].string.view();
  result = Cell::of_integer(text.empty() ? of_empty : static_cast<i128>(utf8_next(text, at)));
  return {};
}

Status chr(std::span<const Cell> args, Cell& result, Arena& arena) {
  const i128 code = args[0].integer;
  if (code < 0 || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000))
    return error(ErrorCode::kInvalidInput, "chr: {} is no Unicode code point", to_string(code));
  std::string out;
  append_utf8(out, static_cast<char32_t>(code));
  result = Cell::of_string(arena.copy(out));
  return {};
}

template <int unit>
Status size_in(std::span<const Cell> args, Cell& result, Arena&) {
  result = Cell::of_integer(static_cast<i128>(args[0].string.size()) * unit);
  return {};
}
Status bytes_for_bits(std::span<const Cell> args, Cell& result, Arena&) {
  result = Cell::of_integer((static_cast<i128>(args[0].string.size()) + 7) / 8);
  return {};
}

// A BIT value has a character for each bit.
Result<kernel::ValueId> lower_octet_length(kernel::Builder& b, std::span<const kernel::ValueId> args, const Signature& s) {
  return s.arguments[0].id == kBit ? lower_host<"octet_length of BIT", bytes_for_bits>(b, args, s)
                                   : lower_host<"octet_length", size_in<1>>(b, args, s);
}
Result<kernel::ValueId> lower_bit_length(kernel::Builder& b, std::span<const kernel::ValueId> args, const Signature& s) {
  return s.arguments[0].id == kBit ? lower_host<"bit_length of BIT", size_in<1>>(b, args, s)
                                   : lower_host<"bit_length", size_in<8>>(b, args, s);
}

}  // namespace

kernel::HostFunction trim_characters_body(bool at_left, bool at_right) {
  if (at_left && at_right) return trim_characters<true, true>;
  return at_left ? trim_characters<true, false> : trim_characters<false, true>;
}

std::vector<ScalarFunction> string_piece_functions() {
  return {
      {"split_part",
       {},
       "split_part(text, separator, index)",
       "The piece between separators with this number, from 1, or from -1 at the end; empty when there is none.",
       "split_part('a-b-c', '-', 2)",
       "b",
       bind_as<"split_part", Takes<kVarchar, kVarchar, kVarchar, kBigInt>>,
       lower_host<"split_part", split_part>},
      {"array_extract",
       {},
       "array_extract(text, index)",
       "text[index]: one character, from 1, or from -1 at the end; empty when there is none.",
       "'duck'[-1]",
       "k",
       bind_as<"array_extract", Takes<kVarchar, kVarchar, kBigInt>>,
       lower_host<"array_extract", character_at>},
      {"array_slice",
       {},
       "array_slice(text, begin, end)",
       "text[begin:end]: characters from one position to another; a bound may be left out.",
       "'duckdb'[2:-3]",
       "uck",
       bind_as<"array_slice", Takes<kVarchar, kVarchar, kBigInt, kBigInt>>,
       lower_host<"array_slice", slice>},
      {"concat_ws",
       {},
       "concat_ws(separator, a, ...)",
       "Texts with a separator between them; NULLs are left out.",
       "concat_ws(', ', 'a', NULL, 'b')",
       "a, b",
       bind_concat_ws,
       lower_host<"concat_ws", concat_ws, true, OnNull::kCall>},
      {"translate",
       {},
       "translate(text, from, to)",
       "Each character of from replaced by the one at its place in to, or removed where to is shorter.",
       "translate('12345', '143', 'ax')",
       "a2x5",
       bind_as<"translate", Takes<kVarchar, kVarchar, kVarchar, kVarchar>>,
       lower_host<"translate", translate>},
      {"ascii",
       {},
       "ascii(text)",
       "Code point of the first character; 0 for the empty text.",
       "ascii('\u00e9')",
       "233",
       bind_as<"ascii", Takes<kInteger, kVarchar>>,
       lower_host<"ascii", first_code<0>>},
      {"unicode",
       {"ord"},
       "unicode(text)",
       "Code point of the first character; -1 for the empty text.",
       "unicode('\u00e9')",
       "233",
       bind_as<"unicode", Takes<kInteger, kVarchar>>,
       lower_host<"unicode", first_code<-1>>},
      {"chr",
       {},
       "chr(code)",
       "The character of a code point.",
       "chr(65)",
       "A",
       bind_as<"chr", Takes<kVarchar, kInteger>>,
       lower_host<"chr", chr, true>},
      {"strlen",
       {},
       "strlen(text)",
       "Number of bytes.",
       "strlen('\u00e9')",
       "2",
       bind_as<"strlen", Takes<kBigInt, kVarchar>>,
       lower_host<"strlen", size_in<1>>},
      {"octet_length",
       {},
       "octet_length(blob)",
       "Number of bytes.",
       "octet_length('\\xAA\\xBB'::BLOB)",
       "2",
       bind_as<"octet_length", Takes<kBigInt, kBlob>, Takes<kBigInt, kBit>>,
       lower_octet_length},
      {"bit_length",
       {},
       "bit_length(text)",
       "Number of bits.",
       "bit_length('ab')",
       "16",
       bind_as<"bit_length", Takes<kBigInt, kVarchar>, Takes<kBigInt, kBit>>,
       lower_bit_length},
  };
}

}  // namespace trueno::function
