// Query::cache and cache_ttl: what is kept, what is given again, and that every change of a source shows.
#include <gtest/gtest.h>

#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <thread>

#include "trueno/trueno.h"

namespace trueno {
namespace {

using namespace std::chrono_literals;

class QueryCacheTest : public testing::Test {
 protected:
  void run(const std::string& sql) {
    const auto done = db_.query(sql).execute();
    ASSERT_TRUE(done) << done.error().text;
  }
  QueryResult cached(const std::string& sql) {
    auto result = db_.query(sql).cache().execute();
    EXPECT_TRUE(result) << result.error().text;
    return result ? *result : QueryResult();
  }

  Database db_;
};

// A file that is gone with the test. Its content is pinned once the file system's clock has moved on.
class File {
 public:
  explicit File(const std::string& name)
      : path_(std::filesystem::temp_directory_path() / ("trueno_cache_test_" + std::to_string(::getpid()) + name)) {}
  ~File() { std::filesystem::remove(path_); }
  void write(const std::string& text) const {
    std::ofstream(path_) << text;
    std::this_thread::sleep_for(150ms);
  }
  [[nodiscard]] std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

TEST_F(QueryCacheTest, TheSecondResultIsTheFirstOneAndSaysSo) {
  run("CREATE TABLE t AS SELECT x, x % 7 AS k FROM range(1000) r(x)");
  const std::string sql = "SELECT k, sum(x) AS s, 'a text that is longer than twelve bytes' AS text FROM t GROUP BY k";
  const QueryResult first = cached(sql);
  EXPECT_EQ(first.cache().state, CacheState::Kept);
  const QueryResult second = cached(sql);
  EXPECT_EQ(second.cache().state, CacheState::Hit);
  EXPECT_NE(second.cache().reason.find("nothing they were made of has changed"), std::string::npos);
  EXPECT_EQ(second.to_json(), first.to_json());
  EXPECT_EQ(second.columns()[1].name, "s");
  EXPECT_EQ(second.columns()[1].type, "HUGEINT");
  EXPECT_EQ(second.backend_info(), "result cache");
  ASSERT_EQ(second.profile().size(), 1u);
  EXPECT_EQ(second.profile()[0].rows_out, 7);
}

TEST_F(QueryCacheTest, NothingIsKeptUnlessItIsAskedFor) {
  const auto sql = "SELECT sum(x) FROM range(10) r(x)";
  EXPECT_EQ(db_.query(sql).execute()->cache().state, CacheState::Off);
  EXPECT_EQ(cached(sql).cache().state, CacheState::Kept);
  EXPECT_EQ(db_.query(sql).execute()->cache().state, CacheState::Off);
}

TEST_F(QueryCacheTest, ConnectionsShareResultsButNotTemporaryTables) {
  const auto sql = "SELECT sum(x) FROM t";
  run("CREATE TABLE t AS SELECT x FROM range(10) r(x)");
  EXPECT_EQ(cached(sql).cache().state, CacheState::Kept);
  const Connection other = db_.connect();
  EXPECT_EQ(other.query(sql).cache().execute()->cache().state, CacheState::Hit);
  ASSERT_TRUE(other.query("CREATE TEMP TABLE t AS SELECT 5 AS x").execute());
  const auto own = other.query(sql).cache().execute();
  EXPECT_EQ(own->cache().state, CacheState::Kept);
  EXPECT_EQ(own->text(0, 0), "5");
  EXPECT_EQ(cached(sql).text(0, 0), "45");
}

TEST_F(QueryCacheTest, AQueryForTheGpuCountsByItself) {
  const auto sql = "SELECT sum(x) FROM range(10) r(x)";
  EXPECT_EQ(cached(sql).cache().state, CacheState::Kept);
  EXPECT_EQ(db_.query(sql).cache().execute_simd()->cache().state, CacheState::Hit);
  EXPECT_EQ(db_.query(sql).cache().execute_scalar()->cache().state, CacheState::Hit);
  const auto gpu = db_.query(sql).cache().execute_gpu();
  ASSERT_TRUE(gpu) << gpu.error().text;
  EXPECT_NE(gpu->cache().state, CacheState::Hit);
  if (!gpu->warnings().empty()) {
    EXPECT_EQ(gpu->cache().reason, "its warning belongs to it");
  }
}

TEST_F(QueryCacheTest, AResultIsGivenNoLongerThanItsTime) {
  const auto sql = "SELECT count(*) FROM range(10) r(x)";
  EXPECT_EQ(db_.query(sql).cache_ttl(60).execute()->cache().state, CacheState::Kept);
  EXPECT_EQ(db_.query(sql).cache_ttl(60).execute()->cache().state, CacheState::Hit);
  std::this_thread::sleep_for(30ms);
  EXPECT_EQ(db_.query(sql).cache_ttl(20ms).execute()->cache().state, CacheState::Kept);
  std::this_thread::sleep_for(30ms);
  EXPECT_EQ(db_.query(sql).cache().execute()->cache().state, CacheState::Kept) << "its own 20 ms are over, whoever asks";
  EXPECT_EQ(db_.query(sql).cache().execute()->cache().state, CacheState::Hit);
}

TEST_F(QueryCacheTest, AFileThatChangesIsReadAgain) {
  const File file("_a.csv");
  const std::string sql = "SELECT sum(a) FROM '" + file.path() + "'";
  file.write("a\n1\n2\n");
  EXPECT_EQ(cached(sql).text(0, 0), "3");
  EXPECT_EQ(cached(sql).cache().state, CacheState::Hit);
  file.write("a\n1\n5\n");  // as long as before
  const QueryResult changed = cached(sql);
  EXPECT_EQ(changed.cache().state, CacheState::Kept);
  EXPECT_EQ(changed.text(0, 0), "6");
  // Also when its time is set back.
  const auto before = std::filesystem::last_write_time(file.path());
  file.write("a\n1\n7\n");
  std::filesystem::last_write_time(file.path(), before);
  std::this_thread::sleep_for(150ms);
  EXPECT_EQ(cached(sql).text(0, 0), "8");
}

TEST_F(QueryCacheTest, AFileThatWasJustWrittenIsNotPinnedYet) {
  const File file("_b.csv");
  std::ofstream(file.path()) << "a\n1\n";
  const QueryResult result = cached("SELECT * FROM '" + file.path() + "'");
  EXPECT_EQ(result.cache().state, CacheState::Refused);
  EXPECT_NE(result.cache().reason.find("nothing says whether"), std::string::npos) << result.cache().reason;
}

TEST_F(QueryCacheTest, AnotherReadingOfAFileIsAnotherResult) {
  const File file("_c.csv");
  file.write("1,2\n3,4\n5,6\n");
  const auto count = [&](const std::string& options) {
    return cached("SELECT count(*) FROM read_csv('" + file.path() + "', all_varchar = true, names = ['a', 'b'], header = false" + options +
                  ")")
        .text(0, 0);
  };
  EXPECT_EQ(count(""), "3");
  EXPECT_EQ(count(", skip = 1"), "2");
  EXPECT_EQ(count(", skip = 2"), "1");
  EXPECT_EQ(count(""), "3");
  EXPECT_EQ(
      cached("SELECT count(*) FROM read_csv('" + file.path() + "', all_varchar = true, names = ['a', 'b'], header = false)").cache().state,
      CacheState::Hit);
}

TEST_F(QueryCacheTest, AFileMoreOfAPatternIsSeen) {
  const File one("_d1.csv");
  const File two("_d2.csv");
  one.write("a\n1\n");
  const std::string sql = "SELECT count(*) FROM '" + one.path().substr(0, one.path().size() - 5) + "*.csv'";
  EXPECT_EQ(cached(sql).text(0, 0), "1");
  EXPECT_EQ(cached(sql).cache().state, CacheState::Hit);
  two.write("a\n2\n3\n");
  EXPECT_EQ(cached(sql).text(0, 0), "3");
}

TEST_F(QueryCacheTest, WhatIsTooLargeIsSaidSo) {
  ASSERT_TRUE(db_.connection().set("result_cache_mb", "1"));
  const QueryResult result = cached("SELECT x FROM range(1000000) r(x)");
  EXPECT_EQ(result.cache().state, CacheState::Refused);
  EXPECT_EQ(result.cache().reason, "it takes more than result_cache_mb");
  EXPECT_EQ(result.row_count(), 1'000'000);
}

TEST_F(QueryCacheTest, ErrorsAreNotKept) {
  run("CREATE TABLE t AS SELECT 0 AS x");
  const auto sql = "SELECT 1 // x FROM t";
  for (int i = 0; i < 2; ++i) {
    const auto failed = db_.query("SELECT ('a' || x)::INTEGER FROM t").cache().execute();
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code, FailureCode::kConversion);
  }
  run("UPDATE t SET x = 1");
  EXPECT_EQ(cached(sql).text(0, 0), "1");
}

// Readers never see a sum that was no state of the table: every INSERT adds two rows whose sum is 0.
TEST_F(QueryCacheTest, ThreadsThatAskWhileOthersChangeSeeOneStateEach) {
  run("CREATE TABLE t(x INTEGER)");
  std::atomic<bool> stop = false;
  std::atomic<int> wrong = 0;
  std::atomic<int> hits = 0;
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      const Connection own = db_.connect();
      std::int64_t rows = 0;
      while (!stop) {
        const auto result = own.query("SELECT count(*), coalesce(sum(x), 0), count(*) % 2 FROM t").cache().execute();
        if (!result) continue;
        hits += result->cache().state == CacheState::Hit ? 1 : 0;
        const auto now = (*result->rows().begin()).get<std::int64_t>(0);
        if (result->text(0, 1) != "0" || result->text(0, 2) != "0" || now < rows) ++wrong;
        rows = now;
      }
    });
  }
  for (int i = 1; i <= 60; ++i) {
    run("INSERT INTO t VALUES (" + std::to_string(i) + "), (-" + std::to_string(i) + ")");
    if (i % 10 == 0) std::this_thread::sleep_for(5ms);
  }
  for (int i = 0; i < 1000 && hits == 0; ++i) std::this_thread::sleep_for(30ms);  // nothing changes any more, so they find it kept
  stop = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_GT(hits, 0);
  EXPECT_EQ(cached("SELECT count(*) FROM t").text(0, 0), "120");
}

}  // namespace
}  // namespace trueno
