#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sql/ast_statement.h"
#include "sql/cursor.h"
#include "sql/precedence.h"

namespace trueno::sql {

/// The dialect as one recursive descent over a token cursor; expressions are parsed by operator precedence (Pratt). One method a rule, the
/// rule's shape in the comment above its definition. The definitions are in grammar_*.cc by subject; this class is seen only by them, by
/// parser.cc and by completion.
///
/// Every method either moves past what it read or returns an error; an error ends the statement. No method looks back at tokens it has
/// passed, and lookahead is bounded, so the work is linear in the text. Recursion passes through NestingScope, so the stack is bounded too.
class Grammar {
 public:
  Grammar(std::string_view sql, const std::vector<Token>& tokens) : cursor_(sql, tokens) {}

  Result<StatementPtr> statement();
  Result<ExpressionPtr> expression() { return expression(Precedence::kLowest); }
  Result<TypeName> type_name();

  [[nodiscard]] Cursor& cursor() { return cursor_; }
  /// Ready for the next statement: `?` is counted anew.
  void start_statement() {
    parameter_count_ = 0;
    tallest_ = {};
  }
  /// The error for a current token that fits nowhere: what was found, what could have stood there, and a hint where one is likely to help.
  [[nodiscard]] Error unexpected(std::string_view expected = {});

 private:
  // One level of recursion. Check `ok()` first thing.
  class NestingScope {
   public:
    explicit NestingScope(std::uint32_t& depth) : depth_(depth) { ++depth_; }
    ~NestingScope() { --depth_; }
    NestingScope(const NestingScope&) = delete;
    NestingScope& operator=(const NestingScope&) = delete;
    [[nodiscard]] bool ok() const { return depth_ <= kMaxNesting; }

   private:
    std::uint32_t& depth_;
  };
  // How deep a tree is; see Expression::nesting and Expression::height.
  struct Depth {
    std::uint32_t nesting = 0;
    std::uint32_t height = 0;
    void include(Depth other) {
      nesting = std::max(nesting, other.nesting);
      height = std::max(height, other.height);
    }
    [[nodiscard]] Depth above() const { return {nesting + 1, height + 1}; }
    [[nodiscard]] bool ok() const { return nesting <= kMaxNesting && height <= kMaxHeight; }
  };
  enum class KeywordAlias : std::uint8_t { kNo, kYes };

  // Errors and tokens (grammar.cc).
  std::string hint_here();
  Error too_deep();
  Error not_supported(std::string_view what, std::string_view hint = {});
  Error unclosed(Terminal closing, SourceSpan opening);
  Status expect(Terminal terminal);
  Status expect_closing(Terminal closing, SourceSpan opening);
  [[nodiscard]] bool at_name();
  [[nodiscard]] bool ends_list(Wanted element = Wanted::kExpression);
  [[nodiscard]] bool starts_query(std::size_t ahead = 0) const;
  [[nodiscard]] bool starts_nested_query() const;
  Name take_name();
  Result<Name> name(Wanted wanted, std::string_view what);
  Result<Name> label();
  Result<QualifiedName> qualified_name(Wanted wanted, std::string_view what);
  Result<std::vector<Name>> name_list(Wanted wanted, std::string_view what);
  Result<std::vector<Name>> optional_name_list(Wanted wanted, std::string_view what);
  Result<std::string> string_literal(std::string_view what);
  Result<std::uint64_t> small_integer(std::string_view what);

  // Expressions (grammar_expression.cc, grammar_operator.cc).
  Result<ExpressionPtr> expression(Precedence least);
  Result<ExpressionPtr> prefix();
  Result<ExpressionPtr> signed_operand(std::string_view op, Precedence operand);
  Result<bool> extend(ExpressionPtr& left, Precedence least);
  Result<bool> extend_with_symbol(ExpressionPtr& left, Precedence least);
  Result<bool> extend_with_keyword(ExpressionPtr& left, Precedence least);
  Status logical(ExpressionPtr& left, LogicalOperator op, Precedence own);
  Status binary(ExpressionPtr& left, std::string_view op, Precedence own);
  Status quantified(ExpressionPtr& left, std::string_view op);
  Status is_test(ExpressionPtr& left);
  Status pattern(ExpressionPtr& left, bool negated);
  Status like(ExpressionPtr& left, LikeKind kind, bool negated);
  Status between(ExpressionPtr& left, bool negated);
  Status in(ExpressionPtr& left, bool negated);
  Status subscript(ExpressionPtr& left);
  Status field_or_method(ExpressionPtr& left);
  Result<std::vector<ExpressionPtr>> expression_list();
  Result<ExpressionPtr> expression_after_star();
  // Not inlined: the variant of all nodes is large, and would lie on the stack of every rule that makes one.
  template <class Node>
  [[gnu::noinline]] static ExpressionPtr make(Node&& node, SourceSpan span) {
    return ExpressionPtr(new Expression(ExpressionNode(std::forward<Node>(node)), span));
  }
  void wrap(ExpressionPtr& left, ExpressionNode node);

