#pragma once

#include <span>

#include "column/column.h"
#include "storage/statistics/hyper_log_log.h"

namespace trueno {

/// Proven statistics of a column's rows: bounds, NULL count, float span and a distinct estimate, by one pass over plain values (other
/// encodings are decoded first). Long texts give bounds that were cut, and so are not exact. `all_values`, when given, receives the
/// values as well, so that the estimates of many chunks can be one. About 1 ns a number, 5 ns a text.
[[nodiscard]] Result<ColumnStatistics> measure(const Column& column, HyperLogLog* all_values = nullptr);

/// Bounds of texts as statistics hold them: cut to 64 bytes, the upper one rounded up. `exact` becomes false when something was cut.
[[nodiscard]] std::optional<Value> lower_text_bound(const Type& type, std::string_view text, bool& exact);
[[nodiscard]] std::optional<Value> upper_text_bound(const Type& type, std::string_view text, bool& exact);

/// The span of many floats.
[[nodiscard]] FloatSpan span_of(std::span<const double> values);
[[nodiscard]] FloatSpan span_of(std::span<const float> values);

}  // namespace trueno
