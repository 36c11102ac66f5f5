#pragma once

#include <cstdint>
#include <string_view>

namespace trueno::sql {

/// How tightly operators bind, loosest first: PostgreSQL's table with DuckDB's place for `->`.
enum class Precedence : std::uint8_t {
  kLowest,
  kArrow,  // -> ->>
  kOr,
  kAnd,
  kNot,
  kIs,              // IS NULL, IS DISTINCT FROM, ISNULL
  kComparison,      // = <> < <= > >=, not associative
  kPattern,         // BETWEEN IN LIKE ILIKE GLOB SIMILAR
  kOperator,        // || & | << >> ~ and every other operator
  kAdditive,        // + -
  kMultiplicative,  // * / // %
  kPower,           // ^ **
  kAtTimeZone,
  kCollate,
  kSign,     // unary - +
  kPostfix,  // [] :: . !
};

/// Of an infix operator by its canonical text, as in Binary::op.
[[nodiscard]] Precedence operator_precedence(std::string_view op);

}  // namespace trueno::sql
