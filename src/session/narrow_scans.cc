// Files that no row is wanted of.
//
//   Filter(year IN (2023, 2024) AND a > 1)        Filter(...)
//     Scan t/*/*.parquet (9 files)           ->     Scan t/*/*.parquet (2 of 9 files)
//
// Conjuncts are evaluated with a file's constants in the places of their columns, in written order, up to the first that reads other
// columns and may fail: rows that are left out do not raise its error.
#include "session/narrow_scans.h"

#include <algorithm>
#include <optional>

namespace trueno::session {

namespace {

using plan::Expression;

class Narrowing {
 public:
  explicit Narrowing(const plan::ConstantEvaluator& constants) : constants_(constants) {}

  Status walk(plan::Plan& plan) {
    const auto* filter = std::get_if<plan::Filter>(&plan.node);
    for (const plan::PlanPtr& input : plan.inputs) {
      auto* scan = std::get_if<plan::Scan>(&input->node);
      TRUENO_TRY(scan != nullptr ? narrow(*scan, filter) : walk(*input));
    }
    if (auto* scan = std::get_if<plan::Scan>(&plan.node)) return narrow(*scan, nullptr);  // the whole plan
    const auto* shared = std::get_if<plan::Shared>(&plan.node);
    if (shared == nullptr || !shared->plan->plan || std::ranges::find(seen_, shared->plan.get()) != seen_.end()) return {};
    seen_.push_back(shared->plan.get());
    return walk(*shared->plan->plan);
  }

 private:
  Status narrow(plan::Scan& scan, const plan::Filter* filter) {
    KeepConstants keep;
    if (filter != nullptr) {
      keep = [this, &scan, terms = plan::conjuncts(filter->condition)](std::span<const Value* const> values) {
        return wanted(scan, terms, values);
      };
    }
    auto narrowed = TRUENO_TRY(scan.source->narrowed(scan.predicate, keep));
    if (narrowed) scan.source = std::move(narrowed);
    return {};
  }

  bool wanted(const plan::Scan& scan, const std::vector<Expression>& terms, std::span<const Value* const> values) const {
    const auto value_of = [&](int column) { return values[static_cast<std::size_t>(scan.columns[static_cast<std::size_t>(column)])]; };
    for (const Expression& term : terms) {
      const std::vector<int> columns = plan::columns_of(term);
      if (!std::ranges::all_of(columns, value_of)) {
        if (plan::may_fail(term)) return true;
        continue;
      }
      std::vector<Expression> literals(scan.columns.size());
      for (const int column : columns) literals[static_cast<std::size_t>(column)] = Expression::literal(*value_of(column));
      const Expression constant = plan::substitute(term, literals);
      if (!constant.is_constant()) return true;  // random(), a subquery
      const Result<Value> value = constants_.evaluate(constant);
      if (!value) return true;  // the rows say it
      if (value->is_null() || !value->as_bool()) return false;
    }
    return true;
  }

  const plan::ConstantEvaluator& constants_;
  std::vector<const plan::SharedPlan*> seen_;  // plans that several places read, each once
};

}  // namespace

Status narrow_scans(plan::Plan& plan, const plan::ConstantEvaluator& constants) { return Narrowing(constants).walk(plan); }

}  // namespace trueno::session
