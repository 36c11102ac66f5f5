#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "storage/json/json_cursor.h"
#include "storage/json/json_options.h"

namespace trueno {

/// What was seen at one place of the rows of a sample: how often which kind of value, and the shapes below it.
class JsonShape {
 public:
  /// Passes the value at the cursor and notes it. False at a fault of the JSON.
  [[nodiscard]] bool observe(JsonCursor& cursor, const JsonOptions& options, int depth = 0);
  /// The type all values seen can be read as: the kind's own where there is one kind, else the JSON as text. Numbers are BIGINT, HUGEINT
  /// (up to 64 bits without a sign) or DOUBLE; texts that all are dates, times, timestamps or UUIDs are read as such; objects are STRUCT,
  /// or MAP when they have not much in common. Only NULLs, and empty arrays: the JSON as text.
  [[nodiscard]] JsonType type(const JsonOptions& options, int depth = 0) const;
  /// Whether all values seen were objects or NULL, and there was one.
  [[nodiscard]] bool only_objects() const { return objects_ != 0 && objects_ + nulls_ == count_; }
  [[nodiscard]] std::int64_t count() const { return count_; }

 private:
  struct Member;
  [[nodiscard]] bool observe_object(JsonCursor& cursor, const JsonOptions& options, int depth);
  void observe_number(const JsonNumber& number);
  void observe_text(const JsonString& string, const JsonOptions& options);
  [[nodiscard]] JsonType object_type(const JsonOptions& options, int depth) const;
  [[nodiscard]] JsonShape merged_members() const;
  void merge(const JsonShape& other);
  JsonShape& member(const std::string& name);

  std::int64_t count_ = 0;
  std::int64_t nulls_ = 0;
  std::int64_t booleans_ = 0;
  std::int64_t whole_numbers_ = 0;
  std::int64_t large_numbers_ = 0;  // beyond BIGINT, within 64 bits
  std::int64_t other_numbers_ = 0;
  std::int64_t texts_ = 0;
  unsigned candidates_ = ~0u;  // types that all texts can be read as
  std::int64_t arrays_ = 0;
  std::int64_t objects_ = 0;
  std::vector<JsonShape> element_;  // none or one
  std::vector<Member> members_;     // as they appeared
  std::unordered_map<std::string, std::size_t> member_index_;
};

struct JsonShape::Member {
  std::string name;
  JsonShape shape;
};

}  // namespace trueno
