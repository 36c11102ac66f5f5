#include "storage/codec/snappy.h"

#include <gmock/gmock.h>

#include <random>
#include <string>
#include <vector>

namespace trueno::snappy {
namespace {

// Writes streams element by element, and what they mean, a byte at a time.
class Stream {
 public:
  void literal(const std::string& bytes, int length_bytes = 0) {
    const std::size_t n = bytes.size() - 1;
    if (length_bytes == 0 && n < 60) {
      elements_ += static_cast<char>(n << 2);
    } else {
      const int count = length_bytes != 0 ? length_bytes : (n < 256 ? 1 : (n < 65536 ? 2 : 3));
      elements_ += static_cast<char>((59 + count) << 2);
      for (int i = 0; i < count; ++i) elements_ += static_cast<char>(n >> (8 * i));
    }
    elements_ += bytes;
    output_ += bytes;
  }
  void copy(int kind, std::size_t offset, std::size_t length) {
    if (kind == 1) {
      elements_ += static_cast<char>(1 | (length - 4) << 2 | offset >> 8 << 5);
      elements_ += static_cast<char>(offset);
    } else {
      elements_ += static_cast<char>(static_cast<std::size_t>(kind) | (length - 1) << 2);
      for (int i = 0; i < (kind == 2 ? 2 : 4); ++i) elements_ += static_cast<char>(offset >> (8 * i));
    }
    for (std::size_t i = 0; i < length; ++i) output_ += output_[output_.size() - offset];
  }
  [[nodiscard]] const std::string& output() const { return output_; }
  [[nodiscard]] std::string bytes() const { return varint(output_.size()) + elements_; }
  static std::string varint(std::size_t value) {
    std::string bytes;
    for (; value >= 128; value >>= 7) bytes += static_cast<char>(value | 128);
    return bytes + static_cast<char>(value);
  }

