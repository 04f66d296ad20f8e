// gzip and zstd as byte streams.
#include <array>
#include <cstring>

#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "base/byte_order.hpp"
#include "capture/byte_stream.hpp"

namespace rtmpscope::capture {
namespace {

constexpr std::size_t input_size = 128U << 10U;

/// Compressed bytes that wait to be expanded.
class CompressedInput {
 public:
  explicit CompressedInput(std::unique_ptr<ByteStream> inner) : inner_(std::move(inner)) {}

  /// Makes bytes() non-empty if it can.
  ReadStatus refill(Wait wait) {
    if (!bytes_.empty()) return ReadStatus::data;
    const ReadResult result = inner_->read(buffer_.data(), buffer_.size(), wait);
    bytes_ = Bytes(buffer_.data(), result.bytes);
    return result.status;
  }
  [[nodiscard]] Bytes bytes() const { return bytes_; }
  void consume(std::size_t count) { bytes_ = bytes_.subspan(count); }
  [[nodiscard]] std::string error() const { return inner_->error(); }
  [[nodiscard]] std::uint64_t raw_position() const { return inner_->raw_position() - bytes_.size(); }

 private:
  std::unique_ptr<ByteStream> inner_;
  std::vector<std::uint8_t> buffer_ = std::vector<std::uint8_t>(input_size);
  Bytes bytes_;
};

class Expander : public ByteStream {
 public:
  explicit Expander(std::unique_ptr<ByteStream> inner) : input_(std::move(inner)) {}

  ReadResult read(std::uint8_t* to, std::size_t room, Wait wait) final {
    if (!error_.empty()) return {ReadStatus::failed, 0};
    while (true) {
      const ReadStatus status = input_.refill(wait);
      if (status == ReadStatus::failed) return fail(input_.error());
      if (status == ReadStatus::not_yet) return {status, 0};
      // At the end of the input there may still be output that did not fit before.
      const std::size_t count = expand(to, room);
      if (count > 0) return {ReadStatus::data, count};
      if (!error_.empty()) return {ReadStatus::failed, 0};
      if (status == ReadStatus::end) {
        return complete() ? ReadResult{ReadStatus::end, 0} : fail("the compressed data ends too early");
      }
    }
  }

  [[nodiscard]] std::string error() const final { return error_; }
  [[nodiscard]] std::uint64_t raw_position() const final { return input_.raw_position(); }

 protected:
  /// Consumes input (maybe none is left) and returns the number of bytes written. With 0 it has consumed all
  /// input, or set error_.
  virtual std::size_t expand(std::uint8_t* to, std::size_t room) = 0;

  /// Whether the input may end here.
  [[nodiscard]] virtual bool complete() const = 0;

  CompressedInput input_;
  std::string error_;

 private:
  ReadResult fail(std::string text) {
    error_ = std::move(text);
    return {ReadStatus::failed, 0};
  }
};

class GzipExpander : public Expander {
 public:
  explicit GzipExpander(std::unique_ptr<ByteStream> inner) : Expander(std::move(inner)) {
    if (inflateInit2(&stream_, gzip_window) != Z_OK) error_ = "out of memory";
  }
  GzipExpander(const GzipExpander&) = delete;
  GzipExpander& operator=(const GzipExpander&) = delete;
  ~GzipExpander() override { inflateEnd(&stream_); }

 private:
  static constexpr int gzip_window = 15 + 16;  // the largest window, and a gzip header

