// Joins on the GPU: every form of a table, every way a domain opens and closes; scalar and GPU must agree to the byte, or both find a
// failing row. TRUENO_SEED picks the first seed of the random ones, TRUENO_PROGRAMS how many.
#include <algorithm>

#include "backend/webgpu/test_support.h"
#include "column/rows.h"

namespace trueno::backend {
namespace {

using kernel::Accumulator;
using kernel::AccumulatorKind;
using kernel::MatchTest;
using kernel::Opcode;
using kernel::SinkKind;
using kernel::ValueId;

enum class Way : std::uint8_t { kExists, kIn, kInner, kAny, kAnyWhere, kLeft, kSingle };
constexpr int kWays = 7;

// A program that joins a random source with one or two random tables.
class JoinMaker {
 public:
  explicit JoinMaker(std::uint64_t seed) : random_(seed) {}

  std::shared_ptr<const kernel::Program> make() {
    rows_ = static_cast<std::int64_t>(chance(6) ? pick(3) : 1 + pick(1500));
    number_ = t_.column(integers(TypeId::kInteger, -20, 20, rows_));
    const std::size_t joins = 1 + pick(2);
    for (std::size_t n = 0; n < joins; ++n) {
      other_ = t_.add(integers(TypeId::kInteger, -20, 20, rows_));
      join();
      if (chance(2)) numbers_.push_back(t_.read(other_));
    }
    sink();
    return t_.finish();
  }

  TestProgram t_;
  std::vector<Batch> build_sides;

 private:
  std::uint64_t pick(std::uint64_t below) { return random_() % below; }
  bool chance(std::uint64_t one_in) { return pick(one_in) == 0; }

  Column integers(const Type& type, i128 least, i128 greatest, std::int64_t rows, std::optional<i128> outlier = std::nullopt) {
    const bool nulls = chance(2);
    std::vector<std::optional<i128>> values;
    for (std::int64_t row = 0; row < rows; ++row) {
      i128 value = least + static_cast<i128>(pick(static_cast<std::uint64_t>(greatest - least) + 1));
      if (outlier && chance(10)) value = *outlier;
      values.push_back(nulls && chance(8) ? std::optional<i128>() : std::optional<i128>(value));
    }
    return column_from(type, values);
  }
  Column doubles(std::int64_t rows) {
    static const double kValues[] = {0.0, -0.0, 1.5, -1.5, 1e300, __builtin_nan(""), -__builtin_nan("1"), __builtin_inf(), 5e-324};
    std::vector<Value> values;
    for (std::int64_t row = 0; row < rows; ++row)
      values.push_back(chance(9) ? Value::null(TypeId::kDouble) : Value::floating(kValues[pick(std::size(kValues))]));
    return column_of(TypeId::kDouble, values).value();
  }

  // Plain, or as codes of a dictionary that has a text twice.
  Column some_texts(std::int64_t rows) {
    const std::vector<std::string> entries = {"b", "", "a text that is longer than twelve bytes", "a", "b"};
    std::vector<int> codes;
    for (std::int64_t row = 0; row < rows; ++row) codes.push_back(chance(6) ? -1 : static_cast<int>(pick(entries.size())));
    const Column column = coded(entries, codes);
    return chance(2) ? column : column.decoded().value();
  }

  // The same kind of key for both sides.
  struct Key {
    Type type;
    i128 least = 0;
    i128 greatest = 0;
  };
  Key any_key() {
    static const Key kKeys[] = {
        {TypeId::kInteger, -5, 40},
        {TypeId::kInteger, INT32_MAX - 30, INT32_MAX},
        {TypeId::kInteger, INT32_MIN, INT32_MIN + 30},
        {TypeId::kBigInt, (i128{1} << 40) - 10, (i128{1} << 40) + 10},
        {TypeId::kBigInt, INT64_MIN, INT64_MIN + 50},
        {TypeId::kSmallInt, -300, 300},
        {TypeId::kUTinyInt, 0, 255},
        {TypeId::kUInteger, UINT32_MAX - 20, UINT32_MAX},
        {TypeId::kUBigInt, static_cast<i128>(UINT64_MAX) - 20, static_cast<i128>(UINT64_MAX)},
        {TypeId::kHugeInt, (i128{1} << 100), (i128{1} << 100) + 20},
        {Type::decimal(12, 2), -15, 15},
        {TypeId::kBoolean, 0, 1},
        {TypeId::kDouble, 0, 0},
    };
    return kKeys[pick(std::size(kKeys))];
  }
  Column key_column(const Key& key, std::int64_t rows, std::optional<i128> outlier) {
    if (key.type.id == TypeId::kDouble) return doubles(rows);
    return integers(key.type, key.least, key.greatest, rows, outlier);
  }

