#pragma once

#include <cstdint>
#include <vector>

#include "backend/backend.h"
#include "kernel/pipeline.h"

namespace trueno::exec {

/// What a pipeline is going to read of its source, as far as it can be told without reading.
struct NamedRows {
  backend::RowsName name;  // empty: a device cannot remember these rows
  std::int64_t first_part = 0;
  std::int64_t parts = 0;  // that are not ruled out
  std::int64_t rows = 0;
  std::vector<std::int64_t> column_bytes;  // by source column of the program, rough: of the parts that are not ruled out
};

/// Whether a program hands out rows as they come: then a LIMIT may end its run early.
[[nodiscard]] inline bool emits(const kernel::Program& program) {
  return program.sink.kind == kernel::SinkKind::kEmit || program.sink.kind == kernel::SinkKind::kBuild;
}

/// Whether statistics rule out every row of a part.
[[nodiscard]] bool rules_out(const kernel::PipelineInput& input, std::int64_t part);

/// `morsel_rows`: as the rows will be cut. `with_name`: someone wants to know what they are called.
[[nodiscard]] NamedRows name_rows(const kernel::Pipeline& pipeline, std::int64_t morsel_rows, bool with_name);

}  // namespace trueno::exec
