// Snappy, decompressed.
//
// A stream is the output's size as a varint, then elements, each led by a tag byte whose low two bits say what it is:
//
//   0  literal   length - 1 in the upper six bits; 60..63: in the 1..4 bytes that follow        then the bytes themselves
//   1  copy      length - 4 in bits 2..4, offset: bits 5..7 above the byte that follows
//   2  copy      length - 1 in the upper six bits, offset: the two bytes that follow
//   3  copy      the same with four bytes
//
// A copy repeats `length` bytes from `offset` bytes before the end of the output so far; it may overlap what it writes.
//
// Columns of numbers compress into short literals (the low bytes that differ) and short copies (the high bytes that do not), in turn,
// four bytes an element. What limits the speed there is the chain from one tag to the next, so the fast loop decodes a literal and the copy
// after it from one register (`Window`), and moves sixteen bytes whatever the lengths are: no branch depends on a length or on which kind
// of copy it is. It runs while both ends are far enough away for that; `element` does the rest.
#include "storage/codec/snappy.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/bits.h"

namespace trueno::snappy {

namespace {

constexpr unsigned kLiteral = 0;
constexpr unsigned kFarCopy = 3;
constexpr std::size_t kVector = 16;

// What a copy's tag says: the length, and the bits of the offset that are in the tag.
struct CopyTag {
  std::uint8_t length;
  std::uint8_t offset_high;
};

constexpr std::array<CopyTag, 256> kCopyTags = [] {
  std::array<CopyTag, 256> tags{};
  for (unsigned tag = 0; tag < 256; ++tag) {
    if ((tag & 3) == 1) {
      tags[tag] = {static_cast<std::uint8_t>(4 + ((tag >> 2) & 7)), static_cast<std::uint8_t>(tag >> 5)};
    } else {
      tags[tag] = {static_cast<std::uint8_t>(1 + (tag >> 2)), 0};
    }
  }
  return tags;
}();
// Which of the two bytes after the tag belong to the offset, by the tag's kind; a far copy has two more.
constexpr std::uint32_t kOffsetMask[4] = {0, 0xFF, 0xFFFF, 0xFFFF};

void move16(std::uint8_t* to, const std::uint8_t* from) {
  std::uint8_t vector[kVector];
  std::memcpy(vector, from, kVector);
  std::memcpy(to, vector, kVector);
}

// Repeats the `offset` bytes before `to`. Writes up to 15 bytes past `to + length`. A period that is shorter than a vector is first
// spread over one, which then moves on by whole periods.
void repeat(std::uint8_t* to, std::size_t offset, std::size_t length) {
  if (offset >= kVector) {
    for (std::size_t i = 0; i < length; i += kVector) move16(to + i, to + i - offset);
    return;
  }
  std::uint8_t pattern[kVector];
  for (std::size_t i = 0; i < kVector; ++i) pattern[i] = i < offset ? (to - offset)[i] : pattern[i - offset];
  const std::size_t step = kVector - kVector % offset;
  for (std::size_t i = 0; i < length; i += step) std::memcpy(to + i, pattern, kVector);
}

struct Cursor {
  const std::uint8_t* in;
  std::uint8_t* out;
};

// A literal or copy of any length, with every bound checked. False: the stream is malformed.
bool element(Cursor& at, const std::uint8_t* in_end, const std::uint8_t* out_begin, const std::uint8_t* out_end) {
  const unsigned tag = *at.in++;
  const auto in_left = static_cast<std::size_t>(in_end - at.in);
  const auto out_left = static_cast<std::size_t>(out_end - at.out);
  if ((tag & 3) == kLiteral) {
    std::size_t length = (tag >> 2) + 1;
    if (length > 60) {
      const std::size_t bytes = length - 60;
      if (bytes > in_left) return false;
      std::uint32_t value = 0;
      for (std::size_t i = 0; i < bytes; ++i) value |= std::uint32_t{at.in[i]} << (8 * i);
      at.in += bytes;
      length = std::size_t{value} + 1;
      if (length > in_left - bytes) return false;
    } else if (length > in_left) {
      return false;
    }
    if (length > out_left) return false;
    std::memcpy(at.out, at.in, length);
    at.in += length;
    at.out += length;
    return true;
  }
  const std::size_t bytes = (tag & 3) == kFarCopy ? 4 : (tag & 3);
  if (bytes > in_left) return false;
  std::uint32_t offset = kCopyTags[tag].offset_high;
  if ((tag & 3) == 1) {
    offset = offset << 8 | at.in[0];
  } else {
    for (std::size_t i = 0; i < bytes; ++i) offset |= std::uint32_t{at.in[i]} << (8 * i);
  }
  const std::size_t length = kCopyTags[tag].length;
  if (offset == 0 || offset > static_cast<std::size_t>(at.out - out_begin) || length > out_left) return false;
  repeat(at.out, offset, length);
  at.in += bytes;
  at.out += length;
  return true;
}

// How far before the ends the fast loop stops: it reads two words and a vector, and writes a literal and a copy of 64 bytes.
constexpr std::ptrdiff_t kInMargin = 16 + 64 + static_cast<std::ptrdiff_t>(kVector);
constexpr std::ptrdiff_t kOutMargin = 64 + 64 + static_cast<std::ptrdiff_t>(kVector);
// Tags of literals below this are of up to three bytes: the literal, and the copy after it, are in one word.
constexpr unsigned kShortLiterals = 12;

// The next sixteen bytes of the stream, in registers: after a step the bytes it took are shifted out. A load of the bytes further on is
// not waited for until the step after, so the chain from tag to tag is a few shifts.
struct Window {
  std::uint64_t low;
  std::uint64_t high;

