// Typed rows, JSON, Arrow in and out, tables of files.
#include <gtest/gtest.h>

#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "trueno/trueno.h"

namespace trueno {
namespace {

QueryResult run(const Database& db, const std::string& sql) {
  auto result = db.query(sql).execute();
  EXPECT_TRUE(result) << sql << "\n" << result.error().text;
  return result.value_or(QueryResult());
}

Row only_row(const QueryResult& result) { return *result.rows().begin(); }

TEST(RowTest, CellsAreReadAsTheirTypes) {
  const Database db;
  const QueryResult result =
      run(db,
          "SELECT true, -5::TINYINT, 200::UTINYINT, 7, 9223372036854775807, 0.5::FLOAT, 0.1::DOUBLE, 12.34::DECIMAL(10,2), "
          "'text', DATE '2025-11-01', TIMESTAMP '2025-11-01 12:00:00', INTERVAL 3 DAY, 170141183460469231731687303715884105727::HUGEINT");
  const Row row = only_row(result);
  EXPECT_TRUE(row.get<bool>(0));
  EXPECT_EQ(row.get<std::int8_t>(1), -5);
  EXPECT_EQ(row.get<std::uint8_t>(2), 200);
  EXPECT_EQ(row.get<int>(3), 7);
  EXPECT_EQ(row.get<std::int64_t>(4), INT64_MAX);
  EXPECT_EQ(row.get<float>(5), 0.5f);
  EXPECT_EQ(row.get<double>(6), 0.1);
  EXPECT_EQ(row.get<Decimal>(7), (Decimal{HugeInt::from(1234), 10, 2}));
  EXPECT_EQ(row.get<double>(7), 12.34);
  EXPECT_EQ(row.get<std::string>(8), "text");
  EXPECT_EQ(row.get<std::string_view>(8), "text");
  using namespace std::chrono;
  EXPECT_EQ(row.get<Date>(9), sys_days(year(2025) / 11 / 1));
  EXPECT_EQ(row.get<Timestamp>(10), sys_days(year(2025) / 11 / 1) + hours(12));
  EXPECT_EQ(row.get<Interval>(11), (Interval{0, 3, 0}));
  EXPECT_EQ(row.get<HugeInt>(12), (HugeInt{INT64_MAX, UINT64_MAX}));
}

TEST(RowTest, EveryTypeIsReadAsText) {
  const Database db;
  const Row row = only_row(run(db, "SELECT 1.50::DECIMAL(5,2), DATE '2025-11-01', true, 1e300"));
  EXPECT_EQ(row.get<std::string>(0), "1.50");
  EXPECT_EQ(row.get<std::string>(1), "2025-11-01");
  EXPECT_EQ(row.get<std::string>(2), "true");
  EXPECT_EQ(row.get<std::string>(3), "1e+300");
}

TEST(RowTest, AWrongTypeIsAnErrorThatNamesTheColumn) {
  const Database db;
  const QueryResult result = run(db, "SELECT 'x' AS name, 300 AS n, 1.5 AS d");
  const Row row = only_row(result);
  const auto text = row.try_get<int>(0);
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().code, FailureCode::kConversion);
  EXPECT_EQ(text.error().message, "column \"name\" is VARCHAR and is not read as a signed integer of 32 bits");
  EXPECT_EQ(row.try_get<std::int8_t>(1).error().message, "300 of column \"n\" does not fit a signed integer of 8 bits");
  EXPECT_EQ(row.try_get<int>(2).error().code, FailureCode::kConversion);
  EXPECT_EQ(row.try_get<int>(9).error().code, FailureCode::kInvalidInput);
  EXPECT_EQ(row.try_get<int>("absent").error().code, FailureCode::kInvalidInput);
}

TEST(RowTest, NullWantsAnOptional) {
  const Database db;
  const QueryResult result = run(db, "SELECT * FROM (VALUES (1), (NULL)) t(a)");
  std::vector<std::optional<std::int64_t>> read;
  for (const Row row : result.rows()) read.push_back(row.get<std::optional<std::int64_t>>(0));
  EXPECT_EQ(read, (std::vector<std::optional<std::int64_t>>{1, std::nullopt}));
  EXPECT_EQ(result.rows()[1].try_get<std::int64_t>(0).error().hint, "read it as a std::optional");
  EXPECT_TRUE(result.rows()[1].is_null(0));
}

TEST(RowTest, ColumnsHaveNames) {
  const Database db;
  const QueryResult result = run(db, "SELECT 1 AS a, 2 AS B");
  EXPECT_EQ(only_row(result).get<int>("b"), 2);
  EXPECT_EQ(result.column_index("A"), 0);
  EXPECT_EQ(result.column_index("c"), std::nullopt);
}

TEST(RowTest, RowsOutliveTheirResult) {
  const Database db;
  std::vector<Row> rows;
  for (const Row row : run(db, "SELECT 'a text that is longer than twelve bytes' FROM range(3)").rows()) rows.push_back(row);
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[2].get<std::string_view>(0), "a text that is longer than twelve bytes");
}

