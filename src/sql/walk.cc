#include "sql/walk.h"

#include <algorithm>
#include <vector>

namespace trueno::sql {

namespace {

struct Depth {
  int nesting = 0;
  int height = 0;
  void include(int other_nesting, int other_height) {
    nesting = std::max(nesting, other_nesting);
    height = std::max(height, other_height);
  }
};

// One overload a node: `parts(node)` walks over what it holds. A node that is missing does not compile.
class Walker {
 public:
  explicit Walker(const Visitor& visitor) : visitor_(visitor) {}

  Status walk(Statement& statement) {
    return std::visit([&](auto& node) { return parts(node); }, statement.node);
  }

  Status walk(ExpressionPtr& expression) {
    if (expression == nullptr) return {};
    // Chains of binary operators lean left and are long: down to the first operand in a loop, and back up.
    std::vector<ExpressionPtr*> chain = {&expression};
    while (auto* binary = (*chain.back())->as<Binary>()) chain.push_back(&binary->left);
    const Depth outside = below_;
    below_ = {};
    for (std::size_t i = chain.size(); i-- > 0;) {
      ExpressionPtr& here = *chain[i];
      Depth left;  // of the chain so far
      if (auto* binary = here->as<Binary>(); binary != nullptr && i + 1 < chain.size()) {
        left = below_;
        below_ = {};
        TRUENO_TRY(walk(binary->right));
      } else {
        TRUENO_TRY(std::visit([&](auto& node) { return parts(node); }, here->node));
      }
      TRUENO_TRY(set_depth(*here, left));
      if (visitor_.expression) TRUENO_TRY(visitor_.expression(here));
      below_ = {here->nesting, here->height};
    }
    below_.include(outside.nesting, outside.height);
    return {};
  }

  Status walk(QueryPtr& query) { return query == nullptr ? Status{} : walk(*query); }

  Status walk(Query& query) {
    const Depth outside = below_;
    below_ = {};
    TRUENO_TRY(walk(query.with));
    TRUENO_TRY(std::visit([&](auto& node) { return parts(node); }, query.body));
    TRUENO_TRY(walk(query.order_by));
    TRUENO_TRY(walk(query.limit));
    TRUENO_TRY(walk(query.offset));
    if (visitor_.query) TRUENO_TRY(visitor_.query(query));
    return set_levels(query.nesting, outside);
  }

  Status walk(TableRefPtr& table) {
    if (table == nullptr) return {};
    const Depth outside = below_;
    below_ = {};
    TRUENO_TRY(std::visit([&](auto& node) { return parts(node); }, table->node));
    TRUENO_TRY(walk(table->sample));
    if (visitor_.table) TRUENO_TRY(visitor_.table(table));
    below_.include(table->nesting.count - 1, 0);
    return set_levels(table->nesting, outside);
  }

  Status walk(TypeName& type) {
    TRUENO_TRY(walk(type.children));
    return visitor_.type ? visitor_.type(type) : Status{};
  }

 private:
  static Error too_deep() { return error(ErrorCode::kBinder, "the statement is nested too deeply once its macros are replaced"); }

  // `left`: of the left side of a chain, along which walks loop.
  Status set_depth(Expression& expression, Depth left) {
    const int nesting = std::max(below_.nesting + 1, left.nesting);
    const int height = std::max(below_.height, left.height) + 1;
    if (nesting > static_cast<int>(kMaxNesting) || height > static_cast<int>(kMaxHeight)) return too_deep();
    expression.nesting = static_cast<std::uint16_t>(nesting);
    expression.height = static_cast<std::uint16_t>(height);
    return {};
  }

  Status set_levels(Levels& levels, Depth outside) {
    const int nesting = below_.nesting + 1;
    if (nesting > static_cast<int>(kMaxNesting)) return too_deep();
    levels.count = static_cast<std::uint16_t>(nesting);
    below_ = {nesting, nesting};
    below_.include(outside.nesting, outside.height);
    return {};
  }

  template <class T>
  Status walk(std::vector<T>& list) {
    for (T& element : list) TRUENO_TRY(walk(element));
    return {};
  }
  template <class T>
  Status walk(Owned<T>& part) {
    return part == nullptr ? Status{} : walk(*part);
  }
  template <class T>
  Status walk(std::optional<T>& part) {
    return part ? walk(*part) : Status{};
  }
  // Parts one after the other.
  template <class... Parts>
  Status all(Parts&... list) {
    Status status;
    static_cast<void>(((status = walk(list), status.has_value()) && ...));
    return status;
  }

  // Pieces of nodes.
  Status walk(OrderItem& n) { return walk(n.expression); }
  Status walk(Argument& n) { return walk(n.value); }
  Status walk(CaseBranch& n) { return all(n.when, n.then); }
  Status walk(StarReplacement& n) { return walk(n.expression); }
  Status walk(StructField& n) { return walk(n.value); }
  Status walk(MapEntry& n) { return all(n.key, n.value); }
  Status walk(SelectItem& n) { return walk(n.expression); }
  Status walk(GroupingElement& n) { return all(n.expressions, n.elements); }
  Status walk(NamedWindow& n) { return walk(n.spec); }
  Status walk(CommonTable& n) { return walk(n.query); }
  Status walk(WindowSpec& n) { return all(n.partition_by, n.order_by, n.frame); }
  Status walk(WindowFrame& n) { return all(n.start.offset, n.end.offset); }
  Status walk(Sample& n) { return walk(n.amount); }
  Status walk(FunctionCall& n) { return all(n.arguments, n.order_by, n.filter, n.over); }
  Status walk(Assignment& n) { return walk(n.value); }
  Status walk(Option& n) { return walk(n.value); }
  Status walk(Constraint& n) { return walk(n.check); }
  Status walk(ColumnDefinition& n) { return all(n.type, n.default_value, n.generated, n.constraints); }
  Status walk(OnConflict& n) { return all(n.target_where, n.assignments, n.where); }

