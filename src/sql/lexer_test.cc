#include "sql/lexer.h"

#include <gtest/gtest.h>

#include "sql/utf8.h"

namespace trueno::sql {
namespace {

// The tokens of a text, each between bars.
std::string split(std::string_view sql) {
  std::string text = "|";
  for (const Token& token : tokenize(sql)) {
    if (token.kind != TokenKind::kEnd) text += std::string(sql.substr(token.span.begin, token.span.end - token.span.begin)) + "|";
  }
  return text;
}

Token first(std::string_view sql) { return tokenize(sql).front(); }
TokenKind kind(std::string_view sql) { return first(sql).kind; }

std::string number(std::string_view sql) {
  const Result<std::string> digits = number_text(sql, first(sql));
  return digits.has_value() ? *digits : "error: " + digits.error().message();
}

std::string value(std::string_view sql) {
  const Result<std::string> text = string_value(sql, first(sql));
  return text.has_value() ? *text : "error: " + text.error().message();
}

std::string problem(std::string_view sql) {
  for (const Token& token : tokenize(sql)) {
    if (token.kind == TokenKind::kInvalid) return lexical_error(sql, token).message();
  }
  return "none";
}

TEST(Lexer, FindsKeywordsInAnyCase) {
  for (const std::string_view text : {"SELECT", "select", "SeLeCt"}) {
    EXPECT_EQ(kind(text), TokenKind::kKeyword);
    EXPECT_EQ(first(text).terminal, "SELECT"_t);
  }
  EXPECT_EQ(kind("selects"), TokenKind::kIdentifier);
}

TEST(Lexer, KeepsTheClassesOfKeywords) {
  EXPECT_EQ(terminal_class("SELECT"_t), TerminalClass::kReserved);
  EXPECT_EQ(terminal_class("VALUES"_t), TerminalClass::kColumnName);
  EXPECT_EQ(terminal_class("LEFT"_t), TerminalClass::kTypeOrFunction);
  EXPECT_EQ(terminal_class("YEAR"_t), TerminalClass::kUnreserved);
}

TEST(Lexer, GivesEachTokenItsBytes) {
  const std::vector<Token> tokens = tokenize("  ab\n+ 'c' ");
  ASSERT_EQ(tokens.size(), 4U);
  EXPECT_EQ(tokens[0].span, (SourceSpan{2, 4}));
  EXPECT_EQ(tokens[1].span, (SourceSpan{5, 6}));
  EXPECT_EQ(tokens[2].span, (SourceSpan{7, 10}));
  EXPECT_EQ(tokens[3].kind, TokenKind::kEnd);
}

TEST(Lexer, TakesTheLongestOperator) {
  EXPECT_EQ(split("a<=b"), "|a|<=|b|");
  EXPECT_EQ(split("a<>b!=c==d"), "|a|<>|b|!=|c|==|d|");
  EXPECT_EQ(split("a->>'b'->c"), "|a|->>|'b'|->|c|");
  EXPECT_EQ(split("a::b:=c=>d"), "|a|::|b|:=|c|=>|d|");
  EXPECT_EQ(split("a!~~*b ~~~ c"), "|a|!~~*|b|~~~|c|");
  EXPECT_EQ(split("7//2**3"), "|7|//|2|**|3|");
}

TEST(Lexer, DoesNotGlueASignToAnOperator) {
  EXPECT_EQ(split("a=-1"), "|a|=|-|1|");
  EXPECT_EQ(split("a!=-1"), "|a|!=|-|1|");
  EXPECT_EQ(split("a||-1"), "|a||||-|1|");
}

TEST(Lexer, SkipsCommentsAndNestsThem) {
  EXPECT_EQ(split("a -- b\nc"), "|a|c|");
  EXPECT_EQ(split("a /* b /* c */ d */ e"), "|a|e|");
  EXPECT_EQ(split("1--1"), "|1|");
}

TEST(Lexer, ReadsUnquotedIdentifiers) {
  EXPECT_EQ(split("_a1$ größe 表"), "|_a1$|größe|表|");
  EXPECT_EQ(kind("größe"), TokenKind::kIdentifier);
}

TEST(Lexer, UnquotesIdentifiers) {
  EXPECT_EQ(kind("\"a b\""), TokenKind::kQuoted);
  EXPECT_EQ(identifier_text("\"a \"\"b\"\"\""), "a \"b\"");
  EXPECT_EQ(identifier_text("Plain"), "Plain");
}

TEST(Lexer, TreatsUnicodeSpacesAsSpace) { EXPECT_EQ(split("a\u00A0b\u3000c\uFEFF"), "|a|b|c|"); }

TEST(Lexer, TellsIntegersDecimalsAndFloatsApart) {
  EXPECT_EQ(kind("42"), TokenKind::kInteger);
  EXPECT_EQ(kind("1.5"), TokenKind::kDecimal);
  EXPECT_EQ(kind(".5"), TokenKind::kDecimal);
  EXPECT_EQ(kind("1."), TokenKind::kDecimal);
  EXPECT_EQ(kind("1e5"), TokenKind::kFloat);
  EXPECT_EQ(kind("2.5E-3"), TokenKind::kFloat);
  EXPECT_EQ(kind("0xFF"), TokenKind::kInteger);
}

TEST(Lexer, ResolvesBasesAndUnderscores) {
  EXPECT_EQ(number("1_000_000"), "1000000");
  EXPECT_EQ(number("0x1F"), "31");
  EXPECT_EQ(number("0b101"), "5");
  EXPECT_EQ(number("0o17"), "15");
  EXPECT_EQ(number("007"), "7");
  EXPECT_EQ(number("0"), "0");
  EXPECT_EQ(number("00.50"), "0.50");
  EXPECT_EQ(number("1_0.2_5e1_0"), "10.25e10");
}

TEST(Lexer, KeepsIntegersOfAnySize) {
  EXPECT_EQ(number("123456789012345678901234567890123456789012345"), "123456789012345678901234567890123456789012345");
}

TEST(Lexer, RefusesHexadecimalBeyond128Bits) {
  EXPECT_EQ(number("0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"), "340282366920938463463374607431768211455");
  EXPECT_EQ(number("0x1FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"), "error: this number does not fit 128 bits");
  EXPECT_EQ(number("0x0FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"), "21267647932558653966460912964485513215");
}

TEST(Lexer, RefusesMalformedNumbers) {
  for (const std::string_view text : {"1a", "1__0", "1_", "0x", "0xG", "0b2", "1e5x"}) EXPECT_EQ(kind(text), TokenKind::kInvalid) << text;
  EXPECT_EQ(problem("SELECT 12abc"), "\"12abc\" is not a number");
}

TEST(Lexer, ReadsStrings) {
  EXPECT_EQ(value("'it''s'"), "it's");
  EXPECT_EQ(value("''"), "");
  EXPECT_EQ(value("'a\\n'"), "a\\n");
  EXPECT_EQ(value("$$it's$$"), "it's");
  EXPECT_EQ(value("$tag$a $$ b$tag$"), "a $$ b");
}

TEST(Lexer, ResolvesEscapes) {
  EXPECT_EQ(value("E'a\\tb\\n\\\\\\''"), "a\tb\n\\'");
  EXPECT_EQ(value("e'\\x41\\101\\u00e9\\U0001F600'"), "AA\u00e9\U0001F600");
  EXPECT_EQ(value("E'\\u12'"), "error: an escape \\u takes 4 hexadecimal digits, and \\U takes 8");
  EXPECT_EQ(value("E'\\uD800'"), "error: this escape is not a Unicode character");
  EXPECT_EQ(value("E'\\xFF'"), "error: the escapes in this string do not make valid UTF-8 text");
}

TEST(Lexer, ReadsBlobs) {
  EXPECT_EQ(kind("X'00fF'"), TokenKind::kBlob);
  EXPECT_EQ(value("X'00fF'"), std::string("\0\xFF", 2));
  EXPECT_EQ(value("X'0'"), "error: a blob literal is made of pairs of hexadecimal digits");
}

TEST(Lexer, ReadsParameters) {
  for (const std::string_view text : {"?", "?1", "$1", "$name"}) EXPECT_EQ(kind(text), TokenKind::kParameter) << text;
  EXPECT_EQ(kind("#2"), TokenKind::kPositional);
}

TEST(Lexer, NamesWhatIsUnterminated) {
  EXPECT_EQ(problem("SELECT 'abc"), "unterminated string");
  EXPECT_EQ(problem("SELECT \"abc"), "unterminated quoted identifier");
  EXPECT_EQ(problem("SELECT /* abc"), "unterminated comment");
  EXPECT_EQ(problem("SELECT $q$ abc"), "unterminated dollar-quoted string");
  EXPECT_EQ(problem("SELECT X'ab"), "unterminated blob");
  EXPECT_EQ(problem("SELECT \"\""), "a quoted identifier must not be empty");
}

TEST(Lexer, ExplainsStrayCharacters) {
  EXPECT_EQ(problem("SELECT `a`"), "unexpected \"`\"");
  EXPECT_EQ(problem("SELECT \u201Ca\u201D"), "typographic quotation mark \u201C");
  EXPECT_EQ(problem("SELECT \x01"), "unexpected control character 0x01");
  EXPECT_EQ(problem("SELECT B'01'"), "bit strings are not supported");
}

TEST(Lexer, GetsOnAfterAnyByte) {
  std::string bytes;
  for (int byte = 0; byte < 256; ++byte) bytes += static_cast<char>(static_cast<unsigned char>(byte));
  std::uint32_t at = 0;
  for (Token token = next_token(bytes, at); token.kind != TokenKind::kEnd; token = next_token(bytes, at)) {
    ASSERT_GT(token.span.end, token.span.begin);
    at = token.span.end;
  }
}

TEST(Utf8, FindsTheFirstBadByte) {
  EXPECT_EQ(find_invalid_utf8("abc \u00e9 \u20AC \U0001F600"), std::string_view::npos);
  EXPECT_EQ(find_invalid_utf8("ab\xFF"), 2U);
  EXPECT_EQ(find_invalid_utf8("a\xC3"), 1U);             // cut off
  EXPECT_EQ(find_invalid_utf8("\xC0\x80"), 0U);          // overlong
  EXPECT_EQ(find_invalid_utf8("\xED\xA0\x80"), 0U);      // surrogate
  EXPECT_EQ(find_invalid_utf8("\xF4\x90\x80\x80"), 0U);  // above U+10FFFF
  EXPECT_EQ(find_invalid_utf8("\xE0\x9F\xBF"), 0U);      // overlong
}

}  // namespace
}  // namespace trueno::sql
