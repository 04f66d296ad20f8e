// A connection as the plugin shows it, whatever carries it: what came out of which packet.
//
// Wireshark shows packets in order once, and then in any order and any number of times. The decoder sees
// every byte once, at the first visit; what it says is kept by packet, so that each visit can show the same.
#pragma once

#include "recording/recorder.hpp"
#include "rtmp/session/summary.hpp"
#include "session_keys.hpp"

namespace rtmpscope::plugin {

/// What the connections of a capture share; outlives them.
struct Capture {
  std::uint32_t numbered = 0;       ///< connections that are shown
  recording::RecordWriter records;  ///< of the packet being decoded
  std::size_t searched_bytes = 0;   ///< carrier::ProtocolDetector::Hints
  KeysPointer keys = std::make_shared<const Keys>();
};

/// Where a packet's batch is that belongs to none of its bytes: of a stream's end, or of time that has
/// passed.
inline constexpr std::uint32_t end_place = UINT32_MAX;

class RecordedConnection {
 public:
  RecordedConnection(const RecordedConnection&) = delete;
  RecordedConnection& operator=(const RecordedConnection&) = delete;
  virtual ~RecordedConnection() = default;

  [[nodiscard]] virtual rtmp::Transport transport() const = 0;
  /// As far as it is known by now; null until it is decided that the connection is RTMP.
  [[nodiscard]] virtual const rtmp::ConnectionSummary* summary() const = 0;
  /// Bytes in gaps so far, of both directions.
  [[nodiscard]] virtual std::uint64_t missing_bytes() const = 0;
  /// The bytes of a stream that a batch brought, from batch.stream_offset + batch.repeated on, in clear.
  /// `frame` is the batch's payload as Wireshark shows it. Empty: there are none, or they cannot be had.
  [[nodiscard]] virtual Bytes content(const recording::RecordBatch& batch, Bytes frame) const = 0;

  /// From 0, in the order in which connections are first shown.
  [[nodiscard]] std::uint32_t index() const { return index_.value_or(0); }
  [[nodiscard]] const recording::Recorder& records() const { return recorder_; }
  /// What was kept of the packet's bytes at this place.
  [[nodiscard]] std::optional<recording::RecordBatch> find(std::uint32_t frame, std::uint32_t place) const {
    return recorder_.find(frame, place);
  }

 protected:
  RecordedConnection(Capture& capture, recording::RecordWriter& writer)
      : capture_(capture), recorder_(writer) {}

  void give_number() {
    if (!index_) index_ = capture_.numbered++;
  }
  [[nodiscard]] Capture& capture() { return capture_; }
  [[nodiscard]] recording::Recorder& recorder() { return recorder_; }

 private:
  Capture& capture_;
  std::optional<std::uint32_t> index_;
  recording::Recorder recorder_;
};

}  // namespace rtmpscope::plugin
