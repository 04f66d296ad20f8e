// Every limit of this folder: name, default, why, and what happens when it is reached.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.hpp"

namespace rtmpscope::net {

inline constexpr Timestamp microsecond = 1'000;
inline constexpr Timestamp millisecond = 1'000 * microsecond;
inline constexpr Timestamp second = 1'000 * millisecond;

/// Limits of the packet decoder.
struct DecoderLimits {
  /// Headers between the start of a packet and its TCP header: each VLAN tag, MPLS label, extension header
  /// and tunnel header is one. Three nested tunnels need about 15. Reached: the packet is malformed
  /// (`too_deep`).
  std::uint32_t headers_per_packet = 32;

  /// Datagrams of which fragments are missing. Reached: the oldest one is dropped (`datagrams_dropped`).
  std::size_t pending_datagrams = 1024;

  /// Memory of the fragments that wait, bookkeeping included; room for 128 datagrams of the largest size.
  /// Reached: the oldest datagram is dropped.
  std::size_t pending_fragment_bytes = std::size_t{8} << 20;

  /// Fragments of one datagram; a path with IPv4's least MTU of 68 makes 1365 of the largest datagram.
  /// Reached: the datagram is dropped.
  std::size_t fragments_per_datagram = 1400;

  /// Capture time for which a datagram waits for its fragments, as Linux does (net.ipv4.ipfrag_time). A clock
  /// that steps by more than that, in either direction, drops what waits. Reached: the datagram is dropped.
  Timestamp fragment_timeout = 30 * second;
};

/// What a capture's clock may do between two packets without having jumped (`clock_jumps`).
struct ClockLimits {
  /// Packets of several receive queues or capture points may come late by so much.
  Timestamp back = 60 * second;

  /// A capture may be silent for so long; then connections have timed out. A clock that was set by more than
  /// that (a machine without a battery begins in 1970) ends none.
  Timestamp ahead = 24 * 3600 * second;

  /// Packets in a row that have to agree on another time. Fewer are packets with wrong times.
  std::uint32_t packets = 16;
};

/// Limits of one flow table. Times are capture time.
///
/// `flows` and `held_bytes_total` are shared by all flows of a table: results stay independent of the number
/// of threads only as long as they are not reached, or the number of tables does not follow the number of
/// threads.
struct FlowLimits {
  /// Whether round trips, windows and losses are measured (net/tcp_meter.hpp); each flow with payload that
  /// somebody wants then takes a kilobyte more.
  bool measure = false;

  /// With `measure`: a SYN that has no answer for so long was not answered. Usual systems send it again after
  /// a second; what came again sooner than `syn_repeat_time` was captured twice.
  Timestamp answer_time = 3 * second;
  Timestamp syn_repeat_time = second / 2;

  /// ICMP errors of a flow that are told; more are counted.
  std::size_t icmp_errors = 10;

  /// Flows of one table, tombstones and half-open ones included: about 47 MiB. Reached: the least recently
  /// used tombstone goes, else the least recently used flow without payload, else the least recently used
  /// flow, which ends with EndCause::evicted.
  std::uint32_t flows = 1U << 17;

  /// No packet for that long ends a flow (EndCause::idle). RTMP peers ping each other every few seconds to
  /// minutes and players give up sooner; but a paused player or a keep-alive-only tunnel may be silent for
  /// minutes, and network address translators forget idle TCP connections after 5 to 15 minutes at the
  /// latest.
  Timestamp idle_timeout = second * 15 * 60;

  /// A flow without a byte of payload is forgotten after that long. A SYN is repeated for 127 s at most on
  /// Linux, with at most 64 s between two of them. Keeps scans and SYN floods short-lived; it is not
  /// reported.
  Timestamp half_open_timeout = 120 * second;

  /// More flows of a table without payload than that are a flood or a scan, and are forgotten sooner. What is
  /// left of them then is 12 MiB in the 64 tables of a run.
  std::size_t usual_half_open = 1U << 9;
  Timestamp half_open_timeout_if_more = 30 * second;

  /// Both sides have sent FIN, but bytes before it or its acknowledgement are missing: no packet for that
  /// long and they never come.
  Timestamp closing_timeout = 10 * second;

  /// How long a closed flow swallows late packets, counted from its end; TIME_WAIT of Linux.
  Timestamp tombstone_time = 60 * second;

  /// Memory of one direction's out-of-order payload, bookkeeping included. What a sender can have sent beyond
  /// a lost segment is bounded by the receive window, which by default reaches 3 MiB on Linux (half of
  /// tcp_rmem's 6 MiB) and similar sizes elsewhere. Reached: StreamGap{buffer_limit} for the oldest gap.
  std::uint32_t held_bytes = 8U << 20;

  /// Pieces of one direction's out-of-order payload (neighbours below 1.5 KiB share a piece), which bounds
  /// the cost of an insertion; 8 MiB in segments of 536 bytes. Reached: as `held_bytes`.
  std::uint32_t held_pieces = 1U << 14;

  /// As `held_bytes`, for all flows of the table. Reached: the direction that asks for more gives up its
  /// oldest gap.
  std::size_t held_bytes_total = std::size_t{256} << 20;

  /// Grace of a pending gap that the receiver has acknowledged: it is given up when that many packets of the
  /// flow AND that much time have passed since it was noticed, or `gap_grace_time_alone` has. Until then the
  /// bytes may still come from another receive queue of the capturing machine (tens of packets, milliseconds)
  /// or from a second capture point (the delay between the two points, below 200 ms on land).
  std::uint32_t gap_grace_packets = 64;
  Timestamp gap_grace_time = 200 * millisecond;
  Timestamp gap_grace_time_alone = 3 * second;

  /// There is no grace while that many such gaps in a table's flows were given up and none of their bytes
  /// has ever come late: this capture loses packets and keeps their order, and waiting is in vain and costs
  /// memory. One late byte ends that for good.
  std::uint32_t experience_gaps = 8;

  /// As `gap_grace_…` where nothing of the receiver was ever captured, so that its acknowledgements cannot
  /// show whether the segment was lost on its way. Then the sender may repeat it, after a timeout of a second
  /// or more, and the count starts again whenever the missing bytes come in order.
  std::uint32_t one_way_grace_packets = 512;
  Timestamp one_way_grace_time = 2 * second;
  Timestamp one_way_grace_time_alone = 10 * second;

  /// A round trip where the connection's handshake does not show it. tshark assumes the same.
  Timestamp unknown_round_trip = 3 * millisecond;

  /// The clock in a sender's segments (TCP timestamps) goes on in steps of at most that, on usual systems.
  Timestamp sender_clock_tick = 10 * millisecond;

  /// The SYN of a connection that is known comes again within that time: sent again, or seen at a second
  /// capture point. Later it begins another connection, which may have the same sequence numbers: a second
  /// copy of a capture. Where the connection has not ended, it must have paused for that long, or the time
  /// must be back by as much: packets of two capture points whose clocks differ are interleaved.
  Timestamp syn_again = second;

  /// An acknowledgement further ahead than that belongs to another connection or is forged, and is ignored.
  /// Many times the usual receive windows, so that acknowledgements lead on over a gap in the capture.
  std::uint32_t acknowledgement_step = 64U << 20;

  /// A reset whose sequence number is further than that from where its sender stands is ignored, as receivers
  /// do (RFC 5961, section 3.2), with slack for what the capture has missed.
  std::uint32_t reset_distance = 16U << 20;
};

}  // namespace rtmpscope::net
