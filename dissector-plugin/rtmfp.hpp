// RTMFP: RTMP's messages in flows of encrypted UDP datagrams.
//
// Each first visit hands a datagram to the decoder, which finds its session, by addresses and id, and opens
// it. Later visits open it again with the session's cipher, and take all else from what was kept.
#pragma once

#include "ws_compat.h"

namespace rtmpscope::plugin {

/// The protocol and its fields.
void register_rtmfp();
/// Where the dissector is called from: UDP's heuristics and Decode As.
void hand_off_rtmfp();
/// To be called for every packet: what time alone brings, or another session, is shown below the packet at
/// hand. True if there was something.
bool show_what_time_brought(tvbuff_t* tvb, packet_info* pinfo, proto_tree* tree);

}  // namespace rtmpscope::plugin
