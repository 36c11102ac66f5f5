// Rows that workers collected, in their order and by group.
//
// A worker takes parts of the source one after the other, so its rows ascend by row id, and those of all are put in order by merging long
// stretches: their columns are copied once, and no row is looked at. Rows that come otherwise (from disk, by key) are sorted.
#include "exec/collected_rows.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <optional>
#include <queue>
#include <tuple>
#include <type_traits>
#include <utility>

#include "column/physical_dispatch.h"

namespace trueno::exec {

namespace {

using RowIds = std::span<const std::int64_t>;

// Rows of a partial state.
struct Stretch {
  std::size_t partial;
  std::size_t first;
  std::size_t last;
};

// More stretches than one to so many rows cost more than sorting.
constexpr std::size_t kLeastStretch = 512;
constexpr std::size_t kFewStretches = 64;

// Where ids ascend, as long as they do. Nothing: too often they do not.
std::optional<std::vector<Stretch>> ascending_stretches(std::span<const RowIds> ids, std::size_t most, const Parallel& parallel) {
  std::vector<std::vector<Stretch>> of_partials(ids.size());
  parallel(ids.size(), [&](std::size_t partial) {
    const RowIds own = ids[partial];
    for (std::size_t first = 0; first < own.size() && of_partials[partial].size() <= most;) {
      std::size_t last = first + 1;
      while (last < own.size() && own[last - 1] <= own[last]) ++last;
      of_partials[partial].push_back({partial, first, last});
      first = last;
    }
  });
  std::vector<Stretch> all;
  for (const std::vector<Stretch>& some : of_partials) all.insert(all.end(), some.begin(), some.end());
  return all.size() <= most ? std::optional(std::move(all)) : std::nullopt;
}

// Stretches that ascend one behind the other. Equal ids keep the order of the stretches they are in.
std::optional<std::vector<Stretch>> merged_stretches(std::span<const RowIds> ids, std::size_t most, const Parallel& parallel) {
  std::optional<std::vector<Stretch>> open = ascending_stretches(ids, most, parallel);
  if (!open) return std::nullopt;
  using Head = std::pair<std::int64_t, std::size_t>;  // its first id, and which it is
  std::priority_queue<Head, std::vector<Head>, std::greater<>> heads;
  for (std::size_t i = 0; i < open->size(); ++i) heads.emplace(ids[(*open)[i].partial][(*open)[i].first], i);
  std::vector<Stretch> merged;
  while (!heads.empty()) {
    const std::size_t number = heads.top().second;
    heads.pop();
    Stretch& stretch = (*open)[number];
    const RowIds own = ids[stretch.partial].subspan(stretch.first, stretch.last - stretch.first);
    auto end = own.end();
    if (!heads.empty()) {
      const auto [id, other] = heads.top();
      end = number < other ? std::ranges::upper_bound(own, id) : std::ranges::lower_bound(own, id);
    }
    const auto taken = static_cast<std::size_t>(end - own.begin());
    merged.push_back({stretch.partial, stretch.first, stretch.first + taken});
    if (merged.size() > most) return std::nullopt;
    stretch.first += taken;
    if (stretch.first != stretch.last) heads.emplace(ids[stretch.partial][stretch.first], number);
  }
  return merged;
}

}  // namespace

Result<CollectedRows> rows_in_order(const kernel::Program& program, const std::vector<Batch>& partials, const Parallel& parallel) {
  const Schema schema = kernel::partial_schema(program);
  CollectedRows out;
  out.pieces.resize(schema.size() - 1);
  std::vector<const Batch*> filled;
  for (const Batch& partial : partials) {
    if (partial.length != 0) filled.push_back(&partial);
    out.length += partial.length;
  }
  if (filled.empty()) {
    for (std::size_t i = 0; i < out.pieces.size(); ++i) out.pieces[i] = {TRUENO_TRY(ColumnBuilder(schema[i].type).finish())};
    return out;
  }
  std::vector<Column> id_columns;
  std::vector<RowIds> ids;
  for (const Batch* partial : filled) {
    id_columns.push_back(TRUENO_TRY(partial->columns.back().decoded()));
    ids.emplace_back(id_columns.back().values.as<std::int64_t>(), static_cast<std::size_t>(partial->length));
  }
  const std::size_t most = kFewStretches + static_cast<std::size_t>(out.length) / kLeastStretch;
  if (const std::optional<std::vector<Stretch>> stretches = merged_stretches(ids, most, parallel)) {
    for (std::size_t i = 0; i < out.pieces.size(); ++i) {
      for (const Stretch& stretch : *stretches)
        out.pieces[i].push_back(filled[stretch.partial]->columns[i].slice(static_cast<std::int64_t>(stretch.first),
                                                                          static_cast<std::int64_t>(stretch.last - stretch.first)));
    }
    return out;
  }
  const Column all = TRUENO_TRY(concatenate(id_columns));
  const std::vector<std::uint32_t> order =
      TRUENO_TRY(sorted_rows({}, out.length, {all.values.as<std::int64_t>(), static_cast<std::size_t>(out.length)}, parallel));
  for (std::size_t i = 0; i < out.pieces.size(); ++i) {
    std::vector<Column> columns;
    for (const Batch* partial : filled) columns.push_back(partial->columns[i]);
    out.pieces[i] = {TRUENO_TRY(take_rows(TRUENO_TRY(concatenate(columns)), order, parallel))};
  }
  return out;
}

Result<std::vector<Column>> joined_columns(const CollectedRows& rows, std::size_t first, std::size_t last, const Parallel& parallel) {
  std::vector<std::optional<Result<Column>>> made(last - first);
  parallel(made.size(), [&](std::size_t i) { made[i] = concatenate(rows.pieces[first + i]); });
  std::vector<Column> out;
  for (std::optional<Result<Column>>& column : made) out.push_back(TRUENO_TRY(std::move(*column)));
  return out;
}

// Keys of which few are possible, as numbers that ascend with them.
class RowsByGroup::CountedKeys {
 public:
  // Nothing where there may be too many, or a key is no integer.
  static Result<std::optional<CountedKeys>> make(std::span<const Column> keys, std::int64_t rows, const Parallel& parallel) {
    CountedKeys counted;
    counted.rows_ = static_cast<std::size_t>(rows);
    i128 cells = 1;
    for (const Column& column : keys) {
      Key key = TRUENO_TRY(key_of(column, parallel));
      cells *= key.greatest < key.least ? i128{0} : i128{key.greatest} - key.least + 1;
      if (cells > std::min<i128>(kMostCells, std::max<i128>(kFewCells, rows))) return std::optional<CountedKeys>();
      counted.keys_.push_back(std::move(key));
    }
    counted.cells_ = static_cast<std::size_t>(cells);
    std::size_t stride = counted.cells_;
    for (Key& key : counted.keys_) key.stride = stride /= static_cast<std::size_t>(key.greatest - key.least + 1);
    return std::optional(std::move(counted));
  }

