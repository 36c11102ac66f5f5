#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "column/column.h"
#include "kernel/fold.h"
#include "kernel/host.h"
#include "kernel/moments.h"
#include "kernel/range.h"

namespace trueno::kernel {

/// A value of the program: the number of the instruction that defines it.
using ValueId = std::uint32_t;
inline constexpr ValueId kNoValue = 0xFFFFFFFF;

/// The instructions. kernel/README.md is their reference: operands, NULL rule, overflow rule, exact result.
enum class Opcode : std::uint8_t {
  // leaves
  kColumn,
  kParameter,
  kConstant,
  kRowNumber,
  // arithmetic: integers and decimals are exact, floats IEEE 754 round to nearest even
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,
  kIntegerDivide,
  kModulo,
  kNegate,
  kAbs,
  kMath,
  // comparison: BOOLEAN results
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kIsDistinct,
  kIsNotDistinct,
  // logic (Kleene) and NULL
  kAnd,
  kOr,
  kNot,
  kIsNull,
  kIsNotNull,
  kIsTrue,
  kIsNotFalse,
  kCoalesce,
  kSelect,
  // conversion
  kCast,
  kTryCast,
  // bits
  kShiftRight,
  kBitAnd,
  kBitOr,
  kBitXor,
  kBitNot,
  kPopcount,
  // dates
  kDatePart,
  kDateTrunc,
  kTimestampAdd,
  // strings
  kLike,
  kStartsWith,
  kEndsWith,
  kContains,
  kStringLength,
  // by dictionary entry, and on the host
  kLookup,
  kHost,
  // joins: a table is asked for matches, a child domain opened over them, closed again (see "Row domains")
  kProbe,
  kMatched,
  kExpand,
  kBuildColumn,
  kAnyMatch,
  kPadUnmatched,
  // without a value
  kMarkMatched,  // the build rows of the domain's rows are no longer unmatched
  kFilter,       // narrows the domain of everything behind it
};
inline constexpr int kOpcodeCount = static_cast<int>(Opcode::kFilter) + 1;
[[nodiscard]] constexpr bool has_value(Opcode op) { return op < Opcode::kMarkMatched; }

/// How kMatched answers where no row matches.
enum class MatchTest : std::uint8_t {
  kExists,  // false
  kIn,      // Kleene: NULL where a key or a row of the table is NULL, as `x IN (SELECT y)` is; one key
};

enum class MathFunction : std::uint8_t { kSqrt, kFloor, kCeil, kTrunc, kRoundEven, kSign };

enum class DatePart : std::uint8_t {
  kYear,
  kQuarter,
  kMonth,
  kDay,
  kDayOfWeek,
  kIsoDayOfWeek,
  kDayOfYear,
  kWeek,
  kIsoYear,
  kHour,
  kMinute,
  kSecond,
  kMillisecond,
  kMicrosecond,
  kEpoch,
  kCentury,
  kDecade,
  kMillennium,
};

/// One instruction: `%id = op args : type`. Plain data; which fields an opcode uses is listed in kernel/README.md and checked by `verify`.
struct Instruction {
  Opcode op = Opcode::kConstant;
  Type type;  // logical type of the result
  std::vector<ValueId> args;
  std::uint32_t index = 0;            // kColumn: source column; kParameter, kConstant, kLookup, kHost: entry of the program's list;
                                      // kMath: MathFunction; kDatePart, kDateTrunc: DatePart; kProbe: table; kBuildColumn: its
                                      // column; kMatched: MatchTest; kPadUnmatched: 1 where a second match is an error
  bool checked = false;               // may fail: the exact result can leave the type's limits (or a divisor can be 0, a text malformed)
  bool null_on_error = false;         // could fail, but gives NULL for such a row: inside of try(). Not checked then
  bool verify_range = false;          // kColumn: the range is claimed and relied upon; the decoder proves it or fails with kCorruptFile
  ValueId active = kNoValue;          // BOOLEAN: rows where it is not true never fail here (their result is NULL)
  Physical lane = Physical::kNested;  // width that holds every value of a proven range; fast backends may compute in it
  Range range;
  SourceSpan span;  // where in the SQL text, for error messages

