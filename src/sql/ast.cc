#include "sql/ast.h"

#include <algorithm>
#include <utility>

#include "sql/ast_statement.h"

namespace trueno::sql {

namespace {

// The operand through which an operator chain or a chain of postfix operators (casts, subscripts, IS NULL, ...) grows; null for other
// nodes.
ExpressionPtr* chain_operand(ExpressionNode& node) {
  return std::visit(Overloaded{
                        [](Binary& n) { return &n.left; },
                        [](Unary& n) { return &n.operand; },
                        [](Not& n) { return &n.operand; },
                        [](IsTest& n) { return &n.operand; },
                        [](IsDistinctFrom& n) { return &n.left; },
                        [](Between& n) { return &n.value; },
                        [](In& n) { return &n.value; },
                        [](Like& n) { return &n.value; },
                        [](Collate& n) { return &n.operand; },
                        [](AtTimeZone& n) { return &n.operand; },
                        [](Cast& n) { return &n.operand; },
                        [](Subscript& n) { return &n.operand; },
                        [](Slice& n) { return &n.operand; },
                        [](FieldAccess& n) { return &n.operand; },
                        [](auto&) { return static_cast<ExpressionPtr*>(nullptr); },
                    },
                    node);
}

ExpressionPtr detach_chain(Expression& expression) {
  ExpressionPtr* operand = chain_operand(expression.node);
  return operand == nullptr ? ExpressionPtr() : std::move(*operand);
}

TableRefPtr detach_left(TableRef& table) {
  Join* join = table.as<Join>();
  return join == nullptr ? TableRefPtr() : std::move(join->left);
}

}  // namespace

std::string QualifiedName::to_string() const {
  std::string text;
  for (const Name& part : parts) {
    if (!text.empty()) text += '.';
    text += part.text;
  }
  return text;
}

Expression::Expression(ExpressionNode value, SourceSpan where) : node(std::move(value)), span(where) {}

// Each turn frees one node whose chain operand has already been taken away, so no destructor goes deeper than the nesting limit.
Expression::~Expression() {
  for (ExpressionPtr next = detach_chain(*this); next != nullptr;) {
    ExpressionPtr after = detach_chain(*next);
    next = std::move(after);
  }
}

bool Expression::operator==(const Expression& other) const {
  const Expression* a = this;
  const Expression* b = &other;
  while (true) {
    const Binary* x = a->as<Binary>();
    const Binary* y = b->as<Binary>();
    if (x == nullptr || y == nullptr) return a->node == b->node;
    if (x->op != y->op || x->right != y->right) return false;
    a = x->left.get();
    b = y->left.get();
  }
}

TableRef::TableRef(TableRefNode value, SourceSpan where) : node(std::move(value)), span(where) {}

TableRef::~TableRef() {
  for (TableRefPtr next = detach_left(*this); next != nullptr;) {
    TableRefPtr after = detach_left(*next);
    next = std::move(after);
  }
}

std::vector<Name> lambda_parameters(const Expression& expression) {
  if (const Lambda* lambda = expression.as<Lambda>()) return lambda->parameters;
  const Binary* arrow = expression.as<Binary>();
  if (arrow == nullptr || arrow->op != "->") return {};
  std::vector<Name> names;
  const auto add = [&names](const Expression& parameter) {
    const ColumnRef* column = parameter.as<ColumnRef>();
    if (column == nullptr || column->name.parts.size() != 1) return false;
    names.push_back(column->name.last());
    return true;
  };
  if (const Row* row = arrow->left->as<Row>()) {
    if (!std::ranges::all_of(row->elements, [&add](const ExpressionPtr& element) { return add(*element); })) return {};
    return names;
  }
  return add(*arrow->left) ? names : std::vector<Name>();
}

const Expression* lambda_body(const Expression& expression) {
  if (const Lambda* lambda = expression.as<Lambda>()) return lambda->body.get();
  return lambda_parameters(expression).empty() ? nullptr : expression.as<Binary>()->right.get();
}

}  // namespace trueno::sql
