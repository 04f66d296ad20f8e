// Wireshark's conversations of TCP, found again without Wireshark's search, which takes as long as a good
// part of the decoder.
#pragma once

#include "ws_compat.h"

namespace rtmpscope::plugin {

/// As find_or_create_conversation.
[[nodiscard]] conversation_t* conversation_of(packet_info* pinfo);
/// As find_conversation_pinfo: null if the packet belongs to none.
[[nodiscard]] conversation_t* known_conversation(packet_info* pinfo);
/// To be called for each packet: a stream that it begins is the latest between its endpoints from here on,
/// and may have a key of its own, with the endpoints the other way round.
void notice_streams(const packet_info* pinfo);
/// To be called before Wireshark frees its conversations.
void forget_conversations();

}  // namespace rtmpscope::plugin
