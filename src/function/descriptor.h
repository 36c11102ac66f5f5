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
  std::string_view name = {};                   // of an aggregate, as the call has it: for messages
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
  bool by_row = false;             // reads the number of the row, which is the source's
};

/// What a call of an aggregate reads of its arguments.
enum class AggregateInput : std::uint8_t {
  kValue,   // the argument
  kPairs,   // (y, x): rows where both are valid; moments
  kFirst,   // of such pairs y
  kSecond,  // of such pairs x
};

/// How an aggregate's state behaves (design section 4).
enum class StateKind : std::uint8_t {
  kFixed,     // of one size; merges exactly, in any order
  kOrdered,   // all rows, in an order that shows in the result
  kHolistic,  // all values, sorted
};

/// An aggregate made of another one: outer(aggregate(inner(x))), where inner and outer are scalar functions.
struct Composition {
  std::string_view outer;
  std::string_view aggregate;  // empty: none
  std::string_view inner;
};

/// One SQL aggregate. Those with a fixed state are accumulators that every backend keeps; the others are folds over a group's rows.
struct AggregateFunction {
  std::string_view name;
  std::vector<std::string_view> aliases;
  std::string_view signature;
  std::string_view description;
  std::string_view example;
  std::string_view example_result;
  /// The signature for these argument types, constants included (their values are the context's literals).
  Result<Signature> (*bind)(std::span<const Type> arguments, const BindContext& context) = nullptr;
  kernel::FinishKind finish = kernel::FinishKind::kCount;
  /// kFixed: the accumulator for an argument of this type; null for moments.
  kernel::AccumulatorKind (*accumulator)(const Type& argument) = nullptr;
  AggregateInput input = AggregateInput::kValue;
  kernel::MomentFunction moment = kernel::MomentFunction::kVariancePopulation;  // FinishKind::kMoment
  StateKind state = StateKind::kFixed;
  kernel::FoldFunction fold = nullptr;  // of the other states; kHolistic: gets the rows by the first argument, ascending, NULLs last
  std::size_t row_arguments = 99;       // arguments from this number on are constants: the same for all rows, known before they are read
  std::string_view constant_name = {};  // of the first of them, where it may be named
  bool ordered_set = false;             // takes its values from WITHIN GROUP (ORDER BY ...), too
  bool is_quantile = false;             // a descending ORDER BY counts from the other end: one more constant says so
  bool selects = false;                 // kHolistic: finds the values it needs by their place in order, and gets the rows as they are
  bool ties_by_order = false;           // kHolistic: of equally good values, the first in the order of rows
  bool of_distinct_values = false;      // as if DISTINCT were written
  bool ignores_repeats = false;         // DISTINCT changes nothing
  bool may_fail = false;                // when a group is folded: its rows may not be left out then
  bool zero_of_nothing = false;         // 0 where there is no row, not NULL
  Composition composition = {};         // where there is one, all that is above but names and types is the aggregate's inside

  /// Whether the order of rows can show in the result: of those that are equal in ORDER BY, too.
  [[nodiscard]] bool observes_order() const { return state == StateKind::kOrdered || ties_by_order; }
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
