// The order of rows.
//
// Rows are dealt into buckets by the highest bits in which their words differ, buckets into smaller ones, and a few rows are put in
// order by insertion: every step is stable, so rows that are equal so far stay ascending. Rows with equal words then get the words of
// the next level (row_words.h). The first deal is done by all threads together, and after it the buckets are independent.
#include <algorithm>
#include <array>
#include <bit>
#include <utility>

#include "column/row_words.h"

namespace trueno {

namespace {

constexpr std::size_t kInserted = 24;  // fewer rows than this are put in order by insertion
constexpr std::size_t kSorted = 256;   // fewer than this by comparing words
constexpr int kDealtBits = 10;
constexpr std::size_t kBuckets = std::size_t{1} << kDealtBits;
constexpr std::size_t kLeastFilled = 16 * 1024;  // rows of one thread's share of a pass

using WordedRows = std::span<WordedRow>;

struct Spread {
  std::uint64_t least = ~std::uint64_t{0};
  std::uint64_t greatest = 0;
  bool ascending = true;
};

Spread spread_of(std::span<const WordedRow> rows) {
  Spread spread;
  std::uint64_t before = 0;
  for (const WordedRow& row : rows) {
    spread.least = std::min(spread.least, row.word);
    spread.greatest = std::max(spread.greatest, row.word);
    spread.ascending &= before <= row.word;
    before = row.word;
  }
  return spread;
}

int shift_for(const Spread& spread, int bits) { return std::max(0, bit_width_of(spread.greatest - spread.least) - bits); }

void insert_in_order(WordedRows rows) {
  for (std::size_t i = 1; i < rows.size(); ++i) {
    const WordedRow row = rows[i];
    std::size_t at = i;
    for (; at > 0 && rows[at - 1].word > row.word; --at) rows[at] = rows[at - 1];
    rows[at] = row;
  }
}

// By word, stable. `scratch` has room for as many.
void order_by_word(WordedRows rows, WordedRow* scratch) {
  if (rows.size() < kInserted) return insert_in_order(rows);
  const Spread spread = spread_of(rows);
  if (spread.ascending) return;
  if (rows.size() < kSorted) {
    std::sort(rows.begin(), rows.end(),
              [](const WordedRow& a, const WordedRow& b) { return a.word != b.word ? a.word < b.word : a.row < b.row; });
    return;
  }
  const int bits = std::min(kDealtBits, bit_width_of(rows.size() / 8));
  const int shift = shift_for(spread, bits);
  const auto bucket = [&](const WordedRow& row) { return static_cast<std::size_t>((row.word - spread.least) >> shift); };
  std::array<std::uint32_t, kBuckets> places{};
  for (const WordedRow& row : rows) ++places[bucket(row)];
  std::uint32_t sum = 0;
  for (std::uint32_t& place : places) sum += std::exchange(place, sum);
  for (const WordedRow& row : rows) scratch[places[bucket(row)]++] = row;
  std::copy_n(scratch, rows.size(), rows.begin());
  if (shift == 0) return;
  std::size_t first = 0;
  for (std::size_t b = 0; first < rows.size(); ++b) {
    const std::size_t last = places[b];
    if (last - first > 1) order_by_word(rows.subspan(first, last - first), scratch + first);
    first = last;
  }
}

// How many rows from the first on have its word.
std::size_t run_length(std::span<const WordedRow> rows) {
  std::size_t length = 1;
  while (length < rows.size() && rows[length].word == rows.front().word) ++length;
  return length;
}

void mark_repeats(WordedRows rows) {
  for (WordedRow& row : rows.subspan(1)) row.repeats = 1;
}

// Puts rows that are in order by the words of a level, and equal by it, in order by all levels behind it.
class TieOrder {
 public:
  TieOrder(const RowWords& words, WordedRow* scratch) : words_(words), scratch_(scratch) {}

  void resolve(WordedRows rows, const RowWords::Level& level) {
    push_runs(rows, level);
    finish();
  }
  // The same for rows that are equal before `level` and not yet in order by it.
  void order(WordedRows rows, const RowWords::Level& level) {
    open_.push_back({rows, level});
    finish();
  }

 private:
  struct Run {
    WordedRows rows;
    RowWords::Level level;
  };

  void finish() {
    while (!open_.empty()) {
      const Run run = open_.back();
      open_.pop_back();
      if (run.level.kind == RowWords::Kind::kNested) {
        order_nested(run);
        continue;
      }
      words_.fill(run.level, run.rows);
      order_by_word(run.rows, scratch_);
      push_runs(run.rows, run.level);
    }
  }

