#include "backend/webgpu/layout.h"

namespace trueno::backend::webgpu {

BlockLayout::BlockLayout(const kernel::Program& program) {
  const auto count = [](const auto& list) { return static_cast<std::uint32_t>(list.size()); };
  parameters_ = kHeader + count(program.source.columns) * kColumnWords;
  lookups_ = parameters_ + count(program.parameters) * kParameterWords;
  keys_ = lookups_ + count(program.lookups) * kLookupWords;
  words_ = keys_ + count(program.sink.keys) * kKeyWords;
}

}  // namespace trueno::backend::webgpu
