// The header behind a provisional message (ChunkItem::Kind::next_header), in the packet at hand.
#pragma once

#include "rtmp/chunk/chunk_parser.hpp"
#include "rtmp/evidence/header_evidence.hpp"

namespace rtmpscope::rtmp {

/// It is convincing with the bytes at hand, so that it confirms the message: `raw` as in its item, `behind`
/// what follows in the packet. False means "ask the search", not "invalid".
[[nodiscard]] bool confirms_provisional(const ChunkParser& parser, const SenderProfile& profile, Bytes raw,
                                        Bytes behind);

}  // namespace rtmpscope::rtmp