  void push_runs(WordedRows rows, const RowWords::Level& level) {
    while (rows.size() > 1) {
      const WordedRows run = rows.first(run_length(rows));
      rows = rows.subspan(run.size());
      if (run.size() == 1) continue;
      const RowWords::Level next = words_.next(level, run);
      if (next.kind != RowWords::Kind::kDone) {
        open_.push_back({run, next});
      } else {
        mark_repeats(run);
      }
    }
  }

  void order_nested(const Run& run) {
    const auto order = [&](const WordedRow& a, const WordedRow& b) { return words_.compare_nested(run.level, a.row, b.row); };
    std::sort(run.rows.begin(), run.rows.end(), [&](const WordedRow& a, const WordedRow& b) {
      const int two = order(a, b);
      return two != 0 ? two < 0 : a.row < b.row;
    });
    std::uint64_t word = 0;  // numbers the values, so that runs of equal ones are found as always
    for (std::size_t i = 0; i < run.rows.size(); ++i) {
      const bool differs = i > 0 && order(run.rows[i - 1], run.rows[i]) != 0;
      run.rows[i].word = word += differs ? 1 : 0;
    }
    push_runs(run.rows, run.level);
  }

  const RowWords& words_;
  WordedRow* scratch_;
  std::vector<Run> open_;
};

class Sorter {
 public:
  Sorter(const RowWords& words, const Parallel& parallel) : words_(words), parallel_(parallel) {}

  // The rows in order; they come ascending.
  Status sort(WordedRows rows) {
    RowWords::Level level = words_.first();
    MutableBuffer room = TRUENO_TRY(MutableBuffer::uninitialised(std::max<std::size_t>(rows.size(), 1) * sizeof(WordedRow)));
    auto* scratch = room.as<WordedRow>();
    // Levels on which all rows are equal are passed here.
    Spread spread;
    while (level.kind != RowWords::Kind::kNested && level.kind != RowWords::Kind::kDone) {
      spread = filled(rows, level);
      if (rows.size() < 2 || spread.least != spread.greatest) break;
      level = words_.next(level, rows);
    }
    if (rows.size() < 2) return {};
    if (level.kind == RowWords::Kind::kDone) {
      mark_repeats(rows);
      return {};
    }
    if (level.kind == RowWords::Kind::kNested) {
      TieOrder(words_, scratch).order(rows, level);
      return {};
    }
    std::vector<std::size_t> ends = deal(rows, scratch, spread);
    parallel_(ends.size(), [&](std::size_t bucket) {
      const std::size_t first = bucket == 0 ? 0 : ends[bucket - 1];
      const WordedRows some = rows.subspan(first, ends[bucket] - first);
      if (some.size() < 2) return;
      order_by_word(some, scratch + first);
      TieOrder(words_, scratch + first).resolve(some, level);
    });
    return {};
  }

  Spread filled(WordedRows rows, const RowWords::Level& level) {
    const std::size_t parts = std::max<std::size_t>(1, std::min(parallel_.threads() * 4, rows.size() / kLeastFilled));
    std::vector<Spread> spreads(parts);
    parallel_(parts, [&](std::size_t part) {
      const WordedRows some = part_of(rows, part, parts);
      words_.fill(level, some);
      spreads[part] = spread_of(some);
    });
    Spread all;
    for (const Spread& spread : spreads) {
      all.least = std::min(all.least, spread.least);
      all.greatest = std::max(all.greatest, spread.greatest);
    }
    return all;
  }

 private:
  static WordedRows part_of(WordedRows rows, std::size_t part, std::size_t parts) {
    const std::size_t first = rows.size() * part / parts;
    return rows.subspan(first, rows.size() * (part + 1) / parts - first);
  }

  // Deals the rows into buckets that ascend; returns where each ends.
  std::vector<std::size_t> deal(WordedRows rows, WordedRow* scratch, const Spread& spread) {
    if (rows.size() < 4 * kLeastFilled) return {rows.size()};
    const int shift = shift_for(spread, kDealtBits);
    const auto bucket = [&](const WordedRow& row) { return static_cast<std::size_t>((row.word - spread.least) >> shift); };
    const std::size_t parts = parallel_.threads();
    std::vector<std::array<std::size_t, kBuckets>> places(parts);
    parallel_(parts, [&](std::size_t part) {
      places[part].fill(0);
      for (const WordedRow& row : part_of(rows, part, parts)) ++places[part][bucket(row)];
    });
    std::vector<std::size_t> ends;
    std::size_t sum = 0;
    for (std::size_t b = 0; b < kBuckets; ++b) {
      for (std::size_t part = 0; part < parts; ++part) sum += std::exchange(places[part][b], sum);
      ends.push_back(sum);
    }
    parallel_(parts, [&](std::size_t part) {
      for (const WordedRow& row : part_of(rows, part, parts)) scratch[places[part][bucket(row)]++] = row;
    });
    parallel_(parts, [&](std::size_t part) {
      const WordedRows to = part_of(rows, part, parts);
      std::copy_n(scratch + (to.data() - rows.data()), to.size(), to.data());
    });
    return ends;
  }

