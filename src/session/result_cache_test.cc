// The result cache by itself: what it finds, what goes when room is needed, what time ends.
#include "session/result_cache.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "column/rows.h"

namespace trueno::session {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

constexpr std::int64_t kRoom = 1 << 20;
const ResultCache::Moment kStart{};

ResultCache::Entry entry(const std::string& key, std::int64_t number = 1, std::optional<ResultCache::Duration> lifetime = {}) {
  ColumnBuilder builder(TypeId::kBigInt);
  EXPECT_TRUE(builder.append(Value::bigint(number)));
  Batch rows{1, {}};
  rows.columns.push_back(*builder.finish());
  return {key, "SELECT " + key, {{"x", TypeId::kBigInt, false}}, std::move(rows), lifetime};
}

std::string value(const std::optional<ResultCache::Found>& found) {
  return found ? found->rows.columns[0].value(0).to_string() : "nothing";
}

std::vector<std::string> queries(const ResultCache& cache, ResultCache::Moment now = kStart) {
  std::vector<std::string> out;
  for (const ResultCache::Listed& kept : cache.list(now)) out.push_back(kept.query);
  return out;
}

TEST(ResultCacheTest, FindsWhatWasKeptUnderItsKeyAndCountsHits) {
  ResultCache cache;
  EXPECT_EQ(value(cache.find("a", {}, kStart)), "nothing");
  EXPECT_TRUE(cache.keep(entry("a", 1), kRoom, kStart));
  EXPECT_TRUE(cache.keep(entry("b", 2), kRoom, kStart));
  EXPECT_EQ(value(cache.find("a", {}, kStart)), "1");
  EXPECT_EQ(value(cache.find("b", {}, kStart)), "2");
  EXPECT_EQ(value(cache.find("a", {}, kStart + 5ms)), "1");
  EXPECT_EQ(cache.find("a", {}, kStart + 7ms)->age, 7ms);
  const auto listed = cache.list(kStart);
  ASSERT_EQ(listed.size(), 2u);
  EXPECT_EQ(listed[0].query, "SELECT a");
  EXPECT_EQ(listed[0].hits, 3);
  EXPECT_EQ(listed[1].hits, 1);
}

TEST(ResultCacheTest, AKeyHasOneResultTheLastOne) {
  ResultCache cache;
  EXPECT_TRUE(cache.keep(entry("a", 1), kRoom, kStart));
  EXPECT_TRUE(cache.keep(entry("a", 2), kRoom, kStart));
  EXPECT_EQ(value(cache.find("a", {}, kStart)), "2");
  EXPECT_EQ(cache.list(kStart).size(), 1u);
}

TEST(ResultCacheTest, WhatWasNotUsedLongestGoesWhenRoomIsNeeded) {
  ResultCache cache;
  ASSERT_TRUE(cache.keep(entry("a"), kRoom, kStart));
  const std::int64_t room = 2 * cache.list(kStart)[0].bytes;
  ASSERT_TRUE(cache.keep(entry("b"), room, kStart));
  EXPECT_EQ(value(cache.find("a", {}, kStart)), "1");
  ASSERT_TRUE(cache.keep(entry("c"), room, kStart));
  EXPECT_THAT(queries(cache), ElementsAre("SELECT c", "SELECT a"));
  EXPECT_EQ(value(cache.find("b", {}, kStart)), "nothing");
}

TEST(ResultCacheTest, WhatAloneTakesMoreThanThereIsRoomIsNotKeptAndDrivesNothingOut) {
  ResultCache cache;
  ASSERT_TRUE(cache.keep(entry("a"), kRoom, kStart));
  EXPECT_FALSE(cache.keep(entry("b"), 10, kStart));
  EXPECT_THAT(queries(cache), ElementsAre("SELECT a"));
}

TEST(ResultCacheTest, BytesAreThoseOfTheBuffersThatAreHeldNotOfTheRowsInThem) {
  ColumnBuilder builder(TypeId::kBigInt);
  for (std::int64_t i = 0; i < 10'000; ++i) ASSERT_TRUE(builder.append(Value::bigint(i)));
  Batch rows{1, {}};
  rows.columns.push_back(builder.finish()->slice(5, 1));
  ResultCache cache;
  EXPECT_FALSE(cache.keep({"k", "q", {{"x", TypeId::kBigInt, false}}, rows, {}}, 40'000, kStart));
  EXPECT_TRUE(cache.keep({"k", "q", {{"x", TypeId::kBigInt, false}}, rows, {}}, kRoom, kStart));
}

TEST(ResultCacheTest, ALifetimeEndsAndWhoWantsYoungerOnesFindsNothing) {
  ResultCache cache;
  ASSERT_TRUE(cache.keep(entry("a", 1, 60s), kRoom, kStart));
  EXPECT_EQ(value(cache.find("a", {}, kStart + 59'999ms)), "1");
  EXPECT_EQ(value(cache.find("a", 10s, kStart + 10s)), "nothing");  // too old for this one
  EXPECT_TRUE(cache.has("a", 11s, kStart + 10s));
  EXPECT_EQ(value(cache.find("a", {}, kStart + 20s)), "1");  // not for that one
  EXPECT_FALSE(cache.has("a", {}, kStart + 60s));
  EXPECT_EQ(value(cache.find("a", {}, kStart + 60s)), "nothing");
  EXPECT_EQ(value(cache.find("a", {}, kStart)), "nothing");  // it was taken out
}

TEST(ResultCacheTest, WhatIsOverGoesBeforeWhatIsNotUsed) {
  ResultCache cache;
  ASSERT_TRUE(cache.keep(entry("a"), kRoom, kStart));
  ASSERT_TRUE(cache.keep(entry("b", 1, 1s), kRoom, kStart));
  const std::int64_t room = cache.list(kStart)[0].bytes + cache.list(kStart)[1].bytes;
  ASSERT_TRUE(cache.keep(entry("c"), room, kStart + 2s));
  EXPECT_THAT(queries(cache, kStart + 2s), ElementsAre("SELECT c", "SELECT a"));
}

}  // namespace
}  // namespace trueno::session
