// The timestamps of messages, from what their headers say (RTMP 5.3.1.2).
#pragma once

#include <array>
#include <optional>

#include "base/bytes.hpp"
#include "rtmp/chunk/chunk_header.hpp"
#include "rtmp/chunk/chunk_stream.hpp"
#include "rtmp/chunk/timestamp_estimator.hpp"

namespace rtmpscope::rtmp {

/// For each header that begins a message: `advance`, then `follow`.
class MessageClock {
 public:
  /// Moves the timestamp of `stream` to that of the message, and keeps what later headers inherit.
  /// `estimated`: bytes were lost before, so that what times are compared with may be estimates. Returns what
  /// is odd.
  std::optional<ChunkFinding> advance(const ChunkHeader& header, ChunkStream& stream, bool estimated);
  /// What later timestamps are estimated from, and compared with. `packet` is that of the header.
  void follow(ChunkStream& stream, PacketRef packet);

  /// Of the last message, but for protocol control messages.
  [[nodiscard]] std::uint32_t last_timestamp() const { return recent_[0].timestamp; }
  [[nodiscard]] const TimestampEstimator& estimator() const { return estimator_; }

 private:
  struct Recent {
    std::uint32_t chunk_stream_id = 0;
    std::uint32_t timestamp = 0;
  };
  std::optional<ChunkFinding> advance_by_type3(const ChunkHeader& header, ChunkStream& stream,
                                               bool estimated);

  std::array<Recent, 2> recent_{};  ///< last message, and the last one before it on another chunk stream
  TimestampEstimator estimator_;
};

}  // namespace rtmpscope::rtmp
