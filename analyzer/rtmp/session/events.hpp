// The events of a connection and of the capture, as they are emitted and sinks take them. EventKind tells
// which class an event is, so that a sink may static_cast it.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "base/connection_uid.hpp"
#include "base/endpoint.hpp"
#include "base/proxy_header.hpp"
#include "base/stream.hpp"
#include "base/tcp_facts.hpp"
#include "base/tunnel_facts.hpp"
#include "rtmp/chunk/chunk_parser.hpp"
#include "rtmp/chunk/message.hpp"
#include "rtmp/handshake/handshake.hpp"
#include "rtmp/message/message_facts.hpp"
#include "schema/field_sink.hpp"

namespace rtmpscope::rtmp {

struct ConnectionSummary;                  // rtmp/session/summary.hpp
enum class SyncMethod : std::uint8_t;      // rtmp/recovery/sync_search.hpp
enum class SyncConfidence : std::uint8_t;  // rtmp/recovery/sync_search.hpp
enum class SyncLostReason : std::uint8_t;  // rtmp/session/chunk_stream_decoder.hpp

/// Numbers as in values.def, table transport.
enum class Transport : std::uint8_t { rtmp, rtmpe, rtmps, rtmpt, tls, http, unknown, rtmpts, rtmpte, rtmfp };
[[nodiscard]] constexpr bool is_rtmp(Transport transport) {
  return transport != Transport::tls && transport != Transport::http && transport != Transport::unknown;
}
[[nodiscard]] constexpr bool is_encrypted(Transport transport) {
  return transport == Transport::rtmpe || transport == Transport::rtmpte;
}
/// What a transport becomes when the handshake announces RTMPE.
[[nodiscard]] constexpr Transport encrypted(Transport transport) {
  if (transport == Transport::rtmp) return Transport::rtmpe;
  return transport == Transport::rtmpt ? Transport::rtmpte : transport;
}
/// Numbers as in values.def, table start.
enum class Start : std::uint8_t { syn, midstream, refused, unanswered };

/// What is known of a connection before its first byte is decoded.
struct ConnectionInfo {
  Endpoint client;
  Endpoint server;
  Transport transport = Transport::rtmp;
  Start start = Start::syn;
  std::array<bool, 2>
      start_lost{};       ///< with Start::syn, by Direction: offset 0 is not where the handshake begins
  bool repeated = false;  ///< begins like the connection before it between the same endpoints
  ConnectionUid uid{};    ///< all zero: none was made
  std::vector<ProxyHeader> proxy_headers;  ///< in front of C0; offsets count from their end
  SideSyns syns{};                         ///< of TCP, if that is measured
};

/// TCP's view of one direction, for the totals.
struct DirectionTotals {
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;                  ///< of the stream, each byte once
  std::uint64_t retransmitted_bytes = 0;    ///< of segments that were sent again
  std::uint64_t out_of_order_segments = 0;  ///< that others have overtaken
  std::uint64_t missing_bytes = 0;
  Timestamp last_time = 0;  ///< of the latest packet; 0: not known
  std::uint64_t retransmitted_segments = 0;
  bool closed = false;        ///< the sender closed its side
  bool closed_first = false;  ///< before the other side did, if that did; of neither, if it is not known
  bool reset = false;         ///< the sender reset the connection
  SideEnd end{};              ///< offsets are those of the TCP stream; of TCP alone
};

/// Head of every event. `describe` pushes the event's own keys (the body of a message included), and may be
/// called any number of times while the event lives, which is during EventSink::on_event.
struct Event {
  EventKind kind;
  PacketRef packet;              ///< the packet that completed the event
  std::uint32_t connection = 0;  ///< 1-based within the shard; the merger makes it global; 0: none
  std::optional<Direction> direction;
  const ConnectionInfo* about = nullptr;  ///< the connection; null: none

  explicit Event(EventKind event_kind) : kind(event_kind) {}
  virtual ~Event() = default;
  virtual void describe(FieldSink& sink) const = 0;
  /// Of an event about a second: its number, so that every tenth can be told.
  [[nodiscard]] virtual std::optional<std::uint64_t> second() const { return std::nullopt; }
};

struct MessageEvent : Event {
  const Message& message;
  const MessageFacts& facts;                   ///< of `message`, as the session has computed them
  std::optional<Bytes> stream_name;            ///< of the message stream, if it is known; may be empty
  std::optional<std::uint64_t> request_frame;  ///< of the request that this message answers
  std::optional<std::int64_t> response_time;   ///< nanoseconds since that request

