#pragma once

#include <string>
#include <vector>

#include "query.h"

namespace trueno::equivalence {

/// A column that expressions may name.
struct Name {
  std::string text;
  Kind kind;
};

/// Random queries: typed loosely, so that nearly all bind and a good part fails at run time. Every query has one answer, its order
/// included: nothing here samples, calls random() or asks for the time.
///
/// Clauses are in generate.cc, joins and subqueries in generate_joins.cc, aggregates in generate_aggregates.cc, expressions in
/// generate_expressions.cc.
class Generator {
 public:
  Generator(Random& random, std::vector<Value>& parameters, std::vector<Name> table);

  /// Any query.
  Query query(std::vector<Name> names, int depth, bool outermost);
  /// One whose rows a condition divides as the oracle needs it.
  Query divided(Oracle oracle);

 private:
  // Rows that something is joined with or looked up in.
  struct Rows {
    std::string text;
    std::vector<Name> names;
  };

  static Expression make(Kind kind, std::string format, std::vector<Expression> operands = {});

  // ---- clauses
  void choose_source(Query& query, std::vector<Name>& names, int depth);
  std::string repeated_rows() const;
  std::string recursive_rows(std::vector<Name>& names);
  std::string listed_rows(std::vector<Name>& names);
  void select_plain(Query& query, bool outermost);
  void select_grouped(Query& query, bool outermost);
  void combine(Query& query);
  std::vector<Kind> output_kinds(const Query& query) const;
  void order_and_limit(Query& query, bool outermost, bool grouped);
  std::string row_count();

  // ---- joins and subqueries
  Rows other_rows(const std::string& prefix = "v");
  std::vector<Join> joins();
  Join join(const std::string& alias);
  Join lateral_join(const std::string& alias);
  Join named_join(const std::string& alias);
  Join nearest_join(const std::string& alias);
  Expression equality(const std::vector<Name>& rows);
  void see(const std::vector<Name>& rows);
  Expression subquery_test();
  Expression subquery_value(Kind kind);

  // ---- aggregates
  Expression aggregate();
  Expression fold();
  Expression over_aggregates();
  Expression mergeable_aggregate();
  Expression aggregate_of_numbers();
  Expression comparison_of_aggregates();
  Expression condition_of_group(const Query& query);

  // ---- expressions
  std::string comparison();
  Expression column_or_literal(Kind kind);
  Expression literal(Kind kind);
  Type literal_type(Kind kind);
  Expression any(int depth);
  Expression make_column();
  Expression group_key();
  Expression castable_to_number(int depth);
  Expression number(int depth);
  Expression of(Kind kind, int depth);
  Expression conditional(Kind kind, int depth);
  Kind comparable();
  Expression boolean(int depth);
  Expression pattern_test(int depth);
  std::string like_pattern();
  std::string regex();
  Expression integer(int depth);
  std::string integer_type();
  Expression decimal(int depth);
  Expression floating(int depth);
  Expression text(int depth);
  Expression date(int depth);
  Expression timestamp(int depth);
  Expression interval(int depth);

  Random& random_;
  std::vector<Value>& parameters_;
  std::vector<Name> table_;   // t's columns
  std::vector<Name> common_;  // of the table s of WITH; empty: there is none
  std::vector<Name> names_;
  bool lists_ = false;  // may be results: they are carried, and neither keys nor operands
  int nesting_ = 0;     // of subqueries in expressions
};

}  // namespace trueno::equivalence
