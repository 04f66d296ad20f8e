// What a flow table reports, and the interfaces that receive it.
#pragma once

#include <algorithm>
#include <array>
#include <memory>
#include <span>

#include "base/endpoint.hpp"
#include "base/stream.hpp"
#include "base/tcp_facts.hpp"

namespace rtmpscope::net {

struct FlowInfo {
  Endpoint client;
  Endpoint server;
  /// Whether the roles come from a SYN. If not, they are a guess: the side with a well-known or else the
  /// lower port is the server.
  bool syn_seen = false;
  PacketRef first_packet;  ///< of the connection; the SYN, if there is one
  bool repeated = false;   ///< begins like the connection before it: a second copy of that
  SideSyns syns{};         ///< with FlowLimits::measure
};

/// Of one side: whether it has sent a FIN, and who did so first.
enum class Closed : std::uint8_t { no, as_first, as_second };

struct FlowDirectionTotals {
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;                ///< of the stream, captured and in time, each byte once
  std::uint64_t missing_bytes = 0;        ///< of the gaps of known length
  std::uint64_t retransmitted_bytes = 0;  ///< of segments that were sent again
  std::uint64_t discarded_bytes = 0;  ///< before the stream's first byte, after their gap, or after the FIN
  std::uint32_t retransmitted_segments = 0;  ///< also where the first copy was lost before the capture point
  std::uint32_t out_of_order_segments = 0;   ///< came after bytes that follow them, without having been lost
  std::uint32_t keep_alives = 0;             ///< probes with one byte that is no part of the stream
  Closed closed = Closed::no;                ///< whether the sender closed its side
  bool reset = false;                        ///< the sender reset the connection
  std::uint8_t hop_limit = 0;                ///< of the last packet that was no reset; 0: there was none
  Timestamp last_time = 0;                   ///< of the latest packet
  PacketRef last_data;                       ///< the latest with new bytes; number 0: there was none

  void note_packet(Timestamp time) {
    ++packets;
    last_time = std::max(last_time, time);
  }
};

/// An ICMP error, and the direction of the packet that it is about.
struct DirectedIcmp {
  Direction direction{};
  IcmpFacts error;
};

/// One element a direction; see index_of.
using FlowTotals = std::array<FlowDirectionTotals, 2>;

/// Receives one TCP connection.
///
/// Order of calls: those of StreamSink, in which a direction that began before the capture starts with a
/// StreamGap at offset 0 of unknown length (start_not_captured); then, unless `wants_data` became false,
/// `on_end` for both directions; then `on_close`, always and exactly once. The destructor follows. `packet`
/// of data is the packet that made the bytes deliverable: for out-of-order bytes the one that filled the gap
/// before them. If that gap was given up, `packet` is the packet that carried the bytes, and the gap has the
/// packet of the first byte behind it. Only then do packet numbers go down.
///
/// No function may call the flow table.
class FlowHandler : public StreamSink {
 public:
  /// Asked after each of the other calls. Once false, nothing more is delivered or kept for this flow; it is
  /// only counted, less exactly: gaps are not detected.
  [[nodiscard]] virtual bool wants_data() const = 0;

  /// `length` bytes from `offset` came twice, with different contents, before they could be delivered. The
  /// first copy is the one that is delivered.
  virtual void on_overlap_conflict(Direction direction, std::uint64_t offset, std::uint32_t length,
                                   PacketRef packet) = 0;

  /// The SYN came again after payload. Either a second copy of the connection begins, or a second capture
  /// point's packets are interleaved with the first one's: undecidable. What follows counts as retransmitted.
  /// Called once at most.
  virtual void on_syn_again(Direction /*direction*/, PacketRef /*packet*/) {}

  /// Whether `on_sample` may be called. As long as not, what there is to tell goes to the next one.
  [[nodiscard]] virtual bool takes_samples() const { return false; }
  /// With FlowLimits::measure: what TCP did in a second that is over, up to the connection's end. It comes
  /// before the other calls that `packet` makes, or before on_close.
  virtual void on_sample(Direction /*direction*/, const TcpSample& /*sample*/, PacketRef /*packet*/) {}

  /// With FlowLimits::measure: an ICMP error about a packet of `direction`. The first 10 of a flow, when
  /// `takes_samples`.
  virtual void on_icmp(Direction /*direction*/, const IcmpFacts& /*error*/) {}

  virtual void on_close(EndCause cause, PacketRef packet, const FlowTotals& totals, const SideEnds& ends) = 0;

  /// Data of `direction` comes soon: loads what `on_data` will need into the cache, one pointer further with
  /// each step. Only a hint; before step 0 the first bytes of the handler itself have been asked for.
  virtual void prefetch(Direction /*direction*/, unsigned /*step*/) const {}
};

/// A connection that came to nothing: its SYN has no answer, or a reset for one.
struct UnopenedFlow {
  FlowInfo info;
  bool refused = false;  ///< the server reset it; if not, nothing came from there
  EndCause cause{};
  PacketRef packet;  ///< that ended it
  const FlowTotals& totals;
  const SideEnds& ends;
  std::span<const DirectedIcmp> icmp;
};

/// Called for each connection when its first payload comes: a connection without any is only counted.
class FlowObserver {
 public:
  virtual ~FlowObserver() = default;
  /// `packet` carries the first payload. May return null: the flow is of no interest.
  virtual std::unique_ptr<FlowHandler> on_open(const FlowInfo& info, PacketRef packet) = 0;
  /// With FlowLimits::measure: a connection is over without an answer. One SYN alone is told if the capture
  /// goes on for FlowLimits::answer_time.
  virtual void on_unopened(const UnopenedFlow& /*flow*/) {}
};

}  // namespace rtmpscope::net
