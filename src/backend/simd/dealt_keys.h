#pragma once

#include <memory>
#include <vector>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/result.h"

namespace trueno::backend::simd {

/// The keys of rows that DealtRows puts aside by hash: records of a GroupTable by part, each with its texts behind it, in the order of the
/// part's rows. Not thread-safe while keys are added; then different parts may be read at the same time.
class DealtKeys {
 public:
  /// `text_words`: where in a record of `record_words` words the texts are.
  DealtKeys(std::size_t record_words, std::vector<std::size_t> text_words, std::size_t parts);

  /// Whether records of this kind are not too long.
  [[nodiscard]] static bool may_deal(std::size_t record_words, std::size_t texts);

  /// Record k to the part that the bits of words[k] from `rest_bits` on name.
  [[nodiscard]] Status add(const std::uint64_t* words, int rest_bits, const std::uint64_t* records, std::size_t count);
  [[nodiscard]] std::int64_t bytes() const { return static_cast<std::int64_t>(slabs_.size() * kSlabBytes + long_texts_.bytes()); }

  struct Part {
    std::uint8_t* at = nullptr;  // where the next record goes
    std::uint8_t* end = nullptr;
    std::vector<std::uint8_t*> blocks;
    std::vector<std::uint8_t*> ends;  // of what lies in them, but for the last
  };
  /// Reads a part's records from the first on.
  class Cursor {
   public:
    Cursor(const DealtKeys& keys, std::size_t part) : keys_(keys), part_(keys.parts_[part]) {}
    /// The next `count` records; their texts live as long as the DealtKeys.
    void read(std::size_t count, std::uint64_t* records);

   private:
    const DealtKeys& keys_;
    const Part& part_;
    std::size_t next_block_ = 0;
    const std::uint8_t* at_ = nullptr;
    const std::uint8_t* end_ = nullptr;
  };

 private:
  [[nodiscard]] Status begin_block(Part& part);
  [[nodiscard]] std::size_t bytes_of(const std::uint64_t* record) const;

  static constexpr std::size_t kBlockBytes = 4096;
  static constexpr std::size_t kSlabBytes = std::size_t{1} << 20;
  static constexpr std::size_t kMostTextBytes = 256;  // longer ones lie elsewhere

  std::size_t record_words_;
  std::vector<std::size_t> text_words_;
  std::vector<Part> parts_;
  std::vector<MutableBuffer> slabs_;
  std::size_t slab_used_ = kSlabBytes;
  Arena long_texts_;
};

}  // namespace trueno::backend::simd
