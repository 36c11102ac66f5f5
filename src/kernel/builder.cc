#include "kernel/builder.h"

#include <algorithm>

#include "kernel/cast.h"

namespace trueno::kernel {

namespace {

bool is_comparison(Opcode op) { return op >= Opcode::kEqual && op <= Opcode::kIsNotDistinct; }

// Results that are never NULL whatever the operands are.
bool never_null(Opcode op) {
  return op == Opcode::kIsDistinct || op == Opcode::kIsNotDistinct || op == Opcode::kIsNull || op == Opcode::kIsNotNull ||
         op == Opcode::kIsTrue || op == Opcode::kIsNotFalse;
}

Range date_part_range(DatePart part, bool nullable) {
  const auto range = [&](i128 low, i128 high) { return Range::of(low, high, nullable); };
  switch (part) {
    case DatePart::kQuarter: return range(1, 4);
    case DatePart::kMonth: return range(1, 12);
    case DatePart::kDay: return range(1, 31);
    case DatePart::kDayOfWeek: return range(0, 6);
    case DatePart::kIsoDayOfWeek: return range(1, 7);
    case DatePart::kDayOfYear: return range(1, 366);
    case DatePart::kWeek: return range(1, 53);
    case DatePart::kHour: return range(0, 23);
    case DatePart::kMinute: return range(0, 59);
    case DatePart::kSecond: return range(0, 59);
    case DatePart::kMillisecond: return range(0, 59'999);
    case DatePart::kMicrosecond: return range(0, 59'999'999);
    case DatePart::kYear:
    case DatePart::kIsoYear: return range(-6'000'000, 6'000'000);
    case DatePart::kCentury:
    case DatePart::kDecade:
    case DatePart::kMillennium: return range(-600'000, 600'000);
    case DatePart::kEpoch: break;
  }
  Range unknown;
  unknown.nullable = nullable;
  return unknown;
}

// Integer casts keep the value; decimals change scale.
std::optional<Range> cast_range(const Type& from, const Type& to, const Range& range) {
  const bool integral =
      (is_integer(from.physical()) || from.id == TypeId::kBoolean) && (is_integer(to.physical()) || to.id == TypeId::kBoolean);
  if (!integral || !range.bounded() || to.id == TypeId::kBoolean) return std::nullopt;
  const bool plain =
      (from.is_integer() || from.id == TypeId::kDecimal || from.id == TypeId::kBoolean) && (to.is_integer() || to.id == TypeId::kDecimal);
  if (!plain) return std::nullopt;
  const int shift = to.scale - from.scale;
  Range out = range;
  if (shift >= 0) {
    const i128 factor = power_of_ten(shift);
    return range_multiply(range, Range::of(factor, factor));
  }
  const i128 divisor = power_of_ten(-shift);
  out.min = divide_rounded(*range.min, divisor);
  out.max = divide_rounded(*range.max, divisor);
  return out;
}

}  // namespace

bool can_fail(const Program& program, const Instruction& i) {
  switch (i.op) {
    case Opcode::kAdd:
    case Opcode::kSubtract:
    case Opcode::kMultiply:
    case Opcode::kNegate:
    case Opcode::kAbs:
    case Opcode::kIntegerDivide:
    case Opcode::kModulo: return !is_float(i.physical());
    case Opcode::kCast: return cast_can_fail(program.at(i.args[0]).type, i.type);
    case Opcode::kTimestampAdd:
    case Opcode::kLike: return true;
    case Opcode::kLookup: return true;
    case Opcode::kHost: return program.hosts[i.index].can_fail;
    default: return false;
  }
}

namespace {

bool takes_any_order(Opcode op) {
  switch (op) {
    case Opcode::kAdd:
    case Opcode::kMultiply:
    case Opcode::kEqual:
    case Opcode::kNotEqual:
    case Opcode::kIsDistinct:
    case Opcode::kIsNotDistinct:
    case Opcode::kAnd:
    case Opcode::kOr:
    case Opcode::kBitAnd:
    case Opcode::kBitOr:
    case Opcode::kBitXor: return true;
    default: return false;
  }
}

// What an instruction computes: a + b is b + a, and a > b is b < a.
std::string key_of(const Instruction& instruction, const std::string& extra) {
  Opcode op = instruction.op;
  std::vector<ValueId> args = instruction.args;
  if (takes_any_order(op)) std::ranges::sort(args);
  if (op == Opcode::kGreater || op == Opcode::kGreaterEqual) {
    op = op == Opcode::kGreater ? Opcode::kLess : Opcode::kLessEqual;
    std::swap(args[0], args[1]);
  }
  std::string key = fmt::format("{}|{}|{}|{}", static_cast<int>(op), instruction.type.to_string(), instruction.index, extra);
  for (const ValueId arg : args) key += fmt::format(",{}", arg);
  return key;
}

}  // namespace

ValueId Builder::append(Instruction instruction, const std::string& extra_key) {
  std::string key = key_of(instruction, extra_key);
  if (instruction.null_on_error) key += '!';
  if (const auto found = known_.find(key); found != known_.end()) return found->second;  // of all rows: also of the active ones
  if (instruction.active != kNoValue) {
    key += fmt::format("?{}", instruction.active);
    if (const auto found = known_.find(key); found != known_.end()) return found->second;
  }
  instruction.span = span_;
  const auto id = static_cast<ValueId>(program_.instructions.size());
  program_.instructions.push_back(std::move(instruction));
  known_.emplace(std::move(key), id);
  return id;
}

ValueId Builder::append_failing(Instruction instruction) {
  if (!trying_ || !instruction.checked) return append(std::move(instruction));
  instruction.checked = false;
  instruction.null_on_error = true;
  instruction.active = kNoValue;  // rows that are not active give NULL or a value that nobody reads
  instruction.range.nullable = true;
  const ValueId value = append(std::move(instruction));
  caught_.push_back({value, active_});
  return value;
}

ValueId Builder::column(const SourceColumn& column, const Range& range, bool verify_range) {
  for (ValueId id = 0; id < program_.instructions.size(); ++id) {
    const Instruction& i = program_.at(id);
    if (i.op != Opcode::kColumn || !visible(id)) continue;
    const SourceColumn& known = program_.source.columns[i.index];
    if (known.index == column.index && known.as_code == column.as_code) return id;
  }
  Instruction i;
  i.op = Opcode::kColumn;
  i.type = column.type;
  const auto same = [&](const SourceColumn& known) { return known.index == column.index && known.as_code == column.as_code; };
  const auto known = std::ranges::find_if(program_.source.columns, same);
  i.index = static_cast<std::uint32_t>(known - program_.source.columns.begin());
  if (known == program_.source.columns.end()) program_.source.columns.push_back(column);
  i.range = range;
  i.verify_range = verify_range;
  if (verify_range) i.range.proven = true;
  i.lane = narrowest_lane(i.type, i.range);
  return append(std::move(i), column.as_code ? "code" : "column");
}

ValueId Builder::row_number() {
  Instruction i;
  i.op = Opcode::kRowNumber;
  i.type = TypeId::kBigInt;
  i.range.nullable = false;
  i.lane = i.physical();
  return append(std::move(i));
}

ValueId Builder::parameter(const Type& type, const std::string& name, const Value* known, std::uint32_t number) {
  if (number >= program_.parameters.size()) program_.parameters.resize(number + 1);
  program_.parameters[number] = {type, name};
  Instruction i;
  i.op = Opcode::kParameter;
  i.type = type;
  i.index = number;
  if (known != nullptr && !known->is_null()) {
    i.range.nullable = false;
    i.range.proven = true;
    if (is_integer(i.physical())) i.range.min = i.range.max = known->as_integer();
    if (type.is_float()) i.range.span = span_of(known->as_double());
  }
  i.lane = narrowest_lane(type, i.range);
  return append(std::move(i));
}

ValueId Builder::constant(const Value& value) {
  Instruction i;
  i.op = Opcode::kConstant;
  i.type = value.type();
  i.range.nullable = value.is_null();
  i.range.proven = true;
  if (!value.is_null() && is_integer(i.physical())) i.range.min = i.range.max = value.as_integer();
  i.lane = narrowest_lane(i.type, i.range);
  for (std::uint32_t n = 0; n < program_.constants.size(); ++n) {
    if (program_.constants[n] == value) {
      i.index = n;
      return append(std::move(i));
    }
  }
  i.index = static_cast<std::uint32_t>(program_.constants.size());
  program_.constants.push_back(value);
  return append(std::move(i));
}

// Range, check and lane of a new instruction from its operands.
void Builder::derive(Instruction& i) const {
  const auto range = [&](std::size_t n) -> const Range& { return at(i.args[n]).range; };
  bool nullable = false;
  for (const ValueId arg : i.args) nullable = nullable || at(arg).range.nullable;
  Range out;
  switch (i.op) {
    case Opcode::kAdd:
      if (!is_float(i.physical())) out = range_add(range(0), range(1));
      break;
    case Opcode::kSubtract:
      if (!is_float(i.physical())) out = range_subtract(range(0), range(1));
      break;
    case Opcode::kMultiply:
      if (!is_float(i.physical())) out = range_multiply(range(0), range(1));
      break;
    case Opcode::kNegate:
      if (!is_float(i.physical())) out = range_negate(range(0));
      break;
    case Opcode::kAbs:
      if (!is_float(i.physical()) && range(0).bounded()) {
        out = range_union(range(0), range_negate(range(0)));
        if (out.bounded()) out.min = *range(0).min >= 0 ? *range(0).min : 0;
      }
      break;
    case Opcode::kModulo:
    case Opcode::kBitAnd:
      // |a % b| <= |a|; a & b with a, b >= 0 is at most either.
      if (!is_float(i.physical()) && range(0).proven && range(0).bounded() && *range(0).min >= 0 &&
          (i.op == Opcode::kModulo || range(1).proven_within(0, kI128Max))) {
        out = Range::of(0, *range(0).max);
      }
      break;
    case Opcode::kCoalesce:
      out = range_union(range(0), range(1));
      nullable = range(0).nullable && range(1).nullable;
      break;
    case Opcode::kSelect:
      out = range_union(range(1), range(2));
      nullable = range(1).nullable || range(2).nullable;
      break;
    case Opcode::kCast:
      if (const auto converted = cast_range(at(i.args[0]).type, i.type, range(0))) out = *converted;
      break;
    case Opcode::kTryCast: nullable = true; break;
    case Opcode::kDatePart: out = date_part_range(static_cast<DatePart>(i.index), nullable); break;
    case Opcode::kStringLength: out = Range::of(0, INT32_MAX); break;
    case Opcode::kPopcount: out = Range::of(0, 128); break;
    default:
      if (is_comparison(i.op) || i.physical() == Physical::kBool) out = Range::of(0, 1);
      break;
  }
  if (never_null(i.op)) nullable = false;
  if (i.active != kNoValue) nullable = true;  // inactive rows give NULL
  out.nullable = nullable;

  if (can_fail(program_, i)) {
    const auto limits = limits_of(i.type);
    const bool divides = i.op == Opcode::kIntegerDivide || i.op == Opcode::kModulo;
    const bool safe_divisor = divides && range(1).proven && range(1).bounded() && *range(1).min > 0;
    const bool arithmetic = i.op <= Opcode::kAbs || i.op == Opcode::kCast;
    bool safe = arithmetic && !divides && limits && out.proven_within(limits->min, limits->max);
    if (i.op == Opcode::kCast && !(is_integer(i.physical()) && is_integer(at(i.args[0]).physical()))) safe = false;
    i.checked = !(safe || safe_divisor);
    // What passes the check lies within the type's limits.
    if (i.checked && out.bounded() && limits) {
      out.min = std::clamp(*out.min, limits->min, limits->max);
      out.max = std::clamp(*out.max, limits->min, limits->max);
    }
  }
  i.range = out;
  i.lane = narrowest_lane(i.type, out);
}

ValueId Builder::emit(Opcode op, const Type& type, std::vector<ValueId> args, std::uint32_t index) {
  Instruction i;
  i.op = op;
  i.type = type;
  i.args = std::move(args);
  i.index = index;
  i.active = can_fail(program_, i) ? active_ : kNoValue;
  derive(i);
  if (!i.checked && i.active != kNoValue) {  // proven safe: no mask needed, so it can be shared
    i.active = kNoValue;
    derive(i);
  }
  return append_failing(std::move(i));
}

ValueId Builder::cast(ValueId value, const Type& type, bool trying) {
  if (at(value).type == type) return value;
  if (trying && !cast_can_fail(at(value).type, type)) trying = false;
  return emit(trying ? Opcode::kTryCast : Opcode::kCast, type, {value});
}

ValueId Builder::host(const HostCall& call, const Type& type, std::vector<ValueId> args) {
  auto found = std::ranges::find(program_.hosts, call.name, &HostCall::name);
  if (found == program_.hosts.end()) {
    program_.hosts.push_back(call);
    found = program_.hosts.end() - 1;
  }
  Instruction i;
  i.op = Opcode::kHost;
  i.type = type;
  i.args = std::move(args);
  i.index = static_cast<std::uint32_t>(found - program_.hosts.begin());
  i.active = call.can_fail ? active_ : kNoValue;
  i.checked = call.can_fail;
  i.range.nullable = true;
  i.lane = i.physical();
  return append_failing(std::move(i));
}

ValueId Builder::lookup(ValueId column, std::shared_ptr<const Program> definition, const Type& type, bool nullable) {
  Instruction i;
  i.op = Opcode::kLookup;
  i.type = type;
  i.args = {column};
  // Entries are evaluated whether a row reads them or not; only a row that does raises what went wrong.
  i.checked = std::ranges::any_of(definition->instructions, &Instruction::checked);
  i.active = i.checked ? active_ : kNoValue;
  i.range = definition->at(definition->sink.values.front()).range;
  i.range.nullable = nullable || i.active != kNoValue;
  i.lane = narrowest_lane(type, i.range);
  const std::string text = print(*definition);
  for (i.index = 0; i.index < program_.lookups.size(); ++i.index) {
    if (program_.lookups[i.index].source_column == static_cast<int>(at(column).index) &&
        print(*program_.lookups[i.index].definition) == text)
      break;
  }
  if (i.index == program_.lookups.size()) program_.lookups.push_back({std::move(definition), static_cast<int>(at(column).index)});
  return append(std::move(i));
}

void Builder::filter(ValueId condition) {
  Instruction i;
  i.op = Opcode::kFilter;
  i.type = TypeId::kBoolean;
  i.args = {condition};
  append(std::move(i));
}

std::uint32_t Builder::table(JoinTable table) {
  program_.tables.push_back(std::move(table));
  return static_cast<std::uint32_t>(program_.tables.size() - 1);
}

ValueId Builder::probe(std::uint32_t table, std::vector<ValueId> keys) {
  Instruction i;
  i.op = Opcode::kProbe;
  i.type = TypeId::kBigInt;
  i.args = std::move(keys);
  i.index = table;
  i.range.nullable = false;
  i.lane = i.physical();
  return append(std::move(i));
}

ValueId Builder::matched(ValueId probe, MatchTest test) {
  Instruction i;
  i.op = Opcode::kMatched;
  i.type = TypeId::kBoolean;
  i.args = {probe};
  i.index = static_cast<std::uint32_t>(test);
  i.range = Range::of(0, 1, test == MatchTest::kIn);
  i.lane = i.physical();
  return append(std::move(i));
}

ValueId Builder::expand(ValueId probe) {
  Instruction i;
  i.op = Opcode::kExpand;
  i.type = TypeId::kBigInt;
  i.args = {probe};
  i.range.nullable = false;
  i.lane = i.physical();
  return append(std::move(i));
}

ValueId Builder::build_column(ValueId domain, std::uint32_t column, const Range& range) {
  Instruction i;
  i.op = Opcode::kBuildColumn;
  i.args = {domain};
  i.index = column;
  i.type = program_.tables[table_of(program_, i)].columns[column].type;
  i.range = range;
  if (at(domain).op == Opcode::kPadUnmatched) i.range.nullable = true;
  i.lane = narrowest_lane(i.type, i.range);
  return append(std::move(i));
}

void Builder::mark_matched(ValueId expand) {
  Instruction i;
  i.op = Opcode::kMarkMatched;
  i.type = TypeId::kBoolean;
  i.args = {expand};
  program_.tables[table_of(program_, i)].mark = true;
  append(std::move(i));
}

// Values of a domain that is closed are not there any more: an equal computation is written again.
void Builder::close_domain(ValueId first) {
  std::erase_if(known_, [&](const auto& known) { return known.second >= first; });
  closed_.emplace_back(first, static_cast<ValueId>(program_.instructions.size()));
}

bool Builder::visible(ValueId id) const {
  return std::ranges::none_of(closed_, [&](const auto& range) { return id >= range.first && id < range.second; });
}

ValueId Builder::any_match(ValueId expand, ValueId condition) {
  Instruction i;
  i.op = Opcode::kAnyMatch;
  i.type = TypeId::kBoolean;
  i.args = {expand};
  if (condition != kNoValue) i.args.push_back(condition);
  i.range = Range::of(0, 1, condition != kNoValue && at(condition).range.nullable);
  i.lane = i.physical();
  close_domain(expand);
  return append(std::move(i));
}

ValueId Builder::pad_unmatched(ValueId expand, bool single) {
  Instruction i;
  i.op = Opcode::kPadUnmatched;
  i.type = TypeId::kBigInt;
  i.args = {expand};
  i.index = single ? 1 : 0;
  i.checked = single;
  i.lane = i.physical();
  close_domain(expand);
  return append(std::move(i));
}

ValueId Builder::narrow_active(ValueId mask) {
  const ValueId former = active_;
  active_ = former == kNoValue ? mask : emit(Opcode::kAnd, TypeId::kBoolean, {former, mask});
  return former;
}

}  // namespace trueno::kernel
