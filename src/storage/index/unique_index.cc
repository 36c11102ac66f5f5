// Sorted segments of hashes, merged so that each is at most half the one before: a log-structured tree with immutable levels.
#include "storage/index/unique_index.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/hash.h"

namespace trueno {

namespace {

constexpr std::uint64_t kSeed = 0x7275656e6f;

// One bit pattern for all NaNs and one for both zeros.
template <class T>
T canonical(T x) {
  if (std::isnan(x)) return std::numeric_limits<T>::quiet_NaN();
  return x == 0 ? T{0} : x;
}

std::uint64_t hash_of(const Value& value) {
  switch (value.type().physical()) {
    case Physical::kBool: return hash64(value.as_bool() ? 1 : 0);
    case Physical::kF32:
    case Physical::kF64: return hash64(std::bit_cast<std::uint64_t>(canonical(value.as_double())));
    case Physical::kString: return hash_bytes(value.as_string());
    case Physical::kInterval: {
      const i128 micros = value.as_interval().normalised_micros();
      return hash_combine(low64(micros), static_cast<std::uint64_t>(high64(micros)));
    }
    case Physical::kNested: return hash_bytes(value.to_string());
    default: {
      const i128 number = value.as_integer();
      return hash_combine(hash64(low64(number)), static_cast<std::uint64_t>(high64(number)));
    }
  }
}

bool same_value(const Value& a, const Value& b) {
  switch (a.type().physical()) {
    case Physical::kF32:
    case Physical::kF64:
      return std::bit_cast<std::uint64_t>(canonical(a.as_double())) == std::bit_cast<std::uint64_t>(canonical(b.as_double()));
    case Physical::kInterval: return a.as_interval().normalised_micros() == b.as_interval().normalised_micros();
    default: return a == b;
  }
}

// The key of one row of equally long columns; nothing when it holds a NULL.
std::optional<std::vector<Value>> key_of(const std::vector<Column>& columns, const std::vector<int>& which, std::int64_t row) {
  std::vector<Value> key;
  for (const int column : which) {
    key.push_back(columns[static_cast<std::size_t>(column)].value(row));
    if (key.back().is_null()) return std::nullopt;
  }
  return key;
}

std::uint64_t hash_of(const std::vector<Value>& key) {
  std::uint64_t hash = kSeed;
  for (const Value& value : key) hash = hash_combine(hash, hash_of(value));
  return hash;
}

// A row of a table by its number.
struct Place {
  const RowGroup* group = nullptr;
  std::int64_t row = 0;
};

class Rows {
 public:
  explicit Rows(const TableData& data) : data_(data) {
    std::int64_t end = 0;
    for (const auto& group : data.groups) ends_.push_back(end += group->rows);
  }
  [[nodiscard]] Place at(std::int64_t row) const {
    const auto group = static_cast<std::size_t>(std::upper_bound(ends_.begin(), ends_.end(), row) - ends_.begin());
    return {data_.groups[group].get(), row - (group == 0 ? 0 : ends_[group - 1])};
  }
  [[nodiscard]] std::optional<std::vector<Value>> key(const std::vector<int>& columns, std::int64_t row) const {
    const Place place = at(row);
    return key_of(place.group->columns, columns, place.row);
  }

