#include "backend/simd/group_parts.h"

#include <algorithm>
#include <bit>

#include "backend/simd/dealt_parts.h"
#include "backend/simd/folded_records.h"
#include "base/hash.h"
#include "column/rows.h"

namespace trueno::backend::simd {

namespace {

// The groups of a worker's table by part: `groups` in the order of parts, part p from starts[p] on. `numbers`: which of the part's groups
// each of them is.
struct TableGroups {
  std::vector<std::uint32_t> groups;
  std::vector<std::uint32_t> starts;
  std::vector<std::uint32_t> numbers;
};

TableGroups deal_groups(const GroupSink& sink, const DealtParts& parts) {
  TableGroups out;
  out.starts.assign(parts.size() + 1, 0);
  const std::uint32_t groups = sink.groups();
  const auto part_of = [&](std::uint32_t group) { return parts.part_of(sink.dealt_word(group)); };
  for (std::uint32_t group = 0; group < groups; ++group) ++out.starts[part_of(group) + 1];
  for (std::size_t part = 0; part < parts.size(); ++part) out.starts[part + 1] += out.starts[part];
  std::vector<std::uint32_t> places(out.starts.begin(), out.starts.end() - 1);
  out.groups.resize(groups);
  for (std::uint32_t group = 0; group < groups; ++group) out.groups[places[part_of(group)]++] = group;
  out.numbers.resize(groups);
  return out;
}

// Numbers distinct values below 2^bits in ascending order, all of a part at a time. One a thread.
class Numbering {
 public:
  // For up to `most` values of so many bits.
  void begin(int bits, std::size_t most) {
    constexpr int kAlwaysByBits = 16;
    by_bits_ = bits <= kAlwaysByBits || (bits < 40 && std::uint64_t{1} << bits <= 8 * std::uint64_t{most});
    values_.clear();
    if (by_bits_) {
      words_.assign((std::size_t{1} << bits) / 64 + 1, 0);
      return;
    }
    slots_.assign(std::bit_ceil(std::max<std::size_t>(2 * most, 64)), 0);
  }
  void add(std::uint32_t value) {
    if (by_bits_) {
      words_[value / 64] |= std::uint64_t{1} << (value % 64);
      return;
    }
    std::uint64_t& slot = slot_of(value);
    if (slot != 0) return;
    values_.push_back(value);
    slot = std::uint64_t{value} << 32 | 1;
  }
  // After all were added, and before the first is asked for.
  void number() {
    if (by_bits_) {
      before_.resize(words_.size());
      for (std::size_t w = 0; w < words_.size(); ++w) {
        before_[w] = static_cast<std::uint32_t>(values_.size());
        for (std::uint64_t left = words_[w]; left != 0; left &= left - 1)
          values_.push_back(static_cast<std::uint32_t>(w * 64 + static_cast<std::size_t>(std::countr_zero(left))));
      }
      return;
    }
    std::ranges::sort(values_);
    for (std::uint32_t i = 0; i < values_.size(); ++i) slot_of(values_[i]) = std::uint64_t{values_[i]} << 32 | (i + 1);
  }
  [[nodiscard]] std::uint32_t number_of(std::uint32_t value) {
    if (!by_bits_) return static_cast<std::uint32_t>(slot_of(value)) - 1;
    const std::uint64_t below = words_[value / 64] & ((std::uint64_t{1} << (value % 64)) - 1);
    return before_[value / 64] + static_cast<std::uint32_t>(std::popcount(below));
  }
  [[nodiscard]] const std::vector<std::uint32_t>& values() const { return values_; }

 private:
  // That of the value, or a free one.
  std::uint64_t& slot_of(std::uint32_t value) {
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = hash64(value) & mask;
    while (slots_[at] != 0 && slots_[at] >> 32 != value) at = (at + 1) & mask;
    return slots_[at];
  }

