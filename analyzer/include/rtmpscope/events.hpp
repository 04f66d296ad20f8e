// What rtmpscope finds in a connection, as values.
//
// Views (std::span, std::string_view) and references are valid only during the call that hands them over;
// copy what you keep. The classes and functions that describe fields use the names of docs/fields.md.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace rtmpscope::v1 {

using Bytes = std::span<const std::uint8_t>;

/// Nanoseconds since 1970-01-01 00:00 UTC, as the capture dates its packets.
using Time = std::int64_t;

enum class Direction : std::uint8_t { to_server, to_client };

/// A packet of the capture.
struct Packet {
  std::uint64_t number = 0;  ///< from 1, as Wireshark counts frames; 0: not known
  Time time = 0;
};

struct Endpoint {
  std::string address;  ///< "192.0.2.1" or "2001:db8::1"
  std::uint16_t port = 0;
};

/// Who talks to whom. Lives from Observer::on_open to the end of Observer::on_close.
struct Connection {
  std::uint32_t number = 0;  ///< from 1, in the order of on_open
  Endpoint client;
  Endpoint server;
  std::string_view transport;  ///< as in docs/values.md, table transport: "rtmp", "rtmpe", "tls", …
  bool midstream = false;      ///< the beginning is not in the capture
};

/// Takes the fields of a message or an event, one call a field, in the order of the wire.
///
/// Objects and lists nest: each `begin` has its `end`. `name` is the field's JSON key (docs/fields.md). `key`
/// names the next value of an AMF object, whose names are data. `text` may be any bytes, not only UTF-8.
class FieldVisitor {
 public:
  virtual ~FieldVisitor() = default;
  virtual void begin(std::string_view /*name*/, bool /*list*/) {}
  virtual void end(std::string_view /*name*/) {}
  virtual void key(std::string_view /*name*/) {}
  /// `word` is the name of the number where a table has one (docs/values.md), or empty.
  virtual void number(std::string_view /*name*/, std::uint64_t /*value*/, std::string_view /*word*/) {}
  virtual void signed_number(std::string_view /*name*/, std::int64_t /*value*/) {}
  virtual void real(std::string_view /*name*/, double /*value*/) {}
  virtual void flag(std::string_view /*name*/, bool /*value*/) {}
  virtual void text(std::string_view /*name*/, std::string_view /*value*/) {}
  /// `length` bytes in the message, of which `value` holds the first ones that were kept.
  virtual void blob(std::string_view /*name*/, std::uint32_t /*length*/, Bytes /*value*/) {}
};

/// A command (RTMP 7.2). Texts are empty and options are absent where the command does not have them.
struct Command {
  std::string_view name;  ///< "connect", "_result", "onStatus", …
  std::optional<double> transaction_id;
  std::string_view argument;  ///< first string argument: the stream name of publish and play
  std::string_view level;     ///< of an information object: "status", "error"
  std::string_view code;      ///< of an information object: "NetStream.Publish.Start", …
  std::string_view description;
  std::optional<std::uint64_t> request;  ///< packet number of the command that this one answers
  std::optional<Time> response_time;     ///< nanoseconds since that command
};

enum class MediaKind : std::uint8_t {
  coded_frames,
  sequence_start,  ///< a codec's configuration
  sequence_end,
  other,  ///< empty, metadata, commands within video, unknown
};

/// An audio message. With several tracks in one message: of the first one.
struct Audio {
  std::string_view codec;  ///< as in docs/values.md, table audio_codec: "aac", "opus", …
  MediaKind kind{};
  std::uint8_t track = 0;
  bool enhanced = false;  ///< has an Enhanced RTMP header
};

/// A video message. With several tracks in one message: of the first one.
struct Video {
  std::string_view codec;  ///< as in docs/values.md, table video_codec: "avc", "hevc", …
  MediaKind kind{};
  std::uint8_t track = 0;
  bool enhanced = false;
  bool key_frame = false;
  std::int32_t composition_time = 0;  ///< milliseconds
};