  const RowWords& words_;
  const Parallel& parallel_;
};

Result<MutableBuffer> numbered(std::size_t rows, const Parallel& parallel) {
  MutableBuffer out = TRUENO_TRY(MutableBuffer::uninitialised(std::max<std::size_t>(rows, 1) * sizeof(WordedRow)));
  auto* to = out.as<WordedRow>();
  parallel.ranges(rows, kLeastFilled, [&](std::size_t first, std::size_t last) {
    for (std::size_t row = first; row < last; ++row) to[row] = {0, static_cast<std::uint32_t>(row), 0};
  });
  return out;
}

std::vector<std::uint32_t> row_numbers(WordedRows rows, const Parallel& parallel) {
  std::vector<std::uint32_t> out(rows.size());
  parallel.ranges(rows.size(), kLeastFilled, [&](std::size_t first, std::size_t last) {
    for (std::size_t i = first; i < last; ++i) out[i] = rows[i].row;
  });
  return out;
}

}  // namespace

Result<std::vector<std::uint32_t>> sorted_rows(std::span<const OrderKey> keys, std::int64_t rows, std::span<const std::int64_t> ties,
                                               const Parallel& parallel) {
  const RowWords words = TRUENO_TRY(RowWords::make(keys, ties));
  MutableBuffer room = TRUENO_TRY(numbered(static_cast<std::size_t>(rows), parallel));
  const WordedRows all(room.as<WordedRow>(), static_cast<std::size_t>(rows));
  TRUENO_TRY(Sorter(words, parallel).sort(all));
  return row_numbers(all, parallel);
}

Result<GroupedRows> grouped_rows(std::span<const OrderKey> keys, std::int64_t rows, const Parallel& parallel) {
  const RowWords words = TRUENO_TRY(RowWords::make(keys, {}));
  MutableBuffer room = TRUENO_TRY(numbered(static_cast<std::size_t>(rows), parallel));
  const WordedRows all(room.as<WordedRow>(), static_cast<std::size_t>(rows));
  TRUENO_TRY(Sorter(words, parallel).sort(all));
  GroupedRows out;
  out.rows = row_numbers(all, parallel);
  const std::size_t parts = parallel.threads();
  std::vector<std::size_t> begins(parts + 1, 0);
  const auto part_begin = [&](std::size_t part) { return all.size() * part / parts; };
  parallel(parts, [&](std::size_t part) {
    for (std::size_t i = part_begin(part); i < part_begin(part + 1); ++i) begins[part + 1] += 1 - all[i].repeats;
  });
  for (std::size_t part = 0; part < parts; ++part) begins[part + 1] += begins[part];
  out.starts.resize(begins.back());
  parallel(parts, [&](std::size_t part) {
    std::size_t group = begins[part];
    for (std::size_t i = part_begin(part); i < part_begin(part + 1); ++i) {
      if (all[i].repeats == 0) out.starts[group++] = static_cast<std::uint32_t>(i);
    }
  });
  return out;
}

Result<std::vector<std::uint32_t>> first_rows(std::span<const OrderKey> keys, std::int64_t rows, std::span<const std::int64_t> ties,
                                              std::int64_t limit, const Parallel& parallel) {
  if (limit >= rows) return sorted_rows(keys, rows, ties, parallel);
  const RowWords words = TRUENO_TRY(RowWords::make(keys, ties));
  MutableBuffer room = TRUENO_TRY(numbered(static_cast<std::size_t>(rows), parallel));
  WordedRows all(room.as<WordedRow>(), static_cast<std::size_t>(rows));
  Sorter sorter(words, parallel);
  const RowWords::Level first = words.first();
  // Only rows whose first word is not above that of the last wanted row can be among the first.
  if (limit > 0 && first.kind != RowWords::Kind::kNested && first.kind != RowWords::Kind::kDone) {
    sorter.filled(all, first);
    std::vector<std::uint64_t> ordered(all.size());
    for (std::size_t i = 0; i < all.size(); ++i) ordered[i] = all[i].word;
    const auto last = ordered.begin() + static_cast<std::ptrdiff_t>(limit - 1);
    std::nth_element(ordered.begin(), last, ordered.end());
    const std::uint64_t greatest = *last;
    const auto end = std::remove_if(all.begin(), all.end(), [&](const WordedRow& row) { return row.word > greatest; });
    all = all.first(static_cast<std::size_t>(end - all.begin()));
  }
  TRUENO_TRY(sorter.sort(all));
  return row_numbers(all.first(std::min(all.size(), static_cast<std::size_t>(limit))), parallel);
}

}  // namespace trueno
