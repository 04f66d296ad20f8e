// What the judge takes: the events of the timeline, whether they come from memory or from lines of NDJSON.
#pragma once

#include <optional>
#include <string>

#include "analysis/record/message_members.hpp"
#include "analysis/record/value.hpp"
#include "base/bytes.hpp"
#include "schema/schema.hpp"

namespace rtmpscope::analysis {

/// A packet and its time. Frame 0: no packet.
struct Moment {
  Timestamp time = 0;
  std::uint64_t frame = 0;

  friend bool operator==(const Moment&, const Moment&) = default;
};

/// Any event but coded audio and video. Valid during the call that hands it on.
struct Record {
  EventKind kind{};
  Moment at;                     ///< of the packet that completed the event; frame 0: none
  std::uint32_t connection = 0;  ///< 0: the capture as a whole; unique within the stream of records
  std::optional<Direction> direction;
  Value members;  ///< the event's own, as docs/events.md has them, without event, time, frame, connection,
                  ///< uid and direction

  /// Of an event `message`: found when they are asked for first.
  [[nodiscard]] const MessageMembers& message() const {
    if (!message_ || looked_at_ != members.bytes()) {
      message_.emplace(members);
      looked_at_ = members.bytes();
    }
    return *message_;
  }

 private:
  mutable std::optional<MessageMembers> message_;
  mutable const std::uint8_t* looked_at_ = nullptr;
};

enum class MediaType : std::uint8_t { audio, video };

/// What the packet of a track is.
enum class PacketKind : std::uint8_t { coded_frames, sequence_start, sequence_end, metadata, empty, other };

/// What the picture of a coded frame is by its NAL units or OBUs; unknown where they were not seen.
enum class Picture : std::uint8_t { unknown, idr, cra, bla, other };

/// One track of an audio or video message that holds coded frames or the like.
struct MediaRecord {
  Moment at;     ///< of the packet with its last byte
  Moment first;  ///< of the packet with its first byte; the same as `at` where it is not known
  std::uint32_t connection = 0;
  Direction direction = Direction::to_server;
  MediaType type = MediaType::video;
  PacketKind packet = PacketKind::other;
  Picture picture = Picture::unknown;
  std::uint8_t codec = 0;         ///< number in the value table video_codec or audio_codec
  std::uint8_t legacy_codec = 0;  ///< codec id or sound format of FLV where the header is not enhanced
  std::uint8_t track_id = 0;
  bool enhanced = false;
  bool key_frame = false;   ///< the header's flag
  bool disposable = false;  ///< the header's flag
  bool timestamp_exact = true;
  bool complete = true;
  std::uint32_t message_stream_id = 0;
  std::uint32_t chunk_stream_id = 0;
  std::uint32_t timestamp = 0;        ///< milliseconds, modulo 2^32
  std::int32_t composition_time = 0;  ///< milliseconds
  std::uint32_t length = 0;           ///< bytes of the track in the body; the whole body if it has one track
  std::uint32_t wire_bytes = 0;       ///< of the message, chunk headers included; 0: not known
  std::uint32_t filler_bytes = 0;     ///< of filler NAL units
  std::uint64_t stream_offset = 0;    ///< of the message's first chunk header
};

/// Takes records in the order in which they happened.
class RecordSink {
 public:
  virtual ~RecordSink() = default;
  virtual void on_record(const Record& record) = 0;
  virtual void on_media(const MediaRecord& record) = 0;
};

// Reading members. A path has components with dots between: "to_server.fin.frame".

/// Absent where there is no such member.
[[nodiscard]] Value member(Value from, std::string_view path);
[[nodiscard]] std::optional<double> number_at(Value from, std::string_view path);
[[nodiscard]] std::optional<std::uint64_t> unsigned_at(Value from, std::string_view path);
/// Empty where there is no such text. Valid as long as the value.
[[nodiscard]] std::string_view text_at(Value from, std::string_view path);
/// False where there is no such flag.
[[nodiscard]] bool flag_at(Value from, std::string_view path);
/// A time as in the timeline: RFC 3339 UTC with nine fractional digits.
[[nodiscard]] std::optional<Timestamp> time_at(Value from, std::string_view path);
/// Nothing if the text has another form.
[[nodiscard]] std::optional<Timestamp> read_time(std::string_view text);

}  // namespace rtmpscope::analysis
