#include "catalog/catalog.h"

#include <gtest/gtest.h>

#include "storage/table/table_writer.h"

namespace trueno::catalog {
namespace {

std::shared_ptr<const TableData> empty_table() {
  TableWriter writer({{"x", TypeId::kInteger, true}});
  auto data = writer.finish();
  EXPECT_TRUE(data);
  return std::move(*data);
}

TEST(Catalog, NamesIgnoreCase) {
  Catalog catalog;
  EXPECT_TRUE(catalog.create_table("Orders", {}, {empty_table()}, false));
  EXPECT_NE(catalog.find_table("oRDERS"), nullptr);
  EXPECT_EQ(catalog.find_table("order"), nullptr);
  EXPECT_EQ(catalog.table_names(), std::vector<std::string>{"orders"});
}

TEST(Catalog, ANameIsTakenOnceUnlessReplaced) {
  Catalog catalog;
  EXPECT_TRUE(catalog.create_table("t", {}, {empty_table()}, false));
  const auto first = catalog.find_table("t");
  const Status taken = catalog.create_table("T", {}, {empty_table()}, false);
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().code(), ErrorCode::kCatalog);
  EXPECT_TRUE(catalog.create_table("T", {}, {empty_table()}, true));
  EXPECT_NE(catalog.find_table("t")->id, first->id);
}

TEST(Catalog, TheFirstCommitWins) {
  Catalog catalog;
  EXPECT_TRUE(catalog.create_table("t", {}, {empty_table()}, false));
  const auto seen = catalog.find_table("t");
  EXPECT_TRUE(catalog.commit("t", *seen, {empty_table()}));
  EXPECT_EQ(catalog.find_table("t")->version, seen->version + 1);
  const Status late = catalog.commit("t", *seen, {empty_table()});
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code(), ErrorCode::kConflict);
}

TEST(Catalog, ACommitToATableThatWasMadeAgainConflicts) {
  Catalog catalog;
  EXPECT_TRUE(catalog.create_table("t", {}, {empty_table()}, false));
  const auto old = catalog.find_table("t");
  EXPECT_TRUE(catalog.drop_tables({"t"}, false));
  EXPECT_TRUE(catalog.create_table("t", {}, {empty_table()}, false));
  EXPECT_FALSE(catalog.commit("t", *old, {empty_table()}));
}

TEST(Catalog, DroppingSeveralIsAllOrNothing) {
  Catalog catalog;
  EXPECT_TRUE(catalog.create_table("a", {}, {empty_table()}, false));
  EXPECT_FALSE(catalog.drop_tables({"a", "b"}, false));
  EXPECT_NE(catalog.find_table("a"), nullptr);
  EXPECT_TRUE(catalog.drop_tables({"a", "b"}, true));
  EXPECT_EQ(catalog.find_table("a"), nullptr);
}

}  // namespace
}  // namespace trueno::catalog
