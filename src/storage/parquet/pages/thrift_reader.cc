// Thrift's compact protocol:
//
//   struct   fields, then a 0 byte.   field: (id - previous id) << 4 | type; a delta of 0 is followed by the id as a zigzag varint
//   types    1 true  2 false  3 byte  4 i16  5 i32  6 i64 (zigzag varints)  7 double  8 binary (varint size)  9 list  10 set  11 map  12
//   struct list     size << 4 | element type; a size of 15 is followed by the size as a varint
//
// Source: thrift-compact-protocol.md of Apache Thrift.
#include "storage/parquet/pages/thrift_reader.h"

namespace trueno::pages {

namespace {

// Deep enough for anything a writer makes; what nests deeper was made to exhaust the stack.
constexpr int kMaxDepth = 16;

}  // namespace

ThriftReader::Field ThriftReader::field(int previous) {
  const std::uint8_t lead = byte();
  const unsigned type = lead & 0x0F;
  if (failed_ || type == kStop) return {};
  if (type > kStruct) {
    failed_ = true;
    return {};
  }
  const int delta = lead >> 4;
  const std::int64_t id = delta != 0 ? previous + delta : number();
  if (id < INT16_MIN || id > INT16_MAX) failed_ = true;
  return failed_ ? Field{} : Field{static_cast<int>(id), static_cast<ThriftType>(type)};
}

std::int64_t ThriftReader::number() {
  const std::uint64_t zigzag = varint();
  return static_cast<std::int64_t>(zigzag >> 1) ^ -static_cast<std::int64_t>(zigzag & 1);
}

std::int32_t ThriftReader::count(ThriftType type) {
  const std::int64_t value = number();
  if (type != kI32 || value < 0 || value > INT32_MAX) failed_ = true;
  return failed_ ? 0 : static_cast<std::int32_t>(value);
}

std::string_view ThriftReader::binary() {
  const std::uint64_t size = varint();
  const std::size_t begin = at_;
  advance(size);
  if (failed_) return {};
  return {reinterpret_cast<const char*>(bytes_.data()) + begin, static_cast<std::size_t>(size)};
}

// 1 is true; some writers have 0 for false in place of 2.
bool ThriftReader::element() {
  const std::uint8_t value = byte();
  if (value > 2) failed_ = true;
  return value == 1;
}

std::size_t ThriftReader::list(ThriftType type, ThriftType elements, std::size_t least) {
  const std::uint8_t lead = byte();
  const std::uint64_t size = lead >> 4 == 15 ? varint() : lead >> 4;
  const unsigned found = lead & 0x0F;
  const bool right = found == elements || (elements == kTrue && found == kFalse) || size == 0;
  if (type != kList || !right || size > (bytes_.size() - at_) / least) failed_ = true;
  return failed_ ? 0 : static_cast<std::size_t>(size);
}

void ThriftReader::skip(ThriftType type, int depth) {
  if (depth > kMaxDepth) failed_ = true;
  if (failed_) return;
  switch (type) {
    case kStop:
    case kTrue:
    case kFalse: return;
    case kByte: byte(); return;
    case kI16:
    case kI32:
    case kI64: varint(); return;
    case kDouble: advance(8); return;
    case kBinary: advance(varint()); return;
    case kList:
    case kSet: skip_list(depth); return;
    case kMap: skip_map(depth); return;
    case kStruct:
      for (Field next = field(0); next.type != kStop; next = field(next.id)) skip(next.type, depth + 1);
      return;
  }
  failed_ = true;
}

std::uint8_t ThriftReader::byte() {
  if (at_ >= bytes_.size()) failed_ = true;
  return failed_ ? std::uint8_t{0} : bytes_[at_++];
}

std::uint64_t ThriftReader::varint() {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    const std::uint8_t next = byte();
    value |= std::uint64_t{next & 0x7Fu} << shift;
    if ((next & 0x80) == 0) return failed_ ? 0 : value;
  }
  failed_ = true;
  return 0;
}

void ThriftReader::advance(std::uint64_t count) {
  if (count > bytes_.size() - at_) failed_ = true;
  if (!failed_) at_ += static_cast<std::size_t>(count);
}

// In a collection a boolean takes a byte. Every element takes at least one, so a size beyond the bytes left is a lie.
void ThriftReader::skip_elements(std::uint64_t count, ThriftType type, int depth) {
  if (count > bytes_.size() - at_ || type == kStop) failed_ = failed_ || count != 0;
  for (std::uint64_t i = 0; i < count && !failed_; ++i) skip(type == kTrue || type == kFalse ? kByte : type, depth + 1);
}

void ThriftReader::skip_list(int depth) {
  const std::uint8_t lead = byte();
  const std::uint64_t size = lead >> 4 == 15 ? varint() : lead >> 4;
  skip_elements(size, static_cast<ThriftType>(lead & 0x0F), depth);
}

void ThriftReader::skip_map(int depth) {
  const std::uint64_t size = varint();
  if (size == 0 || failed_) return;
  const std::uint8_t types = byte();
  if (size > bytes_.size() - at_) failed_ = true;
  for (std::uint64_t i = 0; i < size && !failed_; ++i) {
    skip_elements(1, static_cast<ThriftType>(types >> 4), depth);
    skip_elements(1, static_cast<ThriftType>(types & 0x0F), depth);
  }
}

}  // namespace trueno::pages
