#include "rtmfp_tree.hpp"

#include <algorithm>
#include <type_traits>

#include "rtmfp/user_data.hpp"
#include "rtmfp/wire.hpp"

// No local variable of this file has a destructor: see render().

namespace rtmpscope::plugin {
namespace {

enum class Field : std::uint8_t {
  session_id,
  opened,
  encrypted,
  flags,
  time_critical,
  time_critical_reverse,
  has_timestamp,
  has_timestamp_echo,
  mode,
  timestamp,
  timestamp_echo,
  chunk,
  chunk_type,
  chunk_length,
  chunk_payload,
  flow,
  sequence_number,
  forward_sequence_number,
  fragment,
  abandoned,
  final,
  metadata,
  return_flow,
  data,
  acknowledged_flow,
  buffer,
  acknowledged,
  exception_flow,
  exception_code,
  count
};

constexpr auto field_count = static_cast<std::size_t>(Field::count);
int field_ids[field_count];
int subtree_id = -1;
expert_field no_key = EI_INIT;
expert_field malformed_chunk = EI_INIT;

int id_of(Field field) {
  return field_ids[static_cast<std::size_t>(field)];
}

const value_string chunk_types[] = {{rtmfp::ping, "Ping"},
                                    {rtmfp::session_close, "Session Close Request"},
                                    {rtmfp::forwarded_hello, "Forwarded Initiator Hello"},
                                    {rtmfp::user_data, "User Data"},
                                    {rtmfp::next_user_data, "Next User Data"},
                                    {rtmfp::buffer_probe, "Buffer Probe"},
                                    {rtmfp::initiator_hello, "Initiator Hello"},
                                    {rtmfp::initiator_keying, "Initiator Initial Keying"},
                                    {rtmfp::ping_reply, "Ping Reply"},
                                    {rtmfp::session_close_acknowledgement, "Session Close Acknowledgement"},
                                    {rtmfp::acknowledgement_bitmap, "Data Acknowledgement (bitmap)"},
                                    {rtmfp::acknowledgement_ranges, "Data Acknowledgement (ranges)"},
                                    {rtmfp::flow_exception, "Flow Exception Report"},
                                    {rtmfp::responder_hello, "Responder Hello"},
                                    {rtmfp::redirect, "Responder Redirect"},
                                    {rtmfp::responder_keying, "Responder Initial Keying"},
                                    {rtmfp::cookie_change, "Responder Hello Cookie Change"},
                                    {rtmfp::packet_fragment, "Packet Fragment"},
                                    {rtmfp::congestion_report, "Congestion Report (experimental)"},
                                    {0, nullptr}};

/// Numbers as in rtmfp::PacketMode.
const value_string modes[] = {
    {0, "Forbidden"}, {1, "Initiator"}, {2, "Responder"}, {3, "Startup"}, {0, nullptr}};

/// Numbers as in rtmfp::FragmentPlace.
const value_string places[] = {
    {0, "Whole message"}, {1, "Beginning"}, {2, "End"}, {3, "Middle"}, {0, nullptr}};

/// Numbers as in rtmfp::Taken::As; one more for what is of no session.
constexpr std::uint32_t of_no_session = 5;
const value_string openings[] = {{0, "With the startup key"},
                                 {1, "With the session's key"},
                                 {2, "No: the key is not known"},
                                 {3, "No: it does not verify with the session's key"},
                                 {4, "After the session's end"},
                                 {of_no_session, "No: of no session that began in this capture"},
                                 {0, nullptr}};

struct FieldRow {
  Field field;
  const char* name;
  const char* abbreviation;
  ftenum_t type;
  int display;
  const void* strings;
  std::uint64_t mask;
  const char* blurb;
};

constexpr FieldRow rows[] = {
    {Field::session_id, "Session id", "rtmfp.session_id", FT_UINT32, BASE_HEX, nullptr, 0,
     "That the receiver has chosen; 0 in a startup"},
    {Field::opened, "Decrypted", "rtmfp.decrypted", FT_UINT8, BASE_DEC, VALS(openings), 0, nullptr},
    {Field::encrypted, "Encrypted packet", "rtmfp.encrypted", FT_BYTES, BASE_NONE, nullptr, 0, nullptr},
    {Field::flags, "Flags", "rtmfp.flags", FT_UINT8, BASE_HEX, nullptr, 0, nullptr},
    {Field::time_critical, "Time critical", "rtmfp.flags.time_critical", FT_BOOLEAN, 8, nullptr, 0x80,
     "The sender has time-critical data on its way"},
    {Field::time_critical_reverse, "Time critical, reverse", "rtmfp.flags.time_critical_reverse", FT_BOOLEAN,
     8, nullptr, 0x40, "The sender has heard of time-critical data from others"},
    {Field::has_timestamp, "Timestamp", "rtmfp.flags.timestamp", FT_BOOLEAN, 8, nullptr, 0x08, nullptr},
    {Field::has_timestamp_echo, "Timestamp echo", "rtmfp.flags.timestamp_echo", FT_BOOLEAN, 8, nullptr, 0x04,
     nullptr},
    {Field::mode, "Mode", "rtmfp.flags.mode", FT_UINT8, BASE_DEC, VALS(modes), 0x03, nullptr},
    {Field::timestamp, "Timestamp", "rtmfp.timestamp", FT_UINT16, BASE_DEC, nullptr, 0,
     "Of the sender's clock, in units of 4 ms"},
    {Field::timestamp_echo, "Timestamp echo", "rtmfp.timestamp_echo", FT_UINT16, BASE_DEC, nullptr, 0,
     "The latest time of the other side, with the time since then added, in units of 4 ms"},
    {Field::chunk, "Chunk", "rtmfp.chunk", FT_NONE, BASE_NONE, nullptr, 0, nullptr},
    {Field::chunk_type, "Type", "rtmfp.chunk.type", FT_UINT8, BASE_HEX, VALS(chunk_types), 0, nullptr},
    {Field::chunk_length, "Length", "rtmfp.chunk.length", FT_UINT16, BASE_DEC, nullptr, 0, nullptr},
    {Field::chunk_payload, "Payload", "rtmfp.chunk.payload", FT_BYTES, BASE_NONE, nullptr, 0, nullptr},
    {Field::flow, "Flow", "rtmfp.user_data.flow", FT_UINT64, BASE_DEC, nullptr, 0, nullptr},
    {Field::sequence_number, "Sequence number", "rtmfp.user_data.sequence_number", FT_UINT64, BASE_DEC,
     nullptr, 0, "Of the fragment in its flow"},
    {Field::forward_sequence_number, "Forward sequence number", "rtmfp.user_data.forward_sequence_number",
     FT_UINT64, BASE_DEC, nullptr, 0, "The sender repeats no fragment up to that"},
    {Field::fragment, "Fragment", "rtmfp.user_data.fragment", FT_UINT8, BASE_DEC, VALS(places), 0,
     "Place in its message"},
    {Field::abandoned, "Abandoned", "rtmfp.user_data.abandoned", FT_BOOLEAN, BASE_NONE, nullptr, 0,
     "The sender has given the fragment up"},
    {Field::final, "Final", "rtmfp.user_data.final", FT_BOOLEAN, BASE_NONE, nullptr, 0,
     "The flow ends with this fragment"},
    {Field::metadata, "Metadata", "rtmfp.user_data.metadata", FT_BYTES, BASE_NONE, nullptr, 0,
     "What the flow is for"},
    {Field::return_flow, "Answers flow", "rtmfp.user_data.return_flow", FT_UINT64, BASE_DEC, nullptr, 0,
     "Flow of the other direction that this one belongs to"},
    {Field::data, "Data", "rtmfp.user_data.data", FT_BYTES, BASE_NONE, nullptr, 0,
     "A message, or a part of it"},
    {Field::acknowledged_flow, "Flow", "rtmfp.acknowledgement.flow", FT_UINT64, BASE_DEC, nullptr, 0,
     nullptr},
    {Field::buffer, "Room", "rtmfp.acknowledgement.buffer", FT_UINT64, BASE_DEC, nullptr, 0,
     "In the receiver's buffer, in units of 1024 bytes"},
    {Field::acknowledged, "Acknowledged up to", "rtmfp.acknowledgement.sequence_number", FT_UINT64, BASE_DEC,
     nullptr, 0, nullptr},
    {Field::exception_flow, "Flow", "rtmfp.exception.flow", FT_UINT64, BASE_DEC, nullptr, 0, nullptr},
    {Field::exception_code, "Code", "rtmfp.exception.code", FT_UINT64, BASE_DEC, nullptr, 0, nullptr},
};
static_assert(std::size(rows) == field_count);

const char* name_of(std::uint8_t chunk_type) {
  return val_to_str_const(chunk_type, chunk_types, "Unknown chunk");
}

/// The chunks of one packet, as they are added to the tree.
class ChunkTree {
 public:
  ChunkTree(tvbuff_t* tvb, packet_info* pinfo, proto_tree* tree, const RtmfpPacket& packet)
      : tvb_(tvb), pinfo_(pinfo), tree_(tree), packet_(packet) {}