  // Primaries (grammar_primary.cc, grammar_nested.cc, grammar_special.cc).
  Result<ExpressionPtr> primary();
  Result<ExpressionPtr> primary_keyword();
  Result<ExpressionPtr> literal();
  Result<ExpressionPtr> parameter();
  Result<ExpressionPtr> path();
  Result<ExpressionPtr> parenthesised();
  Result<ExpressionPtr> star(QualifiedName qualifier, std::uint32_t begin);
  Status star_changes(Star& star);
  Result<ExpressionPtr> columns(bool unpacked);
  Result<ExpressionPtr> list_value();
  Result<ExpressionPtr> struct_value();
  Result<ExpressionPtr> map_value();
  Result<ExpressionPtr> array();
  Result<ExpressionPtr> row();
  Result<ExpressionPtr> lambda();
  Result<ExpressionPtr> exists();
  Result<ExpressionPtr> case_expression();
  Result<ExpressionPtr> cast(bool trying);
  Result<ExpressionPtr> interval();
  Result<ExpressionPtr> typed_literal();
  Result<std::string> interval_unit();
  [[nodiscard]] bool at_typed_literal() const;
  [[nodiscard]] bool at_lambda() const;
  Result<ExpressionPtr> extract();
  Result<ExpressionPtr> substring();
  Result<ExpressionPtr> position();
  Result<ExpressionPtr> trim();
  Result<ExpressionPtr> overlay();
  Result<ExpressionPtr> finish_special(std::string_view name, std::vector<ExpressionPtr> arguments, SourceSpan name_span,
                                       SourceSpan opening);

  // Calls and windows (grammar_call.cc).
  Result<FunctionCall> call(QualifiedName name);
  Status call_arguments(FunctionCall& call);
  Result<Argument> argument();
  Status call_suffixes(FunctionCall& call);
  Result<NullTreatment> null_treatment();
  Result<Owned<WindowSpec>> window_spec();
  Status window_body(WindowSpec& spec);
  Result<WindowFrame> window_frame();
  Result<FrameBound> frame_bound();
  Result<FrameExclusion> frame_exclusion();

  // Types (grammar_type.cc).
  Result<TypeName> base_type();
  Result<TypeName> multi_word_type();
  Status type_modifiers(TypeName& type);
  Status struct_fields(TypeName& type);
  Status enum_labels(TypeName& type);
  Status array_suffixes(TypeName& type);

  // Queries (grammar_query.cc, grammar_select.cc, grammar_from.cc).
  Result<QueryPtr> query();
  Result<QueryPtr> query_after_with(std::vector<CommonTable> with, bool recursive, std::uint32_t begin);
  Result<QueryPtr> query_body(QueryPtr start);
  Result<QueryPtr> continue_query(QueryPtr start);
  Result<QueryPtr> set_operand(SetOperator weakest, QueryPtr start);
  Result<QueryPtr> query_primary();
  Result<QueryPtr> parenthesised_query();
  Result<QueryPtr> describe();
  Result<QueryPtr> values();
  Status with_clause(std::vector<CommonTable>& with, bool& recursive);
  Result<CommonTable> common_table();
  Status query_tail(QueryPtr& query);
  Status limits(Query& query);
  Status limit(Query& query);
  Status fetch_first(Query& query);
  Result<QueryPtr> select();
  Status select_list(Select& select);
  Result<SelectItem> select_item();
  Result<std::vector<SelectItem>> select_items();
  Status distinct_clause(Select& select);
  Status select_tail(Select& select);
  Status group_by(Select& select);
  Result<GroupingElement> grouping_element();
  Result<std::vector<GroupingElement>> grouping_elements();
  Result<std::vector<OrderItem>> order_items();
  Result<OrderItem> order_item();
  Status sort_options(OrderItem& item);
  Status window_clause(Select& select);
  Result<std::vector<TableRefPtr>> from_list();
  Result<TableRefPtr> table_ref();
  Result<TableRefPtr> table_primary();
  Result<TableRefPtr> parenthesised_table(bool lateral);
  Result<TableRefPtr> named_table(bool lateral);
  Status table_suffixes(TableRef& table);
  [[nodiscard]] bool at_join();
  Status join(TableRefPtr& left);
  Status join_kind(Join& join);
  Status join_condition(Join& join);
  Result<Owned<Sample>> sample();
  Status sample_amount(Sample& sample);
  QueryPtr star_query(std::vector<TableRefPtr> from, SourceSpan span);
  Result<Depth> checked(Depth depth);

