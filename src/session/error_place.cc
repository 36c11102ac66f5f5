#include "session/error_place.h"

#include <algorithm>
#include <set>

namespace trueno::session {

namespace {

using plan::Expression;
using plan::ExpressionKind;

// Operations that can fail, with a place, in the order of the plan.
class Operations {
 public:
  explicit Operations(const plan::Plan& plan) { add(plan); }
  [[nodiscard]] const std::vector<const Expression*>& all() const { return all_; }

 private:
  void add(const plan::Plan& plan) {
    static_cast<void>(plan::any_expression(plan, [&](const Expression& e) {
      add(e);
      return false;
    }));
    if (const auto* shared = std::get_if<plan::Shared>(&plan.node); shared != nullptr && seen_.insert(shared->plan.get()).second)
      add(*shared->plan->plan);
    for (const plan::PlanPtr& input : plan.inputs) add(*input);
  }
  void add(const Expression& e) {
    for (const Expression& argument : e.arguments) add(argument);
    if (!e.span.empty() && plan::may_fail_itself(e)) all_.push_back(&e);
  }

  std::vector<const Expression*> all_;
  std::set<const plan::SharedPlan*> seen_;  // a recursion reads itself
};

bool same_failure(const Error& a, const Error& b) { return a.code() == b.code() && a.message() == b.message(); }

// "cannot cast VARCHAR 'x' to INTEGER", "BIGINT '300' is out of range of TINYINT"
bool is_failed_cast(const Expression& e, std::string_view message) {
  if (e.kind != ExpressionKind::kCast) return false;
  const std::string from = e.arguments[0].type.to_string();
  const std::string to = e.type.to_string();
  return (message.starts_with(fmt::format("cannot cast {} '", from)) && message.ends_with(fmt::format("' to {}", to))) ||
         (message.starts_with(fmt::format("{} '", from)) && message.ends_with(fmt::format("' is out of range of {}", to)));
}

bool is_division(const Expression& e) { return e.kind == ExpressionKind::kCall && (e.function->name == "//" || e.function->name == "%"); }

// "overflow of INTEGER: add(2147483647, 1)"
bool is_overflow(const Expression& e, std::string_view message) {
  if (e.kind != ExpressionKind::kCall) return false;
  const std::string_view name = e.function->name;
  const std::string_view operation = name == "+"   ? "add("
                                     : name == "*" ? "mul("
                                     : name == "-" ? (e.arguments.size() == 2 ? "sub(" : "neg(")
                                                   : std::string_view();
  return !operation.empty() && message.starts_with(fmt::format("overflow of {}: {}", e.type.to_string(), operation));
}

bool fails_like(const Expression& e, const Error& failure) {
  switch (failure.code()) {
    case ErrorCode::kConversion: return is_failed_cast(e, failure.message());
    case ErrorCode::kDivisionByZero: return is_division(e);
    case ErrorCode::kOutOfRange: return is_overflow(e, failure.message());
    default: return false;
  }
}

}  // namespace

SourceSpan place_of(const Error& failure, const plan::Plan& plan, const plan::ConstantEvaluator& constants) {
  if (failure.code() != ErrorCode::kConversion && failure.code() != ErrorCode::kDivisionByZero && failure.code() != ErrorCode::kOutOfRange)
    return {};
  const Operations operations(plan);
  for (const Expression* e : operations.all()) {
    if (!e->is_constant()) continue;
    const Result<Value> value = constants.evaluate(*e);
    if (!value && same_failure(value.error(), failure)) return e->span;
  }
  SourceSpan only;
  for (const Expression* e : operations.all()) {
    if (e->is_constant() || !fails_like(*e, failure) || e->span == only) continue;
    if (!only.empty()) return {};
    only = e->span;
  }
  return only;
}

}  // namespace trueno::session
