#include "backend/simd/dealt_keys.h"

#include <cstring>

#include "base/bits.h"
#include "column/value.h"

namespace trueno::backend::simd {

namespace {

StringView text_at(const std::uint64_t* words) {
  StringView text;
  std::memcpy(static_cast<void*>(&text), words, sizeof text);
  return text;
}

}  // namespace

DealtKeys::DealtKeys(std::size_t record_words, std::vector<std::size_t> text_words, std::size_t parts)
    : record_words_(record_words), text_words_(std::move(text_words)), parts_(parts) {}

bool DealtKeys::may_deal(std::size_t record_words, std::size_t texts) {
  return record_words * sizeof(std::uint64_t) + texts * kMostTextBytes <= kBlockBytes;
}

// Texts that lie behind the record included.
std::size_t DealtKeys::bytes_of(const std::uint64_t* record) const {
  std::size_t bytes = record_words_ * sizeof(std::uint64_t);
  for (const std::size_t word : text_words_) {
    const std::size_t size = text_at(record + word).size();
    if (size > StringView::kInline && size <= kMostTextBytes) bytes += size;
  }
  return bytes;
}

Status DealtKeys::begin_block(std::size_t part) {
  if (slab_used_ + kBlockBytes > kSlabBytes) {
    slabs_.push_back(TRUENO_TRY(MutableBuffer::uninitialised(kSlabBytes)));
    slab_used_ = 0;
  }
  parts_[part].emplace_back(slabs_.back().data() + slab_used_, 0);
  slab_used_ += kBlockBytes;
  return {};
}

Status DealtKeys::add(const std::uint64_t* words, int rest_bits, const std::uint64_t* records, std::size_t count) {
  const std::size_t record_bytes = record_words_ * sizeof(std::uint64_t);
  for (std::size_t k = 0; k < count; ++k, records += record_words_) {
    const std::size_t part = words[k] >> rest_bits;
    const std::size_t bytes = bytes_of(records);
    std::vector<std::span<std::uint8_t>>& blocks = parts_[part];
    if (blocks.empty() || blocks.back().size() + bytes > kBlockBytes) TRUENO_TRY(begin_block(part));
    std::span<std::uint8_t>& block = blocks.back();
    std::uint8_t* to = block.data() + block.size();
    block = {block.data(), block.size() + bytes};
    std::memcpy(to, records, record_bytes);
    std::uint8_t* text_to = to + record_bytes;
    for (const std::size_t word : text_words_) {
      const StringView text = text_at(records + word);
      if (text.is_inline()) continue;
      if (text.size() <= kMostTextBytes) {
        std::memcpy(text_to, text.data(), text.size());
        text_to += text.size();
      } else {
        const StringView owned(long_texts_.copy(text.view()));
        std::memcpy(to + word * sizeof(std::uint64_t), static_cast<const void*>(&owned), sizeof owned);
      }
    }
  }
  return {};
}

void DealtKeys::Cursor::read(std::size_t count, std::uint64_t* records) {
  const std::size_t record_bytes = keys_.record_words_ * sizeof(std::uint64_t);
  for (std::size_t k = 0; k < count; ++k, records += keys_.record_words_) {
    if (at_ == blocks_[block_].size()) {
      ++block_;
      at_ = 0;
    }
    const std::uint8_t* from = blocks_[block_].data() + at_;
    std::memcpy(records, from, record_bytes);
    at_ += record_bytes;
    for (const std::size_t word : keys_.text_words_) {
      const std::size_t size = text_at(records + word).size();
      if (size <= StringView::kInline || size > kMostTextBytes) continue;
      const StringView text(std::string_view(reinterpret_cast<const char*>(blocks_[block_].data() + at_), size));
      std::memcpy(records + word, static_cast<const void*>(&text), sizeof text);
      at_ += size;
    }
  }
}

}  // namespace trueno::backend::simd
