#include "column/utf8.h"

namespace trueno {

namespace {
constexpr std::uint64_t kHighBits = 0x8080808080808080ULL;
}

bool is_ascii(std::string_view bytes) {
  std::uint64_t any = 0;
  std::size_t i = 0;
  for (; i + 8 <= bytes.size(); i += 8) any |= load<std::uint64_t>(bytes.data() + i);
  for (; i < bytes.size(); ++i) any |= static_cast<unsigned char>(bytes[i]);
  return (any & kHighBits) == 0;
}

bool is_utf8(std::string_view bytes) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  for (std::size_t i = 0; i < bytes.size();) {
    if (i + 8 <= bytes.size() && (load<std::uint64_t>(bytes.data() + i) & kHighBits) == 0) {
      i += 8;
      continue;
    }
    const unsigned lead = at(i);
    if (lead < 0x80) {
      ++i;
      continue;
    }
    const std::size_t more = lead >= 0xF0 ? 3 : (lead >= 0xE0 ? 2 : 1);
    if (lead < 0xC2 || lead > 0xF4 || i + more >= bytes.size()) return false;
    for (std::size_t k = 1; k <= more; ++k) {
      if ((at(i + k) & 0xC0u) != 0x80u) return false;
    }
    const unsigned second = at(i + 1);
    if ((lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F) || (lead == 0xF0 && second < 0x90) ||
        (lead == 0xF4 && second > 0x8F)) {
      return false;
    }
    i += more + 1;
  }
  return true;
}

bool has_valid_texts(const Column& column) {
  if (column.encoding == Encoding::kDictionary) return has_valid_texts(*column.dictionary->values);
  for (std::int64_t row = 0; row < column.length; ++row) {
    if (column.is_valid(row) && !is_utf8(column.text(row))) return false;
  }
  return true;
}

}  // namespace trueno