  void join() {
    const std::size_t keys = chance(8) ? 0 : 1 + pick(2);
    const auto build_rows = static_cast<std::int64_t>(chance(6) ? 0 : 1 + pick(keys == 0 ? 6 : 60));
    kernel::JoinTable table;
    table.name = "b";
    table.keys = static_cast<std::uint32_t>(keys);
    Batch build;
    build.length = build_rows;
    std::vector<ValueId> probes;
    const auto add = [&](const Column& column) {
      table.columns.push_back({fmt::format("b{}", build.columns.size()), column.type});
      build.columns.push_back(column);
    };
    for (std::size_t k = 0; k < keys; ++k) {
      const Key key = any_key();
      // Far from the others: a table of few rows hashes then.
      std::optional<i128> outlier;
      if ((key.type.id == TypeId::kInteger || key.type.id == TypeId::kBigInt) && chance(2)) outlier = INT32_MAX / 2;
      add(key_column(key, build_rows, outlier));
      probes.push_back(t_.column(key_column(key, rows_, outlier), !chance(3)));
      table.null_safe.push_back(chance(3) ? 1 : 0);
    }
    add(integers(TypeId::kInteger, -9, 9, build_rows));
    const Column& payload = build.columns.back();
    kernel::Range range = kernel::Range::of(-9, 9, payload.null_count != 0);
    range.proven = true;
    const auto payload_column = static_cast<std::uint32_t>(table.columns.size() - 1);
    const bool texts = keys == 1 && chance(2);
    if (texts) add(some_texts(build_rows));
    if (chance(3) && build_rows > 0 && keys == 1) unique(build);
    build_sides.push_back(build);

    kernel::Builder& b = t_.builder;
    const ValueId probe = b.probe(b.table(std::move(table)), probes);
    Way way = static_cast<Way>(pick(kWays));
    if (way == Way::kIn && keys != 1) way = Way::kExists;
    switch (way) {
      case Way::kExists: keep(b.matched(probe, MatchTest::kExists)); break;
      case Way::kIn: keep(b.matched(probe, MatchTest::kIn)); break;
      case Way::kInner: {
        const ValueId expand = b.expand(probe);
        const ValueId value = b.build_column(expand, payload_column, range);
        if (chance(2)) b.filter(b.emit(Opcode::kLess, TypeId::kBoolean, {value, number_}));
        numbers_.push_back(value);
        if (texts) texts_.push_back(b.build_column(expand, payload_column + 1, {}));
        break;
      }
      case Way::kAny:
      case Way::kAnyWhere: {
        const ValueId expand = b.expand(probe);
        const ValueId value = b.build_column(expand, payload_column, range);
        // Read within the domain, and again behind it.
        const ValueId other = t_.read(other_);
        ValueId condition = b.emit(Opcode::kLess, TypeId::kBoolean, {value, chance(2) ? number_ : other});
        if (way == Way::kAnyWhere) {
          b.filter(condition);
          condition = kernel::kNoValue;
        }
        keep(b.any_match(expand, condition));
        break;
      }
      case Way::kLeft:
      case Way::kSingle: {
        const ValueId expand = b.expand(probe);
        if (chance(2)) {
          const ValueId value = b.build_column(expand, payload_column, range);
          b.filter(b.emit(Opcode::kGreater, TypeId::kBoolean, {value, number_}));
        }
        const ValueId padded = b.pad_unmatched(expand, way == Way::kSingle);
        numbers_.push_back(b.build_column(padded, payload_column, range));
        if (texts) texts_.push_back(b.build_column(padded, payload_column + 1, {}));
        break;
      }
    }
  }

  // The first row of each key only.
  void unique(Batch& build) {
    std::vector<std::uint32_t> kept;
    std::vector<Value> seen;
    for (std::int64_t row = 0; row < build.length; ++row) {
      const Value value = build.columns[0].value(row);
      if (std::ranges::find(seen, value) != seen.end()) continue;
      seen.push_back(value);
      kept.push_back(static_cast<std::uint32_t>(row));
    }
    build.length = static_cast<std::int64_t>(kept.size());
    for (Column& column : build.columns) column = take_rows(column, kept).value();
  }

  // A condition narrows the rows or becomes a number.
  void keep(ValueId condition) {
    kernel::Builder& b = t_.builder;
    if (chance(2)) {
      b.filter(chance(2) ? condition : b.emit(Opcode::kNot, TypeId::kBoolean, {condition}));
    } else {
      conditions_.push_back(condition);
    }
  }

  void sink() {
    kernel::Sink& sink = t_.builder.program().sink;
    if (chance(3)) {
      sink.kind = chance(3) ? SinkKind::kBuild : SinkKind::kEmit;
      if (sink.kind == SinkKind::kBuild) sink.keys.push_back(number_);
      sink.values = numbers_;
      sink.values.insert(sink.values.end(), texts_.begin(), texts_.end());
      sink.values.insert(sink.values.end(), conditions_.begin(), conditions_.end());
      sink.values.push_back(number_);
      return;
    }
    sink.kind = chance(2) ? SinkKind::kReduce : SinkKind::kGroup;
    if (sink.kind == SinkKind::kGroup) {
      sink.keys.push_back(numbers_.empty() || chance(2) ? number_ : numbers_[pick(numbers_.size())]);
      if (!texts_.empty()) sink.keys.push_back(texts_[pick(texts_.size())]);
      if (!conditions_.empty()) sink.keys.push_back(conditions_[pick(conditions_.size())]);
    }
    const auto add = [&](AccumulatorKind kind, ValueId argument) { sink.accumulators.push_back({kind, argument}); };
    add(AccumulatorKind::kCountRows, kernel::kNoValue);
    add(AccumulatorKind::kSumInteger, number_);
    for (const ValueId id : numbers_) {
      add(AccumulatorKind::kSumInteger, id);
      add(AccumulatorKind::kCount, id);
      add(AccumulatorKind::kMin, id);
    }
    for (const ValueId id : texts_) add(AccumulatorKind::kCount, id);
    for (const ValueId id : conditions_) {
      if (sink.kind == SinkKind::kReduce) add(AccumulatorKind::kCount, id);
    }
  }

