// Joins: a probe finds an entry of a table, an expand runs what follows for each of its rows. A domain that an expand or a pad_unmatched
// opens is a block of its own: a loop over matches, or, where keys are unique, a test. What leaves a row out leaves that block.
#include <algorithm>

#include "backend/webgpu/wgsl_library.h"
#include "backend/webgpu/wgsl_writer.h"

namespace trueno::backend::webgpu {

using kernel::Instruction;
using kernel::Opcode;
using kernel::ValueId;

TableVariant WgslWriter::table_variant(std::uint32_t table) const {
  if (!variant_.tables.empty()) return variant_.tables[table];
  TableVariant general;
  general.form = program_.tables[table].keys == 0 ? TableForm::kAll : TableForm::kHashed;
  return general;
}

// Places within a table count from its first word, which the block tells.
void WgslWriter::describe_table(std::uint32_t table) {
  if (!described_tables_.insert(table).second) return;
  const std::string memory = table_memory(table);
  const auto word = [&](std::uint32_t member) { return fmt::format("{}[j{}_base + {}u]", memory, table, member); };
  prologue(fmt::format("let j{}_base = block[{}u];", table, block_.table(table)));
  prologue(fmt::format("let j{}_rows = {};", table, word(TableLayout::kRows)));
  const TableVariant variant = table_variant(table);
  if (variant.form == TableForm::kAll) return;
  prologue(fmt::format("let j{}_extent = {};", table, word(TableLayout::kExtent)));
  prologue(fmt::format("let j{0}_heads = j{0}_base + {1};", table, word(TableLayout::kHeads)));
  if (variant.form == TableForm::kDense) {
    prologue(fmt::format("let j{}_least = vec2<u32>({}, {});", table, word(TableLayout::kLeast), word(TableLayout::kLeast + 1)));
  } else {
    prologue(fmt::format("let j{0}_keys = j{0}_base + {1};", table, word(TableLayout::kKeys)));
  }
  if (!variant.unique) {
    prologue(fmt::format("let j{0}_ranges = j{0}_base + {1};", table, word(TableLayout::kRanges)));
    prologue(fmt::format("let j{0}_list = j{0}_base + {1};", table, word(TableLayout::kList)));
  }
}

// Whether the key can match at all: it is no NULL, or NULL matches NULL.
std::string WgslWriter::probe_usable(const Instruction& probe) const {
  const kernel::JoinTable& table = program_.tables[probe.index];
  std::string usable;
  for (std::size_t k = 0; k < probe.args.size(); ++k) {
    const bool dense = table_variant(probe.index).form == TableForm::kDense;  // whose keys have no NULL
    if (table.null_safe[k] == 0 || dense) usable = both(usable, arg(probe, k).valid);
  }
  return usable;
}

std::vector<std::string> WgslWriter::probe_words(ValueId id) {
  const Instruction& i = program_.at(id);
  const kernel::JoinTable& table = program_.tables[i.index];
  std::vector<std::string> words;
  for (std::size_t k = 0; k < i.args.size(); ++k) {
    const Register& key = arg(i, k);
    const Lane lane = *key_lane(table.columns[k].type.physical());
    Register whole = key;
    whole.lane = lane;
    whole.value = fmt::format("k{}_{}", id, k);
    if (is_float(lane)) {
      line(fmt::format("let {} = {};", whole.value, call(lane == Lane::kF32 ? "key_f32" : "key_f64", key.value)));
    } else {
      line(fmt::format("let {} = {};", whole.value, convert(key.value, key.lane, lane == Lane::kBool ? Lane::kI32 : lane)));
    }
    std::vector<std::string> own;
    if (lane == Lane::kF32) {
      own.push_back(whole.value);
    } else {
      if (lane == Lane::kBool) whole.lane = Lane::kI32;
      own = words_of(whole, static_cast<std::uint32_t>(webgpu::words_of(lane)));
    }
    const bool null_safe = table.null_safe[k] != 0;
    if (null_safe) words.push_back(key.never_null() ? "1u" : fmt::format("select(0u, 1u, {})", key.valid));
    for (const std::string& word : own)
      words.push_back(null_safe && !key.never_null() ? fmt::format("select(0u, {}, {})", word, key.valid) : word);
  }
  return words;
}

// Entry + 1 of the array's place for a key, 0 where there is none.
std::string WgslWriter::dense_entry(ValueId id) {
  const Instruction& i = program_.at(id);
  const Register& key = arg(i, 0);
  const Lane lane = *key_lane(program_.tables[i.index].columns[0].type.physical());
  const std::string table = fmt::format("j{}", i.index);
  std::string inside;
  if (lane == Lane::kI64) {
    line(fmt::format("let k{} = {};", id, convert(key.value, key.lane, lane)));
    line(fmt::format("let d{} = {};", id, call("sub_64", fmt::format("k{}, {}_least", id, table))));
    inside = fmt::format("!{} & (d{}.y == 0u)", call("less_64", fmt::format("k{}, {}_least", id, table)), id);
    line(fmt::format("let x{0} = d{0}.x;", id));
  } else {
    line(fmt::format("let k{} = {};", id, convert(key.value, key.lane, Lane::kI32)));
    line(fmt::format("let x{0} = bitcast<u32>(k{0}) - {1}_least.x;", id, table));
    inside = fmt::format("(k{} >= bitcast<i32>({}_least.x))", id, table);
  }
  inside = both(inside, fmt::format("(x{} < {}_extent)", id, table));
  return fmt::format("select(0u, {0}[{1}_heads + min(x{2}, {1}_extent - 1u)], {3})", table_memory(i.index), table, id, inside);
}

bool WgslWriter::probe(ValueId id) {
  const Instruction& i = program_.at(id);
  const kernel::JoinTable& table = program_.tables[i.index];
  for (std::size_t k = 0; k < i.args.size(); ++k) {
    if (!key_lane(table.columns[k].type.physical()))
      return decline(DeclineReason::kStringOperation, fmt::format("a join by {}", table.columns[k].type.to_string()));
  }
  describe_table(i.index);
  const TableVariant variant = table_variant(i.index);
  std::string entry = "0u";
  if (variant.form == TableForm::kDense) {
    entry = dense_entry(id);
  } else if (variant.form == TableForm::kHashed) {
    const std::vector<std::string> words = probe_words(id);
    const auto count = static_cast<int>(words.size());
    finders_.emplace(table_memory(i.index), count);
    entry = fmt::format("{}(j{}_heads, j{}_extent, j{}_keys", finder_name(table_memory(i.index), count), i.index, i.index, i.index);
    for (const std::string& word : words) entry += ", " + word;
    entry += ")";
  }
  const std::string usable = probe_usable(i);
  line(fmt::format("let entry_{} = {};", id, usable.empty() ? entry : fmt::format("select(0u, {}, {})", entry, usable)));
  registers_[id] = {Lane::kI32, fmt::format("entry_{}", id), {}};
  return true;
}

bool WgslWriter::matched(ValueId id) {
  const Instruction& i = program_.at(id);
  const Instruction& probe = program_.at(i.args[0]);
  const std::string rows = fmt::format("j{}_rows", probe.index);
  const std::string found =
      table_variant(probe.index).form == TableForm::kAll ? fmt::format("({} != 0u)", rows) : fmt::format("({} != 0u)", arg(i, 0).value);
  if (static_cast<kernel::MatchTest>(i.index) == kernel::MatchTest::kExists) {
    define(id, Lane::kBool, found, {});
    return true;
  }
  // x IN (rows): not known where x or some row is NULL, unless there is no row at all.
  const Register& key = arg(probe, 0);
  const std::string no_null = fmt::format("({}[j{}_base + {}u] == 0u)", table_memory(probe.index), probe.index, TableLayout::kHasNullKey);
  define(id, Lane::kBool, found, fmt::format("({} | ({} == 0u) | ({}))", found, rows, both(key.valid, no_null)));
  return true;
}

// The row that match number `k` stands for.
std::string WgslWriter::match_row(const Instruction& expand, const std::string& k) const {
  const Instruction& probe = program_.at(expand.args[0]);
  switch (table_variant(probe.index).form) {
    case TableForm::kAll: return k;
    case TableForm::kDense:
    case TableForm::kHashed: break;
  }
  return fmt::format("{0}[j{1}_list + first_{2} + {3}]", table_memory(probe.index), probe.index, expand.args[0], k);
}

bool WgslWriter::expand(ValueId id) {
  const Instruction& i = program_.at(id);
  const ValueId probe = i.args[0];
  const std::uint32_t table = program_.at(probe).index;
  const TableVariant variant = table_variant(table);
  const bool one = variant.unique && variant.form != TableForm::kAll;
  const ValueId close = kernel::end_of_domain(program_, id);
  const bool pads = close != kernel::kNoValue && program_.at(close).op == Opcode::kPadUnmatched;
  const std::string row = fmt::format("found_{}", id);
  registers_[id] = {Lane::kI32, row, {}};
  if (close != kernel::kNoValue) {
    line(fmt::format("var any_{} = false;", close));     // whether a row is left; of any_match: whether one is true
    line(fmt::format("var unsure_{} = false;", close));  // any_match: whether one is unknown
  }
  if (one) {
    // At most one row, so that leaving the block is leaving the row out.
    if (close == kernel::kNoValue) {
      line(fmt::format("if (entry_{} == 0u) {{ {}; }}", probe, domains_.back().leave));
      line(fmt::format("let {} = entry_{} - 1u;", row, probe));
      domains_.push_back({id, domains_.back().leave, ""});
      return true;
    }
    line("loop {");
    line(fmt::format("if (entry_{} == 0u) {{ break; }}", probe));
    line(fmt::format("let {} = entry_{} - 1u;", row, probe));
    domains_.push_back({id, "break", "break; }"});
    return true;
  }
  if (variant.form == TableForm::kAll) {
    line(fmt::format("let count_{} = j{}_rows;", id, table));
  } else {
    line(fmt::format("var first_{} = 0u;", probe));
    line(fmt::format("var count_{} = 0u;", id));
    const std::string at = fmt::format("{}[j{}_ranges + (entry_{} - 1u) * 2u", table_memory(table), table, probe);
    line(fmt::format("if (entry_{0} != 0u) {{ first_{0} = {1}]; count_{2} = {1} + 1u]; }}", probe, at, id));
  }
  const std::string k = fmt::format("match_{}", id);
  if (!pads) {
    line(fmt::format("for (var {0} = 0u; {0} < count_{1}; {0} = {0} + 1u) {{", k, id));
    line(fmt::format("let {} = {};", row, match_row(i, k)));
    domains_.push_back({id, "continue", "}"});
    return true;
  }
  // The matches, and behind them a row for the parent of none.
  line(fmt::format("var left_{} = 0u;", close));
  line(fmt::format("for (var {0} = 0u; {0} <= count_{1}; {0} = {0} + 1u) {{", k, id));
  line(fmt::format("any_{} = false;", close));
  line(fmt::format("var found_{} = 0u;", close));
  line(fmt::format("if ({} < count_{}) {{", k, id));
  line(fmt::format("found_{} = {};", close, match_row(i, k)));
  line(fmt::format("let {} = found_{};", row, close));
  line("loop {");
  domains_.push_back({id, "break", "break; } }"});
  return true;
}

bool WgslWriter::any_match(ValueId id) {
  const Instruction& i = program_.at(id);
  if (i.args.size() == 1) {
    line(fmt::format("any_{} = true;", id));
  } else {
    const Register& holds = arg(i, 1);
    line(fmt::format("any_{0} = any_{0} | {1};", id, is_true(holds)));
    if (!holds.never_null()) line(fmt::format("unsure_{0} = unsure_{0} | !({1});", id, holds.valid));
  }
  const bool nullable = i.args.size() == 2 && !arg(i, 1).never_null();
  line(domains_.back().close);
  domains_.pop_back();
  define(id, Lane::kBool, fmt::format("any_{}", id), nullable ? fmt::format("(any_{0} | !unsure_{0})", id) : "");
  return true;
}

bool WgslWriter::pad_unmatched(ValueId id) {
  const Instruction& i = program_.at(id);
  const ValueId expand = i.args[0];
  const Instruction& probe = program_.at(program_.at(expand).args[0]);
  const TableVariant variant = table_variant(probe.index);
  line(fmt::format("any_{} = true;", id));
  line(domains_.back().close);
  domains_.pop_back();
  registers_[id] = {Lane::kI32, fmt::format("found_{}", id), fmt::format("paired_{}", id)};
  if (variant.unique && variant.form != TableForm::kAll) {
    line(fmt::format("let found_{} = max(entry_{}, 1u) - 1u;", id, program_.at(expand).args[0]));
    line(fmt::format("let paired_{0} = any_{0};", id));
    domains_.push_back({id, domains_.back().leave, ""});
    return true;
  }
  const std::string is_match = fmt::format("(match_{0} < count_{0})", expand);
  line(fmt::format("if (select(left_{0} != 0u, !any_{0}, {1})) {{ continue; }}", id, is_match));
  line(fmt::format("left_{0} = left_{0} + select(0u, 1u, any_{0});", id));
  line(fmt::format("let paired_{0} = any_{0};", id));
  domains_.push_back({id, "continue", "}"});
  if (i.index != 0) fail_where(fmt::format("left_{} > 1u", id), {}, i);
  return true;
}

bool WgslWriter::build_column(ValueId id) {
  const Instruction& i = program_.at(id);
  const Lane lane = *lane_of(program_, i);
  const std::uint32_t table = kernel::table_of(program_, i);
  const std::string memory = table_memory(table);
  const Register& row = arg(i, 0);
  const std::string name = fmt::format("j{}_c{}", table, i.index);
  const std::uint32_t at = TableLayout::kColumns + i.index * TableLayout::kColumnWords;
  if (described_columns_.insert({table, i.index}).second) {
    prologue(fmt::format("let {0} = j{1}_base + {2}[j{1}_base + {3}u];", name, table, memory, at));
    prologue(fmt::format("let {}_bitmap = {}[j{}_base + {}u];", name, memory, table, at + 1));
    prologue(fmt::format("let {0}_validity = select(j{1}_base + {0}_bitmap, 0xffffffffu, {0}_bitmap == 0xffffffffu);", name, table));
  }
  std::string valid = row.valid;
  if (i.type.id == TypeId::kNull) {
    valid = "false";
  } else if (i.range.nullable) {
    valid = both(valid, read("valid_at", memory, fmt::format("{}_validity, {}", name, row.value)));
  }
  define(id, lane, plain_value(i.physical(), memory, name, row.value, lane), valid);
  return true;
}

void WgslWriter::close_domains() {
  for (; domains_.size() > 1; domains_.pop_back()) {
    if (!domains_.back().close.empty()) line(domains_.back().close);
  }
}

}  // namespace trueno::backend::webgpu
