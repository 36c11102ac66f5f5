#include "catalog/sequence.h"

namespace trueno::catalog {

Result<std::int64_t> SequenceCounter::next() {
  const LockGuard lock(mutex_);
  if (next_ > rule_.maximum || next_ < rule_.minimum) {
    if (!rule_.cycle) {
      const bool up = rule_.increment > 0;
      return error(ErrorCode::kOutOfRange, "the sequence has reached its {} {}", up ? "maximum" : "minimum",
                   up ? rule_.maximum : rule_.minimum);
    }
    next_ = rule_.increment > 0 ? rule_.minimum : rule_.maximum;
  }
  last_ = static_cast<std::int64_t>(next_);
  next_ += rule_.increment;
  return *last_;
}

std::optional<std::int64_t> SequenceCounter::last() const {
  const LockGuard lock(mutex_);
  return last_;
}

}  // namespace trueno::catalog
