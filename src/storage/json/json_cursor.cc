// The grammar of JSON.
//
// Strings are where the bytes are: eight at a time are looked at for a quote, a backslash, a control character or a byte above ASCII, in
// one word (the classic test for a zero byte, applied to the word minus and xor what is sought).
#include "storage/json/json_cursor.h"
#include "base/ascii.h"

#include <cstring>

namespace trueno {

namespace {

constexpr std::uint64_t kOnes = 0x0101010101010101;
constexpr std::uint64_t kHighs = 0x8080808080808080;

// Bit 7 of each byte that needs a look. Bytes behind the first such byte may be marked wrongly.
std::uint64_t special_bytes(std::uint64_t word) {
  const std::uint64_t quote = word ^ (kOnes * '"');
  const std::uint64_t backslash = word ^ (kOnes * '\\');
  const std::uint64_t zero = ((quote - kOnes) & ~quote) | ((backslash - kOnes) & ~backslash);
  const std::uint64_t control = word - kOnes * 0x20;  // borrows from bytes below 0x20
  return (zero | (control & ~word) | word) & kHighs;
}

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

void append_utf8(std::string& out, unsigned code) {
  const auto put = [&](unsigned byte) { out.push_back(static_cast<char>(byte)); };
  if (code < 0x80) return put(code);
  if (code < 0x800) {
    put(0xC0 | code >> 6);
  } else {
    if (code < 0x10000) {
      put(0xE0 | code >> 12);
    } else {
      put(0xF0 | code >> 18);
      put(0x80 | (code >> 12 & 0x3F));
    }
    put(0x80 | (code >> 6 & 0x3F));
  }
  put(0x80 | (code & 0x3F));
}

unsigned unit_at(std::string_view raw, std::size_t at) {
  unsigned unit = 0;
  for (std::size_t i = at; i < at + 4; ++i) unit = unit << 4 | static_cast<unsigned>(hex_value(raw[i]));
  return unit;
}

}  // namespace

JsonKind JsonCursor::kind() const {
  if (at_end()) return JsonKind::kNone;
  switch (bytes_[position_]) {
    case '{': return JsonKind::kObject;
    case '[': return JsonKind::kArray;
    case '"': return JsonKind::kString;
    case 't':
    case 'f': return JsonKind::kBoolean;
    case 'n': return JsonKind::kNull;
    default: break;
  }
  const char c = bytes_[position_];
  return c == '-' || is_digit(c) ? JsonKind::kNumber : JsonKind::kNone;
}

bool JsonCursor::word(std::string_view wanted) {
  for (const char c : wanted) {
    if (!accept(c)) return unexpected();
  }
  return true;
}

bool JsonCursor::read_boolean(bool& out) {
  out = !at_end() && bytes_[position_] == 't';
  return word(out ? "true" : "false");
}

// -? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?
bool JsonCursor::read_number(JsonNumber& out) {
  const std::size_t begin = position_;
  const auto digits = [&] {
    const std::size_t first = position_;
    while (!at_end() && is_digit(bytes_[position_])) ++position_;
    return position_ != first;
  };
  accept('-');
  if (accept('0')) {
    if (!at_end() && is_digit(bytes_[position_])) return fail("a number with a leading zero");
  } else if (!digits()) {
    return unexpected();
  }
  out.whole = true;
  if (accept('.')) {
    out.whole = false;
    if (!digits()) return unexpected();
  }
  if (!at_end() && (bytes_[position_] | 0x20) == 'e') {
    out.whole = false;
    ++position_;
    if (!accept('-')) accept('+');
    if (!digits()) return unexpected();
  }
  out.text = bytes_.substr(begin, position_ - begin);
  return true;
}

bool JsonCursor::read_string(JsonString& out) {
  if (!accept('"')) return unexpected();
  const std::size_t begin = position_;
  out.escaped = false;
  while (true) {
    while (bytes_.size() - position_ >= 8) {
      std::uint64_t word;
      std::memcpy(&word, bytes_.data() + position_, sizeof word);
      const std::uint64_t special = special_bytes(word);
      if (special == 0) {
        position_ += 8;
        continue;
      }
      position_ += static_cast<std::size_t>(__builtin_ctzll(special)) / 8;
      break;
    }
    if (at_end()) return fail("unexpected end: a string is not closed");
    const char c = bytes_[position_];
    if (c == '"') {
      out.raw = bytes_.substr(begin, position_ - begin);
      ++position_;
      return true;
    }
    if (c == '\\') {
      out.escaped = true;
      if (!escape()) return false;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      return fail("a control character in a string");
    } else if (static_cast<unsigned char>(c) >= 0x80) {
      if (!multi_byte()) return false;
    } else {
      ++position_;
    }
  }
}

bool JsonCursor::hex_unit(unsigned& out) {
  out = 0;
  for (int i = 0; i < 4; ++i) {
    if (at_end()) return unexpected();
    const int digit = hex_value(bytes_[position_]);
    if (digit < 0) return fail("a \\u without four hexadecimal digits");
    out = out << 4 | static_cast<unsigned>(digit);
    ++position_;
  }
  return true;
}

// Surrogates come in pairs, high then low.
bool JsonCursor::escape() {
  const std::size_t begin = position_++;
  if (at_end()) return unexpected();
  const char c = bytes_[position_];
  if (c != 'u') {
    if (std::strchr("\"\\/bfnrt", c) == nullptr || c == '\0') return fail("an escape that JSON has not");
    ++position_;
    return true;
  }
  ++position_;
  unsigned unit = 0;
  if (!hex_unit(unit)) return false;
  if (unit < 0xD800 || unit > 0xDFFF) return true;
  const auto lone = [&] {
    position_ = begin;
    return fail("half of a surrogate pair");
  };
  if (unit >= 0xDC00) return lone();
  if (at_end()) return unexpected();
  if (!accept('\\')) return lone();
  if (at_end()) return unexpected();
  if (!accept('u')) return lone();
  if (!hex_unit(unit)) return false;
  return unit >= 0xDC00 && unit <= 0xDFFF ? true : lone();
}

// One character of UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF.
bool JsonCursor::multi_byte() {
  const auto lead = static_cast<unsigned char>(bytes_[position_]);
  const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4) return fail("bytes that are not UTF-8");
  if (bytes_.size() - position_ < size) {
    position_ = bytes_.size();
    return unexpected();
  }
  const auto second = static_cast<unsigned char>(bytes_[position_ + 1]);
  const unsigned char least = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const unsigned char most = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  bool good = second >= least && second <= most;
  for (std::size_t i = 2; i < size; ++i) good = good && is_continuation(bytes_[position_ + i]);
  if (!good) return fail("bytes that are not UTF-8");
  position_ += size;
  return true;
}

