#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "kernel/builder.h"

namespace trueno::function {

/// Types an overload was chosen for: what the arguments are cast to, and what comes out.
struct Signature {
  std::vector<Type> arguments;
  Type result;
};

/// What a function needs to choose its types and instructions.
struct BindContext {
  bool integer_division = false;                // `/` of integers is integer division (SQLite, PostgreSQL)
  bool ieee_floats = true;                      // false: no infinity or NaN from a division or a function that is undefined there
  std::int64_t now = 0;                         // microseconds since 1970 UTC: one moment a statement
  std::span<const Value* const> literals = {};  // by argument: its value where it is a literal, else null; may be empty
};

/// One scalar SQL function or operator: signature, documentation and its lowering to kernel instructions, in one place. The reference
/// page, completion and "did you mean" are made from it. Plain immutable data; listed in catalogue.cc.
struct ScalarFunction {
  std::string_view name;  // lower case; operators by their symbol
  std::vector<std::string_view> aliases;
  std::string_view signature;  // "abs(x)"
  std::string_view description;
  std::string_view example;         // an SQL expression
  std::string_view example_result;  // its text; a test runs it
  /// The signature for these argument types; kBinder error when none fits.
  Result<Signature> (*bind)(std::span<const Type> arguments, const BindContext& context) = nullptr;
  /// Writes the instructions; the arguments have the signature's types.
  Result<kernel::ValueId> (*lower)(kernel::Builder& builder, std::span<const kernel::ValueId> arguments,
                                   const Signature& signature) = nullptr;
  bool volatile_function = false;  // not folded, not evaluated by dictionary entry
};

/// What a call of an aggregate reads of its arguments.
enum class AggregateInput : std::uint8_t {
  kValue,   // the argument
  kPairs,   // (y, x): rows where both are valid; moments
  kFirst,   // of such pairs y
  kSecond,  // of such pairs x
};

/// How an aggregate's state behaves (design section 4): all of these are fixed-size and merge exactly.
struct AggregateFunction {
  std::string_view name;
  std::vector<std::string_view> aliases;
  std::string_view signature;
  std::string_view description;
  std::string_view example;
  std::string_view example_result;
  Result<Signature> (*bind)(std::span<const Type> arguments, const BindContext& context) = nullptr;
  kernel::FinishKind finish = kernel::FinishKind::kCount;
  /// The accumulator for an argument of this type; null for moments.
  kernel::AccumulatorKind (*accumulator)(const Type& argument) = nullptr;
  AggregateInput input = AggregateInput::kValue;
  kernel::MomentFunction moment = kernel::MomentFunction::kVariancePopulation;  // FinishKind::kMoment
};

// Types -----------------------------------------------------------------------------------------------------------------------------

/// The type both sides of a comparison, CASE or set operation are cast to; nothing when there is none.
[[nodiscard]] std::optional<Type> common_type(const Type& a, const Type& b);
/// DECIMAL that holds every value of an integer or decimal type.
[[nodiscard]] Type as_decimal(const Type& type);
/// Whether SQL converts without being asked (never from text to numbers, never a narrowing).
[[nodiscard]] bool implicit_cast_exists(const Type& from, const Type& to);

/// Whether CAST exists between the types.
[[nodiscard]] bool cast_possible(const Type& from, const Type& to);
/// Whether a whole number is a value of an integer type.
[[nodiscard]] bool integer_fits(i128 value, const Type& type);

/// kBinder: no overload of `name` takes these types.
[[nodiscard]] Error no_overload(std::string_view name, std::span<const Type> arguments);

}  // namespace trueno::function
