#include "column/utf8.h"

#include <gtest/gtest.h>

namespace trueno {
namespace {

// The cases of the Unicode standard's table 3-7.
TEST(Utf8, WellFormedSequencesAreAccepted) {
  for (const char* text : {"", "abc", "a longer ASCII text", "\xC3\xA4", "\xE2\x82\xAC", "\xED\x9F\xBF", "\xEE\x80\x80", "\xF0\x90\x80\x80",
                           "\xF4\x8F\xBF\xBF", "mixed \xC3\xA4 text \xF0\x9F\x98\x80 end"}) {
    EXPECT_TRUE(is_utf8(text)) << text;
  }
}

TEST(Utf8, OverlongSurrogateTruncatedAndStrayBytesAreRefused) {
  for (const char* text : {"\x80", "\xC0\xAF", "\xC1\xBF", "\xC3", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xE2\x82", "\xF0\x8F\xBF\xBF",
                           "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "eight by\xC3", "\xC3("}) {
    EXPECT_FALSE(is_utf8(text));
  }
}

TEST(Utf8, NullRowsOfAColumnAreNotLookedAt) {
  const Column good = *column_of(TypeId::kVarchar, std::vector<Value>{Value::varchar("a"), Value::null(TypeId::kVarchar)});
  EXPECT_TRUE(has_valid_texts(good));
  const Column bad = *column_of(TypeId::kVarchar, std::vector<Value>{Value::varchar("a"), Value::varchar("a text that is \xFF")});
  EXPECT_FALSE(has_valid_texts(bad));
}

}  // namespace
}  // namespace trueno
