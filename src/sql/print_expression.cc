// Expressions and type names as text. See printer.h for the promise.
//
// What keeps the promise: every operator has parentheses of its own; every keyword that is a name is quoted, even where it would not have
// to be; forms that became calls (substring, trim, ...) are written with a quoted name, which the parser never takes for the form; values
// that could swallow what follows them (an interval its unit, a number a dot) are set apart.
#include "sql/precedence.h"
#include "sql/printer.h"
#include "sql/terminal.h"
#include "sql/writer.h"

namespace trueno::sql {

namespace {

bool is_plain_identifier(std::string_view name) {
  if (name.empty() || (name[0] >= '0' && name[0] <= '9')) return false;
  for (const char c : name) {
    if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_')) return false;
  }
  return true;
}

// Names that call a function without parentheses; as the name of a column they need quotes.
bool begins_like_value_function(std::string_view name) {
  const std::string lower = ascii_lower(name);
  return lower.starts_with("current_") || lower.starts_with("local") || lower.starts_with("session_");
}

std::string quote_identifier_always(std::string_view name) {
  std::string text = "\"";
  for (const char c : name) {
    text += c;
    if (c == '"') text += c;
  }
  return text + '"';
}

// Types may be named by many a keyword; these begin a form of their own.
std::string quote_type(std::string_view name) {
  static constexpr std::string_view kForms[] = {"STRUCT", "ROW", "MAP", "ENUM", "NATIONAL", "UNION"};
  const Terminal keyword = find_keyword(name);
  if (!is_plain_identifier(name) || (keyword != kNoTerminal && !may_name_function(keyword))) return quote_identifier_always(name);
  for (const std::string_view form : kForms) {
    if (equal_ignoring_case(form, name)) return quote_identifier_always(name);
  }
  return std::string(name);
}

std::string_view like_word(LikeKind kind) {
  switch (kind) {
    case LikeKind::kLike: return "LIKE ";
    case LikeKind::kILike: return "ILIKE ";
    case LikeKind::kGlob: return "GLOB ";
    case LikeKind::kSimilarTo: return "SIMILAR TO ";
  }
  return {};
}

std::string_view truth_word(TruthTest test) {
  switch (test) {
    case TruthTest::kNull: return "NULL";
    case TruthTest::kTrue: return "TRUE";
    case TruthTest::kFalse: return "FALSE";
    case TruthTest::kUnknown: return "UNKNOWN";
  }
  return {};
}

}  // namespace

// All keywords are quoted, reserved or not: one rule, and no list of places where a word begins a form.
std::string quote_identifier(std::string_view name) {
  const bool plain = is_plain_identifier(name) && find_keyword(name) == kNoTerminal && !begins_like_value_function(name);
  return plain ? std::string(name) : quote_identifier_always(name);
}

std::string quote_string(std::string_view text) {
  std::string result = "'";
  for (const char c : text) {
    result += c;
    if (c == '\'') result += c;
  }
  return result + '\'';
}

std::string print(const Expression& expression) {
  Writer writer;
  writer.write(expression);
  return writer.take();
}

std::string print(const TypeName& type) {
  Writer writer;
  writer.write(type);
  return writer.take();
}

void Writer::write(const Expression& expression) {
  std::visit([this](const auto& n) { node(n); }, expression.node);
}

void Writer::name(const Name& name) { put(quote_identifier(name.text)); }

void Writer::name(const QualifiedName& name) {
  bool first = true;
  for (const Name& part : name.parts) {
    put_if(!first, ".");
    first = false;
    this->name(part);
  }
}

void Writer::names(const std::vector<Name>& names) {
  put("(");
  list(names, [this](const Name& n) { name(n); });
  put(")");
}

void Writer::optional_names(const std::vector<Name>& names) {
  if (names.empty()) return;
  put(" ");
  this->names(names);
}

void Writer::expressions(const std::vector<ExpressionPtr>& list) {
  this->list(list, [this](const ExpressionPtr& e) { write(*e); });
}

void Writer::clause(std::string_view word, const ExpressionPtr& expression) {
  if (expression == nullptr) return;
  put(word);
  write(*expression);
}

void Writer::node(const Literal& n) {
  switch (n.kind) {
    case LiteralKind::kNull: put("NULL"); break;
    case LiteralKind::kBoolean: put(n.text == "true" ? "TRUE" : "FALSE"); break;
    case LiteralKind::kInteger:
    case LiteralKind::kDecimal:
    case LiteralKind::kFloat: put(n.text); break;
    case LiteralKind::kString: put(quote_string(n.text)); break;
    case LiteralKind::kBlob:
      put("X'");
      for (const char c : n.text) put(fmt::format("{:02X}", static_cast<unsigned char>(c)));
      put("'");
  }
}

void Writer::node(const TypedLiteral& n) {
  write(*n.type);
  put(" " + quote_string(n.text));
}

// The value in parentheses, so that nothing behind it is read as a part of it.
void Writer::node(const IntervalLiteral& n) {
  put("INTERVAL (");
  write(*n.value);
  put(")");
  put_if(!n.unit.empty(), " " + n.unit);
}

void Writer::node(const ColumnRef& n) { name(n.name); }

void Writer::node(const Star& n) {
  name(n.qualifier);
  put(n.qualifier.empty() ? "*" : ".*");
  if (!n.exclude.empty()) {
    put(" EXCLUDE (");
    list(n.exclude, [this](const QualifiedName& column) { name(column); });
    put(")");
  }
  if (!n.replace.empty()) {
    put(" REPLACE (");
    list(n.replace, [this](const StarReplacement& r) {
      write(*r.expression);
      put(" AS ");
      name(r.name);
    });
    put(")");
  }
  if (!n.rename.empty()) {
    put(" RENAME (");
    list(n.rename, [this](const StarRename& r) {
      name(r.from);
      put(" AS ");
      name(r.to);
    });
    put(")");
  }
}

void Writer::node(const Columns& n) {
  put(n.unpacked ? "*COLUMNS(" : "COLUMNS(");
  write(*n.argument);
  put(")");
}

// `?` comes out with the number it has been given.
void Writer::node(const Parameter& n) { put(n.name.empty() ? fmt::format("${}", n.number) : "$" + n.name); }

void Writer::node(const PositionalRef& n) { put(fmt::format("#{}", n.number)); }

void Writer::node(const DefaultValue&) { put("DEFAULT"); }

void Writer::node(const Logical& n) {
  put("(");
  bool first = true;
  for (const ExpressionPtr& operand : n.operands) {
    put_if(!first, n.op == LogicalOperator::kAnd ? " AND " : " OR ");
    first = false;
    write(*operand);
  }
  put(")");
}

void Writer::node(const Not& n) {
  put("(NOT ");
  write(*n.operand);
  put(")");
}

void Writer::node(const Unary& n) {
  put("(");
  put_if(n.op != "!", n.op);
  write(*n.operand);
  put_if(n.op == "!", " !");
  put(")");
}

// A run of one precedence is walked in a loop and shares its parentheses: it may be ten thousand operators long.
void Writer::node(const Binary& n) {
  const Precedence precedence = operator_precedence(n.op);
  std::vector<const Binary*> run{&n};
  while (precedence != Precedence::kComparison) {
    const Binary* left = run.back()->left->as<Binary>();
    if (left == nullptr || operator_precedence(left->op) != precedence) break;
    run.push_back(left);
  }
  put("(");
  write(*run.back()->left);
  for (auto turn = run.rbegin(); turn != run.rend(); ++turn) {
    put(" " + (*turn)->op + " ");
    write(*(*turn)->right);
  }
  put(")");
}

void Writer::node(const IsTest& n) {
  put("(");
  write(*n.operand);
  put(n.negated ? " IS NOT " : " IS ");
  put(truth_word(n.test));
  put(")");
}

void Writer::node(const IsDistinctFrom& n) {
  put("(");
  write(*n.left);
  put(n.negated ? " IS NOT DISTINCT FROM " : " IS DISTINCT FROM ");
  write(*n.right);
  put(")");
}

void Writer::node(const Between& n) {
  put("(");
  write(*n.value);
  put(n.negated ? " NOT BETWEEN " : " BETWEEN ");
  put_if(n.symmetric, "SYMMETRIC ");
  write(*n.low);
  put(" AND ");
  write(*n.high);
  put(")");
}

void Writer::node(const In& n) {
  put("(");
  write(*n.value);
  put(n.negated ? " NOT IN " : " IN ");
  if (n.collection != nullptr) {
    write(*n.collection);
  } else {
    put("(");
    if (n.query != nullptr) write(*n.query);
    expressions(n.list);
    put(")");
  }
  put(")");
}

void Writer::node(const Like& n) {
  put("(");
  write(*n.value);
  put(n.negated ? " NOT " : " ");
  put(like_word(n.kind));
  write(*n.pattern);
  clause(" ESCAPE ", n.escape);
  put(")");
}

void Writer::node(const Collate& n) {
  put("(");
  write(*n.operand);
  put(" COLLATE ");
  name(n.collation);
  put(")");
}

void Writer::node(const AtTimeZone& n) {
  put("(");
  write(*n.operand);
  put(" AT TIME ZONE ");
  write(*n.zone);
  put(")");
}

void Writer::node(const Cast& n) {
  put(n.trying ? "TRY_CAST(" : "CAST(");
  write(*n.operand);
  put(" AS ");
  write(*n.type);
  put(")");
}

void Writer::node(const Case& n) {
  put("CASE");
  clause(" ", n.operand);
  for (const CaseBranch& branch : n.branches) {
    clause(" WHEN ", branch.when);
    clause(" THEN ", branch.then);
  }
  clause(" ELSE ", n.otherwise);
  put(" END");
}

// The word, not the arrow: an arrow is a Binary and comes out as one.
void Writer::node(const Lambda& n) {
  put("(lambda ");
  list(n.parameters, [this](const Name& parameter) { name(parameter); });
  put(": ");
  write(*n.body);
  put(")");
}

void Writer::node(const Subquery& n) {
  put_if(n.kind == SubqueryKind::kExists, "EXISTS ");
  put_if(n.kind == SubqueryKind::kArray, "ARRAY ");
  put("(");
  write(*n.query);
  put(")");
}

void Writer::node(const Quantified& n) {
  put("(");
  write(*n.left);
  put(" " + n.op + (n.all ? " ALL (" : " ANY ("));
  if (n.query != nullptr) write(*n.query);
  clause("", n.collection);
  put("))");
}

// Always with the word: `(a)` would be no row, and `(a, b)` in GROUP BY a set of two.
void Writer::node(const Row& n) {
  put("ROW(");
  expressions(n.elements);
  put(")");
}

void Writer::node(const ListValue& n) {
  put("[");
  expressions(n.elements);
  put("]");
}

void Writer::node(const StructValue& n) {
  put("{");
  list(n.fields, [this](const StructField& field) {
    put(quote_string(field.name.text) + ": ");
    write(*field.value);
  });
  put("}");
}

void Writer::node(const MapValue& n) {
  put("MAP {");
  list(n.entries, [this](const MapEntry& entry) {
    write(*entry.key);
    put(": ");
    write(*entry.value);
  });
  put("}");
}

// The value that a subscript or a field follows. Names and numbers would swallow a dot, an interval the brackets as well. Everything else
// goes without parentheses of our own: behind IN they would begin a list.
void Writer::postfix_operand(const Expression& expression, bool before_dot) {
  const Literal* literal = expression.as<Literal>();
  const bool number = literal != nullptr && (literal->kind == LiteralKind::kInteger || literal->kind == LiteralKind::kDecimal ||
                                             literal->kind == LiteralKind::kFloat);
  const bool apart = expression.is<IntervalLiteral>() || (before_dot && (number || expression.is<ColumnRef>() || expression.is<Star>()));
  put_if(apart, "(");
  write(expression);
  put_if(apart, ")");
}

void Writer::node(const Subscript& n) {
  postfix_operand(*n.operand, false);
  put("[");
  write(*n.index);
  put("]");
}

void Writer::node(const Slice& n) {
  postfix_operand(*n.operand, false);
  put("[");
  clause("", n.lower);
  put(":");
  put_if(n.upper == nullptr && n.step != nullptr, "-");
  clause("", n.upper);
  clause(":", n.step);
  put("]");
}

void Writer::node(const FieldAccess& n) {
  postfix_operand(*n.operand, true);
  put(".");
  name(n.field);
}

void Writer::write(const TypeName& type) {
  using Kind = TypeName::Kind;
  switch (type.kind) {
    case Kind::kNamed:
      for (std::size_t i = 0; i < type.name.parts.size(); ++i) {
        put_if(i > 0, ".");
        put(i == 0 && type.name.parts.size() == 1 ? quote_type(type.name.parts[i].text) : quote_identifier(type.name.parts[i].text));
      }
      if (type.modifiers.empty()) return;
      put("(");
      list(type.modifiers, [this](const Literal& literal) { node(literal); });
      put(")");
      return;
    case Kind::kList:
    case Kind::kArray:
      write(type.children[0]);
      put(type.kind == Kind::kList ? "[]" : fmt::format("[{}]", type.array_size));
      return;
    case Kind::kStruct:
    case Kind::kUnion:
      put(type.kind == Kind::kStruct ? "STRUCT(" : "UNION(");
      for (std::size_t i = 0; i < type.children.size(); ++i) {
        put_if(i > 0, ", ");
        name(type.field_names[i]);
        put(" ");
        write(type.children[i]);
      }
      put(")");
      return;
    case Kind::kMap:
      put("MAP(");
      list(type.children, [this](const TypeName& child) { write(child); });
      put(")");
      return;
    case Kind::kEnum:
      put("ENUM(");
      list(type.labels, [this](const std::string& label) { put(quote_string(label)); });
      put(")");
  }
}

}  // namespace trueno::sql
