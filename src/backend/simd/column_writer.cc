#include "backend/simd/column_writer.h"

#include <algorithm>
#include <cstring>

namespace trueno::backend::simd {

Status ColumnWriter::make_room(MutableBuffer& buffer, std::size_t size) {
  if (size <= buffer.size()) return {};
  return buffer.resize(std::max(size, buffer.size() * 2));
}

Status ColumnWriter::append_validity(const Vector& vector, const std::uint32_t* rows, std::size_t count) {
  const auto first = static_cast<std::size_t>(rows_);
  if (vector.valid != nullptr && validity_.size() == 0) {  // the first register with NULLs: everything so far was valid
    TRUENO_TRY(make_room(validity_, bytes_for_bits(first + count)));
    for (std::size_t i = 0; i < first; ++i) set_bit(validity_.data(), i);
  }
  if (validity_.size() == 0) return {};
  const std::size_t before = validity_.size();
  TRUENO_TRY(make_room(validity_, bytes_for_bits(first + count)));
  if (validity_.size() > before) std::memset(validity_.data() + before, 0, validity_.size() - before);
  for (std::size_t i = 0; i < count; ++i) {
    const bool valid = vector.is_valid(rows == nullptr ? i : rows[i]);
    set_bit_to(validity_.data(), first + i, valid);
    null_count_ += valid ? 0 : 1;
  }
  return {};
}

Status ColumnWriter::append_texts(const Vector& vector, const std::uint32_t* rows, std::size_t count) {
  TRUENO_TRY(make_room(values_, (static_cast<std::size_t>(rows_) + count) * sizeof(StoredView)));
  auto* to = values_.as<StoredView>() + rows_;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t row = rows == nullptr ? i : rows[i];
    to[i] = {};
    if (!vector.is_valid(row)) continue;
    const StringView text = vector.as<StringView>()[vector.at(row)];
    if (text.is_inline()) {
      std::memcpy(static_cast<void*>(to + i), &text, sizeof text);
      continue;
    }
    const std::size_t size = text.size();
    if (texts_used_ + size > texts_.size()) {
      if (texts_.size() != 0) {
        text_bytes_ += texts_.size();
        full_blocks_.push_back(std::move(texts_).freeze());
      }
      // Small at first: a large block alone costs more than the few texts of a small result.
      texts_ = TRUENO_TRY(MutableBuffer::uninitialised(std::max(next_block_, size)));
      next_block_ = std::min(next_block_ * 2, kLargestBlock);
      texts_used_ = 0;
    }
    std::memcpy(texts_.data() + texts_used_, text.data(), size);
    to[i].size = static_cast<std::int32_t>(size);
    std::memcpy(to[i].prefix, text.data(), 4);
    to[i].buffer = static_cast<std::int32_t>(full_blocks_.size());
    to[i].offset = static_cast<std::int32_t>(texts_used_);
    texts_used_ += size;
  }
  return {};
}

Status ColumnWriter::append(const Vector& vector, const std::uint32_t* rows, std::size_t count, const Routines& routines) {
  if (count == 0) return {};
  TRUENO_TRY(append_validity(vector, rows, count));
  if (vector.lane == Lane::kString) {
    TRUENO_TRY(append_texts(vector, rows, count));
    rows_ += static_cast<std::int64_t>(count);
    return {};
  }
  const Physical physical = coded_ ? Physical::kCode : type_.physical();
  const auto width = static_cast<std::size_t>(trueno::width_of(physical));
  const int lane_width = width_of(vector.lane);
  const void* from = vector.data;
  if (vector.constant) {
    routines.broadcast[width_index(lane_width)](from, gathered_.values(lane_width), count);
    from = gathered_.values(lane_width);
  } else if (rows != nullptr) {
    routines.gather[width_index(lane_width)](from, rows, gathered_.values(lane_width), count);
    from = gathered_.values(lane_width);
  }
  TRUENO_TRY(make_room(values_, (static_cast<std::size_t>(rows_) + count) * width));
  std::uint8_t* to = values_.data() + static_cast<std::size_t>(rows_) * width;
  const UnaryRoutine narrow = routines.narrow[static_cast<int>(physical)][static_cast<int>(vector.lane)];
  if (narrow == nullptr) {
    std::memcpy(to, from, count * width);
  } else if (reinterpret_cast<std::uintptr_t>(to) % width == 0) {
    narrow(from, to, count);
  } else {
    narrow(from, narrowed_.values(static_cast<int>(width)), count);
    std::memcpy(to, narrowed_.values(static_cast<int>(width)), count * width);
  }
  rows_ += static_cast<std::int64_t>(count);
  return {};
}

Result<Column> ColumnWriter::finish() {
  const bool text = !coded_ && type_.physical() == Physical::kString;
  Column out;
  out.type = type_;
  out.length = rows_;
  out.null_count = null_count_;
  if (coded_) {
    out.encoding = Encoding::kDictionary;
    out.dictionary = dictionary_;
  }
  if (values_.size() == 0) values_ = TRUENO_TRY(MutableBuffer::zeroed(16));
  out.values = std::move(values_).freeze();
  if (null_count_ != 0) out.validity = std::move(validity_).freeze();
  if (text) {
    if (texts_.size() != 0) full_blocks_.push_back(std::move(texts_).freeze());
    out.string_buffers = std::move(full_blocks_);
  }
  *this = ColumnWriter(type_, coded_);
  return out;
}

}  // namespace trueno::backend::simd
