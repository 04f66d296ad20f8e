// What all carriers share: Wireshark shows the plugin some bytes of a packet, for the first time or again.
//
// Wireshark leaves functions with longjmp: nothing in visit.cpp and the carriers has a destructor, and every
// call into the decoder is one that lets no exception out.
#pragma once

#include "connection.hpp"
#include "presenter.hpp"
#include "ws_compat.h"

namespace rtmpscope::plugin {

extern int protocol;  ///< Wireshark's number for it; -1 before it is registered

Presenter& presenter();

/// What the preferences say of redaction. A key that cannot be read is told, and one of this run taken.
void apply_redaction(bool texts, bool addresses, const char* key_file) noexcept;

/// Who is the client: as the SYN says, or by the port that `handle` decodes, or who spoke first.
Direction direction_of(const packet_info* pinfo, const struct tcp_analysis* tcp,
                       const conversation_t* conversation, dissector_handle_t handle);

/// Counts the calls with `key` during one visit to the packet, from 0.
std::uint32_t next_place(packet_info* pinfo, int key);

/// Bytes whose direction, claim and place in the stream the caller fills in.
PacketBytes packet_bytes(const packet_info* pinfo, tvbuff_t* tvb, Bytes bytes, std::uint32_t place);

/// Connection::decode, without exceptions.
std::optional<recording::RecordBatch> decode(Connection& connection, const PacketBytes& shown) noexcept;

/// Sets the columns, or adds to what this visit has set.
void show_columns(packet_info* pinfo, rtmp::Transport transport, const char* text);

/// The number of the connection that this packet was shown for; none if it was not.
[[nodiscard]] std::optional<std::uint32_t> shown_connection(packet_info* pinfo);

[[nodiscard]] Timestamp time_of(const packet_info* pinfo);

/// Columns, tree and taps.
void show(tvbuff_t* tvb, packet_info* pinfo, proto_tree* tree, const RecordedConnection& connection,
          const recording::RecordBatch& batch, Bytes frame);

/// Connection::end, without exceptions.
std::optional<recording::RecordBatch> end(Connection& connection, const PacketEnd& packet) noexcept;

/// Tree and taps. The columns stay those of a lower protocol, where a connection's end or the passing of time
/// has brought something out.
void show_without_columns(tvbuff_t* tvb, packet_info* pinfo, proto_tree* tree,
                          const RecordedConnection& connection, const recording::RecordBatch& batch,
                          Bytes frame);

}  // namespace rtmpscope::plugin
