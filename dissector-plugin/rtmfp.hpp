// RTMFP: RTMP's messages in flows of encrypted UDP datagrams.
//
// Each first visit hands a datagram to the decoder, which finds its session, by addresses and id, and opens
// it. Later visits open it again with the session's cipher, and take all else from what was kept.
#pragma once

namespace rtmpscope::plugin {

/// The protocol and its fields.
void register_rtmfp();
/// Where the dissector is called from: UDP's heuristics, Decode As, and for what time brings, every packet.
void hand_off_rtmfp();

}  // namespace rtmpscope::plugin
