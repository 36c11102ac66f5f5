#pragma once

#include <memory>
#include <vector>

#include "backend/backend.h"
#include "plan/plan.h"

namespace trueno::session {

/// Folding, VALUES and settings: a program without columns on the scalar device, which gives the bits every device gives.
class Constants final : public plan::ConstantEvaluator {
 public:
  explicit Constants(const std::vector<std::shared_ptr<backend::Backend>>& devices) : devices_(devices) {}
  [[nodiscard]] Result<Value> evaluate(const plan::Expression& expression) const override;

 private:
  const std::vector<std::shared_ptr<backend::Backend>>& devices_;
};

}  // namespace trueno::session
