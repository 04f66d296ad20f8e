// Counts the audio and video of one connection, track by track.
#pragma once

#include <array>

#include "media/media.hpp"
#include "media/track_reader.hpp"
#include "rtmp/chunk/message.hpp"
#include "rtmp/session/summary.hpp"

namespace rtmpscope::rtmp {

/// Tracks of a connection that are listed in the summary besides the first of each stream; media of further
/// ones is only counted.
inline constexpr std::size_t maximum_further_tracks = 256;

/// Fills in what StreamSummary says of media.
class MediaCounter {
 public:
  explicit MediaCounter(ConnectionSummary& summary) : summary_(summary) {}

  /// A message of `stream` (null: of none that is listed), with its facts. `time` is that of its packet.
  /// Returns the size of the pictures if it has changed.
  std::optional<media::FrameSize> on_video(Direction direction, StreamSummary* stream, const Message& message,
                                           const media::VideoFacts& facts, Timestamp time);
  void on_audio(Direction direction, StreamSummary* stream, const Message& message,
                const media::AudioFacts& facts, Timestamp time);

  /// So many bytes of that direction are not in the capture.
  void on_missing_bytes(Direction direction, std::uint64_t bytes) {
    losses_[index_of(direction)].bytes += bytes;
  }
  /// Whole messages of that direction may be lost here.
  void on_sync_lost(Direction direction) { ++losses_[index_of(direction)].times; }

 private:
  struct Losses {
    std::uint64_t bytes = 0;
    std::uint32_t times = 0;  ///< that whole messages may have been lost
  };
  /// What is counted: a message, or one track of it.
  struct Part {
    const MessageHeader& header;
    Bytes body;                 ///< the message, or one with that track alone
    std::uint32_t length = 0;   ///< of `body` as sent
    std::uint32_t size = 0;     ///< bytes that count
    std::uint32_t missing = 0;  ///< of these
    bool complete = missing == 0;
  };

  static Part whole(const Message& message) {
    const MessageHeader& header = message.header;
    return {header, message.body, header.length, header.length, message.missing, message.complete};
  }

  std::optional<media::FrameSize> count_video_tracks(Direction direction, StreamSummary& stream,
                                                     const MessageHeader& header, media::TrackReader& tracks,
                                                     Timestamp time);
  void count_audio_tracks(Direction direction, StreamSummary& stream, const MessageHeader& header,
                          media::TrackReader& tracks, Timestamp time);
  std::optional<media::FrameSize> count_video(Direction direction, StreamSummary& stream, const Part& part,
                                              const media::VideoFacts& facts, Timestamp time);
  void count_audio(Direction direction, StreamSummary& stream, const Part& part,
                   const media::AudioFacts& facts, Timestamp time);
  static std::optional<media::FrameSize> note_pictures(VideoSummary& video, const Part& part,
                                                       const media::VideoFacts& facts);
  template <typename Summary, typename Facts>
  Summary* other_track(Summary& first, std::vector<Summary>& further, const Facts& facts);
  template <typename Summary, typename Facts>
  Summary* track_of(Summary& first, std::vector<Summary>& further, const Facts& facts);
  void add_frame_of(Direction direction, MediaSummary& media, const Part& part, Timestamp time);

  ConnectionSummary& summary_;
  std::array<Losses, 2> losses_;
  std::size_t further_tracks_ = 0;
};

}  // namespace rtmpscope::rtmp
