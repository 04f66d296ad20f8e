// RTMPT: RTMP in the bodies of HTTP requests and responses.
//
// A client asks for a session with POST /open/1 and gets its id as text. Then POST /send/<id>/<number>
// carries the client's bytes, and POST /idle/<id>/<number> none; the body of either response is one byte with
// the polling interval and the server's bytes. A session may go over several TCP connections.
#pragma once

#include "ws_compat.h"

namespace rtmpscope::plugin {

/// For bodies of type application/x-fcs.
int dissect_rtmpt(tvbuff_t* tvb, packet_info* pinfo, proto_tree* tree, void* data);
/// For bodies without a type: crtmpserver's responses.
HeuristicResult look_at_http(tvbuff_t* tvb, packet_info* pinfo, proto_tree* tree, void* data);

}  // namespace rtmpscope::plugin
