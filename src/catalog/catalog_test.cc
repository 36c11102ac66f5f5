#include "catalog/catalog.h"

#include <gtest/gtest.h>

#include "catalog/sequence.h"
#include "storage/table/table_writer.h"

namespace trueno::catalog {
namespace {

ObjectName named(const char* name) { return {Space::kRelation, kMainSchema, name}; }

Table empty_table(TableDefinition definition = {}) {
  auto data = TableWriter({{"x", TypeId::kInteger, true}}).finish();
  EXPECT_TRUE(data);
  Table table;
  table.definition = std::make_shared<const TableDefinition>(std::move(definition));
  table.content = {std::move(*data)};
  return table;
}

Table referring_to(const char* name) {
  TableDefinition definition;
  definition.foreign_keys.push_back({{0}, named(name), 0, {0}});
  return empty_table(std::move(definition));
}

class CatalogTest : public testing::Test {
 protected:
  void create(const char* name, Table table = empty_table()) {
    Transaction transaction = catalog_.begin();
    ASSERT_TRUE(transaction.create(named(name), std::move(table), false));
    ASSERT_TRUE(catalog_.commit(transaction));
  }
  std::shared_ptr<const Table> find(const char* name) { return catalog_.root()->find<Table>(named(name)); }
  static void change(Transaction& transaction, const char* name) {
    const auto table = transaction.root().find<Table>(named(name));
    ASSERT_NE(table, nullptr);
    transaction.change(*table, table->definition, table->content);
  }
  ErrorCode commit_code(const Transaction& transaction) {
    const Status status = catalog_.commit(transaction);
    EXPECT_FALSE(status);
    return status ? ErrorCode::kInternal : status.error().code();
  }

  Catalog catalog_;
};

TEST_F(CatalogTest, ANameIsTakenOnceUnlessReplaced) {
  create("t");
  const auto first = find("t");
  Transaction transaction = catalog_.begin();
  const Status taken = transaction.create(named("t"), empty_table(), false);
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().code(), ErrorCode::kCatalog);
  EXPECT_TRUE(transaction.create(named("t"), empty_table(), true));
  EXPECT_TRUE(catalog_.commit(transaction));
  EXPECT_NE(find("t")->id, first->id);
}

TEST_F(CatalogTest, ATransactionSeesItsOwnChangesAndNobodyElseDoes) {
  Transaction transaction = catalog_.begin();
  ASSERT_TRUE(transaction.create(named("t"), empty_table(), false));
  EXPECT_NE(transaction.root().find<Table>(named("t")), nullptr);
  EXPECT_EQ(find("t"), nullptr);
  ASSERT_TRUE(catalog_.commit(transaction));
  EXPECT_NE(find("t"), nullptr);
}

TEST_F(CatalogTest, ATransactionKeepsTheRootItBeganWith) {
  create("t");
  const Transaction reader = catalog_.begin();
  const std::uint64_t seen = reader.root().find<Table>(named("t"))->version;
  Transaction writer = catalog_.begin();
  change(writer, "t");
  ASSERT_TRUE(catalog_.commit(writer));
  EXPECT_EQ(reader.root().find<Table>(named("t"))->version, seen);
  EXPECT_GT(find("t")->version, seen);
}

TEST_F(CatalogTest, OfTwoThatChangeOneTableTheFirstWins) {
  create("t");
  create("u");
  Transaction first = catalog_.begin();
  Transaction second = catalog_.begin();
  Transaction other = catalog_.begin();
  change(first, "t");
  change(second, "t");
  change(other, "u");
  EXPECT_TRUE(catalog_.commit(first));
  EXPECT_EQ(commit_code(second), ErrorCode::kConflict);
  EXPECT_TRUE(catalog_.commit(other));
}

TEST_F(CatalogTest, OfTwoThatMakeOneNameTheFirstWins) {
  Transaction first = catalog_.begin();
  Transaction second = catalog_.begin();
  ASSERT_TRUE(first.create(named("t"), empty_table(), false));
  ASSERT_TRUE(second.create(named("t"), empty_table(), false));
  EXPECT_TRUE(catalog_.commit(first));
  EXPECT_EQ(commit_code(second), ErrorCode::kConflict);
}

TEST_F(CatalogTest, ACommitToATableThatWasMadeAgainConflicts) {
  create("t");
  Transaction late = catalog_.begin();
  change(late, "t");
  Transaction again = catalog_.begin();
  ASSERT_TRUE(again.drop({named("t")}));
  ASSERT_TRUE(again.create(named("t"), empty_table(), false));
  ASSERT_TRUE(catalog_.commit(again));
  EXPECT_EQ(commit_code(late), ErrorCode::kConflict);
}

TEST_F(CatalogTest, WhatAChangeRestsOnMustStay) {
  create("parent");
  create("child", referring_to("parent"));
  Transaction adds = catalog_.begin();
  change(adds, "child");
  adds.note_read(named("parent"));
  Transaction removes = catalog_.begin();
  change(removes, "parent");
  ASSERT_TRUE(catalog_.commit(removes));
  EXPECT_EQ(commit_code(adds), ErrorCode::kConflict);
}

TEST_F(CatalogTest, ATableThatBeginsToReferIsNotMissed) {
  create("parent");
  Transaction removes = catalog_.begin();
  change(removes, "parent");
  removes.note_referrers(named("parent"));
  create("child", referring_to("parent"));
  EXPECT_EQ(commit_code(removes), ErrorCode::kConflict);
}

TEST_F(CatalogTest, DroppingSeveralIsAllOrNothing) {
  create("parent");
  create("child", referring_to("parent"));
  Transaction transaction = catalog_.begin();
  EXPECT_FALSE(transaction.drop({named("parent")}));
  EXPECT_FALSE(transaction.changed());
  EXPECT_TRUE(transaction.drop({named("parent"), named("child")}));
  EXPECT_TRUE(catalog_.commit(transaction));
  EXPECT_EQ(find("child"), nullptr);
}

TEST_F(CatalogTest, WhatWasMadeAndDroppedInsideLeavesNoTrace) {
  Transaction transaction = catalog_.begin();
  ASSERT_TRUE(transaction.create(named("t"), empty_table(), false));
  ASSERT_TRUE(transaction.drop({named("t")}));
  EXPECT_FALSE(transaction.changed());
  create("t");
  EXPECT_TRUE(catalog_.commit(transaction));
  EXPECT_NE(find("t"), nullptr);
}

TEST_F(CatalogTest, AStatementIsTakenOverByItsTransactionOrNot) {
  create("t");
  Transaction transaction = catalog_.begin();
  Transaction statement(catalog_, transaction.shared_root());
  change(statement, "t");
  Transaction beside(catalog_, transaction.shared_root());
  change(beside, "t");
  ASSERT_TRUE(transaction.absorb(statement));
  const Status late = transaction.absorb(beside);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code(), ErrorCode::kConflict);
  Transaction next(catalog_, transaction.shared_root());
  change(next, "t");
  ASSERT_TRUE(transaction.absorb(next));
  EXPECT_TRUE(catalog_.commit(transaction));
}