  std::size_t expand(std::uint8_t* to, std::size_t room) override {
    while (true) {
      if (between_members_) {
        while (!input_.bytes().empty() && input_.bytes()[0] == 0) input_.consume(1);
        if (input_.bytes().empty()) return 0;
        inflateReset(&stream_);
        between_members_ = false;
      }
      const Bytes bytes = input_.bytes();
      stream_.next_in = const_cast<Bytef*>(bytes.data());  // zlib does not write there
      stream_.avail_in = static_cast<uInt>(bytes.size());
      stream_.next_out = to;
      stream_.avail_out = static_cast<uInt>(std::min<std::size_t>(room, 1U << 30U));
      const int result = inflate(&stream_, Z_NO_FLUSH);
      input_.consume(bytes.size() - stream_.avail_in);
      const auto written = static_cast<std::size_t>(stream_.next_out - to);
      if (result == Z_STREAM_END) {
        between_members_ = true;
        if (written > 0) return written;
        continue;
      }
      if (result != Z_OK && result != Z_BUF_ERROR) {
        error_ = "the gzip data is damaged";
        if (stream_.msg != nullptr) error_.append(" (").append(stream_.msg).append(")");
      }
      return written;
    }
  }

  [[nodiscard]] bool complete() const override { return between_members_; }

  z_stream stream_{};
  bool between_members_ = false;
};

class ZstdExpander : public Expander {
 public:
  explicit ZstdExpander(std::unique_ptr<ByteStream> inner)
      : Expander(std::move(inner)), stream_(ZSTD_createDStream()) {
    if (stream_ == nullptr) error_ = "out of memory";
  }
  ZstdExpander(const ZstdExpander&) = delete;
  ZstdExpander& operator=(const ZstdExpander&) = delete;
  ~ZstdExpander() override { ZSTD_freeDStream(stream_); }

 private:
  std::size_t expand(std::uint8_t* to, std::size_t room) override {
    // Several calls, as one may take all its input (a skippable frame) and write nothing. Nothing may be
    // called between two frames without input: that would begin a frame that never comes.
    while (!(input_.bytes().empty() && pending_ == 0)) {
      const Bytes bytes = input_.bytes();
      ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
      ZSTD_outBuffer out{to, room, 0};
      const std::size_t result = ZSTD_decompressStream(stream_, &out, &in);
      input_.consume(in.pos);
      if (ZSTD_isError(result) != 0U) {
        error_ =
            ZSTD_getErrorCode(result) == ZSTD_error_frameParameter_windowTooLarge
                ? "it was compressed with a window above 128 MiB; unpack it first, with zstd -d --long=31"
                : std::string("the zstd data is damaged (") + ZSTD_getErrorName(result) + ")";
        return out.pos;
      }
      pending_ = result;
      if (out.pos > 0) return out.pos;
      if (in.pos == 0 && bytes.empty()) return 0;
    }
    return 0;
  }

  [[nodiscard]] bool complete() const override { return pending_ == 0; }

  ZSTD_DStream* stream_;
  std::size_t pending_ = 0;  ///< what ZSTD_decompressStream returned: 0 at the end of a frame
};

}  // namespace

Compression recognise_compression(Bytes head) {
  if (head.size() >= 2 && head[0] == 0x1f && head[1] == 0x8b) return Compression::gzip;
  if (head.size() < 4) return Compression::none;
  const std::uint32_t magic = load_le32(head.data());
  const bool frame = magic == ZSTD_MAGICNUMBER;
  const bool skippable = (magic & ZSTD_MAGIC_SKIPPABLE_MASK) == ZSTD_MAGIC_SKIPPABLE_START;
  return frame || skippable ? Compression::zstd : Compression::none;
}

std::string_view compression_suffix(Compression compression) {
  switch (compression) {
    case Compression::gzip: return "+gz";
    case Compression::zstd: return "+zst";
    case Compression::none: break;
  }
  return "";
}

std::unique_ptr<ByteStream> make_expander(std::unique_ptr<ByteStream> inner, Compression compression) {
  switch (compression) {
    case Compression::gzip: return std::make_unique<GzipExpander>(std::move(inner));
    case Compression::zstd: return std::make_unique<ZstdExpander>(std::move(inner));
    case Compression::none: break;
  }
  return inner;
}

}  // namespace rtmpscope::capture
