#include <string>

#include "kernel/pipeline.h"

namespace trueno::kernel {

namespace {

std::string operand(const Program& program, ValueId id) {
  const Instruction& instruction = program.at(id);
  if (instruction.op == Opcode::kConstant) return program.constants[instruction.index].to_string();
  return fmt::format("%{}", id);
}

std::string operands(const Program& program, const std::vector<ValueId>& ids) {
  std::string text;
  for (const ValueId id : ids) text += (text.empty() ? "" : " ") + operand(program, id);
  return text;
}

std::string immediate(const Program& program, const Instruction& i) {
  switch (i.op) {
    case Opcode::kColumn: {
      const SourceColumn& column = program.source.columns[i.index];
      return column.as_code ? column.name + " code" : column.name;
    }
    case Opcode::kParameter: return fmt::format("${}", i.index);
    case Opcode::kMath: return std::string(math_function_name(static_cast<MathFunction>(i.index)));
    case Opcode::kDatePart:
    case Opcode::kDateTrunc: return std::string(date_part_name(static_cast<DatePart>(i.index)));
    case Opcode::kLookup: return fmt::format("table {}", i.index);
    case Opcode::kHost: return program.hosts[i.index].name;
    case Opcode::kProbe: return fmt::format("table {} ({})", i.index, program.tables[i.index].name);
    case Opcode::kMatched: return static_cast<MatchTest>(i.index) == MatchTest::kIn ? "in" : "";
    case Opcode::kBuildColumn: return program.tables[table_of(program, i)].columns[i.index].name;
    case Opcode::kPadUnmatched: return i.index != 0 ? "single" : "";
    default: return {};
  }
}

std::string range_text(const Range& range) {
  std::string text;
  if (range.bounded()) text = fmt::format("{} {}..{}", range.proven ? "range" : "claimed", to_string(*range.min), to_string(*range.max));
  if (range.span && !range.span->empty())
    text += fmt::format("{}bits {}..{}", text.empty() ? "" : " ", range.span->lowest_bit, range.span->highest_bit);
  if (!range.nullable) text += text.empty() ? "not null" : " not null";
  return text;
}

std::string_view accumulator_name(AccumulatorKind kind) {
  switch (kind) {
    case AccumulatorKind::kCountRows: return "count *";
    case AccumulatorKind::kCount: return "count";
    case AccumulatorKind::kSumInteger:
    case AccumulatorKind::kSumFloat: return "sum";
    case AccumulatorKind::kMin: return "min";
    case AccumulatorKind::kMax: return "max";
    case AccumulatorKind::kBitAnd: return "bit_and";
    case AccumulatorKind::kBitOr: return "bit_or";
    case AccumulatorKind::kBitXor: return "bit_xor";
    case AccumulatorKind::kSumProduct: return "sum";
  }
  return "?";
}

std::string accumulators(const Program& program) {
  std::string text;
  for (const Accumulator& a : program.sink.accumulators) {
    text += fmt::format("  {}", accumulator_name(a.kind));
    if (a.argument != kNoValue) text += " " + operand(program, a.argument);
    if (a.kind == AccumulatorKind::kSumProduct) {
      if (a.power != 1) text += fmt::format("^{}", a.power);
      if (a.second != kNoValue) text += " * " + operand(program, a.second);
      text += " -> exact";
    }
    if (a.kind == AccumulatorKind::kSumInteger || a.kind == AccumulatorKind::kSumFloat) {
      text += fmt::format(" -> {}", a.kind == AccumulatorKind::kSumFloat         ? "exact"
                                    : state_type(program, a).id == TypeId::kBlob ? "i192"
                                                                                 : "i128");
    }
  }
  for (std::size_t i = 0; i < program.sink.outputs.size(); ++i) {
    if (const std::int64_t offset = program.sink.outputs[i].offset; offset != 0)
      text += fmt::format("  output {} with {} a value", i, offset);
  }
  return text;
}

std::string sort_keys(const Program& program) {
  std::string text;
  for (const SortKey& key : program.sink.sort_keys) {
    text += fmt::format("{}{}{}{}", text.empty() ? "" : ", ", operand(program, key.value), key.descending ? " desc" : "",
                        key.nulls_first ? " nulls first" : "");
  }
  return text;
}

std::string folds(const Program& program) {
  const auto value = [&](std::uint32_t number) { return operand(program, program.sink.values[number]); };
  std::string text;
  for (const Fold& fold : program.sink.folds) {
    if (fold.function == nullptr) continue;
    text += "  " + fold.name;
    for (const std::uint32_t argument : fold.arguments) text += " " + value(argument);
    for (const Value& constant : fold.constants) text += fmt::format(" '{}'", constant.to_string());
    for (std::size_t i = 0; i < fold.orders.size(); ++i) {
      const Fold::Order& order = fold.orders[i];
      text += fmt::format("{}{}{}{}", i == 0 ? " by " : ", ", value(order.value), order.descending ? " desc" : "",
                          order.nulls_first ? " nulls first" : "");
    }
    if (fold.sorted) text += " sorted";
    if (fold.filter != Fold::kNone) text += " if " + value(fold.filter);
    text += " -> " + fold.result.to_string();
  }
  return text;
}

std::string of_groups(const Sink& sink) {
  std::string text = sink.row_number ? "  row_number" : "";
  if (sink.group_limit >= 0) text += fmt::format("  limit {} of equal keys", sink.group_limit);
  if (sink.group_offset > 0) text += fmt::format("  offset {} of equal keys", sink.group_offset);
  return text;
}

std::string sink_text(const Program& program) {
  const Sink& sink = program.sink;
  switch (sink.kind) {
    case SinkKind::kEmit: return "emit " + operands(program, sink.values);
    case SinkKind::kReduce: return "reduce" + accumulators(program);
    case SinkKind::kGroup: return fmt::format("group by ({}){}", operands(program, sink.keys), accumulators(program));
    case SinkKind::kTopK: return fmt::format("top {} by ({})  {}", sink.limit, sort_keys(program), operands(program, sink.values));
    case SinkKind::kSort: return fmt::format("sort by ({})  {}{}", sort_keys(program), operands(program, sink.values), of_groups(sink));
    case SinkKind::kBuild: return fmt::format("build ({})  {}", operands(program, sink.keys), operands(program, sink.values));
    case SinkKind::kCollect: return fmt::format("collect by ({}){}{}", operands(program, sink.keys), accumulators(program), folds(program));
  }
  return {};
}

std::string padded(std::string text, std::size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text;
}

void append_line(std::string& out, std::string line) {
  while (!line.empty() && line.back() == ' ') line.pop_back();
  out += line + "\n";
}

}  // namespace

std::string print(const Program& program) {
  static constexpr std::string_view kSinkNames[] = {"emit", "reduce", "group", "top", "sort", "build", "collect"};
  std::string out;
  append_line(out, fmt::format("pipeline: {} -> {}", program.source.name, kSinkNames[static_cast<int>(program.sink.kind)]));
  for (ValueId id = 0; id < program.instructions.size(); ++id) {
    const Instruction& i = program.instructions[id];
    if (i.op == Opcode::kConstant) continue;  // shown where it is used
    if (!has_value(i.op)) {
      append_line(out, fmt::format("       {} {}", opcode_name(i.op), operand(program, i.args[0])));
      continue;
    }
    std::string text = std::string(opcode_name(i.op));
    if (const std::string word = immediate(program, i); !word.empty()) text += " " + word;
    if (!i.args.empty()) text += " " + operands(program, i.args);
    if (i.active != kNoValue) text += fmt::format(" if %{}", i.active);
    std::string type(physical_name(i.physical()));
    if (i.lane != i.physical() && i.lane != Physical::kNested) type += fmt::format(" in {}", physical_name(i.lane));
    const std::string logical = i.type.to_string();
    std::string notes = range_text(i.range);
    if (i.checked) notes += notes.empty() ? "checked" : " checked";
    if (i.null_on_error) notes += notes.empty() ? "null on error" : " null on error";
    if (i.verify_range) notes += " verified";
    append_line(out, fmt::format("  {} {} {} {} {}", padded(fmt::format("%{} =", id), 5), padded(text, 32), padded(type, 10),
                                 padded(logical, 14), notes));
  }
  append_line(out, "       " + sink_text(program));
  return out;
}

std::string print(const Pipeline& pipeline) {
  std::string out = print(*pipeline.program);
  for (const NeededKey& key : pipeline.input.keys) {
    append_line(out, fmt::format("       skips rows whose {} is no key of table {}",
                                 pipeline.input.source->schema()[static_cast<std::size_t>(key.column)].name, key.table));
  }
  return out;
}

std::string shape_key(const Program& program) {
  std::string key;
  for (const SourceColumn& column : program.source.columns) key += fmt::format("{}{};", column.type.to_string(), column.as_code ? "#" : "");
  for (const JoinTable& table : program.tables) {
    key += fmt::format("T{}{}:", table.keys, table.mark ? "m" : "");
    for (const Field& field : table.columns) key += field.type.to_string() + ",";
    for (const std::uint8_t safe : table.null_safe) key += safe != 0 ? "n" : "-";
  }
  for (const Instruction& i : program.instructions) {
    key += fmt::format("{}:{}:{}:{}{}{}{}", static_cast<int>(i.op), i.type.to_string(), static_cast<int>(i.lane), i.index,
                       i.checked ? "c" : "", i.null_on_error ? "n" : "", i.verify_range ? "v" : "");
    if (i.op == Opcode::kConstant) key += "=" + program.constants[i.index].to_string();
    if (i.op == Opcode::kHost) key += "=" + program.hosts[i.index].name;
    for (const ValueId arg : i.args) key += fmt::format(",{}", arg);
    if (i.active != kNoValue) key += fmt::format("?{}", i.active);
    key += i.range.nullable ? ";" : "!;";
  }
  return key + sink_text(program);
}

}  // namespace trueno::kernel
