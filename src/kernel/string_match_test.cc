// LIKE, against a matcher that tries everything; the search for a text, against the standard library's.
#include "kernel/string_match.h"

#include <gtest/gtest.h>

#include <random>

namespace trueno::kernel {
namespace {

bool like(std::string_view text, std::string_view pattern, std::string_view escape = {}) {
  const auto compiled = LikePattern::compile(pattern, escape);
  EXPECT_TRUE(compiled) << pattern;
  return compiled && compiled->matches(text);
}

// ASCII only: what the SQL standard says, word for word.
bool slow_like(std::string_view text, std::string_view pattern) {
  if (pattern.empty()) return text.empty();
  if (pattern[0] == '%') {
    for (std::size_t skip = 0; skip <= text.size(); ++skip) {
      if (slow_like(text.substr(skip), pattern.substr(1))) return true;
    }
    return false;
  }
  return !text.empty() && (pattern[0] == '_' || pattern[0] == text[0]) && slow_like(text.substr(1), pattern.substr(1));
}

TEST(LikePattern, AgreesWithTryingEverything) {
  // All texts of up to 5 letters of {a, b} and all patterns of up to 4 of {a, b, %, _}.
  const auto all = [](std::string_view letters, int longest) {
    std::vector<std::string> words = {""};
    for (std::size_t begin = 0, length = 0; static_cast<int>(length) < longest; ++length) {
      const std::size_t end = words.size();
      for (; begin < end; ++begin) {
        for (const char letter : letters) words.push_back(words[begin] + letter);
      }
    }
    return words;
  };
  const std::vector<std::string> texts = all("ab", 5);
  for (const std::string& pattern : all("ab%_", 4)) {
    const auto compiled = LikePattern::compile(pattern);
    ASSERT_TRUE(compiled);
    for (const std::string& text : texts) ASSERT_EQ(compiled->matches(text), slow_like(text, pattern)) << text << " LIKE " << pattern;
  }
}

TEST(LikePattern, AnUnderscoreIsOneCharacterNotOneByte) {
  EXPECT_TRUE(like("é", "_"));
  EXPECT_FALSE(like("é", "__"));
  EXPECT_TRUE(like("漢字", "_字"));
  EXPECT_TRUE(like("a🦆b", "%_b"));
  EXPECT_TRUE(like("🦆", "%_"));
  EXPECT_FALSE(like("", "%_"));
}

TEST(LikePattern, TheEscapeTakesTheNextCharacterLiterally) {
  EXPECT_TRUE(like("a%b", "a!%b", "!"));
  EXPECT_FALSE(like("axb", "a!%b", "!"));
  EXPECT_TRUE(like("a!b", "a!!b", "!"));
  EXPECT_TRUE(like("a_", "aé_", "é"));
  EXPECT_FALSE(LikePattern::compile("a!", "!"));
  EXPECT_FALSE(LikePattern::compile("a", "!!"));
}

TEST(TextSearch, FindsWhatTheStandardLibraryFinds) {
  std::mt19937_64 random(5);
  const auto text_of = [&](std::size_t most) {
    static constexpr std::string_view kLetters = "aeqz 7\xC3\xA9%";
    std::string text;
    for (std::size_t n = random() % (most + 1); n > 0; --n) text += kLetters[random() % kLetters.size()];
    return text;
  };
  for (int round = 0; round < 20'000; ++round) {
    const std::string text = text_of(40);
    const std::string wanted = text_of(4);
    const TextSearch search(wanted);
    for (const std::size_t from : {std::size_t{0}, std::size_t{1}, text.size(), text.size() + 1})
      ASSERT_EQ(search.find(text, from), std::string_view(text).find(wanted, from)) << '"' << text << "\" \"" << wanted << "\" " << from;
  }
}

TEST(Utf8Length, CountsCharacters) {
  EXPECT_EQ(utf8_length(""), 0);
  EXPECT_EQ(utf8_length("héllo"), 5);
  EXPECT_EQ(utf8_length("🦆漢"), 2);
}

}  // namespace
}  // namespace trueno::kernel
