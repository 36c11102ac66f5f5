#include "storage/parquet/pages/hybrid.h"

#include <algorithm>
#include <cstring>

#include "base/bits.h"

namespace trueno::pages {

namespace {

struct Run {
  bool packed = false;
  std::size_t count = 0;
  std::uint32_t value = 0;  // of a run of one value
  const std::uint8_t* packed_at = nullptr;
};

// Takes the next run off the front of [at, end). False: nothing is left, or what is left is no run.
bool take_run(const std::uint8_t*& at, const std::uint8_t* end, int width, Run& run) {
  std::uint64_t header = 0;
  for (int shift = 0;; shift += 7) {
    if (at == end || shift > 28) return false;
    const std::uint8_t byte = *at++;
    header |= std::uint64_t{byte & 0x7Fu} << shift;
    if ((byte & 0x80) == 0) break;
  }
  const auto left = static_cast<std::size_t>(end - at);
  const auto bits = static_cast<std::size_t>(width);
  run.packed = (header & 1) != 0;
  run.count = static_cast<std::size_t>(header >> 1);
  if (run.packed) {
    const std::uint64_t bytes = (header >> 1) * bits;  // a group of eight values is `width` bytes
    run.count = static_cast<std::size_t>(std::min<std::uint64_t>((header >> 1) * 8, PTRDIFF_MAX));
    run.packed_at = at;
    if (bytes > left) run.count = left * 8 / bits;  // some writers cut the last group where their values end
    at += std::min<std::uint64_t>(bytes, left);
    return true;
  }
  const std::size_t bytes = (bits + 7) / 8;
  if (bytes > left) return false;
  run.value = 0;
  for (std::size_t i = 0; i < bytes; ++i) run.value |= std::uint32_t{at[i]} << (8 * i);
  at += bytes;
  return true;
}

}  // namespace

void HybridReader::start(std::span<const std::uint8_t> bytes, int width, const unpack::Routines& routines) {
  at_ = bytes.data();
  end_ = bytes.data() + bytes.size();
  width_ = width;
  routines_ = &routines;
  run_left_ = 0;
  codes_at_ = codes_end_ = 0;
}

bool HybridReader::next_run() {
  Run run;
  if (!take_run(at_, end_, width_, run)) return false;
  packed_ = run.packed;
  run_left_ = run.count;
  run_value_ = run.value;
  packed_at_ = run.packed_at;
  return true;
}

// The next codes of a packed run; a whole number of groups, so that the next begin at a byte.
void HybridReader::unpack() {
  const std::size_t count = std::min(run_left_, kPiece);
  routines_->unpack32(packed_at_, 0, count, width_, 0, reinterpret_cast<std::int32_t*>(codes_));
  packed_at_ += count / 8 * static_cast<std::size_t>(width_);
  run_left_ -= count;
  codes_at_ = 0;
  codes_end_ = count;
}

HybridReader::Piece HybridReader::next(std::size_t most) {
  while (codes_at_ == codes_end_) {
    if (run_left_ == 0) {
      if (!next_run()) return {};
      continue;
    }
    if (!packed_) {
      const std::size_t count = std::min(run_left_, most);
      run_left_ -= count;
      return {count, nullptr, run_value_};
    }
    unpack();
  }
  const std::size_t count = std::min(codes_end_ - codes_at_, most);
  const Piece piece{count, codes_ + codes_at_, 0};
  codes_at_ += count;
  return piece;
}

void append_bits(const std::uint8_t* from, std::size_t from_offset, std::size_t count, std::uint8_t* to, std::size_t to_offset) {
  while (count != 0) {
    // Up to 32 bits a step, so that the shifts of both sides fit a word.
    const std::size_t step = std::min<std::size_t>(count, 32);
    const std::uint64_t bits = (load<std::uint64_t>(from + from_offset / 8) >> (from_offset % 8)) & ((std::uint64_t{1} << step) - 1);
    const std::size_t shift = to_offset % 8;
    std::uint64_t word = to[to_offset / 8] & ((1u << shift) - 1);
    word |= bits << shift;
    std::memcpy(to + to_offset / 8, &word, (shift + step + 7) / 8);
    from_offset += step;
    to_offset += step;
    count -= step;
  }
}

void append_equal_bits(bool bit, std::size_t count, std::uint8_t* to, std::size_t to_offset) {
  static constexpr std::uint8_t kOnes[16] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};
  static constexpr std::uint8_t kZeros[16] = {};
  const std::size_t head = std::min(count, (8 - to_offset % 8) % 8);
  append_bits(bit ? kOnes : kZeros, 0, head, to, to_offset);
  to_offset += head;
  count -= head;
  std::memset(to + to_offset / 8, bit ? 0xFF : 0, count / 8);
  append_bits(bit ? kOnes : kZeros, 0, count % 8, to, to_offset + count / 8 * 8);
}

Result<Levels> read_levels(std::span<const std::uint8_t> bytes, std::int64_t rows) {
  const std::uint8_t* at = bytes.data();
  const std::uint8_t* end = at + bytes.size();
  const auto wanted = static_cast<std::size_t>(rows);
  MutableBuffer bits;
  std::size_t done = 0;
  std::size_t ones = 0;  // rows before `bits` was needed
  while (done < wanted) {
    Run run;
    if (!take_run(at, end, 1, run)) return error(ErrorCode::kCorruptFile, "a page holds {} definition levels instead of {}", done, rows);
    const std::size_t count = std::min(run.count, wanted - done);
    if (!run.packed && run.value > 1) return error(ErrorCode::kCorruptFile, "a definition level of {} in a flat column", run.value);
    if (bits.data() == nullptr) {
      if (!run.packed && run.value == 1) {
        ones += count;
        done += count;
        continue;
      }
      bits = TRUENO_TRY(MutableBuffer::uninitialised(bytes_for_bits(wanted)));
      append_equal_bits(true, ones, bits.data(), 0);
    }
    if (run.packed) {
      append_bits(run.packed_at, 0, count, bits.data(), done);
    } else {
      append_equal_bits(run.value == 1, count, bits.data(), done);
    }
    done += count;
  }
  Levels levels{rows, {}};
  if (bits.data() == nullptr) return levels;
  levels.valid = static_cast<std::int64_t>(count_set_bits(bits.data(), 0, wanted));
  if (levels.valid != rows) levels.bits = std::move(bits).freeze();
  return levels;
}

}  // namespace trueno::pages
