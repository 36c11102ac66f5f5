#include "compile/expression_writer.h"

#include <algorithm>
#include <iterator>

namespace trueno::compile {

using kernel::Opcode;
using kernel::ValueId;
using plan::Expression;
using plan::ExpressionKind;

namespace {

constexpr std::ptrdiff_t kSearchedParameters = 256;
constexpr std::size_t kMostParameters = 131'072;  // a literal costs some kilobytes from here on: an end before the memory's

// Whether the value is NULL whenever the program's only column is.
bool gives_null_for_null(const kernel::Program& program, ValueId id) {
  const kernel::Instruction& i = program.at(id);
  const auto arg = [&](ValueId a) { return gives_null_for_null(program, a); };
  switch (i.op) {
    case Opcode::kColumn: return true;
    case Opcode::kParameter:
    case Opcode::kConstant:
    case Opcode::kRowNumber:
    case Opcode::kIsDistinct:
    case Opcode::kIsNotDistinct:
    case Opcode::kIsNull:
    case Opcode::kIsNotNull:
    case Opcode::kIsTrue:
    case Opcode::kIsNotFalse:
    case Opcode::kFilter: return false;
    case Opcode::kAnd:
    case Opcode::kOr:
    case Opcode::kCoalesce: return std::ranges::all_of(i.args, arg);
    case Opcode::kSelect: return arg(i.args[1]) && arg(i.args[2]);
    case Opcode::kHost: return !program.hosts[i.index].on_null_call && std::ranges::any_of(i.args, arg);
    default: return std::ranges::any_of(i.args, arg);
  }
}

// Whether a value is NULL whenever one of the values it is made of is: NULLs go through all instructions up to it.
bool passes_nulls_on(const kernel::Program& program, ValueId value) {
  std::vector<bool> needed(value + 1);
  needed[value] = true;
  for (ValueId id = value + 1; id-- > 0;) {
    if (!needed[id]) continue;
    const kernel::Instruction& i = program.at(id);
    switch (i.op) {
      case Opcode::kAnd:
      case Opcode::kOr:
      case Opcode::kCoalesce:
      case Opcode::kSelect:
      case Opcode::kIsDistinct:
      case Opcode::kIsNotDistinct:
      case Opcode::kIsNull:
      case Opcode::kIsNotNull:
      case Opcode::kIsTrue:
      case Opcode::kIsNotFalse: return false;
      case Opcode::kHost:
        if (program.hosts[i.index].on_null_call) return false;
        break;
      default: break;
    }
    for (const ValueId arg : i.args) needed[arg] = true;
  }
  return true;
}

// Whether an instruction may fail though the program's only column is NULL: such an error belongs to rows that have no entry.
bool may_fail_for_null(const kernel::Program& program) {
  for (ValueId id = 0; id < program.instructions.size(); ++id) {
    if (kernel::can_fail(program, program.at(id)) && !gives_null_for_null(program, id)) return true;
  }
  return false;
}

}  // namespace

Result<std::optional<ValueId>> ExpressionWriter::write_lookup(const Expression& e) {
  const bool leaf = e.arguments.empty() || e.kind == ExpressionKind::kParameter || e.kind == ExpressionKind::kLiteral;
  if (builder_.trying()) return std::nullopt;  // try() asks the instructions that failed; it may be a lookup itself
  if (!columns_.code || leaf || e.type.is_nested() || e.type.id == TypeId::kNull || plan::is_volatile(e)) return std::nullopt;
  const std::vector<int> read = plan::columns_of(e);
  if (read.size() != 1) return std::nullopt;
  const std::optional<ValueId> code = columns_.code(read.front());
  if (!code) return std::nullopt;
  const kernel::SourceColumn column = builder_.program().source.columns[builder_.at(*code).index];
  const auto write_entry = [&](kernel::Builder& builder, bool nullable) {
    kernel::Range entry;
    entry.nullable = nullable;
    builder.set_span(builder_.span());
    ExpressionWriter writer(
        builder, parameters_,
        {[&builder, column, entry](int) -> Result<ValueId> { return builder.column({column.name, column.type, 0, false}, entry, false); },
         {}});
    return writer.write(e);
  };
  // What NULL gives is asked of a program that takes NULL for possible: else COALESCE would leave its other operands out.
  kernel::Builder with_null;
  const ValueId of_null = TRUENO_TRY(write_entry(with_null, true));
  if (!gives_null_for_null(with_null.program(), of_null) || may_fail_for_null(with_null.program())) return std::nullopt;
  kernel::Builder builder;
  const ValueId value = TRUENO_TRY(write_entry(builder, false));
  const bool nullable = builder.at(value).range.nullable || builder_.at(*code).range.nullable;
  kernel::Program& program = builder.program();
  program.source.name = "entries of " + column.name;
  program.sink.kind = kernel::SinkKind::kEmit;
  program.sink.values = {value};
  return builder_.lookup(*code, std::make_shared<const kernel::Program>(std::move(builder).finish()), e.type, nullable);
}

Result<ValueId> ExpressionWriter::write(const Expression& e) {
  if (e.uncaught && builder_.trying()) {
    builder_.set_trying(false);
    Result<ValueId> written = write(e);
    builder_.set_trying(true);
    return written;
  }
  const SourceSpan outer = builder_.span();
  if (!e.span.empty()) builder_.set_span(e.span);
  Result<std::optional<ValueId>> by_entry = write_lookup(e);
  if (!by_entry || by_entry->has_value()) {
    builder_.set_span(outer);
    return *TRUENO_TRY(std::move(by_entry));
  }
  Result<ValueId> written = [&]() -> Result<ValueId> {
    switch (e.kind) {
      case ExpressionKind::kColumn: return columns_.value(e.index);
      case ExpressionKind::kLiteral:
      case ExpressionKind::kParameter: return write_literal(e);
      case ExpressionKind::kCast: return builder_.cast(TRUENO_TRY(write(e.arguments[0])), e.type, e.trying);
      case ExpressionKind::kAnd:
      case ExpressionKind::kOr: return write_logic(e);
      case ExpressionKind::kCase: return write_case(e);
      case ExpressionKind::kCoalesce: return write_coalesce(e);
      case ExpressionKind::kCall: {
        if (plan::catches_errors(e)) return write_try(e);
        std::vector<ValueId> arguments;
        for (const Expression& argument : e.arguments) arguments.push_back(TRUENO_TRY(write(argument)));
        if (!e.span.empty()) builder_.set_span(e.span);
        return e.function->lower(builder_, arguments, e.signature);
      }
      case ExpressionKind::kOuter:
      case ExpressionKind::kSubquery: break;  // joins by now
    }
    return error(ErrorCode::kInternal, "unknown kind of expression");
  }();
  builder_.set_span(outer);
  return written;
}

// Literals and `?` are parameters of the kernel; NULL and booleans change its shape and are constants.
Result<ValueId> ExpressionWriter::write_literal(const Expression& e) {
  const Value value(e.type, e.value.payload());
  if (value.is_null() || e.type.id == TypeId::kBoolean) return builder_.constant(value);
  // Equal literals share a parameter when they stand near each other: a list of a million must not be searched a million times.
  const auto near = parameters_.end() - std::min<std::ptrdiff_t>(std::ssize(parameters_), kSearchedParameters);
  const auto number = static_cast<std::size_t>(std::find(near, parameters_.end(), value) - parameters_.begin());
  if (number == parameters_.size()) {
    if (parameters_.size() >= kMostParameters)
      return error(ErrorCode::kNotSupported, "a query of more than {} literals is not supported yet", kMostParameters)
          .hint("put the values into a table")
          .at(builder_.span());
    parameters_.push_back(value);
  }
  return builder_.parameter(e.type, {}, &value, static_cast<std::uint32_t>(number));
}

// What its columns stand for counts, too.
bool ExpressionWriter::may_fail(const Expression& e) const {
  if (e.kind == ExpressionKind::kColumn) return columns_.may_fail && columns_.may_fail(e.index);
  if (plan::catches_errors(e)) return false;
  return plan::may_fail_unproven(e) || std::ranges::any_of(e.arguments, [&](const Expression& argument) { return may_fail(argument); });
}

// Left to right: what is written to the right of AND fails only on rows where the left is not false, of OR where it is not true.
Result<ValueId> ExpressionWriter::write_logic(const Expression& e) {
  const bool conjunction = e.kind == ExpressionKind::kAnd;
  const ValueId former = builder_.active();
  ValueId value = TRUENO_TRY(write(e.arguments[0]));
  for (std::size_t i = 1; i < e.arguments.size(); ++i) {
    const bool masked = may_fail(e.arguments[i]);
    if (masked) {
      const ValueId open = conjunction
                               ? builder_.emit(Opcode::kIsNotFalse, TypeId::kBoolean, {value})
                               : builder_.emit(Opcode::kNot, TypeId::kBoolean, {builder_.emit(Opcode::kIsTrue, TypeId::kBoolean, {value})});
      builder_.narrow_active(open);
    }
    Result<ValueId> right = write(e.arguments[i]);
    builder_.restore_active(former);
    value = builder_.emit(conjunction ? Opcode::kAnd : Opcode::kOr, TypeId::kBoolean, {value, TRUENO_TRY(std::move(right))});
  }
  return value;
}

Result<ValueId> ExpressionWriter::write_case(const Expression& e) {
  // Conditions in order, each on the rows that no earlier one took; then the branches on the rows their condition took.
  const ValueId former = builder_.active();
  std::vector<ValueId> taken;  // condition i is true and no earlier one was
  std::vector<ValueId> values;
  ValueId open = kernel::kNoValue;  // no condition so far was true
  const auto restore = [&] { builder_.restore_active(former); };
  for (std::size_t i = 0; i < e.arguments.size(); i += 2) {
    const bool is_else = i + 1 == e.arguments.size();
    restore();
    if (open != kernel::kNoValue && may_fail(e.arguments[i])) builder_.narrow_active(open);
    if (is_else) {
      Result<ValueId> value = write(e.arguments[i]);
      restore();
      values.push_back(TRUENO_TRY(std::move(value)));
      break;
    }
    Result<ValueId> condition = write(e.arguments[i]);
    restore();
    const ValueId is_true = builder_.emit(Opcode::kIsTrue, TypeId::kBoolean, {TRUENO_TRY(std::move(condition))});
    taken.push_back(is_true);
    const bool branch_fails = may_fail(e.arguments[i + 1]);
    if (branch_fails) {
      if (open != kernel::kNoValue) builder_.narrow_active(open);
      builder_.narrow_active(is_true);
    }
    Result<ValueId> value = write(e.arguments[i + 1]);
    restore();
    values.push_back(TRUENO_TRY(std::move(value)));
    const ValueId not_taken = builder_.emit(Opcode::kNot, TypeId::kBoolean, {is_true});
    open = open == kernel::kNoValue ? not_taken : builder_.emit(Opcode::kAnd, TypeId::kBoolean, {open, not_taken});
  }
  ValueId result = values.back();
  for (std::size_t i = taken.size(); i-- > 0;) result = builder_.emit(Opcode::kSelect, e.type, {taken[i], values[i], result});
  return result;
}

// Inside, what fails gives NULL. Where NULL goes through to the result, that is all; else (COALESCE, CASE, AND) it is asked of each
// instruction that may fail whether it did: it is NULL, and none of its operands is.
Result<ValueId> ExpressionWriter::write_try(const Expression& e) {
  const bool before = builder_.set_trying(true);
  std::vector<kernel::Builder::Caught> outer = std::exchange(builder_.caught(), {});
  const Result<ValueId> written = write(e.arguments[0]);
  builder_.set_trying(before);
  const std::vector<kernel::Builder::Caught> caught = std::exchange(builder_.caught(), std::move(outer));
  const ValueId value = TRUENO_TRY(written);
  if (caught.empty() || passes_nulls_on(builder_.program(), value)) return value;
  const auto both = [&](ValueId a, ValueId b) { return builder_.emit(Opcode::kAnd, TypeId::kBoolean, {a, b}); };
  ValueId failed = kernel::kNoValue;
  for (const auto& [id, active] : caught) {
    const kernel::Instruction instruction = builder_.at(id);  // a copy: others are added
    if (instruction.op == Opcode::kHost) {
      return error(ErrorCode::kNotSupported, "try() of {} inside of CASE, COALESCE, AND or OR is not supported yet",
                   builder_.program().hosts[instruction.index].name)
          .at(builder_.span());
    }
    ValueId fails = builder_.emit(Opcode::kIsNull, TypeId::kBoolean, {id});
    for (const ValueId arg : instruction.args) {
      if (builder_.at(arg).range.nullable) fails = both(builder_.emit(Opcode::kIsNotNull, TypeId::kBoolean, {arg}), fails);
    }
    if (active != kernel::kNoValue) fails = both(builder_.emit(Opcode::kIsTrue, TypeId::kBoolean, {active}), fails);
    failed = failed == kernel::kNoValue ? fails : builder_.emit(Opcode::kOr, TypeId::kBoolean, {failed, fails});
  }
  return builder_.emit(Opcode::kSelect, e.type, {failed, builder_.constant(Value::null(e.type)), value});
}

Result<ValueId> ExpressionWriter::write_coalesce(const Expression& e) {
  const ValueId former = builder_.active();
  ValueId value = TRUENO_TRY(write(e.arguments[0]));
  for (std::size_t i = 1; i < e.arguments.size(); ++i) {
    if (!builder_.at(value).range.nullable) break;  // never NULL: the rest is not looked at
    if (may_fail(e.arguments[i])) builder_.narrow_active(builder_.emit(Opcode::kIsNull, TypeId::kBoolean, {value}));
    Result<ValueId> next = write(e.arguments[i]);
    builder_.restore_active(former);
    value = builder_.emit(Opcode::kCoalesce, e.type, {value, TRUENO_TRY(std::move(next))});
  }
  return value;
}

}  // namespace trueno::compile
