#include "backend/webgpu/layout.h"

namespace trueno::backend::webgpu {

BlockLayout::BlockLayout(const kernel::Program& program) {
  const auto count = [](const auto& list) { return static_cast<std::uint32_t>(list.size()); };
  parameters_ = kHeader + count(program.source.columns) * kColumnWords;
  lookups_ = parameters_ + count(program.parameters) * kParameterWords;
  keys_ = lookups_ + count(program.lookups) * kLookupWords;
  sums_ = keys_ + count(program.sink.keys) * kKeyWords;
  tables_ = sums_ + count(program.sink.accumulators) * kSumWords;
  words_ = tables_ + count(program.tables);
  segment_words_ = place(program.source.columns.size());
}

std::optional<Lane> fixed_lane(const FloatSpan& span) {
  constexpr int kHighest = 960;  // sums of 2^63 values stay below 2^1024
  if (span.empty()) return Lane::kI64;
  if (span.highest_bit > kHighest) return std::nullopt;
  const int bits = span.highest_bit - span.lowest_bit + 1;
  if (bits <= 63) return Lane::kI64;  // add_96 keeps 32 more
  if (bits <= 127 - 32) return Lane::kI128;
  return std::nullopt;
}

}  // namespace trueno::backend::webgpu
