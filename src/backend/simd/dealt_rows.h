#pragma once

#include <span>
#include <vector>

#include "backend/simd/group_records.h"
#include "backend/simd/vector.h"
#include "base/buffer.h"

namespace trueno::backend::simd {

/// Rows of a grouping put aside by the highest bits of their key's word, so that the groups of one part at a time fit a cache. A row is
/// kept as a few bytes behind one another: the rest of its word, and what the accumulators read. Parts ascend as words do.
/// Not thread-safe while rows are added; then different parts may be read and renumbered at the same time.
class DealtRows {
 public:
  /// Words of more bits are not dealt.
  static constexpr int kMostWordBits = 42;
  /// Words made of a hash: fewer parts, since a row is written to two places.
  static constexpr int kHashPartBits = 9;
  static constexpr int kHashBits = 32 + kHashPartBits;
  static constexpr int kMostPartBits = 11;
  /// Bits of a word that a part leaves to its groups, where there are not too many parts.
  static constexpr int kRestBits = 13;
  /// Rows that one worker puts aside at most: sums of 32-bit values hold far more of them.
  static constexpr std::size_t kMostRows = std::size_t{1} << 27;

  /// Whether the accumulators read only what may be kept past the morsel.
  [[nodiscard]] static bool may_deal(const CompiledProgram& compiled);
  DealtRows(const CompiledProgram& compiled, int word_bits, int most_part_bits = kMostPartBits);

  /// Rows `rows[k]` (null: row k) of a chunk, k in [0, count), with the words `words[k]`.
  [[nodiscard]] Status add(const std::uint64_t* words, const std::uint32_t* rows, std::size_t count, const GroupArguments& arguments);
  /// Rows of another one that keeps the same accumulators, as `for_each` gives them; their words are what they begin with, less `first`.
  [[nodiscard]] Status add_again(const std::uint8_t* tuples, std::size_t count, std::uint32_t first);

  [[nodiscard]] std::size_t parts() const { return parts_.size(); }
  /// Bits of a word below those that choose its part.
  [[nodiscard]] int rest_bits() const { return rest_bits_; }
  [[nodiscard]] std::size_t rows() const { return rows_; }
  [[nodiscard]] std::size_t rows_of(std::size_t part) const;
  [[nodiscard]] std::int64_t bytes() const { return static_cast<std::int64_t>(slabs_.size() * kSlabBytes); }

  /// Calls visit(tuples, count) for stretches of a part's rows, at most kChunkRows at a time. A row begins every `row_bytes()` bytes with a
  /// number of 32 bits: the rest of its word, until somebody writes another there.
  template <class Visit>
  void for_each(std::size_t part, Visit visit) const {
    const Part& all = parts_[part];
    for (std::size_t b = 0; b < all.blocks.size(); ++b) {
      const std::uint8_t* const end = b + 1 < all.blocks.size() ? all.blocks[b] + block_rows_ * row_bytes_ : cursors_[part].at;
      visit(all.blocks[b], static_cast<std::size_t>(end - all.blocks[b]) / row_bytes_);
    }
  }
  [[nodiscard]] std::size_t row_bytes() const { return row_bytes_; }

  /// Registers that rows are read back into: one reader a thread.
  class Reader {
   public:
    explicit Reader(const DealtRows& layout);
    /// What `visit` was called with; values until the next call.
    void read(const std::uint8_t* tuples, std::size_t count);
    [[nodiscard]] const GroupArguments& arguments() const { return arguments_; }
    [[nodiscard]] const std::uint32_t* numbers() const { return numbers_.data(); }

   private:
    const DealtRows& layout_;
    std::vector<Storage> storages_;  // by value
    std::vector<Vector> vectors_;
    std::vector<std::uint32_t> numbers_;
    GroupArguments arguments_;
  };

 private:
  // One register that accumulators read, where it lies in a row.
  struct Kept {
    kernel::ValueId value = 0;
    Lane lane = Lane::kBool;
    bool nullable = false;
    bool counted_only = true;  // whether it is NULL is all that is asked
    std::size_t accumulator = 0;
    std::size_t offset = 0;
    std::size_t valid_offset = 0;
  };
  struct Part {
    std::vector<std::uint8_t*> blocks;
  };
  struct Cursor {
    std::uint8_t* at = nullptr;
    std::uint8_t* end = nullptr;
  };

  void assemble(const Kept& kept, const Vector& vector, const std::uint32_t* rows, std::size_t count);
  [[nodiscard]] Status scatter(const std::uint64_t* words, std::size_t count);
  template <std::size_t kBytes>
  [[nodiscard]] Status scatter_rows(const std::uint64_t* words, std::size_t count);
  [[nodiscard]] Status begin_block(std::size_t part);

  static constexpr int kLeastPartBits = 4;
  static constexpr std::size_t kBlockBytes = 4096;
  static constexpr std::size_t kSlabBytes = std::size_t{1} << 20;

  const CompiledProgram& compiled_;
  std::vector<Kept> kept_;
  int rest_bits_ = 0;
  std::size_t row_bytes_ = 0;
  std::size_t block_rows_ = 0;
  std::size_t rows_ = 0;
  std::vector<Part> parts_;
  std::vector<Cursor> cursors_;
  std::vector<MutableBuffer> slabs_;
  std::size_t slab_used_ = kSlabBytes;
  std::vector<std::uint8_t> tuples_;  // of the chunk
  std::vector<std::uint64_t> words_;  // of rows that are added again
};

}  // namespace trueno::backend::simd
