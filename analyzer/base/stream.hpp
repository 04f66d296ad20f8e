// The stream vocabulary: what TCP reassembly, every transport layer and RTMP hand to the next layer.
#pragma once

#include <optional>

#include "base/bytes.hpp"

namespace rtmpscope {

/// Bytes of one direction. `offset` counts from the first byte after the SYN (without a SYN: from the first
/// byte captured) and never wraps. `bytes` is not empty and is valid only during the call.
struct StreamData {
  std::uint64_t offset = 0;
  Bytes bytes;
  PacketRef packet;
};

enum class GapCause : std::uint8_t {
  not_captured,        ///< acknowledged by the receiver, but not in the capture
  snap_length,         ///< cut off by the capture's snap length
  start_not_captured,  ///< the capture began after the stream did
  buffer_limit,        ///< given up because the reassembler's buffer limit was reached
};

/// Bytes that will never come. `length` is absent if it is not known how many are missing. `noticed_at` is
/// the packet with the first byte behind them; at the end of a stream, the packet that showed that they are
/// missing.
struct StreamGap {
  std::uint64_t offset = 0;
  std::optional<std::uint64_t> length;
  GapCause cause = GapCause::not_captured;
  PacketRef noticed_at;
  std::optional<std::uint64_t> at_most{};  ///< without a length: no more than so many are missing, if known
};

enum class EndCause : std::uint8_t {
  fin,          ///< the sender closed its side
  reset,        ///< either side reset the connection
  idle,         ///< no packet for longer than the idle timeout
  port_reuse,   ///< a new connection began with the same addresses and ports
  evicted,      ///< given up because a limit was reached
  capture_end,  ///< the capture ended first
};

struct StreamEnd {
  std::uint64_t offset = 0;
  EndCause cause = EndCause::capture_end;
  PacketRef packet;
};

/// Takes the two byte streams of one connection.
///
/// Per direction: data and gaps come in offset order, without overlap and without a gap between them;
/// `on_end` comes at most once and is the last call. The two directions are independent of each other.
class StreamSink {
 public:
  virtual ~StreamSink() = default;
  virtual void on_data(Direction direction, const StreamData& data) = 0;
  virtual void on_gap(Direction direction, const StreamGap& gap) = 0;
  virtual void on_end(Direction direction, const StreamEnd& end) = 0;
};

}  // namespace rtmpscope
