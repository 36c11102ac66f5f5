// nextval for the rows of a SELECT. A program that runs on many threads and devices has no order in which to count, but the plan as written
// has one: the rows are counted first, each call takes as many numbers at once, and row i gets the i-th of them.
#include "session/sequences.h"
#include "session/statement_runner.h"

namespace trueno::session {

Result<std::vector<bind::Drawn>> StatementRunner::draw_numbers(const plan::Plan& rows,
                                                               const std::vector<const sql::FunctionCall*>& calls) const {
  drawn_ = true;
  std::vector<std::shared_ptr<const catalog::Sequence>> sequences;
  for (const sql::FunctionCall* call : calls) sequences.push_back(TRUENO_TRY(sequence_named(*call, changes_.root(), names_.path())));
  std::int64_t count = 0;
  if (draws_) {
    plan::AggregateCall all;
    all.function = database_.functions().aggregate("count");
    all.signature.result = TypeId::kBigInt;
    plan::PlanPtr counted = plan::make_plan(plan::Aggregate{{}, {std::move(all)}}, {{"rows", TypeId::kBigInt, false}}, plan::clone(rows));
    const StatementResult result = TRUENO_TRY(output_of(*TRUENO_TRY(optimised(std::move(counted)))));
    count = static_cast<std::int64_t>(result.rows.columns[0].value(0).as_integer());
  }
  std::vector<bind::Drawn> drawn;
  for (const auto& sequence : sequences) drawn.push_back({TRUENO_TRY(sequence->counter->take(count)), sequence->counter->rule().increment});
  return drawn;
}

}  // namespace trueno::session
