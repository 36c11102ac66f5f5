// bitstring_agg: which numbers of a range occur, a bit for each; and bit_and, bit_or, bit_xor of BIT values of one length.
#include "function/families.h"
#include "function/fold.h"
#include "function/overload.h"

namespace trueno::function {

namespace {

using kernel::FoldInput;

constexpr i128 kMostBits = i128{1} << 30;

Status fold_bitstring(const FoldInput& input, ColumnBuilder& out) {
  const i128 least = input.constants[0].as_integer();
  const i128 greatest = input.constants[1].as_integer();
  std::string bits;
  for (const std::uint32_t row : valid_rows(input)) {
    const i128 value = first_cell(input, row).integer;
    if (value < least || value > greatest)
      return error(ErrorCode::kOutOfRange, "bitstring_agg: {} is not between {} and {}", to_string(value), to_string(least),
                   to_string(greatest));
    if (bits.empty()) bits.assign(static_cast<std::size_t>(greatest - least) + 1, '0');
    bits[static_cast<std::size_t>(value - least)] = '1';
  }
  return bits.empty() ? out.append_null() : out.append(Value(TypeId::kBit, std::move(bits)));
}

Result<Signature> bind_bitstring(std::span<const Type> arguments, const BindContext& context) {
  if (arguments.size() == 1)
    return Error(error(ErrorCode::kNotSupported, "bitstring_agg without bounds is only supported of a column of a table"))
        .hint("write the least and the greatest value: bitstring_agg(x, least, greatest)");
  const auto whole = [](const Type& type) { return type.is_integer() || type.id == TypeId::kNull; };
  if (arguments.size() != 3 || !std::ranges::all_of(arguments, whole)) return no_overload(context.name, arguments);
  const Value* least = context.literals.size() == 3 ? context.literals[1] : nullptr;
  const Value* greatest = context.literals.size() == 3 ? context.literals[2] : nullptr;
  if (least == nullptr || greatest == nullptr || least->is_null() || greatest->is_null())
    return error(ErrorCode::kBinder, "the bounds of bitstring_agg are constants");
  if (greatest->as_integer() < least->as_integer() || greatest->as_integer() - least->as_integer() >= kMostBits)
    return error(ErrorCode::kOutOfRange, "bitstring_agg: the range {} to {} is empty or has more than 2^30 values",
                 to_string(least->as_integer()), to_string(greatest->as_integer()));
  const Type type = type_or_integer(arguments[0]);
  return Signature{{type, TypeId::kHugeInt, TypeId::kHugeInt}, TypeId::kBit};
}

template <kernel::Opcode op>
Status fold_bits(const FoldInput& input, ColumnBuilder& out) {
  std::string bits;
  bool first = true;
  for (const std::uint32_t row : valid_rows(input)) {
    const kernel::Cell cell = first_cell(input, row);
    const std::string_view value = cell.string.view();
    if (first) bits = value;
    if (value.size() != bits.size())
      return error(ErrorCode::kOutOfRange, "BIT values of {} and of {} bits cannot be combined", bits.size(), value.size());
    for (std::size_t i = 0; i < bits.size() && !first; ++i) {
      const bool x = bits[i] == '1';
      const bool y = value[i] == '1';
      const bool bit = op == kernel::Opcode::kBitAnd ? (x && y) : (op == kernel::Opcode::kBitOr ? (x || y) : x != y);
      bits[i] = bit ? '1' : '0';
    }
    first = false;
  }
  return first ? out.append_null() : out.append(Value(TypeId::kBit, std::move(bits)));
}

Result<Signature> bind_bit_string(std::span<const Type> arguments, const BindContext& context) {
  if (arguments.size() != 1 || arguments[0].id != TypeId::kBit) return no_overload(context.name, arguments);
  return Signature{{TypeId::kBit}, TypeId::kBit};
}

AggregateFunction of_bits(std::string_view name, std::string_view signature, std::string_view description, std::string_view example,
                          std::string_view result, kernel::FoldFunction fold, bool ignores_repeats) {
  AggregateFunction function{name, {}, signature, description, example, result, bind_bit_string};
  function.state = StateKind::kHolistic;
  function.fold = fold;
  function.ignores_repeats = ignores_repeats;
  function.may_fail = true;
  return function;
}

}  // namespace

std::vector<AggregateFunction> aggregate_bit_string_functions() {
  AggregateFunction function{
      "bitstring_agg",
      {},
      "bitstring_agg(x[, least, greatest])",
      "A bit for each whole number from least to greatest: whether it occurs. Without them x is a column of a table, "
      "whose least and greatest values count.",
      "SELECT bitstring_agg(x, 1, 5) FROM (VALUES (2), (4)) t(x)",
      "01010",
      bind_bitstring};
  function.state = StateKind::kHolistic;
  function.fold = fold_bitstring;
  function.row_arguments = 1;
  function.ignores_repeats = true;
  function.may_fail = true;
  using kernel::Opcode;
  return {std::move(function),
          of_bits("bit_and_of_bits", "bit_and(bits)", "Bits that are set in every BIT value that is not NULL; all of one length.",
                  "SELECT bit_and(x) FROM (VALUES ('0110'::BIT), ('1100'::BIT)) t(x)", "0100", fold_bits<Opcode::kBitAnd>, true),
          of_bits("bit_or_of_bits", "bit_or(bits)", "Bits that are set in some BIT value; all of one length.",
                  "SELECT bit_or(x) FROM (VALUES ('0110'::BIT), ('1100'::BIT)) t(x)", "1110", fold_bits<Opcode::kBitOr>, true),
          of_bits("bit_xor_of_bits", "bit_xor(bits)", "Bits that are set in an odd number of BIT values; all of one length.",
                  "SELECT bit_xor(x) FROM (VALUES ('0110'::BIT), ('1100'::BIT)) t(x)", "1010", fold_bits<Opcode::kBitXor>, false)};
}

}  // namespace trueno::function
