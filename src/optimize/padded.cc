#include "optimize/padded.h"

namespace trueno::optimize {

using plan::Expression;

plan::PlanPtr padded(plan::PlanPtr kept, std::size_t input, Schema schema, const std::optional<Value>& constant) {
  const std::size_t first = input == 0 ? 0 : schema.size() - kept->schema.size();
  plan::Project project;
  for (std::size_t i = 0; i < schema.size(); ++i) {
    const Type& type = schema[i].type;
    if (i >= first && i - first < kept->schema.size()) {
      project.expressions.push_back(Expression::column(static_cast<int>(i - first), type));
    } else {
      project.expressions.push_back(Expression::literal(constant ? *constant : Value::null(type)));
    }
  }
  return plan::make_plan(std::move(project), std::move(schema), std::move(kept));
}

}  // namespace trueno::optimize