  [[nodiscard]] Physical physical() const { return type.physical(); }
};

struct Program;
/// Whether instructions of this kind can fail at all for these operand types (then `checked` decides).
[[nodiscard]] bool can_fail(const Program& program, const Instruction& instruction);
/// Whether an error is of the row alone, so that try() makes NULL of it: a value that does not fit, not a machine that has had enough.
[[nodiscard]] bool is_of_row(ErrorCode code);

/// A column the program reads.
struct SourceColumn {
  std::string name;
  Type type;
  int index = 0;         // in the TableSource's schema
  bool as_code = false;  // the register holds u32 codes of the query dictionary instead of strings
};

/// The rows a program runs over.
struct Source {
  std::string name;                  // for people
  std::int64_t estimated_rows = -1;  // -1: unknown
  std::vector<SourceColumn> columns;
};

/// A value that is bound when the program runs: a literal of the query or a `?`. Never part of generated code.
struct Parameter {
  Type type;
  std::string name;  // "$1" or empty
};

/// `kLookup`: per dictionary entry, the value of `definition` (one string column in, one emitted column out). Tables are made by exec when
/// a dictionary is first seen; entries whose evaluation failed hold the error and raise it only when an active row reads one.
struct Lookup {
  std::shared_ptr<const Program> definition;
  int source_column = 0;  // the coded column it belongs to
};

/// What an accumulator of a reduce or group sink keeps. Finalised outputs (SUM, AVG, ...) are made of these by exec (kernel/aggregate.h).
enum class AccumulatorKind : std::uint8_t {
  kCountRows,   // rows
  kCount,       // valid values
  kSumInteger,  // exact sum; 128-bit for arguments up to 64 bits, else 192-bit
  kSumFloat,    // exact sum (base/exact_sum.h)
  kMin,
  kMax,  // canonical form of the least or greatest valid value
  kBitAnd,
  kBitOr,
  kBitXor,      // of all bits of the valid integers
  kSumProduct,  // exact sum of argument^power, times `second` where there is one (base/product_sum.h); DOUBLE
};
[[nodiscard]] constexpr bool combines_bits(AccumulatorKind kind) {
  return kind == AccumulatorKind::kBitAnd || kind == AccumulatorKind::kBitOr || kind == AccumulatorKind::kBitXor;
}
struct Accumulator {
  AccumulatorKind kind = AccumulatorKind::kCountRows;
  ValueId argument = kNoValue;
  ValueId second = kNoValue;  // kSumProduct
  int power = 1;              // kSumProduct: 1 to 4, with `second` 1 to 3
  bool operator==(const Accumulator&) const = default;
};

/// How a group's or reduction's visible value follows from accumulators.
enum class FinishKind : std::uint8_t {
  kCount,    // BIGINT
  kSum,      // of (sum, count): NULL when count is 0; kOutOfRange past the result type
  kAverage,  // of (sum, count): exact quotient, rounded once: to DOUBLE, or to a whole step of a decimal or temporal type, ties to even
  kExtreme,  // of (min or max): NULL when nothing was valid
  kBits,     // of (bit_and, bit_or or bit_xor): NULL when nothing was valid
  kMoment,   // of (count, exact sums): kernel/moments.h
};
struct Output {
  FinishKind kind = FinishKind::kCount;
  std::uint32_t accumulator = 0;
  std::uint32_t count = 0;  // accumulator that counts the valid values (kSum, kAverage)
  Type type;
  int argument_scale = 0;                                       // kAverage of DECIMAL(p, s): s
  std::int64_t offset = 0;                                      // kSum, kAverage of integers: is added once for each valid value
  MomentFunction moment = MomentFunction::kVariancePopulation;  // kMoment
  std::array<std::uint32_t, kMomentSums> sums = {};             // kMoment: accumulators by MomentSum, those the function reads
  bool operator==(const Output&) const = default;
};

struct SortKey {
  ValueId value = kNoValue;
  bool descending = false;
  bool nulls_first = false;
  bool operator==(const SortKey&) const = default;
};

/// One aggregate of a collecting sink. Its values are numbers of the sink's `values`.
struct Fold {
  struct Order {
    std::uint32_t value = 0;
    bool descending = false;
    bool nulls_first = false;
    bool operator==(const Order&) const = default;
  };
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;

