// LIKE, prefix, suffix and contains with one pattern for all rows: made ready once a chunk, then a tight loop over the texts.
#include "backend/simd/evaluator.h"
#include "kernel/string_match.h"

namespace trueno::backend::simd {

using kernel::Cell;
using kernel::Instruction;
using kernel::Opcode;

// Whether rows differ in the text alone.
bool Evaluator::has_one_pattern(const Instruction& i) const {
  const bool matches = i.op == Opcode::kLike || i.op == Opcode::kStartsWith || i.op == Opcode::kEndsWith || i.op == Opcode::kContains;
  if (!matches || frame_.vectors[i.args[0]].constant) return false;
  for (std::size_t k = 1; k < i.args.size(); ++k) {
    const Vector& pattern = frame_.vectors[i.args[k]];
    if (!pattern.constant || !pattern.is_valid(0)) return false;
  }
  return true;
}

Status Evaluator::match_texts(const Step& step) {
  const Instruction& i = compiled_.at(step.instruction);
  Vector& out = begin_output(step);
  auto* to = static_cast<std::uint8_t*>(const_cast<void*>(out.data));
  std::uint8_t* valid = frame_.storages[step.out].validity();
  const Vector& texts = frame_.vectors[i.args[0]];
  const auto* text = texts.as<StringView>();
  const std::uint8_t* active = step.active == kNoRegister ? nullptr : true_bytes(frame_.vectors[step.active], scratch_[3].validity());
  const std::uint8_t* mask = frame_.row_mask;
  std::vector<Cell> args(i.args.size());
  for (std::size_t k = 1; k < args.size(); ++k) args[k] = cell_of(frame_.vectors[i.args[k]], 0);
  const std::string_view pattern = args[1].string.view();
  // A row that nobody asks for has no value; `matches` is not called for it.
  const auto run = [&](const auto& matches) {
    if (active == nullptr && mask == nullptr && texts.valid == nullptr) {
      for (std::size_t row = 0; row < frame_.rows; ++row) to[row] = matches(text[row].view()) ? 1 : 0;
      out.valid = nullptr;
      return;
    }
    bool any_null = false;
    for (std::size_t row = 0; row < frame_.rows; ++row) {
      const bool wanted = (active == nullptr || active[row] != 0) && (mask == nullptr || mask[row] != 0) && texts.is_valid(row);
      to[row] = wanted && matches(text[row].view()) ? 1 : 0;
      valid[row] = wanted ? 1 : 0;
      any_null = any_null || !wanted;
    }
    out.valid = any_null ? valid : nullptr;
  };
  switch (i.op) {
    case Opcode::kStartsWith: run([&](std::string_view t) { return t.starts_with(pattern); }); return {};
    case Opcode::kEndsWith: run([&](std::string_view t) { return t.ends_with(pattern); }); return {};
    case Opcode::kContains: {
      const kernel::TextSearch search(pattern);
      run([&](std::string_view t) { return search.find(t, 0) != std::string_view::npos; });
      return {};
    }
    default: break;
  }
  // A pattern that cannot be made ready fails the first row that asks for it, and no chunk without one.
  const kernel::LikePattern* like = nullptr;
  bool fails = false;
  run([&](std::string_view t) {
    if (like == nullptr && !fails) {
      const Result<const kernel::LikePattern*> made = like_pattern(i, args);
      fails = !made;
      if (made) like = *made;
    }
    return !fails && like->matches(t);
  });
  return fails ? Status(failed_row()) : Status();
}

}  // namespace trueno::backend::simd