  void add(const rtmfp::Chunk& chunk) {
    const int start = place_of(chunk.payload) - head_size;
    const int length = head_size + static_cast<int>(chunk.payload.size());
    proto_item* item = proto_tree_add_none_format(tree_, id_of(Field::chunk), tvb_, start, length,
                                                  "Chunk: %s", name_of(chunk.type));
    chunk_tree_ = proto_item_add_subtree(item, subtree_id);
    proto_tree_add_item(chunk_tree_, id_of(Field::chunk_type), tvb_, start, 1, ENC_BIG_ENDIAN);
    proto_tree_add_item(chunk_tree_, id_of(Field::chunk_length), tvb_, start + 1, 2, ENC_BIG_ENDIAN);
    if (!add_contents(chunk, item)) expert_add_info(pinfo_, item, &malformed_chunk);
  }

 private:
  static constexpr int head_size = 3;  // type and length

  /// In the packet's tvb.
  [[nodiscard]] int place_of(Bytes bytes) const {
    return static_cast<int>(bytes.data() - packet_.plain.data());
  }

  /// False: its bytes contradict what it is.
  bool add_contents(const rtmfp::Chunk& chunk, proto_item* item) {
    const bool is_user_data = chunk.type == rtmfp::user_data || chunk.type == rtmfp::next_user_data;
    if (!is_user_data) fragments_.interrupt();
    if (chunk.cut) return false;
    switch (chunk.type) {
      case rtmfp::user_data:
      case rtmfp::next_user_data: return add_user_data(chunk, item);
      case rtmfp::acknowledgement_bitmap:
      case rtmfp::acknowledgement_ranges:
        return add_numbers(chunk, {Field::acknowledged_flow, Field::buffer, Field::acknowledged});
      case rtmfp::flow_exception: return add_numbers(chunk, {Field::exception_flow, Field::exception_code});
      default: add_bytes(Field::chunk_payload, chunk.payload); return true;
    }
  }

