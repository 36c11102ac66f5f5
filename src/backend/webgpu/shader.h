#pragma once

#include <expected>
#include <string>
#include <vector>

#include "backend/backend.h"
#include "backend/webgpu/join_table.h"
#include "backend/webgpu/layout.h"

namespace trueno::backend::webgpu {

/// How a chunk of a column lies in its slab. Only the kind is code; places, widths and bases are data.
enum class ColumnForm : std::uint8_t {
  kPlain,   // values of the physical type's width, or one for all rows
  kPacked,  // frame of reference and bits
  kNarrow,  // the low 32 bits of wider integers: all there is to them, by a proven range
};

/// Where a group's table lies while a kernel runs.
enum class TablePlace : std::uint8_t {
  kWorkgroup,  // in workgroup memory, merged into the state at the end
  kState,      // directly in the state: any size, but every row pays global atomics
};

/// A join's table, as a shader is generated for it.
struct TableVariant {
  TableForm form = TableForm::kHashed;
  bool unique = false;     // no probe has more than one match
  std::uint32_t slab = 0;  // the bound slab it lies in
};

/// What a shader is generated for, besides its program.
struct ShaderVariant {
  std::vector<ColumnForm> columns;   // by source column
  std::vector<std::uint32_t> slabs;  // by source column, two each: the bound slabs of its values and its validity; empty: all in the first
  std::vector<TableVariant> tables;  // by the program's table number; empty: hashed, with several rows a key, in the first slab
  TablePlace table = TablePlace::kWorkgroup;
  std::uint32_t slots = 1;  // that the workgroup's table has room for
  std::uint32_t threads = 256;
  bool zero_table = false;  // the provider does not (Dialect::zeroes_tables)
};

/// Storage bindings a shader may have for column chunks: WebGPU promises eight, of which block, state and segments take three.
inline constexpr std::uint32_t kMostSlabs = 5;

/// The most groups a dense table may have; more need hashing.
inline constexpr std::int64_t kMaxGroupSlots = std::int64_t{1} << 22;

/// A value of a row that is handed out.
struct EmittedValue {
  kernel::ValueId id = kernel::kNoValue;
  Lane lane = Lane::kI32;
  std::uint32_t word = 0;      // of the row
  std::int32_t null_bit = -1;  // among those behind the values, set where it is valid; -1: it always is
};

/// The state of a sink that hands rows out: flags, then how many rows there are (all are counted, those for which there is room are
/// written), then a place and a number of rows for each tile, then the rows.
struct EmitLayout {
  static constexpr std::uint32_t kRows = 1;
  static constexpr std::uint32_t kTiles = SinkLayout::kStateHeader;
  static constexpr std::uint32_t kTileWords = 2;
  std::vector<EmittedValue> values;
  std::uint32_t value_words = 0;  // of a row; its null bits follow
  std::uint32_t row_words = 0;

  [[nodiscard]] std::uint64_t total(std::uint64_t tiles, std::uint64_t rows) const {
    return kTiles + tiles * kTileWords + rows * row_words;
  }
};
/// Whether a program's sink hands rows out.
[[nodiscard]] inline bool emits(const kernel::Program& program) {
  return program.sink.kind == kernel::SinkKind::kEmit || program.sink.kind == kernel::SinkKind::kBuild;
}

struct Shader {
  std::string wgsl;
  SinkLayout sink;
  EmitLayout emit;
  std::uint32_t threads = 0;       // of a workgroup
  std::vector<bool> key_nullable;  // by key: it has an index for NULL
  bool can_fail = false;           // some row may set kRowFailed
};

/// Generates the shader, or says why the program cannot run on a GPU (yet).
struct Declined {
  DeclineReason reason = DeclineReason::kNone;
  std::string detail;
};
[[nodiscard]] std::expected<Shader, Declined> write_shader(const kernel::Program& program, const ShaderVariant& variant);

}  // namespace trueno::backend::webgpu
