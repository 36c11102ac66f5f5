#include "function/regex_engine.h"

#ifdef TRUENO_HAS_RE2
#include <memory>

#include <re2/re2.h>
#endif

namespace trueno::function {

#ifdef TRUENO_HAS_RE2

namespace {

struct Options {
  RE2::Options re2{RE2::CannedOptions::Quiet};
  bool everywhere = false;  // g: of regexp_replace
  bool keep = false;        // k: of regexp_extract
};

Result<Options> read_options(std::string_view letters) {
  Options options;
  for (const char letter : letters) {
    switch (letter) {
      case 'c': options.re2.set_case_sensitive(true); break;
      case 'i': options.re2.set_case_sensitive(false); break;
      case 'l': options.re2.set_literal(true); break;
      case 'm':
      case 'n':
      case 'p': options.re2.set_dot_nl(false); break;
      case 's': options.re2.set_dot_nl(true); break;
      case 'g': options.everywhere = true; break;
      case 'k': options.keep = true; break;
      case ' ':
      case '\t':
      case '\n': break;
      default:
        return error(ErrorCode::kInvalidInput, "unknown option '{}' of a regular expression", letter).hint("c, i, l, m, n, p, s, g, k");
    }
  }
  return options;
}

// Compiling a pattern takes microseconds and most calls in a row have the same one, so each thread keeps the last. What it holds is a pure
// function of its key: results do not depend on it.
struct Compiled {
  std::string pattern;
  std::string letters;
  bool everywhere = false;
  bool keep = false;
  std::unique_ptr<const RE2> re2;
};

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

Result<const Compiled*> compiled(std::string_view pattern, std::string_view letters) {
  thread_local Compiled last;
  if (last.re2 != nullptr && last.pattern == pattern && last.letters == letters) return &last;
  const Options options = TRUENO_TRY(read_options(letters));
  auto re2 = std::make_unique<const RE2>(piece(pattern), options.re2);
  if (!re2->ok()) return error(ErrorCode::kInvalidInput, "the regular expression '{}' is malformed: {}", pattern, re2->error());
  last = {std::string(pattern), std::string(letters), options.everywhere, options.keep, std::move(re2)};
  return &last;
}

Error not_here(char letter, std::string_view function) {
  return error(ErrorCode::kInvalidInput, "the option '{}' of a regular expression is for {} only", letter, function);
}

Result<const RE2*> compiled_to_find(std::string_view pattern, std::string_view letters) {
  const Compiled* regex = TRUENO_TRY(compiled(pattern, letters));
  if (regex->keep) return not_here('k', "regexp_extract");
  if (regex->everywhere) return not_here('g', "regexp_replace");
  return regex->re2.get();
}

}  // namespace

bool regex_available() { return true; }

Result<bool> regex_matches(std::string_view text, std::string_view pattern, std::string_view options, bool whole) {
  const RE2* regex = TRUENO_TRY(compiled_to_find(pattern, options));
  return regex->Match(piece(text), 0, text.size(), whole ? RE2::ANCHOR_BOTH : RE2::UNANCHORED, nullptr, 0);
}

Result<std::string> regex_replace(std::string_view text, std::string_view pattern, std::string_view by, std::string_view options) {
  const Compiled* regex = TRUENO_TRY(compiled(pattern, options));
  if (regex->keep) return not_here('k', "regexp_extract");
  std::string why;
  if (!regex->re2->CheckRewriteString(piece(by), &why))
    return error(ErrorCode::kInvalidInput, "the replacement '{}' does not fit: {}", by, why);
  std::string out(text);
  if (regex->everywhere) {
    RE2::GlobalReplace(&out, *regex->re2, piece(by));
  } else {
    RE2::Replace(&out, *regex->re2, piece(by));
  }
  return out;
}

Result<std::string_view> regex_extract(std::string_view text, std::string_view pattern, int group, std::string_view options) {
  constexpr int kMostGroups = 9;
  if (group < 0 || group > kMostGroups) return error(ErrorCode::kInvalidInput, "a group of a regular expression is a number from 0 to 9");
  const Compiled* regex = TRUENO_TRY(compiled(pattern, options));
  if (regex->everywhere) return not_here('g', "regexp_replace");
  if (group > regex->re2->NumberOfCapturingGroups()) return std::string_view();
  re2::StringPiece groups[kMostGroups + 1];
  if (!regex->re2->Match(piece(text), 0, text.size(), RE2::UNANCHORED, groups, group + 1)) return regex->keep ? text : std::string_view();
  const re2::StringPiece& hit = groups[group];
  return hit.data() == nullptr ? std::string_view() : std::string_view(hit.data(), hit.size());
}

Result<std::string> regex_escape(std::string_view text) { return RE2::QuoteMeta(piece(text)); }

#else

namespace {
Error absent() { return error(ErrorCode::kNotSupported, "regular expressions are not supported by this build"); }
}  // namespace

bool regex_available() { return false; }
Result<bool> regex_matches(std::string_view, std::string_view, std::string_view, bool) { return absent(); }
Result<std::string> regex_replace(std::string_view, std::string_view, std::string_view, std::string_view) { return absent(); }
Result<std::string_view> regex_extract(std::string_view, std::string_view, int, std::string_view) { return absent(); }
Result<std::string> regex_escape(std::string_view) { return absent(); }

#endif

}  // namespace trueno::function
