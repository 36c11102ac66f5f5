#pragma once

#include <string>
#include <unordered_map>

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

  /// Any other instruction. Fills in range, lane and check from the operands; `type` is the result's. Constant NULL operands fold.
  ValueId emit(Opcode op, const Type& type, std::vector<ValueId> args, std::uint32_t index = 0);
  /// Conversion; nothing when the types are equal. A cast that cannot fail is unchecked.
  ValueId cast(ValueId value, const Type& type, bool trying = false);
  ValueId host(const HostCall& call, const Type& type, std::vector<ValueId> args);
  /// The table `definition` gives for each dictionary entry of a coded column.
  ValueId lookup(ValueId column, std::shared_ptr<const Program> definition, const Type& type, bool nullable);
  void filter(ValueId condition);

  [[nodiscard]] const Instruction& at(ValueId id) const { return program_.at(id); }
  [[nodiscard]] Program& program() { return program_; }
  [[nodiscard]] const Program& program() const { return program_; }
  [[nodiscard]] Program finish() && { return std::move(program_); }

  void set_span(SourceSpan span) { span_ = span; }
  [[nodiscard]] SourceSpan span() const { return span_; }
  [[nodiscard]] ValueId active() const { return active_; }
  /// Rows where `mask` is not true are inactive until the returned former mask is set again. Combines with the mask in force.
  ValueId narrow_active(ValueId mask);
  void restore_active(ValueId former) { active_ = former; }

 private:
  ValueId append(Instruction instruction, const std::string& extra_key = {});
  void derive(Instruction& instruction) const;

  Program program_;
  std::unordered_map<std::string, ValueId> known_;
  ValueId active_ = kNoValue;
  SourceSpan span_;
};

/// Whether instructions of this kind can fail at all for these operand types (then `checked` decides).
[[nodiscard]] bool can_fail(const Program& program, const Instruction& instruction);

}  // namespace trueno::kernel
