#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace trueno {

/// What stands at a place of a JSON text, by its first byte.
enum class JsonKind : std::uint8_t { kNull, kBoolean, kNumber, kString, kArray, kObject, kNone };

/// A string as it stands between its quotes; with escapes when `escaped`.
struct JsonString {
  std::string_view raw;
  bool escaped = false;
};

struct JsonNumber {
  std::string_view text;
  bool whole = false;  // no point, no exponent
};

/// Reads JSON (RFC 8259) from front to back, strictly: escapes, surrogate pairs, control characters, leading zeros and UTF-8 are checked
/// where a value is passed, also when its content is not wanted. Holds a view: the bytes must outlive it and its strings. No allocation.
///
/// After a false the cursor stands at the fault, `fault()` says what it is, and `at_end()` whether more bytes might have mended it.
class JsonCursor {
 public:
  /// Values nested deeper are refused.
  static constexpr int kDeepest = 1000;
  static constexpr const char* kTooDeep = "arrays and objects are nested too deep";

  explicit JsonCursor(std::string_view bytes, std::size_t position = 0) : bytes_(bytes), position_(position) {}

  [[nodiscard]] std::size_t position() const { return position_; }
  [[nodiscard]] bool at_end() const { return position_ >= bytes_.size(); }
  [[nodiscard]] const char* fault() const { return fault_; }
  [[nodiscard]] std::string_view bytes() const { return bytes_; }
  void move_to(std::size_t position) { position_ = position; }

  void skip_space() {
    while (position_ < bytes_.size() && is_space(bytes_[position_])) ++position_;
  }
  /// The kind of the value that begins here; kNone for another byte, and at the end.
  [[nodiscard]] JsonKind kind() const;
  /// Passes this byte if it is next.
  bool accept(char c) {
    if (position_ >= bytes_.size() || bytes_[position_] != c) return false;
    ++position_;
    return true;
  }

  [[nodiscard]] bool read_null() { return word("null"); }
  [[nodiscard]] bool read_boolean(bool& out);
  [[nodiscard]] bool read_number(JsonNumber& out);
  [[nodiscard]] bool read_string(JsonString& out);
  /// Passes a value of any kind. `depth`: how deep it lies.
  [[nodiscard]] bool skip_value(int depth);

  /// Walks over the members of the object that begins here: `member(name)` has to pass the value. False at the first fault, and when
  /// `member` says so.
  template <class Member>
  [[nodiscard]] bool read_object(Member member);
  /// The same of an array: `element()` has to pass each.
  template <class Element>
  [[nodiscard]] bool read_array(Element element);

  /// Always false, so that it can be returned.
  bool fail(const char* fault) {
    fault_ = fault;
    return false;
  }

 private:
  static bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }
  [[nodiscard]] bool word(std::string_view wanted);
  [[nodiscard]] bool escape();
  [[nodiscard]] bool hex_unit(unsigned& out);
  [[nodiscard]] bool multi_byte();
  [[nodiscard]] bool unexpected() { return fail(at_end() ? "unexpected end" : "unexpected character"); }

  std::string_view bytes_;
  std::size_t position_;
  const char* fault_ = nullptr;
};

template <class Member>
bool JsonCursor::read_object(Member member) {
  if (!accept('{')) return unexpected();
  skip_space();
  if (accept('}')) return true;
  while (true) {
    JsonString name;
    if (!read_string(name)) return false;
    skip_space();
    if (!accept(':')) return unexpected();
    skip_space();
    if (!member(name)) return false;
    skip_space();
    if (accept('}')) return true;
    if (!accept(',')) return unexpected();
    skip_space();
  }
}

template <class Element>
bool JsonCursor::read_array(Element element) {
  if (!accept('[')) return unexpected();
  skip_space();
  if (accept(']')) return true;
  while (true) {
    if (!element()) return false;
    skip_space();
    if (accept(']')) return true;
    if (!accept(',')) return unexpected();
    skip_space();
  }
}

/// The text a string that was read stands for.
[[nodiscard]] std::string json_text_of(const JsonString& string);
/// JSON that was read, without the space between its parts.
[[nodiscard]] std::string without_space(std::string_view json);

}  // namespace trueno