  bool by_bits_ = false;
  std::vector<std::uint64_t> words_;   // a bit a value
  std::vector<std::uint32_t> before_;  // values in the words before each
  std::vector<std::uint64_t> slots_;   // value, number + 1; 0: free
  std::vector<std::uint32_t> values_;
};

class Parts {
 public:
  Parts(const CompiledProgram& compiled, std::span<const GroupSink* const> sinks, DealtParts dealt, const Parallel& parallel)
      : compiled_(compiled), program_(*compiled.program), sinks_(sinks), parallel_(parallel), dealt_(std::move(dealt)) {
    longest_dictionaries_ = sinks.front()->dictionaries();
    for (const GroupSink* sink : sinks.subspan(1)) {
      for (std::size_t k = 0; k < longest_dictionaries_.size(); ++k) {
        const std::shared_ptr<const Dictionary>& other = sink->dictionaries()[k];
        std::shared_ptr<const Dictionary>& longest = longest_dictionaries_[k];
        if (other && (!longest || longest->values->length < other->values->length)) longest = other;
      }
    }
    count_ = dealt_.size();
    words_.resize(count_);
    firsts_.resize(count_ + 1);
  }

  Result<std::optional<Batch>> run() {
    tables_.resize(sinks_.size());
    parallel_(sinks_.size(), [&](std::size_t i) { tables_[i] = deal_groups(*sinks_[i], dealt_); });
    if (sinks_.front()->dealt_by_word()) {
      for_stretches([&](std::size_t first, std::size_t last) {
        Numbering numbering;
        for (std::size_t part = first; part < last; ++part) number_by_word(part, numbering);
      });
    } else {
      TRUENO_TRY(number_by_hash());
    }
    for (std::size_t part = 0; part < count_; ++part) firsts_[part + 1] = firsts_[part] + groups_of(part);
    return fill();
  }

 private:
  [[nodiscard]] std::size_t groups_of(std::size_t part) const {
    if (sinks_.front()->dealt_by_word()) return words_[part].size();
    return key_columns_[part].empty() ? 0 : static_cast<std::size_t>(key_columns_[part].front().length);
  }
  // Parts that a thread takes one after the other, with memory of its own.
  void for_stretches(const std::function<void(std::size_t first, std::size_t last)>& body) const {
    const std::size_t stretches = parallel_.threads() <= 1 ? 1 : std::min(count_, parallel_.threads() * 16);
    parallel_(stretches, [&](std::size_t i) { body(count_ * i / stretches, count_ * (i + 1) / stretches); });
  }
  [[nodiscard]] std::span<const std::uint32_t> table_groups(std::size_t sink, std::size_t part) const {
    const TableGroups& table = tables_[sink];
    return std::span(table.groups).subspan(table.starts[part], table.starts[part + 1] - table.starts[part]);
  }

  // Finds the part's words, and writes into its rows which of them is theirs.
  void number_by_word(std::size_t part, Numbering& numbering) {
    const std::uint64_t first_word = dealt_.first_word(part);
    const auto rest_of = [&](std::size_t sink, std::uint32_t group) {
      return static_cast<std::uint32_t>(sinks_[sink]->table().group_words()[group] - first_word);
    };
    std::size_t most = dealt_.rows_of(part);
    for (std::size_t i = 0; i < sinks_.size(); ++i) most += table_groups(i, part).size();
    if (most == 0) return;
    numbering.begin(dealt_.rest_bits(part), most);
    const std::size_t step = dealt_.layout().row_bytes();
    for (std::size_t i = 0; i < sinks_.size(); ++i) {
      for (const std::uint32_t group : table_groups(i, part)) numbering.add(rest_of(i, group));
      dealt_.for_each(part, i, [&](const std::uint8_t* rows, std::size_t count) {
        for (std::size_t k = 0; k < count; ++k) numbering.add(load<std::uint32_t>(rows + k * step));
      });
    }
    numbering.number();
    for (std::size_t i = 0; i < sinks_.size(); ++i) {
      std::uint32_t* numbers = tables_[i].numbers.data() + tables_[i].starts[part];
      for (const std::uint32_t group : table_groups(i, part)) *numbers++ = numbering.number_of(rest_of(i, group));
      dealt_.for_each(part, i, [&](std::uint8_t* rows, std::size_t count) {
        for (std::size_t k = 0; k < count; ++k) store(rows + k * step, numbering.number_of(load<std::uint32_t>(rows + k * step)));
      });
    }
    words_[part] = numbering.values();
  }

  // The same by a table of the part's keys, which become columns: groups are numbered as they appear.
  Status number_by_hash() {
    key_columns_.resize(count_);
    std::vector<Status> failures(count_);
    for_stretches([&](std::size_t first, std::size_t last) {
      GroupTable table(compiled_);
      table.borrow_texts();
      Chunk chunk(table.record_words());
      for (std::size_t part = first; part < last; ++part) failures[part] = number_by_hash(part, table, chunk);
    });
    for (Status& failure : failures) TRUENO_TRY(std::move(failure));
    return {};
  }

