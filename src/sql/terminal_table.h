#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace trueno::sql {

/// What else a terminal may be besides itself. As in PostgreSQL: the order matters, a later class may do less.
enum class TerminalClass : std::uint8_t {
  kUnreserved,      // any name
  kColumnName,      // a name of columns, tables and aliases; special before "("
  kTypeOrFunction,  // a name of functions and types only
  kReserved,        // only what the grammar says (and after AS)
  kSymbol,          // not a word
};

struct TerminalEntry {
  std::string_view text;
  TerminalClass kind;
};

/// Every fixed word and sign of the grammar: words first, sorted; then the signs. A word that the grammar does not mention is a plain
/// identifier and need not be here.
inline constexpr auto kTerminals = [] {
  using enum TerminalClass;
  // clang-format off
  return std::to_array<TerminalEntry>({
    {"ABORT", kUnreserved}, {"ACTION", kUnreserved}, {"ADD", kUnreserved}, {"ALL", kReserved}, {"ALTER", kUnreserved},
    {"ALWAYS", kUnreserved}, {"ANALYSE", kReserved}, {"ANALYZE", kReserved}, {"AND", kReserved}, {"ANTI", kTypeOrFunction},
    {"ANY", kReserved}, {"ARRAY", kReserved}, {"AS", kReserved}, {"ASC", kReserved}, {"ASOF", kTypeOrFunction}, {"ASYMMETRIC", kReserved},
    {"AT", kUnreserved}, {"ATTACH", kUnreserved}, {"AUTHORIZATION", kTypeOrFunction}, {"BEGIN", kUnreserved}, {"BETWEEN", kColumnName},
    {"BIGINT", kColumnName}, {"BINARY", kTypeOrFunction}, {"BIT", kColumnName}, {"BOOLEAN", kColumnName}, {"BOTH", kReserved},
    {"BY", kUnreserved}, {"CALL", kUnreserved}, {"CASCADE", kUnreserved}, {"CASE", kReserved}, {"CAST", kReserved}, {"CHAR", kColumnName},
    {"CHARACTER", kColumnName}, {"CHECK", kReserved}, {"CHECKPOINT", kUnreserved}, {"COALESCE", kColumnName}, {"COLLATE", kReserved},
    {"COLLATION", kTypeOrFunction}, {"COLUMN", kReserved}, {"COLUMNS", kUnreserved}, {"COMMENT", kUnreserved}, {"COMMIT", kUnreserved},
    {"CONCURRENTLY", kTypeOrFunction}, {"CONFLICT", kUnreserved}, {"CONSTRAINT", kReserved}, {"COPY", kUnreserved}, {"CREATE", kReserved},
    {"CROSS", kTypeOrFunction}, {"CUBE", kUnreserved}, {"CURRENT", kUnreserved}, {"CYCLE", kUnreserved}, {"DATA", kUnreserved},
    {"DATABASE", kUnreserved}, {"DATABASES", kUnreserved}, {"DAY", kUnreserved}, {"DAYS", kUnreserved}, {"DEALLOCATE", kUnreserved},
    {"DEC", kColumnName}, {"DECIMAL", kColumnName}, {"DEFAULT", kReserved}, {"DEFERRABLE", kReserved}, {"DEFERRED", kUnreserved},
    {"DELETE", kUnreserved}, {"DESC", kReserved}, {"DESCRIBE", kUnreserved}, {"DETACH", kUnreserved}, {"DISTINCT", kReserved},
    {"DO", kReserved}, {"DOUBLE", kUnreserved}, {"DROP", kUnreserved}, {"ELSE", kReserved}, {"END", kReserved}, {"ENUM", kUnreserved},
    {"ESCAPE", kUnreserved}, {"EXCEPT", kReserved}, {"EXCLUDE", kUnreserved}, {"EXECUTE", kUnreserved}, {"EXISTS", kColumnName},
    {"EXPLAIN", kUnreserved}, {"EXPORT", kUnreserved}, {"EXPORT_STATE", kUnreserved}, {"EXTRACT", kColumnName}, {"FALSE", kReserved},
    {"FETCH", kReserved}, {"FILTER", kUnreserved}, {"FIRST", kUnreserved}, {"FLOAT", kColumnName}, {"FOLLOWING", kUnreserved},
    {"FOR", kReserved}, {"FORCE", kUnreserved}, {"FOREIGN", kReserved}, {"FORMAT", kUnreserved}, {"FREEZE", kTypeOrFunction},
    {"FROM", kReserved}, {"FULL", kTypeOrFunction}, {"FUNCTION", kUnreserved}, {"GENERATED", kColumnName}, {"GLOB", kTypeOrFunction},
    {"GLOBAL", kUnreserved}, {"GRANT", kReserved}, {"GROUP", kReserved}, {"GROUPING", kColumnName}, {"GROUPING_ID", kColumnName},
    {"GROUPS", kUnreserved}, {"HAVING", kReserved}, {"IF", kUnreserved}, {"IGNORE", kUnreserved}, {"ILIKE", kTypeOrFunction},
    {"IMMEDIATE", kUnreserved}, {"IMPORT", kUnreserved}, {"IN", kReserved}, {"INCREMENT", kUnreserved}, {"INDEX", kUnreserved},
    {"INITIALLY", kReserved}, {"INNER", kTypeOrFunction}, {"INSERT", kUnreserved}, {"INSTALL", kUnreserved}, {"INT", kColumnName},
    {"INTEGER", kColumnName}, {"INTERSECT", kReserved}, {"INTERVAL", kColumnName}, {"INTO", kReserved}, {"IS", kTypeOrFunction},
    {"ISNULL", kTypeOrFunction}, {"JOIN", kTypeOrFunction}, {"KEY", kUnreserved}, {"LAMBDA", kUnreserved}, {"LAST", kUnreserved},
    {"LATERAL", kReserved}, {"LEADING", kReserved}, {"LEFT", kTypeOrFunction}, {"LIKE", kTypeOrFunction}, {"LIMIT", kReserved},
    {"LOAD", kUnreserved}, {"LOCAL", kUnreserved}, {"MACRO", kUnreserved}, {"MAP", kColumnName}, {"MATCH", kUnreserved},
    {"MATERIALIZED", kUnreserved}, {"MAXVALUE", kUnreserved}, {"MERGE", kUnreserved}, {"MINVALUE", kUnreserved}, {"NAME", kUnreserved},
    {"NATIONAL", kColumnName}, {"NATURAL", kTypeOrFunction}, {"NCHAR", kColumnName}, {"NEXT", kUnreserved}, {"NO", kUnreserved},
    {"NOT", kReserved}, {"NOTHING", kUnreserved}, {"NOTNULL", kTypeOrFunction}, {"NULL", kReserved}, {"NULLIF", kColumnName},
    {"NULLS", kUnreserved}, {"NUMERIC", kColumnName}, {"OF", kUnreserved}, {"OFFSET", kReserved}, {"ON", kReserved}, {"ONLY", kReserved},
    {"OPERATOR", kUnreserved}, {"OR", kReserved}, {"ORDER", kReserved}, {"ORDINALITY", kUnreserved}, {"OTHERS", kUnreserved},
    {"OUTER", kTypeOrFunction}, {"OVER", kUnreserved}, {"OVERLAPS", kTypeOrFunction}, {"OVERLAY", kColumnName},
    {"OVERRIDING", kUnreserved}, {"PARTITION", kUnreserved}, {"PARTITIONED", kUnreserved}, {"PERCENT", kUnreserved}, {"PIVOT", kReserved},
    {"PIVOT_LONGER", kReserved}, {"PIVOT_WIDER", kReserved}, {"PLACING", kReserved}, {"POSITION", kColumnName},
    {"POSITIONAL", kTypeOrFunction}, {"PRAGMA", kUnreserved}, {"PRECEDING", kUnreserved}, {"PRECISION", kColumnName},
    {"PREPARE", kUnreserved}, {"PRIMARY", kReserved}, {"QUALIFY", kReserved}, {"RANGE", kUnreserved}, {"READ", kUnreserved},
    {"REAL", kColumnName}, {"RECURSIVE", kUnreserved}, {"REFERENCES", kReserved}, {"REINDEX", kUnreserved}, {"RENAME", kUnreserved},
    {"REPEATABLE", kUnreserved}, {"REPLACE", kUnreserved}, {"RESET", kUnreserved}, {"RESPECT", kUnreserved}, {"RESTART", kUnreserved},
    {"RESTRICT", kUnreserved}, {"RETURNING", kReserved}, {"REVOKE", kUnreserved}, {"RIGHT", kTypeOrFunction}, {"ROLLBACK", kUnreserved},
    {"ROLLUP", kUnreserved}, {"ROW", kColumnName}, {"ROWS", kUnreserved}, {"SAMPLE", kUnreserved}, {"SAVEPOINT", kUnreserved},
    {"SCHEMA", kUnreserved}, {"SCHEMAS", kUnreserved}, {"SELECT", kReserved}, {"SEMI", kTypeOrFunction}, {"SEQUENCE", kUnreserved},
    {"SESSION", kUnreserved}, {"SET", kUnreserved}, {"SETOF", kColumnName}, {"SETS", kUnreserved}, {"SHOW", kUnreserved},
    {"SIMILAR", kTypeOrFunction}, {"SMALLINT", kColumnName}, {"SOME", kReserved}, {"SORTED", kUnreserved}, {"START", kUnreserved},
    {"STORED", kUnreserved}, {"STRUCT", kColumnName}, {"SUBSTRING", kColumnName}, {"SUMMARIZE", kUnreserved}, {"SYMMETRIC", kReserved},
    {"TABLE", kReserved}, {"TABLES", kUnreserved}, {"TABLESAMPLE", kTypeOrFunction}, {"TEMP", kUnreserved}, {"TEMPORARY", kUnreserved},
    {"THEN", kReserved}, {"TIES", kUnreserved}, {"TIME", kColumnName}, {"TIMESTAMP", kColumnName}, {"TO", kReserved},
    {"TRAILING", kReserved}, {"TRANSACTION", kUnreserved}, {"TREAT", kColumnName}, {"TRIM", kColumnName}, {"TRUE", kReserved},
    {"TRUNCATE", kUnreserved}, {"TRY_CAST", kColumnName}, {"TYPE", kUnreserved}, {"UNBOUNDED", kUnreserved}, {"UNION", kReserved},
    {"UNIQUE", kReserved}, {"UNKNOWN", kUnreserved}, {"UNLOGGED", kUnreserved}, {"UNPIVOT", kReserved}, {"UPDATE", kUnreserved},
    {"USE", kUnreserved}, {"USING", kReserved}, {"VACUUM", kUnreserved}, {"VALUES", kColumnName}, {"VARCHAR", kColumnName},
    {"VARIABLE", kUnreserved}, {"VARIADIC", kReserved}, {"VARYING", kUnreserved}, {"VERBOSE", kTypeOrFunction}, {"VIEW", kUnreserved},
    {"VIRTUAL", kUnreserved}, {"WHEN", kReserved}, {"WHERE", kReserved}, {"WINDOW", kReserved}, {"WITH", kReserved},
    {"WITHIN", kUnreserved}, {"WITHOUT", kUnreserved}, {"WORK", kUnreserved}, {"WRITE", kUnreserved}, {"YEAR", kUnreserved},
    {"ZONE", kUnreserved},

    {"(", kSymbol}, {")", kSymbol}, {"[", kSymbol}, {"]", kSymbol}, {"{", kSymbol}, {"}", kSymbol}, {",", kSymbol}, {";", kSymbol},
    {".", kSymbol}, {":", kSymbol}, {"::", kSymbol}, {":=", kSymbol}, {"=>", kSymbol}, {"+", kSymbol}, {"-", kSymbol}, {"*", kSymbol},
    {"/", kSymbol}, {"//", kSymbol}, {"%", kSymbol}, {"^", kSymbol}, {"**", kSymbol}, {"=", kSymbol}, {"==", kSymbol}, {"<>", kSymbol},
    {"!=", kSymbol}, {"<", kSymbol}, {"<=", kSymbol}, {">", kSymbol}, {">=", kSymbol}, {"||", kSymbol}, {"|", kSymbol}, {"&", kSymbol},
    {"&&", kSymbol}, {"<<", kSymbol}, {">>", kSymbol}, {"~", kSymbol}, {"!~", kSymbol}, {"~*", kSymbol}, {"!~*", kSymbol},
    {"~~", kSymbol}, {"!~~", kSymbol}, {"~~*", kSymbol}, {"!~~*", kSymbol}, {"~~~", kSymbol}, {"!", kSymbol}, {"@", kSymbol},
    {"@>", kSymbol}, {"<@", kSymbol}, {"^@", kSymbol}, {"<->", kSymbol}, {"<=>", kSymbol}, {"->", kSymbol}, {"->>", kSymbol},
    {"#", kSymbol},
  });
  // clang-format on
}();
inline constexpr std::size_t kKeywordCount = 272;

}  // namespace trueno::sql
