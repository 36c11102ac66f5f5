#include "base/row_parts.h"

#include <algorithm>
#include <bit>

namespace trueno {

namespace {

constexpr std::size_t kRowsOfPart = std::size_t{16} << 10;
// Rows that one loop describes and deals: a count of every part is kept for each stretch.
constexpr std::size_t kLeastStretch = std::size_t{64} << 10;

}  // namespace

std::size_t RowParts::parts_for(std::size_t rows) {
  return std::min(kMostParts, std::bit_ceil(std::max<std::size_t>(1, rows / kRowsOfPart)));
}

Result<RowParts> RowParts::make(std::size_t rows, std::size_t parts, const Parallel& parallel, const Describe& describe) {
  MutableBuffer words = TRUENO_TRY(MutableBuffer::uninitialised(rows * sizeof(std::uint64_t)));
  MutableBuffer part_of = TRUENO_TRY(MutableBuffer::uninitialised(rows * sizeof(std::uint16_t)));
  auto* const all_words = words.as<std::uint64_t>();
  auto* const all_parts = part_of.as<std::uint16_t>();
  const std::size_t stretches = std::clamp<std::size_t>(rows / kLeastStretch, 1, 4 * parallel.threads());
  const auto first_of = [&](std::size_t stretch) { return rows * stretch / stretches; };

  // Rows of each part by stretch; then where the stretch's rows of that part go.
  std::vector<std::size_t> places(stretches * parts);
  parallel(stretches, [&](std::size_t stretch) {
    const std::size_t first = first_of(stretch);
    const std::size_t last = first_of(stretch + 1);
    describe(first, last, all_words + first, all_parts + first);
    std::vector<std::size_t> counts(parts);
    for (std::size_t row = first; row < last; ++row) {
      if (all_parts[row] != kNoPart) ++counts[all_parts[row]];
    }
    std::ranges::copy(counts, places.begin() + static_cast<std::ptrdiff_t>(stretch * parts));
  });
  RowParts out;
  out.starts_.reserve(parts + 1);
  std::size_t sum = 0;
  for (std::size_t part = 0; part < parts; ++part) {
    out.starts_.push_back(sum);
    for (std::size_t stretch = 0; stretch < stretches; ++stretch) sum += std::exchange(places[stretch * parts + part], sum);
  }
  out.starts_.push_back(sum);

  MutableBuffer dealt = TRUENO_TRY(MutableBuffer::uninitialised(std::max<std::size_t>(sum, 1) * sizeof(RowWord)));
  auto* const to = dealt.as<RowWord>();
  parallel(stretches, [&](std::size_t stretch) {
    const auto begin = places.begin() + static_cast<std::ptrdiff_t>(stretch * parts);
    std::vector<std::size_t> next(begin, begin + static_cast<std::ptrdiff_t>(parts));
    for (std::size_t row = first_of(stretch); row < first_of(stretch + 1); ++row) {
      if (all_parts[row] != kNoPart) to[next[all_parts[row]]++] = {all_words[row], static_cast<std::uint32_t>(row)};
    }
  });
  out.rows_ = std::move(dealt).freeze();
  return out;
}

}  // namespace trueno
