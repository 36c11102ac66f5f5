#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace trueno::pages {

enum ThriftType : std::uint8_t { kStop, kTrue, kFalse, kByte, kI16, kI32, kI64, kDouble, kBinary, kList, kSet, kMap, kStruct };

/// Reads Thrift's compact protocol, as far as page headers, page indexes and Bloom filters need it. It stops at the first byte that makes
/// no sense: from then on `failed` is set, every number is 0, and every list and text is empty. Reads nothing outside of `bytes`.
class ThriftReader {
 public:
  explicit ThriftReader(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] std::size_t position() const { return at_; }

  struct Field {
    int id = 0;
    ThriftType type = kStop;
  };
  /// The next field of a struct whose last field was `previous`; type kStop at its end and after a failure.
  [[nodiscard]] Field field(int previous);

  /// An integer of any width.
  [[nodiscard]] std::int64_t number();
  /// The integer of a field, which has to be an i32 of at least 0.
  [[nodiscard]] std::int32_t count(ThriftType type);
  /// The bytes of a binary, in place.
  [[nodiscard]] std::string_view binary();
  /// A boolean in a list.
  [[nodiscard]] bool element();
  /// How many elements a list has; of another type than `elements`, or more than the bytes left can hold at `least` bytes each: a failure.
  [[nodiscard]] std::size_t list(ThriftType type, ThriftType elements, std::size_t least);

  void skip(ThriftType type, int depth);

 private:
  std::uint8_t byte();
  std::uint64_t varint();
  void advance(std::uint64_t count);
  void skip_elements(std::uint64_t count, ThriftType type, int depth);
  void skip_list(int depth);
  void skip_map(int depth);

  std::span<const std::uint8_t> bytes_;
  std::size_t at_ = 0;
  bool failed_ = false;
};

}  // namespace trueno::pages
