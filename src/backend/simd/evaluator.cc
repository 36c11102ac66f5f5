#include "backend/simd/evaluator.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>

#include "kernel/date_part.h"

namespace trueno::backend::simd {

using kernel::Instruction;
using kernel::Opcode;

namespace {

// Rough cycles a row: listing the rows that passed, and moving one value of one register.
constexpr double kListCycles = 0.6;
constexpr double kMoveCycles = 0.7;

// Compacting makes every later step shorter by the rows that failed; it costs a list of all rows and a move of the live registers.
bool compacting_pays(double cost_after, std::size_t live_registers, std::size_t chosen, std::size_t rows) {
  const double saved = cost_after * static_cast<double>(rows - chosen);
  const double paid = kListCycles * static_cast<double>(rows) + kMoveCycles * static_cast<double>(chosen * (live_registers + 1));
  return saved > 2 * paid;  // a mask keeps the loops of later steps simple
}

const std::uint8_t kFalseByte = 0;

}  // namespace

Evaluator::Evaluator(const CompiledProgram& compiled, const Launch& launch)
    : compiled_(compiled),
      launch_(launch),
      constants_(compiled.lanes.size() * 2),
      constant_validity_(compiled.lanes.size(), 1),
      lookups_(compiled.program->lookups.size()) {
  frame_.vectors.resize(compiled.lanes.size());
  frame_.storages.resize(compiled.lanes.size());
  frame_.compacted.resize(compiled.lanes.size());
  for (std::size_t id = 0; id < compiled.lanes.size(); ++id) frame_.vectors[id].lane = compiled.lanes[id];
  const kernel::Program& program = *compiled.program;
  for (kernel::ValueId id = 0; id < program.instructions.size(); ++id) {
    const Instruction& i = program.at(id);
    const bool parameter = i.op == Opcode::kParameter;
    if (!parameter && i.op != Opcode::kConstant) continue;
    const kernel::Cell cell = kernel::cell_of(parameter ? launch.parameters[i.index] : program.constants[i.index]);
    store_cell(compiled.lanes[id], &constants_[id * 2], 0, cell);
    constant_validity_[id] = cell.valid ? 1 : 0;
    frame_.vectors[id] = {compiled.lanes[id], &constants_[id * 2], cell.valid ? nullptr : &constant_validity_[id], true};
  }
  // A frame for each domain that a join may open inside another.
  for (const Instruction& i : program.instructions) {
    if (i.op != Opcode::kExpand && i.op != Opcode::kPadUnmatched) continue;
    Frame& inner = frames_.emplace_back();
    inner.vectors = frame_.vectors;
    inner.storages.resize(compiled.lanes.size());
    inner.compacted.resize(compiled.lanes.size());
  }
}

Error Evaluator::failed_row() { return error(ErrorCode::kRowFailed, "a row of the morsel fails"); }

Status Evaluator::evaluate(const Strand& strand, const Morsel& morsel, std::int64_t begin, std::size_t count, const Consume& consume) {
  morsel_ = &morsel;
  begin_ = begin;
  source_rows_ = frame_.rows = count;
  frame_.row_mask = nullptr;
  frame_.compacted_chunk = false;
  arena_.clear();
  if (strand.filtered) take_chosen_rows(strand);
  const auto at_end = [&]() -> Status {
    if (strand.filters) return {};
    const std::size_t chosen = frame_.row_mask == nullptr ? frame_.rows : frame_.chosen;
    const std::uint32_t* source = frame_.compacted_chunk ? frame_.selection.data() : nullptr;
    return consume(ChunkRows{frame_.rows, chosen, frame_.row_mask, source, morsel.row_id + begin});
  };
  TRUENO_TRY(run_steps(strand, 0, strand.steps.size(), std::ref(at_end)));  // by reference: a copy would be allocated
  if (strand.filters) pass_on_chosen_rows();
  return {};
}

Status Evaluator::run_steps(const Strand& strand, std::size_t from, std::size_t end, const AtEnd& at_end) {
  for (std::size_t n = from; n < end; ++n) {
    if (frame_.rows == 0) return {};
    if (strand.steps[n].kind == StepKind::kExpand) return expand(strand, n, end, at_end);
    TRUENO_TRY(run(strand.steps[n]));
  }
  return frame_.rows == 0 ? Status() : at_end();
}

Status Evaluator::run(const Step& step) {
  switch (step.kind) {
    case StepKind::kColumn: return load_column(step);
    case StepKind::kSummedColumn: return load_summed_column(step);
    case StepKind::kRowNumber: row_number(step); return {};
    case StepKind::kConvert: convert(step); return {};
    case StepKind::kBinary:
    case StepKind::kChecked:
    case StepKind::kCompare: return binary(step);
    case StepKind::kWithin: return within(step);
    case StepKind::kCompareColumn: return compare_column(step);
    case StepKind::kUnary: unary(step); return {};
    case StepKind::kIntegerDivide: return integer_divide(step);
    case StepKind::kCompareStrings: compare_strings(step); return {};
    case StepKind::kDistinct: distinct(step); return {};
    case StepKind::kKleene: kleene(step); return {};
    case StepKind::kNot: invert(step); return {};
    case StepKind::kNullTest: null_test(step); return {};
    case StepKind::kCoalesce: coalesce(step); return {};
    case StepKind::kSelect: select(step); return {};
    case StepKind::kDecimalToDouble: decimal_to_double(step); return {};
    case StepKind::kDatePart: date_part(step); return {};
    case StepKind::kLookup: return lookup(step);
    case StepKind::kCells: return cells(step);
    case StepKind::kFilter: filter(step); return {};
    case StepKind::kProbe: probe(step); return {};
    case StepKind::kMatched: matched(step); return {};
    case StepKind::kBuildColumn: build_column(step); return {};
    case StepKind::kMarkMatched: mark_matched(step); return {};
    case StepKind::kExpand:
    case StepKind::kAnyMatch:
    case StepKind::kPadUnmatched: break;  // they change the domain: run_steps
  }
  return error(ErrorCode::kInternal, "a step that cannot stand here");
}

Vector& Evaluator::begin_output(const Step& step) {
  Vector& out = frame_.vectors[step.out];
  out.lane = compiled_.lanes[step.out];
  out.data = frame_.storages[step.out].values(width_of(out.lane));
  out.valid = nullptr;
  out.constant = false;
  return out;
}

// A constant as a value a row.
Vector Evaluator::spread(const Vector& constant, Storage& storage) const {
  if (!constant.constant) return constant;
  Vector out = constant;
  void* values = storage.values(width_of(constant.lane));
  routines().broadcast[width_index(width_of(constant.lane))](constant.data, values, frame_.rows);
  out.data = values;
  if (constant.valid != nullptr) {
    std::memset(storage.validity(), constant.valid[0], frame_.rows);
    out.valid = storage.validity();
  }
  out.constant = false;
  return out;
}

const std::uint8_t* Evaluator::true_bytes(const Vector& boolean, std::uint8_t* scratch) const {
  if (boolean.constant) {
    const bool is_true = boolean.is_valid(0) && boolean.as<std::uint8_t>()[0] != 0;
    std::memset(scratch, is_true ? 1 : 0, frame_.rows);
    return scratch;
  }
  if (boolean.valid == nullptr) return boolean.as<std::uint8_t>();
  routines().both(boolean.as<std::uint8_t>(), boolean.valid, scratch, frame_.rows);
  return scratch;
}

bool Evaluator::strict_validity(const Step& step, Vector& out) {
  std::uint8_t* own = nullptr;
  const auto narrow = [&](const std::uint8_t* valid) {
    if (out.valid == nullptr) {
      out.valid = valid;
      return;
    }
    if (own == nullptr) own = frame_.storages[step.out].validity();
    routines().both(out.valid, valid, own, frame_.rows);
    out.valid = own;
  };
  for (int k = 0; k < step.inputs; ++k) {
    if (step.in[k] == kNoRegister) continue;
    const Vector& in = frame_.vectors[step.in[k]];
    if (in.is_null_constant()) {
      out = {out.lane, out.data, &kFalseByte, true};
      std::memset(const_cast<void*>(out.data), 0, 16);  // of our own storage
      return false;
    }
    if (!in.constant && in.valid != nullptr) narrow(in.valid);
  }
  if (step.active != kNoRegister) {
    const Vector& active = frame_.vectors[step.active];
    if (active.constant) {
      if (active.is_valid(0) && active.as<std::uint8_t>()[0] != 0) return true;
      out = {out.lane, out.data, &kFalseByte, true};
      std::memset(const_cast<void*>(out.data), 0, 16);
      return false;
    }
    narrow(true_bytes(active, scratch_[3].validity()));
    if (out.valid == scratch_[3].validity()) {  // scratch does not live on
      std::memcpy(frame_.storages[step.out].validity(), out.valid, frame_.rows);
      out.valid = frame_.storages[step.out].validity();
    }
  }
  return true;
}

const std::uint8_t* Evaluator::rows_that_may_fail(const Vector& out) {
  if (frame_.row_mask == nullptr) return out.valid;
  if (out.valid == nullptr) return frame_.row_mask;
  routines().both(out.valid, frame_.row_mask, scratch_[2].validity(), frame_.rows);
  return scratch_[2].validity();
}

void Evaluator::row_number(const Step& step) {
  Vector& out = begin_output(step);
  auto* to = static_cast<std::int64_t*>(const_cast<void*>(out.data));
  const std::int64_t first = morsel_->row_id + begin_;
  for (std::size_t i = 0; i < frame_.rows; ++i)
    to[i] = first + (frame_.compacted_chunk ? frame_.selection[i] : static_cast<std::int64_t>(i));
}

void Evaluator::convert(const Step& step) {
  const Vector in = frame_.vectors[step.in[0]];
  Vector& out = begin_output(step);
  step.unary(in.data, const_cast<void*>(out.data), in.constant ? 1 : frame_.rows);
  out.valid = in.valid;
  out.constant = in.constant;
}

namespace {
bool is_comparison(const Step& step) { return step.kind == StepKind::kCompare || step.kind == StepKind::kCompareColumn; }
}  // namespace

Status Evaluator::binary(const Step& step) {
  Vector& out = begin_output(step);
  out.lane = is_comparison(step) ? Lane::kBool : step.lane;
  if (!strict_validity(step, out)) return {};
  Vector a = frame_.vectors[step.in[0]];
  const bool factor = step.in[1] == kNoRegister;
  Vector b = factor ? Vector{a.lane, &step.factor, nullptr, true} : frame_.vectors[step.in[1]];
  std::size_t n = frame_.rows;
  Shape shape = a.constant ? Shape::kConstantVector : (b.constant ? Shape::kVectorConstant : Shape::kVectorVector);
  if (a.constant && b.constant) {
    if (out.valid == nullptr) {
      n = 1;  // one result for all rows
      out.constant = true;
      shape = Shape::kVectorVector;
    } else {
      a = spread(a, scratch_[0]);
      shape = Shape::kVectorConstant;
    }
  }
  auto* to = const_cast<void*>(out.data);
  if (step.kind != StepKind::kChecked) {
    step.binary[static_cast<int>(shape)](a.data, b.data, to, n);
    return {};
  }
  const std::uint8_t* ok = out.constant ? nullptr : rows_that_may_fail(out);
  if (step.checked[static_cast<int>(shape)](a.data, b.data, to, n, ok, step.limits)) return failed_row();
  return {};
}

Status Evaluator::within(const Step& step) {
  const Vector values = frame_.vectors[step.in[0]];
  const Vector& low = frame_.vectors[step.in[1]];
  const Vector& high = frame_.vectors[step.in[2]];
  const auto is_nan = [](const Vector& bound) {
    if (bound.lane == Lane::kF32) return std::isnan(bound.as<float>()[0]);
    return bound.lane == Lane::kF64 && std::isnan(bound.as<double>()[0]);
  };
  if (values.constant || is_nan(low) || is_nan(high)) {
    for (const Step& part : step.apart) {
      if (frame_.rows != 0) TRUENO_TRY(run(part));
    }
    return {};
  }
  Vector& out = begin_output(step);
  out.lane = Lane::kBool;
  if (strict_validity(step, out)) step.within(values.data, low.data, high.data, const_cast<void*>(out.data), frame_.rows);
  return {};
}

// value < c, in the frame of the column's base, is packed < c - base.
Status Evaluator::compare_column(const Step& step) {
  const kernel::Instruction& load = compiled_.at(step.column->instruction);
  const Column& column = morsel_->batch.columns[load.index];
  const auto begin = static_cast<std::size_t>(column.offset + begin_);
  const Vector& constant = frame_.vectors[step.in[1]];
  const bool packed = column.encoding == Encoding::kPacked && column.bit_width <= 32;
  if (!packed || begin % 8 != 0 || frame_.compacted_chunk || constant.valid != nullptr) {
    TRUENO_TRY(load_column(*step.column));
    return binary(step);
  }
  Vector& values = frame_.vectors[step.in[0]];
  values = {Lane::kI32, nullptr, nullptr, false};
  load_validity(column, begin_, frame_.rows, values, frame_.storages[step.in[0]]);
  Vector& out = begin_output(step);
  out.lane = Lane::kBool;
  out.valid = values.valid;
  auto* to = static_cast<std::uint8_t*>(const_cast<void*>(out.data));
  const Opcode op = compiled_.at(step.instruction).op;
  const bool equality = op == Opcode::kEqual || op == Opcode::kNotEqual;
  const bool opposite = op == Opcode::kNotEqual || op == Opcode::kGreater || op == Opcode::kGreaterEqual;
  const std::int64_t past = op == Opcode::kLessEqual || op == Opcode::kGreater ? 1 : 0;  // x <= c is x < c + 1, and x > c its opposite
  const std::int64_t with = constant.as<std::int32_t>()[0] - static_cast<std::int64_t>(column.base) + past;
  const std::int64_t greatest = (std::int64_t{1} << column.bit_width) - 1;
  if (with < 0 || with > greatest) {
    const bool holds = !equality && with > greatest;  // for every row, or for none
    std::memset(to, holds != opposite ? 1 : 0, frame_.rows);
    return {};
  }
  const auto routine = equality ? routines().equal32 : routines().less32;
  routine(column.values.data(), begin, frame_.rows, column.bit_width, static_cast<std::uint32_t>(with), opposite, to);
  return {};
}

void Evaluator::unary(const Step& step) {
  Vector& out = begin_output(step);
  if (!strict_validity(step, out)) return;
  const Vector& in = frame_.vectors[step.in[0]];
  if (in.constant && out.valid == nullptr) {
    step.unary(in.data, const_cast<void*>(out.data), 1);
    out.constant = true;
    return;
  }
  const Vector all = spread(in, scratch_[0]);
  step.unary(all.data, const_cast<void*>(out.data), frame_.rows);
}

namespace {

template <class T>
bool divide_rows(const Step& step, bool modulo, const Vector& a, const Vector& b, T* out, std::size_t n, const std::uint8_t* ok) {
  bool failed = false;
  for (std::size_t i = 0; i < n; ++i) {
    const T x = a.as<T>()[a.at(i)];
    const T y = b.as<T>()[b.at(i)];
    T result = 0;
    bool fails = false;
    if (y == 0) {
      fails = true;
    } else if (y == -1) {
      if (!modulo) fails = __builtin_sub_overflow(T{0}, x, &result);
    } else {
      result = modulo ? static_cast<T>(x % y) : static_cast<T>(x / y);
    }
    fails = fails || result < static_cast<T>(step.limits.min) || result > static_cast<T>(step.limits.max);
    out[i] = result;
    failed = failed || (fails && (ok == nullptr || ok[i] != 0));
  }
  return failed;
}

}  // namespace

Status Evaluator::integer_divide(const Step& step) {
  Vector& out = begin_output(step);
  out.lane = step.lane;
  if (!strict_validity(step, out)) return {};
  const Vector& a = frame_.vectors[step.in[0]];
  const Vector& b = frame_.vectors[step.in[1]];
  const bool modulo = compiled_.at(step.instruction).op == Opcode::kModulo;
  const std::uint8_t* ok = rows_that_may_fail(out);
  auto* to = const_cast<void*>(out.data);
  bool failed = false;
  if (step.lane == Lane::kI32) failed = divide_rows(step, modulo, a, b, static_cast<std::int32_t*>(to), frame_.rows, ok);
  if (step.lane == Lane::kI64) failed = divide_rows(step, modulo, a, b, static_cast<std::int64_t*>(to), frame_.rows, ok);
  if (step.lane == Lane::kI128) failed = divide_rows(step, modulo, a, b, static_cast<i128*>(to), frame_.rows, ok);
  if (failed) return failed_row();
  return {};
}

void Evaluator::compare_strings(const Step& step) {
  Vector& out = begin_output(step);
  if (!strict_validity(step, out)) return;
  const Vector& a = frame_.vectors[step.in[0]];
  const Vector& b = frame_.vectors[step.in[1]];
  auto* to = static_cast<std::uint8_t*>(const_cast<void*>(out.data));
  const auto each = [&](auto holds) {
    for (std::size_t i = 0; i < frame_.rows; ++i) {
      const bool valid = out.valid == nullptr || out.valid[i] != 0;  // texts of NULL rows may not be looked at
      to[i] = valid && holds(a.as<StringView>()[a.at(i)], b.as<StringView>()[b.at(i)]) ? 1 : 0;
    }
  };
  switch (compiled_.at(step.instruction).op) {
    case Opcode::kEqual: each([](const StringView& x, const StringView& y) { return x == y; }); return;
    case Opcode::kNotEqual: each([](const StringView& x, const StringView& y) { return !(x == y); }); return;
    case Opcode::kLess: each([](const StringView& x, const StringView& y) { return x < y; }); return;
    case Opcode::kLessEqual: each([](const StringView& x, const StringView& y) { return x <= y; }); return;
    case Opcode::kGreater: each([](const StringView& x, const StringView& y) { return x > y; }); return;
    default: each([](const StringView& x, const StringView& y) { return x >= y; }); return;
  }
}

// NULL is distinct from every value and not from NULL: never NULL itself.
void Evaluator::distinct(const Step& step) {
  Vector& out = begin_output(step);
  const Vector a = spread(frame_.vectors[step.in[0]], scratch_[0]);
  const Vector b = spread(frame_.vectors[step.in[1]], scratch_[1]);
  auto* to = static_cast<std::uint8_t*>(const_cast<void*>(out.data));
  step.binary[static_cast<int>(Shape::kVectorVector)](a.data, b.data, to, frame_.rows);
  const bool wants_distinct = compiled_.at(step.instruction).op == Opcode::kIsDistinct;
  for (std::size_t i = 0; i < frame_.rows; ++i) {
    const std::uint8_t va = a.valid != nullptr ? a.valid[i] : 1;
    const std::uint8_t vb = b.valid != nullptr ? b.valid[i] : 1;
    const auto same = static_cast<std::uint8_t>((va & vb & to[i]) | ((va | vb) ^ 1));
    to[i] = wants_distinct ? same ^ 1 : same;
  }
}

void Evaluator::kleene(const Step& step) {
  Vector& out = begin_output(step);
  const Vector a = spread(frame_.vectors[step.in[0]], scratch_[0]);
  const Vector b = spread(frame_.vectors[step.in[1]], scratch_[1]);
  auto* to = static_cast<std::uint8_t*>(const_cast<void*>(out.data));
  std::uint8_t* valid = a.valid != nullptr || b.valid != nullptr ? frame_.storages[step.out].validity() : nullptr;
  const bool conjunction = compiled_.at(step.instruction).op == Opcode::kAnd;
  routines().kleene[conjunction ? 0 : 1](a.as<std::uint8_t>(), a.valid, b.as<std::uint8_t>(), b.valid, to, valid, frame_.rows);
  out.valid = valid;
}

void Evaluator::invert(const Step& step) {
  const Vector in = frame_.vectors[step.in[0]];
  Vector& out = begin_output(step);
  routines().invert(in.as<std::uint8_t>(), static_cast<std::uint8_t*>(const_cast<void*>(out.data)), in.constant ? 1 : frame_.rows);
  out.valid = in.valid;
  out.constant = in.constant;
}

void Evaluator::null_test(const Step& step) {
  const Vector in = frame_.vectors[step.in[0]];
  Vector& out = begin_output(step);
  out.constant = in.constant;
  const std::size_t n = in.constant ? 1 : frame_.rows;
  auto* to = static_cast<std::uint8_t*>(const_cast<void*>(out.data));
  const std::uint8_t* truth = in.as<std::uint8_t>();  // of booleans
  switch (compiled_.at(step.instruction).op) {
    case Opcode::kIsNull:
      for (std::size_t i = 0; i < n; ++i) to[i] = in.valid != nullptr ? in.valid[i] ^ 1 : 0;
      return;
    case Opcode::kIsNotNull:
      for (std::size_t i = 0; i < n; ++i) to[i] = in.valid != nullptr ? in.valid[i] : 1;
      return;
    case Opcode::kIsTrue:
      for (std::size_t i = 0; i < n; ++i) to[i] = in.valid != nullptr ? in.valid[i] & truth[i] : truth[i];
      return;
    default:  // is not false
      for (std::size_t i = 0; i < n; ++i) to[i] = in.valid != nullptr ? (in.valid[i] ^ 1) | truth[i] : truth[i];
  }
}

void Evaluator::coalesce(const Step& step) {
  const Vector first = frame_.vectors[step.in[0]];
  const Vector second = frame_.vectors[step.in[1]];
  Vector& out = begin_output(step);
  out.lane = step.lane;
  if (first.valid == nullptr || first.is_null_constant()) {
    out = first.valid == nullptr ? first : second;
    out.lane = step.lane;
    return;
  }
  auto* to = const_cast<void*>(out.data);
  routines().select[width_index(width_of(step.lane))](first.valid, first.data, false, second.data, second.constant, to, frame_.rows);
  if (second.valid == nullptr) return;
  std::uint8_t* valid = frame_.storages[step.out].validity();
  for (std::size_t i = 0; i < frame_.rows; ++i) valid[i] = first.valid[i] | second.valid[second.at(i)];
  out.valid = valid;
}

void Evaluator::select(const Step& step) {
  const Vector condition = frame_.vectors[step.in[0]];
  const Vector a = frame_.vectors[step.in[1]];
  const Vector b = frame_.vectors[step.in[2]];
  Vector& out = begin_output(step);
  out.lane = step.lane;
  if (condition.constant) {
    out = condition.is_valid(0) && condition.as<std::uint8_t>()[0] != 0 ? a : b;
    out.lane = step.lane;
    return;
  }
  const std::uint8_t* chosen = true_bytes(condition, scratch_[3].validity());
  routines().select[width_index(width_of(step.lane))](chosen, a.data, a.constant, b.data, b.constant, const_cast<void*>(out.data),
                                                      frame_.rows);
  if (a.valid == nullptr && b.valid == nullptr) return;
  std::uint8_t* valid = frame_.storages[step.out].validity();
  for (std::size_t i = 0; i < frame_.rows; ++i) {
    const std::uint8_t va = a.valid != nullptr ? a.valid[a.at(i)] : 1;
    const std::uint8_t vb = b.valid != nullptr ? b.valid[b.at(i)] : 1;
    valid[i] = chosen[i] != 0 ? va : vb;
  }
  out.valid = valid;
}

void Evaluator::decimal_to_double(const Step& step) {
  Vector& out = begin_output(step);
  if (!strict_validity(step, out)) return;
  const Vector in = spread(frame_.vectors[step.in[0]], scratch_[0]);
  const double divisor = static_cast<double>(step.factor);
  void* whole = scratch_[1].values(8);
  step.unary(in.data, whole, frame_.rows);
  step.binary[static_cast<int>(Shape::kVectorConstant)](whole, &divisor, const_cast<void*>(out.data), frame_.rows);
}

void Evaluator::date_part(const Step& step) {
  Vector& out = begin_output(step);
  if (!strict_validity(step, out)) return;
  const Vector in = spread(frame_.vectors[step.in[0]], scratch_[0]);
  const Instruction& i = compiled_.at(step.instruction);
  const auto part = static_cast<kernel::DatePart>(i.index);
  const bool date = compiled_.at(i.args[0]).type.id == TypeId::kDate;
  auto* to = const_cast<void*>(out.data);
  for (std::size_t row = 0; row < frame_.rows; ++row) {
    std::int64_t value = 0;
    if (out.valid == nullptr || out.valid[row] != 0) {
      const std::int64_t time = in.lane == Lane::kI32 ? in.as<std::int32_t>()[row] : in.as<std::int64_t>()[row];
      value = date ? kernel::part_of_date(part, static_cast<std::int32_t>(time)) : kernel::part_of_timestamp(part, time);
    }
    if (out.lane == Lane::kI32) {
      static_cast<std::int32_t*>(to)[row] = static_cast<std::int32_t>(value);
    } else {
      static_cast<std::int64_t*>(to)[row] = value;
    }
  }
}

void Evaluator::filter(const Step& step) {
  const Vector& condition = frame_.vectors[step.in[0]];
  if (condition.constant) {
    if (!condition.is_valid(0) || condition.as<std::uint8_t>()[0] == 0) frame_.rows = 0;
    return;
  }
  std::uint8_t* passed = frame_.mask[frame_.mask_in_use ^ 1].validity();
  const std::uint8_t* truth = true_bytes(condition, passed);
  if (frame_.row_mask != nullptr) {
    routines().both(truth, frame_.row_mask, passed, frame_.rows);
    truth = passed;
  }
  const std::size_t chosen = routines().count_true(truth, frame_.rows);
  if (chosen == frame_.rows) return;
  if (chosen == 0) {
    frame_.rows = 0;
  } else if (compacting_pays(step.cost_after, step.live.size(), chosen, frame_.rows)) {
    compact(step, chosen, truth);
  } else {
    if (truth == passed) frame_.mask_in_use ^= 1;
    frame_.row_mask = truth;  // lies in a register or in `passed`, and stays until the next chunk
    frame_.chosen = chosen;
  }
}

// The rows of the chunk that earlier strands chose: a mask or a selection, as after a filter of this one.
void Evaluator::take_chosen_rows(const Strand& strand) {
  const std::uint8_t* truth = chosen_.data() + begin_;
  const std::size_t chosen = routines().count_true(truth, frame_.rows);
  if (chosen == frame_.rows) return;
  if (chosen == 0) {
    frame_.rows = 0;
  } else if (frame_.rows <= kChunkRows && compacting_pays(strand.cost, strand.steps.size(), chosen, frame_.rows)) {
    compact(Step(), chosen, truth);
  } else {
    frame_.row_mask = truth;
    frame_.chosen = chosen;
  }
}

void Evaluator::pass_on_chosen_rows() {
  if (begin_ == 0) chosen_.resize(static_cast<std::size_t>(morsel_->batch.length));
  std::uint8_t* to = chosen_.data() + begin_;
  if (frame_.rows != 0 && !frame_.compacted_chunk) {
    if (frame_.row_mask == nullptr) {
      std::memset(to, 1, source_rows_);
    } else if (frame_.row_mask != to) {
      std::memcpy(to, frame_.row_mask, source_rows_);
    }
    return;
  }
  std::memset(to, 0, source_rows_);
  for (std::size_t i = 0; i < frame_.rows; ++i) {
    if (frame_.row_mask == nullptr || frame_.row_mask[i] != 0) to[frame_.selection[i]] = 1;
  }
}

void Evaluator::compact(const Step& step, std::size_t chosen, const std::uint8_t* passed) {
  chosen_rows_.resize(kChunkRows + 16);
  routines().true_rows(passed, frame_.rows, chosen_rows_.data());
  for (const RegisterId id : step.live) {
    Vector& vector = frame_.vectors[id];
    if (vector.constant) continue;
    const int width = width_of(vector.lane);
    // Into the buffer that the values do not already lie in.
    Storage& target = frame_.compacted[id].holds(vector.data) ? frame_.storages[id] : frame_.compacted[id];
    void* values = target.values(width);
    routines().gather[width_index(width)](vector.data, chosen_rows_.data(), values, chosen);
    vector.data = values;
    if (vector.valid == nullptr) continue;
    std::uint8_t* valid =
        vector.valid == frame_.compacted[id].validity() ? frame_.storages[id].validity() : frame_.compacted[id].validity();
    routines().gather[0](vector.valid, chosen_rows_.data(), valid, chosen);
    vector.valid = valid;
  }
  if (!frame_.parents.empty()) {
    for (std::size_t i = 0; i < chosen; ++i) frame_.parents[i] = frame_.parents[chosen_rows_[i]];
  }
  if (frame_.compacted_chunk) {
    for (std::size_t i = 0; i < chosen; ++i) frame_.selection[i] = frame_.selection[chosen_rows_[i]];
  } else {
    frame_.selection.assign(chosen_rows_.begin(), chosen_rows_.begin() + static_cast<std::ptrdiff_t>(chosen));
    frame_.selection.resize(kChunkRows);
  }
  frame_.compacted_chunk = true;
  frame_.rows = chosen;
  frame_.row_mask = nullptr;
}

}  // namespace trueno::backend::simd
