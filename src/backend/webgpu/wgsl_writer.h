#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "backend/webgpu/shader.h"

namespace trueno::backend::webgpu {

/// A value as WGSL text. `valid` is the text of its validity: empty = always valid, "false" = NULL.
struct Register {
  Lane lane = Lane::kI32;
  std::string value;
  std::string valid;

  [[nodiscard]] bool never_null() const { return valid.empty(); }
};

/// Writes one shader: every instruction becomes `let`s of a row's block, in written order, so a filter's `break` skips what comes after it.
/// Not thread-safe; used once. The instruction families are spread over wgsl_*.cc.
///
/// A family's function returns false after `decline`.
class WgslWriter {
 public:
  WgslWriter(const kernel::Program& program, const ShaderVariant& variant);
  [[nodiscard]] std::expected<Shader, Declined> write();

 private:
  // wgsl_writer.cc
  [[nodiscard]] bool instruction(kernel::ValueId id);
  [[nodiscard]] std::string assemble(const std::string& rows, const std::string& epilogue);
  [[nodiscard]] std::string row_loop() const;
  [[nodiscard]] bool decline(DeclineReason reason, std::string detail);
  [[nodiscard]] bool decline(const kernel::Instruction& i, std::string_view why);
  void line(const std::string& text) { body_ += "      " + text + "\n"; }
  void prologue(const std::string& text) { prologue_ += "  " + text + "\n"; }
  /// A value that is read from memory, under a name, before the rows are worked on; `value` says "row".
  void load(const std::string& name, const std::string& value) { loads_.emplace_back(name, value); }
  /// What is read once a tile.
  void tile(const std::string& text) { tile_ += "    " + text + "\n"; }
  /// The name of a library function, which becomes part of the shader.
  [[nodiscard]] std::string call(std::string_view function, std::string_view arguments);
  /// The name of a function that reads a memory, which becomes part of the shader.
  [[nodiscard]] std::string read(std::string_view function, std::string_view memory, std::string_view arguments);
  /// The slabs that a source column's values and validity lie in.
  [[nodiscard]] std::uint32_t slab_of(std::size_t column, bool validity = false) const;
  [[nodiscard]] std::string memory_of(std::size_t column, bool validity = false) const {
    return fmt::format("slab{}", slab_of(column, validity));
  }
  [[nodiscard]] const Register& arg(const kernel::Instruction& i, std::size_t n) const { return registers_[i.args[n]]; }
  [[nodiscard]] const Type& arg_type(const kernel::Instruction& i, std::size_t n) const { return program_.at(i.args[n]).type; }
  /// Both validities.
  [[nodiscard]] static std::string both(const std::string& a, const std::string& b);
  /// A register's value in another integer lane: sign-extended or cut.
  [[nodiscard]] std::string in_lane(const Register& r, Lane lane);
  [[nodiscard]] std::string convert(const std::string& value, Lane from, Lane to);
  /// "value is true", with NULL as false.
  [[nodiscard]] static std::string is_true(const Register& r);
  /// Defines the result of an instruction; its validity gets a name when it is not a plain one.
  void define(kernel::ValueId id, Lane lane, const std::string& value, std::string valid);
  /// Rows where this is not true never fail; empty: all are active.
  [[nodiscard]] std::string active(const kernel::Instruction& i) const;
  /// The row fails where `condition` holds and its operands are valid and the row is active.
  void fail_where(const std::string& condition, const std::string& valid, const kernel::Instruction& i);
  [[nodiscard]] std::string outside(const std::string& value, Lane lane, i128 least, i128 greatest);
  [[nodiscard]] std::string less(const std::string& a, const std::string& b, Lane lane);

  // wgsl_leaf.cc: columns, parameters, constants, lookups
  [[nodiscard]] bool column(kernel::ValueId id);
  [[nodiscard]] static std::string plain_value(Physical physical, std::string_view memory, const std::string& at, const std::string& row,
                                               Lane lane);
  [[nodiscard]] std::string packed_value(std::string_view memory, const std::string& column, Lane lane);
  [[nodiscard]] bool parameter(kernel::ValueId id);
  [[nodiscard]] bool constant(kernel::ValueId id);
  [[nodiscard]] bool lookup(kernel::ValueId id);

  // wgsl_arithmetic.cc
  [[nodiscard]] bool arithmetic(kernel::ValueId id);
  [[nodiscard]] bool division(kernel::ValueId id);
  [[nodiscard]] bool bitwise(kernel::ValueId id);
  [[nodiscard]] std::string compute(kernel::Opcode op, const kernel::Instruction& i, Lane lane);

