#include "catalog/sequence.h"

namespace trueno::catalog {

Result<std::int64_t> SequenceCounter::take(std::int64_t count) {
  const LockGuard lock(mutex_);
  if (count == 0) return static_cast<std::int64_t>(rule_.start);  // nobody gets it
  const i128 last = next_ + i128{count - 1} * rule_.increment;
  if (last > rule_.maximum || last < rule_.minimum) {
    if (rule_.cycle) return error(ErrorCode::kNotSupported, "a sequence that cycles while it numbers rows is not supported yet");
    const bool up = rule_.increment > 0;
    return error(ErrorCode::kOutOfRange, "the sequence reaches its {} {}", up ? "maximum" : "minimum", up ? rule_.maximum : rule_.minimum);
  }
  const auto first = static_cast<std::int64_t>(next_);
  last_ = static_cast<std::int64_t>(last);
  next_ = last + rule_.increment;
  return first;
}

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
