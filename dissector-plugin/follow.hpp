// Follow RTMP Stream: a connection's messages as text, one line each.
#pragma once

namespace rtmpscope::plugin {

/// To be called once, from the protocol's registration.
void register_follower(int protocol_id);

}  // namespace rtmpscope::plugin
