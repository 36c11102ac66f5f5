// Bytes as text and text as bytes: hexadecimal, binary, base64, any radix, URL escapes, UTF-8.
#include "base/number_text.h"
#include "function/families.h"
#include "function/overload.h"
#include "function/utf8.h"

namespace trueno::function {

namespace {

using kernel::Builder;
using kernel::Cell;
using kernel::ValueId;
using enum TypeId;

constexpr std::string_view kDigits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

// Digits of 2^bits of a byte, most significant first.
template <int bits>
std::string digits_of_bytes(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    for (int shift = 8 - bits; shift >= 0; shift -= bits)
      out += kDigits[static_cast<unsigned>(static_cast<unsigned char>(c)) >> shift & ((1u << bits) - 1)];
  }
  return out;
}
template <int bits>
Status digits_of_text(std::span<const Cell> args, Cell& result, Arena& arena) {
  result = Cell::of_string(arena.copy(digits_of_bytes<bits>(args[0].string.view())));
  return {};
}
// Negative numbers in two's complement, of 64 bits, or of 128 for HUGEINT.
template <int bits, int width>
Status digits_of_integer(std::span<const Cell> args, Cell& result, Arena& arena) {
  auto rest = static_cast<u128>(args[0].integer);
  if (width == 64) rest = static_cast<std::uint64_t>(rest);
  std::string out;
  do {
    out.insert(out.begin(), kDigits[static_cast<std::size_t>(rest & ((1u << bits) - 1))]);
    rest >>= bits;
  } while (rest != 0);
  result = Cell::of_string(arena.copy(out));
  return {};
}

template <int bits>
Result<ValueId> lower_digits(Builder& b, std::span<const ValueId> args, const Signature& signature) {
  const std::string name = bits == 4 ? "hex" : "bin";
  const Type& type = signature.arguments[0];
  if (!type.is_integer()) return b.host({name, digits_of_text<bits>, false, false}, signature.result, {args[0]});
  if (type.id == kHugeInt) return b.host({name + "(HUGEINT)", digits_of_integer<bits, 128>, false, false}, signature.result, {args[0]});
  return b.host({name + "(BIGINT)", digits_of_integer<bits, 64>, false, false}, signature.result, {args[0]});
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

// A number of digits that fills no whole byte is taken as if zeros stood before it.
template <int bits>
Status bytes_of_digits(std::span<const Cell> args, Cell& result, Arena& arena) {
  constexpr std::size_t kPerByte = 8 / bits;
  const std::string_view text = args[0].string.view();
  std::string out;
  unsigned byte = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int digit = hex_value(text[i]);
    if (digit < 0 || digit >= 1 << bits)
      return error(ErrorCode::kInvalidInput, "'{}' holds a character that is no {} digit", text, bits == 4 ? "hexadecimal" : "binary");
    byte = byte << bits | static_cast<unsigned>(digit);
    if ((text.size() - i - 1) % kPerByte == 0) {
      out += static_cast<char>(byte);
      byte = 0;
    }
  }
  result = Cell::of_string(arena.copy(out));
  return {};
}

Status to_base(std::span<const Cell> args, Cell& result, Arena& arena) {
  if (args[0].integer < 0) return error(ErrorCode::kInvalidInput, "to_base: the number must be 0 or more");
  if (args[1].integer < 2 || args[1].integer > 36) return error(ErrorCode::kInvalidInput, "to_base: the radix must be between 2 and 36");
  const i128 least = args.size() == 3 ? args[2].integer : 0;
  if (least < 0 || least > 64) return error(ErrorCode::kInvalidInput, "to_base: the least number of digits must be between 0 and 64");
  std::string out;
  i128 rest = args[0].integer;
  do {
    out.insert(out.begin(), kDigits[static_cast<std::size_t>(rest % args[1].integer)]);
    rest /= args[1].integer;
  } while (rest != 0);
  if (out.size() < static_cast<std::size_t>(least)) out.insert(0, static_cast<std::size_t>(least) - out.size(), '0');
  result = Cell::of_string(arena.copy(out));
  return {};
}

constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

Status to_base64(std::span<const Cell> args, Cell& result, Arena& arena) {
  const std::string_view bytes = args[0].string.view();
  std::string out;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - at);
    unsigned group = 0;
    for (std::size_t i = 0; i < 3; ++i) group = group << 8 | (i < count ? static_cast<unsigned char>(bytes[at + i]) : 0u);
    for (std::size_t i = 0; i < 4; ++i) out += i <= count ? kBase64[group >> (18 - 6 * i) & 63u] : '=';
  }
  result = Cell::of_string(arena.copy(out));
  return {};
}

Status from_base64(std::span<const Cell> args, Cell& result, Arena& arena) {
  const std::string_view text = args[0].string.view();
  if (text.size() % 4 != 0) return error(ErrorCode::kConversion, "'{}' is not base64: the length must be a multiple of 4", text);
  std::string out;
  for (std::size_t at = 0; at < text.size(); at += 4) {
    const bool last = at + 4 == text.size();
    const std::size_t filling = !last || text[at + 3] != '=' ? 0 : (text[at + 2] != '=' ? 1 : 2);
    unsigned group = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      const std::size_t value = i >= 4 - filling ? 0 : kBase64.find(text[at + i]);
      if (value == std::string_view::npos)
        return error(ErrorCode::kConversion, "'{}' is not base64: '{}' at position {}", text, text[at + i], at + i);
      group = group << 6 | static_cast<unsigned>(value);
    }
    for (std::size_t i = 0; i < 3 - filling; ++i) out += static_cast<char>(group >> (16 - 8 * i) & 0xFFu);
  }
  result = Cell::of_string(arena.copy(out));
  return {};
}

