// Queries through the public API: bindings, devices, asynchronous execution, cancelling, deadlines, progress.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "trueno/trueno.h"

namespace trueno {
namespace {

using namespace std::chrono_literals;

// Runs for minutes unless it is stopped: 10^11 rows, and no statistics that could answer.
constexpr const char* kLong = "SELECT count(*) FROM range(100000000000) t(x) WHERE x % 7 = 3";

std::int64_t number(const Database& db, const std::string& sql) {
  auto result = db.query(sql).execute();
  EXPECT_TRUE(result) << result.error().text;
  return result ? (*result->rows().begin()).get<std::int64_t>(0) : -1;
}

TEST(QueryTest, TheSeedExampleRuns) {
  auto db = Database::builder().backend(Backend::CostBased).fallback(Backend::Simd).cache_size_mb(512).morsel_size_mb(128).build();
  ASSERT_TRUE(db);
  ASSERT_TRUE(db->query("CREATE TABLE events AS SELECT * FROM (VALUES ('a', 1.5), ('b', 10.0), ('a', 2.0)) t(category, value)").execute());
  auto result = db->query("SELECT category, sum(value) AS total FROM events GROUP BY category ORDER BY total DESC").execute();
  ASSERT_TRUE(result) << result.error().text;
  std::vector<std::pair<std::string, double>> rows;
  for (auto row : result->rows()) rows.emplace_back(row.get<std::string>(0), row.get<double>(1));
  EXPECT_EQ(rows, (std::vector<std::pair<std::string, double>>{{"b", 10.0}, {"a", 3.5}}));
  EXPECT_FALSE(result->backend_info().empty());
  EXPECT_GE(result->total_time_ms(), result->compute_time_ms());
  EXPECT_EQ(result->transfer_time_ms(), 0);
  ASSERT_FALSE(result->profile().empty());
  EXPECT_FALSE(result->profile()[0].reason.empty());
  EXPECT_FALSE(result->profile()[0].bids.empty());
}

TEST(QueryTest, ABuilderRefusesWhatIsNotAllowed) {
  EXPECT_EQ(Database::builder().morsel_size_mb(0).build().error().code, FailureCode::kInvalidInput);
  EXPECT_EQ(Database::builder().fallback(Backend::Gpu).build().error().code, FailureCode::kInvalidInput);
  const auto unknown = Database::builder().set("thread", "2").build();
  EXPECT_EQ(unknown.error().code, FailureCode::kCatalog);
  EXPECT_EQ(unknown.error().hint, "did you mean threads?");
}

TEST(QueryTest, ScalarGivesTheBytesOfWhateverWasChosen) {
  const Database db;
  const std::string sql = "SELECT x % 3 AS k, sum(x / 7) FROM range(1000) t(x) GROUP BY ALL";
  const auto chosen = db.query(sql).to_json();
  const auto scalar = db.query(sql).execute_scalar();
  ASSERT_TRUE(chosen && scalar);
  EXPECT_EQ(*chosen, scalar->to_json());
  EXPECT_EQ(scalar->backend_info(), "scalar");
}

TEST(QueryTest, AGpuThatIsNotThereIsSaidAloudOrRefused) {
  const Database db;
  const auto warned = db.query("SELECT 1 FROM range(1)").execute_gpu();
  ASSERT_TRUE(warned);
  if (warned->warnings().empty()) GTEST_SKIP() << "there is a GPU here";
  EXPECT_NE(warned->warnings()[0].find("the GPU was asked for"), std::string::npos);
  ASSERT_TRUE(db.connection().set("gpu_fallback", "error"));
  EXPECT_EQ(db.query("SELECT 1 FROM range(1)").execute_gpu().error().code, FailureCode::kDevice);
}

TEST(QueryTest, ValuesAreBoundInOrderByNumberAndByName) {
  const Database db;
  const auto result = db.query("SELECT ?, ?, $name, $1 + 1").bind(5, "text").bind_named("NAME", 2.5).execute();
  ASSERT_TRUE(result) << result.error().text;
  const Row row = *result->rows().begin();
  EXPECT_EQ(row.get<int>(0), 5);
  EXPECT_EQ(row.get<std::string>(1), "text");
  EXPECT_EQ(row.get<double>(2), 2.5);
  EXPECT_EQ(row.get<std::int64_t>(3), 6);
}

TEST(QueryTest, BoundValuesKeepTheirTypes) {
  const Database db;
  const auto type_of = [&](Parameter value) {
    const auto result = db.query("SELECT ?").bind(std::move(value)).execute();
    EXPECT_TRUE(result) << result.error().text;
    return result ? result->columns()[0].type + " " + result->text(0, 0) : std::string();
  };
  EXPECT_EQ(type_of(true), "BOOLEAN true");
  EXPECT_EQ(type_of(std::int8_t{-1}), "TINYINT -1");
  EXPECT_EQ(type_of(std::uint16_t{65535}), "USMALLINT 65535");
  EXPECT_EQ(type_of(7), "INTEGER 7");
  EXPECT_EQ(type_of(UINT64_MAX), "UBIGINT 18446744073709551615");
  EXPECT_EQ(type_of(0.1f), "FLOAT 0.1");
  EXPECT_EQ(type_of(0.1), "DOUBLE 0.1");
  EXPECT_EQ(type_of("x"), "VARCHAR x");
  EXPECT_EQ(type_of(Decimal{HugeInt::from(-1234), 10, 2}), "DECIMAL(10,2) -12.34");
  EXPECT_EQ(type_of(HugeInt{1, 0}), "HUGEINT 18446744073709551616");
  EXPECT_EQ(type_of(Date(std::chrono::days(1))), "DATE 1970-01-02");
  EXPECT_EQ(type_of(Timestamp(1s)), "TIMESTAMP 1970-01-01 00:00:01");
  const auto null = db.query("SELECT ? IS NULL").bind(std::optional<int>()).execute();
  ASSERT_TRUE(null) << null.error().text;
  EXPECT_TRUE((*null->rows().begin()).get<bool>(0));
}

TEST(QueryTest, WrongBindingsAreErrorsThatSayWhich) {
  const Database db;
  const auto missing = db.query("SELECT ?, ?").bind(1).execute();
  EXPECT_EQ(missing.error().code, FailureCode::kInvalidInput);
  EXPECT_EQ(missing.error().message, "parameter $2 has no value");
  EXPECT_EQ(missing.error().span.begin, 10u);
  EXPECT_EQ(db.query("SELECT $a").execute().error().message, "parameter $a has no value");
  EXPECT_EQ(db.query("SELECT ?").bind(1, 2).execute().error().code, FailureCode::kInvalidInput);
  EXPECT_EQ(db.query("SELECT 1").bind_named("a", 2).execute().error().code, FailureCode::kInvalidInput);
}

TEST(QueryTest, APreparedStatementRunsWithOtherValues) {
  const Database db;
  const Connection connection = db.connect();
  ASSERT_TRUE(connection.query("CREATE TABLE t AS SELECT x FROM range(10) r(x)").execute());
  auto prepared = connection.prepare("SELECT count(*) FROM t WHERE x >= ? AND x < $limit");
  ASSERT_TRUE(prepared);
  EXPECT_EQ(prepared->parameter_count(), 1u);
  EXPECT_EQ(prepared->parameter_names(), std::vector<std::string>{"limit"});
  for (const int from : {0, 3, 9}) {
    const auto result = prepared->bind(0, from).bind("limit", 8).execute();
    ASSERT_TRUE(result) << result.error().text;
    EXPECT_EQ((*result->rows().begin()).get<int>(0), std::max(0, 8 - from));
  }
  EXPECT_EQ(connection.prepare("SELEC 1").error().code, FailureCode::kParser);
}

TEST(QueryTest, ATransactionIsOfItsConnection) {
  const Database db;
  ASSERT_TRUE(db.query("CREATE TABLE t AS SELECT 1 AS x").execute());
  const Connection mine = db.connect();
  const Connection other = db.connect();
  ASSERT_TRUE(mine.query("BEGIN; UPDATE t SET x = 2").execute());
  const auto count = [](const Connection& connection) {
    const auto result = connection.query("SELECT x FROM t").execute();
    return result ? (*result->rows().begin()).get<int>(0) : -1;
  };
  EXPECT_EQ(count(mine), 2);
  EXPECT_EQ(count(other), 1);
  ASSERT_TRUE(other.query("INSERT INTO t VALUES (7)").execute());
  EXPECT_EQ(mine.query("COMMIT").execute().error().code, FailureCode::kConflict);
  EXPECT_EQ(mine.query("COMMIT").execute().error().code, FailureCode::kTransaction);
  EXPECT_EQ(count(mine), 1);
}

TEST(QueryTest, AChangeSaysHowManyRows) {
  const Database db;
  ASSERT_TRUE(db.query("CREATE TABLE t(x INTEGER)").execute());
  const auto inserted = db.query("INSERT INTO t VALUES (1), (2), (3)").execute();
  ASSERT_TRUE(inserted);
  EXPECT_FALSE(inserted->is_query());
  EXPECT_EQ((*inserted->rows().begin()).get<int>(0), 3);
  const auto deleted = db.query("DELETE FROM t WHERE x > 1 RETURNING x").execute();
  ASSERT_TRUE(deleted);
  EXPECT_TRUE(deleted->is_query());
  EXPECT_EQ(deleted->row_count(), 2);
}

TEST(QueryTest, PreparedStatementsOfSqlAreOfTheirConnection) {
  const Database db;
  const Connection mine = db.connect();
  ASSERT_TRUE(mine.query("PREPARE twice AS SELECT 2 * ?").execute());
  const auto result = mine.query("EXECUTE twice(21)").execute();
  ASSERT_TRUE(result) << result.error().text;
  EXPECT_EQ((*result->rows().begin()).get<int>(0), 42);
  EXPECT_EQ(db.connect().query("EXECUTE twice(21)").execute().error().code, FailureCode::kCatalog);
  ASSERT_TRUE(mine.query("DEALLOCATE twice").execute());
  EXPECT_EQ(mine.query("EXECUTE twice(21)").execute().error().code, FailureCode::kCatalog);
}

TEST(QueryTest, ConnectionsHaveSettingsOfTheirOwn) {
  const Database db;
  const Connection one = db.connect();
  const Connection two = db.connect();
  ASSERT_TRUE(one.query("SET threads = 3").execute());
  EXPECT_EQ(*one.setting("threads"), "3");
  EXPECT_EQ(*two.setting("threads"), "0");
  ASSERT_TRUE(one.query("RESET threads").execute());
  EXPECT_EQ(*one.setting("threads"), "0");
  EXPECT_EQ(one.set("threads", "-1").error().code, FailureCode::kInvalidInput);
  EXPECT_EQ(one.set("threads", "1025").error().hint, "a whole number from 0 to 1024");
}

TEST(QueryTest, OfSeveralStatementsTheLastResultCountsAndAllCanBeHad) {
  const Database db;
  EXPECT_EQ(number(db, "SELECT 1; SELECT 2"), 2);
  const auto all = db.query("SELECT 1; CREATE TABLE t(a INTEGER); SELECT 3").execute_all();
  ASSERT_TRUE(all);
  ASSERT_EQ(all->size(), 3u);
  EXPECT_FALSE((*all)[1].is_query());
  int seen = 0;
  ASSERT_TRUE(db.query("SELECT 1; SELECT 2").execute_each([&](const QueryResult&) { return ++seen < 1; }));
  EXPECT_EQ(seen, 1);
}

TEST(QueryTest, AnErrorShowsItsPlaceInTheWholeText) {
  const Database db;
  const auto result = db.query("SELECT 1;\nSELECT categry FROM (VALUES (1)) t(category)").execute();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, FailureCode::kBinder);
  EXPECT_EQ(result.error().text,
            "Binder error: no column \"categry\" in table t; did you mean \"category\"?\n"
            "LINE 2: SELECT categry FROM (VALUES (1)) t(category)\n"
            "               ^^^^^^^");
}

TEST(AsyncTest, AFutureHoldsTheResult) {
  const Database db;
  std::future<Outcome<QueryResult>> future = db.query("SELECT sum(x) FROM range(1000) t(x)").execute_async();
  const Outcome<QueryResult> result = future.get();
  ASSERT_TRUE(result) << result.error().text;
  EXPECT_EQ((*result->rows().begin()).get<std::int64_t>(0), 499500);
}

TEST(AsyncTest, ACallbackRunsOnAnotherThread) {
  const Database db;
  std::promise<std::thread::id> where;
  db.query("SELECT 1").execute_async([&](Outcome<QueryResult> outcome) {
    EXPECT_TRUE(outcome);
    where.set_value(std::this_thread::get_id());
  });
  EXPECT_NE(where.get_future().get(), std::this_thread::get_id());
}

TEST(AsyncTest, TheDatabaseStopsWhatStillRunsWhenItGoesAway) {
  std::future<Outcome<QueryResult>> future;
  {
    const Database db;
    future = db.query(kLong).execute_async();
  }
  EXPECT_EQ(future.get().error().code, FailureCode::kCancelled);
}

TEST(AsyncTest, TheLastHandleMayGoAwayInsideTheCallback) {
  std::promise<bool> done;
  auto db = std::make_unique<Database>();
  Database* raw = db.get();
  auto holder = std::make_shared<std::unique_ptr<Database>>(std::move(db));
  raw->query("SELECT 1").execute_async([holder, &done](Outcome<QueryResult> outcome) {
    holder->reset();
    done.set_value(outcome.has_value());
  });
  holder.reset();
  EXPECT_TRUE(done.get_future().get());
}

TEST(CancelTest, ARunningQueryStopsAndTheDatabaseGoesOn) {
  const Database db;
  const Cancellation cancellation;
  auto future = db.query(kLong).cancellation(cancellation).execute_async();
  std::this_thread::sleep_for(100ms);
  cancellation.cancel();
  EXPECT_EQ(future.get().error().code, FailureCode::kCancelled);
  EXPECT_EQ(number(db, "SELECT count(*) FROM range(10)"), 10);
}

TEST(CancelTest, AStatementThatWasCancelledLeavesNothingBehind) {
  const Database db;
  const Cancellation cancellation;
  auto future = db.query("CREATE TABLE big AS " + std::string(kLong)).cancellation(cancellation).execute_async();
  std::this_thread::sleep_for(50ms);
  cancellation.cancel();
  EXPECT_EQ(future.get().error().code, FailureCode::kCancelled);
  EXPECT_TRUE(db.table_names().empty());
}

TEST(DeadlineTest, AQueryThatRunsPastItsDeadlineFails) {
  const Database db;
  const auto start = std::chrono::steady_clock::now();
  const auto result = db.query(kLong).deadline(100ms).execute();
  EXPECT_EQ(result.error().code, FailureCode::kDeadlineExceeded);
  EXPECT_LT(std::chrono::steady_clock::now() - start, 30s);  // a loaded machine, sanitizers
  EXPECT_EQ(number(db, "SELECT 7"), 7);
}

TEST(DeadlineTest, HoldsAmongTheMatchesOfOneRow) {
  for (const char* backend : {"scalar", "simd"}) {
    Database db;
    // One row of the left, a hundred million pairs below it.
    const std::string sql = "SET backend = '" + std::string(backend) +
                            "'; SELECT count(*) FROM range(1) a, range(10000) b, range(10000) c WHERE a.range + b.range + c.range < 0";
    const auto begin = std::chrono::steady_clock::now();
    const auto result = db.query(sql).deadline(100ms).execute();
    ASSERT_FALSE(result) << backend;
    EXPECT_EQ(result.error().code, FailureCode::kDeadlineExceeded) << backend;
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 30s) << backend;
  }
}

TEST(DeadlineTest, TheSettingHoldsForEachStatement) {
  const Database db;
  const auto result = db.query(std::string("SET timeout_ms = 50; ") + kLong).execute();
  EXPECT_EQ(result.error().code, FailureCode::kDeadlineExceeded);
  EXPECT_TRUE(db.query("RESET timeout_ms; SELECT 1").execute());
}

TEST(ProgressTest, ItGrowsToTheWhole) {
  const Database db;
  std::vector<Progress> seen;
  const auto result = db.query("SELECT count(*) FROM range(2000000) t(x) WHERE x % 7 = 3")
                          .on_progress([&](const Progress& progress) { seen.push_back(progress); })
                          .execute();
  ASSERT_TRUE(result) << result.error().text;
  ASSERT_FALSE(seen.empty());
  for (const Progress& progress : seen) EXPECT_LE(progress.done, progress.total);
}

}  // namespace
}  // namespace trueno
