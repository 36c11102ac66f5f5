#include "exec/skip_by_keys.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <optional>
#include <utility>

#include "column/physical_dispatch.h"
#include "exec/named_rows.h"

namespace trueno::exec {

namespace {

// So many keys are given each by itself: to files, whose Bloom filters are asked for each, and to what is in memory.
constexpr std::int64_t kFewKeysOfFile = 32;
constexpr std::int64_t kFewKeysInMemory = 4;
// Where none of so many parts of a table is ruled out, asking all of them would cost more than it saves.
constexpr std::int64_t kSampledParts = 16;

using Bounds = std::pair<Value, Value>;

template <class T>
std::optional<Bounds> bounds_of_integers(const Column& keys) {
  const T* values = reinterpret_cast<const T*>(keys.values.data()) + keys.offset;
  T least = std::numeric_limits<T>::max();
  T greatest = std::numeric_limits<T>::min();
  for (std::int64_t row = 0; row < keys.length; ++row) {
    if (keys.may_have_nulls() && !keys.is_valid(row)) continue;
    least = std::min(least, values[row]);
    greatest = std::max(greatest, values[row]);
  }
  return Bounds{Value(keys.type, static_cast<i128>(least)), Value(keys.type, static_cast<i128>(greatest))};
}

Bounds bounds_of_texts(const Column& keys) {
  std::optional<std::string_view> least;
  std::optional<std::string_view> greatest;
  for (std::int64_t row = 0; row < keys.length; ++row) {
    if (!keys.is_valid(row)) continue;
    const std::string_view text = keys.text(row);
    if (!least || text < *least) least = text;
    if (!greatest || text > *greatest) greatest = text;
  }
  return {Value(keys.type, std::string(least.value_or(""))), Value(keys.type, std::string(greatest.value_or("")))};
}

// Of keys that are not all NULL; nothing for types without such bounds.
std::optional<Bounds> bounds_of(const Column& keys) {
  if (keys.physical() == Physical::kString) return bounds_of_texts(keys);
  return dispatch_physical(keys.physical(), [&]<class T>() -> std::optional<Bounds> {
    if constexpr (std::is_integral_v<T> || std::is_same_v<T, i128>) return bounds_of_integers<T>(keys);
    return std::nullopt;
  });
}

ColumnCondition one_of(int column) {
  ColumnCondition condition;
  condition.kind = ColumnCondition::Kind::kIn;
  condition.column = column;
  return condition;
}

ColumnCondition compared(int column, CompareOp op, Value with) {
  ColumnCondition condition;
  condition.column = column;
  condition.op = op;
  condition.values.push_back(std::move(with));
  return condition;
}

std::vector<ColumnCondition> conditions_of(int column, const Column& keys, bool in_memory) {
  ColumnCondition each = one_of(column);
  const std::int64_t valid = keys.length - keys.null_count;
  if (valid == 0 || keys.length <= (in_memory ? kFewKeysInMemory : kFewKeysOfFile)) {
    for (std::int64_t row = 0; row < keys.length && valid != 0; ++row) {
      if (keys.is_valid(row)) each.values.push_back(keys.value(row));
    }
    return {std::move(each)};  // of none: no row has a partner
  }
  std::optional<Bounds> bounds = bounds_of(keys);
  if (!bounds) return {};
  return {compared(column, CompareOp::kGreaterEqual, std::move(bounds->first)),
          compared(column, CompareOp::kLessEqual, std::move(bounds->second))};
}

bool rules_out_some(const kernel::PipelineInput& input) {
  const std::int64_t parts = input.source->part_count();
  if (!input.source->in_memory() || parts <= kSampledParts) return true;
  for (std::int64_t i = 0; i < kSampledParts; ++i) {
    if (rules_out(input, i * parts / kSampledParts)) return true;
  }
  return false;
}

}  // namespace

void skip_by_keys(kernel::Pipeline& pipeline, std::span<const Batch> outputs) {
  kernel::PipelineInput added;
  added.source = pipeline.input.source;
  if (added.source->in_memory() && added.source->part_count() <= 1) return;  // its rows are in no order that could be used
  for (const kernel::NeededKey& key : pipeline.input.keys) {
    const Column& keys = outputs[pipeline.tables[key.table]].columns[key.key];
    if (keys.encoding != Encoding::kPlain) continue;
    for (ColumnCondition& condition : conditions_of(key.column, keys, added.source->in_memory()))
      added.predicate.conditions.push_back(std::move(condition));
  }
  if (!rules_out_some(added)) return;
  std::ranges::move(added.predicate.conditions, std::back_inserter(pipeline.input.predicate.conditions));
}

}  // namespace trueno::exec
