// Each rate is the difference of two programs that differ in that alone, the least of some runs of each.
#include "dispatch/calibrate.h"

#ifdef __wasm__

namespace trueno::dispatch {

// In a page there is one device, and nothing to choose.
Result<Rates> measure_rates(backend::Backend& device, const Rates&, const Parallel&) {
  return error(ErrorCode::kNotSupported, "WebAssembly measures no devices: it has none but {}", device.profile().name);
}

}  // namespace trueno::dispatch

#else

#include <algorithm>
#include <atomic>
#include <cmath>

#include "base/clock.h"
#include "kernel/builder.h"

namespace trueno::dispatch {

namespace {

using backend::Backend;
using backend::DeviceKind;
using backend::Kernel;
using backend::Morsel;
using kernel::AccumulatorKind;
using kernel::Opcode;
using kernel::SinkKind;
using kernel::ValueId;

constexpr std::int64_t kMorselRows = 131'072;
constexpr std::int64_t kFewRows = 1024;
constexpr int kRuns = 4;
constexpr std::int64_t kNumbers = 1000;  // a column's values are 0 ... 999
constexpr std::int64_t kNearKeys = 64;   // groups or build rows that a core's cache holds
constexpr std::int64_t kFarKeys = std::int64_t{1} << 20;
constexpr int kChain = 8;  // instructions of a kind one after the other

// Rows for all programs: what there are fewest of lies first, so that a shorter run is a prefix.
struct Rows {
  std::int64_t count = 0;
  Column number;  // INTEGER: row % 1000
  Column real;    // DOUBLE: (row % 1000) / 8
  Column near;    // INTEGER: row % 64
  Column far;     // INTEGER: spread over 2^20 keys
};

template <class T, class Make>
Result<Column> column_of(std::int64_t rows, const Type& type, Make make) {
  MutableBuffer values = TRUENO_TRY(MutableBuffer::uninitialised(static_cast<std::size_t>(rows) * sizeof(T)));
  for (std::int64_t row = 0; row < rows; ++row) values.as<T>()[row] = make(row);
  Column column;
  column.type = type;
  column.length = rows;
  column.values = std::move(values).freeze();
  return column;
}

Result<Column> make_number(std::int64_t count) {
  return column_of<std::int32_t>(count, TypeId::kInteger, [](std::int64_t row) { return static_cast<std::int32_t>(row % kNumbers); });
}

Result<Rows> make_rows(std::int64_t count) {
  Rows rows;
  rows.count = count;
  rows.number = TRUENO_TRY(make_number(count));
  rows.real =
      TRUENO_TRY(column_of<double>(count, TypeId::kDouble, [](std::int64_t row) { return static_cast<double>(row % kNumbers) / 8; }));
  rows.near = TRUENO_TRY(
      column_of<std::int32_t>(count, TypeId::kInteger, [](std::int64_t row) { return static_cast<std::int32_t>(row % kNearKeys); }));
  rows.far = TRUENO_TRY(column_of<std::int32_t>(count, TypeId::kInteger, [](std::int64_t row) {
    constexpr std::uint64_t kOdd = 0x9E3779B97F4A7C15;
    return static_cast<std::int32_t>(static_cast<std::uint64_t>(row) * kOdd >> 44);
  }));
  return rows;
}

// One program over some of the columns.
struct Probe {
  explicit Probe(const Rows& rows) : from(rows) { builder.program().source.name = "calibration"; }

  ValueId add(const Column& column, const kernel::Range& range) {
    kernel::SourceColumn source;
    source.name = "c";
    source.type = column.type;
    source.index = static_cast<int>(columns.size());
    columns.push_back(&column);
    return builder.column(source, range, false);
  }
  ValueId number() { return add(from.number, kernel::Range::of(0, kNumbers - 1)); }
  ValueId real() {
    kernel::Range range;
    range.nullable = false;
    range.proven = true;
    range.span = span_of(1.0 / 8);
    range.span->include(span_of(static_cast<double>(kNumbers) / 8));
    return add(from.real, range);
  }
  ValueId near() { return add(from.near, kernel::Range::of(0, kNearKeys - 1)); }
  ValueId far() { return add(from.far, kernel::Range::of(0, kFarKeys - 1)); }

