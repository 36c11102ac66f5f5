#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "backend/simd/group_sink.h"
#include "base/parallel.h"

namespace trueno::backend::simd {

/// The dealt rows of all workers by part, in the order of their words. Rows dealt by a word whose values crowd together, because its bounds
/// are not known, far apart, or rarely reached, all lie in few parts: these are dealt again, by the bits in which they differ. Different
/// parts may be read and renumbered at the same time.
class DealtParts {
 public:
  /// Of sinks of which one at least has dealt rows; all must outlive it. kOutOfMemory.
  [[nodiscard]] static Result<DealtParts> make(const CompiledProgram& compiled, std::span<const GroupSink* const> sinks,
                                               const Parallel& parallel);

  [[nodiscard]] std::size_t size() const { return parts_.size(); }
  /// How a row lies in memory, the same in all parts.
  [[nodiscard]] const DealtRows& layout() const { return *layout_; }
  /// A row's word is the part's first one plus the number of `rest_bits` bits that it begins with.
  [[nodiscard]] std::uint64_t first_word(std::size_t part) const { return parts_[part].first_word; }
  [[nodiscard]] int rest_bits(std::size_t part) const { return parts_[part].rest_bits; }
  [[nodiscard]] std::size_t part_of(std::uint64_t word) const;
  [[nodiscard]] std::size_t rows_of(std::size_t part) const;
  /// DealtRows::for_each of the rows that one worker has in a part.
  template <class Visit>
  void for_each(std::size_t part, std::size_t sink, Visit visit) const {
    const Part& p = parts_[part];
    if (const DealtRows* rows = rows_in(p, sink); rows != nullptr) rows->for_each(p.number, visit);
  }

 private:
  struct Part {
    std::uint64_t first_word = 0;
    int rest_bits = 0;
    std::size_t number = 0;                                       // among the parts of its rows
    std::shared_ptr<std::vector<std::unique_ptr<DealtRows>>> of;  // by worker, where they were dealt again; else the workers' own
  };

  DealtParts(const CompiledProgram& compiled, std::span<const GroupSink* const> sinks) : compiled_(compiled), sinks_(sinks) {}
  [[nodiscard]] const DealtRows* rows_in(const Part& part, std::size_t sink) const {
    return part.of ? (*part.of)[sink].get() : sinks_[sink]->dealt();
  }
  [[nodiscard]] std::size_t rows_of(const Part& part) const;
  [[nodiscard]] Status add(Part part, const Parallel& parallel);
  [[nodiscard]] Result<std::vector<Part>> dealt_again(const Part& part, const Parallel& parallel) const;

  const CompiledProgram& compiled_;
  std::span<const GroupSink* const> sinks_;
  const DealtRows* layout_ = nullptr;
  std::vector<Part> parts_;  // ascending by first_word
  bool as_dealt_ = true;     // none was dealt again
};

}  // namespace trueno::backend::simd
