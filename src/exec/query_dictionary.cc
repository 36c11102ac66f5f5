#include "exec/query_dictionary.h"

#include <algorithm>

namespace trueno::exec {

std::uint32_t QueryDictionary::code_of(std::string_view text) {
  if (const auto known = codes_.find(text); known != codes_.end()) return known->second;
  const auto code = static_cast<std::uint32_t>(entries_.size());
  const std::string_view owned = texts_.copy(text);
  entries_.push_back(owned);
  codes_.emplace(owned, code);
  return code;
}

Status QueryDictionary::publish(const Type& type) {
  if (latest_ != nullptr && latest_->values->length == static_cast<std::int64_t>(entries_.size())) return {};
  ColumnBuilder builder(type);
  builder.reserve(static_cast<std::int64_t>(entries_.size()));
  for (const std::string_view entry : entries_) TRUENO_TRY(builder.append_string(entry));
  latest_ = std::make_shared<const Dictionary>(Dictionary{id_, false, true, std::make_shared<const Column>(TRUENO_TRY(builder.finish()))});
  return {};
}

std::shared_ptr<const Dictionary> QueryDictionary::latest() {
  const LockGuard lock(mutex_);
  return latest_;
}

Result<Column> QueryDictionary::translate(const Column& column) {
  Column out = column;
  if (fixed_ && column.encoding == Encoding::kDictionary && column.dictionary->id == latest_->id) {
    out.dictionary = latest_;
    return out;
  }
  TRUENO_ASSERT(!fixed_);
  std::shared_ptr<const std::vector<std::uint32_t>> translation;
  MutableBuffer codes = TRUENO_TRY(MutableBuffer::zeroed(static_cast<std::size_t>(std::max<std::int64_t>(column.length, 1)) * 4));
  auto* to = codes.as<std::uint32_t>();
  {
    const LockGuard lock(mutex_);
    if (column.encoding != Encoding::kDictionary) {
      // A chunk that came as texts after all.
      const Column plain = TRUENO_TRY(column.decoded());
      for (std::int64_t row = 0; row < plain.length; ++row) {
        if (plain.is_valid(row)) to[row] = code_of(plain.text(row));
      }
    } else if (const auto known = translations_.find(column.dictionary->id);
               known != translations_.end() && static_cast<std::int64_t>(known->second->size()) == column.dictionary->values->length) {
      translation = known->second;
    } else {
      const Column& values = *column.dictionary->values;
      auto made = std::make_shared<std::vector<std::uint32_t>>(static_cast<std::size_t>(values.length));
      for (std::int64_t i = 0; i < values.length; ++i) (*made)[static_cast<std::size_t>(i)] = code_of(values.text(i));
      translation = made;
      translations_[column.dictionary->id] = std::move(made);
    }
    TRUENO_TRY(publish(column.type));
    out.dictionary = latest_;
  }
  if (translation != nullptr && !translation->empty()) {
    const auto* from = column.values.as<std::uint32_t>() + column.offset;
    for (std::int64_t row = 0; row < column.length; ++row) to[row] = (*translation)[from[row]];
  }
  if (column.offset != 0 && !column.validity.empty()) {
    MutableBuffer validity = TRUENO_TRY(MutableBuffer::zeroed(bytes_for_bits(static_cast<std::size_t>(column.length))));
    copy_bits(column.validity.data(), static_cast<std::size_t>(column.offset), static_cast<std::size_t>(column.length), validity.data());
    out.validity = std::move(validity).freeze();
  }
  out.encoding = Encoding::kDictionary;
  out.values = std::move(codes).freeze();
  out.offset = 0;
  out.string_buffers.clear();
  return out;
}

}  // namespace trueno::exec
