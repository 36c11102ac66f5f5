// Errors on purpose, hashes, and what depends on types or NULL alone.
#include "base/hash.h"
#include "function/families.h"
#include "function/overload.h"
#include "kernel/cell.h"

namespace trueno::function {

namespace {

using kernel::Builder;
using kernel::Cell;
using kernel::Opcode;
using kernel::ValueId;
using enum TypeId;

Status fail(std::span<const Cell> args, Cell&, Arena&) { return error(ErrorCode::kInvalidInput, "{}", args[0].string.view()); }

// a where all others are valid, else NULL.
Result<Signature> bind_constant_or_null(std::span<const Type> arguments, const BindContext&) {
  if (arguments.size() < 2) return no_overload("constant_or_null", arguments);
  Signature signature{{arguments.begin(), arguments.end()}, arguments[0]};
  for (Type& type : signature.arguments) {
    if (type.id == kNull) type = kInteger;
  }
  signature.result = signature.arguments[0];
  return signature;
}
Result<ValueId> lower_constant_or_null(Builder& b, std::span<const ValueId> args, const Signature& signature) {
  ValueId valid = b.emit(Opcode::kIsNotNull, kBoolean, {args[1]});
  for (const ValueId other : args.subspan(2)) {
    valid = b.emit(Opcode::kAnd, kBoolean, {valid, b.emit(Opcode::kIsNotNull, kBoolean, {other})});
  }
  return b.emit(Opcode::kSelect, signature.result, {valid, args[0], b.constant(Value::null(signature.result))});
}

// Known before any row is.
Result<Signature> bind_can_cast_implicitly(std::span<const Type> arguments, const BindContext&) {
  if (arguments.size() != 2) return no_overload("can_cast_implicitly", arguments);
  return Signature{{arguments.begin(), arguments.end()}, kBoolean};
}
Result<ValueId> lower_can_cast_implicitly(Builder& b, std::span<const ValueId>, const Signature& signature) {
  return b.constant(Value::boolean(implicit_cast_exists(signature.arguments[0], signature.arguments[1])));
}

// A hash that agrees with equality: -0 with +0, every NaN, intervals of one length. args: the kind of each value as a letter, then the
// values.
Status hash(std::span<const Cell> args, Cell& result, Arena&) {
  const std::string_view kinds = args[0].string.view();
  std::uint64_t value = 0;
  for (std::size_t i = 1; i < args.size(); ++i) {
    const auto physical = static_cast<Physical>(kinds[i - 1] - 'a');
    constexpr std::uint64_t kOfNull = 0xbf58476d1ce4e5b9ULL;
    const std::uint64_t one = args[i].valid ? kernel::hash(args[i], physical) : kOfNull;
    value = i == 1 ? one : hash_combine(value, one);
  }
  result = Cell::of_integer(value);
  return {};
}
Result<Signature> bind_hash(std::span<const Type> arguments, const BindContext&) {
  if (arguments.empty()) return no_overload("hash", arguments);
  Signature signature{{arguments.begin(), arguments.end()}, kUBigInt};
  for (Type& type : signature.arguments) {
    if (type.is_nested()) return error(ErrorCode::kNotSupported, "hash of a {} is not supported", type.to_string());
    // Integers of one value have one hash, whatever their width; texts and positions of an ENUM too.
    if (type.is_integer()) type = kHugeInt;
    if (type.id == kNull || type.id == kEnum) type = kVarchar;
  }
  return signature;
}
Result<ValueId> lower_hash(Builder& b, std::span<const ValueId> args, const Signature& signature) {
  std::string kinds;
  for (const Type& type : signature.arguments) kinds += static_cast<char>('a' + static_cast<int>(type.physical()));
  std::vector<ValueId> with_kinds{b.constant(Value::varchar(kinds))};
  with_kinds.insert(with_kinds.end(), args.begin(), args.end());
  return b.host({"hash", hash, true, false}, kUBigInt, std::move(with_kinds));
}

// The argument has been cast by the binder.
Result<Signature> bind_cast_to_type(std::span<const Type> arguments, const BindContext&) {
  if (arguments.size() != 2 || arguments[1].is_nested() || arguments[1].id == kNull || !cast_possible(arguments[0], arguments[1]))
    return no_overload("cast_to_type", arguments);
  return Signature{{arguments[1], arguments[1]}, arguments[1]};
}
Result<ValueId> lower_first(Builder&, std::span<const ValueId> args, const Signature&) { return args[0]; }

Result<Signature> bind_enum(std::span<const Type> arguments, const BindContext&) {
  if (arguments.size() != 1 || arguments[0].id != kEnum) return no_overload("ENUM function", arguments);
  return Signature{{arguments[0]}, kVarchar};
}
template <bool last>
Result<ValueId> lower_enum_end(Builder& b, std::span<const ValueId>, const Signature& signature) {
  const std::vector<std::string>& labels = *signature.arguments[0].enum_values;
  if (labels.empty()) return b.constant(Value::null(kVarchar));
  return b.constant(Value::varchar(last ? labels.back() : labels.front()));
}

// Its place in the type is what an ENUM value is kept as.
Result<Signature> bind_enum_code(std::span<const Type> arguments, const BindContext& context) {
  Signature signature = TRUENO_TRY(bind_enum(arguments, context));
  const std::size_t labels = arguments[0].enum_values->size();
  signature.result = labels <= 0xFF ? kUTinyInt : (labels <= 0xFFFF ? kUSmallInt : kUInteger);
  return signature;
}
Status place_of_label(std::span<const Cell> args, Cell& result, Arena&) {
  result = args[0];
  return {};
}

Result<Signature> bind_is_other_bin(std::span<const Type> arguments, const BindContext&) {
  if (arguments.size() != 1 || arguments[0].is_nested()) return no_overload("is_histogram_other_bin", arguments);
  return Signature{{type_or_integer(arguments[0])}, kBoolean};
}
// Types that have no such key: false, or NULL.
Result<ValueId> lower_is_other_bin(Builder& b, std::span<const ValueId> args, const Signature& signature) {
  const Type& type = signature.arguments[0];
  switch (type.id) {
    case kBoolean:
    case kInterval:
    case kUuid:
    case kEnum:
    case kBit: return b.emit(Opcode::kNotEqual, kBoolean, {args[0], args[0]});
    default: return b.emit(Opcode::kEqual, kBoolean, {args[0], b.constant(key_beyond_bins(type))});
  }
}

Status assert_true(std::span<const Cell> args, Cell& result, Arena&) {
  if (!args[0].valid || !args[0].boolean)
    return error(ErrorCode::kInvalidInput, "{}", args.size() == 2 && args[1].valid ? args[1].string.view() : "the assertion is not true");
  result = Cell::null();
  return {};
}

}  // namespace

std::vector<ScalarFunction> utility_functions() {
  ScalarFunction error_function{"error",
                                {},
                                "error(message)",
                                "Ends the query with this message when a row computes it.",
                                "CASE WHEN true THEN 'fine' ELSE error('not fine') END",
                                "fine",
                                bind_as<"error", Takes<kVarchar, kVarchar>>,
                                lower_host<"error", fail, true>,
                                true};
  ScalarFunction assertion{"assert_true",
                           {},
                           "assert_true(condition [, message])",
                           "NULL where the condition is true; ends the query where it is not.",
                           "assert_true(1 < 2)",
                           "NULL",
                           bind_as<"assert_true", Takes<kVarchar, kBoolean>, Takes<kVarchar, kBoolean, kVarchar>>,
                           lower_host<"assert_true", assert_true, true, OnNull::kCall>,
                           true};
  return {
      std::move(error_function),
      std::move(assertion),
      {"hash",
       {},
       "hash(a, ...)",
       "A 64-bit hash, the same on every device; other systems have other hashes.",
       "hash(1) = hash(1::BIGINT)",
       "true",
       bind_hash,
       lower_hash},
      {"cast_to_type",
       {},
       "cast_to_type(x, y)",
       "x cast to the type of y.",
       "cast_to_type('42', NULL::INTEGER)",
       "42",
       bind_cast_to_type,
       lower_first},
      {"enum_first",
       {},
       "enum_first(x)",
       "First label of the ENUM type of x.",
       "enum_first(NULL::ENUM('mild', 'hot'))",
       "mild",
       bind_enum,
       lower_enum_end<false>},
      {"enum_last",
       {},
       "enum_last(x)",
       "Last label of the ENUM type of x.",
       "enum_last(NULL::ENUM('mild', 'hot'))",
       "hot",
       bind_enum,
       lower_enum_end<true>},
      {"enum_code",
       {},
       "enum_code(x)",
       "Place of the label in its ENUM type, from 0.",
       "enum_code('hot'::ENUM('mild', 'hot'))",
       "1",
       bind_enum_code,
       lower_host<"enum_code", place_of_label>},
      {"is_histogram_other_bin",
       {},
       "is_histogram_other_bin(x)",
       "Whether x is the key under which a histogram counts values beyond all bins.",
       "is_histogram_other_bin(127::TINYINT)",
       "true",
       bind_is_other_bin,
       lower_is_other_bin},
      {"constant_or_null",
       {},
       "constant_or_null(a, b, ...)",
       "a, or NULL where any of the others is NULL.",
       "constant_or_null(1, 2, NULL)",
       "NULL",
       bind_constant_or_null,
       lower_constant_or_null},
      {"can_cast_implicitly",
       {},
       "can_cast_implicitly(a, b)",
       "Whether the type of a is converted to that of b without a cast.",
       "can_cast_implicitly(1::INTEGER, 1::BIGINT)",
       "true",
       bind_can_cast_implicitly,
       lower_can_cast_implicitly},
  };
}

}  // namespace trueno::function
