#include "backend/simd/compiled_program.h"

#include <algorithm>

#include "backend/simd/strand.h"
#include "kernel/cast.h"

namespace trueno::backend::simd {

namespace {

using kernel::Instruction;
using kernel::Opcode;
using kernel::Program;
using kernel::ValueId;

class ProgramCompiler {
 public:
  ProgramCompiler(std::shared_ptr<const Program> program, const Routines& routines) : routines_(routines) {
    out_.program = std::move(program);
    out_.routines = &routines;
    for (const Instruction& i : out_.program->instructions) out_.lanes.push_back(lane_of(*out_.program, i));
  }

  CompiledProgram compile() && {
    for (ValueId id = 0; id < out_.program->instructions.size(); ++id) add(id);
    if (out_.program->tables.empty()) {
      note_live_registers();
    } else {
      note_live_registers_of_domains();
    }
    out_.strands = make_strands(out_, std::move(steps_));
    return std::move(out_);
  }

 private:
  [[nodiscard]] const Instruction& at(ValueId id) const { return out_.program->at(id); }
  [[nodiscard]] Lane lane(RegisterId id) const { return out_.lanes[id]; }

  Step step(StepKind kind, ValueId id) const {
    const Instruction& i = at(id);
    Step s;
    s.kind = kind;
    s.out = id;
    s.instruction = id;
    s.lane = lane(id);
    s.inputs = static_cast<int>(std::min<std::size_t>(i.args.size(), 3));
    for (int n = 0; n < s.inputs; ++n) s.in[n] = i.args[static_cast<std::size_t>(n)];
    s.active = i.active;
    s.may_fail = i.checked;
    return s;
  }

  void push(Step s) { steps_.push_back(std::move(s)); }

  RegisterId new_register(Lane lane) {
    out_.lanes.push_back(lane);
    return static_cast<RegisterId>(out_.lanes.size() - 1);
  }

  // The register in another lane: a copy made once.
  RegisterId in_lane(RegisterId from, Lane wanted) {
    if (lane(from) == wanted) return from;
    for (const auto& [source, to, copy] : conversions_) {
      if (source == from && to == wanted) return copy;
    }
    const RegisterId copy = new_register(wanted);
    conversions_.push_back({from, wanted, copy});
    push(conversion(from, copy));
    return copy;
  }
  Step conversion(RegisterId from, RegisterId to) const {
    Step s;
    s.kind = StepKind::kConvert;
    s.out = to;
    s.in[0] = from;
    s.inputs = 1;
    s.lane = lane(to);
    s.unary = routines_.convert[static_cast<int>(lane(from))][static_cast<int>(lane(to))];
    TRUENO_ASSERT(s.unary != nullptr);
    return s;
  }

  // Adds a step that computes in `computed`, and the conversion to the lane of the value where they differ.
  void push_in_lane(Step s, Lane computed) {
    const RegisterId wanted = s.out;
    s.lane = computed;
    if (lane(wanted) == computed) {
      push(std::move(s));
      return;
    }
    s.out = new_register(computed);
    const RegisterId made = s.out;
    push(std::move(s));
    push(conversion(made, wanted));
  }

  static Lane widest(Lane a, Lane b) { return std::max(a, b); }  // integer lanes are in ascending width