TEST(RowDeathTest, GettingAWrongTypeEndsTheProcessWithTheCell) {
  const Database db;
  const QueryResult result = run(db, "SELECT 'x' AS name");
  EXPECT_DEATH(static_cast<void>(only_row(result).get<int>(0)), "row 0, column 0 \"name\"");
  EXPECT_DEATH(static_cast<void>(*db.query("SELECT nothing").execute()), "failed Outcome");
}

TEST(JsonTest, NumbersTextsNullsAndNested) {
  const Database db;
  const QueryResult result = run(db, "SELECT 1 AS a, 'x\"y\n' AS b, NULL AS c, 'nan'::DOUBLE AS d, 1.10::DECIMAL(5,2) AS e, true AS f");
  EXPECT_EQ(result.to_json(), R"([{"a":1,"b":"x\"y\n","c":null,"d":"nan","e":1.10,"f":true}])");
  EXPECT_EQ(run(db, "SELECT x FROM range(2) t(x)").to_json(JsonStyle::kLines), "{\"x\":0}\n{\"x\":1}\n");
  EXPECT_EQ(run(db, "SELECT 1 AS a WHERE false").to_json(), "[]");
}

TEST(ArrowTest, AResultGoesOutAndComesBackAsATable) {
  const Database db;
  const std::string sql =
      "SELECT x AS n, x * 0.5::DOUBLE AS d, CASE WHEN x % 3 = 0 THEN NULL ELSE 'text number ' || x::VARCHAR END AS s, "
      "DATE '2025-01-01' AS day, x::DECIMAL(12,2) AS money, x % 2 = 0 AS even FROM range(1000) t(x)";
  auto stream = db.query(sql).to_arrow();
  ASSERT_TRUE(stream) << stream.error().text;
  const auto loaded = db.load_arrow("copy", stream->get());
  ASSERT_TRUE(loaded) << loaded.error().text;
  EXPECT_EQ(run(db, "SELECT * FROM copy").to_json(), run(db, sql).to_json());
  EXPECT_EQ(run(db, "DESCRIBE copy").to_json(JsonStyle::kLines), run(db, "DESCRIBE " + sql).to_json(JsonStyle::kLines));
}

TEST(ArrowTest, AStreamCanBeReadByHand) {
  const Database db;
  auto stream = db.query("SELECT x FROM range(5) t(x)").to_arrow();
  ASSERT_TRUE(stream);
  ArrowSchema schema = {};
  ArrowArray array = {};
  ASSERT_EQ(stream->get()->get_schema(stream->get(), &schema), 0);
  ASSERT_EQ(schema.n_children, 1);
  EXPECT_STREQ(schema.children[0]->format, "l");
  EXPECT_STREQ(schema.children[0]->name, "x");
  ASSERT_EQ(stream->get()->get_next(stream->get(), &array), 0);
  EXPECT_EQ(array.length, 5);
  EXPECT_EQ(static_cast<const std::int64_t*>(array.children[0]->buffers[1])[array.children[0]->offset + 4], 4);
  array.release(&array);
  ASSERT_EQ(stream->get()->get_next(stream->get(), &array), 0);
  EXPECT_EQ(array.release, nullptr);
  schema.release(&schema);
}

class FileTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() / ("trueno_api_test_" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name, std::ios::binary) << text;
    return (folder_ / name).string();
  }
  std::filesystem::path folder_;
};

TEST_F(FileTest, ATableIsLoadedFromAFile) {
  const Database db;
  ASSERT_TRUE(db.load_table("t", write("t.csv", "a,b\n1,x\n2,y\n")));
  EXPECT_EQ(run(db, "SELECT * FROM t").to_json(), "[{\"a\":1,\"b\":\"x\"},\n{\"a\":2,\"b\":\"y\"}]");
  EXPECT_EQ(db.table_names(), std::vector<std::string>{"t"});
}

TEST_F(FileTest, ALoadThatFailsLeavesTheOldTable) {
  const Database db;
  ASSERT_TRUE(db.load_table("t", write("t.csv", "a\n1\n")));
  EXPECT_EQ(db.load_table("t", (folder_ / "absent.csv").string()).error().code, FailureCode::kFileNotFound);
  EXPECT_FALSE(db.load_table("t", folder_.string()));
  EXPECT_EQ(db.load_table("t", write("t.xyz", "a")).error().code, FailureCode::kNotSupported);
  EXPECT_EQ(run(db, "SELECT a FROM t").to_json(), "[{\"a\":1}]");
}

}  // namespace
}  // namespace trueno
