#include "visit.hpp"

#include <algorithm>
#include <cstring>

#include "expert_items.hpp"
#include "field_registry.hpp"
#include "nal_dissectors.hpp"
#include "taps.hpp"
#include "tree_renderer.hpp"

namespace rtmpscope::plugin {

int protocol = -1;

Presenter& presenter() {
  static Presenter& instance = *new Presenter;
  return instance;
}

void apply_redaction(bool texts, bool addresses, const char* key_file) noexcept {
  const bool keyed = key_file != nullptr && *key_file != '\0';
  try {
    output::RedactionOptions options{texts || addresses, addresses, {}};
    if (options.wanted() && keyed) options.key_file = key_file;
    auto redaction = output::make_redaction(options);
    if (!redaction && keyed) {
      report_failure("rtmpscope: %s", redaction.error().message.c_str());
      options.key_file.clear();
      redaction = output::make_redaction(options);
    }
    if (redaction) return presenter().set_redaction(*redaction);
  } catch (...) {
  }
  // Rather a key that is known than secrets that are shown.
  static const std::uint8_t none = 0;
  presenter().set_redaction(std::make_shared<const output::Redaction>(Bytes(&none, 1), true));
}

/// Who is the client: as the SYN says, or by the port that is known to be a server's, or the lower one (the
/// analyzer's net/tcp_connection.cpp), or who spoke first.
Direction direction_of(const packet_info* pinfo, const struct tcp_analysis* tcp,
                       const conversation_t* conversation, dissector_handle_t handle) {
  if (tcp != nullptr && tcp->server_port != 0 && pinfo->srcport != pinfo->destport) {
    return pinfo->destport == tcp->server_port ? Direction::to_server : Direction::to_client;
  }
  if (pinfo->srcport != pinfo->destport) {
    if (dissector_get_uint_handle(find_dissector_table("tcp.port"), pinfo->destport) == handle) {
      return Direction::to_server;
    }
    if (dissector_get_uint_handle(find_dissector_table("tcp.port"), pinfo->srcport) == handle) {
      return Direction::to_client;
    }
    return pinfo->destport < pinfo->srcport ? Direction::to_server : Direction::to_client;
  }
  const bool from_first = addresses_equal(&pinfo->src, conversation_key_addr1(conversation->key_ptr)) &&
                          pinfo->srcport == conversation_key_port1(conversation->key_ptr);
  return from_first ? Direction::to_server : Direction::to_client;
}

/// Counts calls with one key during one visit to the packet. Decrypted records, which all begin at 0, have
/// nothing else to distinguish them.
std::uint32_t next_place(packet_info* pinfo, int key) {
  auto* count =
      static_cast<std::uint32_t*>(p_get_proto_data(pinfo->pool, pinfo, protocol, static_cast<guint32>(key)));
  if (count == nullptr) {
    count = wmem_new0(pinfo->pool, std::uint32_t);
    p_add_proto_data(pinfo->pool, pinfo, protocol, static_cast<guint32>(key), count);
  }
  return (*count)++;
}

std::optional<recording::RecordBatch> decode(Connection& connection, const PacketBytes& shown) noexcept {
  try {
    connection.keep_media(media_detail);
    return connection.decode(shown);
  } catch (...) {
    return std::nullopt;
  }
}

std::optional<recording::RecordBatch> end(Connection& connection, const PacketEnd& packet) noexcept {
  try {
    return connection.end(packet);
  } catch (...) {
    return std::nullopt;
  }
}

Timestamp time_of(const packet_info* pinfo) {
  return static_cast<Timestamp>(pinfo->abs_ts.secs) * 1'000'000'000 + pinfo->abs_ts.nsecs;
}

/// In the packet's own memory, with one added, since null is none.
void remember_shown(packet_info* pinfo, const RecordedConnection& connection) {
  const auto key = static_cast<guint32>(field(ExtraField::app));
  if (p_get_proto_data(pinfo->pool, pinfo, protocol, key) != nullptr) return;
  p_add_proto_data(pinfo->pool, pinfo, protocol, key, GUINT_TO_POINTER(connection.index() + 1));
}

std::optional<std::uint32_t> shown_connection(packet_info* pinfo) {
  const auto key = static_cast<guint32>(field(ExtraField::app));
  const guint number = GPOINTER_TO_UINT(p_get_proto_data(pinfo->pool, pinfo, protocol, key));
  return number == 0 ? std::nullopt : std::optional(number - 1);
}

PacketBytes packet_bytes(const packet_info* pinfo, tvbuff_t* tvb, Bytes bytes, std::uint32_t place) {
  PacketBytes shown;
  shown.frame = pinfo->num;
  shown.place = place;
  shown.time = time_of(pinfo);
  shown.bytes = bytes;
  shown.cut = tvb_reported_length(tvb) - static_cast<std::uint32_t>(bytes.size());
  return shown;
}

/// What this visit, of packet `frame`, has set the Info column to.
struct Shown {
  guint32 frame = 0;
  int fence = 0;  ///< where the column can be set from; TCP moves it from one part of a packet to the next
  char text[COL_MAX_INFO_LEN] = "";