  void add(ValueId id) {
    const Instruction& i = at(id);
    if (i.null_on_error) return push(step(StepKind::kCells, id));
    switch (i.op) {
      case Opcode::kColumn:  // nested ones are no matter of registers: the sink copies their rows
        if (out_.at(id).physical() != Physical::kNested) push(step(StepKind::kColumn, id));
        return;
      case Opcode::kRowNumber: push(step(StepKind::kRowNumber, id)); return;
      case Opcode::kParameter:
      case Opcode::kConstant: return;  // set when a state starts
      case Opcode::kAdd: return add_arithmetic(id, Arithmetic::kAdd);
      case Opcode::kSubtract: return add_arithmetic(id, Arithmetic::kSubtract);
      case Opcode::kMultiply: return add_arithmetic(id, Arithmetic::kMultiply);
      case Opcode::kDivide: {
        Step s = step(StepKind::kBinary, id);
        s.binary = routines_.float_divide[static_cast<int>(lane(id))];
        push(std::move(s));
        return;
      }
      case Opcode::kIntegerDivide:
      case Opcode::kModulo: return add_division(id);
      case Opcode::kNegate:
      case Opcode::kAbs: return add_sign(id);
      case Opcode::kMath: return add_math(id);
      case Opcode::kEqual: return add_comparison(id, Comparison::kEqual);
      case Opcode::kNotEqual: return add_comparison(id, Comparison::kNotEqual);
      case Opcode::kLess: return add_comparison(id, Comparison::kLess);
      case Opcode::kLessEqual: return add_comparison(id, Comparison::kLessEqual);
      case Opcode::kGreater: return add_comparison(id, Comparison::kGreater);
      case Opcode::kGreaterEqual: return add_comparison(id, Comparison::kGreaterEqual);
      case Opcode::kIsDistinct:
      case Opcode::kIsNotDistinct: return add_distinct(id);
      case Opcode::kAnd:
      case Opcode::kOr: push(step(StepKind::kKleene, id)); return;
      case Opcode::kNot: push(step(StepKind::kNot, id)); return;
      case Opcode::kIsNull:
      case Opcode::kIsNotNull:
      case Opcode::kIsTrue:
      case Opcode::kIsNotFalse: push(step(StepKind::kNullTest, id)); return;
      case Opcode::kCoalesce: return add_choice(id, StepKind::kCoalesce, 0);
      case Opcode::kSelect: return add_choice(id, StepKind::kSelect, 1);
      case Opcode::kCast: return add_cast(id);
      case Opcode::kDatePart: push(step(StepKind::kDatePart, id)); return;
      case Opcode::kLookup: push(step(StepKind::kLookup, id)); return;
      case Opcode::kFilter: push(step(StepKind::kFilter, id)); return;
      case Opcode::kProbe: return add_probe(id);
      case Opcode::kMatched: push(step(StepKind::kMatched, id)); return;
      case Opcode::kExpand:
        open_domains_.push_back(conversions_.size());
        push(step(StepKind::kExpand, id));
        return;
      case Opcode::kBuildColumn: {
        // Tables hold values in their type's lane.
        const Lane natural = lane_of(i.physical());
        push_in_lane(step(StepKind::kBuildColumn, id), natural);
        return;
      }
      case Opcode::kAnyMatch: return close_domain(id, StepKind::kAnyMatch);
      case Opcode::kPadUnmatched: return close_domain(id, StepKind::kPadUnmatched);
      case Opcode::kMarkMatched: push(step(StepKind::kMarkMatched, id)); return;
      case Opcode::kTryCast:
      case Opcode::kShiftRight:
      case Opcode::kBitAnd:
      case Opcode::kBitOr:
      case Opcode::kBitXor:
      case Opcode::kBitNot:
      case Opcode::kPopcount:
      case Opcode::kDateTrunc:
      case Opcode::kTimestampAdd:
      case Opcode::kLike:
      case Opcode::kStartsWith:
      case Opcode::kEndsWith:
      case Opcode::kContains:
      case Opcode::kStringLength:
      case Opcode::kHost: push(step(StepKind::kCells, id)); return;
    }
  }

  static Limits limits(const Type& type) {
    const auto bounds = kernel::limits_of(type);
    return bounds ? Limits{bounds->min, bounds->max} : Limits{};
  }

  void add_arithmetic(ValueId id, Arithmetic op) {
    const Instruction& i = at(id);
    Step s = step(i.checked ? StepKind::kChecked : StepKind::kBinary, id);
    if (!is_integer(lane(id))) {
      s.binary = routines_.add_like[static_cast<int>(op)][static_cast<int>(lane(id))];
      push(std::move(s));
      return;
    }
    // A checked result is judged by the limits of its type, so it is made in the type's lane.
    Lane computed = widest(widest(lane(i.args[0]), lane(i.args[1])), i.checked ? lane_of(i.physical()) : lane(id));
    s.in[0] = in_lane(s.in[0], computed);
    s.in[1] = in_lane(s.in[1], computed);
    s.limits = limits(i.type);
    const int at_lane = static_cast<int>(computed);
    s.binary = routines_.add_like[static_cast<int>(op)][at_lane];
    s.checked = routines_.checked[static_cast<int>(op)][at_lane];
    push_in_lane(std::move(s), computed);
  }

