#include "backend/simd/dealt_keys.h"

#include <cstring>

#include "base/bits.h"
#include "base/int128.h"
#include "column/value.h"

namespace trueno::backend::simd {

namespace {

StringView text_at(const std::uint64_t* words) {
  StringView text;
  std::memcpy(static_cast<void*>(&text), words, sizeof text);
  return text;
}

// 8 to 256 bytes, mostly few: without a call, and without reading past them.
void copy_text(std::uint8_t* to, const char* from, std::size_t size) {
  if (size < 16) {
    store(to, load<std::uint64_t>(from));
    store(to + size - 8, load<std::uint64_t>(from + size - 8));
    return;
  }
  for (std::size_t i = 0; i + 16 < size; i += 16) store(to + i, load<u128>(from + i));
  store(to + size - 16, load<u128>(from + size - 16));
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

Status DealtKeys::begin_block(Part& part) {
  if (slab_used_ + kBlockBytes > kSlabBytes) {
    slabs_.push_back(TRUENO_TRY(MutableBuffer::uninitialised(kSlabBytes)));
    slab_used_ = 0;
  }
  if (!part.blocks.empty()) part.ends.push_back(part.at);
  part.at = slabs_.back().data() + slab_used_;
  part.end = part.at + kBlockBytes;
  part.blocks.push_back(part.at);
  slab_used_ += kBlockBytes;
  return {};
}

Status DealtKeys::add(const std::uint64_t* words, int rest_bits, const std::uint64_t* records, std::size_t count) {
  const std::size_t record_bytes = record_words_ * sizeof(std::uint64_t);
  for (std::size_t k = 0; k < count; ++k, records += record_words_) {
    Part& part = parts_[static_cast<std::size_t>(words[k] >> rest_bits)];
    const std::size_t bytes = bytes_of(records);
    if (static_cast<std::size_t>(part.end - part.at) < bytes) TRUENO_TRY(begin_block(part));
    std::uint8_t* const to = part.at;
    part.at += bytes;
    for (std::size_t word = 0; word < record_words_; ++word) store(to + word * sizeof(std::uint64_t), records[word]);
    std::uint8_t* text_to = to + record_bytes;
    for (const std::size_t word : text_words_) {
      const StringView text = text_at(records + word);
      if (text.is_inline()) continue;
      if (text.size() <= kMostTextBytes) {
        copy_text(text_to, text.data(), text.size());
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
  const std::size_t record_words = keys_.record_words_;
  for (std::size_t k = 0; k < count; ++k, records += record_words) {
    if (at_ == end_) {
      at_ = part_.blocks[next_block_];
      end_ = next_block_ < part_.ends.size() ? part_.ends[next_block_] : part_.at;
      ++next_block_;
    }
    for (std::size_t word = 0; word < record_words; ++word) records[word] = load<std::uint64_t>(at_ + word * sizeof(std::uint64_t));
    at_ += record_words * sizeof(std::uint64_t);
    for (const std::size_t word : keys_.text_words_) {
      const std::size_t size = text_at(records + word).size();
      if (size <= StringView::kInline || size > kMostTextBytes) continue;
      const StringView text(std::string_view(reinterpret_cast<const char*>(at_), size));
      std::memcpy(records + word, static_cast<const void*>(&text), sizeof text);
      at_ += size;
    }
  }
}

}  // namespace trueno::backend::simd
