#pragma once

#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "kernel/program.h"

namespace trueno::kernel {

/// Writes one program. Every value gets its range, its narrowest lane and, where the range proves it safe, no check; an instruction that
/// was already written is found again instead of repeated. Not thread-safe.
///
/// The activity mask: instructions written while a mask is set (`ActiveScope`) carry it when they can fail.
class Builder {
 public:
  Builder() = default;

  /// A source column; the same index gives the same value. Returns its value.
  ValueId column(const SourceColumn& column, const Range& range, bool verify_range);
  /// A value bound at run time. `known`: a literal of the query, which feeds ranges but is not baked in.
  ValueId parameter(const Type& type, const std::string& name, const Value* known, std::uint32_t number);
  /// A value the compiler itself needs (scale factors, NULLs); part of the program's shape.
  ValueId constant(const Value& value);

  /// A BIGINT that ascends with the rows of the source. Not in a child domain, where rows would share it.
  ValueId row_number();

  /// Any other instruction. Fills in range, lane and check from the operands; `type` is the result's. Constant NULL operands fold.
  ValueId emit(Opcode op, const Type& type, std::vector<ValueId> args, std::uint32_t index = 0);
  /// Conversion; nothing when the types are equal. A cast that cannot fail is unchecked.
  ValueId cast(ValueId value, const Type& type, bool trying = false);
  ValueId host(const HostCall& call, const Type& type, std::vector<ValueId> args);
  /// The table `definition` gives for each dictionary entry of a coded column.
  ValueId lookup(ValueId column, std::shared_ptr<const Program> definition, const Type& type, bool nullable);
  void filter(ValueId condition);

  /// The number of a table to be probed.
  std::uint32_t table(JoinTable table);
  ValueId probe(std::uint32_t table, std::vector<ValueId> keys);
  ValueId matched(ValueId probe, MatchTest test);
  /// Opens a domain of (row, matching build row). What is written from here on belongs to it, until `any_match` or `pad_unmatched`.
  ValueId expand(ValueId probe);
  /// A column of the table in the innermost domain; `padded`: NULL where no row matched.
  ValueId build_column(ValueId domain, std::uint32_t column, const Range& range);
  void mark_matched(ValueId expand);
  /// Back in the parent's domain: whether a child is left, or the Kleene OR of a condition over them (`kNoValue`: none).
  ValueId any_match(ValueId expand, ValueId condition);
  /// The domain of the children that are left and, for rows without one, of one without a build row.
  ValueId pad_unmatched(ValueId expand, bool single);

  /// Whether a value can still be read: it is of no domain that is closed.
  [[nodiscard]] bool visible(ValueId id) const;
  [[nodiscard]] const Instruction& at(ValueId id) const { return program_.at(id); }
  [[nodiscard]] Program& program() { return program_; }
  [[nodiscard]] const Program& program() const { return program_; }
  [[nodiscard]] Program finish() && { return std::move(program_); }

  /// Begins, or ends, instructions that give NULL where they would fail; returns whether that was so. What was written so since the
  /// last begin, each under the mask that was set, is what `caught` lists.
  bool set_trying(bool trying) { return std::exchange(trying_, trying); }
  [[nodiscard]] bool trying() const { return trying_; }
  struct Caught {
    ValueId value = kNoValue;
    ValueId active = kNoValue;
  };
  [[nodiscard]] std::vector<Caught>& caught() { return caught_; }

  void set_span(SourceSpan span) { span_ = span; }
  [[nodiscard]] SourceSpan span() const { return span_; }
  [[nodiscard]] ValueId active() const { return active_; }
  /// Rows where `mask` is not true are inactive until the returned former mask is set again. Combines with the mask in force.
  ValueId narrow_active(ValueId mask);
  void restore_active(ValueId former) { active_ = former; }

 private:
  ValueId append(Instruction instruction, const std::string& extra_key = {});
  /// The same of one that may fail: inside of try it gives NULL instead.
  ValueId append_failing(Instruction instruction);
  void derive(Instruction& instruction) const;
  void close_domain(ValueId first);

  Program program_;
  std::unordered_map<std::string, ValueId> known_;
  std::vector<std::pair<ValueId, ValueId>> closed_;  // values of domains that are closed: [first, last)
  ValueId active_ = kNoValue;
  bool trying_ = false;
  std::vector<Caught> caught_;
  SourceSpan span_;
};

}  // namespace trueno::kernel