  void add_division(ValueId id) {
    const Instruction& i = at(id);
    if (!is_integer(lane(id))) return push(step(StepKind::kCells, id));  // float remainder
    const Lane computed = widest(widest(lane(i.args[0]), lane(i.args[1])), lane_of(i.physical()));
    Step s = step(StepKind::kIntegerDivide, id);
    s.in[0] = in_lane(s.in[0], computed);
    s.in[1] = in_lane(s.in[1], computed);
    s.limits = limits(i.type);
    push_in_lane(std::move(s), computed);
  }

  void add_sign(ValueId id) {
    const Instruction& i = at(id);
    if (i.checked) return push(step(StepKind::kCells, id));
    Step s = step(StepKind::kUnary, id);
    const Lane computed = is_integer(lane(id)) ? widest(lane(i.args[0]), lane(id)) : lane(id);
    s.in[0] = in_lane(s.in[0], computed);
    s.unary = i.op == Opcode::kNegate ? routines_.negate[static_cast<int>(computed)] : routines_.absolute[static_cast<int>(computed)];
    push_in_lane(std::move(s), computed);
  }

  void add_math(ValueId id) {
    Step s = step(StepKind::kUnary, id);
    const int at_lane = static_cast<int>(lane(id));
    switch (static_cast<kernel::MathFunction>(at(id).index)) {
      case kernel::MathFunction::kSqrt: s.unary = routines_.square_root[at_lane]; break;
      case kernel::MathFunction::kFloor: s.unary = routines_.round_to[0][at_lane]; break;
      case kernel::MathFunction::kCeil: s.unary = routines_.round_to[1][at_lane]; break;
      case kernel::MathFunction::kTrunc: s.unary = routines_.round_to[2][at_lane]; break;
      case kernel::MathFunction::kRoundEven: s.unary = routines_.round_to[3][at_lane]; break;
      case kernel::MathFunction::kSign: s.kind = StepKind::kCells; break;
    }
    push(std::move(s));
  }

  // The lane in which two values compare; kString and kInterval have code of their own.
  Lane comparable(Step& s) {
    const Lane common = is_integer(lane(s.in[0])) ? widest(lane(s.in[0]), lane(s.in[1])) : lane(s.in[0]);
    s.in[0] = in_lane(s.in[0], common);
    s.in[1] = in_lane(s.in[1], common);
    return common;
  }

  // Keys are asked in their type's lane, as the table has them.
  void add_probe(ValueId id) {
    Step s = step(StepKind::kProbe, id);
    s.inputs = 0;
    for (const ValueId key : at(id).args) s.keys.push_back(in_lane(key, lane_of(at(key).physical())));
    push(std::move(s));
  }

  // Copies that were made in the domain are not there behind it.
  void close_domain(ValueId id, StepKind kind) {
    conversions_.resize(open_domains_.back());
    open_domains_.pop_back();
    push(step(kind, id));
    if (kind == StepKind::kPadUnmatched) open_domains_.push_back(conversions_.size());
    for (std::size_t n = 0; n + 1 < steps_.size(); ++n) {
      if (steps_[n].kind == StepKind::kExpand && steps_[n].out == at(id).args[0]) steps_[n].closes_at = steps_.size() - 1;
    }
  }

  void add_comparison(ValueId id, Comparison op) {
    Step s = step(StepKind::kCompare, id);
    const Lane common = comparable(s);
    if (common == Lane::kString) {
      s.kind = StepKind::kCompareStrings;
    } else if (common == Lane::kInterval) {
      s.kind = StepKind::kCells;
    }
    s.binary = routines_.compare[static_cast<int>(op)][static_cast<int>(common)];
    push(std::move(s));
  }

  void add_distinct(ValueId id) {
    Step s = step(StepKind::kDistinct, id);
    const Lane common = comparable(s);
    if (common == Lane::kString || common == Lane::kInterval) s.kind = StepKind::kCells;
    s.binary = routines_.compare[static_cast<int>(Comparison::kEqual)][static_cast<int>(common)];
    push(std::move(s));
  }

