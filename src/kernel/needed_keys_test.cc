// Which rows of a source joins let go unread: those that change nothing, and no others.
#include "kernel/needed_keys.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kernel/builder.h"

namespace trueno::kernel {

void PrintTo(const NeededKey& key, std::ostream* out) { *out << key.column << " in " << key.table << "." << key.key; }
bool operator==(const NeededKey& a, const NeededKey& b) { return a.column == b.column && a.table == b.table && a.key == b.key; }

namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class NeededKeysTest : public testing::Test {
 protected:
  ValueId column(int index, const Type& type, bool as_code = false) {
    return b_.column({"c", type, index, as_code}, Range::of(0, 100), false);
  }
  // A probe of a new table by these values.
  ValueId probe(std::vector<ValueId> keys, std::vector<std::uint8_t> null_safe = {}) {
    JoinTable table;
    table.name = "t";
    table.keys = static_cast<std::uint32_t>(keys.size());
    table.null_safe = std::move(null_safe);
    table.null_safe.resize(keys.size());
    for (const ValueId key : keys) table.columns.push_back({"k", b_.at(key).type});
    return b_.probe(b_.table(std::move(table)), std::move(keys));
  }
  ValueId checked() {
    const ValueId x = b_.column({"x", TypeId::kBigInt, 9, false}, {}, false);
    const ValueId sum = b_.emit(Opcode::kAdd, TypeId::kBigInt, {x, x});
    EXPECT_TRUE(b_.at(sum).checked);
    return sum;
  }
  std::vector<NeededKey> found() {
    b_.program().sink.kind = SinkKind::kEmit;
    return needed_keys(std::move(b_).finish());
  }
  Builder b_;
};

TEST_F(NeededKeysTest, AnInnerJoinNeedsEachOfItsKeys) {
  b_.expand(probe({column(4, TypeId::kBigInt), column(2, TypeId::kVarchar)}));
  EXPECT_THAT(found(), ElementsAre(NeededKey{4, 0, 0}, NeededKey{2, 0, 1}));
}

TEST_F(NeededKeysTest, ASemiJoinDoesAnAntiJoinAndAMarkDoNot) {
  const ValueId semi = b_.matched(probe({column(1, TypeId::kInteger)}), MatchTest::kExists);
  b_.filter(semi);
  const ValueId anti = b_.matched(probe({column(2, TypeId::kInteger)}), MatchTest::kExists);
  b_.filter(b_.emit(Opcode::kNot, TypeId::kBoolean, {anti}));
  static_cast<void>(b_.matched(probe({column(3, TypeId::kInteger)}), MatchTest::kExists));
  b_.filter(b_.matched(probe({column(4, TypeId::kInteger)}), MatchTest::kIn));
  EXPECT_THAT(found(), ElementsAre(NeededKey{1, 0, 0}));
}

TEST_F(NeededKeysTest, ASemiJoinWithAConditionNeedsItsKeys) {
  const ValueId domain = b_.expand(probe({column(1, TypeId::kInteger)}));
  b_.filter(b_.any_match(domain, kNoValue));
  EXPECT_THAT(found(), ElementsAre(NeededKey{1, 0, 0}));
}

TEST_F(NeededKeysTest, ALeftJoinKeepsAllRowsOneBehindItDoesNot) {
  const ValueId domain = b_.expand(probe({column(1, TypeId::kInteger)}));
  static_cast<void>(b_.pad_unmatched(domain, false));
  b_.expand(probe({column(2, TypeId::kInteger)}));
  EXPECT_THAT(found(), ElementsAre(NeededKey{2, 1, 0}));
}

TEST_F(NeededKeysTest, ARowThatMayFailBeforeIsRead) {
  b_.expand(probe({column(1, TypeId::kInteger)}));
  static_cast<void>(checked());
  b_.expand(probe({column(2, TypeId::kInteger)}));
  EXPECT_THAT(found(), ElementsAre(NeededKey{1, 0, 0}));
}

TEST_F(NeededKeysTest, WhatMarksRowsOfATableIsRead) {
  b_.mark_matched(b_.expand(probe({column(1, TypeId::kInteger)})));
  b_.expand(probe({column(2, TypeId::kInteger)}));
  EXPECT_THAT(found(), ElementsAre(NeededKey{1, 0, 0}));
}

TEST_F(NeededKeysTest, OnlyColumnsAsTheyAreWithBoundsThatSaySomething) {
  const ValueId computed = b_.emit(Opcode::kAdd, TypeId::kBigInt, {column(1, TypeId::kBigInt), column(2, TypeId::kBigInt)});
  b_.expand(probe({computed, b_.column({"f", TypeId::kDouble, 3, false}, {}, false), column(4, TypeId::kVarchar, true)}));
  b_.expand(probe({column(5, TypeId::kInteger)}, {1}));
  EXPECT_THAT(found(), IsEmpty());
}

}  // namespace
}  // namespace trueno::kernel
