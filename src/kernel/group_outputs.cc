#include "kernel/group_outputs.h"

#include <algorithm>
#include <cstring>

#include "base/bits.h"

namespace trueno::kernel {

Result<OutputColumn> OutputColumn::make(const Type& type, std::size_t rows) {
  OutputColumn out;
  out.column_.type = type;
  out.column_.length = static_cast<std::int64_t>(rows);
  out.width_ = static_cast<std::size_t>(width_of(type.physical()));
  out.values_ = TRUENO_TRY(MutableBuffer::uninitialised(std::max<std::size_t>(rows, 1) * out.width_));
  out.validity_ = TRUENO_TRY(MutableBuffer::uninitialised(bytes_for_bits(std::max<std::size_t>(rows, 1))));
  std::memset(out.validity_.data(), 0xFF, out.validity_.size());
  return out;
}

Column OutputColumn::finish() && {
  column_.null_count =
      column_.length - static_cast<std::int64_t>(count_set_bits(validity_.data(), 0, static_cast<std::size_t>(column_.length)));
  column_.values = std::move(values_).freeze();
  if (column_.null_count != 0) column_.validity = std::move(validity_).freeze();
  return std::move(column_);
}

Result<GroupOutputs> GroupOutputs::make(const Program& program, std::size_t groups) {
  GroupOutputs out;
  out.program_ = &program;
  for (const Output& output : program.sink.outputs) {
    out.columns_.push_back(is_column_of_states(output.kind) ? OutputColumn() : TRUENO_TRY(OutputColumn::make(output.type, groups)));
    out.limits_.push_back(limits_of(output.type));
  }
  return out;
}

Result<std::vector<Column>> GroupOutputs::finish(std::span<const Failure> failures, std::span<Column> extremes) && {
  // Outputs of a row fail in the order they are written; of all rows the first counts.
  Failure first;
  for (const Failure& failure : failures) {
    if (failure.group < first.group) first = failure;
  }
  if (first.group != kNone) {
    return error(ErrorCode::kOutOfRange, "SUM is out of range of {}", program_->sink.outputs[first.output].type.to_string())
        .hint("cast the argument to DOUBLE");
  }
  std::vector<Column> out;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const Output& output = program_->sink.outputs[i];
    if (!is_column_of_states(output.kind)) {
      out.push_back(std::move(columns_[i]).finish());
      continue;
    }
    out.push_back(std::move(extremes[i]));
    out.back().type = output.type;
  }
  return out;
}

}  // namespace trueno::kernel
