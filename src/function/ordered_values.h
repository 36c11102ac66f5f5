#pragma once

#include <variant>

#include "base/buffer.h"
#include "base/select.h"
#include "kernel/cell.h"
#include "kernel/fold.h"

namespace trueno::function {

/// The valid values of a fold's first argument, of which the k-th in ascending order is asked for: selected, not sorted. Rows may come in
/// any order. Equal values that are not identical are told apart only where that can show: then by the order the call asks for. Looks into
/// the input, which must outlive it. Not thread-safe.
class OrderedValues {
 public:
  [[nodiscard]] static Result<OrderedValues> make(const kernel::FoldInput& input);

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] kernel::Cell operator[](std::size_t place);
  [[nodiscard]] const Type& type() const { return input_->arguments[0].type; }

 private:
  // Of two rows with equal values, the one that comes first where the call says.
  struct RowOrder {
    const kernel::FoldInput* input;
    bool operator()(std::uint32_t a, std::uint32_t b) const;
  };

  explicit OrderedValues(const kernel::FoldInput& input) : input_(&input) {}

  const kernel::FoldInput* input_;
  std::size_t size_ = 0;
  MutableBuffer values_;  // 64-bit words that ascend with numbers, 128-bit numbers, or rows
  std::variant<std::monostate, Selection<std::int64_t>, Selection<i128>, Selection<std::uint32_t, RowOrder>> selection_;
};

}  // namespace trueno::function
