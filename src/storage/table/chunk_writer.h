#pragma once

#include <memory>
#include <unordered_map>
#include <vector>

#include "column/column.h"
#include "storage/statistics/hyper_log_log.h"
#include "storage/table/string_dictionary.h"

namespace trueno {

/// Collects the rows of one column, row group by row group. VARCHAR columns share one dictionary until it has more than 2^20 entries, or
/// more than half as many as there are rows; then all their chunks become views. Not thread-safe.
class ChunkWriter {
 public:
  ChunkWriter(Type type, std::int64_t rows_per_chunk);
  /// Goes on with the column of an existing table: its dictionary keeps its codes, its texts stay views when they were.
  [[nodiscard]] Status continue_from(const Column& chunk);
  void continue_from(const HyperLogLog& sketch) { sketch_.merge(sketch); }

  /// Rows of chunks that are taken over, which count when dictionaries are weighed.
  void note_kept(std::int64_t rows) { total_rows_ += rows; }

  /// Appends rows of any encoding; they must fit what is left of the chunk.
  [[nodiscard]] Status append(const Column& rows);
  [[nodiscard]] std::int64_t rows() const { return rows_; }
  /// The chunk of the rows since the last one. Chunks of texts are not complete before `finish`.
  [[nodiscard]] Result<Column> finish_chunk();
  /// Completes all chunks of the column: dictionaries and their statistics, or views.
  [[nodiscard]] Status finish(const std::vector<Column*>& chunks);
  [[nodiscard]] const HyperLogLog& sketch() const { return sketch_; }

 private:
  [[nodiscard]] Status begin_chunk();
  void note_validity(const Column& rows);
  [[nodiscard]] Status append_codes(const Column& rows);
  [[nodiscard]] Status append_views(const Column& rows);
  [[nodiscard]] bool dictionary_pays(std::int64_t rows) const;
  [[nodiscard]] Status to_views(Column& chunk);
  [[nodiscard]] Result<std::shared_ptr<const Dictionary>> make_dictionary(std::vector<std::uint32_t>& new_codes);

  Type type_;
  std::size_t width_;  // of a slot: a value, a code or a record
  std::int64_t capacity_;
  std::int64_t rows_ = 0;
  std::int64_t total_rows_ = 0;
  std::int64_t null_count_ = 0;
  MutableBuffer values_;
  MutableBuffer validity_;  // empty until the first NULL of the chunk
  MutableBuffer texts_;     // views: the bytes of this chunk's long texts
  std::vector<Column> nested_;
  HyperLogLog sketch_;

  std::unique_ptr<StringDictionary> dictionary_;  // null: numbers, or texts that became views
  std::shared_ptr<const Dictionary> inherited_;   // what an existing table had
  std::uint64_t source_id_ = 0;                   // the dictionary `translation_` is for
  std::vector<std::uint32_t> translation_;        // its codes -> ours
};

}  // namespace trueno
