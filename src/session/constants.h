#pragma once

#include "dispatch/devices.h"
#include "plan/plan.h"

namespace trueno::session {

/// Folding, VALUES and settings: a program without columns on the scalar device, which gives the bits every device gives.
class Constants final : public plan::ConstantEvaluator {
 public:
  explicit Constants(dispatch::Devices& devices) : devices_(devices) {}
  [[nodiscard]] Result<Value> evaluate(const plan::Expression& expression) const override;

 private:
  dispatch::Devices& devices_;
};

}  // namespace trueno::session