  void append(const char* more) {
    const std::size_t size = std::strlen(text);
    const std::size_t added = std::min(std::strlen(more), sizeof text - 1 - size);
    std::memcpy(text + size, more, added);
    text[size + added] = '\0';
  }
};
Shown shown_last;

/// A packet may hold several records of TLS, or segments that filled a gap: their texts stand side by side,
/// without what TLS says of each record in between.
void show_columns(packet_info* pinfo, rtmp::Transport transport, const char* text) {
  if (pinfo->cinfo == nullptr) return;
  col_set_str(pinfo->cinfo, COL_PROTOCOL, protocol_name(transport));
  const int column = pinfo->cinfo->col_first[COL_INFO];
  if (column < 0) return;
  const int fence = pinfo->cinfo->columns[column].col_fence;
  const auto key = static_cast<guint32>(field(ExtraField::key));
  // The packet's memory tells whether it is the same visit.
  const bool again =
      shown_last.frame == pinfo->num && p_get_proto_data(pinfo->pool, pinfo, protocol, key) != nullptr;
  if (!again) {
    p_add_proto_data(pinfo->pool, pinfo, protocol, key, &shown_last);
    shown_last.frame = pinfo->num;
    shown_last.text[0] = '\0';
  } else {
    if (shown_last.fence != fence) shown_last.text[0] = '\0';
    shown_last.append(" | ");
  }
  shown_last.append(text);
  shown_last.fence = fence;
  col_add_str(pinfo->cinfo, COL_INFO, shown_last.text);
}

/// Tree and taps. `info`: the text of the Info column, as far as it was made.
void show_with_info(tvbuff_t* tvb, packet_info* pinfo, proto_tree* tree, const RecordedConnection& connection,
                    const recording::RecordBatch& batch, Bytes frame, const char* info) {
  queue_batch(pinfo, connection, batch, frame);
  if (!proto_is_protocol_enabled(find_protocol_by_id(protocol))) return;  // RTMFP is one of its own
  if (tree == nullptr) {
    if (experts_are_wanted()) add_experts(pinfo, connection, batch, frame, presenter());
    return;
  }
  remember_shown(pinfo, connection);
  render(protocol, tvb, pinfo, tree, connection, batch, frame, info, presenter());
}

void show(tvbuff_t* tvb, packet_info* pinfo, proto_tree* tree, const RecordedConnection& connection,
          const recording::RecordBatch& batch, Bytes frame) {
  const char* info = nullptr;
  if (pinfo->cinfo != nullptr) {
    info = presenter().info_column(batch, connection, frame);
    if (tree != nullptr)
      info = wmem_strdup(pinfo->pool, info);  // the presenter's lasts until it is asked again
    show_columns(pinfo, connection.transport(), info);
  }
  show_with_info(tvb, pinfo, tree, connection, batch, frame, info);
}

void show_without_columns(tvbuff_t* tvb, packet_info* pinfo, proto_tree* tree,
                          const RecordedConnection& connection, const recording::RecordBatch& batch,
                          Bytes frame) {
  const char* const others = pinfo->current_proto;
  pinfo->current_proto =
      proto_get_protocol_short_name(find_protocol_by_id(protocol));  // whose expert items these are
  show_with_info(tvb, pinfo, tree, connection, batch, frame, nullptr);
  pinfo->current_proto = others;
}

}  // namespace rtmpscope::plugin
