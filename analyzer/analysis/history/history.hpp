// What is remembered of one connection. Sides and directions: index_of(Direction) of what a side sends, so
// that 0 is the client and 1 the server.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "analysis/history/marks.hpp"
#include "analysis/record/kept_text.hpp"
#include "analysis/record/record.hpp"

namespace rtmpscope::analysis {

/// Bytes that are kept of what one message says: metadata, arguments of connect, the reply to it.
inline constexpr std::size_t largest_value = 16U << 10U;

/// How far a connection came. Each phase begins with its first byte.
enum class Phase : std::uint8_t { tcp, tls, handshake, connect, request, running };

/// A side's first FIN, or its first RST.
struct EndMark {
  Moment at;
  std::uint64_t offset = 0;    ///< in the sender's stream
  bool after_own_fin = false;  ///< RST only, as the next ones
  bool after_peer_fin = false;
  bool answers_data = false;  ///< it answers data that came after the sender's FIN: it says "not read"
  bool in_window = true;
  std::optional<std::uint32_t> ttl;
  std::optional<std::uint32_t> ttl_usual;  ///< of the sender's ordinary packets
};

/// One message of type 1 to 6, or an Acknowledgement's first ones.
struct ControlNote {
  Moment at;
  std::uint8_t type = 0;                    ///< message type id
  std::optional<std::uint64_t> value;       ///< chunk size, window size, bandwidth, sequence number
  KeptText event;                           ///< of User Control: the name in the timeline
  std::optional<std::uint64_t> stream;      ///< of User Control
  KeptText limit_type;                      ///< of Set Peer Bandwidth
  bool after_connect = false;               ///< the client's connect was complete before
  std::uint64_t offset = 0;                 ///< in the stream
  std::optional<std::uint8_t> header_type;  ///< chunk type of the message's first chunk, 0 to 3
};

/// An event handshake or handshake_done.
struct HandshakeNote {
  EventKind kind{};
  OwnedValue members;  ///< those that tell software, or the end
};

/// One command or data message, without its objects.
struct CommandNote {
  Moment at;
  Direction direction{};
  std::uint64_t offset = 0;  ///< in the stream
  KeptText name;
  std::optional<double> transaction_id;
  std::uint32_t message_stream_id = 0;
  std::uint32_t chunk_stream_id = 0;
  KeptText text;                      ///< first string argument: the stream name of publish and play
  std::optional<double> number;       ///< first number argument: the stream id of deleteStream
  KeptText level, code, description;  ///< of a status object
  KeptText details;                   ///< the status object's "details"
  KeptText redirect;                  ///< URL of ex.redirect, or of ReconnectRequest
  std::optional<std::uint64_t> request_frame;
  std::optional<double> response_time_ms;
  bool complete = true;