  // A value that is bound when it runs, as the compiler makes them of literals.
  ValueId parameter(const Value& value) {
    parameters.push_back(value);
    return builder.parameter(value.type(), "", nullptr, static_cast<std::uint32_t>(parameters.size() - 1));
  }
  ValueId chain(ValueId value, Opcode op, const Type& type, const Value& with) {
    for (int i = 0; i < kChain; ++i) {
      parameters.push_back(with);
      const auto number = static_cast<std::uint32_t>(parameters.size() - 1);
      value = builder.emit(op, type, {value, builder.parameter(with.type(), "", &parameters.back(), number)});
    }
    return value;
  }
  void reduce(std::vector<kernel::Accumulator> accumulators) {
    builder.program().sink.kind = SinkKind::kReduce;
    builder.program().sink.accumulators = std::move(accumulators);
  }
  void group(ValueId key) {
    builder.program().sink.kind = SinkKind::kGroup;
    builder.program().sink.keys = {key};
    builder.program().sink.accumulators = {{AccumulatorKind::kCountRows, kernel::kNoValue}};
  }

  const Rows& from;
  kernel::Builder builder;
  std::vector<const Column*> columns;
  std::vector<Value> parameters;
  std::vector<Batch> build_sides;
};

struct Timing {
  double first_us = 0;  // compiling and moving included
  double best_us = 0;
  double build_us = 0;
  Batch result;
};

class Calibration {
 public:
  Calibration(Backend& device, const Rates& typical, const Parallel& parallel)
      : device_(device), typical_(typical), parallel_(parallel), gpu_(device.profile().kind == DeviceKind::kWebGpu) {}

  Result<Rates> run() {
    const bool quick = device_.profile().software;
    constexpr std::int64_t kManyRows = std::int64_t{1} << 24;
    constexpr std::int64_t kSoftwareRows = std::int64_t{1} << 17;
    rows_ = TRUENO_TRY(make_rows(quick ? kSoftwareRows : kManyRows));
    rates_ = typical_;
    rates_.measured = true;
    rates_.workers = gpu_ ? 1 : static_cast<int>(std::max<std::size_t>(1, parallel_.threads()));
    TRUENO_TRY(measure_scans());
    TRUENO_TRY(measure_instructions());
    TRUENO_TRY(measure_groups());
    TRUENO_TRY(measure_probes());
    TRUENO_TRY(measure_emit());
    follow();
    return rates_;
  }

 private:
  [[nodiscard]] double rows() const { return static_cast<double>(rows_.count); }
  double& ns(CostKind kind) {
    measured_[static_cast<std::size_t>(kind)] = true;
    return rates_.row_ns[static_cast<std::size_t>(kind)];
  }
  [[nodiscard]] double typical_ns(CostKind kind) const { return typical_.row_ns[static_cast<std::size_t>(kind)]; }
  // Differences of times so close that noise makes them negative count as a little.
  static double at_least(double value, double least) { return std::max(value, least); }
  [[nodiscard]] double per_row(double us) const { return us * 1000 / rows(); }

