#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "column/column.h"
#include "storage/json/json_cursor.h"
#include "storage/json/json_options.h"

namespace trueno {

/// How reading a row went on, beside the cursor's own faults.
struct JsonReading {
  bool lenient = false;          // what cannot be read as its type is NULL
  std::optional<Error> failure;  // no memory, too long a list
  // A value that has not the type of its place: where (".a[3].b"), at which byte, and what is wrong.
  bool has_problem = false;
  std::string path;
  std::size_t at = 0;
  std::string what;
};

/// Turns JSON values into a plain column, while they are parsed: nested ones into the columns of their children. Texts without escapes are
/// not copied: their records point into the bytes that were read. Not thread-safe.
class JsonColumn {
 public:
  explicit JsonColumn(const JsonType& type);
  /// The bytes all following values lie in, until `finish`.
  void set_bytes(const Buffer& bytes);

  /// Passes the value at the cursor and appends it. False when it cannot be read: the cursor or `reading` says why, and the column has to
  /// be cut back by `truncate`.
  [[nodiscard]] bool append(JsonCursor& cursor, JsonReading& reading, int depth);
  [[nodiscard]] Status append_null();
  [[nodiscard]] std::int64_t length() const { return length_; }
  /// Forgets the rows from `length` on.
  void truncate(std::int64_t length);
  /// Hands over what was built; the column goes on empty.
  [[nodiscard]] Result<Column> finish();

 private:
  struct NameHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view name) const { return std::hash<std::string_view>()(name); }
  };

  [[nodiscard]] Status add_row();
  [[nodiscard]] Status put_text(std::string_view text, bool in_place);
  [[nodiscard]] bool append_json_text(JsonCursor& cursor, JsonReading& reading, int depth);
  [[nodiscard]] bool append_text(JsonCursor& cursor, JsonReading& reading);
  [[nodiscard]] bool append_list(JsonCursor& cursor, JsonReading& reading, int depth);
  [[nodiscard]] bool append_struct(JsonCursor& cursor, JsonReading& reading, int depth);
  [[nodiscard]] bool append_map(JsonCursor& cursor, JsonReading& reading, int depth);
  [[nodiscard]] bool append_scalar(JsonCursor& cursor, JsonReading& reading, int depth);
  [[nodiscard]] bool scalar_slot(JsonCursor& cursor, void* slot, bool& fits);
  [[nodiscard]] bool number_slot(const JsonNumber& number, void* slot) const;
  [[nodiscard]] bool append_unfitting(JsonCursor& cursor, std::size_t begin, JsonReading& reading, int depth);
  [[nodiscard]] bool close_list(JsonReading& reading);
  [[nodiscard]] std::size_t child_of(const JsonString& name);

  JsonType type_;
  std::size_t width_ = 0;  // of a slot of `values_`; LIST and MAP: end offsets; STRUCT: none
  std::int64_t length_ = 0;
  Buffer bytes_;
  MutableBuffer values_;
  MutableBuffer validity_;
  MutableBuffer copied_;  // texts that are not in `bytes_` as they are: buffer 1 of the column, `bytes_` is buffer 0
  std::vector<JsonColumn> children_;
  std::unordered_map<std::string, std::size_t, NameHash, std::equal_to<>> child_index_;  // STRUCT
  std::size_t expected_child_ = 0;
};

}  // namespace trueno
