// Numbers in a wider type, for files whose columns differ.
#include "storage/widen.h"

#include <algorithm>

#include "base/int128.h"
#include "storage/file_set.h"

namespace trueno {

namespace {

// The integer type of so many bits, or the one above where the sign takes one.
Type integer_of(int bits, bool is_signed) {
  if (!is_signed)
    return bits <= 8 ? TypeId::kUTinyInt : bits <= 16 ? TypeId::kUSmallInt : bits <= 32 ? TypeId::kUInteger : TypeId::kUBigInt;
  if (bits <= 8) return TypeId::kTinyInt;
  if (bits <= 16) return TypeId::kSmallInt;
  return bits <= 32 ? TypeId::kInteger : bits <= 64 ? TypeId::kBigInt : TypeId::kHugeInt;
}

int bits_of(const Type& type) { return width_of(type.physical()) * 8; }

template <class From, class To>
void convert(const Column& from, MutableBuffer& to) {
  const From* in = from.values.as<From>() + from.offset;
  To* out = to.as<To>();
  for (std::int64_t row = 0; row < from.length; ++row) {
    if constexpr (std::is_same_v<From, i128> && std::is_same_v<To, double>) {
      out[row] = to_double(in[row]);
    } else {
      out[row] = static_cast<To>(in[row]);  // NOLINT(bugprone-signed-char-misuse): a TINYINT is a number
    }
  }
}

template <class From>
void convert_from(const Column& from, Physical to, MutableBuffer& out) {
  switch (to) {
    case Physical::kI16: return convert<From, std::int16_t>(from, out);
    case Physical::kI32: return convert<From, std::int32_t>(from, out);
    case Physical::kI64: return convert<From, std::int64_t>(from, out);
    case Physical::kI128: return convert<From, i128>(from, out);
    case Physical::kU16: return convert<From, std::uint16_t>(from, out);
    case Physical::kU32: return convert<From, std::uint32_t>(from, out);
    case Physical::kU64: return convert<From, std::uint64_t>(from, out);
    default: return convert<From, double>(from, out);
  }
}

void convert_any(const Column& from, Physical to, MutableBuffer& out) {
  switch (from.physical()) {
    case Physical::kI8: return convert_from<std::int8_t>(from, to, out);
    case Physical::kI16: return convert_from<std::int16_t>(from, to, out);
    case Physical::kI32: return convert_from<std::int32_t>(from, to, out);
    case Physical::kI64: return convert_from<std::int64_t>(from, to, out);
    case Physical::kU8: return convert_from<std::uint8_t>(from, to, out);
    case Physical::kU16: return convert_from<std::uint16_t>(from, to, out);
    case Physical::kU32: return convert_from<std::uint32_t>(from, to, out);
    case Physical::kU64: return convert_from<std::uint64_t>(from, to, out);
    case Physical::kI128: return convert<i128, double>(from, out);
    default: return convert<float, double>(from, out);
  }
}

}  // namespace

std::optional<Type> wider_type(const Type& a, const Type& b) {
  if (a == b) return a;
  if (a.is_integer() && b.is_integer()) {
    const bool is_signed = !a.is_unsigned() || !b.is_unsigned();
    const auto bits = [&](const Type& type) { return bits_of(type) + (is_signed && type.is_unsigned() ? 1 : 0); };
    return integer_of(std::max(bits(a), bits(b)), is_signed);
  }
  const auto number = [](const Type& type) { return type.is_integer() || type.is_float(); };
  return number(a) && number(b) ? std::optional<Type>(TypeId::kDouble) : std::nullopt;
}

bool can_widen(const Type& from, const Type& to) {
  const auto wider = wider_type(from, to);
  return wider && *wider == to;
}

Result<Column> widened(const Column& column, const Type& to) {
  if (column.type == to) return column;
  const Column plain = TRUENO_TRY(column.decoded());
  MutableBuffer values = TRUENO_TRY(MutableBuffer::zeroed(static_cast<std::size_t>(plain.length * width_of(to.physical()))));
  convert_any(plain, to.physical(), values);
  Column out = plain;
  out.type = to;
  out.values = std::move(values).freeze();
  out.statistics = {};
  out.statistics.null_count = plain.null_count;
  return out;
}

}  // namespace trueno
