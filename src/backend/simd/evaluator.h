#pragma once

#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

#include "backend/backend.h"
#include "backend/simd/compiled_program.h"
#include "backend/simd/join_table.h"
#include "backend/simd/vector.h"
#include "kernel/string_match.h"

namespace trueno::backend::simd {

/// What a chunk's evaluation left for the sink.
struct ChunkRows {
  std::size_t rows = 0;                   // of every register
  std::size_t chosen = 0;                 // rows that passed the filters
  const std::uint8_t* mask = nullptr;     // which: rows that passed the filters, a byte a row; null: all of them
  const std::uint32_t* source = nullptr;  // row of the chunk each register row comes from; null: the same
  std::int64_t first_row_id = 0;          // of the chunk

  [[nodiscard]] std::int64_t row_id(std::size_t row) const {
    return first_row_id + (source == nullptr ? static_cast<std::int64_t>(row) : static_cast<std::int64_t>(source[row]));
  }
};

/// Runs a compiled program over chunks of up to kChunkRows rows. Registers live in L1 and L2.
///
/// Filters: where few rows pass, all registers that are still needed are compacted; else the rows stay where they are and a mask says
/// which of them count. Either way no row that was filtered out can fail.
///
/// Not thread-safe: one a state.
class Evaluator {
 public:
  Evaluator(const CompiledProgram& compiled, const Launch& launch);

  /// What takes the rows that get to a strand's end. Values are to be read while it runs.
  using Consume = std::function<Status(const ChunkRows&)>;
  /// Evaluates a strand over rows [begin, begin + count) of the morsel; `consume` is called for what is left of them: once, or not at all
  /// where no row is, or, where a join finds several matches a row, as often as it takes. kRowFailed: some row fails; the scalar backend
  /// finds out which and why.
  [[nodiscard]] Status evaluate(const Strand& strand, const Morsel& morsel, std::int64_t begin, std::size_t count, const Consume& consume);
  /// Whether every column of a strand that streams is used where it lies in this morsel: then a chunk may have kStreamRows rows, since no
  /// register needs storage.
  [[nodiscard]] bool reads_in_place(const Strand& strand, const Morsel& morsel) const;
  [[nodiscard]] const Vector& value(RegisterId id) const { return frame_.vectors[id]; }
  /// The join table whose rows an instruction is about.
  [[nodiscard]] const SimdJoinTable& table(kernel::ValueId instruction) const;
  /// Asked between pieces of a join's matches, of which a row may have any number. Outlives the calls that follow.
  void watch(const CancelToken& cancel) { cancel_ = &cancel; }
  /// Dictionary of a coded column as the last morsel had it.
  [[nodiscard]] const Routines& routines() const { return *compiled_.routines; }

 private:
  // Registers of one row domain, and which of its rows count. Joins nest domains, each in a frame of its own.
  struct Frame {
    std::vector<Vector> vectors;
    std::vector<Storage> storages;
    std::vector<Storage> compacted;  // by register: where a filter moves its values
    Storage mask[2];
    int mask_in_use = 0;
    std::size_t rows = 0;
    const std::uint8_t* row_mask = nullptr;
    std::size_t chosen = 0;  // bytes of row_mask that are not 0
    bool compacted_chunk = false;
    std::vector<std::uint32_t> selection;  // row of the chunk that each row comes from, where compacted_chunk
    std::vector<std::uint32_t> parents;    // of a child domain: row of the parent domain, compacted with the registers
  };
  // Rows of a child domain: the row of its parent, and the build row or kNoRow.
  struct Pairs {
    std::vector<std::uint32_t> parents;
    std::vector<std::uint32_t> rows;
  };
  struct PairCursor {
    std::size_t parent = 0;
    std::uint32_t offset = 0;
  };
  using AtEnd = std::function<Status()>;