  [[nodiscard]] bool is_error() const { return name == "_error" || level == "error"; }
};

/// A request of the client and what became of it.
struct Request {
  CommandNote asked;
  std::optional<CommandNote> answered;  ///< _result, _error or the onStatus that decides it
  bool wrong_form = false;              ///< answered, but not in the way that the request wants
};

enum class StreamUse : std::uint8_t { unknown, publish, play };

/// One track of a stream.
struct TrackHistory {
  MediaType type{};
  std::uint8_t track_id = 0;
  std::uint8_t codec = 0;  ///< as in MediaRecord
  std::uint8_t legacy_codec = 0;
  bool enhanced = false;
  Moment first;                          ///< first packet of any kind
  std::optional<Moment> sequence_start;  ///< the first one
  std::optional<Moment> first_coded;     ///< first coded frame
  Moment last_coded;
  bool coded_before_sequence_start = false;  ///< where the codec needs one
  OwnedValue configuration;                  ///< of the last sequence start: numbers, flags and short texts
  std::uint64_t configuration_number = 0;    ///< differs where configurations do; 0: none was seen
};

/// One message stream that was published or played.
struct StreamHistory {
  std::uint32_t id = 0;
  StreamUse use = StreamUse::unknown;
  KeptText name;  ///< as given to publish or play
  Moment asked;
  std::optional<Moment> started;  ///< Publish.Start, Play.Start
  std::optional<Moment> ended;    ///< deleteStream, closeStream, FCUnpublish, Unpublish.Success, Stream EOF
  std::optional<Moment>
      stopped;            ///< by the server, of a play: Stream EOF, Play.Stop, UnpublishNotify, Complete
  bool recorded = false;  ///< Stream Is Recorded, or play with a start of 0 or more
  std::optional<Moment> first_media, last_media;
  std::uint64_t media_messages = 0;
  std::optional<Moment> metadata_at;  ///< the first metadata
  bool metadata_empty = false;        ///< it was there, without content
  bool metadata_wrapped = true;       ///< @setDataFrame in front
  OwnedValue metadata;                ///< the last one's object
  std::vector<TrackHistory> tracks;   ///< at most 32
};

/// A finding of the decoder.
struct FindingNote {
  Moment at;
  FindingId id{};
  Severity severity{};
  std::optional<Direction> direction;
  std::optional<std::uint64_t> offset;  ///< in the stream
  bool after_gap = false;
  KeptText text;
};

struct GapNote {
  Moment at;
  Direction direction{};
  std::uint64_t offset = 0;
  std::optional<std::uint64_t> length;
  KeptText cause;  ///< the name in the timeline
};

/// A second or more in which a side sent no message.
struct Pause {
  Moment from;  ///< the message before
  Moment until;
};

/// What one side sent.
struct SideHistory {
  SideMarks marks;
  std::optional<EndMark> fin, reset;
  std::optional<Moment> last_data;  ///< last packet with new payload
  std::optional<Timestamp> last_packet;
  std::uint64_t bytes = 0;    ///< of the stream
  std::uint64_t packets = 0;  ///< 0: the direction is not in the capture
  std::uint64_t missing_bytes = 0;
  std::optional<std::uint64_t> acknowledged;  ///< by the peer's TCP: offset in the stream
  std::optional<Moment> last_message, last_media;
  std::vector<Pause> pauses;  ///< the last 4
  bool last_message_complete = true;
  std::uint64_t last_message_length = 0;            ///< as its header says it
  std::optional<std::uint32_t> last_timestamp;      ///< of its media: milliseconds, modulo 2^32
  std::optional<Moment> ping_asked, ping_answered;  ///< the last Ping Request and Ping Response that it sent
  /// Chunk borders were not known until then, so that messages before it may not have been read.
  std::optional<Timestamp> unread_until;
  bool out_of_sync = false;       ///< they are still not known
  bool fin_not_captured = false;  ///< the peer has acknowledged a FIN that is not in the capture
  std::optional<CommandNote> last_command;
  std::vector<ControlNote> controls;   ///< the first 24
  std::uint64_t acknowledgements = 0;  ///< messages of type 3
  std::optional<std::uint64_t> last_acknowledgement;
  std::optional<Moment> last_acknowledgement_at;
  std::optional<std::uint64_t> window_asked;    ///< its last Window Acknowledgement Size
  std::uint64_t repeats_at_end = 0;             ///< how often the last unacknowledged bytes were repeated
  std::optional<double> unanswered_ms;          ///< from the first of these to the last
  std::optional<double> zero_window_at_end_ms;  ///< for how long this side's window was zero at the end
  std::optional<double> longest_zero_window_ms;
  std::optional<Timestamp> last_zero_window;  ///< of this side: until about a second after it opened
};

/// TLS, as far as it is in clear.
struct TlsHistory {
  bool seen = false;
  bool finished = false;  ///< the handshake was complete
  bool decrypted = false;
  bool opening_missing = false;  ///< keys were given, and do not help without what was not captured
  KeptText server_name;
  KeptText version;
  KeptText alert;  ///< the last alert's name
  bool alert_fatal = false;
  std::optional<Moment> alert_at;
  std::optional<Direction> alert_by;  ///< the side by what it sends
};

/// How the connection ended as the decoder says it: connection_close.
struct CloseNote {
  Moment at;
  KeptText reason;                    ///< fin, reset, idle, port_reuse, evicted, capture_end
  std::optional<Direction> ended_by;  ///< the side by what it sends
};

struct History {
  // connection_open
  Moment opened;
  KeptText client_address, server_address;
  std::uint16_t client_port = 0, server_port = 0;
  KeptText transport;  ///< rtmp, rtmps, tls, http, unknown, …
  KeptText start;      ///< syn, midstream, refused, unanswered
  KeptText uid;
  bool repeated = false;

  Phase phase = Phase::tcp;
  TlsHistory tls;
  std::vector<HandshakeNote> handshake;  ///< the first 8
  bool handshake_done = false;

  OwnedValue connect;         ///< arguments of the client's connect; null: none seen
  OwnedValue connect_result;  ///< members of the answer; null: none seen
  KeptText app, tc_url, flash_version;
  std::vector<Request> requests;      ///< connect, createStream, publish, play, …: the first 64
  std::vector<CommandNote> commands;  ///< both directions: the first 48 and the last 16
  std::uint64_t commands_left_out = 0;
  std::vector<StreamHistory> streams;  ///< the first 64

  std::array<SideHistory, 2> sides;
  std::vector<FindingNote> findings;  ///< the last 32 above note
  std::array<std::uint64_t, 3> finding_counts{};
  std::vector<GapNote> gaps;  ///< the last 16
  std::uint64_t gap_count = 0;
  std::uint64_t sync_losses = 0;
  std::optional<Moment> tunnel_closed;  ///< the client has asked to end the RTMPT session
  std::optional<CloseNote> close;

  [[nodiscard]] SideHistory& side(Direction sender) { return sides[index_of(sender)]; }
  [[nodiscard]] const SideHistory& side(Direction sender) const { return sides[index_of(sender)]; }
};

}  // namespace rtmpscope::analysis
