// Transactions of several sessions: what each sees, who wins, what a failure leaves.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "session/database.h"

namespace trueno::session {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// One session of a database.
class Client {
 public:
  explicit Client(Database& database) : session_(database) {}

  Result<std::vector<std::string>> try_run(std::string sql, std::vector<std::string>* warnings = nullptr) {
    const auto text = TRUENO_TRY(parse_text(std::move(sql)));
    std::vector<std::string> cells;
    TRUENO_TRY(session_.execute(*text, {}, {}, [&](const StatementResult& result) {
      cells.clear();
      for (std::int64_t row = 0; row < result.rows.length; ++row) {
        for (const Column& column : result.rows.columns) cells.push_back(column.value(row).to_string());
      }
      if (warnings != nullptr) *warnings = result.warnings;
      return true;
    }));
    return cells;
  }
  // Cells of the last statement, or the text of the error.
  std::vector<std::string> run(const std::string& sql) {
    const auto cells = try_run(sql, &warnings);
    return cells ? *cells : std::vector<std::string>{cells.error().to_string()};
  }
  ErrorCode code(const std::string& sql) {
    const auto cells = try_run(sql);
    EXPECT_FALSE(cells) << sql;
    return cells ? ErrorCode::kInternal : cells.error().code();
  }

  std::vector<std::string> warnings;

