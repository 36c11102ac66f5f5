#include "backend/simd/dealt_parts.h"

#include <algorithm>

#include "base/bits.h"

namespace trueno::backend::simd {

namespace {

// Rows of a part that are worth another pass: with fewer, their groups fit a cache and threads find enough other parts.
constexpr std::size_t kCrowd = 128 * 1024;
constexpr std::size_t kCrowdInTests = 64;

// The least and the greatest rest of a part's words.
struct Bounds {
  std::uint64_t least = UINT64_MAX;
  std::uint64_t greatest = 0;
  void include(std::uint64_t rest) {
    least = std::min(least, rest);
    greatest = std::max(greatest, rest);
  }
};

}  // namespace

std::size_t DealtParts::rows_of(const Part& part) const {
  std::size_t sum = 0;
  for (std::size_t i = 0; i < sinks_.size(); ++i) {
    const DealtRows* rows = rows_in(part, i);
    sum += rows == nullptr ? 0 : rows->rows_of(part.number);
  }
  return sum;
}
std::size_t DealtParts::rows_of(std::size_t part) const { return rows_of(parts_[part]); }

std::size_t DealtParts::part_of(std::uint64_t word) const {
  if (as_dealt_) return static_cast<std::size_t>(word >> layout_->rest_bits());
  const auto behind = std::ranges::upper_bound(parts_, word, {}, &Part::first_word);
  return static_cast<std::size_t>(behind - parts_.begin()) - 1;
}

Result<DealtParts> DealtParts::make(const CompiledProgram& compiled, std::span<const GroupSink* const> sinks, const Parallel& parallel) {
  DealtParts all(compiled, sinks);
  for (const GroupSink* sink : sinks) {
    if (sink->dealt() != nullptr) all.layout_ = sink->dealt();
  }
  const int rest_bits = all.layout_->rest_bits();
  for (std::size_t number = 0; number < all.layout_->parts(); ++number)
    TRUENO_TRY(all.add({std::uint64_t{number} << rest_bits, rest_bits, number, nullptr}, parallel));
  return all;
}

// The part, or the parts that it is dealt into.
Status DealtParts::add(Part part, const Parallel& parallel) {
  const std::size_t crowd = sinks_.front()->has_small_limits() ? kCrowdInTests : kCrowd;
  const bool by_word = sinks_.front()->dealt_by_word();
  if (!by_word || part.rest_bits <= DealtRows::kRestBits || rows_of(part) <= crowd) {
    parts_.push_back(std::move(part));
    return {};
  }
  std::vector<Part> smaller = TRUENO_TRY(dealt_again(part, parallel));
  if (smaller.empty()) {
    parts_.push_back(std::move(part));
    return {};
  }
  as_dealt_ = false;
  for (Part& one : smaller) TRUENO_TRY(add(std::move(one), parallel));
  return {};
}

// None where all of its rows have one word.
Result<std::vector<DealtParts::Part>> DealtParts::dealt_again(const Part& part, const Parallel& parallel) const {
  const std::size_t step = layout_->row_bytes();
  std::vector<Bounds> found(sinks_.size());
  parallel(sinks_.size(), [&](std::size_t i) {
    Bounds bounds;  // of its own: neighbours in `found` share a line
    for (const std::uint64_t word : sinks_[i]->table().group_words()) {
      if (word >= part.first_word && (word - part.first_word) >> part.rest_bits == 0) bounds.include(word - part.first_word);
    }
    const DealtRows* rows = rows_in(part, i);
    if (rows != nullptr)
      rows->for_each(part.number, [&](const std::uint8_t* tuples, std::size_t count) {
        for (std::size_t k = 0; k < count; ++k) bounds.include(load<std::uint32_t>(tuples + k * step));
      });
    found[i] = bounds;
  });
  Bounds bounds;
  for (const Bounds& one : found) {
    bounds.least = std::min(bounds.least, one.least);
    bounds.greatest = std::max(bounds.greatest, one.greatest);
  }
  if (bounds.greatest == bounds.least) return std::vector<Part>();
  const int bits = bit_width_of(bounds.greatest - bounds.least);
  auto again = std::make_shared<std::vector<std::unique_ptr<DealtRows>>>(sinks_.size());
  std::vector<Status> failures(sinks_.size());
  parallel(sinks_.size(), [&](std::size_t i) {
    const DealtRows* rows = rows_in(part, i);
    if (rows == nullptr) return;
    auto mine = std::make_unique<DealtRows>(compiled_, bits);
    rows->for_each(part.number, [&](const std::uint8_t* tuples, std::size_t count) {
      if (failures[i]) failures[i] = mine->add_again(tuples, count, static_cast<std::uint32_t>(bounds.least));
    });
    (*again)[i] = std::move(mine);
  });
  for (Status& failure : failures) TRUENO_TRY(std::move(failure));
  std::vector<Part> parts;
  const DealtRows* layout = nullptr;
  for (const auto& rows : *again) layout = rows ? rows.get() : layout;
  // Behind the greatest word lie others than the old part's.
  for (std::size_t number = 0; number < layout->parts(); ++number) {
    const std::uint64_t first = bounds.least + (std::uint64_t{number} << layout->rest_bits());
    if (first <= bounds.greatest) parts.push_back({part.first_word + first, layout->rest_bits(), number, again});
  }
  return parts;
}

}  // namespace trueno::backend::simd
