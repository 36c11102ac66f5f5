#pragma once

#include <map>
#include <string>
#include <vector>

#include "backend/webgpu/upload.h"

namespace trueno::backend::webgpu {

/// Where the rows that a name stands for lie on the device, so that a query over them need not look at their row groups one by one.
/// Good as long as no section has been given up since. Not thread-safe: guarded by the mutex of the columns.
class RememberedRows {
 public:
  /// Null: not known, or not all there any more.
  [[nodiscard]] std::vector<SegmentSet>* find(std::string_view name, const ResidentColumns& columns) {
    forget_if_moved(columns);
    const auto found = sets_.find(name);
    return found == sets_.end() ? nullptr : &found->second;
  }
  void keep(std::string name, std::vector<SegmentSet> sets, const ResidentColumns& columns) {
    forget_if_moved(columns);
    constexpr std::size_t kMostNames = 256;
    if (sets_.size() >= kMostNames) sets_.clear();
    sets_.insert_or_assign(std::move(name), std::move(sets));
  }

 private:
  void forget_if_moved(const ResidentColumns& columns) {
    if (generation_ == columns.generation()) return;
    generation_ = columns.generation();
    sets_.clear();
  }

  std::map<std::string, std::vector<SegmentSet>, std::less<>> sets_;
  std::uint64_t generation_ = 0;
};

/// What all kernels of a device share.
struct Residency {
  explicit Residency(Device& device) : columns(device) {}
  ResidentColumns columns;
  RememberedRows rows;
};

}  // namespace trueno::backend::webgpu
