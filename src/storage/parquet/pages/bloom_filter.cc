// Split block Bloom filters.
//
//   BloomFilterHeader   1 numBytes, 2 algorithm { 1 BLOCK }, 3 hash { 1 XXHASH }, 4 compression { 1 UNCOMPRESSED }; then the blocks
//   block               eight words of 32 bits; a value sets one bit of each
//
// Source: BloomFilter.md of the Parquet format; F. Putze, P. Sanders, J. Singler, "Cache-, hash- and space-efficient Bloom filters" (2009).
#include "storage/parquet/pages/bloom_filter.h"

#include <algorithm>
#include <array>

#include "base/bits.h"
#include "base/hash.h"
#include "storage/parquet/pages/thrift_reader.h"

namespace trueno::pages {

namespace {

using Field = ThriftReader::Field;

constexpr std::int64_t kLongestFilterHeader = 64;  // a header of this kind has some 16 bytes
constexpr std::size_t kWords = 8;
constexpr std::int64_t kBlockBytes = 32;
constexpr std::array<std::uint32_t, kWords> kSalt = {0x47b6137bU, 0x44974d91U, 0x8824ad5bU, 0xa2b7289dU,
                                                     0x705495c7U, 0x2df1424bU, 0x9efc4947U, 0x5c6bfb31U};

Error corrupt_filter(std::string_view what) {
  return error(ErrorCode::kCorruptFile, "{}", what).hint("SET statistics_answers = false reads without Bloom filters");
}

// Where the blocks lie. None: a filter of a kind that is not known.
struct Blocks {
  std::int64_t offset = 0;
  std::int64_t count = 0;
};

// Whether a union's first alternative, a struct without fields, is set.
bool is_first(ThriftReader& reader, ThriftType type) {
  if (type != kStruct) {
    reader.skip(type, 1);
    return false;
  }
  bool first = false;
  for (Field field = reader.field(0); field.type != kStop; field = reader.field(field.id)) {
    first = first || field.id == 1;
    reader.skip(field.type, 2);
  }
  return first;
}

Result<Blocks> read_header(const RandomAccessFile& file, const IndexPlace& place) {
  const auto size = static_cast<std::int64_t>(file.identity().size);
  if (place.offset < 0 || place.bytes < 0 || place.offset >= size || place.bytes > size - place.offset)
    return corrupt_filter(fmt::format("a Bloom filter of {} bytes is said to begin at byte {} of {}", place.bytes, place.offset, size));
  const std::int64_t all = place.bytes != 0 ? place.bytes : size - place.offset;
  std::array<std::uint8_t, kLongestFilterHeader> bytes;
  const std::span<std::uint8_t> head = std::span(bytes).first(static_cast<std::size_t>(std::min(all, kLongestFilterHeader)));
  TRUENO_TRY(file.read(static_cast<std::uint64_t>(place.offset), head));
  ThriftReader reader(head);
  std::int64_t block_bytes = 0;
  int known = 0;
  for (Field field = reader.field(0); field.type != kStop; field = reader.field(field.id)) {
    if (field.id == 1) {
      block_bytes = reader.count(field.type);
    } else if (field.id >= 2 && field.id <= 4) {
      known += is_first(reader, field.type) ? 1 : 0;
    } else {
      reader.skip(field.type, 0);
    }
  }
  if (reader.failed()) return corrupt_filter("the header of a Bloom filter makes no sense");
  if (known != 3) return Blocks{};
  const auto header = static_cast<std::int64_t>(reader.position());
  if (block_bytes == 0 || block_bytes % kBlockBytes != 0 || block_bytes > all - header)
    return corrupt_filter(fmt::format("a Bloom filter has blocks of {} bytes in {}", block_bytes, all - header));
  return Blocks{place.offset + header, block_bytes / kBlockBytes};
}

Result<bool> may_hold(const RandomAccessFile& file, const Blocks& blocks, std::string_view stored) {
  const std::uint64_t hash = xxh64(stored);
  const auto number = static_cast<std::int64_t>(((hash >> 32) * static_cast<std::uint64_t>(blocks.count)) >> 32);
  std::array<std::uint8_t, kBlockBytes> block;
  TRUENO_TRY(file.read(static_cast<std::uint64_t>(blocks.offset + number * kBlockBytes), block));
  for (std::size_t i = 0; i < kWords; ++i) {
    const std::uint32_t bit = (static_cast<std::uint32_t>(hash) * kSalt[i]) >> 27;
    if (((load<std::uint32_t>(block.data() + 4 * i) >> bit) & 1u) == 0) return false;
  }
  return true;
}

}  // namespace

Result<bool> may_hold_one_of(const RandomAccessFile& file, const ChunkPages& chunk, const LeafValues& leaf, std::span<const Value> values) {
  if (chunk.bloom_filter.offset == 0) return true;
  std::vector<std::string> wanted;
  for (const Value& value : values) {
    if (value.is_null()) continue;
    std::vector<std::string> forms = stored_forms(leaf, value);
    if (forms.empty()) return true;
    std::ranges::move(forms, std::back_inserter(wanted));
  }
  const Blocks blocks = TRUENO_TRY(read_header(file, chunk.bloom_filter));
  if (blocks.count == 0) return true;
  for (const std::string& stored : wanted) {
    if (TRUENO_TRY(may_hold(file, blocks, stored))) return true;
  }
  return false;
}

}  // namespace trueno::pages
