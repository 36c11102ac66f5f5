#include "storage/stream/compression.h"

#include <gtest/gtest.h>

#include <random>

#include "base/buffer.h"
#include "storage/stream/stream_window.h"

namespace trueno {
namespace {

// A file of bytes that are there, and one that keeps what is written. (io/ is above this folder.)
class Bytes final : public RandomAccessFile {
 public:
  explicit Bytes(std::string text) : text_(std::move(text)), identity_{"f", text_.size(), 0, {}} {}
  const FileIdentity& identity() const override { return identity_; }
  Status read(std::uint64_t offset, std::span<std::uint8_t> into) const override {
    if (offset > text_.size() || into.size() > text_.size() - offset) return error(ErrorCode::kIo, "behind the end");
    text_.copy(reinterpret_cast<char*>(into.data()), into.size(), offset);
    return {};
  }
  Result<Buffer> map(std::uint64_t, std::uint64_t) const override { return error(ErrorCode::kNotSupported, "not mapped"); }

 private:
  std::string text_;
  FileIdentity identity_;
};

class Kept final : public WritableFile {
 public:
  explicit Kept(std::string& out) : out_(out) {}
  Status write(std::span<const std::uint8_t> bytes) override {
    out_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    return {};
  }
  Status close() override { return {}; }

