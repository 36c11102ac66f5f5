#include "kernel/string_match.h"

#include <gtest/gtest.h>

#include <random>

namespace trueno::kernel {
namespace {

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

}  // namespace
}  // namespace trueno::kernel