  // What `probe` takes over the first `count` rows. `idle`: as between queries, when a device rests for a while before each run.
  Result<Timing> time(Probe& probe, std::int64_t count, int runs = kRuns, bool idle = false) {
    probe.builder.program().source.estimated_rows = count;
    const auto program = std::make_shared<const kernel::Program>(probe.builder.program());
    TRUENO_TRY(kernel::verify(*program));
    const backend::Support support = device_.supports(*program);
    if (!support.yes()) return error(ErrorCode::kNotSupported, "{}", support.detail);
    std::vector<Morsel> morsels;
    for (std::int64_t row = 0; row < count; row += kMorselRows) {
      Morsel morsel;
      morsel.batch.length = std::min(kMorselRows, count - row);
      for (const Column* column : probe.columns) morsel.batch.columns.push_back(column->slice(row, morsel.batch.length));
      morsel.row_id = row;
      morsels.push_back(std::move(morsel));
    }
    backend::Launch launch;
    launch.parameters = probe.parameters;
    launch.cache_bytes = std::int64_t{1} << 30;
    Timing timing;
    std::vector<double> times;
    for (int run = 0; run <= runs; ++run) {
      constexpr double kIdleMs = 2;
      for (const Stopwatch rest; idle && rest.elapsed_ms() < kIdleMs;) {
      }
      const Stopwatch watch;
      launch.tables.clear();
      launch.matched.assign(program->tables.size(), nullptr);
      for (std::size_t i = 0; i < program->tables.size(); ++i)
        launch.tables.push_back(TRUENO_TRY(device_.build(program->tables[i], probe.build_sides[i], Parallel()).run_now()));
      const double built = watch.elapsed_ms() * 1000;
      const auto kernel = TRUENO_TRY(device_.prepare(program).run_now());
      Timing one = TRUENO_TRY(run_once(*kernel, launch, morsels));
      const double took = watch.elapsed_ms() * 1000;
      timing.build_us = run == 0 ? built : std::min(timing.build_us, built);
      if (run == 0) {
        timing.first_us = took;
        timing.result = std::move(one.result);
      } else {
        times.push_back(took);
      }
    }
    std::ranges::sort(times);
    if (!times.empty()) timing.best_us = idle ? times[times.size() / 2] : times.front();
    return timing;
  }

  Result<Timing> run_once(const Kernel& kernel, const backend::Launch& launch, std::span<const Morsel> morsels) {
    const std::size_t workers = gpu_ ? 1 : std::min(parallel_.threads(), morsels.size());
    std::vector<std::unique_ptr<backend::SinkState>> states;
    for (std::size_t i = 0; i < workers; ++i) states.push_back(kernel.start(launch));
    std::vector<Status> ended(workers);
    const CancelToken cancel;
    if (gpu_) {
      TRUENO_TRY(kernel.run(morsels, *states.front(), cancel).run_now());
    } else {
      std::atomic<std::size_t> next = 0;
      parallel_(workers, [&](std::size_t worker) {
        for (std::size_t i = next.fetch_add(1); i < morsels.size() && ended[worker]; i = next.fetch_add(1))
          ended[worker] = kernel.run(morsels.subspan(i, 1), *states[worker], cancel).run_now();
      });
    }
    for (Status& status : ended) TRUENO_TRY(std::move(status));
    Timing timing;
    for (const auto& state : states) {
      timing.result = TRUENO_TRY(kernel.take_partial(*state).run_now());
    }
    return timing;
  }

  // The answer of a program over few rows, on one worker.
  Status expect(Probe& probe, const Value& wanted) {
    const Timing timing = TRUENO_TRY(time(probe, kFewRows, 0));
    const Value got =
        timing.result.columns.empty() || timing.result.length != 1 ? Value::null(wanted.type()) : timing.result.columns[0].value(0);
    if (got.is_null() || got.as_integer() != wanted.as_integer())
      return error(ErrorCode::kInternal, "{} computes a sum as {}, which is {}", device_.profile().name, got.to_string(),
                   wanted.to_string());
    return {};
  }

  Status measure_scans() {
    Probe once(rows_);
    const ValueId a = once.number();
    once.reduce({{AccumulatorKind::kSumInteger, a}});
    constexpr std::int64_t kSum = kNumbers * (kNumbers - 1) / 2 + (kFewRows - kNumbers) * (kFewRows - kNumbers - 1) / 2;
    TRUENO_TRY(expect(once, Value::bigint(kSum)));
    const Timing few = TRUENO_TRY(time(once, kFewRows));
    const Timing many = TRUENO_TRY(time(once, rows_.count));
    Probe thrice(rows_);
    const ValueId b = thrice.number();
    thrice.reduce({{AccumulatorKind::kSumInteger, b}, {AccumulatorKind::kMin, b}, {AccumulatorKind::kMax, b}});
    const Timing more = TRUENO_TRY(time(thrice, rows_.count));
    constexpr int kIdleRuns = 9;
    rates_.fixed_us = TRUENO_TRY(time(once, kFewRows, kIdleRuns, true)).best_us;
    const double read_us = at_least(many.best_us - few.best_us, 1);
    const double sum_us = std::clamp((more.best_us - many.best_us) / 2, 0.0, read_us / 2);
    ns(CostKind::kSumInteger) = per_row(sum_us);
    rates_.scan_bytes_per_us = rows() * sizeof(std::int32_t) / (read_us - sum_us);
    if (!gpu_) return {};
    rates_.compile_us = at_least(more.first_us - more.best_us, 1000);
    return measure_link(many.best_us);
  }