/// An RTMP message (RTMP 5.1, 6).
struct Message {
  Packet packet;  ///< with its last byte
  Direction direction{};
  std::uint64_t first_packet = 0;     ///< number of the packet with its first byte
  std::uint64_t stream_offset = 0;    ///< of its first chunk header in the bytes of its direction; over RTMFP
                                      ///< the sequence number of its first fragment
  std::uint8_t type_id = 0;           ///< 8 audio, 9 video, 20 command in AMF0, …
  std::uint32_t chunk_stream_id = 0;  ///< over RTMFP the number of its flow
  std::uint32_t message_stream_id = 0;
  bool message_stream_id_known = true;
  std::uint32_t timestamp = 0;  ///< milliseconds, modulo 2^32
  bool timestamp_exact = true;  ///< false: an estimate, because a chunk header may be missing
  std::uint32_t length = 0;     ///< bytes of the body
  bool complete = true;         ///< false: bytes of it are missing
  Bytes body;  ///< the first bytes of the body; all of it with Options::keep_media or no media
  std::string_view stream_name;  ///< as given to publish or play; empty: not known
  std::variant<std::monostate, Command, Audio, Video> content;

  /// Calls `visitor` with all fields of the body.
  void visit(FieldVisitor& visitor) const;
  const void* implementation = nullptr;  ///< for visit; not for use
};

enum class Severity : std::uint8_t { note, warning, error };

/// Something odd about the bytes of a connection (docs/findings.md).
struct Finding {
  Packet packet;
  std::optional<Direction> direction;
  std::string_view id;  ///< stable name: "chunk_size_zero"
  Severity severity{};
  std::string text;  ///< one sentence, with its numbers
  std::string_view explanation;
  std::optional<std::uint64_t> stream_offset;  ///< of the message or chunk that it is about
  std::uint64_t suppressed = 0;                ///< not 0: so many more findings of this id were counted only
};

/// Bytes that are not in the capture.
struct Gap {
  Packet packet;  ///< behind it
  Direction direction{};
  std::uint64_t stream_offset = 0;
  std::optional<std::uint64_t> length;  ///< absent: not known
};

/// Audio or video of one message stream.
struct MediaReport {
  std::uint32_t track_id = 0;  ///< Enhanced RTMP multitrack
  std::uint64_t messages = 0;
  std::uint64_t bytes = 0;     ///< of message bodies, as far as they came
  std::uint64_t frames = 0;    ///< messages with coded frames
  std::uint32_t duration = 0;  ///< milliseconds of media, to the end of the last frame; 0: not known
  double bit_rate = 0;         ///< bits a second of coded frames; 0: not known
  std::string codec;           ///< for people: "H.264/AVC"; empty: not known
  std::string configuration;   ///< for people: "High 3.1, 1280x720"; empty: not known
};

/// Values are 0 where they are not known.
struct VideoReport : MediaReport {
  std::uint64_t key_frames = 0;
  double key_frame_interval = 0;  ///< seconds, on average
  double frame_rate = 0;          ///< frames a second, as they came
  std::uint32_t width = 0;        ///< pixels, as the codec's configuration says, like `height`
  std::uint32_t height = 0;
};

/// As VideoReport.
struct AudioReport : MediaReport {
  std::uint32_t sample_rate = 0;  ///< Hz, as played
  std::uint32_t channels = 0;     ///< as played
};

enum class StreamUse : std::uint8_t { unknown, publish, play };

struct StreamReport {
  std::uint32_t message_stream_id = 0;
  StreamUse use{};
  std::string name;
  std::string status;                      ///< code of the last onStatus
  VideoReport video;                       ///< the track with the lowest id; most streams have no other
  AudioReport audio;                       ///< the same
  std::vector<VideoReport> further_video;  ///< other tracks, by track_id
  std::vector<AudioReport> further_audio;
};

struct DirectionReport {
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;  ///< of the stream, each byte once
  std::uint64_t retransmitted_bytes = 0;
  std::uint64_t missing_bytes = 0;
  std::uint64_t messages = 0;
};

/// What a connection amounts to.
struct Report {
  Time first = 0;        ///< of its first packet
  Time last = 0;         ///< of its last packet
  std::string_view end;  ///< docs/values.md, table end_cause: "fin", "reset", "idle", …
  std::array<DirectionReport, 2> directions;  ///< by Direction
  std::vector<StreamReport> streams;
  std::string client_software;  ///< flashVer of connect
  std::string server_software;  ///< fmsVer of its result
  std::string app;
  std::string tc_url;
  std::string error;                        ///< last error status; empty: none
  std::array<std::uint64_t, 3> findings{};  ///< by Severity
};

}  // namespace rtmpscope::v1
