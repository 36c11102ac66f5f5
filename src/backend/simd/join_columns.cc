// The columns of a build side: plain in their lanes, and how values of rows are fetched from them.
#include <algorithm>
#include <cstring>
#include <numeric>

#include "backend/simd/join_table.h"
#include "base/threads.h"

namespace trueno::backend::simd {

namespace {

std::size_t readable_bytes(std::size_t values, Lane lane) {
  return std::max<std::size_t>(values, 1) * static_cast<std::size_t>(width_of(lane));
}

template <class T>
std::pair<std::int64_t, std::int64_t> bounds_of(const T* values, std::size_t count, const Parallel& parallel) {
  Mutex mutex;
  std::pair<std::int64_t, std::int64_t> bounds(INT64_MAX, INT64_MIN);
  parallel.ranges(count, kLeastStretch, [&](std::size_t first, std::size_t last) {
    const auto [least, greatest] = std::minmax_element(values + first, values + last);
    const LockGuard lock(mutex);
    bounds = {std::min(bounds.first, static_cast<std::int64_t>(*least)), std::max(bounds.second, static_cast<std::int64_t>(*greatest))};
  });
  return bounds;
}

template <class Narrow, class Value>
void narrow_values(const Value* from, std::size_t count, std::int64_t least, Narrow* to, const Parallel& parallel) {
  parallel.ranges(count, kLeastStretch, [=](std::size_t first, std::size_t last) {
    for (std::size_t i = first; i < last; ++i) to[i] = static_cast<Narrow>(static_cast<std::int64_t>(from[i]) - least);
  });
}

template <class Narrow, class Value>
void gather_narrow(const Narrow* from, const std::uint32_t* rows, std::size_t count, std::int64_t least, Value* to) {
  for (std::size_t i = 0; i < count; ++i) to[i] = static_cast<Value>(least + from[rows[i]]);
}

}  // namespace

Status SimdJoinTable::make_narrow(BuildColumn& column, const Parallel& parallel) const {
  constexpr std::size_t kLeastBytes = std::size_t{256} << 10;  // what is smaller lies near anyway
  const Lane lane = column.view.lane;
  if (lane != Lane::kI32 && lane != Lane::kI64) return {};
  if (rows_ * static_cast<std::size_t>(width_of(lane)) < kLeastBytes) return {};
  const auto with_values = [&](auto visit) {
    if (lane == Lane::kI32) return visit(column.view.as<std::int32_t>());
    return visit(column.view.as<std::int64_t>());
  };
  const auto [least, greatest] = with_values([&](const auto* values) { return bounds_of(values, rows_, parallel); });
  const std::uint64_t extent = static_cast<std::uint64_t>(greatest) - static_cast<std::uint64_t>(least);
  if (extent > UINT16_MAX) return {};
  column.narrow_bytes = extent <= UINT8_MAX ? 1 : 2;
  column.least = least;
  MutableBuffer narrow = TRUENO_TRY(MutableBuffer::uninitialised(rows_ * column.narrow_bytes));
  with_values([&](const auto* values) {
    if (column.narrow_bytes == 1) return narrow_values(values, rows_, column.least, narrow.as<std::uint8_t>(), parallel);
    return narrow_values(values, rows_, column.least, narrow.as<std::uint16_t>(), parallel);
  });
  column.narrow = std::move(narrow).freeze();
  return {};
}

void SimdJoinTable::gather(std::size_t index, const std::uint32_t* rows, std::size_t count, void* values) const {
  const BuildColumn& column = columns_[index];
  const Lane lane = column.view.lane;
  if (column.narrow_bytes == 0) {
    routines_->gather[width_index(width_of(lane))](column.view.data, rows, values, count);
    return;
  }
  const auto gather_from = [&](const auto* from) {
    if (lane == Lane::kI32) return gather_narrow(from, rows, count, column.least, static_cast<std::int32_t*>(values));
    return gather_narrow(from, rows, count, column.least, static_cast<std::int64_t*>(values));
  };
  if (column.narrow_bytes == 1) return gather_from(column.narrow.as<std::uint8_t>());
  gather_from(column.narrow.as<std::uint16_t>());
}

// Every column plain in its type's lane, validity a byte a row.
Status SimdJoinTable::load_columns(const kernel::JoinTable& table, Batch rows, const Parallel& parallel) {
  const Routines& routines = *routines_;
  const std::size_t count = rows_;
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    BuildColumn& out = columns_.emplace_back();
    out.source = TRUENO_TRY(rows.columns[c].decoded());
    const Column& column = out.source;
    out.view.lane = lane_of(table.columns[c].type.physical());
    if (column.null_count != 0 && !column.validity.empty()) {
      MutableBuffer valid = TRUENO_TRY(MutableBuffer::uninitialised(count + 64));
      routines.bits_to_bytes(column.validity.data(), static_cast<std::size_t>(column.offset), count, valid.data());
      out.valid = std::move(valid).freeze();
      out.view.valid = out.valid.data();
    }
    const Physical physical = column.physical();
    const UnaryRoutine widen = routines.widen[static_cast<int>(physical)];
    const bool nothing = column.type.id == TypeId::kNull || count == 0;
    if (!nothing && physical != Physical::kString && physical != Physical::kNested && widen == nullptr &&
        reinterpret_cast<std::uintptr_t>(column.values.data() + column.offset * trueno::width_of(physical)) % 16 == 0) {
      out.view.data = column.values.data() + column.offset * trueno::width_of(physical);
      if (c >= table.keys) TRUENO_TRY(make_narrow(out, parallel));
      continue;
    }
    MutableBuffer values = TRUENO_TRY(MutableBuffer::zeroed(readable_bytes(count, out.view.lane)));
    if (column.type.id == TypeId::kNull && count != 0) {
      out.valid = TRUENO_TRY(MutableBuffer::zeroed(count)).freeze();
      out.view.valid = out.valid.data();
    } else if (!nothing && physical == Physical::kString) {
      auto* texts = values.as<StringView>();
      const std::uint8_t* from = column.values.data() + static_cast<std::size_t>(column.offset) * 16;
      parallel.ranges(count, kLeastStretch, [&](std::size_t first, std::size_t last) {
        for (std::size_t i = first; i < last; ++i) {
          if (out.view.valid != nullptr && out.view.valid[i] == 0) continue;
          texts[i] = resolve_view(trueno::load<StoredView>(from + i * 16), column.string_buffers);
        }
      });
    } else if (physical == Physical::kNested) {
      std::iota(values.as<std::uint32_t>(), values.as<std::uint32_t>() + count, 0U);
    } else if (!nothing) {
      const std::uint8_t* from = column.values.data() + column.offset * trueno::width_of(physical);
      const auto from_width = static_cast<std::size_t>(trueno::width_of(physical));
      const auto to_width = static_cast<std::size_t>(width_of(out.view.lane));
      parallel.ranges(count, kLeastStretch, [&](std::size_t first, std::size_t last) {
        if (widen != nullptr) {
          widen(from + first * from_width, values.data() + first * to_width, last - first);
        } else {
          std::memcpy(values.data() + first * to_width, from + first * from_width, (last - first) * to_width);
        }
      });
    }
    out.values = std::move(values).freeze();
    out.view.data = out.values.data();
    if (c >= table.keys && !nothing) TRUENO_TRY(make_narrow(out, parallel));
  }
  return {};
}

}  // namespace trueno::backend::simd
