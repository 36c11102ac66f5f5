#include "optimize/join_keys.h"

namespace trueno::optimize {

std::vector<Key> below_project(const plan::Project& project, const std::vector<Key>& keys) {
  std::vector<Key> below;
  for (const Key& key : keys) {
    const plan::Expression& e = project.expressions[static_cast<std::size_t>(key.column)];
    if (e.kind == plan::ExpressionKind::kColumn) below.push_back({key.number, e.index});
  }
  return below;
}

std::vector<Key> of_side(const plan::Plan& join, std::size_t side, const std::vector<Key>& keys) {
  const auto left = static_cast<int>(join.inputs[0]->schema.size());
  std::vector<Key> own;
  for (const Key& key : keys) {
    if ((key.column >= left) == (side == 1)) own.push_back({key.number, side == 1 ? key.column - left : key.column});
  }
  return own;
}

std::vector<Key> seen_from(const plan::Plan& plan, std::size_t side, const std::vector<Key>& keys) {
  const auto& join = std::get<plan::Join>(plan.node);
  std::vector<Key> own = of_side(plan, side, keys);
  for (const Key& key : of_side(plan, 1 - side, keys)) {
    for (const plan::JoinKey& pair : join.keys) {
      const plan::Expression& here = side == 0 ? pair.left : pair.right;
      const plan::Expression& there = side == 0 ? pair.right : pair.left;
      if (here.kind != plan::ExpressionKind::kColumn || there.kind != plan::ExpressionKind::kColumn || there.index != key.column ||
          pair.null_safe)
        continue;
      own.push_back({key.number, here.index});
      break;
    }
  }
  return own;
}

}  // namespace trueno::optimize
