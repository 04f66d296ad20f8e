// What TCP says about how each side of a connection ended.
#pragma once

#include <array>
#include <optional>

#include "base/bytes.hpp"

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

/// How one side of a connection ended.
struct SideEnd {
  std::optional<FinFacts> fin;
  std::optional<ResetFacts> reset;
  std::optional<PacketRef> last_data;         ///< the latest packet with bytes that had not come before
  std::optional<std::uint64_t> acknowledged;  ///< offset up to which the peer has acknowledged
  std::uint64_t discarded_bytes =
      0;                          ///< before the stream's first byte, behind the FIN, or late behind a gap
  std::uint32_t keep_alives = 0;  ///< probes with one byte that is no part of the stream
};

/// One element a direction, that of the side's own bytes; see index_of.
using SideEnds = std::array<SideEnd, 2>;

}  // namespace rtmpscope