 private:
  Session session_;
};

class TransactionTest : public testing::Test {
 protected:
  Database database_;
  Client a_{database_};
  Client b_{database_};
};

TEST_F(TransactionTest, OthersSeeItWhenItIsCommitted) {
  a_.run("CREATE TABLE t(x INTEGER); BEGIN; INSERT INTO t VALUES (1); UPDATE t SET x = 2");
  EXPECT_THAT(a_.run("FROM t"), ElementsAre("2"));
  EXPECT_THAT(b_.run("FROM t"), ElementsAre());
  a_.run("COMMIT");
  EXPECT_THAT(b_.run("FROM t"), ElementsAre("2"));
}

TEST_F(TransactionTest, ItSeesTheMomentItBegan) {
  a_.run("CREATE TABLE t(x INTEGER); INSERT INTO t VALUES (1)");
  b_.run("BEGIN");
  a_.run("UPDATE t SET x = 5; CREATE TABLE u(y INTEGER)");
  EXPECT_THAT(b_.run("FROM t"), ElementsAre("1"));
  EXPECT_EQ(b_.code("FROM u"), ErrorCode::kCatalog);
  b_.run("ROLLBACK");
  EXPECT_THAT(b_.run("FROM t"), ElementsAre("5"));
}

TEST_F(TransactionTest, RollbackTakesBackRowsTablesAndViews) {
  a_.run("CREATE TABLE t(x INTEGER); INSERT INTO t VALUES (1)");
  a_.run("BEGIN; DELETE FROM t; CREATE TABLE u(y INTEGER); CREATE VIEW v AS FROM t; DROP TABLE t");
  EXPECT_THAT(a_.run("SHOW TABLES"), ElementsAre("u", "v"));
  a_.run("ROLLBACK");
  EXPECT_THAT(a_.run("SHOW TABLES"), ElementsAre("t"));
  EXPECT_THAT(a_.run("FROM t"), ElementsAre("1"));
}

TEST_F(TransactionTest, TheFirstToCommitWins) {
  a_.run("CREATE TABLE t(x INTEGER); CREATE TABLE u(x INTEGER)");
  a_.run("BEGIN; INSERT INTO t VALUES (1)");
  b_.run("BEGIN; INSERT INTO t VALUES (2); INSERT INTO u VALUES (2)");
  EXPECT_THAT(a_.run("COMMIT"), ElementsAre());
  EXPECT_EQ(b_.code("COMMIT"), ErrorCode::kConflict);
  EXPECT_THAT(b_.run("FROM t"), ElementsAre("1"));
  EXPECT_THAT(b_.run("FROM u"), ElementsAre());
  EXPECT_EQ(b_.code("COMMIT"), ErrorCode::kTransaction) << "a commit that failed ended the transaction";
}

TEST_F(TransactionTest, AStatementByItselfConflictsWithNobodyWhoIsOnlyBusy) {
  a_.run("CREATE TABLE t(x INTEGER)");
  a_.run("BEGIN; INSERT INTO t VALUES (1)");
  EXPECT_THAT(b_.run("INSERT INTO t VALUES (2)"), ElementsAre("1"));
  EXPECT_EQ(a_.code("COMMIT"), ErrorCode::kConflict);
  EXPECT_THAT(a_.run("FROM t"), ElementsAre("2"));
}

TEST_F(TransactionTest, AFailureAbortsUntilRollback) {
  a_.run("CREATE TABLE t(x INTEGER NOT NULL); BEGIN; INSERT INTO t VALUES (1)");
  EXPECT_EQ(a_.code("INSERT INTO t VALUES (2), (NULL)"), ErrorCode::kConstraint);
  EXPECT_EQ(a_.code("SELECT 1"), ErrorCode::kTransaction);
  EXPECT_THAT(a_.run("SELECT 1"), ElementsAre(HasSubstr("the current transaction is aborted")));
  a_.run("ROLLBACK");
  EXPECT_THAT(a_.run("SELECT count(*) FROM t"), ElementsAre("0"));
}

TEST_F(TransactionTest, ToCommitAnAbortedOneRollsItBackAndSaysSo) {
  a_.run("CREATE TABLE t(x INTEGER); BEGIN; INSERT INTO t VALUES (1); SELECT 1 // 0");
  EXPECT_THAT(a_.run("COMMIT"), ElementsAre());
  EXPECT_THAT(a_.warnings, ElementsAre(HasSubstr("rolled back")));
  EXPECT_THAT(a_.run("FROM t"), ElementsAre());
}

TEST_F(TransactionTest, BeginAndEndComeInPairs) {
  EXPECT_EQ(a_.code("COMMIT"), ErrorCode::kTransaction);
  EXPECT_EQ(a_.code("ROLLBACK"), ErrorCode::kTransaction);
  a_.run("START TRANSACTION");
  EXPECT_EQ(a_.code("BEGIN"), ErrorCode::kTransaction);
  a_.run("ABORT; BEGIN TRANSACTION; END");
  EXPECT_EQ(a_.code("COMMIT"), ErrorCode::kTransaction);
}

TEST_F(TransactionTest, AReadOnlyOneChangesNothing) {
  a_.run("CREATE TABLE t(x INTEGER); BEGIN TRANSACTION READ ONLY");
  EXPECT_THAT(a_.run("FROM t"), ElementsAre());
  EXPECT_EQ(a_.code("INSERT INTO t VALUES (1)"), ErrorCode::kTransaction);
  a_.run("ROLLBACK");
  EXPECT_THAT(a_.run("FROM t"), ElementsAre());
}

TEST_F(TransactionTest, AForeignKeyHoldsWhateverIsCommittedBetween) {
  a_.run("CREATE TABLE p(id INTEGER PRIMARY KEY); CREATE TABLE c(id INTEGER REFERENCES p); INSERT INTO p VALUES (1)");
  a_.run("BEGIN; INSERT INTO c VALUES (1)");
  b_.run("DELETE FROM p");
  EXPECT_EQ(a_.code("COMMIT"), ErrorCode::kConflict);
  a_.run("INSERT INTO p VALUES (2)");
  a_.run("BEGIN; DELETE FROM p");
  b_.run("INSERT INTO c VALUES (2)");
  EXPECT_EQ(a_.code("COMMIT"), ErrorCode::kConflict);
  EXPECT_THAT(a_.run("FROM p"), ElementsAre("2"));
  a_.run("DELETE FROM c; BEGIN; DELETE FROM p");
  b_.run("CREATE TABLE d(id INTEGER REFERENCES p); INSERT INTO d VALUES (2)");
  EXPECT_EQ(a_.code("COMMIT"), ErrorCode::kConflict);
}

TEST_F(TransactionTest, ASessionThatEndsRollsBackAndTakesItsTemporaryTablesWithIt) {
  {
    Client gone(database_);
    gone.run("CREATE TABLE t(x INTEGER); BEGIN; INSERT INTO t VALUES (1); CREATE TEMP TABLE own(x INTEGER)");
    gone.run("COMMIT; BEGIN; DELETE FROM t");
    EXPECT_THAT(gone.run("SHOW TABLES"), ElementsAre("own", "t"));
    EXPECT_THAT(a_.run("SHOW TABLES"), ElementsAre("t"));
  }
  EXPECT_THAT(a_.run("FROM t"), ElementsAre("1"));
  EXPECT_EQ(database_.catalog().root()->names(catalog::Space::kRelation).size(), 1u);
}

#ifndef __wasm__
TEST_F(TransactionTest, NothingIsLostAmongThreadsThatTryAgain) {
  a_.run("CREATE TABLE t(x INTEGER); INSERT INTO t VALUES (0)");
  constexpr int kThreads = 4;
  constexpr int kEach = 25;
  std::atomic<int> conflicts = 0;
  std::vector<std::thread> threads;
  for (int n = 0; n < kThreads; ++n) {
    threads.emplace_back([&] {
      Client client(database_);
      for (int done = 0; done < kEach;) {
        const auto outcome = client.try_run("BEGIN; UPDATE t SET x = x + 1; COMMIT");
        if (outcome) {
          ++done;
          continue;
        }
        EXPECT_EQ(outcome.error().code(), ErrorCode::kConflict) << outcome.error().to_string();
        ++conflicts;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(a_.run("FROM t"), ElementsAre(std::to_string(kThreads * kEach)));
}

TEST_F(TransactionTest, ReadersSeeWholeTransactionsOnly) {
  a_.run("CREATE TABLE t(x INTEGER); CREATE TABLE u(x INTEGER); INSERT INTO t VALUES (0); INSERT INTO u VALUES (0)");
  std::atomic<bool> stop = false;
  std::thread writer([&] {
    Client client(database_);
    for (int i = 0; i < 50; ++i) EXPECT_TRUE(client.try_run("BEGIN; UPDATE t SET x = x + 1; UPDATE u SET x = x - 1; COMMIT"));
    stop = true;
  });
  while (!stop) EXPECT_THAT(b_.run("SELECT sum(x) FROM (FROM t UNION ALL FROM u)"), ElementsAre("0"));
  writer.join();
}

TEST_F(TransactionTest, StatementsOfOneSessionCanRunAtTheSameTimeInsideATransaction) {
  a_.run("CREATE TABLE t(x INTEGER); CREATE TABLE u(x INTEGER); BEGIN");
  std::thread other([&] { EXPECT_TRUE(a_.try_run("INSERT INTO t SELECT x FROM range(100) r(x)")); });
  Client* same = &a_;
  EXPECT_TRUE(same->try_run("INSERT INTO u SELECT x FROM range(100) r(x)"));
  other.join();
  a_.run("COMMIT");
  EXPECT_THAT(b_.run("SELECT count(*) FROM (FROM t UNION ALL FROM u)"), ElementsAre("200"));
}
#endif

}  // namespace
}  // namespace trueno::session
