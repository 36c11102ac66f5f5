#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "base/buffer.h"
#include "base/parallel.h"
#include "base/result.h"

namespace trueno {

/// A row's number beside a word of it: its key, or a hash of it.
struct RowWord {
  std::uint64_t word;
  std::uint32_t row;
};

/// Rows dealt into parts (radix partitioning): those of one part lie behind one another, ascending by number, so that what is made of a
/// part fits a cache and parts can be worked on at the same time. Depends on nothing but the rows and how many parts there are. Immutable;
/// thread-safe.
class RowParts {
 public:
  static constexpr std::uint16_t kNoPart = UINT16_MAX;
  static constexpr std::size_t kMostParts = 512;  // a row goes to one of as many places: more of them miss the nearest caches

  /// Writes the words and the parts of rows [first, last), from words[0] and parts[0] on; kNoPart leaves a row out. Called for different
  /// rows at the same time.
  using Describe = std::function<void(std::size_t first, std::size_t last, std::uint64_t* words, std::uint16_t* parts)>;

  /// At most UINT32_MAX rows and kMostParts parts. kOutOfMemory.
  [[nodiscard]] static Result<RowParts> make(std::size_t rows, std::size_t parts, const Parallel& parallel, const Describe& describe);
  /// A power of two, so many that the rows of one fit a nearby cache with what is made of them.
  [[nodiscard]] static std::size_t parts_for(std::size_t rows);

  [[nodiscard]] std::size_t parts() const { return starts_.size() - 1; }
  /// Rows of all parts.
  [[nodiscard]] std::size_t size() const { return starts_.back(); }
  /// Rows of the parts before this one.
  [[nodiscard]] std::size_t start(std::size_t part) const { return starts_[part]; }
  [[nodiscard]] std::span<const RowWord> part(std::size_t part) const {
    return {rows_.as<RowWord>() + starts_[part], starts_[part + 1] - starts_[part]};
  }

 private:
  Buffer rows_;
  std::vector<std::size_t> starts_;
};

}  // namespace trueno
