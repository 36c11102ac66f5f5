#include "plan/expression.h"

#include <algorithm>

namespace trueno::plan {

Expression::Expression(const Expression&) = default;
Expression& Expression::operator=(const Expression&) = default;

Expression Expression::column(int index, Type type) {
  Expression e;
  e.kind = ExpressionKind::kColumn;
  e.index = index;
  e.type = std::move(type);
  return e;
}

Expression Expression::outer(int index, Type type) {
  Expression e = column(index, std::move(type));
  e.kind = ExpressionKind::kOuter;
  return e;
}

Expression Expression::literal(Value value) {
  Expression e;
  e.kind = ExpressionKind::kLiteral;
  e.type = value.type();
  e.value = std::move(value);
  return e;
}

Expression Expression::choice(Expression condition, Expression value, Expression otherwise) {
  Expression e;
  e.kind = ExpressionKind::kCase;
  e.type = value.type;
  e.span = otherwise.span;
  e.arguments.push_back(std::move(condition));
  e.arguments.push_back(std::move(value));
  e.arguments.push_back(std::move(otherwise));
  return e;
}

Expression Expression::where(Expression condition, Expression value) {
  Expression null = literal(Value::null(value.type));
  null.span = value.span;
  return choice(std::move(condition), std::move(value), std::move(null));
}

Expression Expression::nary(ExpressionKind kind, Type type, std::vector<Expression> arguments, SourceSpan span) {
  Expression e;
  e.kind = kind;
  e.type = std::move(type);
  e.span = span;
  e.arguments = std::move(arguments);
  return e;
}

Expression Expression::cast(Expression argument, Type type, bool trying) {
  if (argument.type == type) return argument;
  Expression e;
  e.kind = ExpressionKind::kCast;
  e.type = std::move(type);
  e.span = argument.span;
  e.trying = trying;
  e.arguments.push_back(std::move(argument));
  return e;
}

bool Expression::is_constant() const {
  if (kind == ExpressionKind::kColumn || kind == ExpressionKind::kOuter || kind == ExpressionKind::kSubquery) return false;
  if (kind == ExpressionKind::kCall && function->volatile_function) return false;
  return std::ranges::all_of(arguments, [](const Expression& argument) { return argument.is_constant(); });
}

bool same_expression(const Expression& a, const Expression& b) {
  if (a.kind != b.kind || !(a.type == b.type) || a.function != b.function || a.trying != b.trying || a.uncaught != b.uncaught ||
      a.arguments.size() != b.arguments.size())
    return false;
  if ((a.kind == ExpressionKind::kColumn || a.kind == ExpressionKind::kOuter) && a.index != b.index) return false;
  if (a.subquery != b.subquery) return false;
  if ((a.kind == ExpressionKind::kLiteral || a.kind == ExpressionKind::kParameter) && !(a.value == b.value)) return false;
  if (a.kind == ExpressionKind::kCall && a.function->volatile_function) return false;
  return std::ranges::equal(a.arguments, b.arguments, same_expression);
}

std::vector<Expression> conjuncts(Expression expression) {
  if (expression.kind != ExpressionKind::kAnd) {
    std::vector<Expression> one;
    one.push_back(std::move(expression));
    return one;
  }
  std::vector<Expression> all;
  for (Expression& argument : expression.arguments) {
    for (Expression& term : conjuncts(std::move(argument))) all.push_back(std::move(term));
  }
  return all;
}

Expression conjunction(std::vector<Expression> terms) {
  if (terms.empty()) return Expression::literal(Value::boolean(true));
  if (terms.size() == 1) return std::move(terms.front());
  Expression e;
  e.kind = ExpressionKind::kAnd;
  e.type = TypeId::kBoolean;
  e.arguments = std::move(terms);
  return e;
}

namespace {
void collect_columns(const Expression& expression, std::vector<int>& columns) {
  if (expression.kind == ExpressionKind::kColumn) columns.push_back(expression.index);
  for (const Expression& argument : expression.arguments) collect_columns(argument, columns);
}
}  // namespace

std::vector<int> columns_of(const Expression& expression) {
  std::vector<int> columns;
  collect_columns(expression, columns);
  std::ranges::sort(columns);
  columns.erase(std::unique(columns.begin(), columns.end()), columns.end());
  return columns;
}

void remap_columns(Expression& expression, const std::vector<int>& mapping) {
  if (expression.kind == ExpressionKind::kColumn) expression.index = mapping[static_cast<std::size_t>(expression.index)];
  for (Expression& argument : expression.arguments) remap_columns(argument, mapping);
}

namespace {
Expression substitute_in(const Expression& expression, const std::vector<Expression>& columns, bool caught) {
  if (expression.kind == ExpressionKind::kColumn) {
    Expression column = columns[static_cast<std::size_t>(expression.index)];
    column.uncaught = column.uncaught || (caught && may_fail(column));
    return column;
  }
  Expression out = expression;
  caught = (caught && !expression.uncaught) || catches_errors(expression);
  for (Expression& argument : out.arguments) argument = substitute_in(argument, columns, caught);
  return out;
}

// What is not caught by the try() around it.
bool uncaught_may_fail(const Expression& e) { return e.uncaught ? may_fail(e) : std::ranges::any_of(e.arguments, uncaught_may_fail); }
}  // namespace

Expression substitute(const Expression& expression, const std::vector<Expression>& columns) {
  return substitute_in(expression, columns, false);
}

namespace {

constexpr std::size_t kFewSteps = 16;

// Counts up to a bound: what is larger need not be walked through.
void count_steps(const Expression& e, std::size_t& steps) {
  if (++steps > kFewSteps) return;
  for (const Expression& argument : e.arguments) count_steps(argument, steps);
}
// 0: a column or a constant, which costs nothing to write again.
std::size_t steps_of(const Expression& e) {
  std::size_t steps = 0;
  if (!e.arguments.empty()) count_steps(e, steps);
  return steps;
}

void count_reads(const Expression& e, std::vector<std::size_t>& reads) {
  if (e.kind == ExpressionKind::kColumn) ++reads[static_cast<std::size_t>(e.index)];
  for (const Expression& argument : e.arguments) count_reads(argument, reads);
}

std::vector<std::size_t> reads_of(std::span<const Expression> expressions, std::size_t columns) {
  std::vector<std::size_t> reads(columns);
  for (const Expression& e : expressions) count_reads(e, reads);
  return reads;
}

}  // namespace

std::vector<bool> repeated_columns(std::span<const Expression> expressions, const std::vector<Expression>& columns) {
  const std::vector<std::size_t> reads = reads_of(expressions, columns.size());
  std::vector<bool> repeated(columns.size());
  for (std::size_t i = 0; i < columns.size(); ++i) repeated[i] = reads[i] > 1 && steps_of(columns[i]) > kFewSteps;
  return repeated;
}

bool repeats_work(std::span<const Expression> expressions, const std::vector<Expression>& columns) {
  const std::vector<std::size_t> reads = reads_of(expressions, columns.size());
  std::size_t more = 0;  // steps that are written again
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (reads[i] > 1) more += (reads[i] - 1) * steps_of(columns[i]);
  }
  return more > kFewSteps;
}