  // The same program over rows that are not there yet. By the clock: a device may still be moving them when the host has handed them over.
  Status measure_link(double resident_us) {
    const Column fresh = TRUENO_TRY(make_number(rows_.count));
    Probe moving(rows_);
    moving.reduce({{AccumulatorKind::kSumInteger, moving.add(fresh, kernel::Range::of(0, kNumbers - 1))}});
    const Timing timing = TRUENO_TRY(time(moving, rows_.count, 0));
    rates_.link_bytes_per_us = rows() * sizeof(std::int32_t) / at_least(timing.first_us - resident_us, 1);
    return {};
  }

  // The time of a chain of instructions beyond that of the program without it.
  Status measure_chain(CostKind kind, bool of_real, Opcode op, const Type& type, const Value& with, double plain_us) {
    Probe probe(rows_);
    const ValueId value = probe.chain(of_real ? probe.real() : probe.number(), op, type, with);
    probe.reduce({{of_real ? AccumulatorKind::kMax : AccumulatorKind::kSumInteger, value}});
    const Result<Timing> timing = time(probe, rows_.count);
    if (!timing) return timing.error().code() == ErrorCode::kNotSupported ? Status() : Status(timing.error());
    ns(kind) = at_least(per_row(timing->best_us - plain_us) / kChain, typical_ns(kind) / 20);
    return {};
  }

  Status measure_instructions() {
    Probe plain(rows_);
    plain.reduce({{AccumulatorKind::kSumInteger, plain.number()}});
    const double number_us = TRUENO_TRY(time(plain, rows_.count)).best_us;
    TRUENO_TRY(measure_chain(CostKind::kSimple, false, Opcode::kAdd, TypeId::kBigInt, Value::bigint(3), number_us));
    TRUENO_TRY(measure_chain(CostKind::kMultiply, false, Opcode::kMultiply, TypeId::kBigInt, Value::bigint(2), number_us));
    TRUENO_TRY(measure_chain(CostKind::kDivide, false, Opcode::kIntegerDivide, TypeId::kBigInt, Value::bigint(2), number_us));
    Probe extreme(rows_);
    extreme.reduce({{AccumulatorKind::kMax, extreme.real()}});
    const double real_us = TRUENO_TRY(time(extreme, rows_.count)).best_us;
    TRUENO_TRY(measure_chain(CostKind::kFloat, true, Opcode::kAdd, TypeId::kDouble, Value::floating(0.5), real_us));
    Probe sum(rows_);
    sum.reduce({{AccumulatorKind::kSumFloat, sum.real()}});
    const double sum_us = TRUENO_TRY(time(sum, rows_.count)).best_us - rates_.fixed_us;
    ns(CostKind::kSumFloat) =
        at_least(per_row(sum_us - rows() * sizeof(double) / rates_.scan_bytes_per_us), typical_ns(CostKind::kSumFloat) / 20);
    return {};
  }

  // Shares of near and far in a table of kFarKeys rows: as `describe` has them.
  static constexpr double kFarShare = 5.0 / 7;

  [[nodiscard]] double beyond_scan(double us, double columns) const {
    return per_row(us - rates_.fixed_us - columns * rows() * sizeof(std::int32_t) / rates_.scan_bytes_per_us);
  }

  Status measure_groups() {
    Probe near(rows_);
    near.group(near.near());
    const Timing small = TRUENO_TRY(time(near, rows_.count));
    ns(CostKind::kGroup) = at_least(beyond_scan(small.best_us, 1), typical_ns(CostKind::kGroup) / 20);
    Probe far(rows_);
    far.group(far.far());
    const Timing few = TRUENO_TRY(time(far, kFewRows));
    const Timing large = TRUENO_TRY(time(far, rows_.count));
    double table_us = 0;
    if (gpu_) {
      constexpr double kStateBytes = 24;  // of a group, as `describe` counts them
      table_us = at_least(few.best_us - rates_.fixed_us, 1);
      rates_.read_bytes_per_us = static_cast<double>(kFarKeys) * kStateBytes / table_us;
    }
    const double both = beyond_scan(large.best_us - table_us, 1);
    ns(CostKind::kFarGroup) = at_least((both - (1 - kFarShare) * rates_.row_ns[static_cast<std::size_t>(CostKind::kGroup)]) / kFarShare,
                                       typical_ns(CostKind::kFarGroup) / 20);
    return {};
  }

