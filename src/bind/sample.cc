// SAMPLE: which rows stay is decided by random numbers of their row numbers, so the same rows stay however the query is run.
//
// So many per cent: each row by itself (bernoulli), or 2,048 neighbours together (system); reservoir: exactly that part of them. So many
// rows: those with the least random numbers, in the order they had.
#include "base/hash.h"
#include "bind/query_binder.h"

namespace trueno::bind {

using plan::Expression;
using plan::PlanPtr;

namespace {

constexpr int kBlockBits = 11;

enum class Method : std::uint8_t { kBernoulli, kSystem, kReservoir };

Result<Method> method_of(const sql::Sample& sample) {
  const std::string name = lower_name(sample.method.text);
  if (name.empty()) return sample.percent ? Method::kSystem : Method::kReservoir;
  if (name == "bernoulli") return Method::kBernoulli;
  if (name == "system") return Method::kSystem;
  if (name == "reservoir") return Method::kReservoir;
  return error(ErrorCode::kBinder, "no sampling method {}", name).hint("bernoulli, system or reservoir").at(sample.method.span);
}

}  // namespace

Result<PlanPtr> QueryBinder::sampled(const sql::Sample& sample, PlanPtr plan) {
  const SourceSpan span = sample.span;
  const Method method = TRUENO_TRY(method_of(sample));
  const Expression bound = TRUENO_TRY(bind_constant(*sample.amount, context_));
  const Value amount = TRUENO_TRY(context_.constants.evaluate(Expression::cast(bound, sample.percent ? TypeId::kDouble : TypeId::kBigInt)));
  if (amount.is_null()) return error(ErrorCode::kBinder, "the size of a sample must not be NULL").at(span);
  if (sample.percent && !(amount.as_double() >= 0 && amount.as_double() <= 100))
    return error(ErrorCode::kBinder, "a sample is from 0 to 100 percent").at(span);
  if (!sample.percent && amount.as_integer() < 0) return error(ErrorCode::kBinder, "a sample has no negative number of rows").at(span);
  if (!sample.percent && method != Method::kReservoir)
    return error(ErrorCode::kBinder, "{} takes a sample in percent", lower_name(sample.method.text))
        .hint("of rows: reservoir(10 ROWS)")
        .at(span);
  if (context_.random == nullptr) return error(ErrorCode::kBinder, "a sample cannot stand here").at(span);
  const std::uint64_t seed = sample.seed ? hash64(*sample.seed) : hash_combine(context_.random->seed, ++context_.random->calls);
  const Scope nothing;
  const ExpressionBinder binder(context_, nothing);
  const Schema schema = plan->schema;
  const auto literal = [](std::uint64_t value) { return Expression::literal(Value::integer(static_cast<i128>(value), TypeId::kUBigInt)); };
  if (method != Method::kReservoir) {
    std::vector<Expression> of = {literal(seed)};
    if (method == Method::kSystem) {
      plan = plan::with_numbers(std::move(plan));
      Expression row = Expression::column(static_cast<int>(schema.size()), TypeId::kBigInt);
      of.push_back(TRUENO_TRY(binder.call(">>", {std::move(row), Expression::literal(Value::bigint(kBlockBits))}, span)));
    }
    Expression part = Expression::literal(Value::floating(amount.as_double() / 100));
    Expression chosen = TRUENO_TRY(binder.call("<", {TRUENO_TRY(binder.call("random", std::move(of), span)), std::move(part)}, span));
    const Schema fields = plan->schema;
    plan = plan::make_plan(plan::Filter{std::move(chosen)}, fields, std::move(plan));
    return plan::first_columns(std::move(plan), schema.size());
  }
  // In a random order, cut, and back in the order they had.
  PlanPtr numbered = plan::with_numbers(std::move(plan));
  Schema fields = numbered->schema;
  fields.push_back({"random", TypeId::kDouble, false});
  std::vector<Expression> outputs = plan::all_columns(numbered->schema);
  outputs.push_back(TRUENO_TRY(binder.call("random", {literal(seed)}, span)));
  numbered = plan::make_plan(plan::Project{std::move(outputs)}, fields, std::move(numbered));
  const auto by = [&](std::size_t column) {
    return plan::Sort{{{Expression::column(static_cast<int>(column), fields[column].type), false, false}}};
  };
  numbered = plan::make_plan(by(fields.size() - 1), fields, std::move(numbered));
  if (sample.percent) {
    numbered = TRUENO_TRY(cut(binder, {span, true, Expression::literal(amount), std::nullopt}, std::move(numbered)));
  } else {
    plan::Limit limit;
    limit.limit = static_cast<std::int64_t>(amount.as_integer());
    numbered = plan::make_plan(std::move(limit), fields, std::move(numbered));
  }
  numbered = plan::make_plan(by(schema.size()), fields, std::move(numbered));
  return plan::first_columns(std::move(numbered), schema.size());
}

}  // namespace trueno::bind
