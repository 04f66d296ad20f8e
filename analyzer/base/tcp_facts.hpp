// What TCP says about a connection: how it began, went and ended.
#pragma once

#include <array>
#include <optional>

#include "base/endpoint.hpp"
#include "base/spaced_values.hpp"

namespace rtmpscope {

/// The first FIN of a side.
struct FinFacts {
  PacketRef packet;
  std::uint64_t offset = 0;  ///< of the stream's end
};

/// The first reset of a side; one within the window goes before those outside, which receivers ignore.
struct ResetFacts {
  PacketRef packet;
  /// Of its sequence number in the stream; the FIN counts as a byte there. Nothing where the capture has
  /// nothing else of the side, and so not the stream's beginning.
  std::optional<std::int64_t> offset{};
  bool after_own_fin = false;
  bool after_peer_fin = false;
  /// It came behind the side's own FIN, and the peer had sent bytes that the side has not acknowledged: it
  /// says that these were not read (RFC 9293, section 3.6.1), and not who ended the connection.
  bool answers_data = false;
  /// False: its sequence number is before what the peer has acknowledged, or far from where the side stands,
  /// so that the peer ignores it (RFC 5961, section 3.2). True also where this is not known.
  bool in_window = true;
  std::uint8_t hop_limit = 0;        ///< of its IP header: time to live, or hop limit
  std::uint8_t usual_hop_limit = 0;  ///< of the side's last packet that was no reset; 0: there was none
};

/// What a side's SYN offers (RFC 9293, section 3.2; RFC 7323; RFC 2018).
struct SynOptions {
  static constexpr std::uint8_t no_scale = 255;

  std::uint16_t mss = 0;                 ///< bytes; 0: it says none
  std::uint8_t window_scale = no_scale;  ///< bits to shift by
  bool seen : 1 = false;  ///< the SYN was captured, with its options; if not, nothing else holds
  bool sack : 1 = false;
  bool timestamps : 1 = false;
};
static_assert(sizeof(SynOptions) == 4);

/// One element a direction, that of the SYN's own bytes; see index_of.
using SideSyns = std::array<SynOptions, 2>;

/// What became of segments that did not come in order and once.
struct SegmentLosses {
  std::uint32_t before = 0;        ///< lost before the capture point: they filled a hole, after a round trip
  std::uint32_t behind = 0;        ///< lost behind the capture point: they were seen twice
  std::uint32_t spurious = 0;      ///< seen twice, though the receiver had acknowledged them
  std::uint32_t reordered = 0;     ///< others overtook them
  std::uint64_t not_captured = 0;  ///< bytes that the receiver has, and the capture has not
  std::uint64_t resent_bytes = 0;  ///< of the segments in the first three

  [[nodiscard]] std::uint32_t lost() const { return before + behind; }
  void add(const SegmentLosses& other) {
    before += other.before;
    behind += other.behind;
    spurious += other.spurious;
    reordered += other.reordered;
    not_captured += other.not_captured;
    resent_bytes += other.resent_bytes;
  }
};

/// What keeps a sender from sending more.
enum class SenderLimit : std::uint8_t {
  application,  ///< it has nothing to send
  receiver,     ///< the receiver's window is full, or closed
  network,      ///< bytes are lost or late, or wait in a queue
  sender,       ///< it stops after flights of one size, which nobody asks for: its own buffer or program
  unknown,
};
inline constexpr std::size_t sender_limits = 5;

/// What one direction of a connection did in one second of capture time, or in several silent ones.
struct TcpSample {
  std::uint32_t second = 0;   ///< number of the first second, from 0 at the connection's first packet
  std::uint32_t seconds = 1;  ///< that it is about; the last one of a connection may be shorter
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;          ///< of the stream, each once
  std::uint32_t data_segments = 0;  ///< with bytes that had not come before
  std::uint64_t waiting = 0;  ///< bytes that have come, behind others that have not, when the second is over
  std::optional<std::uint64_t> in_flight_max{};  ///< bytes sent and not acknowledged
  std::optional<std::uint64_t> window_min{};     ///< bytes that the receiver let the sender send
  std::optional<std::uint64_t> window_max{};
  std::uint32_t zero_windows = 0;  ///< times that the receiver closed its window
  std::uint64_t zero_window_ms = 0;
  SpacedValues round_trip_us{};
  SegmentLosses losses{};
  std::uint32_t duplicate_acknowledgements = 0;
  std::array<std::uint64_t, sender_limits> limit_ms{};  ///< by SenderLimit
};

/// The same of the whole connection, and how it ended.
struct TcpTotals {
  std::uint32_t zero_windows = 0;
  std::uint64_t zero_window_ms = 0;
  std::uint64_t longest_zero_window_ms = 0;
  std::uint64_t zero_window_at_end_ms = 0;  ///< of the window that is closed at the end
  SegmentLosses losses{};
  std::uint32_t duplicate_acknowledgements = 0;
  SpacedValues round_trip_us{};
  std::uint32_t repeats_at_end = 0;  ///< times that bytes were sent again since the receiver's last packet
  std::uint64_t unanswered_ms = 0;   ///< from the first of these to the last
};

/// An ICMP error about a packet of the connection (RFC 792, RFC 4443).
struct IcmpFacts {
  PacketRef packet;    ///< the error's own
  IpAddress reporter;  ///< who says so
  bool v6 = false;     ///< ICMPv6
  std::uint8_t type = 0;
  std::uint8_t code = 0;
  std::uint32_t mtu = 0;  ///< bytes that the next link takes, where packets are too big; 0: not said
};

/// How one side of a connection ended.
struct SideEnd {
  std::optional<FinFacts> fin;
  std::optional<ResetFacts> reset;
  std::optional<PacketRef> last_data;         ///< the latest packet with bytes that had not come before
  std::optional<std::uint64_t> acknowledged;  ///< offset up to which the peer has acknowledged
  std::uint64_t discarded_bytes =
      0;                           ///< before the stream's first byte, behind the FIN, or late behind a gap
  std::uint32_t keep_alives = 0;   ///< probes with one byte that is no part of the stream
  std::uint32_t icmp_errors = 0;   ///< about packets of the side
  std::optional<TcpTotals> tcp{};  ///< if TCP was measured
};

/// Where the packets were captured.
enum class CapturePoint : std::uint8_t { at_client, at_server, between };

/// By the shortest halves of round trips: the part from the capture point to a side is what that side takes
/// to acknowledge. At a side: its half is at most a tenth of the whole. Nothing if a half was not measured,
/// or if the whole is less than a millisecond, as on one machine.
[[nodiscard]] std::optional<CapturePoint> capture_point_of(const SpacedValues& to_client,
                                                           const SpacedValues& to_server);

/// One element a direction, that of the side's own bytes; see index_of.
using SideEnds = std::array<SideEnd, 2>;

}  // namespace rtmpscope
