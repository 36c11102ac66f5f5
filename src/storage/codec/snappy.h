#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace trueno::snappy {

/// Bytes that must be writable after the output, and readable after the input: copies move whole vectors.
inline constexpr std::size_t kSlack = 64;

/// The uncompressed size a stream declares, which nothing has checked yet. Nothing when the stream does not even hold that.
[[nodiscard]] std::optional<std::uint32_t> declared_size(std::span<const std::uint8_t> stream);

/// Decompresses a whole raw Snappy stream (not the framed format) into exactly `size` bytes at `out`.
///
/// False when the stream is malformed or is not of that size; `out` then holds anything, but nothing outside of
/// [out, out + size + kSlack) was written and nothing outside of the stream and its kSlack bytes was read. Thread-safe.
/// Source: "Snappy compressed format description", github.com/google/snappy, format_description.txt (2011-10-05).
[[nodiscard]] bool decompress(std::span<const std::uint8_t> stream, std::uint8_t* out, std::size_t size);

/// The first bytes of the output, at most `out.size()` of them, without decompressing the rest; how many there are. The stream is not
/// checked beyond them. Slow: for headers.
[[nodiscard]] std::size_t peek(std::span<const std::uint8_t> stream, std::span<std::uint8_t> out);

}  // namespace trueno::snappy
