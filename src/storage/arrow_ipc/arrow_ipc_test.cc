#include <gmock/gmock.h>

#include <fstream>
#include <random>

#include "storage/parquet/python_files.h"

namespace trueno {
namespace {

using ::testing::ElementsAre;

class ArrowIpc : public PythonFiles {
 protected:
  std::shared_ptr<const TableSource> open(const std::string& name) const {
    auto source = module_->open_arrow_ipc(file(name));
    EXPECT_TRUE(source) << source.error().to_string();
    return source ? *source : nullptr;
  }
};

constexpr const char* kWrite = R"(
t = pa.table({'a': pa.array([1, None, 3]), 's': pa.array(['x', 'a text of more than twelve bytes', None]).dictionary_encode(),
              'v': pa.array(['view', 'a text of more than twelve bytes', None], pa.string_view()),
              'r': pa.RunEndEncodedArray.from_arrays(pa.array([2, 3], pa.int32()), pa.array([7, 8])),
              'i': pa.array([(1, 2, 3000), None, (0, 0, 0)], pa.month_day_nano_interval())})
)";

TEST_F(ArrowIpc, FilesAndStreamsGiveTheSameRows) {
  python(std::string(kWrite) + R"(
with ipc.new_file(D + 'f.arrow', t.schema) as w:
  for b in t.to_batches(max_chunksize=2): w.write_batch(b)
with ipc.new_stream(D + 's.arrow', t.schema) as w: w.write_table(t))");
  for (const char* name : {"f.arrow", "s.arrow"}) {
    const auto source = open(name);
    EXPECT_EQ(types_of(*source), "a BIGINT, s VARCHAR, v VARCHAR, r BIGINT, i INTERVAL");
    EXPECT_THAT(*rows_of(*source),
                ElementsAre("1|x|view|7|1 month 2 days 00:00:00.000003",
                            "NULL|a text of more than twelve bytes|a text of more than twelve bytes|7|NULL", "3|NULL|NULL|8|00:00:00"));
    EXPECT_THAT(*rows_of(*source, {2, 0}), ElementsAre("view|1", "a text of more than twelve bytes|NULL", "NULL|3"));
  }
  EXPECT_EQ(open("f.arrow")->part_count(), 2);
  BatchStream stream = *open("f.arrow")->scan(1, std::vector<int>{}, {}, CancelToken());
  const Batch counted = **stream();
  EXPECT_EQ(counted.length, 1);
  EXPECT_TRUE(counted.columns.empty());
}

TEST_F(ArrowIpc, CompressedFilesAreRead) {
  python("for c in ['lz4', 'zstd']:\n  import pyarrow.feather as f\n  f.write_feather(pa.table({'a': range(1000)}), D + c, compression=c)");
  for (const char* codec : {"lz4", "zstd"}) EXPECT_EQ(rows_of(*open(codec))->size(), 1000u);
}

TEST_F(ArrowIpc, DamagedFilesAreTypedErrorsAndNeverACrash) {
  python(std::string(kWrite) +
         "with ipc.new_file(D + 'f.arrow', t.schema) as w: w.write_table(t)\nwith ipc.new_stream(D + 's.arrow', t.schema) as w: "
         "w.write_table(t)");
  std::mt19937 random(7);
  for (const char* name : {"f.arrow", "s.arrow"}) {
    std::ifstream input(path(name), std::ios::binary);
    const std::string good((std::istreambuf_iterator<char>(input)), {});
    const auto read_damaged = [&](const std::string& bytes) {
      std::ofstream(path("bad.arrow"), std::ios::binary) << bytes;
      const auto source = module_->open_arrow_ipc(file("bad.arrow"));
      if (!source) return source.error().code();
      const auto rows = rows_of(**source);
      return rows ? ErrorCode::kInternal : rows.error().code();
    };
    EXPECT_EQ(read_damaged(good.substr(0, good.size() / 2)), ErrorCode::kCorruptFile);
    EXPECT_EQ(read_damaged("not an Arrow file at all"), ErrorCode::kCorruptFile);
    for (int i = 0; i < 300; ++i) {
      std::string bytes = good;
      bytes[random() % bytes.size()] = static_cast<char>(random());
      static_cast<void>(read_damaged(bytes));
    }
  }
}

TEST_F(ArrowIpc, WhatIsWrittenIsReadByPyarrow) {
  const Schema schema = {{"n", TypeId::kBigInt}, {"s", TypeId::kVarchar}, {"l", Type::list(TypeId::kInteger)}, {"i", TypeId::kInterval}};
  const Value list = Value::nested(Type::list(TypeId::kInteger), {Value::integer(1), Value::null(TypeId::kInteger)});
  std::optional<Batch> batch = Batch{2, {}};
  batch->columns.push_back(*column_of(TypeId::kBigInt, std::vector<Value>{Value::bigint(1), Value::null(TypeId::kBigInt)}));
  batch->columns.push_back(
      *column_of(TypeId::kVarchar, std::vector<Value>{Value::varchar("x"), Value::varchar("a text of more than twelve bytes")}));
  batch->columns.push_back(*column_of(list.type(), std::vector<Value>{list, Value::null(list.type())}));
  batch->columns.push_back(*constant_column(Value(TypeId::kInterval, IntervalValue{1, 2, 3}), 2));
  const auto out = *files_->create(path("o.arrow"));
  const Status written =
      module_->write_arrow_ipc(schema, [&]() -> Result<std::optional<Batch>> { return std::exchange(batch, std::nullopt); }, *out);
  ASSERT_TRUE(written) << written.error().to_string();
  EXPECT_EQ(python("t = ipc.open_file(D + 'o.arrow').read_all(); t.validate(full=True)\nfor r in t.to_pylist(): print(list(r.values()))"),
            "[1, 'x', [1, None], MonthDayNano(months=1, days=2, nanoseconds=3000)]\n"
            "[None, 'a text of more than twelve bytes', None, MonthDayNano(months=1, days=2, nanoseconds=3000)]");
}

}  // namespace
}  // namespace trueno
