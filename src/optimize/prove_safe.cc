// Proofs that an operation cannot fail: conjuncts of such operations alone may move, which those that may fail must not.
//
//   Filter (substring(s, 1, 5) = 'x') AND a.k = b.k        Filter (substring(s, 1, 5) = 'x')     no substring of 1 and 5 fails
//     Join                                          ->       Join on a.k = b.k                   (by push_down_filters, which is next)
//       a  b                                                   a  b
//
// A call is lowered as the compiler would lower it, over the bounds that its arguments have by their types and by the statistics of the
// columns they read; it is safe where no instruction is left that checks. What holds for all rows of a source holds for those that any
// operator leaves of it, so a proof moves along with its expression. Bounds that a file claims serve here as they do for skipping parts:
// where they lie, rows that fail may be filtered before they do; no check rests on a proof.
#include <algorithm>
#include <map>
#include <numeric>

#include "function/proof.h"
#include "optimize/rules.h"

namespace trueno::optimize {

namespace {

using function::Range;
using plan::Expression;
using plan::ExpressionKind;
using plan::Plan;

class Prover {
 public:
  void prove(Plan& plan) {
    for (const plan::PlanPtr& input : plan.inputs) prove(*input);
    if (auto* join = std::get_if<plan::Join>(&plan.node)) {
      for (plan::JoinKey& key : join->keys) {
        mark(key.left, *plan.inputs[0], nullptr, false);
        mark(key.right, *plan.inputs[1], nullptr, false);
      }
      if (join->condition) mark(*join->condition, *plan.inputs[0], plan.inputs[1].get(), false);
      if (join->any) mark(*join->any, *plan.inputs[0], plan.inputs[1].get(), false);
    } else if (!plan.inputs.empty()) {
      plan::for_each_expression(plan, [&](Expression& e) { mark(e, plan.input(), nullptr, false); });
    }
  }

 private:
  // Marks what is safe in an expression over the columns of `left`, then `right`. Its range, where that is wanted.
  Range mark(Expression& e, const Plan& left, const Plan* right, bool wanted);
  // By column of a plan; what is known of all rows its source has.
  Range of_column(const Plan& plan, std::size_t column);
  Range find_out(const Plan& plan, std::size_t column);
  Range of_call(const plan::AggregateCall& call, const Plan& input);
  std::optional<i128> most_rows(const Plan& plan);
  std::optional<i128> count_rows(const Plan& plan);

