#include <algorithm>

#include "kernel/program.h"

namespace trueno::kernel {

namespace {

Error broken(ValueId id, const Instruction& i, std::string_view what) {
  return error(ErrorCode::kInternal, "kernel program: %{} = {}: {}", id, opcode_name(i.op), what);
}

bool is_boolean(const Instruction& i) { return i.physical() == Physical::kBool; }

// Whether the result is one of the operands, or comes from outside, whatever it is.
bool carries(Opcode op) {
  return op == Opcode::kColumn || op == Opcode::kBuildColumn || op == Opcode::kConstant || op == Opcode::kParameter ||
         op == Opcode::kSelect || op == Opcode::kCoalesce;
}

// Number of operands: {least, most}; -1 = any.
std::pair<int, int> operand_count(Opcode op) {
  switch (op) {
    case Opcode::kColumn:
    case Opcode::kParameter:
    case Opcode::kConstant:
    case Opcode::kRowNumber: return {0, 0};
    case Opcode::kNegate:
    case Opcode::kAbs:
    case Opcode::kMath:
    case Opcode::kNot:
    case Opcode::kIsNull:
    case Opcode::kIsNotNull:
    case Opcode::kIsTrue:
    case Opcode::kIsNotFalse:
    case Opcode::kCast:
    case Opcode::kTryCast:
    case Opcode::kBitNot:
    case Opcode::kPopcount:
    case Opcode::kDatePart:
    case Opcode::kDateTrunc:
    case Opcode::kStringLength:
    case Opcode::kLookup:
    case Opcode::kMatched:
    case Opcode::kExpand:
    case Opcode::kBuildColumn:
    case Opcode::kPadUnmatched:
    case Opcode::kMarkMatched:
    case Opcode::kFilter: return {1, 1};
    case Opcode::kAnyMatch: return {1, 2};
    case Opcode::kProbe: return {0, -1};
    case Opcode::kAdd:
    case Opcode::kSubtract:
    case Opcode::kMultiply:
    case Opcode::kDivide:
    case Opcode::kIntegerDivide:
    case Opcode::kModulo:
    case Opcode::kEqual:
    case Opcode::kNotEqual:
    case Opcode::kLess:
    case Opcode::kLessEqual:
    case Opcode::kGreater:
    case Opcode::kGreaterEqual:
    case Opcode::kIsDistinct:
    case Opcode::kIsNotDistinct:
    case Opcode::kAnd:
    case Opcode::kOr:
    case Opcode::kCoalesce:
    case Opcode::kShiftRight:
    case Opcode::kBitAnd:
    case Opcode::kBitOr:
    case Opcode::kBitXor:
    case Opcode::kTimestampAdd:
    case Opcode::kStartsWith:
    case Opcode::kEndsWith:
    case Opcode::kContains: return {2, 2};
    case Opcode::kLike: return {2, 3};
    case Opcode::kSelect: return {3, 3};
    case Opcode::kHost: return {0, -1};
  }
  return {0, 0};
}

Status check_types(const Program& p, ValueId id, const Instruction& i) {
  const auto arg = [&](std::size_t n) -> const Instruction& { return p.at(i.args[n]); };
  switch (i.op) {
    case Opcode::kColumn:
      if (i.index >= p.source.columns.size()) return broken(id, i, "no such source column");
      if (!(p.source.columns[i.index].type == i.type)) return broken(id, i, "type differs from the source column");
      return {};
    case Opcode::kParameter: return i.index < p.parameters.size() ? Status{} : broken(id, i, "no such parameter");
    case Opcode::kConstant: return i.index < p.constants.size() ? Status{} : broken(id, i, "no such constant");
    case Opcode::kAdd:
    case Opcode::kSubtract:
    case Opcode::kMultiply:
    case Opcode::kIntegerDivide:
    case Opcode::kModulo:
      if (is_float(i.physical())) {
        if (arg(0).physical() != i.physical() || arg(1).physical() != i.physical())
          return broken(id, i, "float operands must have the result's type");
      } else if (!is_integer(i.physical()) || !is_integer(arg(0).physical()) || !is_integer(arg(1).physical())) {
        return broken(id, i, "operands must be integers");
      }
      return {};
    case Opcode::kDivide:
    case Opcode::kMath:
      if (!is_float(i.physical())) return broken(id, i, "the result must be a float");
      for (const ValueId a : i.args) {
        if (p.at(a).physical() != i.physical()) return broken(id, i, "float operands must have the result's type");
      }
      return {};
    case Opcode::kEqual:
    case Opcode::kNotEqual:
    case Opcode::kLess:
    case Opcode::kLessEqual:
    case Opcode::kGreater:
    case Opcode::kGreaterEqual:
    case Opcode::kIsDistinct:
    case Opcode::kIsNotDistinct:
      if (!is_boolean(i)) return broken(id, i, "a comparison gives BOOLEAN");
      if (arg(0).physical() != arg(1).physical()) return broken(id, i, "compared values must have one physical type");
      if (arg(0).type.id == TypeId::kDecimal && arg(0).type.scale != arg(1).type.scale)
        return broken(id, i, "compared decimals must have one scale");
      return {};
    case Opcode::kAnd:
    case Opcode::kOr:
    case Opcode::kNot:
    case Opcode::kIsTrue:
    case Opcode::kIsNotFalse:
    case Opcode::kFilter:
      for (const ValueId a : i.args) {
        if (!is_boolean(p.at(a))) return broken(id, i, "operands must be BOOLEAN");
      }
      return {};
    case Opcode::kCoalesce:
      if (!(arg(0).type == i.type) || !(arg(1).type == i.type)) return broken(id, i, "both sides must have the result's type");
      return {};
    case Opcode::kSelect:
      if (!is_boolean(arg(0))) return broken(id, i, "the condition must be BOOLEAN");
      if (!(arg(1).type == i.type) || !(arg(2).type == i.type)) return broken(id, i, "both branches must have the result's type");
      return {};
    case Opcode::kLookup:
      if (i.index >= p.lookups.size()) return broken(id, i, "no such lookup table");
      if (arg(0).op != Opcode::kColumn || !p.source.columns[arg(0).index].as_code) return broken(id, i, "a lookup reads a coded column");
      return {};
    case Opcode::kProbe: {
      if (i.index >= p.tables.size()) return broken(id, i, "no such table");
      const JoinTable& table = p.tables[i.index];
      if (i.args.size() != table.keys || table.null_safe.size() != table.keys || table.columns.size() < table.keys)
        return broken(id, i, "as many keys as the table has");
      for (std::size_t k = 0; k < i.args.size(); ++k) {
        const Type& key = table.columns[k].type;
        if (arg(k).physical() != key.physical() || (key.id == TypeId::kDecimal && arg(k).type.scale != key.scale))
          return broken(id, i, "a key has another type than the table's");
      }
      return {};
    }
    case Opcode::kMatched:
    case Opcode::kExpand:
      if (arg(0).op != Opcode::kProbe) return broken(id, i, "the operand must be a probe");
      if (i.op == Opcode::kMatched && static_cast<MatchTest>(i.index) == MatchTest::kIn && arg(0).args.size() != 1)
        return broken(id, i, "IN takes one key");
      return {};
    case Opcode::kBuildColumn: {
      if (arg(0).op != Opcode::kExpand && arg(0).op != Opcode::kPadUnmatched) return broken(id, i, "the operand must open a domain");
      const Schema& columns = p.tables[table_of(p, i)].columns;
      if (i.index >= columns.size() || !(columns[i.index].type == i.type)) return broken(id, i, "no such column of the table");
      return {};
    }
    case Opcode::kAnyMatch:
      if (i.args.size() == 2 && !is_boolean(arg(1))) return broken(id, i, "the condition must be BOOLEAN");
      [[fallthrough]];
    case Opcode::kPadUnmatched:
    case Opcode::kMarkMatched:
      if (arg(0).op != Opcode::kExpand) return broken(id, i, "the operand must be an expand");
      return {};
    case Opcode::kHost: return i.index < p.hosts.size() ? Status{} : broken(id, i, "no such host function");
    case Opcode::kLike:
    case Opcode::kStartsWith:
    case Opcode::kEndsWith:
    case Opcode::kContains:
    case Opcode::kStringLength:
      for (const ValueId a : i.args) {
        if (p.at(a).physical() != Physical::kString) return broken(id, i, "operands must be strings");
      }
      return {};
    default: return {};
  }
}

// The domains that are open, innermost last, and the domain of each value. A value may be used in its own domain and those below it.
class Domains {
 public:
  // To be called for every instruction in order; false: it closes a domain that is not the innermost one.
  bool enter(const Program& p, ValueId id, const Instruction& i) {
    if (i.op == Opcode::kAnyMatch || i.op == Opcode::kPadUnmatched) {
      if (open_.back() != i.args[0] + 1) return false;
      open_.pop_back();
    }
    if (i.op == Opcode::kExpand || i.op == Opcode::kPadUnmatched) open_.push_back(id + 1);
    of_.resize(p.instructions.size());
    of_[id] = open_.back();
    return true;
  }
  [[nodiscard]] bool sees(ValueId id) const { return std::ranges::find(open_, of_[id]) != open_.end(); }

