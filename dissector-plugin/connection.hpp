// One connection as the plugin sees it: which bytes of which packet were decoded, and what came out.
//
// Wireshark shows packets in order once, and then in any order and any number of times. The decoder sees
// every byte once, at the first visit; what it says is kept by packet, so that each visit can show the same.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "carrier/protocol_detector.hpp"
#include "carrier/proxy_header.hpp"
#include "recording/recorder.hpp"
#include "rtmp/session/session.hpp"

namespace rtmpscope::plugin {

/// How sure Wireshark is that the bytes are RTMP.
enum class Claim : std::uint8_t {
  asked,  ///< a heuristic: the content alone decides, and must be certain
  port,   ///< the port, or the user, says so
};

/// Bytes that Wireshark shows for the first time.
struct Piece {
  std::uint32_t frame = 0;
  std::uint32_t place = 0;
  Timestamp time = 0;
  Direction direction{};
  Claim claim{};
  std::optional<std::uint32_t>
      sequence;  ///< TCP sequence number of the first byte; none: follows the one before
  std::optional<std::uint32_t> first_sequence;  ///< of the direction's first byte, if TCP knows it
  bool syn_seen = false;
  Bytes bytes;            ///< what was captured
  std::uint32_t cut = 0;  ///< bytes after them that were not
};

/// What the connections of a capture share; outlives them.
struct Capture {
  std::uint32_t numbered = 0;       ///< connections that are shown
  recording::RecordWriter records;  ///< of the piece being decoded
  std::size_t searched_bytes = 0;   ///< carrier::Detector::Hints
};

class Connection final {
 public:
  Connection(Capture& capture, const rtmp::ConnectionInfo& info);

  /// Whether media payload is kept, too, which takes as much memory as there is media. To be said before
  /// `take`.
  void keep_media(bool whole) { media_whole_ = whole; }

  /// To be called once for each piece, in the order of the capture. Nothing if it is not RTMP, or may not be.
  std::optional<recording::RecordBatch> take(const Piece& piece);
  /// What `take` answered for the piece.
  [[nodiscard]] std::optional<recording::RecordBatch> find(std::uint32_t frame, std::uint32_t place) const {
    return recorder_.find(frame, place);
  }
  /// The content has proven that it is not RTMP; nothing is to be expected of further pieces.
  [[nodiscard]] bool is_other() const { return state_ == State::other; }

  /// From 0, in the order in which connections are first shown.
  [[nodiscard]] std::uint32_t index() const { return index_.value_or(0); }
  [[nodiscard]] rtmp::Transport transport() const;
  /// Holes so far, of both directions.
  [[nodiscard]] std::uint64_t missing_bytes() const { return missing_bytes_; }
  /// Null until it is decided that the connection is RTMP.
  [[nodiscard]] const rtmp::Session* session() const { return session_.get(); }

  [[nodiscard]] const recording::Recorder& records() const { return recorder_; }

 private:
  enum class State : std::uint8_t { undecided, decoding, other };
  struct Way {
    std::uint64_t expected = 0;  ///< offset behind the last byte seen
    std::uint32_t expected_sequence = 0;
    bool begun = false;
  };

  std::optional<recording::RecordBatch> take(const Piece& piece, std::uint16_t proxy_header);
  std::uint32_t find_proxy_header(const Piece& piece);
  std::uint64_t locate(Way& way, const Piece& piece, std::uint64_t& missing, bool& stray);
  void feed(const Piece& piece, const StreamData& data);
  void feed(const Piece& piece, const StreamGap& gap);
  carrier::Detector& detector(const Piece& piece);
  carrier::Verdict decide(const Piece& piece, carrier::Verdict verdict, const StreamData* data);
  bool open_session(carrier::Verdict verdict, PacketRef packet);
  void replay_held();
  void give_number();
  [[nodiscard]] Direction way(Direction direction) const {
    return swapped_ ? opposite(direction) : direction;
  }

  Capture& capture_;
  std::optional<std::uint32_t> index_;
  rtmp::ConnectionInfo info_;
  State state_ = State::undecided;
  bool swapped_ = false;
  bool media_whole_ = false;
  std::unique_ptr<carrier::Detector> detector_;
  /// While the bytes to the server may be a proxy's header.
  std::unique_ptr<carrier::ProxyHeaderFinder> proxy_finder_;
  bool began_ = false;             ///< the direction to the server, and it is known where
  std::uint32_t held_pieces_ = 0;  ///< in the detector
  recording::Recorder recorder_;
  std::unique_ptr<rtmp::Session> session_;
  std::array<Way, 2> ways_;
  std::uint64_t missing_bytes_ = 0;
};

}  // namespace rtmpscope::plugin
