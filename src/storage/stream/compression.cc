// Files as streams of bytes, packed or not. What libraries do is behind StreamCoder; reading ahead, members that follow each other and ends
// that come too early are here, once for all of them.
#include "storage/stream/compression.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "base/name.h"
#include "storage/stream/stream_coder.h"

namespace trueno {

namespace {

constexpr std::size_t kPiece = std::size_t{256} << 10;

// The bytes as they are.
class PlainStream final : public ByteStream {
 public:
  explicit PlainStream(std::shared_ptr<const RandomAccessFile> file) : file_(std::move(file)) {}
  Result<std::size_t> read(std::span<std::uint8_t> into) override {
    const std::uint64_t left = file_->identity().size - position_;
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), left));
    TRUENO_TRY(file_->read(position_, into.first(count)));
    position_ += count;
    return count;
  }

 private:
  std::shared_ptr<const RandomAccessFile> file_;
  std::uint64_t position_ = 0;
};

// Unpacks as it is read.
class UnpackedStream final : public ByteStream {
 public:
  UnpackedStream(std::shared_ptr<const RandomAccessFile> file, std::unique_ptr<StreamCoder> coder)
      : plain_(file), file_(std::move(file)), coder_(std::move(coder)), piece_(kPiece) {}

  Result<std::size_t> read(std::span<std::uint8_t> into) override {
    std::size_t done = 0;
    while (done < into.size()) {
      if (begin_ == end_ && !ended_) TRUENO_TRY(refill());
      // Nothing may follow a complete member but another, or zeros (tapes are padded with them).
      if (complete_) skip_padding();
      if (begin_ == end_ && complete_) break;
      auto step = coder_->step({piece_.data() + begin_, end_ - begin_}, into.subspan(done), false);
      if (!step) return named(std::move(step).error());
      begin_ += step->taken;
      done += step->given;
      complete_ = step->complete;
      if (ended_ && begin_ == end_ && step->given == 0 && !complete_) {
        return named(error(ErrorCode::kCorruptFile, "the packed data ends too early: the file is cut off"));
      }
    }
    return done;
  }

 private:
  Status refill() {
    begin_ = 0;
    end_ = TRUENO_TRY(plain_.read(piece_));
    ended_ = end_ < piece_.size();
    return {};
  }
  void skip_padding() {
    while (begin_ != end_ && piece_[begin_] == 0) ++begin_;
  }
  Error named(Error failure) const { return std::move(failure).context("\"" + file_->identity().path + "\""); }

  PlainStream plain_;
  std::shared_ptr<const RandomAccessFile> file_;
  std::unique_ptr<StreamCoder> coder_;
  std::vector<std::uint8_t> piece_;  // packed bytes; those in [begin_, end_) are not taken yet
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  bool ended_ = false;     // the file has no more bytes than those in piece_
  bool complete_ = false;  // the last member is
};

// Packs as it is written.
class PackedFile final : public WritableFile {
 public:
  PackedFile(std::unique_ptr<WritableFile> file, std::unique_ptr<StreamCoder> coder)
      : file_(std::move(file)), coder_(std::move(coder)), piece_(kPiece) {}

  Status write(std::span<const std::uint8_t> bytes) override {
    while (!bytes.empty()) {
      const CoderStep step = TRUENO_TRY(coder_->step(bytes, piece_, false));
      TRUENO_TRY(file_->write({piece_.data(), step.given}));
      bytes = bytes.subspan(step.taken);
    }
    return {};
  }
  Status close() override {
    for (bool complete = false; !complete;) {
      const CoderStep step = TRUENO_TRY(coder_->step({}, piece_, true));
      TRUENO_TRY(file_->write({piece_.data(), step.given}));
      complete = step.complete;
    }
    return file_->close();
  }

 private:
  std::unique_ptr<WritableFile> file_;
  std::unique_ptr<StreamCoder> coder_;
  std::vector<std::uint8_t> piece_;
};

}  // namespace

Result<Compression> compression_named(std::string_view name) {
  static constexpr std::array<std::pair<std::string_view, Compression>, 6> kNames = {{{"none", Compression::kNone},
                                                                                      {"uncompressed", Compression::kNone},
                                                                                      {"gzip", Compression::kGzip},
                                                                                      {"gz", Compression::kGzip},
                                                                                      {"zstd", Compression::kZstd},
                                                                                      {"zst", Compression::kZstd}}};
  for (const auto& [known, compression] : kNames) {
    if (same_name(known, name)) return compression;
  }
  return error(ErrorCode::kNotSupported, "the compression '{}' is not supported", name).hint("gzip, zstd or none");
}

Compression take_compression_ending(std::string& path) {
  const std::string lower = lower_name(path);
  const Compression found = lower.ends_with(".gz") ? Compression::kGzip : lower.ends_with(".zst") ? Compression::kZstd : Compression::kNone;
  if (found != Compression::kNone) path.resize(path.rfind('.'));
  return found;
}

Result<std::unique_ptr<ByteStream>> open_stream(std::shared_ptr<const RandomAccessFile> file, Compression compression) {
  if (compression == Compression::kNone) return std::unique_ptr<ByteStream>(std::make_unique<PlainStream>(std::move(file)));
  auto coder = TRUENO_TRY(compression == Compression::kGzip ? make_gzip_decoder() : make_zstd_decoder());
  return std::unique_ptr<ByteStream>(std::make_unique<UnpackedStream>(std::move(file), std::move(coder)));
}

Result<std::unique_ptr<WritableFile>> make_packed_file(std::unique_ptr<WritableFile> file, Compression compression, int level) {
  if (compression == Compression::kNone) return file;
  auto coder = TRUENO_TRY(compression == Compression::kGzip ? make_gzip_encoder(level) : make_zstd_encoder(level));
  return std::unique_ptr<WritableFile>(std::make_unique<PackedFile>(std::move(file), std::move(coder)));
}

}  // namespace trueno
