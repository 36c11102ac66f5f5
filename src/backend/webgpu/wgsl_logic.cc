// Comparison, Kleene logic and NULL.
#include <algorithm>

#include "backend/webgpu/wgsl_writer.h"

namespace trueno::backend::webgpu {

using kernel::Instruction;
using kernel::Opcode;
using kernel::ValueId;

bool WgslWriter::comparison(ValueId id) {
  const Instruction& i = program_.at(id);
  const Register& left = arg(i, 0);
  const Register& right = arg(i, 1);
  if (arg_type(i, 0).physical() == Physical::kString) return decline(DeclineReason::kStringOperation, "comparison of strings");
  std::string a;
  std::string b;
  Lane lane = Lane::kI32;
  bool words = false;  // several words, compared unsigned or signed by `lane`
  std::string smaller;
  std::string greater;
  if (is_float(left.lane)) {
    const bool single = left.lane == Lane::kF32;
    a = call(single ? "key_f32" : "key_f64", left.value);
    b = call(single ? "key_f32" : "key_f64", right.value);
    words = !single;
    smaller = single ? fmt::format("({} < {})", a, b) : call("below_64", fmt::format("{}, {}", a, b));
    greater = single ? fmt::format("({} < {})", b, a) : call("below_64", fmt::format("{}, {}", b, a));
  } else {
    if (left.lane != Lane::kBool) lane = std::max(left.lane, right.lane);
    a = in_lane(left, lane);
    b = in_lane(right, lane);
    words = lane != Lane::kI32;
    const bool ordered = i.op >= Opcode::kLess && i.op <= Opcode::kGreaterEqual;
    if (ordered) smaller = less(a, b, lane);
    if (ordered) greater = less(b, a, lane);
  }
  const std::string same = words ? fmt::format("all({} == {})", a, b) : fmt::format("({} == {})", a, b);
  if (i.op == Opcode::kIsDistinct || i.op == Opcode::kIsNotDistinct) {
    const std::string x = left.never_null() ? "true" : left.valid;
    const std::string y = right.never_null() ? "true" : right.valid;
    const std::string not_distinct = fmt::format("({0} & {1} & {2}) | (!{0} & !{1})", x, y, same);
    define(id, Lane::kBool, i.op == Opcode::kIsNotDistinct ? not_distinct : fmt::format("!({})", not_distinct), "");
    return true;
  }
  std::string value;
  switch (i.op) {
    case Opcode::kEqual: value = same; break;
    case Opcode::kNotEqual: value = "!" + same; break;
    case Opcode::kLess: value = smaller; break;
    case Opcode::kLessEqual: value = "!" + greater; break;
    case Opcode::kGreater: value = greater; break;
    default: value = "!" + smaller; break;
  }
  define(id, Lane::kBool, value, both(left.valid, right.valid));
  return true;
}

bool WgslWriter::logic(ValueId id) {
  const Instruction& i = program_.at(id);
  const Register& a = arg(i, 0);
  const auto known = [](const Register& r) { return r.never_null() ? std::string("true") : r.valid; };
  switch (i.op) {
    case Opcode::kAnd:
    case Opcode::kOr: {
      const Register& b = arg(i, 1);
      const bool conjunction = i.op == Opcode::kAnd;
      const std::string value = fmt::format("{} {} {}", is_true(a), conjunction ? "&" : "|", is_true(b));
      std::string valid;
      if (!a.never_null() || !b.never_null()) {
        // One side decides alone: FALSE for AND, TRUE for OR.
        const auto decides = [&](const Register& r) { return fmt::format("({} & {}{})", known(r), conjunction ? "!" : "", r.value); };
        valid = fmt::format("({} & {}) | {} | {}", known(a), known(b), decides(a), decides(b));
      }
      define(id, Lane::kBool, value, valid);
      return true;
    }
    case Opcode::kNot: define(id, Lane::kBool, "!" + a.value, a.valid); return true;
    case Opcode::kIsNull: define(id, Lane::kBool, a.never_null() ? "false" : "!" + a.valid, ""); return true;
    case Opcode::kIsNotNull: define(id, Lane::kBool, known(a), ""); return true;
    case Opcode::kIsTrue: define(id, Lane::kBool, is_true(a), ""); return true;
    case Opcode::kIsNotFalse:
      define(id, Lane::kBool, a.never_null() ? a.value : fmt::format("(!{} | {})", a.valid, a.value), "");
      return true;
    case Opcode::kCoalesce:
    case Opcode::kSelect: {
      const bool chooses = i.op == Opcode::kSelect;
      const Register& yes = chooses ? arg(i, 1) : a;
      const Register& no = chooses ? arg(i, 2) : arg(i, 1);
      const std::string condition = chooses ? is_true(a) : known(a);
      const Lane lane = *lane_of(program_, i);
      const auto text = [&](const Register& r) { return is_integer(lane) ? in_lane(r, lane) : r.value; };
      std::string valid;
      if (!yes.never_null() || !no.never_null()) valid = fmt::format("select({}, {}, {})", known(no), known(yes), condition);
      if (!chooses && no.never_null()) valid.clear();
      define(id, lane, fmt::format("select({}, {}, {})", text(no), text(yes), condition), valid);
      return true;
    }
    default: return decline(i, "is no logic");
  }
}

}  // namespace trueno::backend::webgpu