 private:
  const TableData& data_;
  std::vector<std::int64_t> ends_;
};

bool same_key(const std::vector<Value>& a, const std::optional<std::vector<Value>>& b) {
  return b && std::ranges::equal(a, *b, same_value);
}

}  // namespace

template <class Same>
std::optional<std::int64_t> UniqueIndex::find_in_segments(std::uint64_t hash, Same same) const {
  for (const SegmentPtr& segment : segments_) {
    const auto [from, to] = std::equal_range(segment->hashes.begin(), segment->hashes.end(), hash);
    for (auto at = from; at != to; ++at) {
      const std::int64_t row = segment->rows[static_cast<std::size_t>(at - segment->hashes.begin())];
      if (same(row)) return row;
    }
  }
  return std::nullopt;
}

std::vector<std::optional<std::int64_t>> UniqueIndex::find(const TableData& data, const Batch& batch,
                                                           const std::vector<int>& columns) const {
  const Rows rows(data);
  std::vector<std::optional<std::int64_t>> found(static_cast<std::size_t>(batch.length));
  for (std::int64_t row = 0; row < batch.length; ++row) {
    const auto key = key_of(batch.columns, columns, row);
    if (!key) continue;
    found[static_cast<std::size_t>(row)] =
        find_in_segments(hash_of(*key), [&](std::int64_t other) { return same_key(*key, rows.key(key_.columns, other)); });
  }
  return found;
}

Error UniqueIndex::duplicate(const TableData& data, std::int64_t row) const {
  std::string text;
  const auto key = Rows(data).key(key_.columns, row);
  for (std::size_t i = 0; i < key_.columns.size(); ++i) {
    text += fmt::format("{}{}: {}", i == 0 ? "" : ", ", data.schema[static_cast<std::size_t>(key_.columns[i])].name, (*key)[i].to_string());
  }
  return error(ErrorCode::kConstraint, "duplicate key \"{}\" violates the {}", text, key_.name);
}

UniqueIndex::SegmentPtr UniqueIndex::merged(const Segment& a, const Segment& b) {
  auto both = std::make_shared<Segment>();
  both->hashes.reserve(a.hashes.size() + b.hashes.size());
  both->rows.reserve(a.rows.size() + b.rows.size());
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < a.hashes.size() || j < b.hashes.size()) {
    const bool first = j == b.hashes.size() || (i < a.hashes.size() && a.hashes[i] <= b.hashes[j]);
    both->hashes.push_back(first ? a.hashes[i] : b.hashes[j]);
    both->rows.push_back(first ? a.rows[i++] : b.rows[j++]);
  }
  return both;
}

Result<std::shared_ptr<const UniqueIndex>> UniqueIndex::extended(const TableData& data) const {
  if (data.rows > static_cast<std::int64_t>(std::numeric_limits<std::uint32_t>::max()))
    return error(ErrorCode::kNotSupported, "a {} over more than 2^32 rows", key_.name);
  const Rows rows(data);
  // The new keys, sorted by hash; equal hashes lie side by side.
  std::vector<std::pair<std::uint64_t, std::uint32_t>> keys;
  std::int64_t begin = 0;
  for (const auto& group : data.groups) {
    for (std::int64_t row = std::max<std::int64_t>(rows_ - begin, 0); row < group->rows; ++row) {
      const auto key = key_of(group->columns, key_.columns, row);
      if (!key) continue;
      const std::uint64_t hash = hash_of(*key);
      if (find_in_segments(hash, [&](std::int64_t other) { return same_key(*key, rows.key(key_.columns, other)); }))
        return duplicate(data, begin + row);
      keys.emplace_back(hash, static_cast<std::uint32_t>(begin + row));
    }
    begin += group->rows;
  }
  std::ranges::sort(keys);
  for (std::size_t i = 1; i < keys.size(); ++i) {
    for (std::size_t j = i; j-- > 0 && keys[j].first == keys[i].first;) {
      const auto key = rows.key(key_.columns, keys[i].second);
      if (same_key(*key, rows.key(key_.columns, keys[j].second))) return duplicate(data, keys[i].second);
    }
  }
  auto next = std::make_shared<UniqueIndex>(*this);
  next->rows_ = data.rows;
  if (keys.empty()) return std::shared_ptr<const UniqueIndex>(std::move(next));
  auto fresh = std::make_shared<Segment>();
  for (const auto& [hash, row] : keys) {
    fresh->hashes.push_back(hash);
    fresh->rows.push_back(row);
  }
  SegmentPtr last = std::move(fresh);
  while (!next->segments_.empty() && next->segments_.back()->rows.size() < last->rows.size() * 2) {
    last = merged(*next->segments_.back(), *last);
    next->segments_.pop_back();
  }
  next->segments_.push_back(std::move(last));
  return std::shared_ptr<const UniqueIndex>(std::move(next));
}

}  // namespace trueno
