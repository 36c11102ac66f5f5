// Steps that go row by row through the kernel's own functions, so that they give the scalar backend's bits without a second definition:
// casts of texts and dates, host functions, LIKE and its kin, bit operations, intervals. And dictionary lookups.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "backend/simd/evaluator.h"
#include "kernel/bit_operation.h"
#include "kernel/cast.h"
#include "kernel/cell.h"
#include "kernel/date_part.h"

namespace trueno::backend::simd {

using kernel::Cell;
using kernel::Instruction;
using kernel::Opcode;

namespace {

// Arithmetic on integers and decimals whose failing rows are NULL; the error is looked at by nobody.
Status whole_number(const Instruction& i, std::span<const Cell> args, Cell& out) {
  const i128 a = args[0].integer;
  const i128 b = args[1].integer;
  i128 result = 0;
  bool fails = false;
  switch (i.op) {
    case Opcode::kAdd: fails = __builtin_add_overflow(a, b, &result); break;
    case Opcode::kSubtract: fails = __builtin_sub_overflow(a, b, &result); break;
    case Opcode::kMultiply: fails = __builtin_mul_overflow(a, b, &result); break;
    default:
      if (b == 0) return error(ErrorCode::kDivisionByZero, "division by zero");
      if (b != -1) {
        result = i.op == Opcode::kIntegerDivide ? a / b : a % b;
      } else if (i.op == Opcode::kIntegerDivide) {
        fails = __builtin_sub_overflow(i128{0}, a, &result);
      }
      break;
  }
  const auto limits = kernel::limits_of(i.type);
  if (fails || (limits && (result < limits->min || result > limits->max))) return error(ErrorCode::kOutOfRange, "overflow");
  out = Cell::of_integer(result);
  return {};
}

}  // namespace

Result<const kernel::LikePattern*> Evaluator::like_pattern(const Instruction& i, std::span<const Cell> args) {
  const std::string_view pattern = args[1].string.view();
  const std::string_view escape = i.args.size() == 3 ? args[2].string.view() : std::string_view{};
  std::string key(escape);
  key += '\0';
  key += pattern;
  if (const auto known = patterns_.find(key); known != patterns_.end()) return &known->second;
  constexpr std::size_t kMostPatterns = 1024;  // a column of patterns must not fill the memory
  if (patterns_.size() >= kMostPatterns) patterns_.clear();
  kernel::LikePattern made = TRUENO_TRY(kernel::LikePattern::compile(pattern, escape));
  return &patterns_.emplace(std::move(key), std::move(made)).first->second;
}

Status Evaluator::cell(const Instruction& i, std::span<const Cell> args, Cell& out) {
  const Type& first_type = compiled_.at(i.args[0]).type;
  switch (i.op) {
    case Opcode::kCast: return kernel::cast_cell(first_type, i.type, args[0], out, arena_);
    case Opcode::kTryCast:
      if (!kernel::cast_cell(first_type, i.type, args[0], out, arena_)) out = Cell::null();
      return {};
    case Opcode::kAdd:
    case Opcode::kSubtract:
    case Opcode::kMultiply:
    case Opcode::kIntegerDivide: return whole_number(i, args, out);  // inside of try
    case Opcode::kModulo:                                            // of floats; what a hardware NaN looks like differs
      if (is_integer(i.physical())) return whole_number(i, args, out);
      if (i.physical() == Physical::kF64) {
        const double rest = std::fmod(args[0].f64, args[1].f64);
        out = Cell::of_f64(std::isnan(rest) ? kernel::canonical(rest) : rest);
      } else {
        const float rest = std::fmod(args[0].f32, args[1].f32);
        out = Cell::of_f32(std::isnan(rest) ? kernel::canonical(rest) : rest);
      }
      return {};
    case Opcode::kNegate:
    case Opcode::kAbs: {  // checked, integers
      i128 value = args[0].integer;
      const bool overflow = (i.op == Opcode::kNegate || value < 0) && __builtin_sub_overflow(i128{0}, args[0].integer, &value);
      const auto limits = kernel::limits_of(i.type);
      if (overflow || value < limits->min || value > limits->max) return error(ErrorCode::kOutOfRange, "overflow");
      out = Cell::of_integer(value);
      return {};
    }
    case Opcode::kMath: {  // sign
      const auto sign = [](auto x) { return std::isnan(x) ? kernel::canonical(x) : static_cast<decltype(x)>((x > 0) - (x < 0)); };
      out = i.physical() == Physical::kF64 ? Cell::of_f64(sign(args[0].f64)) : Cell::of_f32(sign(args[0].f32));
      return {};
    }
    case Opcode::kEqual: out = Cell::of_bool(kernel::compare(args[0], args[1], first_type.physical()) == 0); return {};
    case Opcode::kNotEqual: out = Cell::of_bool(kernel::compare(args[0], args[1], first_type.physical()) != 0); return {};
    case Opcode::kLess: out = Cell::of_bool(kernel::compare(args[0], args[1], first_type.physical()) < 0); return {};
    case Opcode::kLessEqual: out = Cell::of_bool(kernel::compare(args[0], args[1], first_type.physical()) <= 0); return {};
    case Opcode::kGreater: out = Cell::of_bool(kernel::compare(args[0], args[1], first_type.physical()) > 0); return {};
    case Opcode::kGreaterEqual: out = Cell::of_bool(kernel::compare(args[0], args[1], first_type.physical()) >= 0); return {};
    case Opcode::kIsDistinct: out = Cell::of_bool(!kernel::same_key(args[0], args[1], first_type.physical())); return {};
    case Opcode::kIsNotDistinct: out = Cell::of_bool(kernel::same_key(args[0], args[1], first_type.physical())); return {};
    case Opcode::kDateTrunc: {
      const auto part = static_cast<kernel::DatePart>(i.index);
      out = Cell::of_integer(first_type.id == TypeId::kDate ? kernel::truncate_date(part, static_cast<std::int32_t>(args[0].integer))
                                                            : kernel::truncate_timestamp(part, static_cast<std::int64_t>(args[0].integer)));
      return {};
    }
    case Opcode::kTimestampAdd:
      out = Cell::of_integer(TRUENO_TRY(kernel::add_interval(static_cast<std::int64_t>(args[0].integer), args[1].interval)));
      return {};
    case Opcode::kStringLength: out = Cell::of_integer(kernel::utf8_length(args[0].string.view())); return {};
    case Opcode::kStartsWith: out = Cell::of_bool(args[0].string.view().starts_with(args[1].string.view())); return {};
    case Opcode::kEndsWith: out = Cell::of_bool(args[0].string.view().ends_with(args[1].string.view())); return {};
    case Opcode::kContains: out = Cell::of_bool(args[0].string.view().find(args[1].string.view()) != std::string_view::npos); return {};
    case Opcode::kLike: out = Cell::of_bool(TRUENO_TRY(like_pattern(i, args))->matches(args[0].string.view())); return {};
    case Opcode::kHost: return compiled_.program->hosts[i.index].function(args, out, arena_);
    default:
      out = kernel::bit_operation(i.op, i.physical(), first_type.physical(), args[0].integer, i.args.size() == 2 ? args[1].integer : 0);
      return {};
  }
}

Status Evaluator::cells(const Step& step) {
  const Instruction& i = compiled_.at(step.instruction);
  if (!i.null_on_error && has_one_pattern(i)) return match_texts(step);
  Vector& out = begin_output(step);
  auto* to = const_cast<void*>(out.data);
  std::uint8_t* valid = frame_.storages[step.out].validity();
  // What takes NULLs itself: host functions that say so, casts, comparisons by distinctness.
  const bool takes_nulls = (i.op == Opcode::kHost && compiled_.program->hosts[i.index].on_null_call) || i.op == Opcode::kIsDistinct ||
                           i.op == Opcode::kIsNotDistinct;
  const std::uint8_t* active = step.active == kNoRegister ? nullptr : true_bytes(frame_.vectors[step.active], scratch_[3].validity());
  std::vector<Cell> args(i.args.size());
  bool constant = active == nullptr;
  for (const kernel::ValueId arg : i.args) constant = constant && frame_.vectors[arg].constant;
  bool any_null = false;
  const std::size_t n = constant ? 1 : frame_.rows;
  for (std::size_t row = 0; row < n; ++row) {
    valid[row] = 0;
    const bool wanted = (active == nullptr || active[row] != 0) && (constant || frame_.row_mask == nullptr || frame_.row_mask[row] != 0);
    bool all_valid = true;
    for (std::size_t k = 0; k < args.size(); ++k) {
      args[k] = cell_of(frame_.vectors[i.args[k]], row);
      all_valid = all_valid && args[k].valid;
    }
    Cell result;
    if (wanted && (all_valid || takes_nulls)) {
      const Status status = cell(i, args, result);
      if (!status && !(i.null_on_error && kernel::is_of_row(status.error().code()))) return failed_row();
      if (!status) result = Cell::null();
    }
    store_cell(out.lane, to, row, result);
    valid[row] = result.valid ? 1 : 0;
    any_null = any_null || !result.valid;
  }
  out.constant = constant;
  out.valid = any_null ? valid : nullptr;
  return {};
}

Status Evaluator::lookup(const Step& step) {
  const Instruction& i = compiled_.at(step.instruction);
  ResolvedLookup& known = lookups_[i.index];
  const LookupTable* table = morsel_->lookups[i.index];
  const Lane lane = compiled_.lanes[step.out];
  const auto width = static_cast<std::size_t>(width_of(lane));
  if (known.table != table) {
    const auto entries = static_cast<std::size_t>(table->values.length);
    known = {table, std::vector<std::uint64_t>((std::max<std::size_t>(entries, 1) * width + 7) / 8 + 2),
             std::vector<std::uint8_t>(std::max<std::size_t>(entries, 1), 1),
             std::vector<std::uint8_t>(std::max<std::size_t>(entries, 1), 0)};
    for (std::size_t entry = 0; entry < entries; ++entry) {
      const Cell value = kernel::cell_of(table->values, static_cast<std::int64_t>(entry));
      store_cell(lane, known.values.data(), entry, value);
      known.valid[entry] = value.valid ? 1 : 0;
      known.any_null = known.any_null || !value.valid;
    }
    for (const auto& [entry, failure] : table->errors) {
      known.failed[entry] = 1;
      known.any_failed = true;
    }
  }
  Vector& out = begin_output(step);
  if (!strict_validity(step, out)) return {};
  const Vector codes = spread(frame_.vectors[step.in[0]], scratch_[0]);
  const std::uint32_t* rows = codes.as<std::uint32_t>();
  routines().gather[width_index(static_cast<int>(width))](known.values.data(), rows, const_cast<void*>(out.data), frame_.rows);
  if (known.any_failed) {
    const std::uint8_t* ok = rows_that_may_fail(out);
    for (std::size_t row = 0; row < frame_.rows; ++row) {
      if (known.failed[rows[row]] != 0 && (ok == nullptr || ok[row] != 0)) return failed_row();
    }
  }
  if (known.any_null) {
    std::uint8_t* valid = scratch_[1].validity();
    routines().gather[0](known.valid.data(), rows, valid, frame_.rows);
    std::uint8_t* own = frame_.storages[step.out].validity();
    if (out.valid == nullptr) {
      std::memcpy(own, valid, frame_.rows);
    } else {
      routines().both(out.valid, valid, own, frame_.rows);
    }
    out.valid = own;
  }
  return {};
}

}  // namespace trueno::backend::simd