  // Counts every thread's rows: those of a cell lie before those of the next thread, so rows stay in order.
  [[nodiscard]] Status count(RowsByGroup& out, const Parallel& parallel) const {
    const std::size_t parts = std::min(std::max<std::size_t>(1, parallel.threads()), rows_ / kChunk + 1);
    std::vector<std::vector<std::uint32_t>>& places = out.places_;
    places.assign(parts, std::vector<std::uint32_t>(cells_, 0));
    std::vector<std::vector<std::uint32_t>> firsts = places;
    MutableBuffer numbers = TRUENO_TRY(MutableBuffer::uninitialised(rows_ * sizeof(std::uint32_t)));
    const std::span<std::uint32_t> cells(numbers.as<std::uint32_t>(), rows_);
    parallel(parts, [&](std::size_t part) {
      std::uint32_t* const counts = places[part].data();
      const std::size_t end = out.part_begin(part + 1);
      for (std::size_t first = out.part_begin(part); first < end; first += kChunk) {
        const std::size_t count = std::min(kChunk, end - first);
        number(first, cells.subspan(first, count));
        for (std::size_t row = first; row < first + count; ++row) {
          if (counts[cells[row]]++ == 0) firsts[part][cells[row]] = static_cast<std::uint32_t>(row);
        }
      }
    });
    std::uint32_t sum = 0;
    for (std::size_t cell = 0; cell < cells_; ++cell) {
      bool known = false;
      for (std::size_t part = 0; part < parts; ++part) {
        const std::uint32_t rows = places[part][cell];
        if (rows != 0 && !std::exchange(known, true)) {
          out.starts_.push_back(sum);
          out.first_rows_.push_back(firsts[part][cell]);
        }
        places[part][cell] = sum;
        sum += rows;
      }
    }
    out.cells_ = std::move(numbers).freeze();
    return {};
  }