  bool add_user_data(const rtmfp::Chunk& chunk, proto_item* item) {
    const auto fragment = fragments_.read(chunk);
    if (!fragment) return false;
    const int start = place_of(chunk.payload);
    const int head = static_cast<int>(chunk.payload.size() - fragment->data.size());
    proto_item_append_text(item, ", flow %" PRIu64 ", sequence number %" PRIu64 ", %zu bytes", fragment->flow,
                           fragment->sequence, fragment->data.size());
    const auto number = [&](Field field, std::uint64_t value) {
      proto_item* added = proto_tree_add_uint64(chunk_tree_, id_of(field), tvb_, start, head, value);
      // Computed from what the chunk before says.
      if (chunk.type == rtmfp::next_user_data || field == Field::forward_sequence_number)
        proto_item_set_generated(added);
    };
    number(Field::flow, fragment->flow);
    number(Field::sequence_number, fragment->sequence);
    number(Field::forward_sequence_number, fragment->forward);
    proto_tree_add_uint(chunk_tree_, id_of(Field::fragment), tvb_, start, 1,
                        static_cast<guint32>(fragment->place));
    proto_tree_add_boolean(chunk_tree_, id_of(Field::abandoned), tvb_, start, 1, fragment->abandoned ? 1 : 0);
    proto_tree_add_boolean(chunk_tree_, id_of(Field::final), tvb_, start, 1, fragment->final ? 1 : 0);
    if (fragment->metadata) add_bytes(Field::metadata, *fragment->metadata);
    if (fragment->return_of) {
      proto_tree_add_uint64(chunk_tree_, id_of(Field::return_flow), tvb_, start, head, *fragment->return_of);
    }
    add_bytes(Field::data, fragment->data);
    return true;
  }