  [[nodiscard]] Status run_steps(const Strand& strand, std::size_t from, std::size_t end, const AtEnd& at_end);
  [[nodiscard]] Status expand(const Strand& strand, std::size_t at, std::size_t end, const AtEnd& at_end);
  [[nodiscard]] Status run_children(const Strand& strand, const Step& opening, const Pairs& pairs, std::size_t from, std::size_t end,
                                    const AtEnd& at_end);
  [[nodiscard]] Status any_match(const Strand& strand, std::size_t at);
  [[nodiscard]] Result<Pairs> padded_pairs(const Strand& strand, std::size_t at, std::size_t first, std::size_t last);
  void enter(const Step& opening, const std::uint32_t* parents, const std::uint32_t* rows, std::size_t count);
  void leave();
  [[nodiscard]] bool next_pairs(const Step& opening, PairCursor& cursor, std::size_t last, Pairs& out) const;
  [[nodiscard]] std::size_t group_end(const Step& opening, std::size_t first) const;
  void probe(const Step& step);
  void matched(const Step& step);
  void build_column(const Step& step);
  void mark_matched(const Step& step);
  [[nodiscard]] Status run(const Step& step);
  [[nodiscard]] Status load_column(const Step& step);
  [[nodiscard]] Status load_summed_column(const Step& step);
  void load_plain(const Column& column, std::int64_t first, std::size_t count, Lane natural, Vector& out, Storage& storage);
  [[nodiscard]] Status load_encoded(const Column& column, std::int64_t first, std::size_t count, Lane natural, Lane wanted, Vector& out,
                                    Storage& storage);
  [[nodiscard]] Status load_texts(const Column& column, std::int64_t first, std::size_t count, Vector& out, Storage& storage);
  void load_validity(const Column& column, std::int64_t first, std::size_t count, Vector& out, Storage& storage);
  [[nodiscard]] bool breaks_range(const kernel::Instruction& instruction, const Vector& vector, std::size_t count) const;

  void row_number(const Step& step);
  void convert(const Step& step);
  [[nodiscard]] Status binary(const Step& step);
  [[nodiscard]] Status within(const Step& step);
  [[nodiscard]] Status compare_column(const Step& step);
  void unary(const Step& step);
  [[nodiscard]] Status integer_divide(const Step& step);
  void compare_strings(const Step& step);
  void distinct(const Step& step);
  void kleene(const Step& step);
  void invert(const Step& step);
  void null_test(const Step& step);
  void coalesce(const Step& step);
  void select(const Step& step);
  void date_part(const Step& step);
  void decimal_to_double(const Step& step);
  [[nodiscard]] Status lookup(const Step& step);
  [[nodiscard]] Status cells(const Step& step);
  [[nodiscard]] bool has_one_pattern(const kernel::Instruction& instruction) const;
  [[nodiscard]] Status match_texts(const Step& step);
  [[nodiscard]] Status cell(const kernel::Instruction& instruction, std::span<const kernel::Cell> args, kernel::Cell& out);
  [[nodiscard]] Result<const kernel::LikePattern*> like_pattern(const kernel::Instruction& instruction, std::span<const kernel::Cell> args);
  void filter(const Step& step);
  void take_chosen_rows(const Strand& strand);
  void pass_on_chosen_rows();
  void compact(const Step& step, std::size_t chosen, const std::uint8_t* passed);

  /// Validity of a result that is NULL where an operand is, or where the step is inactive; fills `out`'s validity. False: the result is one
  /// NULL and nothing has to be computed.
  [[nodiscard]] bool strict_validity(const Step& step, Vector& out);
  /// Rows that may fail: valid, active and not filtered out. Null: all.
  [[nodiscard]] const std::uint8_t* rows_that_may_fail(const Vector& out);
  [[nodiscard]] const std::uint8_t* true_bytes(const Vector& boolean, std::uint8_t* scratch) const;
  [[nodiscard]] Vector spread(const Vector& constant, Storage& storage) const;
  [[nodiscard]] Vector& begin_output(const Step& step);
  [[nodiscard]] static Error failed_row();

  const CompiledProgram& compiled_;
  const Launch& launch_;
  std::vector<std::int64_t> constants_;  // two words a constant register
  std::vector<std::uint8_t> constant_validity_;
  Storage scratch_[4];
  std::vector<std::uint32_t> chosen_rows_;
  const CancelToken* cancel_ = nullptr;
  Frame frame_;                // of the innermost domain
  std::vector<Frame> frames_;  // by depth: those around it; what lies deeper is kept for its storage
  std::size_t depth_ = 0;
  ProbeScratch probe_scratch_;

  // The chunk.
  const Morsel* morsel_ = nullptr;
  std::int64_t begin_ = 0;
  std::size_t source_rows_ = 0;
  std::vector<std::uint8_t> chosen_;  // a byte a row of the morsel: chosen by the strands so far

  // Made once a dictionary, table or pattern.
  struct ResolvedDictionary {
    std::shared_ptr<const Dictionary> dictionary;
    std::vector<StringView> texts;
  };
  std::unordered_map<const Dictionary*, ResolvedDictionary> dictionaries_;
  struct ResolvedLookup {
    const LookupTable* table = nullptr;
    std::vector<std::uint64_t> values;  // in the lane of the result
    std::vector<std::uint8_t> valid;
    std::vector<std::uint8_t> failed;
    bool any_null = false;
    bool any_failed = false;
  };
  std::vector<ResolvedLookup> lookups_;
  std::unordered_map<std::string, kernel::LikePattern> patterns_;
  Arena arena_;  // texts that this chunk's steps make
};

}  // namespace trueno::backend::simd
