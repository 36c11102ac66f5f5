#pragma once

#include <memory>
#include <vector>

#include "backend/webgpu/resident.h"
#include "backend/webgpu/shader.h"

namespace trueno::backend::webgpu {

/// How one key of a dense group becomes an index. Exact values; the block holds their low words.
struct KeyIndex {
  i128 lowest = 0;
  std::uint64_t extent = 0;  // NULL's index included, where the key may be NULL
  std::uint64_t stride = 0;
  bool nullable = false;
  std::shared_ptr<const Dictionary> dictionary;  // of a coded key: index = code
};

/// Morsels whose columns have their places on the device, as one dispatch takes them: what a shader is made for is the same for all.
struct SegmentSet {
  std::vector<ColumnForm> forms;            // by source column
  std::vector<std::uint32_t> slabs;         // by source column, two each, of its values and of its validity: numbers of ResidentColumns
  std::vector<const LookupTable*> lookups;  // by the program's lookup number
  std::vector<std::uint32_t> table;         // BlockLayout::segment_words() words a segment
  std::vector<Place> join_tables;           // by the program's table number
  std::vector<std::int64_t> row_ids;        // of each segment's first row
  std::int64_t rows = 0;
  std::uint32_t tiles = 0;
  GpuBuffer on_device;  // the table, once it is there
};

/// How a source column of the program will lie on the device.
[[nodiscard]] ColumnForm form_of(const kernel::Program& program, std::size_t source, const Column& column);

/// A name for a source column as the program has it lie on the device: other programs may read it in another form.
[[nodiscard]] std::string name_in_form(const kernel::Program& program, std::size_t source, std::string_view name);
/// Whether any instruction reads a source column.
[[nodiscard]] bool is_read(const kernel::Program& program, std::size_t source);

/// An upper bound of what a morsel's columns take on the device.
[[nodiscard]] std::uint64_t device_bytes(const kernel::Program& program, const Morsel& morsel);

/// Places the tables that a launch probes. Nothing: no room.
[[nodiscard]] Result<std::optional<std::vector<Place>>> place_tables(const Launch& launch, ResidentColumns& resident);
[[nodiscard]] std::uint64_t table_bytes(const Launch& launch);

/// Gives morsels' columns their places, and sorts them into sets. Not thread-safe.
class Placer {
 public:
  /// `most_rows`: of a set. `columns`: what `Section::column` says, by source column; none: they have no names.
  Placer(const kernel::Program& program, ResidentColumns& resident, std::int64_t most_rows, std::vector<std::string> columns = {});

  /// Where the tables lie that the sets from now on are run with.
  void use_tables(std::vector<Place> tables) { tables_ = std::move(tables); }

  /// Values are kept as they lie (decoded first where the encoding is one shaders do not read). False: no room beside what the run has
  /// placed so far. kInternal when the data break what the program was compiled for: NULLs in a column that has none.
  [[nodiscard]] Result<bool> place(const Morsel& morsel);
  [[nodiscard]] bool empty() const { return sets_.empty(); }
  [[nodiscard]] std::vector<SegmentSet> take() { return std::exchange(sets_, {}); }

 private:
  [[nodiscard]] Result<bool> place_column(const Column& column, const kernel::Instruction& i);
  [[nodiscard]] Section values(const Column& column, std::size_t source, std::uint32_t* at, ResidentColumns::Make& make) const;
  [[nodiscard]] Result<bool> place_validity(const Column& column, std::size_t source, std::uint32_t& word, std::uint32_t& slab);

  const kernel::Program& program_;
  ResidentColumns& resident_;
  std::vector<const kernel::Instruction*> columns_;  // those that are read
  std::int64_t most_rows_;
  std::vector<std::string> names_;  // by source column, or none
  std::vector<Place> tables_;
  SegmentSet next_;  // of the morsel being placed
  std::vector<SegmentSet> sets_;
};

/// The words of `block` for a set. kInternal: a parameter outside its range.
[[nodiscard]] Result<std::vector<std::uint32_t>> make_block(const kernel::Program& program, const Launch& launch, const SegmentSet& set,
                                                            std::span<const KeyIndex> keys, std::uint32_t slots);

}  // namespace trueno::backend::webgpu
