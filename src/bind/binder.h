#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "column/table_source.h"
#include "function/catalogue.h"
#include "plan/plan.h"
#include "sql/ast_query.h"
#include "sql/ast_statement.h"

namespace trueno::bind {

/// A query that has a name: its text, and names for its first columns.
struct NamedQuery {
  std::string query;
  std::vector<std::string> columns;
};

/// Values with names, in the order they were written.
using NamedValues = std::vector<std::pair<std::string, Value>>;

/// What names stand for outside the statement. Session implements it over the catalog and the file formats.
class NameResolver {
 public:
  virtual ~NameResolver() = default;
  /// The view of a name; nothing when there is none.
  [[nodiscard]] virtual std::optional<NamedQuery> view(const sql::QualifiedName& name) const = 0;
  /// The rows of a table or file. kCatalog or kFileNotFound when there is none, with the nearest names as a hint.
  [[nodiscard]] virtual Result<std::shared_ptr<const TableSource>> table(const sql::QualifiedName& name, bool is_file) const = 0;
  /// A table function of constant arguments: read_parquet('x'), range(10). `options`: those with a name, read_csv('x', header = true).
  [[nodiscard]] virtual Result<std::shared_ptr<const TableSource>> table_function(const std::string& name,
                                                                                  const std::vector<Value>& arguments,
                                                                                  const NamedValues& options) const = 0;
  /// The rows of expressions as a source.
  [[nodiscard]] virtual Result<std::shared_ptr<const TableSource>> values(const Schema& schema,
                                                                          const std::vector<std::vector<plan::Expression>>& rows) const = 0;
};

/// Where NULLs come when ORDER BY does not say.
struct NullOrder {
  bool first_when_ascending = false;
  bool first_when_descending = false;
};

/// Where the random numbers of a statement come from: a seed, and a number for each call of it.
struct Randomness {
  std::uint64_t seed = 0;
  std::uint64_t calls = 0;
  std::function<void(double)> set_seed = {};  // setseed(x)
};

/// Numbers of a sequence for the rows of a SELECT: row i gets first + i * step.
struct Drawn {
  std::int64_t first = 0;
  std::int64_t step = 1;
};
/// Draws numbers for every row of a plan, once for each call of nextval. Binding runs the plan to count its rows.
using DrawNumbers = std::function<Result<std::vector<Drawn>>(const plan::Plan& rows, const std::vector<const sql::FunctionCall*>& calls)>;

/// What binding needs from the session.
struct Context {
  const function::Catalogue& functions;
  const NameResolver& names;
  const plan::ConstantEvaluator& constants;
  const std::vector<Value>& parameters;  // values of `?` and `$n`, by number - 1
  function::BindContext types;
  NullOrder null_order = {};
  bool descending = false;                                                       // ORDER BY where it does not say
  const std::vector<std::pair<std::string, Value>>* named_parameters = nullptr;  // values of `$name`; names without the `$`
  const std::vector<sql::CommonTable>* common_tables = nullptr;  // of a WITH that stands before the query: WITH ... INSERT INTO t SELECT
  std::vector<Type> row_types = {};  // what INSERT takes: rows of a VALUES that is the whole query are cast to these, each on its own
  std::vector<plan::Expression> row_defaults = {};  // and what DEFAULT stands for in them
  Randomness* random = nullptr;                     // null: random() cannot stand here
  bool* reads_clock = nullptr;                      // set when something of the statement is now() or the like
  bool row_ids = false;                             // the statement says rowid somewhere: tables have that column
  DrawNumbers draw_numbers = {};                    // empty: nextval stands nowhere
  bool one_row_subqueries = true;                   // a value of several rows is an error; else their first one counts
  bool order_by_constants = false;                  // ORDER BY 'x' orders nothing; else it is an error

  [[nodiscard]] bool is_descending(const sql::OrderItem& item) const {
    return item.direction == sql::SortDirection::kDefault ? descending : item.direction == sql::SortDirection::kDescending;
  }
};

/// A query with names and types resolved. kBinder errors carry the span of what did not fit.
[[nodiscard]] Result<plan::PlanPtr> bind_query(const sql::Query& query, const Context& context);

/// The rows that UPDATE ... FROM and DELETE ... USING are about: rows of `table` beside those of other tables, where a condition holds.
struct ChangedRows {
  std::shared_ptr<const TableSource> table;
  std::string known;                                // what it is called
  const std::vector<sql::TableRefPtr>& from;        // the other tables
  const sql::Expression* where = nullptr;           // null: all
  std::vector<const sql::Expression*> values = {};  // over all of them
};
/// Output: the last column of the table, then the values.
[[nodiscard]] Result<plan::PlanPtr> bind_changed_rows(const ChangedRows& changed, const Context& context);

/// An expression without columns (a setting's value, LIMIT, a DEFAULT).
[[nodiscard]] Result<plan::Expression> bind_constant(const sql::Expression& expression, const Context& context);

/// A condition (CHECK, the WHERE of UPDATE) or a value (SET) over the columns of a table, which is known as `table`.
[[nodiscard]] Result<plan::Expression> bind_condition(const sql::Expression& expression, const Schema& schema, const std::string& table,
                                                      const Context& context);
[[nodiscard]] Result<plan::Expression> bind_value(const sql::Expression& expression, const Schema& schema, const std::string& table,
                                                  const Context& context);

/// The type a name in CREATE TABLE or CAST stands for.
[[nodiscard]] Result<Type> bind_type(const sql::TypeName& name);
/// The type of a column that is defined. kNotSupported: texts of it would not compare by their bytes.
[[nodiscard]] Result<Type> bind_column_type(const sql::ColumnDefinition& column);

/// Nearest of `candidates` to a misspelled name, for "did you mean"; empty when none is near.
[[nodiscard]] std::string nearest_name(std::string_view name, const std::vector<std::string>& candidates);

}  // namespace trueno::bind
