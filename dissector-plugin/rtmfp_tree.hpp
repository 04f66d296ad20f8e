// A packet of RTMFP as Wireshark's tree: session, flags, times, chunks. What its messages say stands below
// it, as with every other carrier.
#pragma once

#include "rtmfp_sessions.hpp"
#include "ws_compat.h"

namespace rtmpscope::plugin {

/// Fields and expert items of the protocol.
void register_rtmfp_fields(int rtmfp_protocol);

/// A packet to be shown.
struct RtmfpPacket {
  const RtmfpDatagram* datagram = nullptr;  ///< null: of no session that is known
  std::uint32_t session_id = 0;
  Bytes plain;              ///< from the flags on, in packet memory; empty: not opened
  bool shows_data = false;  ///< also what peers have said, byte by byte
};

/// "User Data, Acknowledgement": the kinds of chunks. In packet memory.
const char* chunk_names(packet_info* pinfo, const RtmfpPacket& packet);

/// May leave with longjmp, as render().
void add_rtmfp_packet(int rtmfp_protocol, tvbuff_t* tvb, packet_info* pinfo, proto_tree* tree,
                      const RtmfpPacket& packet);

}  // namespace rtmpscope::plugin
