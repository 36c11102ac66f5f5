#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sql/ast_statement.h"

namespace trueno::sql {

/// Appends AST nodes to a text; what printer.h does is made of this. Definitions: print_expression.cc, print_query.cc, print_statement.cc.
/// Recursion is bounded because trees are (see kMaxNesting).
class Writer {
 public:
  [[nodiscard]] std::string take() { return std::move(text_); }

  void write(const Expression& expression);
  void write(const Query& query);
  void write(const Statement& statement);
  void write(const TypeName& type);

 private:
  // One overload a node, found by std::visit: a missing one does not compile.
  void node(const Literal& n);
  void node(const TypedLiteral& n);
  void node(const IntervalLiteral& n);
  void node(const ColumnRef& n);
  void node(const Star& n);
  void node(const Columns& n);
  void node(const Parameter& n);
  void node(const PositionalRef& n);
  void node(const DefaultValue& n);
  void node(const Logical& n);
  void node(const Not& n);
  void node(const Unary& n);
  void node(const Binary& n);
  void node(const IsTest& n);
  void node(const IsDistinctFrom& n);
  void node(const Between& n);
  void node(const In& n);
  void node(const Like& n);
  void node(const Collate& n);
  void node(const AtTimeZone& n);
  void node(const Cast& n);
  void node(const Case& n);
  void node(const FunctionCall& n);
  void node(const Lambda& n);
  void node(const Subquery& n);
  void node(const Quantified& n);
  void node(const Row& n);
  void node(const ListValue& n);
  void node(const StructValue& n);
  void node(const MapValue& n);
  void node(const Subscript& n);
  void node(const Slice& n);
  void node(const FieldAccess& n);

  void node(const Select& n);
  void node(const Values& n);
  void node(const SetOperation& n);
  void node(const Describe& n);
  void node(const NamedTable& n);
  void node(const SubqueryTable& n);
  void node(const FunctionTable& n);
  void node(const Join& n);

  void node(const QueryStatement& n);
  void node(const CreateTable& n);
  void node(const CreateView& n);
  void node(const CreateSchema& n);
  void node(const CreateSequence& n);
  void node(const CreateType& n);
  void node(const CreateMacro& n);
  void node(const CreateIndex& n);
  void node(const Drop& n);
  void node(const Alter& n);
  void node(const Insert& n);
  void node(const Update& n);
  void node(const Delete& n);
  void node(const Truncate& n);
  void node(const Copy& n);
  void node(const Set& n);
  void node(const Reset& n);
  void node(const Show& n);
  void node(const Pragma& n);
  void node(const Explain& n);
  void node(const Prepare& n);
  void node(const Execute& n);
  void node(const Deallocate& n);
  void node(const Transaction& n);
  void node(const Call& n);
  void node(const Use& n);
  void node(const Maintenance& n);

  // Parts.
  void put(std::string_view text) { text_ += text; }
  void put_if(bool condition, std::string_view text) {
    if (condition) text_ += text;
  }
  void name(const Name& name);
  void name(const QualifiedName& name);
  void names(const std::vector<Name>& names);           // (a, b)
  void optional_names(const std::vector<Name>& names);  // nothing when empty
  void postfix_operand(const Expression& expression, bool before_dot);
  void expressions(const std::vector<ExpressionPtr>& list);
  void arguments(const FunctionCall& call);
  void argument_list(const std::vector<Argument>& list);
  void order_items(const std::vector<OrderItem>& items);
  void window(const WindowSpec& spec);
  void frame_bound(const FrameBound& bound);
  void set_operand(const SetOperation& parent, const Query& input, bool first);
  void with(const std::vector<CommonTable>& tables, bool recursive);
  void select_items(const std::vector<SelectItem>& items);
  void tables(const std::vector<TableRefPtr>& tables);
  void table(const TableRef& table);
  void sample(const Sample& sample);
  void grouping_element(const GroupingElement& element);
  void create(OnExisting on_existing, bool temporary, std::string_view kind);
  void column(const ColumnDefinition& column);
  void constraint(const Constraint& constraint, bool of_table);
  void assignments(const std::vector<Assignment>& assignments);
  void on_conflict(const OnConflict& conflict);
  void returning(const std::vector<SelectItem>& items);
  void options(const std::vector<Option>& options);
  void clause(std::string_view word, const ExpressionPtr& expression);  // nothing when null

  template <class Range, class F>
  void list(const Range& range, F&& item) {
    bool first = true;
    for (const auto& element : range) {
      if (!first) put(", ");
      first = false;
      item(element);
    }
  }

  std::string text_;
};

}  // namespace trueno::sql
