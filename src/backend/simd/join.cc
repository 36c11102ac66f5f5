// Joins: domains of (row, build row) pairs inside the rows of a chunk.
//
// A child domain is evaluated in pieces of at most kChunkRows rows, in a frame of its own into which the registers that are still needed
// are gathered. A domain that is closed again (`any_match`, `pad_unmatched`) is evaluated for some parents at a time, so that what is kept
// of it stays small.
#include <algorithm>
#include <cstring>

#include "backend/simd/evaluator.h"

namespace trueno::backend::simd {

using kernel::Instruction;
using kernel::Opcode;

const SimdJoinTable& Evaluator::table(kernel::ValueId instruction) const {
  const std::uint32_t number = kernel::table_of(*compiled_.program, compiled_.at(instruction));
  return static_cast<const SimdJoinTable&>(*launch_.tables[number]);
}

void Evaluator::probe(const Step& step) {
  Vector& out = begin_output(step);
  std::vector<Vector> keys;
  for (const RegisterId key : step.keys) keys.push_back(frame_.vectors[key]);
  auto* matches = static_cast<std::uint64_t*>(const_cast<void*>(out.data));
  table(step.instruction).find(keys, frame_.row_mask, frame_.rows, probe_scratch_, matches);
}

void Evaluator::matched(const Step& step) {
  const std::uint64_t* matches = frame_.vectors[step.in[0]].as<std::uint64_t>();
  Vector& out = begin_output(step);
  auto* to = static_cast<std::uint8_t*>(const_cast<void*>(out.data));
  for (std::size_t i = 0; i < frame_.rows; ++i) to[i] = matches[i] >> 32 != 0 ? 1 : 0;
  if (static_cast<kernel::MatchTest>(compiled_.at(step.instruction).index) != kernel::MatchTest::kIn) return;
  const SimdJoinTable& asked = table(step.instruction);
  if (asked.empty()) return;
  // NULL where a match is possible for all that is known.
  const Vector& key = frame_.vectors[compiled_.at(compiled_.at(step.instruction).args[0]).args[0]];
  std::uint8_t* valid = frame_.storages[step.out].validity();
  for (std::size_t i = 0; i < frame_.rows; ++i)
    valid[i] = static_cast<std::uint8_t>(to[i] | (asked.has_null_key() || !key.is_valid(i) ? 0 : 1));
  out.valid = valid;
}

void Evaluator::build_column(const Step& step) {
  const Instruction& i = compiled_.at(step.instruction);
  const SimdJoinTable& build = table(step.instruction);
  const Vector& column = build.column(i.index);
  const std::uint32_t* rows = frame_.vectors[step.in[0]].as<std::uint32_t>();
  Vector& out = begin_output(step);
  out.lane = column.lane;
  const int width = width_of(column.lane);
  void* values = frame_.storages[step.out].values(width);
  out.data = values;
  std::uint8_t* valid = frame_.storages[step.out].validity();
  const bool padded = compiled_.at(i.args[0]).op == Opcode::kPadUnmatched;
  if (padded) {  // rows without a build row read the first one and are NULL
    auto* readable = static_cast<std::uint32_t*>(scratch_[0].values(4));
    bool any = false;
    for (std::size_t k = 0; k < frame_.rows; ++k) {
      const bool none = rows[k] == kNoRow;
      readable[k] = none ? 0 : rows[k];
      valid[k] = none ? 0 : 1;
      any = any || none;
    }
    if (any && column.valid != nullptr) {
      for (std::size_t k = 0; k < frame_.rows; ++k) valid[k] = valid[k] != 0 && column.valid[readable[k]] != 0 ? 1 : 0;
    }
    build.gather(i.index, readable, frame_.rows, values);
    if (any) {
      out.valid = valid;
      return;
    }
  } else {
    build.gather(i.index, rows, frame_.rows, values);
  }
  if (column.valid == nullptr) return;
  routines().gather[0](column.valid, rows, valid, frame_.rows);
  out.valid = valid;
}

void Evaluator::mark_matched(const Step& step) {
  MatchedRows& matched = *launch_.matched[kernel::table_of(*compiled_.program, compiled_.at(step.instruction))];
  const std::uint32_t* rows = frame_.vectors[step.in[0]].as<std::uint32_t>();
  for (std::size_t i = 0; i < frame_.rows; ++i) {
    if (frame_.row_mask == nullptr || frame_.row_mask[i] != 0) matched.mark(rows[i]);
  }
}

// A frame for `count` pairs: registers that are read in it, by parent row.
void Evaluator::enter(const Step& opening, const std::uint32_t* parents, const std::uint32_t* rows, std::size_t count) {
  Frame& inner = frames_[depth_];
  bool same_rows = count == frame_.rows;
  for (std::size_t i = 0; same_rows && i < count; ++i) same_rows = parents[i] == i;
  for (const RegisterId id : opening.live) {
    const Vector& from = frame_.vectors[id];
    Vector& to = inner.vectors[id];
    to = from;
    if (from.constant || same_rows) continue;
    const int width = width_of(from.lane);
    void* values = inner.storages[id].values(width, count);
    routines().gather[width_index(width)](from.data, parents, values, count);
    to.data = values;
    if (from.valid == nullptr) continue;
    routines().gather[0](from.valid, parents, inner.storages[id].validity(), count);
    to.valid = inner.storages[id].validity();
  }
  void* numbers = inner.storages[opening.out].values(4, count);
  std::memcpy(numbers, rows, count * 4);
  inner.vectors[opening.out] = {Lane::kCode, numbers, nullptr, false};
  inner.rows = count;
  inner.row_mask = nullptr;
  inner.parents.assign(parents, parents + count);
  inner.selection.resize(kChunkRows);
  for (std::size_t i = 0; i < count; ++i) inner.selection[i] = frame_.compacted_chunk ? frame_.selection[parents[i]] : parents[i];
  inner.compacted_chunk = true;
  std::swap(frame_, inner);
  ++depth_;
}

void Evaluator::leave() {
  --depth_;
  std::swap(frame_, frames_[depth_]);
}

// Pairs in order, at most kChunkRows of them, of parents from `parent` (its match `offset`) to `last`.
bool Evaluator::next_pairs(const Step& opening, PairCursor& cursor, std::size_t last, Pairs& out) const {
  const SimdJoinTable& matches_of = table(opening.instruction);
  const std::uint64_t* matches = frame_.vectors[opening.in[0]].as<std::uint64_t>();
  out.parents.resize(kChunkRows);
  out.rows.resize(kChunkRows);
  std::size_t count = 0;
  if (matches_of.unique() && last <= kChunkRows) {  // without branches: which rows have a match is no pattern
    for (; cursor.parent < last; ++cursor.parent) {
      const std::uint64_t match = matches[cursor.parent];
      const std::uint8_t chosen = frame_.row_mask == nullptr ? 1 : frame_.row_mask[cursor.parent];
      out.parents[count] = static_cast<std::uint32_t>(cursor.parent);
      out.rows[count] = static_cast<std::uint32_t>(match);
      count += static_cast<std::size_t>(match >> 32) & chosen;
    }
    for (std::size_t i = 0; i < count; ++i) out.rows[i] = matches_of.row(out.rows[i]);
  }
  while (cursor.parent < last && count < kChunkRows) {
    const bool chosen = frame_.row_mask == nullptr || frame_.row_mask[cursor.parent] != 0;
    const auto found = static_cast<std::uint32_t>(matches[cursor.parent] >> 32);
    const auto first = static_cast<std::uint32_t>(matches[cursor.parent]);
    const std::uint32_t end = chosen ? std::min<std::uint32_t>(found, cursor.offset + static_cast<std::uint32_t>(kChunkRows - count)) : 0;
    for (; cursor.offset < end; ++cursor.offset, ++count) {
      out.parents[count] = static_cast<std::uint32_t>(cursor.parent);
      out.rows[count] = matches_of.row(first + cursor.offset);
    }
    if (chosen && cursor.offset < found) break;
    ++cursor.parent;
    cursor.offset = 0;
  }
  out.parents.resize(count);
  out.rows.resize(count);
  return count != 0;
}

// The parents from `first` on whose matches fill about one piece.
std::size_t Evaluator::group_end(const Step& opening, std::size_t first) const {
  const std::uint64_t* matches = frame_.vectors[opening.in[0]].as<std::uint64_t>();
  std::uint64_t sum = 0;
  std::size_t last = first;
  while (last < frame_.rows && (last == first || sum + (matches[last] >> 32) <= kChunkRows)) sum += matches[last++] >> 32;
  return last;
}

Status Evaluator::run_children(const Strand& strand, const Step& opening, const Pairs& pairs, std::size_t from, std::size_t end,
                               const AtEnd& at_end) {
  if (cancel_ != nullptr) TRUENO_TRY(cancel_->check());  // a row may have as many matches as there are
  enter(opening, pairs.parents.data(), pairs.rows.data(), pairs.rows.size());
  Status status = run_steps(strand, from, end, at_end);
  leave();
  return status;
}

Status Evaluator::expand(const Strand& strand, std::size_t at, std::size_t end, const AtEnd& at_end) {
  const Step& opening = strand.steps[at];
  const std::size_t rows = frame_.rows;
  if (opening.closes_at == 0) {
    PairCursor cursor;
    Pairs pairs;
    while (next_pairs(opening, cursor, rows, pairs)) TRUENO_TRY(run_children(strand, opening, pairs, at + 1, end, at_end));
    return {};
  }
  const std::size_t close = opening.closes_at;
  const Step& closing = strand.steps[close];
  if (closing.kind == StepKind::kAnyMatch) {
    TRUENO_TRY(any_match(strand, at));
    return run_steps(strand, close + 1, end, at_end);
  }
  for (std::size_t first = 0; first < rows;) {
    const std::size_t last = group_end(opening, first);
    const Pairs padded = TRUENO_TRY(padded_pairs(strand, at, first, last));
    for (std::size_t begin = 0; begin < padded.rows.size(); begin += kChunkRows) {
      if (cancel_ != nullptr) TRUENO_TRY(cancel_->check());
      const std::size_t count = std::min(kChunkRows, padded.rows.size() - begin);
      enter(closing, padded.parents.data() + begin, padded.rows.data() + begin, count);
      Status status = run_steps(strand, close + 1, end, at_end);
      leave();
      TRUENO_TRY(std::move(status));
    }
    first = last;
  }
  return {};
}

// Runs the steps of a closed domain for all its parents; TRUE where a child is left whose condition is TRUE, NULL where it is NULL at best.
Status Evaluator::any_match(const Strand& strand, std::size_t at) {
  const Step& opening = strand.steps[at];
  const Step& closing = strand.steps[opening.closes_at];
  const bool conditional = closing.inputs == 2;
  std::vector<std::uint8_t> any_true(frame_.rows, 0);
  std::vector<std::uint8_t> any_null(frame_.rows, 0);
  const auto note = [&]() -> Status {
    for (std::size_t i = 0; i < frame_.rows; ++i) {
      if (frame_.row_mask != nullptr && frame_.row_mask[i] == 0) continue;
      const std::uint32_t parent = frame_.parents[i];
      if (!conditional) {
        any_true[parent] = 1;
        continue;
      }
      const Vector& condition = frame_.vectors[closing.in[1]];
      if (!condition.is_valid(i)) {
        any_null[parent] = 1;
      } else if (condition.as<std::uint8_t>()[condition.at(i)] != 0) {
        any_true[parent] = 1;
      }
    }
    return {};
  };
  PairCursor cursor;
  Pairs pairs;
  while (next_pairs(opening, cursor, frame_.rows, pairs)) TRUENO_TRY(run_children(strand, opening, pairs, at + 1, opening.closes_at, note));
  Vector& out = begin_output(closing);
  std::memcpy(const_cast<void*>(out.data), any_true.data(), frame_.rows);
  if (!conditional) return {};
  std::uint8_t* valid = frame_.storages[closing.out].validity();
  for (std::size_t i = 0; i < frame_.rows; ++i) valid[i] = any_true[i] != 0 || any_null[i] == 0 ? 1 : 0;
  out.valid = valid;
  return {};
}

// The children that are left of the parents [first, last), and for a parent without any, one without a build row.
Result<Evaluator::Pairs> Evaluator::padded_pairs(const Strand& strand, std::size_t at, std::size_t first, std::size_t last) {
  const Step& opening = strand.steps[at];
  const Step& closing = strand.steps[opening.closes_at];
  Pairs left;
  const auto note = [&]() -> Status {
    const std::uint32_t* rows = frame_.vectors[opening.out].as<std::uint32_t>();
    for (std::size_t i = 0; i < frame_.rows; ++i) {
      if (frame_.row_mask != nullptr && frame_.row_mask[i] == 0) continue;
      left.parents.push_back(frame_.parents[i]);
      left.rows.push_back(rows[i]);
    }
    return {};
  };
  PairCursor cursor{first, 0};
  Pairs pairs;
  while (next_pairs(opening, cursor, last, pairs)) TRUENO_TRY(run_children(strand, opening, pairs, at + 1, opening.closes_at, note));
  const bool single = compiled_.at(closing.instruction).index != 0;
  Pairs padded;
  std::size_t next = 0;
  for (std::size_t parent = first; parent < last; ++parent) {
    if (frame_.row_mask != nullptr && frame_.row_mask[parent] == 0) continue;
    const std::size_t begin = next;
    for (; next < left.rows.size() && left.parents[next] == parent; ++next) {
      padded.parents.push_back(left.parents[next]);
      padded.rows.push_back(left.rows[next]);
    }
    if (single && next - begin > 1) return failed_row();
    if (next != begin) continue;
    padded.parents.push_back(static_cast<std::uint32_t>(parent));
    padded.rows.push_back(kNoRow);
  }
  return padded;
}

}  // namespace trueno::backend::simd