  std::string name;                      // for people, and for caches: one name, one function
  FoldFunction function = nullptr;       // null: `output` is all there is
  std::vector<std::uint32_t> arguments;  // none: rows
  std::vector<Order> orders;             // ties, and all rows where it is empty, in the order of the rows
  bool sorted = false;                   // rows come by the first argument, ascending, NULLs last; ties by `orders`
  std::uint32_t filter = kNone;          // a BOOLEAN: rows where it is not true are left out
  std::vector<Value> constants;
  Type result;
  std::uint32_t output = kNone;  // of the sink: made of accumulators, whose arguments are among the values
};

enum class SinkKind : std::uint8_t { kEmit, kReduce, kGroup, kTopK, kSort, kBuild, kCollect };

/// Where a pipeline ends.
///   kEmit    values                       -> rows, in source order
///   kReduce  accumulators, outputs        -> one row
///   kGroup   keys, accumulators, outputs  -> one row a distinct key (canonical form), ascending
///   kTopK    sort_keys, values, limit     -> the first `limit` rows in order; ties by row id
///   kSort    sort_keys, values            -> all rows in order; ties by row id. Rows of equal keys are a group: see `group_*`
///   kBuild   keys, values                 -> keys, then values of all rows, in source order: the build side of a join
///   kCollect keys, values, folds, accumulators, outputs -> one row a distinct key (canonical form), ascending; without keys one row
struct Sink {
  SinkKind kind = SinkKind::kEmit;
  std::vector<ValueId> values;
  std::vector<ValueId> keys;
  std::vector<Accumulator> accumulators;
  std::vector<Output> outputs;
  std::vector<Fold> folds;
  std::vector<SortKey> sort_keys;
  std::int64_t limit = -1;
  std::int64_t estimated_groups = -1;
  // kSort: of each group, `group_limit` rows after `group_offset` are kept (-1: all); `row_number`: one more column, 0, 1, ... in each.
  std::int64_t group_limit = -1;
  std::int64_t group_offset = 0;
  bool row_number = false;
};

/// The build side of a join that a program probes: the output of an earlier kBuild pipeline, keys first.
struct JoinTable {
  std::string name;  // for people
  Schema columns;
  std::uint32_t keys = 0;               // none: every row matches
  std::vector<std::uint8_t> null_safe;  // by key: NULL matches NULL
  std::int64_t estimated_rows = -1;
  bool mark = false;  // some kMarkMatched notes which rows matched
};

/// One pipeline between two breakers: a flat list of typed instructions in SSA form from a source to one sink. Immutable once built;
/// every backend runs exactly this.
struct Program {
  Source source;
  std::vector<Instruction> instructions;
  std::vector<Parameter> parameters;
  std::vector<Value> constants;
  std::vector<Lookup> lookups;
  std::vector<HostCall> hosts;
  std::vector<JoinTable> tables;
  Sink sink;

  [[nodiscard]] const Instruction& at(ValueId id) const { return instructions[id]; }
};

/// The number of the table whose rows an instruction of a join is about: kProbe itself and what is built on it.
[[nodiscard]] std::uint32_t table_of(const Program& program, const Instruction& instruction);
/// Where the child domain that the kExpand `id` opens ends: the kAnyMatch or kPadUnmatched of it; kNoValue: with the program.
[[nodiscard]] ValueId end_of_domain(const Program& program, ValueId id);

[[nodiscard]] std::string_view opcode_name(Opcode op);
[[nodiscard]] std::string_view date_part_name(DatePart part);
[[nodiscard]] std::string_view math_function_name(MathFunction function);

/// The program as text, one line an instruction; stable, held by golden tests.
[[nodiscard]] std::string print(const Program& program);

/// Checks types, operand counts, definitions before use, masks and ranges. kInternal with the offending line otherwise.
[[nodiscard]] Status verify(const Program& program);

/// Columns of a sink's partial state, in order: keys, then the accumulators' states; or values (emit), or keys, values and the row id
/// (sort, top-k, collect).
[[nodiscard]] Schema partial_schema(const Program& program);
/// Columns the pipeline hands on: values, or keys then outputs or folds.
[[nodiscard]] Schema output_schema(const Program& program);
/// The type of an accumulator's state column: BIGINT counts, HUGEINT or BLOB integer sums, BLOB float sums, the argument's type for
/// min/max.
[[nodiscard]] Type state_type(const Program& program, const Accumulator& accumulator);

/// A key under which a compiled kernel may be cached: the structure without estimates, parameter values and ranges (lanes and checks are
/// in).
[[nodiscard]] std::string shape_key(const Program& program);

}  // namespace trueno::kernel
