#pragma once

#include <functional>

#include "bind/binder.h"
#include "bind/scope.h"

namespace trueno::bind {

class ExpressionBinder;

/// How a query inside an expression, or a lateral one, reads the row outside: names its own scopes do not have are bound by `outer`, each
/// value once. kOuter number i stands for arguments[i].
struct Correlation {
  ExpressionBinder* outer = nullptr;
  std::vector<plan::Expression> arguments;

  [[nodiscard]] Result<plan::Expression> bind(const sql::Expression& column);
};

/// What lies around an expression: the query it is part of may itself stand inside another one, and may hold queries.
struct Surroundings {
  Correlation* correlation = nullptr;  // null: nothing outside
  std::function<Result<plan::PlanPtr>(const sql::Query&, Correlation&)> bind_query = {};
};

/// Binds expressions over one scope. Not thread-safe.
class ExpressionBinder {
 public:
  ExpressionBinder(const Context& context, const Scope& scope, Surroundings around = {})
      : context_(context), scope_(scope), around_(std::move(around)) {}

  /// Where aggregates are allowed, they are handed over and stand for the column this returns.
  using AggregateSink = std::function<Result<plan::Expression>(plan::AggregateCall call, SourceSpan span)>;
  void allow_aggregates(AggregateSink sink) { aggregates_ = std::move(sink); }
  /// What to do instead where aggregates cannot stand.
  void explain_no_aggregates(std::string hint) { no_aggregates_ = std::move(hint); }
  /// Where there are grouping sets, GROUPING(keys) stands for the column this returns.
  using GroupingSink = std::function<Result<plan::Expression>(std::vector<plan::Expression> keys, SourceSpan span)>;
  void allow_grouping(GroupingSink sink) { grouping_ = std::move(sink); }
  /// Where rows may be numbered by sequences, a call of nextval stands for the column this returns.
  using Numbers = std::function<Result<plan::Expression>(const sql::FunctionCall& call)>;
  void allow_numbers(Numbers numbers) { numbers_ = std::move(numbers); }
  /// The least and the greatest value that a column can have, from statistics: for aggregates that need them. Nothing: not known.
  using Bounds = std::function<std::optional<std::pair<Value, Value>>(const plan::Expression& column)>;
  void allow_bounds(Bounds bounds) { bounds_ = std::move(bounds); }
  /// Looked at before anything else: an expression that stands for a whole (a GROUP BY key) is not bound piece by piece.
  using Shortcut = std::function<std::optional<plan::Expression>(const sql::Expression&)>;
  void set_shortcut(Shortcut shortcut) { shortcut_ = std::move(shortcut); }

  /// What a name stands for that is no column: an item of SELECT, written as it is called or as alias.name.
  using Aliases = std::function<std::optional<Result<plan::Expression>>(const sql::QualifiedName& name)>;
  void allow_aliases(Aliases aliases) { aliases_ = std::move(aliases); }
  /// What COLUMNS(...) stands for while an expression is bound for one of its columns, and *COLUMNS(...) as arguments. Empty: refused.
  using ColumnsValue = std::function<Result<plan::Expression>(const sql::Columns&, SourceSpan span)>;
  using ColumnsUnpacked = std::function<Result<std::vector<plan::Expression>>(const sql::Columns&)>;
  void allow_columns(ColumnsValue value, ColumnsUnpacked unpacked) {
    columns_ = std::move(value);
    unpacked_columns_ = std::move(unpacked);
  }

  [[nodiscard]] Result<plan::Expression> bind(const sql::Expression& expression);
  /// Bound and converted to BOOLEAN: WHERE, HAVING, WHEN.
  [[nodiscard]] Result<plan::Expression> bind_condition(const sql::Expression& expression);
  /// What ORDER BY sorts by: COLLATE NOCASE counts.
  [[nodiscard]] Result<plan::Expression> bind_order(const sql::Expression& expression);
  [[nodiscard]] Result<plan::Expression> as_condition(plan::Expression condition, SourceSpan span) const;
  /// A call of bound arguments, which are converted as the function wants; an expression as a value of a type.
  [[nodiscard]] Result<plan::Expression> call(std::string_view function, std::vector<plan::Expression> arguments, SourceSpan span) const;
  [[nodiscard]] Result<plan::Expression> convert(plan::Expression expression, const Type& type, bool trying = false) const;