 private:
  std::string elements_;
  std::string output_;
};

// Decompressed into memory that ends right after the slack, from memory that does the same; nothing when the stream is refused. What lies
// beyond the slack must not be written.
std::optional<std::string> decompressed(const std::string& stream, std::size_t size) {
  std::vector<std::uint8_t> in(stream.begin(), stream.end());
  in.resize(stream.size() + kSlack, 0xAA);
  std::vector<std::uint8_t> out(size + kSlack + 32, 0xEE);
  if (!decompress({in.data(), stream.size()}, out.data(), size)) {
    for (std::size_t i = size + kSlack; i < out.size(); ++i) EXPECT_EQ(out[i], 0xEE);
    return std::nullopt;
  }
  for (std::size_t i = size + kSlack; i < out.size(); ++i) EXPECT_EQ(out[i], 0xEE);
  return std::string(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(size));
}
std::optional<std::string> decompressed(const Stream& stream) { return decompressed(stream.bytes(), stream.output().size()); }

std::string random_bytes(std::mt19937& random, std::size_t n) {
  std::string bytes(n, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

TEST(Snappy, TheExampleOfTheFormatDescription) {
  // "xababab": a literal "xab" and a copy of offset 2 and length 4.
  const std::string stream("\x07\x08xab\x01\x02", 7);
  EXPECT_EQ(decompressed(stream, 7), "xababab");
  EXPECT_EQ(declared_size({reinterpret_cast<const std::uint8_t*>(stream.data()), stream.size()}), 7u);
}

TEST(Snappy, NothingIsAStreamOfItsOwn) {
  EXPECT_EQ(decompressed(std::string(1, '\0'), 0), "");
  EXPECT_FALSE(decompressed("", 0));
}

TEST(Snappy, CopiesRepeatWhatTheyOverlap) {
  std::mt19937 random(1);
  for (std::size_t offset = 1; offset <= 70; ++offset) {
    for (std::size_t length = 1; length <= 64; ++length) {
      for (const int kind : {1, 2, 3}) {
        if (kind == 1 && (length < 4 || length > 11)) continue;
        for (const std::size_t after : {0u, 400u}) {  // at the end of the output, and far from it
          Stream stream;
          stream.literal(random_bytes(random, 70));
          stream.copy(kind, offset, length);
          if (after != 0) stream.literal(random_bytes(random, after));
          ASSERT_EQ(decompressed(stream), stream.output()) << offset << " " << length << " " << kind;
        }
      }
    }
  }
}

TEST(Snappy, LiteralsOfEveryLengthAndForm) {
  std::mt19937 random(2);
  for (const std::size_t length : {1u, 2u, 3u, 4u, 5u, 15u, 16u, 17u, 59u, 60u, 61u, 255u, 256u, 257u, 65535u, 65536u, 65537u, 300'000u}) {
    for (int form = 0; form <= 4; ++form) {
      if (form != 0 && length > std::size_t{1} << std::min(8 * form, 30)) continue;
      Stream stream;
      stream.literal(random_bytes(random, length), form);
      stream.literal("end");
      ASSERT_EQ(decompressed(stream), stream.output()) << length << " " << form;
    }
  }
}

TEST(Snappy, RandomElements) {
  std::mt19937 random(3);
  for (int round = 0; round < 3000; ++round) {
    Stream stream;
    stream.literal(random_bytes(random, 1 + random() % 20));
    const std::size_t elements = random() % 300;
    for (std::size_t i = 0; i < elements; ++i) {
      const std::size_t reach = stream.output().size();
      switch (random() % 5) {
        case 0:
        case 1: stream.literal(random_bytes(random, 1 + random() % (random() % 8 == 0 ? 200 : 4))); break;
        case 2: stream.copy(1, 1 + random() % std::min<std::size_t>(reach, 2047), 4 + random() % 8); break;
        case 3: stream.copy(2, 1 + random() % std::min<std::size_t>(reach, 65535), 1 + random() % 64); break;
        default: stream.copy(3, 1 + random() % reach, 1 + random() % 64); break;
      }
    }
    ASSERT_EQ(decompressed(stream), stream.output()) << round;
    // The front can be had alone.
    const std::string bytes = stream.bytes();
    std::uint8_t front[48];
    const std::size_t got = peek({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, front);
    EXPECT_EQ(std::string(front, front + got), stream.output().substr(0, sizeof front));
  }
}

TEST(Snappy, MalformedStreamsAreRefused) {
  const auto stream = [](std::size_t size, std::string elements) { return Stream::varint(size) + elements; };
  EXPECT_FALSE(decompressed(stream(4,
                                   "\x0C"
                                   "abcd"),
                            5))
      << "another size";
  EXPECT_FALSE(decompressed(stream(5,
                                   "\x0C"
                                   "abcd"),
                            5))
      << "ends early";
  EXPECT_FALSE(decompressed(stream(3,
                                   "\x0C"
                                   "abcd"),
                            3))
      << "a literal longer than the output";
  EXPECT_FALSE(decompressed(stream(4,
                                   "\x0C"
                                   "abc"),
                            4))
      << "a literal longer than the input";
  EXPECT_FALSE(decompressed(stream(4, "\xF0"), 4)) << "a length that is cut off";
  EXPECT_FALSE(decompressed(stream(4, std::string("\xFC\xFF\xFF\xFF\xFF", 5)), 4)) << "a literal of four gigabytes";
  EXPECT_FALSE(decompressed(stream(8, std::string("\x0C"
                                                  "abcd\x01\x00",
                                                  7)),
                            8))
      << "an offset of 0";
  EXPECT_FALSE(decompressed(stream(8,
                                   "\x0C"
                                   "abcd\x01\x05"),
                            8))
      << "an offset before the output";
  EXPECT_FALSE(decompressed(stream(8, std::string("\x0C"
                                                  "abcd\x0F\xFF\xFF\xFF\xFF",
                                                  10)),
                            8))
      << "a far offset before the output";
  EXPECT_FALSE(decompressed(stream(8,
                                   "\x0C"
                                   "abcd\x0E\x04"),
                            8))
      << "a copy that is cut off";
  EXPECT_FALSE(decompressed(stream(7,
                                   "\x0C"
                                   "abcd\x01\x04"),
                            7))
      << "a copy longer than the output";
  EXPECT_FALSE(decompressed("\xFF\xFF\xFF\xFF\xFF", 4)) << "a size that does not end";
  EXPECT_FALSE(decompressed("\xFF\xFF\xFF\xFF\x7F", 4)) << "a size beyond 32 bits";
}

// Far from the ends, where the fast loop runs, too.
TEST(Snappy, DamagedStreamsStayInBounds) {
  std::mt19937 random(4);
  for (int round = 0; round < 4000; ++round) {
    Stream stream;
    stream.literal(random_bytes(random, 8));
    for (int i = 0; i < 200; ++i) {
      stream.literal(random_bytes(random, 1 + random() % 3));
      stream.copy(1 + static_cast<int>(random() % 2), 1 + random() % std::min<std::size_t>(stream.output().size(), 2000), 4 + random() % 8);
    }
    std::string bytes = stream.bytes();
    for (unsigned i = 0; i <= random() % 3; ++i) bytes[random() % bytes.size()] = static_cast<char>(random());
    if (round % 4 == 0) bytes.resize(random() % bytes.size());
    static_cast<void>(decompressed(bytes, stream.output().size()));  // checks what was written outside; the sanitizers check the rest
  }
}

}  // namespace
}  // namespace trueno::snappy
