// Columns, parameters, constants and lookup tables: from words of the slabs and the block to registers.
#include "backend/webgpu/wgsl_writer.h"

namespace trueno::backend::webgpu {

using kernel::Instruction;
using kernel::ValueId;

// Value `row` of a section, in the lane of its physical type or cut to a narrower one that holds it.
std::string WgslWriter::plain_value(Physical physical, std::string_view memory, const std::string& at, const std::string& row, Lane lane) {
  const auto small = [&](std::uint32_t per_word, std::uint32_t bits, bool is_signed) {
    const std::string word = fmt::format("{}[{} + {} / {}u]", memory, at, row, per_word);
    const std::uint32_t up = 32 - bits;
    if (is_signed) return fmt::format("(bitcast<i32>({0} << ({3}u - ({1} % {2}u) * {4}u)) >> {3}u)", word, row, per_word, up, bits);
    return fmt::format("bitcast<i32>(({} >> (({} % {}u) * {}u)) & {}u)", word, row, per_word, bits, (1u << bits) - 1);
  };
  switch (physical) {
    case Physical::kBool: return fmt::format("({} != 0)", small(4, 8, false));
    case Physical::kI8: return small(4, 8, true);
    case Physical::kU8: return small(4, 8, false);
    case Physical::kI16: return small(2, 16, true);
    case Physical::kU16: return small(2, 16, false);
    case Physical::kF32: return fmt::format("{}[{} + {}]", memory, at, row);
    case Physical::kI32:
    case Physical::kString:  // a coded column
    case Physical::kCode: return fmt::format("bitcast<i32>({}[{} + {}])", memory, at, row);
    case Physical::kU32:
      if (lane == Lane::kI32) return fmt::format("bitcast<i32>({}[{} + {}])", memory, at, row);
      return fmt::format("vec2<u32>({}[{} + {}], 0u)", memory, at, row);
    case Physical::kI64:
    case Physical::kU64:
    case Physical::kF64:
      if (lane == Lane::kI32) return fmt::format("bitcast<i32>({}[{} + {} * 2u])", memory, at, row);
      if (lane == Lane::kI128) return fmt::format("vec4<u32>({2}[{0} + {1} * 2u], {2}[{0} + {1} * 2u + 1u], 0u, 0u)", at, row, memory);
      return fmt::format("vec2<u32>({2}[{0} + {1} * 2u], {2}[{0} + {1} * 2u + 1u])", at, row, memory);
    case Physical::kI128:
      if (lane == Lane::kI32) return fmt::format("bitcast<i32>({}[{} + {} * 4u])", memory, at, row);
      if (lane == Lane::kI64) return fmt::format("vec2<u32>({2}[{0} + {1} * 4u], {2}[{0} + {1} * 4u + 1u])", at, row, memory);
      return fmt::format("vec4<u32>({2}[{0} + {1} * 4u], {2}[{0} + {1} * 4u + 1u], {2}[{0} + {1} * 4u + 2u], {2}[{0} + {1} * 4u + 3u])", at,
                         row, memory);
    case Physical::kInterval:
    case Physical::kNested: break;
  }
  return "0";
}

std::string WgslWriter::packed_value(std::string_view memory, const std::string& name, Lane lane) {
  const std::string at = fmt::format("{0}_values, row + {0}_step, {0}_width", name);
  if (lane == Lane::kI32)
    return fmt::format("bitcast<i32>({} + {}_base.x)", read("unpack_low", memory, at + fmt::format(", {}_mask", name)), name);
  const std::string bits = read("unpack", memory, at);
  if (lane == Lane::kI64) return call("add_64", fmt::format("{}_base.xy, {}", name, bits));
  return call("add_128", fmt::format("{}_base, vec4<u32>({}, 0u, 0u)", name, bits));
}

bool WgslWriter::column(ValueId id) {
  const Instruction& i = program_.at(id);
  const Lane lane = *lane_of(program_, i);
  const std::string name = fmt::format("c{}", i.index);
  const std::string memory = memory_of(i.index);
  const auto word = [&](std::uint32_t member) { return fmt::format("segments[place + {}u]", BlockLayout::place(i.index) + member); };
  const auto promise = [&](std::uint32_t member) {
    const std::uint32_t at = block_.column(i.index) + member;
    return fmt::format("vec4<u32>(block[{}u], block[{}u], block[{}u], block[{}u])", at, at + 1, at + 2, at + 3);
  };
  // The same column is read again where a domain has been closed; what was read before the row's block is still there.
  const auto [known, first] = columns_read_.try_emplace(i.index, id);
  const auto describe = [&](const std::string& text) {
    if (tile_lines_.insert(text).second) tile(text);
  };
  describe(fmt::format("let {0}_values = {1};", name, word(BlockLayout::kValues)));
  describe(fmt::format("let {0}_step = {1};", name, word(BlockLayout::kStep)));
  // A promise is checked on the whole value, before it is cut to what the promise allows.
  const bool promised = i.verify_range && i.range.bounded() && (is_integer(lane) || lane == Lane::kBool);
  const Lane whole = promised ? *lane_of(i.physical()) : lane;
  const Instruction& before = program_.at(known->second);
  if (!first && !promised && !before.verify_range && lane_of(program_, before) == lane && before.range.nullable == i.range.nullable) {
    registers_[id] = registers_[known->second];
    return true;
  }
  std::string value;
  if (variant_.columns[i.index] == ColumnForm::kPacked) {
    describe(fmt::format("let {0}_width = {1};", name, word(BlockLayout::kWidth)));
    describe(fmt::format("let {0}_base = vec4<u32>({1}, {2}, {3}, {4});", name, word(BlockLayout::kBase), word(BlockLayout::kBase + 1),
                         word(BlockLayout::kBase + 2), word(BlockLayout::kBase + 3)));
    if (whole == Lane::kI32)
      describe(fmt::format("let {0}_mask = select(0xffffffffu, (1u << ({0}_width & 31u)) - 1u, {0}_width < 32u);", name));
    value = packed_value(memory, name, whole);
  } else {
    const Physical held = variant_.columns[i.index] == ColumnForm::kNarrow ? Physical::kI32 : i.physical();
    value = plain_value(held, memory, name + "_values", fmt::format("(row * {}_step)", name), whole);
  }
  std::string valid;
  if (i.type.id == TypeId::kNull) {
    valid = "false";
  } else if (i.range.nullable) {
    describe(fmt::format("let {0}_validity = {1};", name, word(BlockLayout::kValidity)));
    valid = fmt::format("n{}", id);
    load(valid, read("valid_at", memory_of(i.index, true), fmt::format("{}_validity, row", name)));
  }
  if (!promised) {
    load(fmt::format("v{}", id), value);
    registers_[id] = {lane, fmt::format("v{}", id), valid};
    return true;
  }
  load(fmt::format("w{}", id), value);
  const Lane compared = whole == Lane::kBool ? Lane::kI32 : whole;
  const std::string bounds = fmt::format("q{}", id);
  prologue(fmt::format("let {0}_least = {1};", bounds, convert(promise(BlockLayout::kLeast), Lane::kI128, compared)));
  prologue(fmt::format("let {0}_greatest = {1};", bounds, convert(promise(BlockLayout::kGreatest), Lane::kI128, compared)));
  const std::string held = fmt::format("w{}", id);
  const std::string number = convert(held, whole, compared);
  fail_where(fmt::format("{} | {}", less(number, bounds + "_least", compared), less(bounds + "_greatest", number, compared)), valid, i);
  define(id, lane, convert(held, whole, lane), valid);
  return true;
}

bool WgslWriter::parameter(ValueId id) {
  const Instruction& i = program_.at(id);
  const Lane lane = *lane_of(program_, i);
  const std::uint32_t at = block_.parameter(i.index);
  const auto word = [&](std::uint32_t n) { return fmt::format("block[{}u]", at + 1 + n); };
  Register& out = registers_[id];
  out.lane = lane;
  out.value = fmt::format("v{}", id);
  std::string value;
  switch (lane) {
    case Lane::kBool: value = word(0) + " != 0u"; break;
    case Lane::kI32: value = fmt::format("bitcast<i32>({})", word(0)); break;
    case Lane::kF32: value = word(0); break;
    case Lane::kI64:
    case Lane::kF64: value = fmt::format("vec2<u32>({}, {})", word(0), word(1)); break;
    case Lane::kI128: value = fmt::format("vec4<u32>({}, {}, {}, {})", word(0), word(1), word(2), word(3)); break;
  }
  prologue(fmt::format("let v{} = {};", id, value));
  if (i.range.nullable) {
    out.valid = fmt::format("n{}", id);
    prologue(fmt::format("let n{} = block[{}u] != 0u;", id, at));
  }
  return true;
}

bool WgslWriter::constant(ValueId id) {
  const Instruction& i = program_.at(id);
  const Value& value = program_.constants[i.index];
  Register& out = registers_[id];
  out.lane = *lane_of(program_, i);
  if (value.is_null()) out.valid = "false";
  switch (out.lane) {
    case Lane::kBool: out.value = !value.is_null() && value.as_bool() ? "true" : "false"; break;
    case Lane::kF32: {
      const float held = value.is_null() ? 0.0f : static_cast<float>(value.as_double());
      out.value = fmt::format("0x{:x}u", __builtin_bit_cast(std::uint32_t, held));
      break;
    }
    case Lane::kF64: {
      const auto bits = __builtin_bit_cast(std::uint64_t, value.is_null() ? 0.0 : value.as_double());
      out.value = literal(static_cast<i128>(bits), Lane::kI64);
      break;
    }
    default: out.value = literal(value.is_null() ? 0 : value.as_integer(), out.lane); break;
  }
  return true;
}

// Row `code` of a table that exec made for the dictionary. Entries that failed are raised only where an active row reads one.
bool WgslWriter::lookup(ValueId id) {
  const Instruction& i = program_.at(id);
  const Lane lane = *lane_of(program_, i);
  const std::string name = fmt::format("t{}", i.index);
  if (described_.insert(i.index).second) {
    const std::uint32_t at = block_.lookup(i.index);
    prologue(fmt::format("let {}_values = block[{}u];", name, at));
    prologue(fmt::format("let {}_validity = block[{}u];", name, at + 1));
    prologue(fmt::format("let {}_errors = block[{}u];", name, at + 2));
  }
  const Register& code = arg(i, 0);
  line(fmt::format("let e{} = bitcast<u32>({});", id, code.value));
  const std::string entry = fmt::format("e{}", id);
  const std::string absent = fmt::format("({}_errors == 0xffffffffu)", name);
  const std::string failed = read("bit_at", "block", fmt::format("select({0}_errors, 0u, {1}), {2}", name, absent, entry));
  fail_where(fmt::format("!{} & {}", absent, failed), code.valid, i);
  const std::string valid = both(code.valid, read("valid_at", "block", fmt::format("{}_validity, {}", name, entry)));
  define(id, lane, plain_value(i.physical(), "block", name + "_values", entry, lane), valid);
  return true;
}

}  // namespace trueno::backend::webgpu