  // Coalesce and select: both values in the lane of the result.
  void add_choice(ValueId id, StepKind kind, int first_value) {
    Step s = step(kind, id);
    Lane computed = lane(id);
    if (is_integer(computed)) computed = widest(computed, widest(lane(s.in[first_value]), lane(s.in[first_value + 1])));
    s.in[first_value] = in_lane(s.in[first_value], computed);
    s.in[first_value + 1] = in_lane(s.in[first_value + 1], computed);
    push_in_lane(std::move(s), computed);
  }

  void add_cast(ValueId id) {
    const Instruction& i = at(id);
    const ValueId source = i.args[0];
    const Type& from = at(source).type;
    const Type& to = i.type;
    const Lane in = lane(source);
    const bool exact_from = from.is_integer() || from.id == TypeId::kDecimal;
    const bool exact_to = to.is_integer() || to.id == TypeId::kDecimal;
    if (exact_from && exact_to && to.scale >= from.scale) return add_rescale(id, to.scale - from.scale);
    if (from.id == TypeId::kBoolean && to.is_integer()) {
      Step s = step(StepKind::kUnary, id);
      s.unary = routines_.convert[static_cast<int>(Lane::kBool)][static_cast<int>(lane(id))];
      return push(std::move(s));
    }
    if (exact_from && to.is_float()) {
      const bool fits_double = at(source).range.proven_within(-(i128{1} << 53), i128{1} << 53);
      if (from.scale == 0 && in != Lane::kI128 && (to.id == TypeId::kDouble || in == Lane::kI32 || in == Lane::kI64)) {
        Step s = step(StepKind::kUnary, id);
        s.unary = routines_.convert[static_cast<int>(in)][static_cast<int>(lane(id))];
        return push(std::move(s));
      }
      // value / 10^scale of two exact doubles is rounded once.
      if (to.id == TypeId::kDouble && fits_double && from.scale <= 22 && in != Lane::kI128) {
        Step s = step(StepKind::kDecimalToDouble, id);
        s.factor = power_of_ten(from.scale);
        s.unary = routines_.convert[static_cast<int>(in)][static_cast<int>(Lane::kF64)];
        s.binary = routines_.float_divide[static_cast<int>(Lane::kF64)];
        return push(std::move(s));
      }
    }
    if (from.is_float() && to.is_float() && !i.checked) {  // a DOUBLE may be too great for FLOAT
      Step s = step(StepKind::kUnary, id);
      s.unary = routines_.convert[static_cast<int>(in)][static_cast<int>(lane(id))];
      return push(std::move(s));
    }
    push(step(StepKind::kCells, id));
  }

  // value * 10^shift within the limits of the new type; the factor is a constant register.
  void add_rescale(ValueId id, int shift) {
    const Instruction& i = at(id);
    const Lane in = lane(i.args[0]);
    Step s = step(i.checked ? StepKind::kChecked : StepKind::kBinary, id);
    // The factor has to fit the lane as well, and so do limits.
    Lane computed = widest(in, i.checked ? lane_of(i.physical()) : lane(id));
    if (shift > 9 && computed == Lane::kI32) computed = Lane::kI64;
    if (shift > 18) computed = Lane::kI128;
    if (shift == 0 && !i.checked) {
      s.kind = StepKind::kUnary;
      s.unary = routines_.convert[static_cast<int>(in)][static_cast<int>(lane(id))];
      if (s.unary == nullptr) {  // same lane: a copy through the wider one is not needed either, a coalesce of one is
        s.kind = StepKind::kCoalesce;
        s.in[1] = s.in[0];
        s.inputs = 2;
      }
      return push(std::move(s));
    }
    s.in[0] = in_lane(s.in[0], computed);
    s.in[1] = kNoRegister;
    s.factor = power_of_ten(shift);
    s.inputs = 1;
    s.limits = limits(i.type);
    if (width_of(computed) <= 8) {  // limits of a type wider than the lane bind nothing
      const i128 low = computed == Lane::kI32 ? INT32_MIN : INT64_MIN;
      const i128 high = computed == Lane::kI32 ? INT32_MAX : INT64_MAX;
      s.limits = {std::max(s.limits.min, low), std::min(s.limits.max, high)};
    }
    const int at_lane = static_cast<int>(computed);
    s.binary = routines_.add_like[static_cast<int>(Arithmetic::kMultiply)][at_lane];
    s.checked = routines_.checked[static_cast<int>(Arithmetic::kMultiply)][at_lane];
    push_in_lane(std::move(s), computed);
  }

