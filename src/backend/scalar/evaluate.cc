#include "backend/scalar/evaluate.h"

#include <cmath>

#include "kernel/bit_operation.h"
#include "kernel/cast.h"
#include "kernel/date_part.h"

namespace trueno::backend {

using kernel::Cell;
using kernel::Instruction;
using kernel::Opcode;
using kernel::ValueId;

RowEvaluator::RowEvaluator(const kernel::Program& program, const Launch& launch)
    : program_(program), launch_(launch), values_(program.instructions.size()), matches_(program.instructions.size()) {}

Status RowEvaluator::evaluate(const Morsel& morsel, std::int64_t row, const std::function<Status()>& sink) {
  morsel_ = &morsel;
  row_ = row;
  return run(0, static_cast<ValueId>(program_.instructions.size()), sink);
}

Status RowEvaluator::run(ValueId from, ValueId end, const std::function<Status()>& at_end) {
  for (ValueId id = from; id < end; ++id) {
    const Instruction& i = program_.at(id);
    switch (i.op) {
      case Opcode::kFilter: {
        const Cell& condition = arg(i, 0);
        if (!condition.valid || !condition.boolean) return {};
        break;
      }
      case Opcode::kMarkMatched: launch_.matched[kernel::table_of(program_, i)]->mark(static_cast<std::uint32_t>(arg(i, 0).integer)); break;
      case Opcode::kProbe: probe(id); break;
      case Opcode::kExpand: return expand(id, end, at_end);
      default: TRUENO_TRY(compute(id)); break;
    }
  }
  return at_end();
}

// One value of the current row.
Status RowEvaluator::compute(ValueId id) {
  const Instruction& i = program_.at(id);
  Cell& out = values_[id];
  out = Cell::null();
  if (i.active != kernel::kNoValue && !(values_[i.active].valid && values_[i.active].boolean)) return {};  // inactive rows never fail
  Status status = step(id, *morsel_, row_, out);
  if (!status && i.null_on_error && kernel::is_of_row(status.error().code())) {
    out = Cell::null();
    return {};
  }
  if (!status) {  // the error of a dictionary entry knows its place already
    Error failure = std::move(status).error();
    if (!failure.span().empty()) return failure;
    return std::move(failure).at(i.span);
  }
  if (out.valid && i.range.proven && i.range.bounded() && is_integer(i.physical()) &&
      (out.integer < *i.range.min || out.integer > *i.range.max)) {
    return error(ErrorCode::kInternal, "%{} is {}, outside its proven range {}..{}", id, to_string(out.integer), to_string(*i.range.min),
                 to_string(*i.range.max));
  }
  return {};
}

const ScalarJoinTable& RowEvaluator::table(const Instruction& i) const {
  return static_cast<const ScalarJoinTable&>(*launch_.tables[kernel::table_of(program_, i)]);
}

void RowEvaluator::probe(ValueId id) {
  const Instruction& i = program_.at(id);
  std::vector<Value> keys;
  for (const ValueId key : i.args)
    keys.push_back(kernel::value_of(program_.at(key).type, kernel::canonical(values_[key], program_.at(key).physical())));
  matches_[id] = &table(i).find(keys);
}

void RowEvaluator::matched(const Instruction& i, Cell& out) const {
  const bool found = !matches_[i.args[0]]->empty();
  if (!found && static_cast<kernel::MatchTest>(i.index) == kernel::MatchTest::kIn) {
    const ScalarJoinTable& asked = table(i);
    const bool null_key = !arg(program_.at(i.args[0]), 0).valid;
    if (!asked.empty() && (null_key || asked.has_null_key())) return;  // NULL
  }
  out = Cell::of_bool(found);
}

// The rows below `id`, one for each match; then those of the domain that its end opens, or its answer in the parent's row.
Status RowEvaluator::expand(ValueId id, ValueId end, const std::function<Status()>& at_end) {
  const std::vector<std::uint32_t> rows = *matches_[program_.at(id).args[0]];
  const ValueId close = kernel::end_of_domain(program_, id);
  std::uint32_t since_asked = 0;
  const auto ask = [&]() -> Status {
    constexpr std::uint32_t kMatchesPerCancelCheck = 1024;
    if (cancel_ == nullptr || ++since_asked % kMatchesPerCancelCheck != 0) return {};
    return cancel_->check();
  };
  if (close == kernel::kNoValue) {
    for (const std::uint32_t row : rows) {
      TRUENO_TRY(ask());
      values_[id] = Cell::of_integer(row);
      TRUENO_TRY(run(id + 1, end, at_end));
    }
    return {};
  }
  const Instruction& closing = program_.at(close);
  std::vector<std::uint32_t> left;
  Cell any = Cell::of_bool(false);
  for (const std::uint32_t row : rows) {
    TRUENO_TRY(ask());
    values_[id] = Cell::of_integer(row);
    TRUENO_TRY(run(id + 1, close, [&]() -> Status {
      left.push_back(row);
      if (closing.op != Opcode::kAnyMatch) return {};
      const Cell holds = closing.args.size() == 2 ? arg(closing, 1) : Cell::of_bool(true);
      const bool is_true = any.valid && any.boolean;
      if (holds.valid ? holds.boolean : !is_true) any = holds;
      return {};
    }));
  }
  if (closing.op == Opcode::kAnyMatch) {
    values_[close] = any;
    return run(close + 1, end, at_end);
  }
  if (closing.index != 0 && left.size() > 1) {
    return error(ErrorCode::kInvalidInput, "more than one row returned by a subquery used as an expression")
        .hint("add LIMIT 1, an aggregate, or a condition that leaves one")
        .at(closing.span);
  }
  if (left.empty()) {
    values_[close] = Cell::null();
    return run(close + 1, end, at_end);
  }
  for (const std::uint32_t row : left) {
    values_[close] = Cell::of_integer(row);
    TRUENO_TRY(run(close + 1, end, at_end));
  }
  return {};
}

Status RowEvaluator::step(ValueId id, const Morsel& morsel, std::int64_t row, Cell& out) {
  const Instruction& i = program_.at(id);
  switch (i.op) {
    case Opcode::kColumn: {
      const Column& column = morsel.batch.columns[i.index];
      if (!program_.source.columns[i.index].as_code) {
        out = kernel::cell_of(column, row);
        const i128 value = i.physical() == Physical::kBool ? i128{out.boolean} : out.integer;
        if (i.verify_range && out.valid && i.range.bounded() && (value < *i.range.min || value > *i.range.max)) {
          return error(ErrorCode::kCorruptFile, "column {} holds {}, outside the bounds its file claims",
                       program_.source.columns[i.index].name, to_string(value));
        }
      } else if (column.is_valid(row)) {
        out = kernel::cell_of(column, row);  // the text; a lookup reads the code itself
      }
      return {};
    }
    case Opcode::kParameter: out = kernel::cell_of(launch_.parameters[i.index]); return {};
    case Opcode::kConstant: out = kernel::cell_of(program_.constants[i.index]); return {};
    case Opcode::kRowNumber: out = Cell::of_integer(morsel.row_id + row); return {};
    case Opcode::kAdd:
    case Opcode::kSubtract:
    case Opcode::kMultiply:
    case Opcode::kDivide:
    case Opcode::kIntegerDivide:
    case Opcode::kModulo:
    case Opcode::kNegate:
    case Opcode::kAbs:
    case Opcode::kMath: return arithmetic(i, out);
    case Opcode::kEqual:
    case Opcode::kNotEqual:
    case Opcode::kLess:
    case Opcode::kLessEqual:
    case Opcode::kGreater:
    case Opcode::kGreaterEqual:
    case Opcode::kIsDistinct:
    case Opcode::kIsNotDistinct: comparison(i, out); return {};
    case Opcode::kAnd:
    case Opcode::kOr:
    case Opcode::kNot:
    case Opcode::kIsNull:
    case Opcode::kIsNotNull:
    case Opcode::kIsTrue:
    case Opcode::kIsNotFalse:
    case Opcode::kCoalesce:
    case Opcode::kSelect: logic(i, out); return {};
    case Opcode::kCast: return kernel::cast_cell(program_.at(i.args[0]).type, i.type, arg(i, 0), out, arena_);
    case Opcode::kTryCast:
      if (!kernel::cast_cell(program_.at(i.args[0]).type, i.type, arg(i, 0), out, arena_)) out = Cell::null();
      return {};
    case Opcode::kShiftRight:
    case Opcode::kBitAnd:
    case Opcode::kBitOr:
    case Opcode::kBitXor:
    case Opcode::kBitNot:
    case Opcode::kPopcount: bits(i, out); return {};
    case Opcode::kDatePart:
    case Opcode::kDateTrunc:
    case Opcode::kTimestampAdd: return dates(i, out);
    case Opcode::kLike:
    case Opcode::kStartsWith:
    case Opcode::kEndsWith:
    case Opcode::kContains:
    case Opcode::kStringLength: return strings(i, out);
    case Opcode::kLookup: {
      const Column& column = morsel.batch.columns[program_.at(i.args[0]).index];
      const LookupTable& table = *morsel.lookups[i.index];
      if (!column.is_valid(row)) return {};  // compile keeps functions of NULL out of lookups unless they give NULL
      const auto code = column.values.as<std::uint32_t>()[column.offset + row];
      for (const auto& [entry, failure] : table.errors) {
        if (entry == code) return failure;
      }
      out = kernel::cell_of(table.values, code);
      return {};
    }
    case Opcode::kHost: return host(i, out);
    case Opcode::kMatched: matched(i, out); return {};
    case Opcode::kBuildColumn:
      if (arg(i, 0).valid) out = table(i).cell(i.index, static_cast<std::uint32_t>(arg(i, 0).integer));
      return {};
    case Opcode::kProbe:
    case Opcode::kExpand:
    case Opcode::kAnyMatch:
    case Opcode::kPadUnmatched:
    case Opcode::kMarkMatched:
    case Opcode::kFilter: break;
  }
  return error(ErrorCode::kInternal, "{} has no value of its own", kernel::opcode_name(i.op));
}

Status RowEvaluator::arithmetic(const Instruction& i, Cell& out) const {
  for (std::size_t n = 0; n < i.args.size(); ++n) {
    if (!arg(i, n).valid) return {};
  }
  const Physical physical = i.physical();
  if (!is_float(physical)) return integer_arithmetic(i, out);
  const auto compute = [&](auto a, auto b) -> decltype(a) {
    switch (i.op) {
      case Opcode::kAdd: return a + b;
      case Opcode::kSubtract: return a - b;
      case Opcode::kMultiply: return a * b;
      case Opcode::kDivide: return a / b;
      case Opcode::kModulo: return std::fmod(a, b);
      case Opcode::kNegate: return -a;
      case Opcode::kAbs: return std::fabs(a);
      case Opcode::kMath: break;
      default: return a;
    }
    switch (static_cast<kernel::MathFunction>(i.index)) {
      case kernel::MathFunction::kSqrt: return std::sqrt(a);
      case kernel::MathFunction::kFloor: return std::floor(a);
      case kernel::MathFunction::kCeil: return std::ceil(a);
      case kernel::MathFunction::kTrunc: return std::trunc(a);
      case kernel::MathFunction::kRoundEven: return std::nearbyint(a);
      case kernel::MathFunction::kSign: return std::isnan(a) ? a : static_cast<decltype(a)>((a > 0) - (a < 0));
    }
    return a;
  };
  const bool binary = i.args.size() == 2;
  // Any NaN an operation makes is the one NaN: hardware differs in its sign and payload.
  if (physical == Physical::kF64) {
    const double result = compute(arg(i, 0).f64, binary ? arg(i, 1).f64 : 0.0);
    out = Cell::of_f64(std::isnan(result) ? kernel::canonical(result) : result);
  } else {
    const float result = compute(arg(i, 0).f32, binary ? arg(i, 1).f32 : 0.0f);
    out = Cell::of_f32(std::isnan(result) ? kernel::canonical(result) : result);
  }
  return {};
}

Status RowEvaluator::integer_arithmetic(const Instruction& i, Cell& out) const {
  const i128 a = arg(i, 0).integer;
  const i128 b = i.args.size() == 2 ? arg(i, 1).integer : 0;
  i128 result = 0;
  bool overflow = false;
  switch (i.op) {
    case Opcode::kAdd: overflow = __builtin_add_overflow(a, b, &result); break;
    case Opcode::kSubtract: overflow = __builtin_sub_overflow(a, b, &result); break;
    case Opcode::kMultiply: overflow = __builtin_mul_overflow(a, b, &result); break;
    case Opcode::kNegate: overflow = __builtin_sub_overflow(i128{0}, a, &result); break;
    case Opcode::kAbs: overflow = a < 0 ? __builtin_sub_overflow(i128{0}, a, &result) : (result = a, false); break;
    case Opcode::kIntegerDivide:
    case Opcode::kModulo:
      if (b == 0) return error(ErrorCode::kDivisionByZero, "division by zero");
      if (b == -1) {
        overflow = i.op == Opcode::kIntegerDivide && __builtin_sub_overflow(i128{0}, a, &result);
      } else {
        result = i.op == Opcode::kIntegerDivide ? a / b : a % b;
      }
      break;
    default: return error(ErrorCode::kInternal, "{} of integers", kernel::opcode_name(i.op));
  }
  const auto limits = kernel::limits_of(i.type);
  if (overflow || (limits && (result < limits->min || result > limits->max))) {
    return error(ErrorCode::kOutOfRange, "overflow of {}: {}({}{}{})", i.type.to_string(), kernel::opcode_name(i.op), to_string(a),
                 i.args.size() == 2 ? ", " : "", i.args.size() == 2 ? to_string(b) : "");
  }
  out = Cell::of_integer(result);
  return {};
}

void RowEvaluator::comparison(const Instruction& i, Cell& out) const {
  const Cell& a = arg(i, 0);
  const Cell& b = arg(i, 1);
  const Physical physical = arg_physical(i, 0);
  if (i.op == Opcode::kIsDistinct || i.op == Opcode::kIsNotDistinct) {
    out = Cell::of_bool(kernel::same_key(a, b, physical) == (i.op == Opcode::kIsNotDistinct));
    return;
  }
  if (!a.valid || !b.valid) return;
  const int order = kernel::compare(a, b, physical);
  switch (i.op) {
    case Opcode::kEqual: out = Cell::of_bool(order == 0); return;
    case Opcode::kNotEqual: out = Cell::of_bool(order != 0); return;
    case Opcode::kLess: out = Cell::of_bool(order < 0); return;
    case Opcode::kLessEqual: out = Cell::of_bool(order <= 0); return;
    case Opcode::kGreater: out = Cell::of_bool(order > 0); return;
    default: out = Cell::of_bool(order >= 0); return;
  }
}

void RowEvaluator::logic(const Instruction& i, Cell& out) const {
  const Cell& a = arg(i, 0);
  const bool a_true = a.valid && a.boolean;
  const bool a_false = a.valid && !a.boolean;
  switch (i.op) {
    case Opcode::kAnd: {
      const Cell& b = arg(i, 1);
      if (a_false || (b.valid && !b.boolean)) {
        out = Cell::of_bool(false);
      } else if (a.valid && b.valid) {
        out = Cell::of_bool(true);
      }
      return;
    }
    case Opcode::kOr: {
      const Cell& b = arg(i, 1);
      if (a_true || (b.valid && b.boolean)) {
        out = Cell::of_bool(true);
      } else if (a.valid && b.valid) {
        out = Cell::of_bool(false);
      }
      return;
    }
    case Opcode::kNot:
      if (a.valid) out = Cell::of_bool(!a.boolean);
      return;
    case Opcode::kIsNull: out = Cell::of_bool(!a.valid); return;
    case Opcode::kIsNotNull: out = Cell::of_bool(a.valid); return;
    case Opcode::kIsTrue: out = Cell::of_bool(a_true); return;
    case Opcode::kIsNotFalse: out = Cell::of_bool(!a_false); return;
    case Opcode::kCoalesce: out = a.valid ? a : arg(i, 1); return;
    case Opcode::kSelect: out = a_true ? arg(i, 1) : arg(i, 2); return;
    default: return;
  }
}

void RowEvaluator::bits(const Instruction& i, Cell& out) const {
  for (std::size_t n = 0; n < i.args.size(); ++n) {
    if (!arg(i, n).valid) return;
  }
  out = kernel::bit_operation(i.op, i.physical(), arg_physical(i, 0), arg(i, 0).integer, i.args.size() == 2 ? arg(i, 1).integer : 0);
}

Status RowEvaluator::dates(const Instruction& i, Cell& out) const {
  for (std::size_t n = 0; n < i.args.size(); ++n) {
    if (!arg(i, n).valid) return {};
  }
  const bool date = program_.at(i.args[0]).type.id == TypeId::kDate;
  const i128 a = arg(i, 0).integer;
  const auto part = static_cast<kernel::DatePart>(i.index);
  if (i.op == Opcode::kTimestampAdd) {
    out = Cell::of_integer(TRUENO_TRY(kernel::add_interval(static_cast<std::int64_t>(a), arg(i, 1).interval)));
  } else if (i.op == Opcode::kDatePart) {
    out = Cell::of_integer(date ? kernel::part_of_date(part, static_cast<std::int32_t>(a))
                                : kernel::part_of_timestamp(part, static_cast<std::int64_t>(a)));
  } else {
    out = Cell::of_integer(date ? kernel::truncate_date(part, static_cast<std::int32_t>(a))
                                : kernel::truncate_timestamp(part, static_cast<std::int64_t>(a)));
  }
  return {};
}

Status RowEvaluator::strings(const Instruction& i, Cell& out) {
  for (std::size_t n = 0; n < i.args.size(); ++n) {
    if (!arg(i, n).valid) return {};
  }
  const std::string_view text = arg(i, 0).string.view();
  switch (i.op) {
    case Opcode::kStringLength: out = Cell::of_integer(kernel::utf8_length(text)); return {};
    case Opcode::kStartsWith: out = Cell::of_bool(text.starts_with(arg(i, 1).string.view())); return {};
    case Opcode::kEndsWith: out = Cell::of_bool(text.ends_with(arg(i, 1).string.view())); return {};
    case Opcode::kContains: out = Cell::of_bool(text.find(arg(i, 1).string.view()) != std::string_view::npos); return {};
    default: {
      const std::string_view escape = i.args.size() == 3 ? arg(i, 2).string.view() : std::string_view{};
      const kernel::LikePattern pattern = TRUENO_TRY(kernel::LikePattern::compile(arg(i, 1).string.view(), escape));
      out = Cell::of_bool(pattern.matches(text));
      return {};
    }
  }
}

Status RowEvaluator::host(const Instruction& i, Cell& out) {
  const kernel::HostCall& call = program_.hosts[i.index];
  std::vector<Cell> args;
  for (std::size_t n = 0; n < i.args.size(); ++n) {
    if (!arg(i, n).valid && !call.on_null_call) return {};
    args.push_back(arg(i, n));
  }
  return call.function(args, out, arena_);
}

}  // namespace trueno::backend
