#include "storage/file_set.h"

#include <gtest/gtest.h>

namespace trueno {
namespace {

// A file of whole numbers: each part has one row. Counts how often it is scanned.
class Numbers final : public TableSource {
 public:
  Numbers(std::string name, Schema schema, std::vector<std::int64_t> rows)
      : name_(std::move(name)), schema_(std::move(schema)), rows_(std::move(rows)) {}
  const Schema& schema() const override { return schema_; }
  std::string identity() const override { return name_; }
  std::string description() const override { return name_; }
  std::int64_t part_count() const override { return static_cast<std::int64_t>(rows_.size()); }
  std::optional<std::int64_t> part_rows(std::int64_t) const override { return 1; }
  ColumnStatistics statistics(std::int64_t, int) const override { return {}; }
  std::int64_t column_bytes(std::int64_t, int) const override { return 8; }
  Result<BatchStream> scan(std::int64_t part, std::span<const int> columns, const ScanPredicate&, const CancelToken&) const override {
    Batch batch{1, {}};
    for (const int column : columns) {
      const Type& type = schema_[static_cast<std::size_t>(column)].type;
      batch.columns.push_back(TRUENO_TRY(column_of(type, std::vector<Value>{Value::integer(rows_[static_cast<std::size_t>(part)], type)})));
    }
    return BatchStream([batch, given = false]() mutable -> Result<std::optional<Batch>> {
      if (given) return std::optional<Batch>();
      given = true;
      return std::optional(batch);
    });
  }

 private:
  std::string name_;
  Schema schema_;
  std::vector<std::int64_t> rows_;
};

std::shared_ptr<const TableSource> numbers(const std::string& name, const std::string& column, TypeId type,
                                           std::vector<std::int64_t> rows) {
  return std::make_shared<Numbers>(name, Schema{{column, type}}, std::move(rows));
}

// All rows, columns by blanks, rows by semicolons.
std::string rows_of(const TableSource& source) {
  std::string out;
  std::vector<int> columns;
  for (std::size_t i = 0; i < source.schema().size(); ++i) columns.push_back(static_cast<int>(i));
  for (std::int64_t part = 0; part < source.part_count(); ++part) {
    auto stream = source.scan(part, columns, {}, CancelToken());
    if (!stream) return stream.error().message();
    while (true) {
      const auto batch = (*stream)();
      if (!batch) return batch.error().message();
      if (!batch->has_value()) break;
      for (const Column& column : (*batch)->columns) out += column.value(0).to_string() + " ";
      out += "; ";
    }
  }
  return out;
}

// Two files with a partition each, of which `opened` says when the second is opened.
FileSet two_files(int& opened) {
  FileSet set;
  set.description = "t/*";
  set.columns = {{{"n", TypeId::kBigInt}}, {{"p", TypeId::kInteger}, 0}};
  set.files = {{"t/p=1/a", {Value::integer(1)}, numbers("a", "n", TypeId::kBigInt, {10, 11})}, {"t/p=2/b", {Value::integer(2)}}};
  set.open = [&opened](const std::string& path) -> Result<std::shared_ptr<const TableSource>> {
    ++opened;
    if (path != "t/p=2/b") return error(ErrorCode::kFileNotFound, "no {}", path);
    return numbers("b", "n", TypeId::kBigInt, {20});
  };
  return set;
}

ScanPredicate where(int column, CompareOp op, Value value) {
  ColumnCondition condition;
  condition.column = column;
  condition.op = op;
  condition.values = {std::move(value)};
  return {{condition}};
}

TEST(FileSet, ClosedFilesAreReadAsTheyAre) {
  int opened = 0;
  const auto set = *make_file_set(two_files(opened));
  EXPECT_EQ(opened, 0);
  EXPECT_EQ(set->part_count(), 2);
  EXPECT_EQ(rows_of(*set), "10 1 ; 11 1 ; 20 2 ; ");
  EXPECT_EQ(opened, 1);
}

TEST(FileSet, FilesThatCannotMatchAreNotOpened) {
  int opened = 0;
  const auto set = *make_file_set(two_files(opened));
  const auto first = *set->narrowed(where(1, CompareOp::kLess, Value::integer(2)), {});
  EXPECT_EQ(opened, 0);
  EXPECT_EQ(first->description(), "t/* (1 of 2 files)");
  EXPECT_EQ(first->part_count(), 2);
  EXPECT_EQ(rows_of(*first), "10 1 ; 11 1 ; ");
  const auto none = *set->narrowed(where(1, CompareOp::kEqual, Value::integer(7)), {});
  EXPECT_EQ(none->part_count(), 0);
  const auto kept = *set->narrowed({}, [](std::span<const Value* const> constants) {
    EXPECT_EQ(constants[0], nullptr);
    return constants[1]->as_integer() == 2;
  });
  EXPECT_EQ(rows_of(*kept), "20 2 ; ");
  // A condition on a column of the files leaves none out.
  EXPECT_EQ(rows_of(**set->narrowed(where(0, CompareOp::kEqual, Value::bigint(999)), {})), "10 1 ; 11 1 ; 20 2 ; ");
}

TEST(FileSet, NumbersAreWidenedAndColumnsFoundByName) {
  FileSet set;
  set.description = "two";
  set.columns = {{{"n", TypeId::kHugeInt}}, {{"m", TypeId::kDouble}}};
  set.files = {{"a", {}, numbers("a", "n", TypeId::kSmallInt, {-3})}, {"b", {}, numbers("b", "M", TypeId::kUInteger, {7})}};
  set.by_name = true;
  EXPECT_EQ(rows_of(**make_file_set(set)), "-3 NULL ; NULL 7.0 ; ");
  set.by_name = false;
  EXPECT_EQ(make_file_set(set).error().message(), "a has no column m, which is DOUBLE in two");
  set.columns = {{{"n", TypeId::kTinyInt}}};
  EXPECT_EQ(make_file_set(set).error().message(), "a has SMALLINT for column n, which is TINYINT in two");
}

TEST(FileSet, WiderTypesHoldBoth) {
  EXPECT_EQ(wider_type(TypeId::kUTinyInt, TypeId::kTinyInt), Type(TypeId::kSmallInt));
  EXPECT_EQ(wider_type(TypeId::kUBigInt, TypeId::kBigInt), Type(TypeId::kHugeInt));
  EXPECT_EQ(wider_type(TypeId::kInteger, TypeId::kBigInt), Type(TypeId::kBigInt));
  EXPECT_EQ(wider_type(TypeId::kUInteger, TypeId::kUSmallInt), Type(TypeId::kUInteger));
  EXPECT_EQ(wider_type(TypeId::kFloat, TypeId::kBigInt), Type(TypeId::kDouble));
  EXPECT_EQ(wider_type(TypeId::kVarchar, TypeId::kBigInt), std::nullopt);
}

}  // namespace
}  // namespace trueno