 private:
  static constexpr std::int64_t kMostCells = std::int64_t{1} << 20;
  static constexpr std::int64_t kFewCells = 1024;
  static constexpr std::size_t kChunk = 4096;

  struct Key {
    Column column;                     // plain, or codes with ranks
    std::vector<std::uint32_t> ranks;  // by code
    std::int64_t least = 0;
    std::int64_t greatest = 0;  // with NULLs one more than that of the values: they go last
    std::size_t stride = 0;
  };

  static Result<Key> key_of(const Column& column, const Parallel& parallel) {
    Key key;
    if (column.encoding == Encoding::kDictionary && column.dictionary->values->length <= kMostCells) {
      const OrderKey by_value{column.dictionary->values.get(), false, false};
      const std::int64_t entries = column.dictionary->values->length;
      const GroupedRows grouped = TRUENO_TRY(grouped_rows({&by_value, 1}, entries, parallel));
      key.column = column;
      key.ranks.resize(static_cast<std::size_t>(std::max<std::int64_t>(entries, 1)));
      for (std::size_t rank = 0, i = 0; i < grouped.rows.size(); ++i) {
        if (rank + 1 < grouped.starts.size() && grouped.starts[rank + 1] == i) ++rank;
        key.ranks[grouped.rows[i]] = static_cast<std::uint32_t>(rank);
      }
      key.greatest = static_cast<std::int64_t>(grouped.starts.size()) - (column.may_have_nulls() ? 0 : 1);
      return key;
    }
    const Physical physical = column.physical();
    key.greatest = INT64_MAX;  // too many
    if (physical != Physical::kBool && (!is_integer(physical) || physical == Physical::kI128 || physical == Physical::kU64)) return key;
    key.column = TRUENO_TRY(column.decoded());
    std::tie(key.least, key.greatest) = bounds_of(key.column, parallel);
    if (!column.may_have_nulls()) return key;
    if (key.greatest == INT64_MAX) {
      key.least = INT64_MIN;  // no number is left for NULL: too many
    } else {
      ++key.greatest;
    }
    return key;
  }

  // Of the values; of NULLs alone {0, -1}.
  static std::pair<std::int64_t, std::int64_t> bounds_of(const Column& column, const Parallel& parallel) {
    const auto rows = static_cast<std::size_t>(column.length);
    const std::size_t parts = std::max<std::size_t>(1, std::min(parallel.threads() * 4, rows / kChunk));
    std::vector<std::pair<std::int64_t, std::int64_t>> found(parts, {INT64_MAX, INT64_MIN});
    parallel(parts, [&](std::size_t part) {
      dispatch_physical(column.physical(), [&]<class T>() {
        if constexpr (std::is_integral_v<T>) {
          const T* values = column.values.as<T>();
          T least = std::numeric_limits<T>::max();
          T greatest = std::numeric_limits<T>::min();
          bool any = false;
          const bool nulls = column.may_have_nulls();
          for (std::size_t row = rows * part / parts; row < rows * (part + 1) / parts; ++row) {
            if (nulls && !column.is_valid(static_cast<std::int64_t>(row))) continue;
            any = true;
            least = std::min(least, values[row]);
            greatest = std::max(greatest, values[row]);
          }
          if (any) found[part] = {static_cast<std::int64_t>(least), static_cast<std::int64_t>(greatest)};
        }
      });
    });
    std::pair<std::int64_t, std::int64_t> all = found.front();
    for (const auto& [least, greatest] : found) all = {std::min(all.first, least), std::max(all.second, greatest)};
    return all.first > all.second ? std::pair<std::int64_t, std::int64_t>{0, -1} : all;
  }

  // The cells of the rows from `first` on.
  void number(std::size_t first, std::span<std::uint32_t> cells) const {
    std::ranges::fill(cells, 0);
    for (const Key& key : keys_) {
      const auto add = [&](auto value_of) {
        const auto stride = static_cast<std::uint32_t>(key.stride);
        if (!key.column.may_have_nulls()) {
          for (std::size_t i = 0; i < cells.size(); ++i) cells[i] += static_cast<std::uint32_t>(value_of(first + i) - key.least) * stride;
          return;
        }
        for (std::size_t i = 0; i < cells.size(); ++i) {
          const bool valid = key.column.is_valid(static_cast<std::int64_t>(first + i));
          cells[i] += static_cast<std::uint32_t>((valid ? value_of(first + i) : key.greatest) - key.least) * stride;
        }
      };
      if (!key.ranks.empty()) {
        const std::uint32_t* codes = key.column.values.as<std::uint32_t>() + key.column.offset;
        add([codes, ranks = key.ranks.data()](std::size_t row) { return std::int64_t{ranks[codes[row]]}; });
        continue;
      }
      dispatch_physical(key.column.physical(), [&]<class T>() {
        if constexpr (std::is_integral_v<T>)
          add([values = key.column.values.as<T>()](std::size_t row) { return static_cast<std::int64_t>(values[row]); });
      });
    }
  }