  // Expressions.
  Status parts(Literal&) { return {}; }
  Status parts(TypedLiteral& n) { return walk(n.type); }
  Status parts(IntervalLiteral& n) { return walk(n.value); }
  Status parts(ColumnRef&) { return {}; }
  Status parts(Star& n) { return walk(n.replace); }
  Status parts(Columns& n) { return walk(n.argument); }
  Status parts(Parameter&) { return {}; }
  Status parts(PositionalRef&) { return {}; }
  Status parts(DefaultValue&) { return {}; }
  Status parts(Logical& n) { return walk(n.operands); }
  Status parts(Not& n) { return walk(n.operand); }
  Status parts(Unary& n) { return walk(n.operand); }
  Status parts(Binary& n) { return all(n.left, n.right); }
  Status parts(IsTest& n) { return walk(n.operand); }
  Status parts(IsDistinctFrom& n) { return all(n.left, n.right); }
  Status parts(Between& n) { return all(n.value, n.low, n.high); }
  Status parts(In& n) { return all(n.value, n.list, n.query, n.collection); }
  Status parts(Like& n) { return all(n.value, n.pattern, n.escape); }
  Status parts(Collate& n) { return walk(n.operand); }
  Status parts(AtTimeZone& n) { return all(n.operand, n.zone); }
  Status parts(Cast& n) { return all(n.operand, n.type); }
  Status parts(Case& n) { return all(n.operand, n.branches, n.otherwise); }
  Status parts(FunctionCall& n) { return walk(n); }
  Status parts(Lambda& n) { return walk(n.body); }
  Status parts(Subquery& n) { return walk(n.query); }
  Status parts(Quantified& n) { return all(n.left, n.query, n.collection); }
  Status parts(Row& n) { return walk(n.elements); }
  Status parts(ListValue& n) { return walk(n.elements); }
  Status parts(StructValue& n) { return walk(n.fields); }
  Status parts(MapValue& n) { return walk(n.entries); }
  Status parts(Subscript& n) { return all(n.operand, n.index); }
  Status parts(Slice& n) { return all(n.operand, n.lower, n.upper, n.step); }
  Status parts(FieldAccess& n) { return walk(n.operand); }

  // Queries.
  Status parts(Select& n) {
    return all(n.distinct_on, n.items, n.from, n.where, n.group_by.elements, n.having, n.windows, n.qualify, n.sample);
  }
  Status parts(Values& n) {
    for (std::vector<ExpressionPtr>& row : n.rows) TRUENO_TRY(walk(row));
    return {};
  }
  Status parts(SetOperation& n) { return walk(n.inputs); }
  Status parts(Describe& n) { return walk(n.query); }
  Status parts(NamedTable&) { return {}; }
  Status parts(SubqueryTable& n) { return walk(n.query); }
  Status parts(FunctionTable& n) { return walk(n.call); }
  Status parts(Join& n) { return all(n.left, n.right, n.condition); }

  // Statements.
  Status parts(QueryStatement& n) { return walk(n.query); }
  Status parts(CreateTable& n) { return all(n.columns, n.constraints, n.query); }
  Status parts(CreateView& n) { return walk(n.query); }
  Status parts(CreateSchema&) { return {}; }
  Status parts(CreateSequence&) { return {}; }
  Status parts(CreateType& n) { return all(n.type, n.labels); }
  Status parts(CreateMacro&) { return {}; }
  Status parts(CreateIndex& n) { return walk(n.keys); }
  Status parts(Drop&) { return {}; }
  Status parts(Alter& n) { return all(n.type, n.expression, n.definition, n.constraint); }
  Status parts(Insert& n) { return all(n.with, n.query, n.on_conflict, n.returning); }
  Status parts(Update& n) { return all(n.with, n.assignments, n.from, n.where, n.returning); }
  Status parts(Delete& n) { return all(n.with, n.using_tables, n.where, n.returning); }
  Status parts(Truncate&) { return {}; }
  Status parts(Copy& n) { return all(n.query, n.target, n.options); }
  Status parts(Set& n) { return walk(n.value); }
  Status parts(Reset&) { return {}; }
  Status parts(Show&) { return {}; }
  Status parts(Pragma& n) { return all(n.value, n.arguments); }
  Status parts(Explain& n) { return all(n.options, n.statement); }
  Status parts(Prepare& n) { return all(n.types, n.statement); }
  Status parts(Execute& n) { return walk(n.arguments); }
  Status parts(Deallocate&) { return {}; }
  Status parts(Transaction&) { return {}; }
  Status parts(Call& n) { return walk(n.call); }
  Status parts(Use&) { return {}; }
  Status parts(Maintenance&) { return {}; }

  const Visitor& visitor_;
  Depth below_;  // of the deepest part walked over since the present node began
};

}  // namespace

Status walk(Statement& statement, const Visitor& visitor) { return Walker(visitor).walk(statement); }
Status walk(Query& query, const Visitor& visitor) { return Walker(visitor).walk(query); }
Status walk(ExpressionPtr& expression, const Visitor& visitor) { return Walker(visitor).walk(expression); }

}  // namespace trueno::sql
