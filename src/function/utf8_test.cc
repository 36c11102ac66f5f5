#include "function/utf8.h"

#include <string>

#include <gtest/gtest.h>

#include "function/unicode_case.h"

namespace trueno::function {
namespace {

TEST(Utf8, ReadsBackWhatItWrote) {
  for (const char32_t code : {U'a', U'\x7F', U'\x80', U'\u07FF', U'\u0800', U'\uFFFD', U'\U00010000', U'\U0010FFFF'}) {
    std::string text;
    append_utf8(text, code);
    std::size_t at = 0;
    EXPECT_EQ(utf8_next(text, at), code);
    EXPECT_EQ(at, text.size());
    EXPECT_TRUE(is_utf8(text));
  }
}

TEST(Utf8, OffsetsCountCharacters) {
  EXPECT_EQ(utf8_offset("h\u00e9llo", 2), 3u);
  EXPECT_EQ(utf8_offset("h\u00e9llo", 99), 6u);
  EXPECT_EQ(utf8_offset("abc", -1), 0u);
}

// The well-formed sequences of the Unicode standard, table 3-7.
TEST(Utf8, RefusesWhatIsNoUtf8) {
  for (const char* bytes :
       {"\x80", "\xC0\x80", "\xC3", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xF8\x88\x80\x80\x80", "\xE2\x82"})
    EXPECT_FALSE(is_utf8(bytes));
  EXPECT_TRUE(is_utf8("plain, \u00e9, \u6f22, \U0001F986"));
}

// Rows of UnicodeData.txt.
TEST(UnicodeCase, MapsOneToOne) {
  EXPECT_EQ(upper_case(U'\u00E9'), U'\u00C9');
  EXPECT_EQ(upper_case(U'\u00FF'), U'\u0178');
  EXPECT_EQ(upper_case(U'\u0101'), U'\u0100');
  EXPECT_EQ(upper_case(U'\u0100'), U'\u0100');
  EXPECT_EQ(lower_case(U'\u03A3'), U'\u03C3');
  EXPECT_EQ(lower_case(U'\u1E9E'), U'\u00DF');
  EXPECT_EQ(lower_case(U'\U00010400'), U'\U00010428');
  EXPECT_EQ(upper_case(U'\u6F22'), U'\u6F22');
  EXPECT_EQ(upper_case(U'z'), U'Z');
  EXPECT_EQ(lower_case(U'['), U'[');
}

}  // namespace
}  // namespace trueno::function
