// The statement: which rule its first word selects. To add one: a struct and its name in the variant of ast_statement.h, a case here, a
// rule, and an overload of Writer::node; the compiler and the round-trip test name what is missing.
#include "sql/grammar.h"

namespace trueno::sql {

namespace {

// Statements of the dialect that we refuse, with what to do instead.
struct RefusedStatement {
  Terminal word;
  std::string_view hint;
};

constexpr RefusedStatement kRefused[] = {
    {"ATTACH"_t, "open a second Database, or read its files with FROM 'file.parquet'"},
    {"DETACH"_t, ""},
    {"INSTALL"_t, "there are no extensions; file formats are built in"},
    {"LOAD"_t, "there are no extensions; file formats are built in"},
    {"EXPORT"_t, "write each table with COPY table TO 'file.parquet'"},
    {"IMPORT"_t, "read each table with COPY table FROM 'file.parquet'"},
    {"GRANT"_t, "an embedded database has no users"},
    {"REVOKE"_t, "an embedded database has no users"},
    {"COMMENT"_t, ""},
    {"SAVEPOINT"_t, ""},
    {"REINDEX"_t, ""},
    {"MERGE"_t, "write INSERT ... ON CONFLICT DO UPDATE, or UPDATE ... FROM and INSERT"},
};

}  // namespace

Result<StatementPtr> Grammar::statement() {
  const NestingScope scope(nesting_);
  if (!scope.ok()) return too_deep();
  const std::uint32_t begin = cursor_.begin();
  StatementNode node = TRUENO_TRY(statement_node());
  return StatementPtr(new Statement{std::move(node), cursor_.span_since(begin)});
}

Result<StatementNode> Grammar::statement_node() {
  for (const Terminal word :
       {"SELECT"_t,   "FROM"_t,      "VALUES"_t,   "TABLE"_t,   "CREATE"_t,     "DROP"_t,       "ALTER"_t,   "INSERT"_t,
        "UPDATE"_t,   "DELETE"_t,    "TRUNCATE"_t, "COPY"_t,    "SET"_t,        "RESET"_t,      "SHOW"_t,    "PRAGMA"_t,
        "DESCRIBE"_t, "SUMMARIZE"_t, "EXPLAIN"_t,  "PREPARE"_t, "EXECUTE"_t,    "DEALLOCATE"_t, "BEGIN"_t,   "START"_t,
        "COMMIT"_t,   "ROLLBACK"_t,  "CALL"_t,     "USE"_t,     "CHECKPOINT"_t, "VACUUM"_t,     "ANALYZE"_t, "WITH"_t}) {
    cursor_.note(word);
  }
  switch (cursor_.current().terminal) {
    case "WITH"_t: return with_statement();
    case "CREATE"_t: return create();
    case "DROP"_t: return drop();
    case "ALTER"_t: return alter();
    case "INSERT"_t: return insert({}, false);
    case "UPDATE"_t: return update({}, false);
    case "DELETE"_t: return delete_rows({}, false);
    case "TRUNCATE"_t: {
      cursor_.advance();
      cursor_.accept("TABLE"_t);
      return Truncate{TRUENO_TRY(qualified_name(Wanted::kTable, "the name of a table"))};
    }
    case "COPY"_t: return copy();
    case "SET"_t: return set();
    case "RESET"_t: return reset();
    case "SHOW"_t: return show();
    case "PRAGMA"_t: return pragma();
    case "EXPLAIN"_t: return explain();
    case "PREPARE"_t: return prepare();
    case "EXECUTE"_t: return execute();
    case "DEALLOCATE"_t: return deallocate();
    case "BEGIN"_t:
    case "START"_t:
    case "COMMIT"_t:
    case "END"_t:
    case "ROLLBACK"_t:
    case "ABORT"_t: return transaction();
    case "CALL"_t: return call_statement();
    case "USE"_t: {
      cursor_.advance();
      return Use{TRUENO_TRY(qualified_name(Wanted::kNothing, "the name of a database or schema"))};
    }
    case "CHECKPOINT"_t:
    case "FORCE"_t:
    case "VACUUM"_t:
    case "ANALYZE"_t: return maintenance();
    default: break;
  }
  for (const RefusedStatement& refused : kRefused) {
    if (cursor_.current().terminal == refused.word) return not_supported(terminal_text(refused.word), refused.hint);
  }
  const Terminal word = cursor_.current().terminal;
  const bool alone = cursor_.ahead(1).kind == TokenKind::kEnd || cursor_.next_is(";"_t);
  if (alone && (word == "DESCRIBE"_t || word == "DESC"_t)) {
    cursor_.advance();
    cursor_.note(Wanted::kTable);
    return Show{ShowKind::kAllTables, {}};
  }
  if (!starts_query() && word != "("_t && word != "VALUES"_t && word != "DESCRIBE"_t && word != "SUMMARIZE"_t)
    return unexpected("a statement");
  return QueryStatement{TRUENO_TRY(query())};
}

// WITH ... (query | INSERT | UPDATE | DELETE): which one is known only behind the common tables.
Result<StatementNode> Grammar::with_statement() {
  const std::uint32_t begin = cursor_.begin();
  std::vector<CommonTable> with;
  bool recursive = false;
  TRUENO_TRY(with_clause(with, recursive));
  if (cursor_.at("INSERT"_t)) return insert(std::move(with), recursive);
  if (cursor_.at("UPDATE"_t)) return update(std::move(with), recursive);
  if (cursor_.at("DELETE"_t)) return delete_rows(std::move(with), recursive);
  return QueryStatement{TRUENO_TRY(query_after_with(std::move(with), recursive, begin))};
}

}  // namespace trueno::sql