  struct Chunk {
    explicit Chunk(std::size_t record_words) : records(kChunkRows * record_words), hashes(kChunkRows), groups(kChunkRows) {}
    std::vector<std::uint64_t> records;
    std::vector<std::uint64_t> hashes;
    std::vector<std::uint32_t> groups;
  };

  Status number_by_hash(std::size_t part, GroupTable& table, Chunk& chunk) {
    const std::uint64_t mask = (std::uint64_t{1} << dealt_.rest_bits(part)) - 1;
    const std::size_t step = dealt_.layout().row_bytes();
    const std::size_t record_words = table.record_words();
    table.clear();
    for (std::size_t i = 0; i < sinks_.size(); ++i) {
      const GroupSink& sink = *sinks_[i];
      const std::span<const std::uint32_t> groups = table_groups(i, part);
      std::uint32_t* numbers = tables_[i].numbers.data() + tables_[i].starts[part];
      for (std::size_t first = 0; first < groups.size(); first += kChunkRows) {
        const std::size_t count = std::min(kChunkRows, groups.size() - first);
        for (std::size_t k = 0; k < count; ++k) {
          std::copy_n(sink.table().group_record(groups[first + k]), record_words, chunk.records.data() + k * record_words);
          chunk.hashes[k] = sink.dealt_word(groups[first + k]) & mask;
        }
        table.find_records(chunk.records.data(), chunk.hashes.data(), count, numbers + first);
      }
      if (sink.dealt() == nullptr) continue;
      DealtKeys::Cursor cursor(*sink.dealt_keys(), part);
      dealt_.for_each(part, i, [&](std::uint8_t* rows, std::size_t count) {
        cursor.read(count, chunk.records.data());
        for (std::size_t k = 0; k < count; ++k) chunk.hashes[k] = load<std::uint32_t>(rows + k * step);
        table.find_records(chunk.records.data(), chunk.hashes.data(), count, chunk.groups.data());
        for (std::size_t k = 0; k < count; ++k) store(rows + k * step, chunk.groups[k]);
      });
    }
    if (table.size() != 0) key_columns_[part] = TRUENO_TRY(table.keys(longest_dictionaries_));
    return {};
  }

  Result<std::optional<Batch>> fill() {
    const std::size_t groups = firsts_.back();
    const bool by_word = sinks_.front()->dealt_by_word();
    for (std::size_t k = 0; by_word && k < program_.sink.keys.size(); ++k)
      keys_.push_back(TRUENO_TRY(kernel::OutputColumn::make(compiled_.at(program_.sink.keys[k]).type, groups)));
    for (const kernel::Output& output : program_.sink.outputs) {
      const bool own = kernel::is_column_of_states(output.kind);
      extremes_.push_back(
          own ? TRUENO_TRY(kernel::OutputColumn::make(kernel::state_type(program_, program_.sink.accumulators[output.accumulator]), groups))
              : kernel::OutputColumn());
    }
    kernel::GroupOutputs outputs = TRUENO_TRY(kernel::GroupOutputs::make(program_, groups));
    std::vector<kernel::GroupOutputs::Failure> failures(count_);
    for_stretches([&](std::size_t first, std::size_t last) {
      GroupRecords records(compiled_);
      DealtRows::Reader reader(dealt_.layout());
      for (std::size_t part = first; part < last; ++part) {
        if (groups_of(part) == 0) continue;
        add_rows(part, records, reader);
        failures[part] = finish(part, records, outputs);
      }
    });
    Batch out;
    out.length = static_cast<std::int64_t>(groups);
    for (kernel::OutputColumn& key : keys_) out.columns.push_back(std::move(key).finish());
    std::vector<Column> extremes(extremes_.size());
    for (std::size_t i = 0; i < extremes.size(); ++i) {
      if (kernel::is_column_of_states(program_.sink.outputs[i].kind)) extremes[i] = std::move(extremes_[i]).finish();
    }
    // Which of several groups fails first is told by the order of the keys: merging partial tables finds it.
    const auto failed = [](const kernel::GroupOutputs::Failure& failure) { return failure.group != kernel::GroupOutputs::kNone; };
    if (!by_word && std::ranges::any_of(failures, failed)) return std::optional<Batch>();
    for (Column& column : TRUENO_TRY(std::move(outputs).finish(failures, extremes))) out.columns.push_back(std::move(column));
    if (!by_word) TRUENO_TRY(put_in_order(out));
    return std::optional(std::move(out));
  }