bool JsonCursor::skip_value(int depth) {
  JsonString string;
  JsonNumber number;
  bool boolean = false;
  switch (kind()) {
    case JsonKind::kNull: return read_null();
    case JsonKind::kBoolean: return read_boolean(boolean);
    case JsonKind::kNumber: return read_number(number);
    case JsonKind::kString: return read_string(string);
    case JsonKind::kArray:
      if (depth >= kDeepest) return fail(kTooDeep);
      return read_array([&] { return skip_value(depth + 1); });
    case JsonKind::kObject:
      if (depth >= kDeepest) return fail(kTooDeep);
      return read_object([&](const JsonString&) { return skip_value(depth + 1); });
    case JsonKind::kNone: break;
  }
  return unexpected();
}

std::string json_text_of(const JsonString& string) {
  const std::string_view raw = string.raw;
  if (!string.escaped) return std::string(raw);
  std::string out;
  out.reserve(raw.size());
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] != '\\') {
      out.push_back(raw[i]);
      continue;
    }
    switch (raw[++i]) {
      case 'b': out.push_back('\b'); break;
      case 'f': out.push_back('\f'); break;
      case 'n': out.push_back('\n'); break;
      case 'r': out.push_back('\r'); break;
      case 't': out.push_back('\t'); break;
      case 'u': {
        unsigned code = unit_at(raw, i + 1);
        i += 4;
        if (code >= 0xD800 && code <= 0xDBFF) {
          code = 0x10000 + ((code - 0xD800) << 10) + (unit_at(raw, i + 3) - 0xDC00);
          i += 6;
        }
        append_utf8(out, code);
        break;
      }
      default: out.push_back(raw[i]);
    }
  }
  return out;
}

std::string without_space(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  bool quoted = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (!quoted && (c == ' ' || c == '\n' || c == '\r' || c == '\t')) continue;
    out.push_back(c);
    if (quoted && c == '\\') {
      out.push_back(json[++i]);
    } else if (c == '"') {
      quoted = !quoted;
    }
  }
  return out;
}

}  // namespace trueno