  std::map<std::pair<const Plan*, std::size_t>, Range> known_;
  std::map<const Plan*, std::optional<i128>> most_rows_;
};

// What an operation gives for arguments of these ranges; nothing where it may fail.
std::optional<Range> of_operation(const Expression& e, const std::vector<Range>& ranges) {
  std::vector<Value> literals;
  literals.reserve(ranges.size());  // they are pointed to
  std::vector<function::Operand> operands;
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    const Expression& argument = e.arguments[i];
    const bool literal = argument.kind == ExpressionKind::kLiteral || argument.kind == ExpressionKind::kParameter;
    if (literal) literals.emplace_back(argument.type, argument.value.payload());
    operands.push_back({argument.type, ranges[i], literal ? &literals.back() : nullptr});
  }
  if (e.kind == ExpressionKind::kCast) return function::range_of_cast(operands.front(), e.type, e.trying);
  return function::range_of_call(*e.function, e.signature, operands);
}

Range Prover::mark(Expression& e, const Plan& left, const Plan* right, bool wanted) {
  switch (e.kind) {
    case ExpressionKind::kColumn: {
      if (!wanted) return Range::unknown();
      const auto column = static_cast<std::size_t>(e.index);
      const std::size_t of_left = left.schema.size();
      if (column >= of_left && right == nullptr) return function::range_of_type(e.type);
      return column < of_left ? of_column(left, column) : of_column(*right, column - of_left);
    }
    case ExpressionKind::kLiteral:
    case ExpressionKind::kParameter: return function::range_of_literal(Value(e.type, e.value.payload()));
    case ExpressionKind::kCase:
    case ExpressionKind::kCoalesce: {
      Range all;
      bool first = true;
      for (std::size_t i = 0; i < e.arguments.size(); ++i) {
        const bool condition = e.kind == ExpressionKind::kCase && i % 2 == 0 && i + 1 < e.arguments.size();
        const Range one = mark(e.arguments[i], left, right, wanted && !condition);
        if (condition || !wanted) continue;
        all = first ? one : function::either_range(all, one);
        first = false;
      }
      return all;
    }
    case ExpressionKind::kCall:
    case ExpressionKind::kCast: {
      const bool ask = plan::may_fail_itself(e) && !plan::is_volatile(e) && !plan::catches_errors(e);
      std::vector<Range> ranges;
      for (Expression& argument : e.arguments) ranges.push_back(mark(argument, left, right, ask || (wanted && e.arguments.size() == 1)));
      if (!ask && e.kind == ExpressionKind::kCall) return function::range_of_type(e.type);
      const std::optional<Range> range = plan::is_volatile(e) ? std::nullopt : of_operation(e, ranges);
      e.proven = e.proven || (ask && range.has_value());
      return range && range->bounded() ? *range : function::range_of_type(e.type);
    }
    case ExpressionKind::kAnd:
    case ExpressionKind::kOr:
    case ExpressionKind::kOuter:
    case ExpressionKind::kSubquery: break;
  }
  for (Expression& argument : e.arguments) mark(argument, left, right, false);
  return function::range_of_type(e.type);
}

Range Prover::of_column(const Plan& plan, std::size_t column) {
  if (const auto known = known_.find({&plan, column}); known != known_.end()) return known->second;
  Range range = find_out(plan, column);
  if (!range.bounded()) range = function::range_of_type(plan.schema[column].type);
  range.nullable = true;  // joins above may pad
  known_.emplace(std::pair(&plan, column), range);
  return range;
}

// Of a sum, count or extreme: no group has more rows than there are.
Range Prover::of_call(const plan::AggregateCall& call, const Plan& input) {
  const kernel::FinishKind finish = call.function->finish;
  if (call.function->fold != nullptr || call.function->accumulator == nullptr) return Range::unknown();
  const std::optional<i128> rows = most_rows(input);
  if (finish == kernel::FinishKind::kCount) return rows ? Range::of(0, *rows) : Range::unknown();
  if (call.arguments.size() != 1 || !is_integer(call.arguments[0].type.physical())) return Range::unknown();
  Expression argument = call.arguments[0];
  const Range each = mark(argument, input, nullptr, true);
  if (!each.bounded() || finish == kernel::FinishKind::kExtreme) return each;
  if (finish != kernel::FinishKind::kSum || !rows) return Range::unknown();
  i128 least = *each.min;
  i128 greatest = *each.max;
  if (least < 0 && __builtin_mul_overflow(least, *rows, &least)) return Range::unknown();
  if (greatest > 0 && __builtin_mul_overflow(greatest, *rows, &greatest)) return Range::unknown();
  return Range::of(least, greatest);
}

// What no execution exceeds; nothing where that is not known.
std::optional<i128> Prover::most_rows(const Plan& plan) {
  if (const auto known = most_rows_.find(&plan); known != most_rows_.end()) return known->second;
  return most_rows_.emplace(&plan, count_rows(plan)).first->second;
}

std::optional<i128> Prover::count_rows(const Plan& plan) {
  constexpr i128 kEnough = i128{1} << 63;
  if (const auto* scan = std::get_if<plan::Scan>(&plan.node)) return scan->source->row_count();
  if (const auto* values = std::get_if<plan::Values>(&plan.node)) return static_cast<i128>(values->rows.size());
  if (const auto* shared = std::get_if<plan::Shared>(&plan.node)) {
    return shared->plan->materialized ? std::nullopt : most_rows(*shared->plan->plan);
  }
  if (std::holds_alternative<plan::Recursion>(plan.node) || plan.inputs.empty()) return std::nullopt;
  std::vector<i128> rows;
  for (const plan::PlanPtr& input : plan.inputs) {
    const std::optional<i128> one = most_rows(*input);
    if (!one || *one > kEnough) return std::nullopt;
    rows.push_back(*one);
  }
  if (std::holds_alternative<plan::Union>(plan.node)) return std::accumulate(rows.begin(), rows.end(), i128{0});
  if (std::holds_alternative<plan::Aggregate>(plan.node)) return std::max<i128>(rows[0], 1);
  if (const auto* join = std::get_if<plan::Join>(&plan.node)) {
    if (join->kind == plan::JoinKind::kSemi || join->kind == plan::JoinKind::kAnti || join->kind == plan::JoinKind::kMark ||
        join->kind == plan::JoinKind::kSingle)
      return rows[0];
    return rows[0] * rows[1] + rows[0] + rows[1];  // padded ones included
  }
  return rows[0];
}

Range Prover::find_out(const Plan& plan, std::size_t column) {
  const auto passed_on = [&](std::size_t input, std::size_t at) {
    return at < plan.inputs[input]->schema.size() ? of_column(*plan.inputs[input], at) : Range::unknown();
  };
  if (const auto* scan = std::get_if<plan::Scan>(&plan.node)) {
    const ColumnStatistics statistics = scan->source->column_statistics(scan->columns[column]);
    return function::range_of_column(plan.schema[column].type, statistics, scan->source->row_count().value_or(-1));
  }
  if (const auto* project = std::get_if<plan::Project>(&plan.node)) {
    Expression e = project->expressions[column];
    return mark(e, plan.input(), nullptr, true);
  }
  if (const auto* aggregate = std::get_if<plan::Aggregate>(&plan.node)) {
    if (column >= aggregate->keys.size()) return of_call(aggregate->calls[column - aggregate->keys.size()], plan.input());
    Expression e = aggregate->keys[column];
    return mark(e, plan.input(), nullptr, true);
  }
  if (const auto* shared = std::get_if<plan::Shared>(&plan.node)) {
    // What is materialized may be the rows of a recursion, which its plan does not tell.
    return shared->plan->materialized ? Range::unknown() : of_column(*shared->plan->plan, column);
  }
  if (std::holds_alternative<plan::Join>(plan.node)) {
    const std::size_t left = plan.inputs[0]->schema.size();
    return column < left ? passed_on(0, column) : (plan.schema.size() == left + 1 ? Range::unknown() : passed_on(1, column - left));
  }
  const bool passes = std::holds_alternative<plan::Filter>(plan.node) || std::holds_alternative<plan::Limit>(plan.node) ||
                      std::holds_alternative<plan::Sort>(plan.node) || std::holds_alternative<plan::TopN>(plan.node) ||
                      std::holds_alternative<plan::Numbered>(plan.node) || std::holds_alternative<plan::RowNumber>(plan.node);
  return passes ? passed_on(0, column) : Range::unknown();
}

}  // namespace

Result<plan::PlanPtr> prove_safe(plan::PlanPtr plan, const plan::ConstantEvaluator&) {
  Prover().prove(*plan);
  return plan;
}

}  // namespace trueno::optimize
