#include "function/ordered_values.h"

#include <bit>
#include <limits>
#include <type_traits>

#include "column/physical_dispatch.h"

namespace trueno::function {

using kernel::Cell;
using kernel::FoldInput;

namespace {

constexpr std::size_t kLeastTaken = 64 * 1024;  // rows of one thread's share

// Words of numbers ascend as SQL compares: NaN is greatest, both zeros are one.
constexpr std::int64_t kNanWord = std::numeric_limits<std::int64_t>::max();

template <class T>
std::int64_t word_of(T value) {
  if constexpr (std::is_floating_point_v<T>) {
    const auto number = static_cast<double>(value);
    if (number != number) return kNanWord;
    const auto bits = std::bit_cast<std::int64_t>(number == 0 ? 0.0 : number);
    return bits ^ static_cast<std::int64_t>(static_cast<std::uint64_t>(bits >> 63) >> 1);
  } else if constexpr (std::is_same_v<T, std::uint64_t>) {
    return std::bit_cast<std::int64_t>(value ^ (std::uint64_t{1} << 63));
  } else {
    return static_cast<std::int64_t>(value);
  }
}

double float_of(std::int64_t word) {
  if (word == kNanWord) return std::numeric_limits<double>::quiet_NaN();
  return std::bit_cast<double>(word ^ static_cast<std::int64_t>(static_cast<std::uint64_t>(word >> 63) >> 1));
}

Cell cell_of_word(std::int64_t word, Physical physical) {
  switch (physical) {
    case Physical::kBool: return Cell::of_bool(word != 0);
    case Physical::kF32: return Cell::of_f32(static_cast<float>(float_of(word)));
    case Physical::kF64: return Cell::of_f64(float_of(word));
    case Physical::kU64: return Cell::of_integer(i128{std::bit_cast<std::uint64_t>(word) ^ (std::uint64_t{1} << 63)});
    default: return Cell::of_integer(word);
  }
}

bool by_row(Physical physical) { return physical == Physical::kString || physical == Physical::kInterval || physical == Physical::kNested; }

// Writes value_of(row) of the input's rows that are not NULL to `to`; returns how many.
template <class To, class ValueOf>
std::size_t take_valid(const FoldInput& input, To* to, ValueOf value_of) {
  const std::span<const std::uint32_t> rows = input.rows;
  const Column& column = input.arguments[0];
  if (!column.may_have_nulls()) {
    if (input.consecutive) {
      const std::size_t begin = rows.front();
      input.parallel.ranges(rows.size(), kLeastTaken, [&](std::size_t first, std::size_t last) {
        for (std::size_t i = first; i < last; ++i) to[i] = value_of(begin + i);
      });
    } else {
      for (std::size_t i = 0; i < rows.size(); ++i) to[i] = value_of(rows[i]);
    }
    return rows.size();
  }
  std::size_t count = 0;
  for (const std::uint32_t row : rows) {
    to[count] = value_of(row);
    count += column.is_valid(row) ? 1 : 0;
  }
  return count;
}

}  // namespace

bool OrderedValues::RowOrder::operator()(std::uint32_t a, std::uint32_t b) const {
  const Column& column = input->arguments[0];
  const int order = kernel::compare(kernel::cell_of(column, a), kernel::cell_of(column, b), column.physical());
  return order != 0 ? order < 0 : input->place(a) < input->place(b);
}

Result<OrderedValues> OrderedValues::make(const FoldInput& input) {
  OrderedValues made(input);
  if (input.rows.empty()) return made;
  const Column& column = input.arguments[0];
  const Physical physical = column.physical();
  const auto offset = static_cast<std::size_t>(column.offset);
  const std::size_t width = by_row(physical) ? sizeof(std::uint32_t) : (physical == Physical::kI128 ? sizeof(i128) : sizeof(std::int64_t));
  made.values_ = TRUENO_TRY(MutableBuffer::uninitialised(input.rows.size() * width));
  if (by_row(physical)) {
    auto* to = made.values_.as<std::uint32_t>();
    made.size_ = take_valid(input, to, [](std::size_t row) { return static_cast<std::uint32_t>(row); });
    made.selection_.emplace<Selection<std::uint32_t, RowOrder>>(std::span(to, made.size_), input.parallel, RowOrder{&input});
    return made;
  }
  if (physical == Physical::kI128) {
    auto* to = made.values_.as<i128>();
    const i128* from = column.values.as<i128>() + offset;
    made.size_ = take_valid(input, to, [from](std::size_t row) { return load<i128>(from + row); });
    made.selection_.emplace<Selection<i128>>(std::span(to, made.size_), input.parallel);
    return made;
  }
  auto* to = made.values_.as<std::int64_t>();
  dispatch_physical(physical, [&]<class T>() {
    if constexpr (std::is_arithmetic_v<T>) {
      const T* from = column.values.as<T>() + offset;
      made.size_ = take_valid(input, to, [from](std::size_t row) { return word_of(from[row]); });
    }
  });
  made.selection_.emplace<Selection<std::int64_t>>(std::span(to, made.size_), input.parallel);
  return made;
}

Cell OrderedValues::operator[](std::size_t place) {
  if (auto* words = std::get_if<Selection<std::int64_t>>(&selection_)) return cell_of_word((*words)[place], type().physical());
  if (auto* numbers = std::get_if<Selection<i128>>(&selection_)) return Cell::of_integer((*numbers)[place]);
  return kernel::cell_of(input_->arguments[0], std::get<Selection<std::uint32_t, RowOrder>>(selection_)[place]);
}

}  // namespace trueno::function
