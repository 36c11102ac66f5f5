#include "kernel/program.h"

namespace trueno::kernel {

std::uint32_t table_of(const Program& program, const Instruction& instruction) {
  const Instruction* i = &instruction;
  while (i->op != Opcode::kProbe) i = &program.at(i->args[0]);
  return i->index;
}

ValueId end_of_domain(const Program& program, ValueId id) {
  for (ValueId end = id + 1; end < program.instructions.size(); ++end) {
    const Instruction& i = program.at(end);
    if ((i.op == Opcode::kAnyMatch || i.op == Opcode::kPadUnmatched) && i.args[0] == id) return end;
  }
  return kNoValue;
}

bool is_of_row(ErrorCode code) {
  return code == ErrorCode::kConversion || code == ErrorCode::kOutOfRange || code == ErrorCode::kDivisionByZero ||
         code == ErrorCode::kInvalidInput;
}

std::string_view opcode_name(Opcode op) {
  switch (op) {
    case Opcode::kColumn: return "column";
    case Opcode::kParameter: return "parameter";
    case Opcode::kConstant: return "constant";
    case Opcode::kRowNumber: return "row_number";
    case Opcode::kAdd: return "add";
    case Opcode::kSubtract: return "sub";
    case Opcode::kMultiply: return "mul";
    case Opcode::kDivide: return "div";
    case Opcode::kIntegerDivide: return "idiv";
    case Opcode::kModulo: return "mod";
    case Opcode::kNegate: return "neg";
    case Opcode::kAbs: return "abs";
    case Opcode::kMath: return "math";
    case Opcode::kEqual: return "eq";
    case Opcode::kNotEqual: return "ne";
    case Opcode::kLess: return "lt";
    case Opcode::kLessEqual: return "le";
    case Opcode::kGreater: return "gt";
    case Opcode::kGreaterEqual: return "ge";
    case Opcode::kIsDistinct: return "is_distinct";
    case Opcode::kIsNotDistinct: return "is_not_distinct";
    case Opcode::kAnd: return "and";
    case Opcode::kOr: return "or";
    case Opcode::kNot: return "not";
    case Opcode::kIsNull: return "is_null";
    case Opcode::kIsNotNull: return "is_not_null";
    case Opcode::kIsTrue: return "is_true";
    case Opcode::kIsNotFalse: return "is_not_false";
    case Opcode::kCoalesce: return "coalesce";
    case Opcode::kSelect: return "select";
    case Opcode::kCast: return "cast";
    case Opcode::kTryCast: return "try_cast";
    case Opcode::kShiftRight: return "shr";
    case Opcode::kBitAnd: return "bit_and";
    case Opcode::kBitOr: return "bit_or";
    case Opcode::kBitXor: return "bit_xor";
    case Opcode::kBitNot: return "bit_not";
    case Opcode::kPopcount: return "popcount";
    case Opcode::kDatePart: return "date_part";
    case Opcode::kDateTrunc: return "date_trunc";
    case Opcode::kTimestampAdd: return "timestamp_add";
    case Opcode::kLike: return "like";
    case Opcode::kStartsWith: return "starts_with";
    case Opcode::kEndsWith: return "ends_with";
    case Opcode::kContains: return "contains";
    case Opcode::kStringLength: return "length";
    case Opcode::kLookup: return "lookup";
    case Opcode::kHost: return "host";
    case Opcode::kProbe: return "probe";
    case Opcode::kMatched: return "matched";
    case Opcode::kExpand: return "expand";
    case Opcode::kBuildColumn: return "build_column";
    case Opcode::kAnyMatch: return "any_match";
    case Opcode::kPadUnmatched: return "pad_unmatched";
    case Opcode::kMarkMatched: return "mark_matched";
    case Opcode::kFilter: return "filter";
  }
  return "?";
}

std::string_view date_part_name(DatePart part) {
  switch (part) {
    case DatePart::kYear: return "year";
    case DatePart::kQuarter: return "quarter";
    case DatePart::kMonth: return "month";
    case DatePart::kDay: return "day";
    case DatePart::kDayOfWeek: return "dow";
    case DatePart::kIsoDayOfWeek: return "isodow";
    case DatePart::kDayOfYear: return "doy";
    case DatePart::kWeek: return "week";
    case DatePart::kIsoYear: return "isoyear";
    case DatePart::kHour: return "hour";
    case DatePart::kMinute: return "minute";
    case DatePart::kSecond: return "second";
    case DatePart::kMillisecond: return "millisecond";
    case DatePart::kMicrosecond: return "microsecond";
    case DatePart::kEpoch: return "epoch";
    case DatePart::kCentury: return "century";
    case DatePart::kDecade: return "decade";
    case DatePart::kMillennium: return "millennium";
  }
  return "?";
}

std::string_view math_function_name(MathFunction function) {
  switch (function) {
    case MathFunction::kSqrt: return "sqrt";
    case MathFunction::kFloor: return "floor";
    case MathFunction::kCeil: return "ceil";
    case MathFunction::kTrunc: return "trunc";
    case MathFunction::kRoundEven: return "round_even";
    case MathFunction::kSign: return "sign";
  }
  return "?";
}

Type state_type(const Program& program, const Accumulator& accumulator) {
  switch (accumulator.kind) {
    case AccumulatorKind::kCountRows:
    case AccumulatorKind::kCount: return TypeId::kBigInt;
    case AccumulatorKind::kSumInteger: {
      const bool wide = program.at(accumulator.argument).physical() == Physical::kI128;
      return wide ? TypeId::kBlob : TypeId::kHugeInt;
    }
    case AccumulatorKind::kSumFloat:
    case AccumulatorKind::kSumProduct: return TypeId::kBlob;
    case AccumulatorKind::kMin:
    case AccumulatorKind::kMax:
    case AccumulatorKind::kBitAnd:
    case AccumulatorKind::kBitOr:
    case AccumulatorKind::kBitXor: return program.at(accumulator.argument).type;
  }
  return {};
}

Schema partial_schema(const Program& program) {
  Schema schema;
  const auto add_values = [&](const std::vector<ValueId>& values, std::string_view prefix) {
    for (const ValueId id : values) schema.push_back({fmt::format("{}{}", prefix, schema.size()), program.at(id).type, true});
  };
  const Sink& sink = program.sink;
  switch (sink.kind) {
    case SinkKind::kEmit: add_values(sink.values, "c"); break;
    case SinkKind::kBuild:
      add_values(sink.keys, "k");
      add_values(sink.values, "c");
      break;
    case SinkKind::kTopK:
    case SinkKind::kSort:
      for (const SortKey& key : sink.sort_keys) schema.push_back({fmt::format("k{}", schema.size()), program.at(key.value).type, true});
      add_values(sink.values, "c");
      schema.push_back({"row_id", TypeId::kBigInt, false});
      break;
    case SinkKind::kCollect:
      add_values(sink.keys, "k");
      add_values(sink.values, "c");
      schema.push_back({"row_id", TypeId::kBigInt, false});
      break;
    case SinkKind::kReduce:
    case SinkKind::kGroup:
      add_values(sink.keys, "k");
      for (const Accumulator& accumulator : sink.accumulators) {
        schema.push_back({fmt::format("s{}", schema.size()), state_type(program, accumulator), true});
      }
      break;
  }
  return schema;
}

Schema output_schema(const Program& program) {
  Schema schema;
  const Sink& sink = program.sink;
  const auto add_values = [&](const std::vector<ValueId>& values) {
    for (const ValueId id : values) schema.push_back({fmt::format("c{}", schema.size()), program.at(id).type, true});
  };
  switch (sink.kind) {
    case SinkKind::kEmit:
    case SinkKind::kTopK: add_values(sink.values); break;
    case SinkKind::kSort:
      add_values(sink.values);
      if (sink.row_number) schema.push_back({"row_number", TypeId::kBigInt, false});
      break;
    case SinkKind::kBuild:
      add_values(sink.keys);
      add_values(sink.values);
      break;
    case SinkKind::kReduce:
    case SinkKind::kGroup:
      add_values(sink.keys);
      for (const Output& output : sink.outputs) schema.push_back({fmt::format("c{}", schema.size()), output.type, true});
      break;
    case SinkKind::kCollect:
      add_values(sink.keys);
      for (const Fold& fold : sink.folds) schema.push_back({fmt::format("c{}", schema.size()), fold.result, true});
      break;
  }
  return schema;
}

}  // namespace trueno::kernel
