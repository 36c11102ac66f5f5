#include "kernel/string_match.h"

#include <algorithm>
#include <cstring>

namespace trueno::kernel {

namespace {
constexpr std::size_t kNoMatch = std::string_view::npos;

std::size_t next_character(std::string_view text, std::size_t at) {
  ++at;
  while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0u) == 0x80u) ++at;
  return at;
}

// How common a byte is in usual texts: letters by their frequency in English, then digits, capitals and the rest.
int commonness(char c) {
  constexpr std::string_view kLetters = "zqxjkvbpygfwmucldrhsnioate ";
  constexpr int kDigit = 4;
  const std::size_t at = kLetters.find(c);
  if (at != kNoMatch) return static_cast<int>(at) + kDigit;
  return c >= '0' && c <= '9' ? kDigit : 1;
}
}  // namespace

TextSearch::TextSearch(std::string_view wanted) : wanted_(wanted) {
  for (std::size_t i = 1; i < wanted.size(); ++i) {
    if (commonness(wanted[i]) < commonness(wanted[rare_])) rare_ = i;
  }
}

std::size_t TextSearch::find(std::string_view text, std::size_t from) const {
  if (wanted_.empty()) return from <= text.size() ? from : kNoMatch;
  if (text.size() < wanted_.size()) return kNoMatch;
  const std::size_t end = text.size() - wanted_.size() + 1 + rare_;  // of the places where the rare byte can be
  for (std::size_t at = from + rare_; at < end; ++at) {
    const void* found = std::memchr(text.data() + at, wanted_[rare_], end - at);
    if (found == nullptr) return kNoMatch;
    at = static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
    if (std::memcmp(text.data() + at - rare_, wanted_.data(), wanted_.size()) == 0) return at - rare_;
  }
  return kNoMatch;
}

Result<LikePattern> LikePattern::compile(std::string_view pattern, std::string_view escape) {
  if (!escape.empty() && next_character(escape, 0) != escape.size()) {
    return error(ErrorCode::kInvalidInput, "ESCAPE must be a single character, not '{}'", escape);
  }
  LikePattern out;
  out.pieces_.emplace_back();
  for (std::size_t i = 0; i < pattern.size();) {
    Piece& piece = out.pieces_.back();
    if (!escape.empty() && pattern.substr(i).starts_with(escape)) {
      i += escape.size();
      if (i >= pattern.size()) return error(ErrorCode::kInvalidInput, "the LIKE pattern '{}' ends with its escape character", pattern);
      const std::size_t end = next_character(pattern, i);
      piece.bytes.append(pattern.substr(i, end - i));
      piece.any.resize(piece.bytes.size(), false);
      i = end;
      continue;
    }
    if (pattern[i] == '%') {
      out.pieces_.emplace_back();
    } else {
      piece.any.push_back(pattern[i] == '_');
      piece.has_any = piece.has_any || pattern[i] == '_';
      piece.bytes.push_back(pattern[i]);
    }
    ++i;
  }
  for (Piece& piece : out.pieces_) piece.search = TextSearch(piece.bytes);
  return out;
}

// Where the text behind the piece begins, when it matches at `at`.
std::size_t LikePattern::match_here(const Piece& piece, std::string_view text, std::size_t at) {
  if (!piece.has_any) return text.substr(at).starts_with(piece.bytes) ? at + piece.bytes.size() : kNoMatch;
  for (std::size_t i = 0; i < piece.bytes.size(); ++i) {
    if (at >= text.size()) return kNoMatch;
    if (piece.any[i]) {
      at = next_character(text, at);
    } else if (text[at++] != piece.bytes[i]) {
      return kNoMatch;
    }
  }
  return at;
}

std::size_t LikePattern::find(const Piece& piece, std::string_view text, std::size_t from, std::size_t* end) {
  if (!piece.has_any) {
    const std::size_t at = piece.search.find(text, from);
    if (at != kNoMatch) *end = at + piece.bytes.size();
    return at;
  }
  for (std::size_t at = from; at <= text.size(); at = at < text.size() ? next_character(text, at) : at + 1) {
    *end = match_here(piece, text, at);
    if (*end != kNoMatch) return at;
  }
  return kNoMatch;
}

bool LikePattern::matches(std::string_view text) const {
  if (pieces_.size() == 1) return match_here(pieces_[0], text, 0) == text.size();
  std::size_t at = match_here(pieces_.front(), text, 0);
  if (at == kNoMatch) return false;
  for (std::size_t i = 1; i + 1 < pieces_.size(); ++i) {  // leftmost is enough: '%' takes up any slack
    if (find(pieces_[i], text, at, &at) == kNoMatch) return false;
  }
  const Piece& last = pieces_.back();
  // The last piece is anchored at the end: try the start that leaves just enough characters.
  std::size_t start = text.size();
  for (std::size_t i = last.bytes.size(); i-- > 0;) {
    if (start <= at) return false;
    --start;
    if (last.any[i]) {
      while (start > at && (static_cast<unsigned char>(text[start]) & 0xC0u) == 0x80u) --start;
    } else if (text[start] != last.bytes[i]) {
      return false;
    }
  }
  return true;
}

std::int64_t utf8_length(std::string_view text) {
  return std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0u) != 0x80u; });
}

}  // namespace trueno::kernel