  std::vector<Key> keys_;
  std::size_t rows_ = 0;
  std::size_t cells_ = 0;
};

Result<RowsByGroup> RowsByGroup::make(std::span<const Column> keys, std::int64_t rows, const Parallel& parallel) {
  RowsByGroup out;
  out.rows_ = static_cast<std::size_t>(rows);
  if (rows == 0) return out;
  if (const std::optional<CountedKeys> counted = TRUENO_TRY(CountedKeys::make(keys, rows, parallel))) {
    TRUENO_TRY(counted->count(out, parallel));
    return out;
  }
  std::vector<OrderKey> order;
  for (const Column& key : keys) order.push_back({&key, false, false});
  GroupedRows grouped = TRUENO_TRY(grouped_rows(order, rows, parallel));
  out.starts_ = std::move(grouped.starts);
  out.sorted_ = std::move(grouped.rows);
  for (const std::uint32_t start : out.starts_) out.first_rows_.push_back(out.sorted_[start]);
  return out;
}

// The part's rows to their groups.
template <class T>
void RowsByGroup::deal(std::span<const Column> pieces, std::size_t part, T* to) const {
  std::vector<std::uint32_t> next = places_[part];
  const std::uint32_t* cells = cells_.as<std::uint32_t>();
  const std::size_t begin = part_begin(part);
  const std::size_t end = part_begin(part + 1);
  std::size_t first = 0;  // of the piece
  for (const Column& piece : pieces) {
    const std::size_t last = first + static_cast<std::size_t>(piece.length);
    const std::uint8_t* from = piece.values.data() + static_cast<std::size_t>(piece.offset) * sizeof(T);
    for (std::size_t row = std::max(begin, first); row < std::min(end, last); ++row)
      to[next[cells[row]]++] = load<T>(from + (row - first) * sizeof(T));
    first = last;
  }
}

std::vector<std::uint32_t> RowsByGroup::order(const Parallel& parallel) const {
  std::vector<std::uint32_t> out(rows_);
  parallel(places_.size(), [&](std::size_t part) {
    std::vector<std::uint32_t> next = places_[part];
    const std::uint32_t* cells = cells_.as<std::uint32_t>();
    for (std::size_t row = part_begin(part); row < part_begin(part + 1); ++row) out[next[cells[row]]++] = static_cast<std::uint32_t>(row);
  });
  return out;
}

Result<Column> RowsByGroup::dealt(std::span<const Column> pieces, const Parallel& parallel) const {
  const bool numbers = std::ranges::all_of(pieces, [](const Column& piece) {
    return piece.encoding == Encoding::kPlain && !piece.may_have_nulls() && !piece.type.is_nested() &&
           piece.physical() != Physical::kString;
  });
  if (rows_ == 0 || places_.empty() || !numbers) {
    const Column joined = TRUENO_TRY(concatenate(pieces));
    const Column taken = TRUENO_TRY(places_.empty() ? take_rows(joined, sorted_, parallel) : take_rows(joined, order(parallel), parallel));
    return taken.decoded();
  }
  Column out;
  out.type = pieces.front().type;
  out.length = static_cast<std::int64_t>(rows_);
  const auto width = static_cast<std::size_t>(width_of(out.physical()));
  MutableBuffer values = TRUENO_TRY(MutableBuffer::uninitialised(rows_ * width));
  parallel(places_.size(), [&](std::size_t part) {
    switch (width) {
      case 1: return deal(pieces, part, values.as<std::uint8_t>());
      case 2: return deal(pieces, part, values.as<std::uint16_t>());
      case 4: return deal(pieces, part, values.as<std::uint32_t>());
      case 8: return deal(pieces, part, values.as<std::uint64_t>());
      default: return deal(pieces, part, values.as<u128>());
    }
  });
  out.values = std::move(values).freeze();
  return out;
}

}  // namespace trueno::exec