TEST_F(CatalogTest, ASchemaThatGoesTakesNobodysTableWithIt) {
  Transaction make = catalog_.begin();
  ASSERT_TRUE(make.create({Space::kSchema, "", "s"}, SchemaObject{}, false));
  ASSERT_TRUE(catalog_.commit(make));
  Transaction drops = catalog_.begin();
  ASSERT_TRUE(drops.drop({{Space::kSchema, "", "s"}}));
  Transaction creates = catalog_.begin();
  ASSERT_TRUE(creates.create({Space::kRelation, "s", "t"}, empty_table(), false));
  ASSERT_TRUE(catalog_.commit(creates));
  EXPECT_EQ(commit_code(drops), ErrorCode::kConflict);
}

TEST_F(CatalogTest, ATableInASchemaThatWentConflicts) {
  Transaction make = catalog_.begin();
  ASSERT_TRUE(make.create({Space::kSchema, "", "s"}, SchemaObject{}, false));
  ASSERT_TRUE(catalog_.commit(make));
  Transaction creates = catalog_.begin();
  ASSERT_TRUE(creates.create({Space::kRelation, "s", "t"}, empty_table(), false));
  Transaction drops = catalog_.begin();
  ASSERT_TRUE(drops.drop({{Space::kSchema, "", "s"}}));
  ASSERT_TRUE(catalog_.commit(drops));
  EXPECT_EQ(commit_code(creates), ErrorCode::kConflict);
}

TEST(SequenceCounter, CountsByItsRuleAndStopsAtItsEnd) {
  SequenceCounter down({5, -2, 1, 5, false});
  EXPECT_FALSE(down.last());
  EXPECT_EQ(*down.next(), 5);
  EXPECT_EQ(*down.next(), 3);
  EXPECT_EQ(*down.next(), 1);
  ASSERT_FALSE(down.next());
  EXPECT_EQ(down.last(), 1);
  SequenceCounter round({2, 1, 1, 3, true});
  EXPECT_EQ(*round.next(), 2);
  EXPECT_EQ(*round.next(), 3);
  EXPECT_EQ(*round.next(), 1);
  SequenceCounter last({INT64_MAX, 1, 1, INT64_MAX, false});
  EXPECT_EQ(*last.next(), INT64_MAX);
  EXPECT_FALSE(last.next());
}

}  // namespace
}  // namespace trueno::catalog
