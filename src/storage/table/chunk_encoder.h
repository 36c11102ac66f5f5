#pragma once

#include "column/column.h"
#include "storage/statistics/hyper_log_log.h"

namespace trueno {

/// One column of one row group in the smallest encoding that is worth decoding, with proven statistics.
///
///   constant      one value in all rows that are not NULL
///   run-length    where it takes at most half of the next best
///   packed        integers, dates, times, timestamps and DECIMAL(<= 18), when it saves at least a quarter
///   plain         else; texts stay as they are (dictionaries are made before, over the whole table)
///
/// `plain` is decoded, at offset 0, and owned by nobody else; its NULL rows hold the value of some valid row.
[[nodiscard]] Result<Column> encode_chunk(Column plain, HyperLogLog* all_values);

/// Writes the value of the first valid row over every NULL row of a plain fixed-width chunk, so that loops need no validity.
void fill_null_rows(std::uint8_t* values, std::size_t width, const std::uint8_t* validity, std::int64_t length);

}  // namespace trueno