 private:
  [[nodiscard]] Result<plan::Expression> bind_node(const sql::Expression& expression);
  [[nodiscard]] Result<plan::Expression> literal(const sql::Literal& literal) const;
  [[nodiscard]] Result<plan::Expression> parameter(const sql::Parameter& node, SourceSpan span) const;
  [[nodiscard]] bool is_known(std::string_view name) const;
  [[nodiscard]] Error no_function(std::string_view name, SourceSpan span) const;
  [[nodiscard]] Result<plan::Expression> function_call(const sql::FunctionCall& call, SourceSpan span);
  [[nodiscard]] Result<plan::Expression> call_with_dot(const sql::FunctionCall& call, SourceSpan span);
  /// What now() or the like is in this statement; nothing for another name.
  [[nodiscard]] std::optional<Value> moment_named(std::string_view name) const;
  [[nodiscard]] Result<plan::Expression> random_call(std::string_view name, const sql::FunctionCall& call, SourceSpan span);
  [[nodiscard]] ExpressionBinder within_aggregate() const;
  [[nodiscard]] Result<plan::Expression> aggregate_call(const function::AggregateFunction& function, const sql::FunctionCall& call,
                                                        SourceSpan span);
  [[nodiscard]] Status aggregate_arguments(plan::AggregateCall& call, const sql::FunctionCall& node, bool descending);
  [[nodiscard]] Status aggregate_order(plan::AggregateCall& call, const std::vector<sql::OrderItem>& items);
  [[nodiscard]] Result<Value> converted_constant(const Value& value, const Type& type) const;
  [[nodiscard]] Result<Value> constant_argument(const sql::Expression& expression, std::string_view function);
  [[nodiscard]] Result<plan::Expression> case_expression(const sql::Case& c, SourceSpan span);
  /// CASE of bound parts: condition, value, condition, value, ..., otherwise.
  [[nodiscard]] Result<plan::Expression> branches(std::vector<plan::Expression> arguments, SourceSpan span) const;
  [[nodiscard]] Result<plan::Expression> collated_comparison(const sql::Binary& node, SourceSpan span);
  [[nodiscard]] static Result<bool> folds_case(const sql::Collate& node, SourceSpan span);
  [[nodiscard]] Result<plan::Expression> slice(const sql::Slice& node, SourceSpan span);
  [[nodiscard]] Result<plan::Expression> in_list(const sql::In& in, SourceSpan span);
  [[nodiscard]] Result<plan::Expression> column(const sql::Expression& expression);
  [[nodiscard]] Result<plan::Expression> positional(const sql::PositionalRef& node, SourceSpan span) const;
  [[nodiscard]] Result<plan::Expression> subquery(const sql::Subquery& node, SourceSpan span);
  [[nodiscard]] Result<plan::Expression> any_of(std::string_view op, const sql::Expression& left, const sql::Query& query, bool all,
                                                SourceSpan span);
  [[nodiscard]] Result<std::shared_ptr<plan::Subquery>> bind_subquery(const sql::Query& query, Correlation& correlation, SourceSpan span);
  [[nodiscard]] Result<plan::Expression> interval(const sql::IntervalLiteral& literal, SourceSpan span);
  [[nodiscard]] Result<plan::Expression> interval_of_number(plan::Expression number, std::string_view unit, SourceSpan span) const;

  const Context& context_;
  const Scope& scope_;
  Surroundings around_;
  AggregateSink aggregates_;
  std::string no_aggregates_ = "use HAVING, or a subquery";
  GroupingSink grouping_;
  Numbers numbers_;
  Bounds bounds_;
  Shortcut shortcut_;
  Aliases aliases_;
  ColumnsValue columns_;
  ColumnsUnpacked unpacked_columns_;
};

/// "no function f(types)" as a person would call it: operators by their sign, functions with the arguments they take.
[[nodiscard]] Error with_signature(Error why, std::string_view name, std::string_view signature, const std::vector<Type>& types);

}  // namespace trueno::bind