  // Calls visit(id) for every register that the step reads.
  template <class Visit>
  void for_operands(const Step& s, Visit visit) const {
    for (int k = 0; k < s.inputs; ++k) {
      if (s.in[k] != kNoRegister) visit(s.in[k]);
    }
    for (const RegisterId key : s.keys) visit(key);
    if (s.instruction != kernel::kNoValue && s.kind == StepKind::kCells) {
      for (const ValueId arg : at(s.instruction).args) visit(arg);
    }
    if (s.active != kNoRegister) visit(s.active);
  }
  template <class Visit>
  void for_sink_operands(Visit visit) const {
    const kernel::Sink& sink = out_.program->sink;
    for (const ValueId id : sink.values) visit(id);
    for (const ValueId id : sink.keys) visit(id);
    for (const kernel::SortKey& key : sink.sort_keys) visit(key.value);
    for (const kernel::Accumulator& accumulator : sink.accumulators) {
      if (accumulator.argument != kernel::kNoValue) visit(accumulator.argument);
      if (accumulator.second != kernel::kNoValue) visit(accumulator.second);
    }
  }

  // For every filter: which registers that exist by then are read later, by steps or by the sink.
  void note_live_registers() {
    std::vector<bool> read(out_.lanes.size(), false);
    for_sink_operands([&](RegisterId id) { read[id] = true; });
    double cost = 0;
    for (std::size_t n = steps_.size(); n-- > 0;) {
      Step& s = steps_[n];
      cost += cost_of(out_, s);
      if (s.kind == StepKind::kFilter) {
        s.cost_after = cost;
        for (RegisterId id = 0; id < read.size(); ++id) {
          if (read[id] && is_written_before(id, n)) s.live.push_back(id);
        }
      }
      for_operands(s, [&](RegisterId id) { read[id] = true; });
    }
  }

  // The same where joins open domains: inside one that is closed again, only what is read up to its end; what is read behind it stays in
  // the frame around it.
  void note_live_registers_of_domains() {
    std::vector<std::size_t> ends;  // of the closed domains around a step
    for (std::size_t n = 0; n < steps_.size(); ++n) {
      Step& s = steps_[n];
      while (!ends.empty() && ends.back() <= n) ends.pop_back();
      if (s.kind == StepKind::kExpand && s.closes_at != 0) ends.push_back(s.closes_at);
      if (s.kind != StepKind::kFilter && s.kind != StepKind::kExpand && s.kind != StepKind::kPadUnmatched) continue;
      std::vector<bool> read(out_.lanes.size(), false);
      const std::size_t end = ends.empty() ? steps_.size() : ends.back() + 1;
      for (std::size_t m = n + 1; m < end; ++m) {
        for_operands(steps_[m], [&](RegisterId id) { read[id] = true; });
        s.cost_after += cost_of(out_, steps_[m]);
      }
      if (ends.empty()) for_sink_operands([&](RegisterId id) { read[id] = true; });
      for (RegisterId id = 0; id < read.size(); ++id) {
        if (read[id] && is_written_before(id, n)) s.live.push_back(id);
      }
    }
  }
  [[nodiscard]] bool is_written_before(RegisterId id, std::size_t step) const {
    for (std::size_t n = 0; n < step; ++n) {
      if (steps_[n].out == id) return true;
    }
    return false;
  }

  struct Conversion {
    RegisterId from;
    Lane lane;
    RegisterId copy;
  };
  const Routines& routines_;
  CompiledProgram out_;
  std::vector<Step> steps_;
  std::vector<Conversion> conversions_;
  std::vector<std::size_t> open_domains_;  // by domain: the conversions that were there when it was opened
};

}  // namespace

CompiledProgram compile_program(std::shared_ptr<const Program> program, const Routines& routines) {
  return ProgramCompiler(std::move(program), routines).compile();
}

}  // namespace trueno::backend::simd