 private:
  std::string& out_;
};

std::span<const std::uint8_t> bytes_of(std::string_view text) { return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}; }

std::string packed(std::string_view text, Compression compression, std::size_t piece = 1000) {
  std::string out;
  auto file = make_packed_file(std::make_unique<Kept>(out), compression);
  EXPECT_TRUE(file);
  for (std::size_t at = 0; at < text.size(); at += piece) EXPECT_TRUE((*file)->write(bytes_of(text.substr(at, piece))));
  EXPECT_TRUE((*file)->close());
  return out;
}

Result<std::string> unpacked(std::string bytes, Compression compression, std::size_t piece = 777) {
  const auto stream = TRUENO_TRY(open_stream(std::make_shared<Bytes>(std::move(bytes)), compression));
  std::string out;
  std::vector<std::uint8_t> buffer(piece);
  while (true) {
    const std::size_t got = TRUENO_TRY(stream->read(buffer));
    out.append(reinterpret_cast<const char*>(buffer.data()), got);
    if (got < piece) return out;
  }
}

std::string sample(std::size_t size) {
  std::mt19937 random(7);
  std::string text;
  while (text.size() < size) text += std::to_string(random() % 5000) + ",some words\n";
  return text;
}

// A cross build has no libraries (cmake/TruenoFlags.cmake).
bool is_built(Compression compression) {
#ifdef TRUENO_HAS_ZLIB
  if (compression == Compression::kGzip) return true;
#endif
#ifdef TRUENO_HAS_ZSTD
  if (compression == Compression::kZstd) return true;
#endif
  return compression == Compression::kNone;
}

class Packed : public testing::TestWithParam<Compression> {
 protected:
  void SetUp() override {
    if (!is_built(GetParam())) GTEST_SKIP() << "this build is without the library";
  }
};

class Gzip : public testing::Test {
 protected:
  void SetUp() override {
    if (!is_built(Compression::kGzip)) GTEST_SKIP() << "this build is without zlib";
  }
};

TEST(Compression, WhatIsNotBuiltSaysSo) {
  for (const Compression compression : {Compression::kGzip, Compression::kZstd}) {
    std::string out;
    const auto file = make_packed_file(std::make_unique<Kept>(out), compression);
    const auto stream = open_stream(std::make_shared<Bytes>(""), compression);
    EXPECT_EQ(file.has_value(), is_built(compression));
    EXPECT_EQ(stream.has_value(), is_built(compression));
    if (!file) {
      EXPECT_EQ(file.error().code(), ErrorCode::kNotSupported);
    }
    if (!stream) {
      EXPECT_EQ(stream.error().code(), ErrorCode::kNotSupported);
    }
  }
}

TEST_P(Packed, WhatIsWrittenIsReadWhateverThePieces) {
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{5000}, std::size_t{900'000}}) {
    const std::string text = sample(size);
    for (const std::size_t piece : {std::size_t{1000}, std::size_t{300'000}}) {
      const auto back = unpacked(packed(text, GetParam(), piece), GetParam(), piece + 1);
      ASSERT_TRUE(back) << back.error().message();
      EXPECT_TRUE(*back == text) << size;
    }
  }
}

TEST_P(Packed, MembersFollowEachOther) {
  const auto both = unpacked(packed("one\n", GetParam()) + packed("", GetParam()) + packed("two\n", GetParam()), GetParam());
  ASSERT_TRUE(both);
  EXPECT_EQ(*both, "one\ntwo\n");
}

TEST_P(Packed, AFileThatIsCutOffIsCorrupt) {
  const std::string whole = packed(sample(2000), GetParam());
  for (std::size_t size = 0; size < whole.size(); size += 1 + size / 9) {
    const auto cut = unpacked(whole.substr(0, size), GetParam());
    ASSERT_FALSE(cut) << size;
    EXPECT_EQ(cut.error().code(), ErrorCode::kCorruptFile);
    EXPECT_TRUE(cut.error().message().starts_with("\"f\"")) << cut.error().message();
  }
}

// zlib and zstd check what they unpack: gzip always, zstd's frames here have no checksum, so a flip may also give other bytes.
TEST_P(Packed, FlippedBytesEndInAnErrorOrInBytes) {
  const std::string whole = packed(sample(3000), GetParam());
  for (std::size_t at = 0; at < whole.size(); at += 3) {
    std::string flipped = whole;
    flipped[at] = static_cast<char>(flipped[at] ^ 0x55);
    const auto back = unpacked(flipped, GetParam());
    if (!back) {
      EXPECT_TRUE(back.error().code() == ErrorCode::kCorruptFile || back.error().code() == ErrorCode::kOutOfMemory);
    }
  }
}

TEST_P(Packed, WhatFollowsTheEndIsCorrupt) {
  EXPECT_EQ(unpacked(packed("one\n", GetParam()) + "rubbish", GetParam()).error().code(), ErrorCode::kCorruptFile);
  EXPECT_EQ(unpacked("not packed at all", GetParam()).error().code(), ErrorCode::kCorruptFile);
}

INSTANTIATE_TEST_SUITE_P(Each, Packed, testing::Values(Compression::kGzip, Compression::kZstd));

TEST_F(Gzip, PaddingWithZerosIsNoMember) {
  EXPECT_EQ(*unpacked(packed("one\n", Compression::kGzip) + std::string(600, '\0'), Compression::kGzip), "one\n");
}

// Made with Python's gzip.compress(b"hello\n", mtime=0).
TEST_F(Gzip, ReadsWhatOthersWrite) {
  using namespace std::string_view_literals;
  const std::string bytes("\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xcb\x48\xcd\xc9\xc9\xe7\x02\x00\x20\x30\x3a\x36\x06\x00\x00\x00"sv);
  EXPECT_EQ(*unpacked(bytes, Compression::kGzip), "hello\n");
}

TEST(Compression, IsNamedByOptionsAndPaths) {
  EXPECT_EQ(*compression_named("GZIP"), Compression::kGzip);
  EXPECT_EQ(*compression_named("zst"), Compression::kZstd);
  EXPECT_EQ(*compression_named("none"), Compression::kNone);
  EXPECT_EQ(compression_named("lzma").error().code(), ErrorCode::kNotSupported);
  std::string path = "a/b.csv.GZ";
  EXPECT_EQ(take_compression_ending(path), Compression::kGzip);
  EXPECT_EQ(path, "a/b.csv");
  EXPECT_EQ(take_compression_ending(path), Compression::kNone);
}

TEST(StreamWindow, RowsThatGoOnAreReadAgainWithMore) {
  StreamWindow window(*open_stream(std::make_shared<Bytes>("0123456789"), Compression::kNone), "f", 4, 100);
  ASSERT_TRUE(window.skip(1));
  const auto text = [](const Buffer& bytes) { return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()); };
  EXPECT_EQ(text(*window.next(0)), "1234");
  EXPECT_EQ(text(*window.next(3)), "4567");
  EXPECT_EQ(window.offset(), 4u);
  EXPECT_EQ(text(*window.next(0)), "456789");  // nothing was used: twice as much
  EXPECT_TRUE(window.last());
}

// A few kilobytes that unpack to one row of 64 MiB.
TEST_F(Gzip, ABombEndsAtItsFirstEndlessRow) {
  const std::string bomb = packed(std::string(std::size_t{64} << 20, 'a'), Compression::kGzip, 1 << 20);
  ASSERT_LT(bomb.size(), 100'000u);
  StreamWindow window(*open_stream(std::make_shared<Bytes>(bomb), Compression::kGzip), "f", 1 << 16, 1 << 20);
  Result<Buffer> bytes = window.next(0);
  while (bytes && !window.last()) bytes = window.next(0);
  ASSERT_FALSE(bytes);
  EXPECT_EQ(bytes.error().code(), ErrorCode::kInvalidInput);
}

}  // namespace
}  // namespace trueno
