#include "base/select.h"

#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace trueno {
namespace {

// Calls every part on this thread, but as if there were several.
Parallel several() {
  return {3, [](std::size_t parts, const Parallel::Body& body) {
            for (std::size_t part = parts; part-- > 0;) body(part);
          }};
}

std::vector<std::int64_t> values_of(std::size_t count, std::uint64_t different) {
  std::mt19937_64 random(count + different);
  std::vector<std::int64_t> values(count);
  for (std::int64_t& value : values) value = static_cast<std::int64_t>(random() % different) - 3;
  return values;
}

void expect_as_sorted(std::vector<std::int64_t> values) {
  std::vector<std::int64_t> sorted = values;
  std::ranges::sort(sorted);
  const Parallel parallel = several();
  Selection<std::int64_t> selection(values, parallel);
  const std::size_t last = values.size() - 1;
  for (const std::size_t place : {last / 2, last / 2 + 1, std::size_t{0}, last, last / 3, last / 1000, last - last / 7, last / 2})
    EXPECT_EQ(selection[std::min(place, last)], sorted[std::min(place, last)]) << "place " << place << " of " << values.size();
}

TEST(Selection, GivesWhatSortingGives) {
  for (const std::size_t count : std::vector<std::size_t>{1, 2, 3, 24, 25, 100, 1000, 5000, 70'000, 300'000}) {
    for (const std::uint64_t different : {std::uint64_t{1}, std::uint64_t{2}, std::uint64_t{50}, std::uint64_t{1} << 40})
      expect_as_sorted(values_of(count, different));
  }
}

TEST(Selection, OrderOfTheValuesDoesNotMatter) {
  for (const std::size_t count : std::vector<std::size_t>{1000, 100'000}) {
    std::vector<std::int64_t> values = values_of(count, 1 << 20);
    std::ranges::sort(values);
    expect_as_sorted(values);
    std::ranges::reverse(values);
    expect_as_sorted(values);
    for (std::size_t i = 0; i < count; ++i) values[i] = static_cast<std::int64_t>(std::min(i, count - i));
    expect_as_sorted(values);
  }
}

// A sample at equal distances sees nothing but zeros.
TEST(Selection, AMisleadingSampleDoesNotMatter) {
  std::vector<std::int64_t> values(1024 * 128);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = i % 128 == 0 ? 0 : static_cast<std::int64_t>(i % 1000) - 300;
  expect_as_sorted(values);
}

TEST(PartedValues, FindsEveryPlace) {
  std::vector<std::int64_t> values = values_of(400, 90);
  std::vector<std::int64_t> sorted = values;
  std::ranges::sort(sorted);
  PartedValues<std::int64_t> parted(values);
  for (std::size_t i = 0; i < values.size(); ++i) EXPECT_EQ(parted[i * 7 % values.size()], sorted[i * 7 % values.size()]);
}

}  // namespace
}  // namespace trueno
