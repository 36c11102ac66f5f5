#include "session/result_cache.h"

#include <iterator>
#include <utility>

namespace trueno::session {

namespace {

// What a column keeps alive: whole buffers, of which its rows may need a part.
std::int64_t held_bytes(const Column& column) {
  std::size_t bytes = column.values.size() + column.validity.size() + column.run_ends.size();
  for (const Buffer& buffer : column.string_buffers) bytes += buffer.size();
  auto held = static_cast<std::int64_t>(bytes);
  if (column.dictionary && column.dictionary->values) held += held_bytes(*column.dictionary->values);
  for (const Column& child : column.children) held += held_bytes(child);
  return held;
}

std::int64_t bytes_of(const ResultCache::Entry& entry) {
  std::int64_t bytes = static_cast<std::int64_t>(sizeof(entry) + entry.key.size() + entry.query.size());
  for (const Field& field : entry.schema) bytes += static_cast<std::int64_t>(sizeof(Field) + field.name.size());
  for (const Column& column : entry.rows.columns) bytes += static_cast<std::int64_t>(sizeof(Column)) + held_bytes(column);
  return bytes;
}

}  // namespace

void ResultCache::remove(Place place) {
  bytes_ -= place->bytes;
  places_.erase(place->entry.key);
  kept_.erase(place);
}

std::optional<ResultCache::Found> ResultCache::find(std::string_view key, std::optional<Duration> limit, Moment now) {
  const LockGuard lock(mutex_);
  const auto found = places_.find(key);
  if (found == places_.end()) return std::nullopt;
  const Place place = found->second;
  if (is_over(*place, now)) {
    remove(place);
    return std::nullopt;
  }
  if (limit && now - place->since >= *limit) return std::nullopt;
  kept_.splice(kept_.begin(), kept_, place);
  ++place->hits;
  return Found{place->entry.schema, place->entry.rows, age_of(*place, now)};
}

bool ResultCache::has(std::string_view key, std::optional<Duration> limit, Moment now) const {
  const LockGuard lock(mutex_);
  const auto found = places_.find(key);
  if (found == places_.end()) return false;
  const Kept& kept = *found->second;
  return !is_over(kept, now) && !(limit && now - kept.since >= *limit);
}

bool ResultCache::keep(Entry entry, std::int64_t limit, Moment now) {
  const std::int64_t bytes = bytes_of(entry);
  if (bytes > limit) return false;
  const LockGuard lock(mutex_);
  if (const auto before = places_.find(entry.key); before != places_.end()) remove(before->second);
  for (Place place = kept_.begin(); place != kept_.end() && bytes_ + bytes > limit;) {
    const Place next = std::next(place);
    if (is_over(*place, now)) remove(place);
    place = next;
  }
  while (bytes_ + bytes > limit) remove(std::prev(kept_.end()));
  kept_.push_front({std::move(entry), bytes, 0, now});
  places_.emplace(kept_.front().entry.key, kept_.begin());
  bytes_ += bytes;
  return true;
}

std::vector<ResultCache::Listed> ResultCache::list(Moment now) const {
  const LockGuard lock(mutex_);
  std::vector<Listed> all;
  for (const Kept& kept : kept_) {
    if (!is_over(kept, now))
      all.push_back({kept.entry.query, kept.entry.rows.length, kept.bytes, kept.hits, age_of(kept, now), kept.entry.lifetime});
  }
  return all;
}

}  // namespace trueno::session
