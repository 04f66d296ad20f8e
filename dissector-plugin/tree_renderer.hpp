// What the decoder said of a packet, as Wireshark's tree.
#pragma once

#include "presenter.hpp"
#include "ws_compat.h"

namespace rtmpscope::plugin {

/// Adds the protocol with all records of `batch` to `tree`. `frame` is the captured part of `tvb`;
/// `info` is the text of the Info column, or null: it was not made.
///
/// May leave with longjmp, as all that adds to a tree may; so neither this nor a caller has anything to
/// destroy.
void render(int protocol, tvbuff_t* tvb, packet_info* pinfo, proto_tree* tree,
            const RecordedConnection& connection, const recording::RecordBatch& batch, Bytes frame,
            const char* info, Presenter& presenter);

}  // namespace rtmpscope::plugin
