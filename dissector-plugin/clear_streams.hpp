// The streams of a connection that was enciphered, in clear.
#pragma once

#include <array>
#include <vector>

#include "base/stream.hpp"

namespace rtmpscope::plugin {

/// Keeps the bytes that it hands on, as Wireshark does with what TLS carries: they cannot be had from a
/// packet alone, since a cipher that goes along with the stream has long gone on.
class ClearStreams final : public StreamSink {
 public:
  /// `next` outlives this.
  explicit ClearStreams(StreamSink& next) : next_(next) {}

  void on_data(Direction direction, const StreamData& data) override;
  void on_gap(Direction direction, const StreamGap& gap) override { next_.on_gap(direction, gap); }
  void on_end(Direction direction, const StreamEnd& end) override { next_.on_end(direction, end); }

  /// The bytes that came in one packet, from `offset` on, at most `length`. Valid until the next data come.
  [[nodiscard]] Bytes find(Direction direction, std::uint64_t offset, std::size_t length) const;

 private:
  /// What came of one packet, without a gap.
  struct Piece {
    std::uint64_t offset;
    std::uint64_t frame;
    std::vector<std::uint8_t> bytes;
    [[nodiscard]] std::uint64_t end() const { return offset + bytes.size(); }
  };

  StreamSink& next_;
  std::array<std::vector<Piece>, 2> pieces_;  ///< by index_of(Direction), in the order of offsets
};

}  // namespace rtmpscope::plugin