 private:
  std::vector<ValueId> open_ = {0};  // by the instruction that opens it, + 1
  std::vector<ValueId> of_;
};

Status check_sink(const Program& p, const Domains& domains) {
  const Sink& sink = p.sink;
  const auto known = [&](ValueId id) { return id < p.instructions.size() && has_value(p.at(id).op) && domains.sees(id); };
  const auto all_known = [&](const std::vector<ValueId>& ids) { return std::ranges::all_of(ids, known); };
  if (!all_known(sink.values) || !all_known(sink.keys))
    return error(ErrorCode::kInternal, "kernel program: the sink reads an undefined value");
  for (const Accumulator& a : sink.accumulators) {
    const bool rows = a.kind == AccumulatorKind::kCountRows;
    if (rows != (a.argument == kNoValue) || (!rows && !known(a.argument)))
      return error(ErrorCode::kInternal, "kernel program: an accumulator's argument is wrong");
    if (a.kind == AccumulatorKind::kSumInteger && !is_integer(p.at(a.argument).physical()))
      return error(ErrorCode::kInternal, "kernel program: integer sum of a non-integer");
    if (a.kind == AccumulatorKind::kSumFloat && !is_float(p.at(a.argument).physical()))
      return error(ErrorCode::kInternal, "kernel program: float sum of a non-float");
    if (combines_bits(a.kind) && !is_integer(p.at(a.argument).physical()))
      return error(ErrorCode::kInternal, "kernel program: bits of a non-integer");
    if (a.kind == AccumulatorKind::kSumProduct) {
      const bool pair = a.second != kNoValue;
      if (p.at(a.argument).physical() != Physical::kF64 || (pair && (!known(a.second) || p.at(a.second).physical() != Physical::kF64)))
        return error(ErrorCode::kInternal, "kernel program: product sum of something else than DOUBLE");
      if (a.power < 1 || a.power > (pair ? 3 : 4)) return error(ErrorCode::kInternal, "kernel program: product sum of too many factors");
    } else if (a.second != kNoValue || a.power != 1) {
      return error(ErrorCode::kInternal, "kernel program: an accumulator of one value has factors");
    }
  }
  for (const Output& o : sink.outputs) {
    if (o.accumulator >= sink.accumulators.size() || o.count >= sink.accumulators.size())
      return error(ErrorCode::kInternal, "kernel program: an output reads an unknown accumulator");
    for (std::size_t i = 0; i < kMomentSums && o.kind == FinishKind::kMoment; ++i) {
      if (!reads(o.moment, static_cast<MomentSum>(i))) continue;
      const AccumulatorKind kind = o.sums[i] < sink.accumulators.size() ? sink.accumulators[o.sums[i]].kind : AccumulatorKind::kCount;
      if (kind != AccumulatorKind::kSumFloat && kind != AccumulatorKind::kSumProduct)
        return error(ErrorCode::kInternal, "kernel program: a moment reads something else than exact sums");
    }
  }
  for (const Fold& fold : sink.folds) {
    const auto held = [&](std::uint32_t number) { return number < sink.values.size(); };
    if (!std::ranges::all_of(fold.arguments, held) || !std::ranges::all_of(fold.orders, held, &Fold::Order::value) ||
        (fold.filter != Fold::kNone && (!held(fold.filter) || !is_boolean(p.at(sink.values[fold.filter])))))
      return error(ErrorCode::kInternal, "kernel program: {} reads an unknown value", fold.name);
    if (fold.sorted && fold.arguments.empty()) return error(ErrorCode::kInternal, "kernel program: {} needs an argument", fold.name);
    if (fold.function == nullptr && fold.output >= sink.outputs.size())
      return error(ErrorCode::kInternal, "kernel program: {} is an unknown output", fold.name);
  }
  for (const SortKey& key : sink.sort_keys) {
    if (!known(key.value)) return error(ErrorCode::kInternal, "kernel program: a sort key is undefined");
  }
  if (sink.kind != SinkKind::kSort && (sink.row_number || sink.group_limit >= 0 || sink.group_offset != 0))
    return error(ErrorCode::kInternal, "kernel program: groups of equal sort keys without a sort");
  if (sink.kind == SinkKind::kTopK && sink.limit < 0) return error(ErrorCode::kInternal, "kernel program: top_k without a limit");
  return {};
}

}  // namespace

Status verify(const Program& program) {
  Domains domains;
  for (ValueId id = 0; id < program.instructions.size(); ++id) {
    const Instruction& i = program.instructions[id];
    const auto [least, most] = operand_count(i.op);
    const int count = static_cast<int>(i.args.size());
    if (count < least || (most >= 0 && count > most)) return broken(id, i, "wrong number of operands");
    for (const ValueId a : i.args) {
      if (a >= id || !has_value(program.at(a).op)) return broken(id, i, "an operand is used before it is defined");
      if (!domains.sees(a)) return broken(id, i, "an operand belongs to rows that are no longer there");
    }
    if (i.active != kNoValue && (i.active >= id || !is_boolean(program.at(i.active))))
      return broken(id, i, "the activity mask is not an earlier BOOLEAN");
    if (!domains.enter(program, id, i)) return broken(id, i, "closes a domain that is not the innermost one");
    if (has_value(i.op) && i.type.is_nested() && !carries(i.op)) return broken(id, i, "nested values are carried, not computed");
    if (i.null_on_error && (i.checked || !can_fail(program, i)))
      return broken(id, i, "only what can fail, and is not checked, gives NULL on an error");
    if (i.range.bounded() && *i.range.min > *i.range.max) return broken(id, i, "empty range");
    TRUENO_TRY(check_types(program, id, i));
  }
  return check_sink(program, domains);
}

}  // namespace trueno::kernel
