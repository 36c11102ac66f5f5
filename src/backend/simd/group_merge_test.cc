// The output that a kernel makes of its workers' groups, against a map filled row by row.
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <optional>
#include <random>

#include "backend/simd/simd_backend.h"
#include "kernel/builder.h"

namespace trueno::backend {
namespace {

using kernel::Accumulator;
using kernel::AccumulatorKind;
using kernel::FinishKind;
using kernel::ValueId;

struct Row {
  std::optional<std::int64_t> key;
  std::optional<std::int64_t> number;
  double share = 0;
};
struct Sums {
  std::int64_t rows = 0;
  std::int64_t numbers = 0;
  std::int64_t sum = 0;
  std::int64_t least = INT64_MAX;
  double shares = 0;
};

// Groups of key (column 0): count(*), sum and min of column 1, sum of column 2.
std::shared_ptr<const kernel::Program> grouping(const Type& key_type) {
  kernel::Builder builder;
  const ValueId key = builder.column({"k", key_type, 0, false}, kernel::Range::unknown(), false);
  const ValueId number = builder.column({"n", TypeId::kBigInt, 1, false}, kernel::Range::unknown(), false);
  const ValueId share = builder.column({"s", TypeId::kDouble, 2, false}, kernel::Range::unknown(), false);
  kernel::Sink& sink = builder.program().sink;
  sink.kind = kernel::SinkKind::kGroup;
  sink.keys = {key};
  sink.accumulators = {{AccumulatorKind::kCountRows, kernel::kNoValue},
                       {AccumulatorKind::kCount, number},
                       {AccumulatorKind::kSumInteger, number},
                       {AccumulatorKind::kMin, number},
                       {AccumulatorKind::kSumFloat, share}};
  sink.outputs = {{FinishKind::kCount, 0, 0, TypeId::kBigInt},
                  {FinishKind::kSum, 2, 1, TypeId::kHugeInt},
                  {FinishKind::kExtreme, 3, 1, TypeId::kBigInt},
                  {FinishKind::kSum, 4, 0, TypeId::kDouble}};
  return std::make_shared<const kernel::Program>(std::move(builder).finish());
}

Value key_value(const Type& type, const std::optional<std::int64_t>& key) {
  if (!key) return Value::null(type);
  return type.id == TypeId::kVarchar ? Value::varchar("key number " + std::to_string(*key)) : Value::integer(*key, type);
}

Morsel morsel_of(const Type& key_type, std::span<const Row> rows) {
  std::vector<Value> keys;
  std::vector<Value> numbers;
  std::vector<Value> shares;
  for (const Row& row : rows) {
    keys.push_back(key_value(key_type, row.key));
    numbers.push_back(row.number ? Value::integer(*row.number, TypeId::kBigInt) : Value::null(TypeId::kBigInt));
    shares.push_back(Value::floating(row.share));
  }
  Morsel morsel;
  morsel.batch.length = static_cast<std::int64_t>(rows.size());
  morsel.batch.columns = {*column_of(key_type, keys), *column_of(TypeId::kBigInt, numbers), *column_of(TypeId::kDouble, shares)};
  return morsel;
}

// Key, workers, rows a chunk: forced ones make workers put rows aside after a few groups.
class GroupMerge : public testing::TestWithParam<std::tuple<TypeId, int, int>> {};

TEST_P(GroupMerge, IsOneRowAKeyAscending) {
  const Type key_type = std::get<0>(GetParam());
  const int workers = std::get<1>(GetParam());
  std::mt19937_64 random(7);
  std::vector<Row> rows;
  for (int i = 0; i < 60'000; ++i) {
    Row row;
    if (random() % 100 != 0) row.key = static_cast<std::int64_t>(random() % 20'000) - 10'000;
    if (random() % 10 != 0) row.number = static_cast<std::int64_t>(random() % 1000) - 500;
    row.share = static_cast<double>(random() % 1000) / 8;
    rows.push_back(row);
  }
  rows.push_back({5, 1, 1e300});  // far from all others: these sums need the wide form
  rows.push_back({5, 1, -1e300});

  const auto backend = std::move(*make_simd_backend(workers, ""));
  const auto kernel = *backend->prepare(grouping(key_type)).run_now();
  Launch launch;
  launch.chunk_rows = std::get<2>(GetParam());
  std::vector<std::unique_ptr<SinkState>> states;
  for (int worker = 0; worker < workers; ++worker) states.push_back(kernel->start(launch));
  constexpr std::size_t kMorsel = 7'000;
  for (std::size_t first = 0; first < rows.size(); first += kMorsel) {
    const auto some = std::span(rows).subspan(first, std::min(kMorsel, rows.size() - first));
    const std::size_t worker = first / kMorsel % states.size();
    const Morsel morsel = morsel_of(key_type, some);
    ASSERT_TRUE(kernel->run({&morsel, 1}, *states[worker], CancelToken()).run_now());
  }
  const std::optional<Batch> out = *kernel->finish(states, Parallel()).run_now();
  ASSERT_TRUE(out.has_value());

  std::map<std::string, Sums> by_text;
  std::map<std::int64_t, Sums> by_number;
  Sums of_null;
  for (const Row& row : rows) {
    Sums& sums = !row.key                          ? of_null
                 : key_type.id == TypeId::kVarchar ? by_text["key number " + std::to_string(*row.key)]
                                                   : by_number[*row.key];
    ++sums.rows;
    sums.shares += row.share;  // exact: eighths, but for the two that cancel
    if (!row.number) continue;
    ++sums.numbers;
    sums.sum += *row.number;
    sums.least = std::min(sums.least, *row.number);
  }
  Sums& wide = key_type.id == TypeId::kVarchar ? by_text["key number 5"] : by_number[5];
  wide.shares = 0;
  for (const Row& row : rows) wide.shares += row.key == 5 && std::fabs(row.share) < 1e9 ? row.share : 0;

  std::int64_t at = 0;
  const auto expect = [&](const Value& key, const Sums& sums) {
    ASSERT_LT(at, out->length);
    EXPECT_EQ(out->columns[0].value(at), key);
    EXPECT_EQ(out->columns[1].value(at), Value::integer(sums.rows, TypeId::kBigInt));
    EXPECT_EQ(out->columns[2].value(at), sums.numbers == 0 ? Value::null(TypeId::kHugeInt) : Value::integer(sums.sum, TypeId::kHugeInt));
    EXPECT_EQ(out->columns[3].value(at), sums.numbers == 0 ? Value::null(TypeId::kBigInt) : Value::integer(sums.least, TypeId::kBigInt));
    EXPECT_EQ(out->columns[4].value(at), Value::floating(sums.shares));
    ++at;
  };
  for (const auto& [key, sums] : by_text) expect(Value::varchar(key), sums);
  for (const auto& [key, sums] : by_number) expect(Value::integer(key, key_type), sums);
  expect(Value::null(key_type), of_null);
  EXPECT_EQ(at, out->length);
}

INSTANTIATE_TEST_SUITE_P(Keys, GroupMerge,
                         testing::Combine(testing::Values(TypeId::kInteger, TypeId::kBigInt, TypeId::kHugeInt, TypeId::kVarchar),
                                          testing::Values(1, 3), testing::Values(0, 100)));

}  // namespace
}  // namespace trueno::backend
