#include "backend/scalar/join_table.h"

#include "kernel/cell.h"

namespace trueno::backend {

bool ScalarJoinTable::Less::operator()(const std::vector<Value>& a, const std::vector<Value>& b) const {
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i].is_null() || b[i].is_null()) {
      if (a[i].is_null() != b[i].is_null()) return b[i].is_null();
      continue;
    }
    const int order = kernel::compare(kernel::cell_of(a[i]), kernel::cell_of(b[i]), a[i].type().physical());
    if (order != 0) return order < 0;
  }
  return false;
}

Result<std::shared_ptr<const JoinTable>> ScalarJoinTable::make(const kernel::JoinTable& table, Batch rows) {
  if (rows.length > kMostBuildRows)
    return error(ErrorCode::kNotSupported, "a join with more than {} rows on its build side", kMostBuildRows);
  auto made = std::make_shared<ScalarJoinTable>();
  made->null_safe_ = table.null_safe;
  for (Column& column : rows.columns) column = TRUENO_TRY(column.decoded());
  made->rows_ = std::move(rows);
  for (std::uint32_t row = 0; row < made->rows_.length; ++row) {
    std::vector<Value> keys;
    for (std::uint32_t k = 0; k < table.keys; ++k) {
      keys.push_back(kernel::value_of(table.columns[k].type, kernel::canonical(made->cell(k, row), table.columns[k].type.physical())));
      if (keys.back().is_null()) made->has_null_key_ = true;
    }
    made->by_keys_[std::move(keys)].push_back(row);
  }
  return std::shared_ptr<const JoinTable>(std::move(made));
}

const std::vector<std::uint32_t>& ScalarJoinTable::find(const std::vector<Value>& keys) const {
  for (std::size_t k = 0; k < keys.size(); ++k) {
    if (keys[k].is_null() && null_safe_[k] == 0) return none_;
  }
  const auto found = by_keys_.find(keys);
  return found == by_keys_.end() ? none_ : found->second;
}

}  // namespace trueno::backend
