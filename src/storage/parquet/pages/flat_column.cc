#include "storage/parquet/pages/flat_column.h"

namespace trueno::pages {

int FlatColumn::width() const {
  switch (kind) {
    case ValueKind::kText:
    case ValueKind::kFixedBytes: return 16;
    case ValueKind::kConverted: return stored == StoredType::kInt32 ? 4 : 8;
    default: return width_of(layout.field.type.physical());
  }
}

ValueKind value_kind(const FlatColumn& column) {
  const Physical physical = column.layout.field.type.physical();
  const bool words = column.stored == StoredType::kInt32 || column.stored == StoredType::kFloat;
  const bool double_words = column.stored == StoredType::kInt64 || column.stored == StoredType::kDouble;
  const bool fixed = column.stored == StoredType::kFixedBytes && column.stored_width > 0;
  switch (column.layout.kind) {
    case ArrowKind::kSame: {
      if (physical == Physical::kNested || physical == Physical::kString) return ValueKind::kNone;
      const bool is_float = trueno::is_float(physical);
      if (is_float != (column.stored == StoredType::kFloat || column.stored == StoredType::kDouble)) return ValueKind::kNone;
      const int width = width_of(physical);
      if ((width == 4 && words) || (width == 8 && double_words)) return ValueKind::kSame;
      return column.stored == StoredType::kInt32 && width < 4 && is_integer(physical) ? ValueKind::kNarrow : ValueKind::kNone;
    }
    case ArrowKind::kBits: return column.stored == StoredType::kBoolean ? ValueKind::kBits : ValueKind::kNone;
    case ArrowKind::kDecimal32:
    case ArrowKind::kDecimal64:
    case ArrowKind::kDecimal128: {  // whichever Arrow would make of it
      const bool narrow = physical == Physical::kI64;
      if (narrow && column.stored == StoredType::kInt32) return ValueKind::kWiden;
      if (narrow && column.stored == StoredType::kInt64) return ValueKind::kSame;
      const bool fits = fixed && column.stored_width <= (narrow ? 8 : 16);
      return fits && (narrow || physical == Physical::kI128) ? ValueKind::kBigEndian : ValueKind::kNone;
    }
    case ArrowKind::kScaled32: return column.stored == StoredType::kInt32 ? ValueKind::kConverted : ValueKind::kNone;
    case ArrowKind::kScaled64: return column.stored == StoredType::kInt64 ? ValueKind::kConverted : ValueKind::kNone;
    case ArrowKind::kUuid: return fixed && column.stored_width == 16 ? ValueKind::kUuid : ValueKind::kNone;
    case ArrowKind::kText32:
    case ArrowKind::kText64:
    case ArrowKind::kView: return column.stored == StoredType::kByteArray ? ValueKind::kText : ValueKind::kNone;
    case ArrowKind::kFixedBytes: return fixed ? ValueKind::kFixedBytes : ValueKind::kNone;
    case ArrowKind::kDictionary:  // texts that were asked for as dictionaries
      return column.as_codes && column.stored == StoredType::kByteArray ? ValueKind::kText : ValueKind::kNone;
    default: return ValueKind::kNone;
  }
}

std::string_view why_arrow_decodes(const FlatColumn& column, const ChunkPages& chunk) {
  if (!column.is_flat) return "the column is nested or repeated";
  if (column.kind == ValueKind::kNone) return "values of this type are converted by Arrow";
  if (!chunk.known_encodings) return "a page is in another encoding than PLAIN, RLE or dictionary codes";
  if (column.optional && chunk.bit_packed_levels) return "its levels may be in the deprecated bit-packed encoding";
  if (chunk.encrypted) return "it is encrypted";
  if (chunk.elsewhere) return "its pages are in another file";
  if (chunk.size_is_wrong) return "it was written by a version whose footers give a size that is too small";
  return {};
}

}  // namespace trueno::pages