// RFC 3986: letters, digits and -_.~ stand for themselves.
Status url_encode(std::span<const Cell> args, Cell& result, Arena& arena) {
  std::string out;
  for (const char c : args[0].string.view()) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-_.~").find(c) != std::string_view::npos;
    if (plain) {
      out += c;
    } else {
      out += '%' + digits_of_bytes<4>({&c, 1});
    }
  }
  result = Cell::of_string(arena.copy(out));
  return {};
}

// A % that begins no escape stands for itself.
Status url_decode(std::span<const Cell> args, Cell& result, Arena& arena) {
  const std::string_view text = args[0].string.view();
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
    const int low = high >= 0 ? hex_value(text[i + 2]) : -1;
    if (low < 0) {
      out += text[i];
    } else {
      out += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
  if (!is_utf8(out)) return error(ErrorCode::kInvalidInput, "url_decode: the bytes of '{}' are not UTF-8", text);
  result = Cell::of_string(arena.copy(out));
  return {};
}

Status encode(std::span<const Cell> args, Cell& result, Arena&) {
  result = args[0];
  return {};
}
Status decode(std::span<const Cell> args, Cell& result, Arena&) {
  if (!is_utf8(args[0].string.view())) return error(ErrorCode::kConversion, "decode: the BLOB is not UTF-8");
  result = args[0];
  return {};
}

template <Name name>
constexpr auto kBindDigits = bind_as<name, Takes<kVarchar, kVarchar>, Takes<kVarchar, kBlob>, Takes<kVarchar, kBigInt>,
                                     Takes<kVarchar, kUBigInt>, Takes<kVarchar, kHugeInt>>;

}  // namespace

std::vector<ScalarFunction> string_encode_functions() {
  return {
      {"hex",
       {"to_hex"},
       "hex(x)",
       "Hexadecimal digits of the bytes of a text or BLOB, or of a whole number.",
       "hex('abc')",
       "616263",
       kBindDigits<"hex">,
       lower_digits<4>},
      {"bin",
       {"to_binary"},
       "bin(x)",
       "Binary digits of the bytes of a text or BLOB, or of a whole number.",
       "bin(5)",
       "101",
       kBindDigits<"bin">,
       lower_digits<1>},
      {"unhex",
       {"from_hex"},
       "unhex(text)",
       "The bytes of hexadecimal digits.",
       "unhex('2A')",
       "*",
       bind_as<"unhex", Takes<kBlob, kVarchar>>,
       lower_host<"unhex", bytes_of_digits<4>, true>},
      {"unbin",
       {"from_binary"},
       "unbin(text)",
       "The bytes of binary digits.",
       "unbin('0110')",
       "\\x06",
       bind_as<"unbin", Takes<kBlob, kVarchar>>,
       lower_host<"unbin", bytes_of_digits<1>, true>},
      {"to_base",
       {},
       "to_base(number, radix [, digits])",
       "A number of 0 or more in a radix from 2 to 36, with at least so many digits.",
       "to_base(42, 16, 4)",
       "002A",
       bind_as<"to_base", Takes<kVarchar, kBigInt, kInteger>, Takes<kVarchar, kBigInt, kInteger, kInteger>>,
       lower_host<"to_base", to_base, true>},
      {"to_base64",
       {"base64"},
       "to_base64(blob)",
       "Base64 text of bytes.",
       "to_base64('A'::BLOB)",
       "QQ==",
       bind_as<"to_base64", Takes<kVarchar, kBlob>>,
       lower_host<"to_base64", to_base64>},
      {"from_base64",
       {},
       "from_base64(text)",
       "The bytes of a base64 text.",
       "from_base64('QQ==')",
       "A",
       bind_as<"from_base64", Takes<kBlob, kVarchar>>,
       lower_host<"from_base64", from_base64, true>},
      {"url_encode",
       {},
       "url_encode(text)",
       "With %-escapes for all but letters, digits and -_.~ .",
       "url_encode('a b/c')",
       "a%20b%2Fc",
       bind_as<"url_encode", Takes<kVarchar, kVarchar>>,
       lower_host<"url_encode", url_encode>},
      {"url_decode",
       {},
       "url_decode(text)",
       "%-escapes replaced by what they stand for.",
       "url_decode('a%20b')",
       "a b",
       bind_as<"url_decode", Takes<kVarchar, kVarchar>>,
       lower_host<"url_decode", url_decode, true>},
      {"encode",
       {},
       "encode(text)",
       "The UTF-8 bytes of a text.",
       "encode('h\u00e9')",
       "h\\xC3\\xA9",
       bind_as<"encode", Takes<kBlob, kVarchar>>,
       lower_host<"encode", encode>},
      {"decode",
       {},
       "decode(blob)",
       "The text of UTF-8 bytes; an error where they are not UTF-8.",
       "decode('h\\xC3\\xA9'::BLOB)",
       "h\u00e9",
       bind_as<"decode", Takes<kVarchar, kBlob>>,
       lower_host<"decode", decode, true>},
  };
}

}  // namespace trueno::function
