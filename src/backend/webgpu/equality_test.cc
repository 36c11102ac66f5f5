// Programs whose partial tables on the GPU are those of the scalar backend, byte for byte. Without a library or adapter they are skipped.
#include <cmath>

#include "backend/webgpu/test_support.h"

namespace trueno::backend {
namespace {

using kernel::Accumulator;
using kernel::AccumulatorKind;
using kernel::Opcode;
using kernel::SinkKind;
using kernel::ValueId;

TEST_F(OnGpu, SumsAndCountsOfNothing) {
  TestProgram t;
  const ValueId x = t.column(column_from(TypeId::kInteger, {}), false);
  kernel::Sink& sink = t.builder.program().sink;
  sink.kind = SinkKind::kReduce;
  sink.accumulators = {{AccumulatorKind::kCountRows, kernel::kNoValue}, {AccumulatorKind::kSumInteger, x}, {AccumulatorKind::kMin, x}};
  EXPECT_FALSE(expect_same(t.finish(), {}, t.batch));
}

TEST_F(OnGpu, FilterAndSumWithNulls) {
  TestProgram t;
  const ValueId x = t.column(column_from(TypeId::kInteger, {1, -7, std::nullopt, INT32_MIN, INT32_MAX, 12}));
  const ValueId y = t.column(column_from(TypeId::kBigInt, {INT64_MAX, INT64_MAX, 5, INT64_MIN, std::nullopt, -1}), false);
  const ValueId limit = t.builder.parameter(TypeId::kInteger, "$1", nullptr, 0);
  t.builder.filter(t.builder.emit(Opcode::kLessEqual, TypeId::kBoolean, {x, limit}));
  kernel::Sink& sink = t.builder.program().sink;
  sink.kind = SinkKind::kReduce;
  sink.accumulators = {{AccumulatorKind::kCountRows, kernel::kNoValue},
                       {AccumulatorKind::kCount, y},
                       {AccumulatorKind::kSumInteger, y},
                       {AccumulatorKind::kSumInteger, x},
                       {AccumulatorKind::kMin, y},
                       {AccumulatorKind::kMax, x}};
  const auto program = t.finish();
  EXPECT_FALSE(expect_same(program, {Value::integer(12)}, t.batch));
  EXPECT_FALSE(expect_same(program, {Value::integer(12)}, t.batch, 1));
}

TEST_F(OnGpu, RowsAreCountedWithoutColumns) {
  TestProgram t;
  t.batch.length = 100'003;
  kernel::Sink& sink = t.builder.program().sink;
  sink.kind = SinkKind::kReduce;
  sink.accumulators = {{AccumulatorKind::kCountRows, kernel::kNoValue}};
  EXPECT_FALSE(expect_same(t.finish(), {}, t.batch));
}

std::vector<std::optional<i128>> random_rows(std::uint64_t seed, std::int64_t rows, i128 least, i128 greatest, int null_one_in) {
  std::mt19937_64 random(seed);
  std::vector<std::optional<i128>> out;
  for (std::int64_t row = 0; row < rows; ++row) {
    const auto value = least + static_cast<i128>(static_cast<u128>(random()) % (static_cast<u128>(greatest - least) + 1));
    const bool null = null_one_in != 0 && random() % static_cast<unsigned>(null_one_in) == 0;
    out.push_back(null ? std::optional<i128>() : std::optional<i128>(value));
  }
  return out;
}

void group_by(TestProgram& t, std::vector<ValueId> keys, std::vector<Accumulator> accumulators) {
  kernel::Sink& sink = t.builder.program().sink;
  sink.kind = SinkKind::kGroup;
  sink.keys = std::move(keys);
  sink.accumulators = std::move(accumulators);
}

void reduce(TestProgram& t, std::vector<Accumulator> accumulators) {
  kernel::Sink& sink = t.builder.program().sink;
  sink.kind = SinkKind::kReduce;
  sink.accumulators = std::move(accumulators);
}

TEST_F(OnGpu, GroupsInWorkgroupMemoryAndInTheState) {
  // Few slots, many slots in workgroup memory, and more than it holds.
  for (const int values : {1, 3, 40, 700, 5000, 60'000}) {
    SCOPED_TRACE(values);
    TestProgram t;
    const ValueId key = t.column(column_from(TypeId::kInteger, random_rows(1, 20'000, -5, values - 6, 11)));
    const ValueId x = t.column(column_from(TypeId::kBigInt, random_rows(2, 20'000, INT64_MIN, INT64_MAX, 7)), false);
    const ValueId y = t.column(column_from(TypeId::kSmallInt, random_rows(3, 20'000, -300, 300, 0)));
    group_by(t, {key},
             {{AccumulatorKind::kSumInteger, x},
              {AccumulatorKind::kCountRows, kernel::kNoValue},
              {AccumulatorKind::kCount, x},
              {AccumulatorKind::kMin, y},
              {AccumulatorKind::kMax, y},
              {AccumulatorKind::kSumInteger, y}});
    EXPECT_FALSE(expect_same(t.finish(), {}, t.batch, 7001));
  }
}

// UBIGINT above 2^63 is computed in four words; what a sum adds is the difference to the least value.
TEST_F(OnGpu, SumsOfGroupsOverTheWholeOfUBigInt) {
  TestProgram t;
  const ValueId key = t.column(column_from(TypeId::kBoolean, random_rows(4, 20'000, 0, 1, 5)));
  const ValueId x = t.column(column_from(TypeId::kUBigInt, random_rows(5, 20'000, 3, UINT64_MAX, 0)));
  const ValueId y = t.column(column_from(TypeId::kUBigInt, random_rows(6, 20'000, i128{UINT64_MAX} - 90, UINT64_MAX, 0)));
  group_by(t, {key}, {{AccumulatorKind::kSumInteger, x}, {AccumulatorKind::kSumInteger, y}});
  EXPECT_FALSE(expect_same(t.finish(), {}, t.batch, 7001));
}

TEST_F(OnGpu, GroupsByCodesOfADictionaryThatChanges) {
  TestProgram t;
  const Column first = coded({"N", "R", "A"}, {0, 1, -1, 2, 2, 0});
  const Column second = coded({"A", "", "a string that is longer than twelve bytes", "N"}, {3, 3, 1, 2, 0, -1});
  const ValueId key = t.column(first, false, true);
  const ValueId x = t.column(column_from(TypeId::kInteger, {1, 2, 3, 4, 5, 6}));
  group_by(t, {key}, {{AccumulatorKind::kSumInteger, x}});
  const Batch other{6, {second, t.batch.columns[1]}};
  EXPECT_FALSE(expect_same_parts(t.finish(), {}, {t.batch, other, t.batch}));
}

TEST_F(OnGpu, ALookupFailsOnlyForEntriesThatAreRead) {
  const Column names = coded({"one", "two", "bad"}, {0, 1, 0, -1, 1});
  const Column with_bad = coded({"one", "two", "bad"}, {0, 1, 2, -1, 1});
  LookupTable table;
  table.values = column_from(TypeId::kBigInt, {10, std::nullopt, 0});
  table.errors.emplace_back(2, error(ErrorCode::kConversion, "cannot cast VARCHAR 'bad' to BIGINT"));
  for (const Column& column : {names, with_bad}) {
    TestProgram t;
    const ValueId code = t.column(column, false, true);
    kernel::Builder entry;  // exec runs it over the dictionary; a backend reads the table only
    const ValueId text = entry.column({"c0", TypeId::kVarchar, 0, false}, kernel::Range::unknown(), false);
    entry.program().sink.values = {entry.cast(text, TypeId::kBigInt)};
    const auto definition = std::make_shared<const kernel::Program>(std::move(entry).finish());
    const ValueId x = t.builder.lookup(code, definition, TypeId::kBigInt, true);
    reduce(t, {{AccumulatorKind::kSumInteger, x}, {AccumulatorKind::kCount, x}, {AccumulatorKind::kCount, code}});
    EXPECT_FALSE(expect_same(t.finish(), {}, t.batch, 1 << 30, {&table}));
  }
}

TEST_F(OnGpu, PartsOfDatesAndTimestamps) {
  auto dates = random_rows(5, 3000, INT32_MIN, INT32_MAX, 9);
  for (const i128 special : {0, -1, 59, 60, 365, 366, -719'468, -719'469, 11'016, 10'957, INT32_MAX, INT32_MIN, INT32_MIN + 1})
    dates.emplace_back(special);
  auto moments = random_rows(6, 3000, INT64_MIN, INT64_MAX, 9);
  for (std::int64_t i = -6; i < 7; ++i) moments.emplace_back(i * 86'400'000'000 / 2 - i % 2);
  moments.resize(dates.size());
  for (int part = 0; part < 18; ++part) {
    for (const bool moment : {false, true}) {
      TestProgram t;
      const ValueId d = t.column(column_from(TypeId::kDate, dates), false);
      const ValueId m = t.column(column_from(TypeId::kTimestamp, moments), false);
      const ValueId p = t.builder.emit(Opcode::kDatePart, TypeId::kBigInt, {moment ? m : d}, static_cast<std::uint32_t>(part));
      reduce(t, {{AccumulatorKind::kSumInteger, p}, {AccumulatorKind::kMin, p}, {AccumulatorKind::kMax, p}});
      const auto program = t.finish();
      const bool declined = expect_same(program, {}, t.batch);
      const auto name = static_cast<kernel::DatePart>(part);
      const bool unwritten = name == kernel::DatePart::kWeek || name >= kernel::DatePart::kEpoch || name == kernel::DatePart::kIsoYear;
      EXPECT_EQ(declined, unwritten) << kernel::print(*program);
    }
  }
}

TEST_F(OnGpu, DatesAndTimestampsBecomeOneAnother) {
  auto moments = random_rows(21, 1000, INT64_MIN, INT64_MAX, 9);
  for (const i128 special :
       {i128{INT64_MAX}, -i128{INT64_MAX}, i128{INT64_MIN}, i128{-1}, i128{0}, i128{86'399'999'999}, i128{86'400'000'000}})
    moments.emplace_back(special);
  // Days that a timestamp reaches, and the infinities.
  auto days = random_rows(22, 1005, -106'000'000, 106'000'000, 9);
  days.emplace_back(INT32_MAX);
  days.emplace_back(-INT32_MAX);
  TestProgram t;
  const ValueId m = t.column(column_from(TypeId::kTimestamp, moments), false);
  const ValueId d = t.column(column_from(TypeId::kDate, days), false);
  const ValueId to_date = t.builder.cast(m, TypeId::kDate);
  const ValueId to_timestamp = t.builder.cast(d, TypeId::kTimestamp);
  reduce(t, {{AccumulatorKind::kMin, to_date},
             {AccumulatorKind::kMax, to_date},
             {AccumulatorKind::kCount, to_date},
             {AccumulatorKind::kMin, to_timestamp},
             {AccumulatorKind::kMax, to_timestamp}});
  const auto program = t.finish();
  EXPECT_FALSE(expect_same(program, {}, t.batch));
  for (std::int64_t row = 990; row < 1007; ++row)
    EXPECT_FALSE(expect_same_parts(program, {}, {{1, {t.batch.columns[0].slice(row, 1), t.batch.columns[1].slice(row, 1)}}}));
}

TEST_F(OnGpu, FloatsCompareLikeSql) {
  const double nan = __builtin_nan("");
  const double inf = __builtin_inf();
  std::vector<Value> doubles;
  std::vector<Value> floats;
  for (const double x : {0.0, -0.0, 1.5, -1.5, inf, -inf, nan, -nan, 5e-324, -5e-324, 1e308, 2.5}) {
    for (const double y : {0.0, -0.0, nan, inf, 1.5, -2.5, 5e-324}) {
      doubles.push_back(Value(TypeId::kDouble, x));
      floats.push_back(Value(TypeId::kFloat, static_cast<float>(y)));
    }
  }
  doubles.push_back(Value::null(TypeId::kDouble));
  floats.push_back(Value(TypeId::kFloat, 1.0f));
  std::vector<Value> shifted(doubles.begin() + 9, doubles.end());
  shifted.insert(shifted.end(), doubles.begin(), doubles.begin() + 9);
  for (int op = static_cast<int>(Opcode::kEqual); op <= static_cast<int>(Opcode::kIsNotDistinct); ++op) {
    TestProgram t;
    const ValueId x = t.column(column_of(TypeId::kDouble, doubles).value());
    const ValueId y = t.column(column_of(TypeId::kDouble, shifted).value());
    const ValueId f = t.column(column_of(TypeId::kFloat, floats).value());
    t.builder.filter(t.builder.emit(static_cast<Opcode>(op), TypeId::kBoolean, {x, y}));
    reduce(t, {{AccumulatorKind::kCountRows, kernel::kNoValue},
               {AccumulatorKind::kMin, x},
               {AccumulatorKind::kMax, y},
               {AccumulatorKind::kMin, f},
               {AccumulatorKind::kMax, f}});
    EXPECT_FALSE(expect_same(t.finish(), {}, t.batch));
  }
}

// Doubles of `bits` significant bits with exponents in [low, high], and perhaps what is no number.
std::vector<Value> random_floats(std::uint64_t seed, const Type& type, int low, int high, bool specials) {
  std::mt19937_64 random(seed);
  std::vector<Value> out;
  for (int row = 0; row < 20'000; ++row) {
    const auto mantissa = static_cast<double>(random() >> (type.id == TypeId::kFloat ? 40 : 11));
    double x = std::ldexp(mantissa, low + static_cast<int>(random() % static_cast<unsigned>(high - low + 1)));
    if (random() % 2 == 0) x = -x;
    if (random() % 50 == 0) x = -0.0;
    if (specials && random() % 5000 == 0)
      x = random() % 3 == 0 ? __builtin_nan("") : (random() % 2 == 0 ? __builtin_inf() : -__builtin_inf());
    const bool null = random() % 30 == 0;
    out.push_back(null ? Value::null(type) : type.id == TypeId::kFloat ? Value(type, static_cast<float>(x)) : Value(type, x));
  }
  return out;
}

TEST_F(OnGpu, SumsOfFloatsAreExact) {
  struct Case {
    TypeId type;
    int low;
    int high;
    bool specials;
    bool declined;
  };
  const Case cases[] = {
      {TypeId::kDouble, -3, 4, false, false},    {TypeId::kDouble, -40, 1, false, false}, {TypeId::kDouble, -1074, -1040, false, false},
      {TypeId::kDouble, 870, 900, false, false}, {TypeId::kDouble, -20, 20, true, false}, {TypeId::kDouble, -300, 300, false, true},
      {TypeId::kFloat, -149, -90, false, false}, {TypeId::kFloat, -10, 10, true, false},  {TypeId::kDouble, 960, 970, false, true},
      {TypeId::kDouble, -9, 8, false, false},    {TypeId::kDouble, -9, 13, true, false},  {TypeId::kDouble, -1074, -1056, false, false}};
  for (const Case& c : cases) {
    SCOPED_TRACE(fmt::format("exponents {}..{}", c.low, c.high));
    for (const bool grouped : {false, true}) {
      TestProgram t;
      const ValueId x = t.column(column_of(c.type, random_floats(11, c.type, c.low, c.high, c.specials)).value());
      const ValueId key = t.column(column_from(TypeId::kInteger, random_rows(12, 20'000, 0, 900, 0)));
      const std::vector<Accumulator> accumulators = {{AccumulatorKind::kSumFloat, x}, {AccumulatorKind::kCount, x}};
      if (grouped) {
        group_by(t, {key}, accumulators);
      } else {
        reduce(t, accumulators);
      }
      EXPECT_EQ(expect_same(t.finish(), {}, t.batch, 9000), c.declined);
    }
  }
}

// Small values whose last bits are zeros are shifted the other way.
TEST_F(OnGpu, SumsOfAmountsAreExact) {
  std::mt19937_64 random(21);
  for (const double unit : {100.0, 8.0, 1e5}) {
    std::vector<Value> amounts;
    for (int row = 0; row < 30'000; ++row) {
      const auto hundredths = static_cast<double>(random() % (random() % 2 == 0 ? 10 : 9'999'991));
      amounts.push_back(Value(TypeId::kDouble, (random() % 3 == 0 ? -hundredths : hundredths) / unit));
    }
    TestProgram t;
    const ValueId x = t.column(column_of(TypeId::kDouble, amounts).value());
    reduce(t, {{AccumulatorKind::kSumFloat, x}});
    EXPECT_FALSE(expect_same(t.finish(), {}, t.batch, 9000)) << unit;
  }
}

TEST_F(OnGpu, ABrokenPromiseOfAFileIsFound) {
  TestProgram t;
  const Column data = column_from(TypeId::kBigInt, {1, 2, 3, 200, 4});
  kernel::SourceColumn source{"l_quantity", TypeId::kBigInt, 0, false};
  t.batch = {5, {data}};
  const ValueId x = t.builder.column(source, kernel::Range::of(0, 100), true);
  reduce(t, {{AccumulatorKind::kSumInteger, x}});
  EXPECT_FALSE(expect_same(t.finish(), {}, t.batch));
}

TEST_F(OnGpu, ABrokenPromiseOfABooleanIsFound) {
  TestProgram t;
  t.batch = {3, {column_from(TypeId::kBoolean, {1, 1, 0})}};
  const ValueId x = t.builder.column({"l_returned", TypeId::kBoolean, 0, false}, kernel::Range::of(1, 1), true);
  reduce(t, {{AccumulatorKind::kCount, x}, {AccumulatorKind::kMin, x}});
  EXPECT_FALSE(expect_same(t.finish(), {}, t.batch));
}

TEST_F(OnGpu, EveryEncodingGivesTheSameValues) {
  const Column plain = column_from(TypeId::kInteger, random_rows(8, 4000, -9, 300, 13));
  Column dictionary = coded({}, std::vector<int>(4000, 0));
  std::vector<Value> entries;
  MutableBuffer codes = MutableBuffer::zeroed(4000 * 4).value();
  for (int i = -9; i <= 300; ++i) entries.push_back(Value::integer(i));
  for (std::int64_t row = 0; row < 4000; ++row)
    codes.as<std::uint32_t>()[row] = plain.is_valid(row) ? static_cast<std::uint32_t>(plain.value(row).as_integer() + 9) : 0;
  dictionary.type = TypeId::kInteger;
  dictionary.values = std::move(codes).freeze();
  dictionary.validity = plain.validity;
  dictionary.null_count = plain.null_count;
  auto held = std::make_shared<Dictionary>();
  held->id = Dictionary::next_id();
  held->values = std::make_shared<const Column>(column_of(TypeId::kInteger, entries).value());
  dictionary.dictionary = held;
  TestProgram t;
  const ValueId a = t.column(plain);
  const ValueId b = t.column(packed(plain));
  const ValueId c = t.column(dictionary);
  const ValueId d = t.column(constant_column(Value::integer(41), 4000).value());
  std::vector<Accumulator> accumulators;
  for (const ValueId x : {a, b, c, d}) {
    accumulators.push_back({AccumulatorKind::kSumInteger, x});
    accumulators.push_back({AccumulatorKind::kCount, x});
  }
  reduce(t, std::move(accumulators));
  const auto program = t.finish();
  for (const std::int64_t rows_each : {1, 31, 33, 997, 4000}) {
    if (rows_each == 1) {
      EXPECT_FALSE(expect_same_parts(program, {},
                                     cut({40,
                                          {t.batch.columns[0].slice(0, 40), t.batch.columns[1].slice(0, 40),
                                           t.batch.columns[2].slice(0, 40), t.batch.columns[3].slice(0, 40)}},
                                         1)));
    } else {
      EXPECT_FALSE(expect_same(program, {}, t.batch, rows_each));
    }
  }
}

TEST_F(OnGpu, ACancelledRunStops) {
  TestProgram t;
  const ValueId x = t.column(column_from(TypeId::kInteger, {1}));
  reduce(t, {{AccumulatorKind::kSumInteger, x}});
  const auto program = t.finish();
  const auto kernel = TestDevice::get().gpu->prepare(program).run_now().value();
  const Launch launch;
  const auto state = kernel->start(launch);
  const CancelToken cancel;
  cancel.cancel();
  const Morsel morsel{t.batch, 0, {}};
  const Status status = kernel->run({&morsel, 1}, *state, cancel).run_now();
  ASSERT_FALSE(status.has_value());
  EXPECT_EQ(status.error().code(), ErrorCode::kCancelled);
}

}  // namespace
}  // namespace trueno::backend