  MessageEvent(const Message& m, const MessageFacts& f) : Event(EventKind::message), message(m), facts(f) {}
  void describe(FieldSink& sink) const override;
};

/// What the decoder finds. The judge's findings are events of this kind, too, with texts of their own.
struct FindingEvent : Event {
  FindingId id;
  std::optional<std::uint64_t> stream_offset;   ///< of the message or chunk that it is about
  std::optional<std::uint64_t> carrier_offset;  ///< of what a carrier below RTMP has found, in its own stream
  std::optional<Range> range;                   ///< within that message's body or chunk's header
  std::uint64_t a = 0;
  std::uint64_t b = 0;
  bool after_gap = false;        ///< bytes before it are missing, which may be the reason
  std::uint64_t suppressed = 0;  ///< not 0: stands for that many findings that were counted only
  bool in_body = false;          ///< describing the message again finds it again

  /// What may be due to missing bytes is no more than a note.
  [[nodiscard]] virtual Severity severity() const { return after_gap ? Severity::note : info(id).severity; }
  /// What was found, with its numbers.
  [[nodiscard]] virtual std::string text() const;

  explicit FindingEvent(FindingId finding) : Event(EventKind::finding), id(finding) {}
  void describe(FieldSink& sink) const override;
};

struct ChunkEvent final : Event {
  const ChunkHeader& header;
  std::uint32_t payload_length;

  ChunkEvent(const ChunkHeader& h, std::uint32_t length)
      : Event(EventKind::chunk), header(h), payload_length(length) {}
  void describe(FieldSink& sink) const override { describe_chunk(header, payload_length, sink); }
};

struct HandshakeEvent final : Event {
  const HandshakePartFacts& facts;
  Bytes raw;  ///< known bytes of the part

  HandshakeEvent(const HandshakePartFacts& f, Bytes bytes)
      : Event(EventKind::handshake), facts(f), raw(bytes) {}
  void describe(FieldSink& sink) const override { describe_handshake_part(facts, raw, sink); }
};

struct HandshakeDoneEvent final : Event {
  const HandshakeOutcome& outcome;

  explicit HandshakeDoneEvent(const HandshakeOutcome& o) : Event(EventKind::handshake_done), outcome(o) {}
  void describe(FieldSink& sink) const override { describe_handshake_done(outcome, sink); }
};

struct GapEvent final : Event {
  StreamGap gap;

  explicit GapEvent(const StreamGap& g) : Event(EventKind::gap), gap(g) {}
  void describe(FieldSink& sink) const override;
};

/// Where chunks begin is not known from here on.
struct SyncLostEvent final : Event {
  std::uint64_t stream_offset;
  SyncLostReason reason;

  SyncLostEvent(std::uint64_t offset, SyncLostReason why)
      : Event(EventKind::sync_lost), stream_offset(offset), reason(why) {}
  void describe(FieldSink& sink) const override;
};

/// It is known again.
struct SyncFoundEvent final : Event {
  std::uint64_t stream_offset = 0;  ///< of the first chunk header
  std::uint64_t skipped = 0;        ///< bytes of the stream between loss and that header
  SyncMethod method{};
  SyncConfidence confidence{};
  std::uint32_t chunk_size = 0;   ///< 0: not known
  bool chunk_size_exact = false;  ///< false: `chunk_size` is a guess that fits

  SyncFoundEvent() : Event(EventKind::sync_found) {}
  void describe(FieldSink& sink) const override;
};

/// An RTMPT session began.
struct TunnelOpenEvent final : Event {
  const TunnelOpening& opening;

  explicit TunnelOpenEvent(const TunnelOpening& o) : Event(EventKind::tunnel_open), opening(o) {}
  void describe(FieldSink& sink) const override;
};

/// One of its requests is over.
struct TunnelExchangeEvent final : Event {
  const TunnelExchange& exchange;

  explicit TunnelExchangeEvent(const TunnelExchange& e) : Event(EventKind::tunnel_exchange), exchange(e) {}
  void describe(FieldSink& sink) const override;
};

/// It ended.
struct TunnelCloseEvent final : Event {
  const TunnelTotals& totals;

  explicit TunnelCloseEvent(const TunnelTotals& t) : Event(EventKind::tunnel_close), totals(t) {}
  void describe(FieldSink& sink) const override;
};

/// Somebody on the way says that a packet did not come through.
struct IcmpEvent final : Event {
  const IcmpFacts& error;

  explicit IcmpEvent(const IcmpFacts& e) : Event(EventKind::icmp), error(e) {}
  void describe(FieldSink& sink) const override;
};

/// A second of one direction is over.
struct TcpSampleEvent final : Event {
  const TcpSample& sample;

  explicit TcpSampleEvent(const TcpSample& s) : Event(EventKind::tcp_sample), sample(s) {}
  void describe(FieldSink& sink) const override;
  [[nodiscard]] std::optional<std::uint64_t> second() const override { return sample.second; }
};

struct ConnectionOpenEvent final : Event {
  const ConnectionInfo& connection_info;