Expression substitute_outer(const Expression& expression, const std::vector<Expression>& arguments) {
  if (expression.kind == ExpressionKind::kOuter) return arguments[static_cast<std::size_t>(expression.index)];
  Expression out = expression;
  for (Expression& argument : out.arguments) argument = substitute_outer(argument, arguments);
  return out;
}

bool has_outer(const Expression& e) { return e.kind == ExpressionKind::kOuter || std::ranges::any_of(e.arguments, has_outer); }
bool has_subquery(const Expression& e) { return e.kind == ExpressionKind::kSubquery || std::ranges::any_of(e.arguments, has_subquery); }

bool is_volatile(const Expression& e) {
  return (e.function != nullptr && e.function->volatile_function) || std::ranges::any_of(e.arguments, is_volatile);
}

bool reads_row_number(const Expression& e) {
  return (e.function != nullptr && e.function->by_row) || std::ranges::any_of(e.arguments, reads_row_number);
}

bool catches_errors(const Expression& e) { return e.kind == ExpressionKind::kCall && e.function->name == "try"; }

bool may_fail_itself(const Expression& expression) { return !expression.proven && may_fail_unproven(expression); }

bool may_fail_unproven(const Expression& expression) {
  if (catches_errors(expression)) return false;
  if (expression.kind == ExpressionKind::kSubquery) return true;
  if (expression.kind == ExpressionKind::kCall) {
    // Comparisons, logic and NULL tests never fail; everything else may.
    static constexpr std::string_view kSafe[] = {
        "=",         "<>",       "<",           "<=",      ">",           ">=",       "is_distinct_from", "is_not_distinct_from",
        "not",       "is_null",  "is_not_null", "is_true", "is_not_true", "is_false", "is_not_false",     "starts_with",
        "ends_with", "contains", "length"};
    // A pattern is malformed only where it has an escape character.
    const std::string_view name = expression.function->name;
    const bool pattern =
        (name == "like" || name == "not_like" || name == "ilike" || name == "not_ilike") && expression.arguments.size() == 2;
    if (!pattern && std::ranges::find(kSafe, name) == std::end(kSafe)) return true;
  }
  // A whole number that is written and fits.
  const bool fits = expression.kind == ExpressionKind::kCast && expression.arguments[0].kind == ExpressionKind::kLiteral &&
                    expression.arguments[0].type.is_integer() && !expression.arguments[0].value.is_null() && expression.type.is_integer() &&
                    function::integer_fits(expression.arguments[0].value.as_integer(), expression.type);
  return !fits && expression.kind == ExpressionKind::kCast && !expression.trying &&
         !function::implicit_cast_exists(expression.arguments[0].type, expression.type);
}

