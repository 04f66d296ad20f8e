// Calls a dissector whose errors are not to be ours.
#pragma once

#include <epan/packet.h>

#ifdef __cplusplus
extern "C" {
#endif

/// False if it gave up: bytes were missing, or it has a bug. What it added to the tree so far stays. It
/// cannot write to the columns.
int rtmpscope_call_guarded(dissector_handle_t handle, tvbuff_t* tvb, packet_info* pinfo, proto_tree* tree);

#ifdef __cplusplus
}
#endif
