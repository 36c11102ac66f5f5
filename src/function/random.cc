// Random values by counter: each is a function of a seed, which the binder chooses for every call, and the number of the row, or of what
// else it is to be a function of.
#include "base/civil_time.h"
#include "base/philox.h"
#include "function/families.h"
#include "function/overload.h"
#include "kernel/cell.h"

namespace trueno::function {

namespace {

using kernel::Builder;
using kernel::Cell;
using kernel::ValueId;
using enum TypeId;

std::array<std::uint32_t, 4> bits_of(std::span<const Cell> args) {
  return philox(static_cast<std::uint64_t>(args[0].integer), static_cast<std::uint64_t>(args[1].integer));
}

// 53 bits: every multiple of 2^-53 from 0 up to, and without, 1.
Status random(std::span<const Cell> args, Cell& result, Arena&) {
  const auto words = bits_of(args);
  const std::uint64_t bits = (std::uint64_t{words[1]} << 32 | words[0]) >> 11;
  result = Cell::of_f64(static_cast<double>(bits) * 0x1p-53);
  return {};
}

// A UUID of RFC 9562 in its form of random bits, whose version is still to be said. The value is kept with its first bit turned, so that it
// is ordered as a text is.
Cell with_version(std::uint64_t high, std::uint64_t low, std::uint64_t version) {
  high = (high & ~std::uint64_t{0xF000}) | version << 12;
  low = (low & (~std::uint64_t{0} >> 2)) | std::uint64_t{1} << 63;
  high ^= std::uint64_t{1} << 63;
  return Cell::of_integer(static_cast<i128>(static_cast<u128>(high) << 64 | low));
}

// Version 4: all bits but six are random.
Status uuid(std::span<const Cell> args, Cell& result, Arena&) {
  const auto words = bits_of(args);
  result = with_version(std::uint64_t{words[3]} << 32 | words[2], std::uint64_t{words[1]} << 32 | words[0], 4);
  return {};
}

// Version 7: 48 bits of milliseconds since 1970, then random ones. args: seed, row, moment.
Status uuid_of_moment(std::span<const Cell> args, Cell& result, Arena&) {
  const auto words = bits_of(args);
  const auto milliseconds = static_cast<std::uint64_t>(floor_divide(static_cast<std::int64_t>(args[2].integer), 1000));
  result = with_version(milliseconds << 16 | (words[2] & 0xFFFFu), std::uint64_t{words[1]} << 32 | words[0], 7);
  return {};
}

template <Name name, kernel::HostFunction body>
Result<ValueId> lower_by_row(Builder& b, std::span<const ValueId> args, const Signature& signature) {
  return b.host({std::string(std::string_view(name)), body, false, false}, signature.result,
                {args[0], args.size() > 1 ? args[1] : b.row_number()});
}

Result<ValueId> lower_uuid_of_moment(Builder& b, std::span<const ValueId> args, const Signature& signature) {
  return b.host({"uuidv7", uuid_of_moment, false, false}, signature.result, {args[0], b.row_number(), args[1]});
}

}  // namespace

std::vector<ScalarFunction> random_functions() {
  ScalarFunction number{"random",
                        {},
                        "random()",
                        "A random number from 0 up to, and without, 1; another one for every row. setseed begins a sequence anew.",
                        "random() < 1",
                        "true",
                        bind_as<"random", Takes<kDouble, kUBigInt>, Takes<kDouble, kUBigInt, kBigInt>>,
                        lower_by_row<"random", random>,
                        true,
                        true};
  ScalarFunction identifier{"uuid",
                            {"gen_random_uuid", "uuidv4"},
                            "uuid()",
                            "A random UUID of version 4; another one for every row.",
                            "length(uuid()::VARCHAR)",
                            "36",
                            bind_as<"uuid", Takes<kUuid, kUBigInt>>,
                            lower_by_row<"uuid", uuid>,
                            true,
                            true};
  ScalarFunction of_moment{"uuidv7",
                           {},
                           "uuidv7()",
                           "A UUID of version 7, which begins with the moment of now(); another one for every row.",
                           "substring(uuidv7()::VARCHAR, 15, 1)",
                           "7",
                           bind_as<"uuidv7", Takes<kUuid, kUBigInt, kTimestampTz>>,
                           lower_uuid_of_moment,
                           true,
                           true};
  return {std::move(number), std::move(identifier), std::move(of_moment)};
}

}  // namespace trueno::function