bool may_fail(const Expression& expression) {
  if (catches_errors(expression)) return std::ranges::any_of(expression.arguments, uncaught_may_fail);
  return may_fail_itself(expression) || std::ranges::any_of(expression.arguments, may_fail);
}

namespace {

std::string quoted(const Value& value) {
  if (value.is_null()) return "NULL";
  const TypeId id = value.type().id;
  if (id == TypeId::kVarchar || value.type().is_temporal() || id == TypeId::kInterval || id == TypeId::kBlob || id == TypeId::kBit ||
      id == TypeId::kUuid)
    return "'" + value.to_string() + "'";
  return value.to_string();
}

bool is_symbol(std::string_view name) { return !name.empty() && !std::isalpha(static_cast<unsigned char>(name.front())); }

std::string joined(const std::vector<Expression>& arguments, const Schema& input, std::string_view separator) {
  std::string text;
  for (const Expression& argument : arguments) text += (text.empty() ? "" : std::string(separator)) + print(argument, input);
  return text;
}

}  // namespace

std::string print(const Expression& e, const Schema& input) {
  switch (e.kind) {
    case ExpressionKind::kColumn: {
      const auto at = static_cast<std::size_t>(e.index);
      return at < input.size() ? input[at].name : fmt::format("#{}", e.index);
    }
    case ExpressionKind::kLiteral: return quoted(e.value);
    case ExpressionKind::kParameter: return "?";
    case ExpressionKind::kOuter: return fmt::format("outer #{}", e.index);
    case ExpressionKind::kSubquery: return "(subquery)";
    case ExpressionKind::kCall:
      if (is_symbol(e.function->name) && e.arguments.size() == 2) {
        return fmt::format("({} {} {})", print(e.arguments[0], input), e.function->name, print(e.arguments[1], input));
      }
      return fmt::format("{}({})", e.function->name, joined(e.arguments, input, ", "));
    case ExpressionKind::kCast:
      return fmt::format("{}({} AS {})", e.trying ? "TRY_CAST" : "CAST", print(e.arguments[0], input), e.type.to_string());
    case ExpressionKind::kAnd: return "(" + joined(e.arguments, input, " AND ") + ")";
    case ExpressionKind::kOr: return "(" + joined(e.arguments, input, " OR ") + ")";
    case ExpressionKind::kCoalesce: return "coalesce(" + joined(e.arguments, input, ", ") + ")";
    case ExpressionKind::kCase: {
      std::string text = "CASE";
      for (std::size_t i = 0; i + 1 < e.arguments.size(); i += 2)
        text += fmt::format(" WHEN {} THEN {}", print(e.arguments[i], input), print(e.arguments[i + 1], input));
      return text + " ELSE " + print(e.arguments.back(), input) + " END";
    }
  }
  return {};
}

}  // namespace trueno::plan