  /// Variable length numbers, one behind the other.
  bool add_numbers(const rtmfp::Chunk& chunk, std::initializer_list<Field> fields) {
    ByteReader reader(chunk.payload);
    for (const Field field : fields) {
      const std::uint32_t begin = reader.position();
      const auto value = rtmfp::read_vlu(reader);
      if (!value) return false;
      proto_tree_add_uint64(chunk_tree_, id_of(field), tvb_,
                            place_of(chunk.payload) + static_cast<int>(begin),
                            static_cast<int>(reader.position() - begin), *value);
    }
    if (!reader.at_end()) add_bytes(Field::chunk_payload, reader.rest());
    return true;
  }

  void add_bytes(Field field, Bytes bytes) {
    if (!packet_.shows_data || bytes.empty()) return;
    proto_tree_add_item(chunk_tree_, id_of(field), tvb_, place_of(bytes), static_cast<int>(bytes.size()),
                        ENC_NA);
  }

  tvbuff_t* tvb_;
  packet_info* pinfo_;
  proto_tree* tree_;
  const RtmfpPacket& packet_;
  proto_tree* chunk_tree_ = nullptr;
  rtmfp::FragmentReader fragments_;
};
static_assert(std::is_trivially_destructible_v<ChunkTree>);
static_assert(std::is_trivially_destructible_v<std::optional<rtmfp::Fragment>>);

/// In front of the chunks.
void add_flags(tvbuff_t* tvb, proto_tree* tree, Bytes plain) {
  constexpr std::uint8_t has_timestamp = 0x08;
  constexpr std::uint8_t has_timestamp_echo = 0x04;
  proto_item* item = proto_tree_add_item(tree, id_of(Field::flags), tvb, 0, 1, ENC_BIG_ENDIAN);
  proto_tree* flags = proto_item_add_subtree(item, subtree_id);
  for (const Field bit : {Field::time_critical, Field::time_critical_reverse, Field::has_timestamp,
                          Field::has_timestamp_echo, Field::mode}) {
    proto_tree_add_item(flags, id_of(bit), tvb, 0, 1, ENC_BIG_ENDIAN);
  }
  int at = 1;
  for (const auto& [bit, field] :
       {std::pair{has_timestamp, Field::timestamp}, std::pair{has_timestamp_echo, Field::timestamp_echo}}) {
    if ((plain[0] & bit) == 0) continue;
    if (plain.size() >= static_cast<std::size_t>(at) + 2) {
      proto_tree_add_item(tree, id_of(field), tvb, at, 2, ENC_BIG_ENDIAN);
    }
    at += 2;
  }
}

void register_experts(int rtmfp_protocol) {
  static const char* const names[] = {"rtmfp.no_key", "rtmfp.malformed_chunk"};
  static ei_register_info infos[] = {
      {&no_key,
       {names[0], PI_DECRYPTION, PI_NOTE,
        "The session's key is not known: the preference rtmpscope.key_file names a file of keys", EXPFILL}},
      {&malformed_chunk,
       {names[1], PI_MALFORMED, PI_WARN, "The chunk's bytes contradict what it is, or it is cut", EXPFILL}}};
  expert_register_field_array(expert_register_protocol(rtmfp_protocol), infos, std::size(infos));
}

}  // namespace

void register_rtmfp_fields(int rtmfp_protocol) {
  static hf_register_info infos[field_count];
  std::fill(std::begin(field_ids), std::end(field_ids), -1);
  for (const FieldRow& row : rows) {
    const auto place = static_cast<std::size_t>(row.field);
    hf_register_info& info = infos[place];
    info.p_id = &field_ids[place];
    info.hfinfo.name = row.name;
    info.hfinfo.abbrev = row.abbreviation;
    info.hfinfo.type = row.type;
    info.hfinfo.display = row.display;
    info.hfinfo.strings = row.strings;
    info.hfinfo.bitmask = row.mask;
    info.hfinfo.blurb = row.blurb;
    HFILL_INIT(info);
  }
  proto_register_field_array(rtmfp_protocol, infos, static_cast<int>(field_count));
  static int* subtrees[] = {&subtree_id};
  proto_register_subtree_array(subtrees, 1);
  register_experts(rtmfp_protocol);
}

const char* chunk_names(packet_info* pinfo, const RtmfpPacket& packet) {
  wmem_strbuf_t* text = wmem_strbuf_new(pinfo->pool, "");
  rtmfp::PacketReader reader(packet.plain);
  const char* last = nullptr;
  while (const auto chunk = reader.next()) {
    const char* name = name_of(chunk->type);
    if (name == last) continue;  // one table has all names
    wmem_strbuf_append_printf(text, "%s%s", last == nullptr ? "" : ", ", name);
    last = name;
  }
  if (last == nullptr) wmem_strbuf_append(text, packet.plain.empty() ? "Encrypted packet" : "No chunk");
  return wmem_strbuf_get_str(text);
}

void add_rtmfp_packet(int rtmfp_protocol, tvbuff_t* tvb, packet_info* pinfo, proto_tree* tree,
                      const RtmfpPacket& packet) {
  if (tree == nullptr) return;
  proto_item* item = proto_tree_add_item(tree, rtmfp_protocol, tvb, 0, -1, ENC_NA);
  proto_item_append_text(item, ", session 0x%08x", packet.session_id);
  proto_tree* root = proto_item_add_subtree(item, subtree_id);
  constexpr int id_size = rtmfp::session_id_size;
  // The id is sent as the exclusive or with the two words behind it.
  proto_item_set_generated(
      proto_tree_add_uint(root, id_of(Field::session_id), tvb, 0, 3 * id_size, packet.session_id));
  const RtmfpDatagram* datagram = packet.datagram;
  const std::uint32_t opened = datagram == nullptr ? of_no_session : static_cast<std::uint32_t>(datagram->as);
  proto_item_set_generated(proto_tree_add_uint(root, id_of(Field::opened), tvb, 0, 0, opened));
  if (packet.plain.empty()) {
    proto_tree_add_item(root, id_of(Field::encrypted), tvb, id_size, -1, ENC_NA);
    if (datagram != nullptr && datagram->as == rtmfp::Taken::As::undecoded) {
      expert_add_info(pinfo, item, &no_key);
    }
    return;
  }
  const auto size = static_cast<guint>(packet.plain.size());
  tvbuff_t* plain = tvb_new_child_real_data(tvb, packet.plain.data(), size, static_cast<gint>(size));
  add_new_data_source(pinfo, plain, "Decrypted RTMFP");
  add_flags(plain, root, packet.plain);
  rtmfp::PacketReader reader(packet.plain);
  ChunkTree chunks(plain, pinfo, root, packet);
  while (const auto chunk = reader.next()) chunks.add(*chunk);
}

}  // namespace rtmpscope::plugin
