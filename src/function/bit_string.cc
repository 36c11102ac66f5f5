// Functions and operators of BIT, whose values are texts of '0' and '1'.
#include "function/bit_string.h"

#include <algorithm>

#include "function/families.h"
#include "function/overload.h"
#include "kernel/bit_string.h"

namespace trueno::function {

namespace {

using kernel::Cell;
using kernel::Opcode;
using enum TypeId;

template <Opcode op>
Status combine(std::span<const Cell> args, Cell& result, Arena& arena) {
  const std::string_view a = args[0].string.view();
  const std::string_view b = args[1].string.view();
  if (a.size() != b.size()) return error(ErrorCode::kOutOfRange, "BIT values of {} and of {} bits cannot be combined", a.size(), b.size());
  char* bits = arena.allocate(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    const bool x = a[i] == '1';
    const bool y = b[i] == '1';
    const bool bit = op == Opcode::kBitAnd ? (x && y) : (op == Opcode::kBitOr ? (x || y) : x != y);
    bits[i] = bit ? '1' : '0';
  }
  result = Cell::of_string(std::string_view(bits, a.size()));
  return {};
}

Status invert(std::span<const Cell> args, Cell& result, Arena& arena) {
  const std::string_view a = args[0].string.view();
  char* bits = arena.allocate(a.size());
  std::ranges::transform(a, bits, [](char bit) { return bit == '1' ? '0' : '1'; });
  result = Cell::of_string(std::string_view(bits, a.size()));
  return {};
}

// The length stays; zeros come in.
Status shift_bits_left(std::span<const Cell> args, Cell& result, Arena& arena) {
  if (args[1].integer < 0) return error(ErrorCode::kOutOfRange, "cannot shift left by a negative number: {}", to_string(args[1].integer));
  std::string bits(args[0].string.view());
  const auto count = static_cast<std::size_t>(std::min<i128>(args[1].integer, static_cast<i128>(bits.size())));
  bits.erase(0, count).append(count, '0');
  result = Cell::of_string(arena.copy(bits));
  return {};
}
Status shift_right(std::span<const Cell> args, Cell& result, Arena& arena) {
  if (args[1].integer < 0) return error(ErrorCode::kOutOfRange, "cannot shift right by a negative number: {}", to_string(args[1].integer));
  std::string bits(args[0].string.view());
  const auto count = static_cast<std::size_t>(std::min<i128>(args[1].integer, static_cast<i128>(bits.size())));
  bits.resize(bits.size() - count);
  bits.insert(0, count, '0');
  result = Cell::of_string(arena.copy(bits));
  return {};
}

Status check_index(std::string_view bits, i128 index) {
  if (index >= 0 && index < static_cast<i128>(bits.size())) return {};
  return error(ErrorCode::kOutOfRange, "a BIT value of {} bits has no bit {}", bits.size(), to_string(index)).hint("the first one is 0");
}

Status get_bit(std::span<const Cell> args, Cell& result, Arena&) {
  const std::string_view bits = args[0].string.view();
  TRUENO_TRY(check_index(bits, args[1].integer));
  result = Cell::of_integer(bits[static_cast<std::size_t>(args[1].integer)] == '1' ? 1 : 0);
  return {};
}

Status set_bit(std::span<const Cell> args, Cell& result, Arena& arena) {
  std::string bits(args[0].string.view());
  TRUENO_TRY(check_index(bits, args[1].integer));
  const i128 value = args[2].integer;
  if (value != 0 && value != 1) return error(ErrorCode::kInvalidInput, "a bit is 0 or 1, not {}", to_string(value));
  bits[static_cast<std::size_t>(args[1].integer)] = value == 1 ? '1' : '0';
  result = Cell::of_string(arena.copy(bits));
  return {};
}

Status bit_position(std::span<const Cell> args, Cell& result, Arena&) {
  const std::size_t at = args[1].string.view().find(args[0].string.view());
  result = Cell::of_integer(at == std::string_view::npos ? 0 : static_cast<i128>(at) + 1);
  return {};
}

Status bitstring(std::span<const Cell> args, Cell& result, Arena& arena) {
  const bool is_hex = args[0].string.view().starts_with('x');  // only casts read that
  const std::optional<std::string> bits = is_hex ? std::nullopt : kernel::parse_bits(args[0].string.view());
  const i128 length = args[1].integer;
  if (!bits) return error(ErrorCode::kConversion, "cannot cast VARCHAR '{}' to BIT", args[0].string.view());
  if (length < static_cast<i128>(bits->size()) || length > INT32_MAX)
    return error(ErrorCode::kInvalidInput, "a BIT value of {} bits cannot have the length {}", bits->size(), to_string(length));
  result = Cell::of_string(arena.copy(std::string(static_cast<std::size_t>(length) - bits->size(), '0') + *bits));
  return {};
}

}  // namespace

kernel::HostCall bit_string_operation(Opcode op) {
  switch (op) {
    case Opcode::kBitAnd: return {"& of BIT", combine<Opcode::kBitAnd>, false, true};
    case Opcode::kBitOr: return {"| of BIT", combine<Opcode::kBitOr>, false, true};
    case Opcode::kBitXor: return {"xor of BIT", combine<Opcode::kBitXor>, false, true};
    case Opcode::kBitNot: return {"~ of BIT", invert, false, false};
    default: return {">> of BIT", shift_right, false, true};
  }
}
kernel::HostCall shift_bit_string_left() { return {"<< of BIT", shift_bits_left, false, true}; }

std::optional<Result<Signature>> bind_bit_string_operation(std::span<const Type> arguments, bool shifts) {
  const auto bits = [](const Type& type) { return type.id == kBit; };
  if (std::ranges::none_of(arguments, bits)) return std::nullopt;
  if (arguments.size() == 1) return Signature{{kBit}, kBit};
  const auto also = [](const Type& type) { return type.id == kBit || type.id == kVarchar || type.id == kNull; };
  const bool fits = also(arguments[0]) && (shifts ? arguments[1].is_integer() || arguments[1].id == kNull : also(arguments[1]));
  if (!fits) return no_overload("bit operator", arguments);
  return Signature{{kBit, shifts ? kBigInt : kBit}, kBit};
}

std::vector<ScalarFunction> bit_string_functions() {
  return {
      {"get_bit",
       {},
       "get_bit(bits, index)",
       "The bit at an index, counted from 0 at the left.",
       "get_bit('0110010'::BIT, 2)",
       "1",
       bind_as<"get_bit", Takes<kInteger, kBit, kBigInt>>,
       lower_host<"get_bit", get_bit, true>},
      {"set_bit",
       {},
       "set_bit(bits, index, value)",
       "The bits with one of them, counted from 0 at the left, set to 0 or 1.",
       "set_bit('0110010'::BIT, 2, 0)",
       "0100010",
       bind_as<"set_bit", Takes<kBit, kBit, kBigInt, kBigInt>>,
       lower_host<"set_bit", set_bit, true>},
      {"bit_position",
       {},
       "bit_position(part, bits)",
       "Where the part first stands in the bits, counted from 1; 0 where it does not.",
       "bit_position('010'::BIT, '1110101'::BIT)",
       "4",
       bind_as<"bit_position", Takes<kInteger, kBit, kBit>>,
       lower_host<"bit_position", bit_position>},
      {"bitstring",
       {},
       "bitstring(bits, length)",
       "Bits of a fixed length, filled up with zeros on the left.",
       "bitstring('1010'::BIT, 7)",
       "0001010",
       bind_as<"bitstring", Takes<kBit, kBit, kBigInt>, Takes<kBit, kVarchar, kBigInt>>,
       lower_host<"bitstring", bitstring, true>},
  };
}

}  // namespace trueno::function
