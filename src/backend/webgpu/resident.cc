#include "backend/webgpu/resident.h"

#include <algorithm>
#include <bit>

#include "backend/webgpu/shader.h"

namespace trueno::backend::webgpu {

namespace {

// Kernels read up to three words behind a packed value, and four words at a time.
constexpr std::uint64_t kAlignment = 64;
constexpr std::uint64_t kOverread = 16;
constexpr std::uint64_t kSmallestSlab = std::uint64_t{1} << 26;
constexpr std::uint64_t kLargestSlab = (std::uint64_t{1} << 32) - (std::uint64_t{1} << 21);  // the most that drivers give in one piece

std::uint64_t room_of(std::uint64_t bytes) { return (bytes + kOverread + kAlignment - 1) / kAlignment * kAlignment; }

}  // namespace

void ResidentColumns::begin(std::uint64_t budget, std::uint64_t wanted) {
  ++run_;
  budget_ = budget;
  wanted_ = wanted;
  moved_ = 0;
  swept_ = false;
  first_morsel_ = true;
  forget_passed();
}

std::uint64_t ResidentColumns::bytes_of(std::string_view column) const {
  const auto found = column_bytes_.find(column);
  return found == column_bytes_.end() ? 0 : found->second;
}

void ResidentColumns::count(const Section& section, std::int64_t sign) {
  if (section.column.empty()) return;
  std::uint64_t& bytes = column_bytes_[section.column];
  bytes += static_cast<std::uint64_t>(sign * static_cast<std::int64_t>(section.bytes));
  if (bytes == 0) column_bytes_.erase(section.column);
}

// Build sides come and go with every query, so they are looked for one by one; columns only when room is short.
void ResidentColumns::forget_passed() {
  std::erase_if(passing_, [&](Entries::iterator entry) {
    if (!entry->section.owner.expired()) return false;
    release(entry);
    return true;
  });
}

void ResidentColumns::forget_dead() {
  swept_ = true;
  for (auto entry = entries_.begin(); entry != entries_.end();) {
    const auto next = std::next(entry);
    if (entry->section.owner.expired()) forget(entry);
    entry = next;
  }
}

void ResidentColumns::forget(Entries::iterator entry) {
  if (entry->section.passing) {
    std::erase(passing_, entry);
  } else {
    ++generation_;
  }
  release(entry);
}

void ResidentColumns::release(Entries::iterator entry) {
  Slab& slab = slabs_[entry->slab];
  auto [at, added] = slab.free.emplace(entry->offset, entry->bytes);
  if (const auto next = std::next(at); next != slab.free.end() && at->first + at->second == next->first) {
    at->second += next->second;
    slab.free.erase(next);
  }
  if (at != slab.free.begin()) {
    const auto before = std::prev(at);
    if (before->first + before->second == at->first) {
      before->second += at->second;
      slab.free.erase(at);
    }
  }
  bytes_ -= entry->bytes;
  count(entry->section, -1);
  if (entry->section.keeps) known_.erase(&entry->section);
  entries_.erase(entry);
}

bool ResidentColumns::take_from(std::uint32_t number, std::uint64_t bytes, Entry& entry) {
  auto& free = slabs_[number].free;
  const auto found = std::ranges::find_if(free, [&](const auto& gap) { return gap.second >= bytes; });
  if (found == free.end()) return false;
  const auto [offset, length] = *found;
  free.erase(found);
  if (length > bytes) free.emplace(offset + bytes, length - bytes);
  entry.slab = last_slab_ = number;
  entry.offset = offset;
  entry.bytes = bytes;
  return true;
}

// The least recently used section that this run does not need.
bool ResidentColumns::give_up_one() {
  if (entries_.empty() || entries_.back().run == run_) return false;
  forget(std::prev(entries_.end()));
  return true;
}

Status ResidentColumns::add_slab(std::uint64_t bytes) {
  const std::uint64_t largest = std::min({kLargestSlab, device_.limits().storage_binding_size, device_.limits().buffer_size}) / 256 * 256;
  if (bytes > largest) return error(ErrorCode::kOutOfMemory, "a column chunk of {} bytes is larger than the GPU binds", bytes);
  const std::uint64_t useful = std::min(wanted_, budget_ > slab_bytes_ ? budget_ - slab_bytes_ : 0);
  // There are few slabs, so each is larger than all before it together, as long as the budget may need that.
  const std::uint64_t growing = std::min(budget_ / kMostSlabs, 4 * slab_bytes_);
  std::uint64_t size = std::min(std::bit_ceil(std::max({useful, bytes, growing, kSmallestSlab})), largest);
  Slab slab;
  for (;; size /= 2) {
    Result<GpuBuffer> made = device_.buffer(size, abi::kStorage | abi::kCopyTarget);
    if (made) {
      slab.buffer = std::move(*made);
      break;
    }
    if (made.error().code() != ErrorCode::kOutOfMemory || size / 2 < bytes) return std::move(made).error();
  }
  slab.free.emplace(0, slab.buffer.size() / 256 * 256);
  slab_bytes_ += slab.buffer.size();
  slabs_.push_back(std::move(slab));
  return {};
}

std::optional<Place> ResidentColumns::take(std::uint64_t bytes, Entry& entry) {
  const auto placed = [&] { return Place{entry.slab, static_cast<std::uint32_t>(entry.offset / 4)}; };
  if (last_slab_ < slabs_.size() && take_from(last_slab_, bytes, entry)) return placed();
  for (std::uint32_t number = 0; number < slabs_.size(); ++number) {
    if (take_from(number, bytes, entry)) return placed();
  }
  return std::nullopt;
}

Result<std::optional<Place>> ResidentColumns::place(const Section& section, const Make& make) {
  if (section.keeps) {
    if (const auto found = known_.find(&section); found != known_.end()) {
      const Entries::iterator entry = found->second;
      // The same address, but of bytes that came later.
      if (entry->section.owner.expired() || entry->section.owner.owner_before(section.owner) ||
          section.owner.owner_before(entry->section.owner)) {
        forget(entry);
      } else {
        entry->run = run_;
        if (entry->section.column.empty() && !section.column.empty()) {
          entry->section.column = section.column;
          count(entry->section, 1);
        }
        entries_.splice(entries_.begin(), entries_, entry);
        return std::optional(Place{entry->slab, static_cast<std::uint32_t>(entry->offset / 4)});
      }
    }
  }
  std::vector<std::uint32_t> words;
  if (make) words = TRUENO_TRY(make());
  Entry entry;
  entry.section = section;
  entry.run = run_;
  const std::uint64_t bytes = room_of(section.bytes);
  std::optional<Place> place;
  if (bytes_ + bytes > budget_ && !swept_) forget_dead();
  while (bytes_ + bytes > budget_ && give_up_one()) {
  }
  const bool needed = first_morsel_;
  if (bytes_ + bytes > budget_ && !needed) return std::optional<Place>();
  while (!(place = take(bytes, entry))) {
    if (!swept_) {
      forget_dead();
      continue;
    }
    if (!full_ && slabs_.size() < kMostSlabs && (slab_bytes_ < budget_ || needed)) {
      const Status added = add_slab(bytes);
      if (added) continue;
      if (added.error().code() != ErrorCode::kOutOfMemory || slabs_.empty()) return added.error();
      full_ = true;
    }
    if (!give_up_one()) {
      if (needed) return error(ErrorCode::kOutOfMemory, "the GPU has no room for a column chunk of {} bytes", section.bytes);
      return std::optional<Place>();
    }
  }
  HostPiece piece;
  piece.from = section.data;
  piece.bytes = section.bytes;
  if (make) {
    made_.push_back(std::move(words));
    piece.from = made_.back().data();
    piece.bytes = std::min<std::uint64_t>(section.bytes, made_.back().size() * 4);
  }
  owed_.push_back(piece);
  owed_to_.emplace_back(entry.slab, entry.offset);
  bytes_ += entry.bytes;
  count(entry.section, 1);
  moved_ += section.bytes;
  entries_.push_front(std::move(entry));
  if (section.keeps) known_.emplace(&entries_.front().section, entries_.begin());
  if (section.passing) passing_.push_back(entries_.begin());
  return place;
}

Status ResidentColumns::flush() {
  for (std::size_t i = 0; i < owed_.size(); ++i) {
    owed_[i].to = &slabs_[owed_to_[i].first].buffer;
    owed_[i].offset = owed_to_[i].second;
  }
  Status status = device_.upload(owed_);
  if (!status) {
    // What did not arrive must not be taken for there.
    while (!entries_.empty() && entries_.front().run == run_) forget(entries_.begin());
  }
  owed_.clear();
  owed_to_.clear();
  made_.clear();
  return status;
}

}  // namespace trueno::backend::webgpu
