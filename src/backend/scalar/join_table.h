#pragma once

#include <map>
#include <memory>
#include <vector>

#include "backend/backend.h"

namespace trueno::backend {

/// The build side of a join for the scalar backend: rows by their keys, in an ordered map over owned values. Nothing to get wrong.
class ScalarJoinTable final : public JoinTable {
 public:
  [[nodiscard]] static Result<std::shared_ptr<const JoinTable>> make(const kernel::JoinTable& table, Batch rows);

  /// The rows with these keys, ascending. NULL keys match where the table says so.
  [[nodiscard]] const std::vector<std::uint32_t>& find(const std::vector<Value>& keys) const;
  [[nodiscard]] kernel::Cell cell(std::uint32_t column, std::uint32_t row) const { return kernel::cell_of(rows_.columns[column], row); }
  [[nodiscard]] bool empty() const { return rows_.length == 0; }
  /// Some row has a NULL key.
  [[nodiscard]] bool has_null_key() const { return has_null_key_; }

 private:
  struct Less {
    bool operator()(const std::vector<Value>& a, const std::vector<Value>& b) const;
  };
  Batch rows_;
  std::map<std::vector<Value>, std::vector<std::uint32_t>, Less> by_keys_;
  std::vector<std::uint32_t> none_;
  std::vector<std::uint8_t> null_safe_;
  bool has_null_key_ = false;
};

}  // namespace trueno::backend
