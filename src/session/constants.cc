#include "session/constants.h"

#include "column/batch_source.h"
#include "compile/compile.h"
#include "exec/run.h"

namespace trueno::session {

namespace {

Result<Batch> run(const kernel::PipelinePlan& plan, dispatch::Devices& devices, dispatch::Policy policy) {
  exec::Options options;
  options.policy = policy;
  options.policy.learning = options.policy.recorded = false;
  return TRUENO_TRY(exec::run(plan, devices, options, CancelToken())).rows;
}

Result<Batch> truth_of(const plan::Expression& condition, const Schema& schema, const Batch& rows, dispatch::Devices& devices) {
  plan::Scan scan{batch_source(schema, rows, "sample"), {}, {}};
  for (std::size_t i = 0; i < schema.size(); ++i) scan.columns.push_back(static_cast<int>(i));
  plan::Project project{{condition}};
  const plan::PlanPtr plan =
      plan::make_plan(std::move(project), Schema{{"matches", condition.type}}, plan::make_plan(std::move(scan), schema));
  return run(TRUENO_TRY(compile::compile(*plan, {})), devices, dispatch::Policy::kSimd);
}

}  // namespace

Result<Value> Constants::evaluate(const plan::Expression& expression) const {
  if (expression.kind == plan::ExpressionKind::kLiteral || expression.kind == plan::ExpressionKind::kParameter) return expression.value;
  const Batch rows = TRUENO_TRY(run(TRUENO_TRY(compile::compile_expression(expression)), devices_, dispatch::Policy::kScalar));
  return rows.columns[0].value(0);
}

std::optional<std::int64_t> Constants::count_matches(const plan::Expression& condition, const Schema& schema, const Batch& rows) const {
  const Result<Batch> truth = truth_of(condition, schema, rows, devices_);
  if (!truth.has_value()) return std::nullopt;
  std::int64_t matches = 0;
  for (std::int64_t row = 0; row < truth->length; ++row) {
    const Value value = truth->columns[0].value(row);
    matches += !value.is_null() && value.as_bool() ? 1 : 0;
  }
  return matches;
}

}  // namespace trueno::session