  // Statements (grammar_statement.cc, grammar_create.cc, grammar_table.cc, grammar_alter.cc, grammar_change.cc, grammar_session.cc).
  Result<StatementNode> statement_node();
  Result<StatementNode> with_statement();
  Result<StatementNode> create();
  Result<StatementNode> create_table(OnExisting on_existing, bool temporary);
  Result<StatementNode> create_view(OnExisting on_existing, bool temporary);
  Result<StatementNode> create_schema(OnExisting on_existing);
  Result<StatementNode> create_sequence(OnExisting on_existing, bool temporary);
  Result<StatementNode> create_type(OnExisting on_existing, bool temporary);
  Result<StatementNode> create_macro(OnExisting on_existing, bool temporary);
  Result<StatementNode> create_index(OnExisting on_existing, bool unique);
  Result<OnExisting> if_not_exists(OnExisting on_existing);
  Result<MacroBody> macro_body();
  Status table_elements(CreateTable& table);
  Result<ColumnDefinition> column_definition();
  Status column_part(ColumnDefinition& column, bool& found);
  Status generated_column(ColumnDefinition& column);
  Result<std::optional<Constraint>> column_constraint();
  Result<Constraint> table_constraint();
  [[nodiscard]] bool at_table_constraint();
  Status references(Constraint& constraint);
  Result<ReferentialAction> referential_action();
  Result<std::string> signed_integer();
  Result<ObjectKind> object_kind();
  Result<StatementNode> drop();
  Result<StatementNode> alter();
  Status alter_action(Alter& alter);
  Status alter_add(Alter& alter);
  Status alter_drop(Alter& alter);
  Status alter_rename(Alter& alter);
  Status alter_column(Alter& alter);
  Result<bool> accept_if_exists();
  Result<StatementNode> insert(std::vector<CommonTable> with, bool recursive);
  Status on_conflict(OnConflict& conflict);
  Result<StatementNode> update(std::vector<CommonTable> with, bool recursive);
  Result<StatementNode> delete_rows(std::vector<CommonTable> with, bool recursive);
  Result<std::vector<Assignment>> assignments();
  Status assignment(std::vector<Assignment>& into);
  Result<Name> target_alias();
  Result<std::vector<SelectItem>> returning();
  Result<StatementNode> copy();
  Result<std::vector<Option>> options();
  Result<StatementNode> set();
  Result<StatementNode> reset();
  Result<StatementNode> show();
  Result<StatementNode> pragma();
  Result<StatementNode> explain();
  Result<StatementNode> prepare();
  Result<StatementNode> execute();
  Result<StatementNode> deallocate();
  Result<StatementNode> transaction();
  Result<StatementNode> call_statement();
  Result<StatementNode> maintenance();
  Result<ExpressionPtr> option_value();
  SettingScope setting_scope();

  Cursor cursor_;
  std::uint32_t nesting_ = 0;  // levels of recursion we are in
  std::uint32_t type_nesting_ = 0;
  Depth tallest_;  // of the expressions and queries completed at this level since it began
  std::uint32_t parameter_count_ = 0;
  std::size_t star_position_ = static_cast<std::size_t>(-1);  // the token where a bare `*` is an expression
};

}  // namespace trueno::sql
