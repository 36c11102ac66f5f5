#pragma once

#include <set>
#include <string>
#include <string_view>

namespace trueno::backend::webgpu {

/// The WGSL functions that generated code calls: integers of 64 and 128 bits, order keys of floats, civil dates. Each is
/// plain text that both Tint and naga accept, with one exit (several returns cost a rewriting pass in Tint) and without `&&` and `||`,
/// here and in generated code: they are branches, and a hundred of them made a software adapter compile for a minute. `&`, `|` and
/// `select` on bools say the same.
///
/// `names`: functions that are called. Adds what those call in turn, and returns all their texts in a fixed order. A name that does not
/// exist is a bug of ours and ends the process.
[[nodiscard]] std::string library_text(std::set<std::string> names);

/// A function that reads words of `memory` ("block", "slab0"): "unpack", "unpack_low", "valid_at" or "bit_at", named `unpack_slab0`.
[[nodiscard]] std::string reader_text(std::string_view function, std::string_view memory);
[[nodiscard]] std::string reader_name(std::string_view function, std::string_view memory);

/// An exact add of `words` 32-bit words, least significant first, into consecutive atomic words of `memory` ("table" or "state"): named
/// `table_add_3`. Every wrap of a word is seen by exactly one adder, so the carries make the sum exact in any order.
[[nodiscard]] std::string adder_text(std::string_view memory, int words);
[[nodiscard]] std::string adder_name(std::string_view memory, int words);

/// A search of a join's hashed table in `memory` by a key of `words` words: `slab0_find_2(heads, mask, keys, word0, word1)` gives the entry
/// + 1, or 0. `join_table.h` says how the table lies.
[[nodiscard]] std::string finder_text(std::string_view memory, int words);
[[nodiscard]] std::string finder_name(std::string_view memory, int words);

}  // namespace trueno::backend::webgpu
