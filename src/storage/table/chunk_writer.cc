// One column of a table being written.
//
// Texts start out as codes of a dictionary that grows with the table. Its final form is only known at the end: sorted, grown from an older
// one, or given up. So finished chunks hold provisional codes, without a dictionary, until `finish` completes them all.
#include "storage/table/chunk_writer.h"

#include <algorithm>
#include <cstring>
#include <numeric>

#include "base/hash.h"
#include "storage/statistics/chunk_statistics.h"
#include "storage/table/chunk_encoder.h"

namespace trueno {

namespace {

constexpr std::uint32_t kUntranslated = 0xFFFFFFFF;
constexpr std::uint32_t kMaxDictionary = 1u << 20;
constexpr std::uint32_t kAlwaysDictionary = 4096;  // small enough to pay whatever the number of rows
constexpr std::uint32_t kSortedDictionary = 1u << 16;
constexpr std::size_t kMaxTexts = std::size_t{1} << 30;

}  // namespace

ChunkWriter::ChunkWriter(Type type, std::int64_t rows_per_chunk) : type_(std::move(type)), capacity_(rows_per_chunk) {
  if (type_.id == TypeId::kVarchar) dictionary_ = std::make_unique<StringDictionary>();
  width_ = dictionary_ ? 4 : static_cast<std::size_t>(width_of(type_.physical()));
}

// The texts of an inherited dictionary are entered first, in order, so that they get the codes they have.
Status ChunkWriter::continue_from(const Column& chunk) {
  if (type_.id != TypeId::kVarchar || dictionary_ == nullptr || inherited_ != nullptr) return {};
  if (chunk.encoding != Encoding::kDictionary) {
    dictionary_ = nullptr;
    width_ = sizeof(StoredView);
    return {};
  }
  inherited_ = chunk.dictionary;
  for (std::int64_t i = 0; i < inherited_->values->length; ++i) TRUENO_TRY(dictionary_->code_of(inherited_->values->text(i)));
  return {};
}

// One allocation a chunk, at its full size: rows are then only copied in.
Status ChunkWriter::begin_chunk() {
  if (type_.is_nested() || values_.data() != nullptr) return {};
  values_ = TRUENO_TRY(MutableBuffer::uninitialised(static_cast<std::size_t>(capacity_) * width_));
  return {};
}

// Copies a piece's bits behind those of the pieces before.
void ChunkWriter::note_validity(const Column& rows) {
  null_count_ += rows.null_count;
  const auto at = static_cast<std::size_t>(rows_);
  if ((at & 7) == 0 && !rows.validity.empty()) {
    copy_bits(rows.validity.data(), static_cast<std::size_t>(rows.offset), static_cast<std::size_t>(rows.length),
              validity_.data() + (at >> 3));
    // The last byte's further bits stay ones, as all bits not written yet.
    for (std::size_t bit = at + static_cast<std::size_t>(rows.length); (bit & 7) != 0; ++bit) set_bit(validity_.data(), bit);
    return;
  }
  for (std::int64_t row = 0; row < rows.length; ++row) {
    if (!rows.is_valid(row)) clear_bit(validity_.data(), at + static_cast<std::size_t>(row));
  }
}

// Encoded pieces are decoded here; what is stored is chosen anew when the chunk is full.
Status ChunkWriter::append(const Column& rows) {
  TRUENO_ASSERT(rows_ + rows.length <= capacity_);
  const bool only_nulls = rows.type.id == TypeId::kNull;
  if (!only_nulls && !(rows.type == type_)) {
    return error(ErrorCode::kInternal, "a column of {} was given where the table has {}", rows.type.to_string(), type_.to_string());
  }
  TRUENO_TRY(begin_chunk());
  if (type_.is_nested()) {
    nested_.push_back(only_nulls ? TRUENO_TRY(constant_column(Value::null(type_), rows.length)) : rows);
    rows_ += rows.length;
    return {};
  }
  if (rows.null_count != 0) {
    if (validity_.data() == nullptr) {
      validity_ = TRUENO_TRY(MutableBuffer::uninitialised(bytes_for_bits(static_cast<std::size_t>(capacity_))));
      std::memset(validity_.data(), 0xFF, validity_.size());
    }
    note_validity(rows);
  }
  std::uint8_t* to = values_.data() + static_cast<std::size_t>(rows_) * width_;
  if (only_nulls) {
    std::memset(to, 0, static_cast<std::size_t>(rows.length) * width_);
  } else if (dictionary_ != nullptr) {
    TRUENO_TRY(append_codes(rows));
  } else if (type_.physical() == Physical::kString) {
    TRUENO_TRY(append_views(rows));
  } else if (rows.length != 0) {
    const Column plain = rows.encoding == Encoding::kPlain ? rows : TRUENO_TRY(rows.decoded());
    std::memcpy(to, plain.values.data() + static_cast<std::size_t>(plain.offset) * width_, static_cast<std::size_t>(rows.length) * width_);
  }
  rows_ += rows.length;
  return {};
}

// From codes to codes through a table that fills as entries are met; from texts through the hash table.
Status ChunkWriter::append_codes(const Column& rows) {
  std::uint32_t* to = values_.as<std::uint32_t>() + rows_;
  if (rows.encoding == Encoding::kDictionary) {
    const Column& entries = *rows.dictionary->values;
    if (source_id_ != rows.dictionary->id) {
      source_id_ = rows.dictionary->id;
      translation_.assign(static_cast<std::size_t>(std::max<std::int64_t>(entries.length, 1)), kUntranslated);
      if (entries.length == 0) translation_[0] = 0;
    }
    const auto* codes = rows.values.as<std::uint32_t>() + rows.offset;
    for (std::int64_t row = 0; row < rows.length; ++row) {
      std::uint32_t& code = translation_[codes[row]];
      if (code == kUntranslated) [[unlikely]] {
        if (!rows.is_valid(row)) {
          to[row] = 0;
          continue;
        }
        code = TRUENO_TRY(dictionary_->code_of(entries.text(codes[row])));
      }
      to[row] = code;
    }
    return {};
  }
  const bool constant = rows.encoding == Encoding::kConstant && rows.null_count == 0 && rows.length != 0;
  if (constant) {
    std::fill_n(to, rows.length, TRUENO_TRY(dictionary_->code_of(rows.text(0))));
    return {};
  }
  for (std::int64_t row = 0; row < rows.length; ++row) {
    to[row] = rows.is_valid(row) ? TRUENO_TRY(dictionary_->code_of(rows.text(row))) : 0;
  }
  return {};
}

// Copies texts out of the source's buffers, which may be much larger than what a table should keep alive.
Status ChunkWriter::append_views(const Column& rows) {
  StoredView* to = values_.as<StoredView>() + rows_;
  for (std::int64_t row = 0; row < rows.length; ++row) {
    to[row] = {};
    if (!rows.is_valid(row)) continue;
    const std::string_view text = rows.text(row);
    const StringView view(text);
    std::memcpy(static_cast<void*>(&to[row]), &view, sizeof view);
    if (view.is_inline()) continue;
    // One buffer a chunk; its number is known when the chunk is finished.
    if (texts_.size() + text.size() > kMaxTexts) {
      return error(ErrorCode::kOutOfRange, "the texts of {} rows take more than {} bytes", capacity_, kMaxTexts)
          .hint("write them in smaller row groups");
    }
    to[row].buffer = 0;
    to[row].offset = static_cast<std::int32_t>(texts_.size());
    TRUENO_TRY(texts_.append(text.data(), text.size()));
  }
  return {};
}

// Few entries always pay; many only when rows repeat them.
bool ChunkWriter::dictionary_pays(std::int64_t rows) const {
  const std::uint32_t entries = dictionary_->size();
  return entries <= kAlwaysDictionary || (entries <= kMaxDictionary && static_cast<std::int64_t>(entries) * 2 <= rows);
}

Result<Column> ChunkWriter::finish_chunk() {
  Column chunk;
  chunk.type = type_;
  chunk.length = rows_;
  chunk.null_count = null_count_;
  total_rows_ += rows_;
  if (type_.is_nested()) {
    chunk = TRUENO_TRY(concatenate(nested_));
    nested_.clear();
    chunk.statistics = TRUENO_TRY(measure(chunk));
  } else {
    if (null_count_ != 0) {
      fill_null_rows(values_.data(), width_, validity_.data(), rows_);
      TRUENO_TRY(validity_.resize(bytes_for_bits(static_cast<std::size_t>(rows_))));
      chunk.validity = std::move(validity_).freeze();
    }
    TRUENO_TRY(values_.resize(static_cast<std::size_t>(rows_) * width_));
    if (rows_ * 4 < capacity_ * 3) {  // a short last chunk does not keep the memory of a full one
      chunk.values = TRUENO_TRY(copy_to_buffer(std::span<const std::uint8_t>(values_.data(), values_.size())));
    } else {
      chunk.values = std::move(values_).freeze();
    }
    if (dictionary_ != nullptr) {
      chunk.encoding = Encoding::kDictionary;
    } else {
      if (texts_.size() != 0) chunk.string_buffers.push_back(std::move(texts_).freeze());
      chunk = TRUENO_TRY(encode_chunk(std::move(chunk), &sketch_));
    }
  }
  values_ = MutableBuffer();
  validity_ = MutableBuffer();
  texts_ = MutableBuffer();
  rows_ = null_count_ = 0;
  if (dictionary_ != nullptr && !dictionary_pays(total_rows_)) {
    // From here on views; chunks with codes follow in finish().
    inherited_ = std::make_shared<Dictionary>(
        Dictionary{Dictionary::next_id(), false, true, std::make_shared<const Column>(TRUENO_TRY(dictionary_->values(type_)))});
    dictionary_ = nullptr;
    width_ = sizeof(StoredView);
  }
  return chunk;
}

// Records of the dictionary's texts: the texts themselves stay in the dictionary's buffers.
Status ChunkWriter::to_views(Column& chunk) {
  if (chunk.dictionary == nullptr) chunk.dictionary = inherited_;
  chunk = TRUENO_TRY(encode_chunk(TRUENO_TRY(chunk.decoded()), &sketch_));
  return {};
}

namespace {

// Statistics of a dictionary chunk by the codes it uses.
Result<ColumnStatistics> measure_codes(const Column& chunk, const Dictionary& dictionary) {
  ColumnStatistics statistics;
  statistics.null_count = chunk.null_count;
  statistics.proven = statistics.exact_bounds = true;
  statistics.distinct_count = 0;
  if (chunk.null_count == chunk.length) return statistics;
  const Column& entries = *dictionary.values;
  std::vector<std::uint8_t> used(static_cast<std::size_t>(entries.length));
  const auto* codes = chunk.values.as<std::uint32_t>() + chunk.offset;
  for (std::int64_t row = 0; row < chunk.length; ++row) used[codes[row]] = 1;  // NULL rows repeat a used code
  std::string_view min;
  std::string_view max;
  for (std::int64_t code = 0; code < entries.length; ++code) {
    if (used[static_cast<std::size_t>(code)] == 0) continue;
    const std::string_view text = entries.text(code);
    if (*statistics.distinct_count == 0 || text < min) min = text;
    if (*statistics.distinct_count == 0 || text > max) max = text;
    ++*statistics.distinct_count;
  }
  statistics.min = lower_text_bound(chunk.type, min, statistics.exact_bounds);
  statistics.max = upper_text_bound(chunk.type, max, statistics.exact_bounds);
  return statistics;
}

// Gives a chunk other codes.
Status recode(Column& chunk, const std::vector<std::uint32_t>& new_codes) {
  MutableBuffer codes = TRUENO_TRY(MutableBuffer::uninitialised(static_cast<std::size_t>(chunk.length) * 4));
  const auto* from = chunk.values.as<std::uint32_t>();
  for (std::int64_t row = 0; row < chunk.length; ++row) codes.as<std::uint32_t>()[row] = new_codes[from[row]];
  chunk.values = std::move(codes).freeze();
  return {};
}

}  // namespace

// A new dictionary is sorted while it is small. One that grew keeps the codes that chunks already use.
Result<std::shared_ptr<const Dictionary>> ChunkWriter::make_dictionary(std::vector<std::uint32_t>& new_codes) {
  if (inherited_ != nullptr && inherited_->values->length == static_cast<std::int64_t>(dictionary_->size())) return inherited_;
  std::vector<std::uint32_t> order;
  const bool sorted = inherited_ == nullptr && dictionary_->size() <= kSortedDictionary;
  if (sorted) {
    order.resize(dictionary_->size());
    std::iota(order.begin(), order.end(), 0u);
    std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return dictionary_->text(a) < dictionary_->text(b); });
    new_codes.resize(std::max<std::size_t>(order.size(), 1));
    for (std::uint32_t code = 0; code < order.size(); ++code) new_codes[order[code]] = code;
  }
  Column values = TRUENO_TRY(dictionary_->values(type_, order));
  return std::make_shared<const Dictionary>(
      Dictionary{Dictionary::next_id(), sorted, true, std::make_shared<const Column>(std::move(values))});
}

// Only now the dictionary is complete: it is sorted, chunks are recoded, and their statistics follow from the codes they use.
Status ChunkWriter::finish(const std::vector<Column*>& chunks) {
  if (type_.id != TypeId::kVarchar) return {};
  if (dictionary_ == nullptr) {
    for (Column* chunk : chunks) {
      if (chunk->encoding == Encoding::kDictionary) TRUENO_TRY(to_views(*chunk));
    }
    return {};
  }
  for (std::uint32_t code = 0; code < dictionary_->size(); ++code) sketch_.add(hash_bytes(dictionary_->text(code)));
  std::vector<std::uint32_t> new_codes;
  const std::shared_ptr<const Dictionary> dictionary = TRUENO_TRY(make_dictionary(new_codes));
  for (Column* chunk : chunks) {
    const bool is_new = chunk->dictionary == nullptr;
    if (is_new && !new_codes.empty()) TRUENO_TRY(recode(*chunk, new_codes));
    chunk->dictionary = dictionary;
    if (is_new) chunk->statistics = TRUENO_TRY(measure_codes(*chunk, *dictionary));
  }
  return {};
}

}  // namespace trueno