  explicit ConnectionOpenEvent(const ConnectionInfo& i)
      : Event(EventKind::connection_open), connection_info(i) {}
  void describe(FieldSink& sink) const override;
};

struct ConnectionCloseEvent final : Event {
  const ConnectionSummary& summary;
  const std::array<DirectionTotals, 2>& totals;  ///< by index_of(Direction)

  ConnectionCloseEvent(const ConnectionSummary& s, const std::array<DirectionTotals, 2>& t)
      : Event(EventKind::connection_close), summary(s), totals(t) {}
  void describe(FieldSink& sink) const override;
};

/// What is known of the capture as a whole; all but the first two at its end alone.
struct CaptureTotals {
  std::string source;  ///< a file's name, or an interface's
  std::string format;
  std::vector<std::string> link_types;
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;  ///< of the packets on the wire
  std::uint64_t captured_bytes = 0;
  std::optional<std::uint64_t> kernel_drops;  ///< live: packets
  std::optional<std::uint64_t> interface_drops;
  std::optional<std::uint64_t> ring_drops;
  std::uint64_t connections = 0;           ///< that have events
  std::uint64_t not_rtmp_connections = 0;  ///< of these, on an RTMP port with something else
  std::uint64_t other_connections = 0;     ///< TCP connections without events
  std::uint64_t late_segments = 0;         ///< came after their connection had been reset
  std::uint64_t late_bytes = 0;
  std::uint64_t not_tcp = 0;               ///< packets, but those of RTMFP sessions
  std::uint64_t malformed = 0;             ///< packets
  std::uint64_t incomplete_datagrams = 0;  ///< of which fragments are missing
  std::uint64_t half_open_pushed_out = 0;  ///< connections without payload, forgotten as there were too many
  std::uint64_t unopened = 0;              ///< of `connections`, refused or not answered
  std::uint64_t unopened_left_out = 0;     ///< connections refused or not answered, that have no events
  std::uint64_t clock_jumps = 0;           ///< net::ClockLimits
  bool memory_scarce = false;              ///< SharedMemory
  struct Fault {
    std::uint64_t offset = 0;  ///< in the file
    std::string text;
    bool ended_early = true;  ///< false: packets were left out, and the rest was read
  };
  std::optional<Fault> fault;        ///< what is wrong with the file
  std::uint64_t rtmfp_left_out = 0;  ///< hellos, as too many had no answer
};

struct CaptureStartEvent final : Event {
  const CaptureTotals& capture;

  explicit CaptureStartEvent(const CaptureTotals& c) : Event(EventKind::capture_start), capture(c) {}
  void describe(FieldSink& sink) const override;
};

/// The capturing program has lost packets of an interface.
struct CaptureDropsEvent final : Event {
  std::uint16_t interface_id = 0;
  std::string interface;                      ///< its name; empty: not known
  std::optional<std::uint64_t> kernel_drops;  ///< packets so far; empty: not known
  std::optional<std::uint64_t> interface_drops;
  std::optional<std::uint64_t> ring_drops;

  CaptureDropsEvent() : Event(EventKind::capture_drops) {}
  void describe(FieldSink& sink) const override;
};

struct CaptureEndEvent final : Event {
  const CaptureTotals& capture;

  explicit CaptureEndEvent(const CaptureTotals& c) : Event(EventKind::capture_end), capture(c) {}
  void describe(FieldSink& sink) const override;
};

/// Takes the events of one shard, in the order in which they happened.
class EventSink {
 public:
  virtual ~EventSink() = default;
  virtual void on_event(const Event& event) = 0;
  /// Capture time has come to a full second or passed it: `now.time` is that of the first packet there, or of
  /// the live clock while no packet comes, and `now.number` that of the latest packet. Never goes back.
  virtual void on_tick(PacketRef /*now*/) {}
};

/// Ids of the fields of a connection's proxy headers, of an event or of the JSON document.
struct ProxyHeaderFields {
  FieldId list, header, protocol, length, client, address, port;
};
/// Pushes a list with one object a header; nothing if there are none.
void describe_proxy_headers(const std::vector<ProxyHeader>& headers, const ProxyHeaderFields& id,
                            FieldSink& sink);

/// How much an event is to stand out: a finding's severity; an error or warning status of a command; a
/// warning for missing bytes, incomplete messages and lost chunk borders; nothing for all others.
[[nodiscard]] std::optional<Severity> severity_of(const Event& event);

/// The text of a finding with its numbers filled in.
[[nodiscard]] std::string finding_text(FindingId id, std::uint64_t a, std::uint64_t b);

}  // namespace rtmpscope::rtmp