  std::mt19937_64 random_;
  std::int64_t rows_ = 0;
  ValueId number_ = 0;
  std::size_t other_ = 0;  // a column that is read where it is needed
  std::vector<ValueId> numbers_;
  std::vector<ValueId> texts_;
  std::vector<ValueId> conditions_;
};

TEST_F(OnGpu, RandomJoinsAgreeWithScalar) {
  const std::uint64_t first = number_from("TRUENO_SEED", 1);
  const std::uint64_t count = number_from("TRUENO_PROGRAMS", 40);
  std::uint64_t declined = 0;
  for (std::uint64_t seed = first; seed < first + count && !HasFailure(); ++seed) {
    SCOPED_TRACE(fmt::format("TRUENO_SEED={}", seed));
    JoinMaker maker(seed);
    const std::shared_ptr<const kernel::Program> program = maker.make();
    const std::vector<Batch> parts = cut(maker.t_.batch, 1 + static_cast<std::int64_t>(seed * 37 % 700));
    declined += expect_same_parts(program, {}, parts, {}, maker.build_sides) ? 1 : 0;
  }
  EXPECT_EQ(declined, 0);  // every program here has a shader
}

// So many build rows that their table is made part by part, on several threads.
TEST_F(OnGpu, JoinsWithManyBuildRowsAgreeWithScalar) {
  constexpr std::int64_t kBuildRows = 100'000;
  constexpr std::int64_t kProbes = 3000;
  struct Shape {
    std::int64_t factor;  // between neighbouring keys: far apart, they are hashed
    std::int64_t keys;
    bool nulls;
    bool pair;  // of two keys
  };
  for (const Shape& shape : {Shape{1, 40'000, false, false}, Shape{1, 40'000, true, false}, Shape{1'000'003, 40'000, true, false},
                             Shape{1'000'003, 200'000, false, false}, Shape{1, 5'000, true, true}, Shape{1, 200'000, false, true}}) {
    SCOPED_TRACE(
        fmt::format("{} keys, {} apart{}{}", shape.keys, shape.factor, shape.nulls ? ", NULLs" : "", shape.pair ? ", two keys" : ""));
    const auto numbers = [&](std::int64_t rows, std::int64_t step, std::int64_t below, std::int64_t factor, bool nulls) {
      std::vector<std::optional<i128>> values;
      for (std::int64_t row = 0; row < rows; ++row) {
        if (nulls && row % 13 == 5) {
          values.emplace_back();
        } else {
          values.emplace_back(static_cast<i128>(row) * step % below * factor);
        }
      }
      return column_from(TypeId::kBigInt, values);
    };
    TestProgram t;
    kernel::JoinTable table;
    table.name = "b";
    Batch build;
    build.length = kBuildRows;
    std::vector<ValueId> probes;
    const auto key = [&](std::int64_t step, std::int64_t below) {
      build.columns.push_back(numbers(kBuildRows, step, below, shape.factor, shape.nulls));
      table.columns.push_back({fmt::format("b{}", table.keys), TypeId::kBigInt});
      table.null_safe.push_back(shape.pair && table.keys == 1 ? 1 : 0);
      ++table.keys;
      probes.push_back(t.column(numbers(kProbes, 97, below + below / 4, shape.factor, shape.nulls)));
    };
    key(7919, shape.keys);
    if (shape.pair) key(31, 7);
    build.columns.push_back(numbers(kBuildRows, 1, 1000, 1, false));
    table.columns.push_back({"payload", TypeId::kBigInt});
    kernel::Builder& b = t.builder;
    const auto payload = static_cast<std::uint32_t>(table.columns.size() - 1);
    const ValueId expand = b.expand(b.probe(b.table(std::move(table)), probes));
    kernel::Range range = kernel::Range::of(0, 999, false);
    range.proven = true;
    const ValueId value = b.build_column(expand, payload, range);
    kernel::Sink& sink = b.program().sink;
    sink.kind = SinkKind::kEmit;
    sink.values = {probes.front(), value};
    const std::shared_ptr<const kernel::Program> program = t.finish();
    EXPECT_FALSE(expect_same_parts(program, {}, {t.batch}, {}, {build}));
  }
}

}  // namespace
}  // namespace trueno::backend
