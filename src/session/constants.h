#pragma once

#include "dispatch/devices.h"
#include "plan/plan.h"

namespace trueno::session {

/// Folding, VALUES and settings: a program without columns on the scalar device, which gives the bits every device gives. Samples: on simd.
class Constants final : public plan::ConstantEvaluator {
 public:
  explicit Constants(dispatch::Devices& devices) : devices_(devices) {}
  [[nodiscard]] Result<Value> evaluate(const plan::Expression& expression) const override;
  [[nodiscard]] std::optional<std::int64_t> count_matches(const plan::Expression& condition, const Schema& schema,
                                                          const Batch& rows) const override;

 private:
  dispatch::Devices& devices_;
};

}  // namespace trueno::session
