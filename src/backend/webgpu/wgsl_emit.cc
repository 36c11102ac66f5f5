// Rows that are handed out: emit, and the build side of a join.
//
// An invocation takes neighbouring rows of a tile. First it counts what it will hand out, then a scan over the workgroup gives every
// invocation its place and one addition to the state the tile its own; then the rows are gone through once more and written. So a tile's
// rows lie in order, the tiles in any: the host, which reads the tiles' places, puts them in order.
#include "backend/webgpu/wgsl_library.h"
#include "backend/webgpu/wgsl_writer.h"

namespace trueno::backend::webgpu {

using kernel::SinkKind;
using kernel::ValueId;

namespace {

// Keys first, as kernel::partial_schema has them.
std::vector<ValueId> emitted_values(const kernel::Sink& sink) {
  std::vector<ValueId> ids;
  if (sink.kind == SinkKind::kBuild) ids = sink.keys;
  ids.insert(ids.end(), sink.values.begin(), sink.values.end());
  return ids;
}

}  // namespace

bool WgslWriter::check_emit() {
  for (const ValueId id : emitted_values(program_.sink)) {
    const kernel::Instruction& i = program_.at(id);
    if (!lane_of(program_, i) || (i.physical() == Physical::kString && !is_code(program_, i)))
      return decline(DeclineReason::kStringOperation, fmt::format("a value of type {} to hand out", i.type.to_string()));
  }
  return true;
}

// Writes the row's values where `at` says, and moves on.
void WgslWriter::emit_row() {
  std::uint32_t word = 0;
  std::int32_t bits = 0;
  std::vector<std::string> nulls;
  std::string stores;
  const auto store = [&](const std::string& value) {
    stores += fmt::format(" atomicStore(&state[to + {}u], {});", word, value);
    ++word;
  };
  for (const ValueId id : emitted_values(program_.sink)) {
    const Register& r = registers_[id];
    EmittedValue value;
    value.id = id;
    value.lane = r.lane;
    value.word = word;
    if (r.lane == Lane::kBool) {
      store(fmt::format("select(0u, 1u, {})", r.value));
    } else if (r.lane == Lane::kF32) {
      store(r.value);
    } else {
      for (const std::string& own : words_of(r, static_cast<std::uint32_t>(webgpu::words_of(r.lane)))) store(own);
    }
    if (!r.never_null()) {
      value.null_bit = bits++;
      if (value.null_bit % 32 == 0) nulls.emplace_back("0u");
      nulls.back() += fmt::format(" | select(0u, {}u, {})", std::uint32_t{1} << (value.null_bit % 32), r.valid);
    }
    emit_.values.push_back(value);
  }
  emit_.value_words = word;
  for (const std::string& set : nulls) store(set);
  emit_.row_words = word;
  line(fmt::format("if (at < capacity) {{ let to = rows_at + at * {}u;{} }}", emit_.row_words, stores));
  line("at = at + 1u;");
}

std::string WgslWriter::emit_loop() {
  prologue(fmt::format("let capacity = block[{}u];", BlockLayout::kSlots));
  prologue(fmt::format("let rows_at = {}u + block[{}u] * {}u;", EmitLayout::kTiles, BlockLayout::kTiles, EmitLayout::kTileWords));
  const std::string body = body_;
  const std::vector<Domain> domains = domains_;
  line("emitted = emitted + 1u;");
  close_domains();
  const std::string counting = std::exchange(body_, body);
  domains_ = domains;
  emit_row();
  close_domains();
  const std::uint32_t threads = variant_.threads;
  const std::uint32_t each = (kTileRows + threads - 1) / threads;
  const auto loop = [&](const std::string& work) {
    std::string text = "    for (var row = mine; row < mine_end; row = row + 1u) {\n";
    for (const auto& [name, value] : loads_) text += fmt::format("      let {} = {};\n", name, value);
    return text + "      loop {\n" + work + "      break;\n      }\n    }\n";
  };
  std::string text = fmt::format(
      "    let mine = min(first_row + local * {0}u, rows);\n    let mine_end = min(rows, mine + {0}u);\n    var emitted = 0u;\n", each);
  text += loop(counting);
  text += fmt::format(R"(    scan[local] = emitted;
    workgroupBarrier();
    for (var step = 1u; step < {0}u; step = step * 2u) {{
      let before = select(0u, scan[max(local, step) - step], local >= step);
      workgroupBarrier();
      scan[local] = scan[local] + before;
      workgroupBarrier();
    }}
    if (local == {0}u - 1u) {{
      let total = scan[local];
      tile_base = atomicAdd(&state[{1}u], total);
      atomicStore(&state[{2}u + tile * {3}u], tile_base);
      atomicStore(&state[{2}u + tile * {3}u + 1u], total);
    }}
    workgroupBarrier();
    var at = tile_base + scan[local] - emitted;
)",
                      threads, EmitLayout::kRows, EmitLayout::kTiles, EmitLayout::kTileWords);
  // Filters and joins leave few rows of many: whoever has none is done.
  text += "    if (emitted != 0u) {\n" + loop(body_) + "    }\n";
  return text + "    workgroupBarrier();\n";
}

}  // namespace trueno::backend::webgpu