  explicit Window(const std::uint8_t* at) : low(load<std::uint64_t>(at)), high(load<std::uint64_t>(at + 8)) {}
  // `bits` 8..56; `at` is where the stream goes on after them.
  void advance(unsigned bits, const std::uint8_t* at) {
    low = (low >> bits) | (high << (64 - bits));
    high = load<std::uint64_t>(at + 8);
  }
};

// Elements while both ends are far. False: the stream is malformed.
bool fast_elements(Cursor& cursor, const std::uint8_t* in_end, const std::uint8_t* out_begin, const std::uint8_t* out_end) {
  if (in_end - cursor.in <= kInMargin) return true;
  const std::uint8_t* in_limit = in_end - kInMargin;
  Cursor at = cursor;
  Window window(at.in);
  while (at.in < in_limit && out_end - at.out > kOutMargin) {
    std::uint64_t word = window.low;
    unsigned tag = word & 0xFF;
    unsigned bits = 0;  // of the literal
    if ((tag & 3) == kLiteral) {
      const std::size_t length = (tag >> 2) + 1;
      if (tag >= kShortLiterals) [[unlikely]] {
        if (length > 60) {  // rare, and long
          if (!element(at, in_end, out_begin, out_end)) return false;
        } else {
          for (std::size_t i = 0; i < length; i += kVector) move16(at.out + i, at.in + 1 + i);
          at.in += 1 + length;
          at.out += length;
        }
        window = Window(at.in);
        continue;
      }
      move16(at.out, at.in + 1);
      at.out += length;
      bits = 2 * tag + 16;  // eight for the tag, and eight a byte
      word >>= bits;
      tag = word & 0xFF;
    }
    if (const unsigned kind = tag & 3; kind == kLiteral || kind == kFarCopy) [[unlikely]] {
      at.in += bits / 8;
      if (kind == kFarCopy && !element(at, in_end, out_begin, out_end)) return false;
      window = Window(at.in);
      continue;
    }
    const CopyTag copy = kCopyTags[tag];
    const std::size_t offset = (std::size_t{copy.offset_high} << 8) + ((word >> 8) & kOffsetMask[tag & 3]);
    if (offset - 1 >= static_cast<std::size_t>(at.out - out_begin)) [[unlikely]]
      return false;  // also an offset of 0
    bits += 8 + 8 * (tag & 3);
    at.in += bits / 8;
    window.advance(bits, at.in);
    const std::size_t length = copy.length;
    if (length <= kVector && offset >= length) [[likely]] {
      move16(at.out, at.out - offset);
    } else {
      repeat(at.out, offset, length);
    }
    at.out += length;
  }
  cursor = at;
  return true;
}

// The varint before the elements; its bytes, 0 when malformed.
std::size_t read_size(std::span<const std::uint8_t> stream, std::uint32_t& size) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 5 && i < stream.size(); ++i) {
    value |= std::uint64_t{stream[i] & 0x7Fu} << (7 * i);
    if ((stream[i] & 0x80) == 0) {
      size = static_cast<std::uint32_t>(value);
      return value <= UINT32_MAX ? i + 1 : 0;
    }
  }
  return 0;
}

}  // namespace

std::optional<std::uint32_t> declared_size(std::span<const std::uint8_t> stream) {
  std::uint32_t size = 0;
  return read_size(stream, size) != 0 ? std::optional(size) : std::nullopt;
}

bool decompress(std::span<const std::uint8_t> stream, std::uint8_t* out, std::size_t size) {
  std::uint32_t declared = 0;
  const std::size_t header = read_size(stream, declared);
  if (header == 0 || declared != size) return false;
  Cursor at{stream.data() + header, out};
  const std::uint8_t* in_end = stream.data() + stream.size();
  const std::uint8_t* out_end = out + size;
  if (!fast_elements(at, in_end, out, out_end)) return false;
  while (at.in != in_end) {
    if (!element(at, in_end, out, out_end)) return false;
  }
  return at.out == out_end;
}

std::size_t peek(std::span<const std::uint8_t> stream, std::span<std::uint8_t> out) {
  std::uint32_t declared = 0;
  std::size_t at = read_size(stream, declared);
  if (at == 0) return 0;
  const std::size_t wanted = std::min<std::size_t>(declared, out.size());
  std::size_t done = 0;
  while (done < wanted && at < stream.size()) {
    const unsigned tag = stream[at++];
    const unsigned kind = tag & 3;
    std::size_t extra = kind == kFarCopy ? 4 : kind;
    if (kind == kLiteral && tag >> 2 >= 60) extra = (tag >> 2) - 59;
    if (extra > stream.size() - at) break;
    std::uint32_t number = 0;
    for (std::size_t i = 0; i < extra; ++i) number |= std::uint32_t{stream[at + i]} << (8 * i);
    at += extra;
    if (kind == kLiteral) {
      const std::size_t length = tag >> 2 >= 60 ? std::size_t{number} + 1 : (tag >> 2) + 1;
      const std::size_t count = std::min({length, wanted - done, stream.size() - at});
      std::memcpy(out.data() + done, stream.data() + at, count);
      done += count;
      if (count != length) break;
      at += length;
      continue;
    }
    const std::size_t offset = number + (std::size_t{kCopyTags[tag].offset_high} << 8);
    if (offset == 0 || offset > done) break;
    const std::size_t count = std::min<std::size_t>(kCopyTags[tag].length, wanted - done);
    for (std::size_t i = 0; i < count; ++i) out[done + i] = out[done + i - offset];
    done += count;
  }
  return done;
}

}  // namespace trueno::snappy
