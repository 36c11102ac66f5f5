#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "column/arrow_c.h"

namespace trueno {

/// A value of Arrow's month-day-nano intervals.
struct MonthDayNano {
  std::int32_t months;
  std::int32_t days;
  std::int64_t nanos;
};

/// How the values of an Arrow array become those of a column.
enum class ArrowKind : std::uint8_t {
  kNull,
  kSame,  // the buffer is a column's plain buffer
  kBits,  // BOOLEAN
  kHalfFloat,
  kText32,
  kText64,      // offsets + bytes
  kView,        // Utf8View, BinaryView
  kFixedBytes,  // fixed-size binary -> BLOB
  kUuid,        // big-endian 16 bytes
  kDecimal32,
  kDecimal64,
  kDecimal128,
  kDecimal256,
  kScaled32,
  kScaled64,  // times `multiplier`, or divided by `divisor` rounding down
  kDuration,  // -> INTERVAL, scaled
  kMonths,
  kDayTime,
  kMonthDayNano,
  kList32,
  kList64,
  kFixedList,
  kStruct,
  kMap,
  kRunEnds,
  kDictionary,
};

/// One node of an Arrow schema, taken apart.
struct ArrowLayout {
  Field field;
  ArrowKind kind = ArrowKind::kSame;
  std::int64_t multiplier = 1;
  std::int64_t divisor = 1;
  std::int64_t fixed_size = 0;        // kFixedBytes, kFixedList
  Physical index = Physical::kI32;    // kDictionary: type of the codes; kRunEnds: of the ends
  std::vector<ArrowLayout> children;  // kDictionary, kRunEnds: the values
};

/// Parses a schema node. kInvalidInput when malformed, kNotSupported for types we do not have.
[[nodiscard]] Result<ArrowLayout> parse_arrow_schema(const ArrowSchema& schema, int depth = 0);

/// Format string of a type on export ("i", "d:15,2", "vu", ...); dictionaries and ENUM give the format of their codes.
[[nodiscard]] std::string arrow_format(const Type& type, bool dictionary, const ArrowExportOptions& options);

/// The values of `length` rows from `offset` on, converted to a plain buffer without offset.
/// `valid` is asked where a conversion can fail, so that NULL rows never do.
[[nodiscard]] Result<Buffer> convert_arrow_values(const ArrowLayout& layout, const std::uint8_t* values, std::int64_t offset,
                                                  std::int64_t length, const std::uint8_t* validity);

/// The schema and the rows of a batch on export; `dictionaries` says which columns are given as dictionaries (shorter: the rest are not).
void export_batch_schema(const Schema& schema, const std::vector<bool>& dictionaries, const ArrowExportOptions& options, ArrowSchema* out);
[[nodiscard]] Status export_batch_array(const Batch& batch, const std::vector<bool>& dictionaries, ArrowExportOptions options,
                                        ArrowArray* out);

}  // namespace trueno
