#include "backend/webgpu/wgsl_writer.h"

#include <algorithm>

#include "backend/webgpu/wgsl_library.h"

namespace trueno::backend::webgpu {

using kernel::Instruction;
using kernel::Opcode;
using kernel::ValueId;

WgslWriter::WgslWriter(const kernel::Program& program, const ShaderVariant& variant)
    : program_(program), variant_(variant), block_(program), registers_(program.instructions.size()) {}

bool WgslWriter::decline(DeclineReason reason, std::string detail) {
  declined_ = {reason, std::move(detail)};
  return false;
}

bool WgslWriter::decline(const Instruction& i, std::string_view why) {
  return decline(DeclineReason::kInstruction, fmt::format("{} {}", kernel::opcode_name(i.op), why));
}

std::string WgslWriter::call(std::string_view function, std::string_view arguments) {
  library_.emplace(function);
  return fmt::format("{}({})", function, arguments);
}

std::string WgslWriter::read(std::string_view function, std::string_view memory, std::string_view arguments) {
  readers_.emplace(function, memory);
  return fmt::format("{}({})", reader_name(function, memory), arguments);
}

std::uint32_t WgslWriter::slab_of(std::size_t column, bool validity) const {
  return variant_.slabs.empty() ? 0 : variant_.slabs[2 * column + (validity ? 1 : 0)];
}

std::string WgslWriter::both(const std::string& a, const std::string& b) {
  if (a == "false" || b == "false") return "false";
  if (a.empty() || a == b) return b;
  return b.empty() ? a : fmt::format("{} & {}", a, b);
}

std::string WgslWriter::is_true(const Register& r) { return r.never_null() ? r.value : fmt::format("({} & {})", r.valid, r.value); }

std::string WgslWriter::convert(const std::string& value, Lane from, Lane to) {
  if (from == to) return value;
  switch (to) {
    case Lane::kI32: return from == Lane::kBool ? fmt::format("select(0, 1, {})", value) : fmt::format("bitcast<i32>({}.x)", value);
    case Lane::kI64:
      if (from == Lane::kI128) return value + ".xy";
      return call("widen_32_64", convert(value, from, Lane::kI32));
    case Lane::kI128:
      if (from == Lane::kI64) return call("widen_64_128", value);
      return call("widen_32_128", convert(value, from, Lane::kI32));
    case Lane::kBool:
    case Lane::kF32:
    case Lane::kF64: break;
  }
  return value;
}

std::string WgslWriter::in_lane(const Register& r, Lane lane) { return convert(r.value, r.lane, lane); }

std::string WgslWriter::active(const Instruction& i) const {
  return i.active == kernel::kNoValue ? std::string() : is_true(registers_[i.active]);
}

void WgslWriter::define(ValueId id, Lane lane, const std::string& value, std::string valid) {
  Register& out = registers_[id];
  out.lane = lane;
  out.value = fmt::format("v{}", id);
  valid = both(valid, active(program_.at(id)));  // inactive rows give NULL
  line(fmt::format("let v{} = {};", id, value));
  if (valid.find_first_of(" (") == std::string::npos) {
    out.valid = std::move(valid);
  } else {
    out.valid = fmt::format("n{}", id);
    line(fmt::format("let n{} = {};", id, valid));
  }
}

void WgslWriter::fail_where(const std::string& condition, const std::string& valid, const Instruction& i) {
  const std::string where = both(both(valid, active(i)), "(" + condition + ")");
  if (where == "false") return;
  can_fail_ = true;
  line(fmt::format("failed = failed | select(0u, {}u, {});", static_cast<std::uint32_t>(kRowFailed), where));
}

std::string WgslWriter::less(const std::string& a, const std::string& b, Lane lane) {
  switch (lane) {
    case Lane::kI64: return call("less_64", fmt::format("{}, {}", a, b));
    case Lane::kI128: return call("less_128", fmt::format("{}, {}", a, b));
    default: return fmt::format("({} < {})", a, b);
  }
}

// Empty where every value of the lane lies within the bounds.
std::string WgslWriter::outside(const std::string& value, Lane lane, i128 least, i128 greatest) {
  const kernel::TypeLimits lane_limits = limits_of(lane);
  std::string text;
  if (least > lane_limits.min) text = less(value, literal(least, lane), lane);
  if (greatest < lane_limits.max) text += (text.empty() ? "" : " | ") + less(literal(greatest, lane), value, lane);
  return text;
}

bool WgslWriter::instruction(ValueId id) {
  const Instruction& i = program_.at(id);
  if (kernel::has_value(i.op) && !lane_of(program_, i)) {
    if (i.op == Opcode::kHost) return decline(DeclineReason::kHostFunction, program_.hosts[i.index].name);
    return decline(i.physical() == Physical::kString ? DeclineReason::kStringOperation : DeclineReason::kType,
                   fmt::format("{} of type {}", kernel::opcode_name(i.op), i.type.to_string()));
  }
  if (i.null_on_error) return decline(i, "that gives NULL where it fails has no shader yet");
  switch (i.op) {
    case Opcode::kColumn: return column(id);
    case Opcode::kParameter: return parameter(id);
    case Opcode::kConstant: return constant(id);
    case Opcode::kAdd:
    case Opcode::kSubtract:
    case Opcode::kMultiply:
    case Opcode::kNegate:
    case Opcode::kAbs: return arithmetic(id);
    case Opcode::kIntegerDivide:
    case Opcode::kModulo: return division(id);
    case Opcode::kDivide:
    case Opcode::kMath: return decline(i, "of floats");
    case Opcode::kEqual:
    case Opcode::kNotEqual:
    case Opcode::kLess:
    case Opcode::kLessEqual:
    case Opcode::kGreater:
    case Opcode::kGreaterEqual:
    case Opcode::kIsDistinct:
    case Opcode::kIsNotDistinct: return comparison(id);
    case Opcode::kAnd:
    case Opcode::kOr:
    case Opcode::kNot:
    case Opcode::kIsNull:
    case Opcode::kIsNotNull:
    case Opcode::kIsTrue:
    case Opcode::kIsNotFalse:
    case Opcode::kCoalesce:
    case Opcode::kSelect: return logic(id);
    case Opcode::kCast:
    case Opcode::kTryCast: return cast(id);
    case Opcode::kShiftRight:
    case Opcode::kBitAnd:
    case Opcode::kBitOr:
    case Opcode::kBitXor:
    case Opcode::kBitNot:
    case Opcode::kPopcount: return bitwise(id);
    case Opcode::kDatePart: return date_part(id);
    case Opcode::kDateTrunc:
    case Opcode::kTimestampAdd: return decline(i, "has no shader yet");
    case Opcode::kLike:
    case Opcode::kStartsWith:
    case Opcode::kEndsWith:
    case Opcode::kContains:
    case Opcode::kStringLength: return decline(DeclineReason::kStringOperation, std::string(kernel::opcode_name(i.op)));
    case Opcode::kLookup: return lookup(id);
    case Opcode::kHost: return decline(DeclineReason::kHostFunction, program_.hosts[i.index].name);
    case Opcode::kProbe: return probe(id);
    case Opcode::kMatched: return matched(id);
    case Opcode::kExpand: return expand(id);
    case Opcode::kBuildColumn: return build_column(id);
    case Opcode::kAnyMatch: return any_match(id);
    case Opcode::kPadUnmatched: return pad_unmatched(id);
    case Opcode::kRowNumber:
    case Opcode::kMarkMatched: return decline(i, "has no shader yet");
    case Opcode::kFilter: line(fmt::format("if (!{}) {{ {}; }}", is_true(arg(i, 0)), domains_.back().leave)); return true;
  }
  return decline(i, "is unknown");
}

std::expected<Shader, Declined> WgslWriter::write() {
  if (!check_sink()) return std::unexpected(declined_);
  for (ValueId id = 0; id < program_.instructions.size(); ++id) {
    if (!instruction(id)) return std::unexpected(declined_);
  }
  std::string epilogue;
  std::string rows;
  if (emits(program_)) {
    rows = emit_loop();
  } else {
    if (!sink(epilogue)) return std::unexpected(declined_);
    close_domains();
    rows = row_loop();
  }
  Shader shader;
  shader.wgsl = assemble(rows, epilogue);
  shader.sink = sink_;
  shader.emit = emit_;
  shader.threads = variant_.threads;
  for (const ValueId key : program_.sink.keys) shader.key_nullable.push_back(!registers_[key].never_null());
  shader.can_fail = can_fail_;
  return shader;
}

// An invocation takes several rows at a time and reads the columns of all of them first: memory is slow to answer, and only what is on its
// way at the same time hides that. Rows behind the last one are read as the last one and then left out.
std::string WgslWriter::row_loop() const {
  constexpr std::size_t kShort = 1500;  // characters of a row's block: longer ones hide the wait by themselves
  constexpr std::size_t kLong = 4000;
  const std::uint32_t rows = body_.size() < kShort ? 4 : (body_.size() < kLong ? 2 : 1);
  const std::uint32_t threads = variant_.threads;
  std::string text = fmt::format("    for (var row_0 = first_row + local; row_0 < rows; row_0 = row_0 + {}u) {{\n", threads * rows);
  const auto numbered = [](std::string value, std::uint32_t n) {
    for (std::size_t at = 0; (at = value.find("row", at)) != std::string::npos; at += 3) value.insert(at + 3, fmt::format("_{}", n));
    return value;
  };
  for (std::uint32_t n = 1; n < rows; ++n) text += fmt::format("      let row_{0} = min(row_0 + {1}u, rows - 1u);\n", n, n * threads);
  for (std::uint32_t n = 0; n < rows; ++n) {
    for (const auto& [name, value] : loads_) text += fmt::format("      let {}_{} = {};\n", name, n, numbered(value, n));
  }
  for (std::uint32_t n = 0; n < rows; ++n) {
    text += "      loop {\n";
    if (n != 0) text += fmt::format("      if (row_0 + {}u >= rows) {{ break; }}\n", n * threads);
    for (const auto& [name, value] : loads_) text += fmt::format("      let {0} = {0}_{1};\n", name, n);
    text += body_ + "      break;\n      }\n";
  }
  return text + "    }\n";
}

std::string WgslWriter::assemble(const std::string& rows, const std::string& epilogue) {
  std::string text = R"(@group(0) @binding(0) var<storage, read> block: array<u32>;
@group(0) @binding(1) var<storage, read_write> state: array<atomic<u32>>;
@group(0) @binding(2) var<storage, read> segments: array<u32>;
)";
  std::uint32_t slabs = 0;
  for (const Instruction& i : program_.instructions) {
    if (i.op == Opcode::kColumn) slabs = std::max({slabs, slab_of(i.index) + 1, slab_of(i.index, true) + 1});
    if (i.op == Opcode::kProbe) slabs = std::max(slabs, table_variant(i.index).slab + 1);
  }
  for (std::uint32_t n = 0; n < slabs; ++n)
    text += fmt::format("@group(0) @binding({}) var<storage, read> slab{}: array<u32>;\n", n + 3, n);
  if (emits(program_)) {
    text += fmt::format("var<workgroup> scan: array<u32, {}>;\nvar<workgroup> tile_base: u32;\n", variant_.threads);
  } else if (variant_.table == TablePlace::kWorkgroup)
    text += fmt::format("var<workgroup> table: array<atomic<u32>, {}>;\n", sink_.table_words * variant_.slots);
  if (!finders_.empty()) library_.insert({"hash_word", "hash_end"});
  text += library_text(library_);
  for (const auto& [function, memory] : readers_) text += reader_text(function, memory);
  for (const auto& [memory, words] : adders_) text += adder_text(memory, words);
  for (const auto& [memory, words] : finders_) text += finder_text(memory, words);
  text += fmt::format(R"(@compute @workgroup_size({})
fn main(@builtin(workgroup_id) workgroup: vec3<u32>, @builtin(num_workgroups) workgroups: vec3<u32>, @builtin(local_invocation_index) local: u32) {{
  var failed = 0u;
)",
                      variant_.threads);
  if (variant_.table == TablePlace::kWorkgroup && variant_.zero_table && !emits(program_)) {
    text +=
        fmt::format("  for (var word = local; word < {}u; word = word + {}u) {{ atomicStore(&table[word], 0u); }}\n  workgroupBarrier();\n",
                    sink_.table_words * variant_.slots, variant_.threads);
  }
  text += prologue_;
  // A workgroup takes neighbouring tiles; the segment of the first one is looked up, the others' are the same or the next.
  text += fmt::format(R"(  let end_segment = block[{0}u];
  let tiles = block[{1}u];
  let share = tiles / workgroups.x;
  let longer = tiles % workgroups.x;
  let first_tile = workgroup.x * share + min(workgroup.x, longer);
  let end_tile = first_tile + share + select(0u, 1u, workgroup.x < longer);
  var segment = 0u;
  var beyond = end_segment;
  while (beyond - segment > 1u) {{
    let middle = (segment + beyond) / 2u;
    if (segments[middle * {2}u] <= first_tile) {{ segment = middle; }} else {{ beyond = middle; }}
  }}
  for (var tile = first_tile; tile < end_tile; tile = tile + 1u) {{
    while (segment + 1u < end_segment) {{
      if (segments[(segment + 1u) * {2}u] > tile) {{ break; }}
      segment = segment + 1u;
    }}
    let place = segment * {2}u;
    let first_row = (tile - segments[place]) * {3}u;
    let rows = min(segments[place + 1u], first_row + {3}u);
)",
                      BlockLayout::kSegments, BlockLayout::kTiles, block_.segment_words(), kTileRows);
  text += tile_;
  text += rows;
  text += "  }\n  if (failed != 0u) { atomicOr(&state[0u], failed); }\n";
  return text + epilogue + "}\n";
}

std::expected<Shader, Declined> write_shader(const kernel::Program& program, const ShaderVariant& variant) {
  return WgslWriter(program, variant).write();
}

}  // namespace trueno::backend::webgpu
