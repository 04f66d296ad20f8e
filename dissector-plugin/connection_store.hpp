// The connections of the capture that Wireshark has open.
#pragma once

#include "connection.hpp"
#include "rtmfp_sessions.hpp"
#include "ws_compat.h"

namespace rtmpscope::plugin {

/// Registers what forgets all connections when Wireshark closes a capture or dissects it anew.
void register_store();

/// For connections that are added from here on.
void set_keys(KeysPointer keys) noexcept;

/// The connection that is stored with `conversation` under `key`, or null.
[[nodiscard]] Connection* find_connection(int key, const conversation_t* conversation);
/// Adds one; null without memory. `pinfo` is a packet that goes to the server.
Connection* add_connection(int key, conversation_t* conversation, const packet_info* pinfo,
                           Direction direction, rtmp::Transport transport) noexcept;
/// One that no conversation holds: RTMPT's sessions go over several.
Connection* new_connection(const packet_info* pinfo, Direction direction, rtmp::Transport transport) noexcept;

/// An RTMPT session, by the server and the id that it gave out.
struct Tunnel {
  Connection* connection = nullptr;
  bool opened = false;  ///< the response to "open" was seen
};
/// Adds it if it is new. Null without memory. Valid until the capture is closed.
Tunnel* find_tunnel(const packet_info* pinfo, Direction direction, const char* id) noexcept;

/// Those of the capture. The first call makes them, which throws without memory; `has` tells whether it was
/// made.
RtmfpSessions& rtmfp_sessions();
[[nodiscard]] bool has_rtmfp_sessions();

/// Where a packet comes from, and where it goes.
[[nodiscard]] Endpoint source_of(const packet_info* pinfo);
[[nodiscard]] Endpoint destination_of(const packet_info* pinfo);

/// Connections that are shown have the numbers below this.
[[nodiscard]] std::uint32_t numbered_connections();
/// Whether there are any, decided or not.
[[nodiscard]] bool has_connections();

/// Something was kept of the end of a stream in packet `frame`: packets come in order, each once.
void note_end(std::uint32_t frame) noexcept;
[[nodiscard]] bool has_end(std::uint32_t frame);

/// Remembers that the conversation is something else, and frees what was kept of it.
void reject_connection(int key, conversation_t* conversation) noexcept;
[[nodiscard]] bool is_rejected(int key, const conversation_t* conversation);

}  // namespace rtmpscope::plugin
