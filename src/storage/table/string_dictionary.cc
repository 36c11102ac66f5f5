// Texts to codes: open addressing over hashes, texts in blocks that never move.
#include "storage/table/string_dictionary.h"

#include <algorithm>
#include <cstring>

#include "base/hash.h"

namespace trueno {

namespace {
constexpr std::size_t kFirstBlock = std::size_t{16} << 10;
constexpr std::size_t kLargestBlock = std::size_t{4} << 20;
}  // namespace

std::string_view StringDictionary::text(std::uint32_t code) const {
  const StoredView& stored = records_[code];
  const auto size = static_cast<std::size_t>(stored.size);
  if (size <= StringView::kInline) return {reinterpret_cast<const char*>(&stored) + 4, size};
  const auto block = static_cast<std::size_t>(stored.buffer);
  const std::uint8_t* bytes = block < blocks_.size() ? blocks_[block].data() : block_.data();
  return {reinterpret_cast<const char*>(bytes) + stored.offset, size};
}

// Blocks double up to 4 MiB, so a small dictionary is small and a large one has few buffers.
Status StringDictionary::store_text(std::string_view text) {
  StoredView record;
  if (text.size() <= StringView::kInline) {
    const StringView inline_view(text);
    std::memcpy(static_cast<void*>(&record), &inline_view, sizeof record);
    records_.push_back(record);
    return {};
  }
  if (text.size() > static_cast<std::size_t>(INT32_MAX))
    return error(ErrorCode::kOutOfRange, "a text of {} bytes is too long", text.size());
  if (used_ + text.size() > block_.size()) {
    if (used_ != 0) blocks_.push_back(std::move(block_).freeze());
    const std::size_t larger = std::clamp(blocks_.empty() ? 0 : blocks_.back().size() * 2, kFirstBlock, kLargestBlock);
    block_ = TRUENO_TRY(MutableBuffer::uninitialised(std::max(larger, text.size())));
    used_ = 0;
  }
  std::memcpy(block_.data() + used_, text.data(), text.size());
  record.size = static_cast<std::int32_t>(text.size());
  std::memcpy(record.prefix, text.data(), sizeof record.prefix);
  record.buffer = static_cast<std::int32_t>(blocks_.size());
  record.offset = static_cast<std::int32_t>(used_);
  used_ += text.size();
  records_.push_back(record);
  return {};
}

void StringDictionary::grow() {
  slots_.assign(std::max<std::size_t>(slots_.size() * 2, 64), kEmpty);
  const std::size_t mask = slots_.size() - 1;
  for (std::uint32_t code = 0; code < size(); ++code) {
    std::size_t at = hashes_[code] & mask;
    while (slots_[at] != kEmpty) at = (at + 1) & mask;
    slots_[at] = code;
  }
}

// Hashes are kept by code: growing does not hash again, and most unequal texts are told apart without reading them.
Result<std::uint32_t> StringDictionary::code_of(std::string_view text) {
  if (hashes_.size() * 2 >= slots_.size()) grow();
  const std::uint64_t hash = hash_bytes(text);
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = hash & mask;
  for (; slots_[at] != kEmpty; at = (at + 1) & mask) {
    const std::uint32_t code = slots_[at];
    if (hashes_[code] == hash && this->text(code) == text) return code;
  }
  TRUENO_TRY(store_text(text));
  slots_[at] = size();
  hashes_.push_back(hash);
  return size() - 1;
}

// Freezes the block being filled: records already name it by number, and the next text begins a new one.
Result<std::vector<Buffer>> StringDictionary::text_buffers() {
  if (used_ != 0) {
    blocks_.push_back(std::move(block_).freeze());
    block_ = MutableBuffer();
    used_ = 0;
  }
  return blocks_;
}

Result<Column> StringDictionary::values(const Type& type, const std::vector<std::uint32_t>& order) {
  Column column;
  column.type = type;
  column.length = static_cast<std::int64_t>(size());
  column.string_buffers = TRUENO_TRY(text_buffers());
  if (order.empty()) {
    column.values = TRUENO_TRY(copy_to_buffer(std::span<const StoredView>(records_)));
    return column;
  }
  MutableBuffer records = TRUENO_TRY(MutableBuffer::uninitialised(records_.size() * sizeof(StoredView)));
  for (std::size_t i = 0; i < order.size(); ++i) records.as<StoredView>()[i] = records_[order[i]];
  column.values = std::move(records).freeze();
  return column;
}

}  // namespace trueno