  // wgsl_logic.cc: comparison, Kleene logic, NULL, select
  [[nodiscard]] bool comparison(kernel::ValueId id);
  [[nodiscard]] bool logic(kernel::ValueId id);

  // wgsl_cast.cc
  [[nodiscard]] bool cast(kernel::ValueId id);
  [[nodiscard]] bool cast_exact(kernel::ValueId id, const Register& from, int shift);
  [[nodiscard]] bool cast_temporal(kernel::ValueId id);
  void finish_cast(kernel::ValueId id, const std::string& value, Lane lane);

  // wgsl_join.cc
  /// The rows an instruction is about, as a block: how a row leaves it, and what ends it.
  struct Domain {
    kernel::ValueId opened_by = kernel::kNoValue;
    std::string leave = "break";
    std::string close;
  };
  [[nodiscard]] TableVariant table_variant(std::uint32_t table) const;
  [[nodiscard]] std::string table_memory(std::uint32_t table) const { return fmt::format("slab{}", table_variant(table).slab); }
  void describe_table(std::uint32_t table);
  [[nodiscard]] std::string probe_usable(const kernel::Instruction& probe) const;
  [[nodiscard]] std::vector<std::string> probe_words(kernel::ValueId id);
  [[nodiscard]] std::string dense_entry(kernel::ValueId id);
  [[nodiscard]] std::string match_row(const kernel::Instruction& expand, const std::string& k) const;
  [[nodiscard]] bool probe(kernel::ValueId id);
  [[nodiscard]] bool matched(kernel::ValueId id);
  [[nodiscard]] bool expand(kernel::ValueId id);
  [[nodiscard]] bool any_match(kernel::ValueId id);
  [[nodiscard]] bool pad_unmatched(kernel::ValueId id);
  [[nodiscard]] bool build_column(kernel::ValueId id);
  void close_domains();

  // wgsl_date.cc
  [[nodiscard]] bool date_part(kernel::ValueId id);

  // wgsl_emit.cc
  [[nodiscard]] bool check_emit();
  [[nodiscard]] std::string emit_loop();
  void emit_row();

  // wgsl_sink.cc
  [[nodiscard]] bool check_sink();
  [[nodiscard]] bool sink(std::string& epilogue);
  void reduce_row();
  [[nodiscard]] std::string reduce_end();
  [[nodiscard]] std::string wide_end(std::size_t n);
  void group_row();
  void group_slot();
  [[nodiscard]] std::vector<std::string> words_from_least(std::size_t accumulator, std::uint32_t words);
  [[nodiscard]] std::string group_end();
  [[nodiscard]] std::string merge_slot(const std::string& from, const std::string& to, const std::string& indent);
  [[nodiscard]] std::string extreme_key(std::size_t accumulator);
  void float_sums();
  [[nodiscard]] const Register& argument(std::size_t accumulator) const;
  [[nodiscard]] std::string add(std::string_view memory, const std::string& at, const std::vector<std::string>& words);
  /// The words of an integer, sign-extended to `words` of them.
  [[nodiscard]] static std::vector<std::string> words_of(const Register& r, std::uint32_t words);

  const kernel::Program& program_;
  const ShaderVariant& variant_;
  BlockLayout block_;
  SinkLayout sink_;
  EmitLayout emit_;
  Declined declined_;
  std::vector<Register> registers_;
  std::vector<Register> fixed_;  // by accumulator: the fixed-point numbers of float sums
  std::set<std::string> library_;
  std::set<std::pair<std::string, int>> adders_;
  std::set<std::pair<std::string, std::string>> readers_;  // function and memory
  std::set<std::uint32_t> described_;                      // lookups whose descriptor has been read
  std::map<std::uint32_t, kernel::ValueId> columns_read_;  // by source column: the first that reads it
  std::set<std::string> tile_lines_;
  std::set<std::uint32_t> described_tables_;
  std::set<std::pair<std::uint32_t, std::uint32_t>> described_columns_;  // table and column
  std::set<std::pair<std::string, int>> finders_;                        // memory and words of a key
  std::vector<Domain> domains_ = std::vector<Domain>(1);                 // that are open, innermost last
  std::string prologue_;
  std::string tile_;
  std::vector<std::pair<std::string, std::string>> loads_;  // name, value
  std::string body_;
  bool can_fail_ = false;
};

}  // namespace trueno::backend::webgpu
