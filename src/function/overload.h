#pragma once

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <string_view>

#include "function/descriptor.h"

namespace trueno::function {

// Most functions take one of a few lists of types and have a host body. These templates write the `bind` and the `lower` of such a
// descriptor, so that its entry reads like its documentation:
//   {"lpad", {}, ..., bind_as<"lpad", Takes<kVarchar, kVarchar, kBigInt, kVarchar>>, lower_host<"lpad", lpad, true>}

/// What the type of a bare NULL becomes where any type would do.
[[nodiscard]] inline Type type_or_integer(const Type& type) { return type.id == TypeId::kNull ? Type(TypeId::kInteger) : type; }

/// A text as a template argument.
template <std::size_t size>
struct Name {
  char text[size]{};
  consteval Name(const char (&literal)[size]) { std::copy_n(literal, size, text); }  // NOLINT(google-explicit-constructor)
  constexpr operator std::string_view() const { return {text, size - 1}; }           // NOLINT(google-explicit-constructor)
};

/// What comes out for these argument types. Types without parameters only.
struct Overload {
  TypeId result;
  std::span<const TypeId> arguments;
};

template <TypeId result, TypeId... arguments>
struct Takes {
  static constexpr std::array<TypeId, sizeof...(arguments)> kArguments{arguments...};
  static constexpr Overload kOverload{result, kArguments};
};

/// The overload that needs the fewest and least conversions, the first of several; kBinder error when none fits. NULL becomes any type, a
/// literal text too; else the conversions of implicit_cast_exists.
[[nodiscard]] Result<Signature> choose_overload(std::string_view name, std::span<const Overload> overloads, std::span<const Type> arguments,
                                                const BindContext& context);

template <Name name, class... Overloads>
Result<Signature> bind_as(std::span<const Type> arguments, const BindContext& context) {
  static constexpr Overload kOverloads[] = {Overloads::kOverload...};
  return choose_overload(name, kOverloads, arguments, context);
}

/// How a host body meets NULLs.
enum class OnNull : bool { kSkip, kCall };

/// Calls a host body with all arguments. `name` is the body's: a program knows bodies by it, so two bodies never share one.
template <Name name, kernel::HostFunction body, bool can_fail = false, OnNull on_null = OnNull::kSkip>
Result<kernel::ValueId> lower_host(kernel::Builder& b, std::span<const kernel::ValueId> args, const Signature& signature) {
  return b.host({std::string(std::string_view(name)), body, on_null == OnNull::kCall, can_fail}, signature.result,
                {args.begin(), args.end()});
}

}  // namespace trueno::function