  // Groups dealt by hash: their keys come first, and all columns in the order of these.
  Status put_in_order(Batch& out) {
    std::vector<Column> keys;
    for (std::size_t k = 0; k < program_.sink.keys.size(); ++k) {
      std::vector<Column> pieces;
      for (std::vector<Column>& columns : key_columns_) {
        if (!columns.empty()) pieces.push_back(std::move(columns[k]));
      }
      keys.push_back(TRUENO_TRY(concatenate(pieces)));
    }
    std::vector<OrderKey> order;
    for (const Column& key : keys) order.push_back({&key, false, false});
    const std::vector<std::uint32_t> rows = TRUENO_TRY(sorted_rows(order, out.length, {}, parallel_));
    std::vector<Column> columns = std::move(out.columns);
    out.columns.clear();
    for (const Column& key : keys) out.columns.push_back(TRUENO_TRY(take_rows(key, rows, parallel_)));
    for (const Column& column : columns) out.columns.push_back(TRUENO_TRY(take_rows(column, rows, parallel_)));
    return {};
  }

  void add_rows(std::size_t part, GroupRecords& records, DealtRows::Reader& reader) const {
    records.restart(groups_of(part));
    if (program_.sink.accumulators.empty()) return;
    for (std::size_t i = 0; i < sinks_.size(); ++i) {
      records.absorb(sinks_[i]->records(), table_groups(i, part), tables_[i].numbers.data() + tables_[i].starts[part]);
      dealt_.for_each(part, i, [&](const std::uint8_t* rows, std::size_t count) {
        reader.read(rows, count);
        records.update(reader.arguments(), count, nullptr, nullptr, count, reader.numbers(), *compiled_.routines);
      });
    }
  }

  kernel::GroupOutputs::Failure finish(std::size_t part, const GroupRecords& records, kernel::GroupOutputs& outputs) {
    const std::size_t first = firsts_[part];
    const std::size_t groups = groups_of(part);
    if (!keys_.empty()) {
      std::vector<std::uint64_t> words(groups);
      for (std::size_t i = 0; i < groups; ++i) words[i] = dealt_.first_word(part) + words_[part][i];
      for (std::size_t k = 0; k < keys_.size(); ++k) sinks_.front()->table().write_key(k, words, first, keys_[k]);
    }
    const GroupRecords* const only[] = {&records};
    const Members members(only, groups);
    for (std::size_t i = 0; i < extremes_.size(); ++i) {
      const kernel::Output& output = program_.sink.outputs[i];
      if (kernel::is_column_of_states(output.kind)) fill_extremes(program_, output.accumulator, members, 0, groups, first, extremes_[i]);
    }
    return outputs.fill(FoldedRecords(program_, members, first), first, first + groups);
  }

  const CompiledProgram& compiled_;
  const kernel::Program& program_;
  std::span<const GroupSink* const> sinks_;
  const Parallel& parallel_;
  DealtParts dealt_;
  std::size_t count_ = 0;
  std::vector<TableGroups> tables_;                                      // by worker
  std::vector<std::vector<std::uint32_t>> words_;                        // by part: rests of words, ascending; where rows are dealt by them
  std::vector<std::vector<Column>> key_columns_;                         // by part: keys of its groups; where rows are dealt by hash
  std::vector<std::shared_ptr<const Dictionary>> longest_dictionaries_;  // by key: the one that knows all codes
  std::vector<std::size_t> firsts_;                                      // by part: its first group in the output
  std::vector<kernel::OutputColumn> keys_;
  std::vector<kernel::OutputColumn> extremes_;  // by output
};

}  // namespace

Result<std::optional<Batch>> group_parts(const CompiledProgram& compiled, std::span<const GroupSink* const> sinks,
                                         const Parallel& parallel) {
  std::int64_t rows = 0;
  for (const GroupSink* sink : sinks) rows += sink->rows();
  if (rows >= INT32_MAX) return std::optional<Batch>();  // a sum of 32-bit values might not hold so many
  DealtParts dealt = TRUENO_TRY(DealtParts::make(compiled, sinks, parallel));
  return Parts(compiled, sinks, std::move(dealt), parallel).run();
}

}  // namespace trueno::backend::simd