  // Sums a column of the rows found by a key below `keys`, of which the even ones are there.
  Result<Timing> time_probe(std::int64_t keys, const bool far) {
    Probe probe(rows_);
    const Column column = TRUENO_TRY(
        column_of<std::int32_t>(keys / 2, TypeId::kInteger, [](std::int64_t row) { return static_cast<std::int32_t>(2 * row); }));
    kernel::JoinTable table;
    table.name = "calibration";
    table.columns = {{"k", TypeId::kInteger, false}, {"w", TypeId::kInteger, false}};
    table.keys = 1;
    table.null_safe = {0};
    table.estimated_rows = keys / 2;
    kernel::Builder& b = probe.builder;
    const ValueId key = far ? probe.far() : probe.near();
    const ValueId found = b.expand(b.probe(b.table(std::move(table)), {key}));
    probe.reduce({{AccumulatorKind::kSumInteger, b.build_column(found, 1, kernel::Range::of(0, keys))}});
    Batch rows;
    rows.length = keys / 2;
    rows.columns = {column, column};
    probe.build_sides = {std::move(rows)};
    return time(probe, rows_.count);
  }

  Status measure_probes() {
    const Timing small = TRUENO_TRY(time_probe(kNearKeys, false));
    ns(CostKind::kProbe) = at_least(beyond_scan(small.best_us - small.build_us, 1), typical_ns(CostKind::kProbe) / 20);
    const Timing large = TRUENO_TRY(time_probe(kFarKeys, true));
    rates_.build_ns = large.build_us * 1000 / (static_cast<double>(kFarKeys) / 2);
    const double both = beyond_scan(large.best_us - large.build_us, 1);
    ns(CostKind::kFarProbe) = at_least((both - (1 - kFarShare) * rates_.row_ns[static_cast<std::size_t>(CostKind::kProbe)]) / kFarShare,
                                       typical_ns(CostKind::kFarProbe) / 20);
    return {};
  }

  // One row in eight goes out, with two values.
  Status measure_emit() {
    constexpr std::int64_t kKept = kNearKeys / 8;
    Probe probe(rows_);
    const ValueId near = probe.near();
    probe.builder.filter(probe.builder.emit(Opcode::kLess, TypeId::kBoolean, {near, probe.builder.constant(Value::integer(kKept))}));
    probe.builder.program().sink.values = {near, probe.far()};
    const Timing timing = TRUENO_TRY(time(probe, rows_.count));
    ns(CostKind::kEmit) = at_least(beyond_scan(timing.best_us, 2) * 8 / 2, typical_ns(CostKind::kEmit) / 20);
    return {};
  }

  // What was not measured is as far from the typical as what was, in the middle.
  void follow() {
    std::vector<double> ratios;
    for (std::size_t kind = 0; kind < kCostKinds; ++kind) {
      if (measured_[kind] && typical_.row_ns[kind] > 0) ratios.push_back(rates_.row_ns[kind] / typical_.row_ns[kind]);
    }
    std::ranges::sort(ratios);
    const double ratio = ratios.empty() ? 1 : ratios[ratios.size() / 2];
    for (std::size_t kind = 0; kind < kCostKinds; ++kind) {
      if (!measured_[kind]) rates_.row_ns[kind] *= ratio;
    }
    // Decoding is the host's, whichever device the rows go to; it is not measured.
  }

  Backend& device_;
  const Rates& typical_;
  const Parallel& parallel_;
  bool gpu_;
  Rows rows_;
  Rates rates_;
  std::array<bool, kCostKinds> measured_ = {};
};

}  // namespace

Result<Rates> measure_rates(Backend& device, const Rates& typical, const Parallel& parallel) {
  return Calibration(device, typical, parallel).run();
}

}  // namespace trueno::dispatch

#endif
