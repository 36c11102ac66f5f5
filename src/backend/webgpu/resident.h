#pragma once

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "backend/webgpu/device.h"
#include "base/buffer.h"

namespace trueno::backend::webgpu {

/// How the words on the device are made from a column's bytes.
enum class SectionForm : std::uint8_t {
  kBytes,     // as they lie
  kLowWords,  // the low 32 bits of wider integers
  kBitmap,    // bits, from the first row's on
  kDecoded,   // a column of runs or of a dictionary's entries, one value a row
};

/// Host bytes that a kernel reads as words: the values or the validity of a column chunk. Buffers are immutable, so as long as their owner
/// lives the address says what is in them.
struct Section {
  SectionForm form = SectionForm::kBytes;
  const std::uint8_t* data = nullptr;
  std::uint64_t bytes = 0;  // on the device
  std::int64_t first = 0;   // row of the buffer, where that is not in `data` already
  std::int64_t width = 0;   // bytes of a value on the host
  std::uint64_t also = 0;   // kDecoded: which dictionary, or where its runs end
  std::weak_ptr<const void> owner;
  std::string column;    // which column of what content it is a chunk of, where that is known
  bool keeps = false;    // someone owns the bytes; else nothing can be remembered about them
  bool passing = false;  // of one query, such as a build side: no name stands for it, and its room is free once its owner is gone

  [[nodiscard]] bool same_bytes(const Section& other) const {
    return data == other.data && bytes == other.bytes && first == other.first && width == other.width && also == other.also &&
           form == other.form;
  }
  struct Hash {
    std::size_t operator()(const Section* section) const {
      std::uint64_t hash = reinterpret_cast<std::uintptr_t>(section->data) >> 4;
      for (const std::uint64_t part : {section->bytes, static_cast<std::uint64_t>(section->first), section->also})
        hash = (hash ^ part) * 0x9E3779B97F4A7C15 + (hash >> 29);
      return static_cast<std::size_t>(hash >> 16);
    }
  };
  struct Same {
    bool operator()(const Section* a, const Section* b) const { return a->same_bytes(*b); }
  };
};

/// Where a section's words lie.
struct Place {
  std::uint32_t slab = 0;
  std::uint32_t word = 0;
};

/// Column chunks in the device's memory: large buffers ("slabs") cut into sections, the least recently used given up when they are full.
/// There are never more slabs than one kernel binds, so that any chunks can be read together.
///
/// A run calls `begin`, places all its sections, then `flush`, and submits what reads them. Sections placed since `begin` stay where they
/// are. Later ones may take the place of those of runs before, even while these still compute: a queue runs in order.
/// Not thread-safe: the run holds `mutex`.
class ResidentColumns {
 public:
  explicit ResidentColumns(Device& device) : device_(device) {}

  /// Held from `begin` until the run's kernels are submitted.
  Mutex mutex;

  /// A new run, which may keep `budget` bytes. `wanted`: bytes it will ask for at most.
  void begin(std::uint64_t budget, std::uint64_t wanted);
  /// Makes the words of a section that is not there yet.
  using Make = std::function<Result<std::vector<std::uint32_t>>()>;
  /// The place of a section; it is uploaded by the next `flush` if it is new. `make` is asked for its words where they are not the host's
  /// bytes. Nothing: there is no room beside what this run has placed already. kOutOfMemory: there never will be.
  [[nodiscard]] Result<std::optional<Place>> place(const Section& section, const Make& make = {});
  /// All sections of a morsel are placed. A run's first morsel may go beyond the budget, since nothing could run without it.
  void morsel_placed() { first_morsel_ = false; }
  /// Uploads what is new.
  [[nodiscard]] Status flush();
  [[nodiscard]] const GpuBuffer& slab(std::uint32_t number) const { return slabs_[number].buffer; }

  /// Grows whenever sections are given up that do not pass: places that were handed out before may be gone.
  [[nodiscard]] std::uint64_t generation() const { return generation_; }
  /// Bytes that are here of a column, as `Section::column` names it.
  [[nodiscard]] std::uint64_t bytes_of(std::string_view column) const;
  /// Bytes of sections, and of those that came over the bus since the last `begin`.
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
  [[nodiscard]] std::uint64_t moved_bytes() const { return moved_; }

 private:
  struct Slab {
    GpuBuffer buffer;
    std::map<std::uint64_t, std::uint64_t> free;  // offset -> bytes
  };
  struct Entry {
    Section section;
    std::uint32_t slab = 0;
    std::uint64_t offset = 0;
    std::uint64_t bytes = 0;  // taken, rounded up
    std::uint64_t run = 0;    // that used it last
  };
  using Entries = std::list<Entry>;  // most recently used first

  [[nodiscard]] std::optional<Place> take(std::uint64_t bytes, Entry& entry);
  [[nodiscard]] bool take_from(std::uint32_t number, std::uint64_t bytes, Entry& entry);
  [[nodiscard]] bool give_up_one();
  [[nodiscard]] Status add_slab(std::uint64_t bytes);
  void count(const Section& section, std::int64_t sign);
  void forget(Entries::iterator entry);
  void release(Entries::iterator entry);
  void forget_dead();
  void forget_passed();

  Device& device_;
  std::vector<Slab> slabs_;
  std::uint64_t slab_bytes_ = 0;
  Entries entries_;
  std::vector<Entries::iterator> passing_;
  std::map<std::string, std::uint64_t, std::less<>> column_bytes_;
  std::unordered_map<const Section*, Entries::iterator, Section::Hash, Section::Same> known_;  // keys: the entries' own
  std::uint64_t budget_ = 0;
  std::uint64_t wanted_ = 0;
  std::uint64_t run_ = 0;
  std::uint64_t generation_ = 0;
  std::uint64_t bytes_ = 0;
  std::uint64_t moved_ = 0;
  bool first_morsel_ = true;  // of the run
  bool full_ = false;         // the device refused another slab
  bool swept_ = false;        // entries whose bytes are gone were looked for in this run
  std::uint32_t last_slab_ = 0;
  std::vector<HostPiece> owed_;
  std::vector<std::pair<std::uint32_t, std::uint64_t>> owed_to_;  // slab and offset of each: slabs may move while more are added
  std::list<std::vector<std::uint32_t>> made_;
};

}  // namespace trueno::backend::webgpu
