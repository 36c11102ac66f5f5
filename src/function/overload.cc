#include "function/overload.h"

#include <optional>

namespace trueno::function {

namespace {

// 0 is an exact fit.
std::optional<int> conversion_cost(const Type& from, TypeId to, bool literal) {
  if (from.id == to) return 0;
  if (from.id == TypeId::kNull) return 1;
  if (implicit_cast_exists(from, to)) {
    // A whole number rather stays one.
    const bool leaves_integers = from.is_integer() && (to == TypeId::kDouble || to == TypeId::kFloat);
    return leaves_integers ? 20 : 10;
  }
  if (from.id == TypeId::kVarchar && literal) return 100;
  return std::nullopt;
}

}  // namespace

Result<Signature> choose_overload(std::string_view name, std::span<const Overload> overloads, std::span<const Type> arguments,
                                  const BindContext& context) {
  const Overload* best = nullptr;
  int least = 0;
  for (const Overload& overload : overloads) {
    if (overload.arguments.size() != arguments.size()) continue;
    int total = 0;
    bool fits = true;
    for (std::size_t i = 0; i < arguments.size() && fits; ++i) {
      const bool literal = i < context.literals.size() && context.literals[i] != nullptr;
      const auto cost = conversion_cost(arguments[i], overload.arguments[i], literal);
      fits = cost.has_value();
      total += cost.value_or(0);
    }
    if (fits && (best == nullptr || total < least)) {
      best = &overload;
      least = total;
    }
  }
  if (best == nullptr) return no_overload(name, arguments);
  return Signature{{best->arguments.begin(), best->arguments.end()}, best->result};
}

}  // namespace trueno::function
