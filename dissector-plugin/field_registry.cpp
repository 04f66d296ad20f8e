#include "field_registry.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <string>
#include <utility>
#include <vector>

#include "amf_structure.hpp"
#include "presenter.hpp"

namespace rtmpscope::plugin {
namespace {

// Wireshark keeps pointers to all that is registered for as long as it runs, so nothing of this is ever freed
// or moved.
struct Registry {
  std::vector<FieldForm> fields;
  std::vector<Bits> bits;  ///< those of a field together
  std::vector<int> events;
  std::vector<int> extras;
  std::vector<expert_field> findings;
  std::vector<expert_field> expert_extras;
  std::vector<hf_register_info> field_infos;
  std::vector<ei_register_info> expert_infos;
  std::vector<std::vector<value_string>> values;
  std::vector<std::vector<val64_string>> wide_values;
  std::vector<std::string> texts;
  int subtree = -1;
};

Registry& registry() {
  static Registry& instance = *new Registry;
  return instance;
}

/// A copy that stays; the tables' views need not end with a zero.
const char* lasting(const std::string& text) {
  const std::size_t size = text.size();
  char* copy = new char[size + 1];
  text.copy(copy, size);
  copy[size] = '\0';
  return copy;
}

ftenum_t type_of(FieldKind kind) {
  switch (kind) {
    case FieldKind::object:
    case FieldKind::list: return FT_NONE;
    case FieldKind::boolean: return FT_BOOLEAN;
    case FieldKind::u8: return FT_UINT8;
    case FieldKind::u16: return FT_UINT16;
    case FieldKind::u24: return FT_UINT24;
    case FieldKind::u32: return FT_UINT32;
    case FieldKind::u64: return FT_UINT64;
    case FieldKind::s32: return FT_INT32;
    case FieldKind::s64: return FT_INT64;
    case FieldKind::real: return FT_DOUBLE;
    case FieldKind::text: return FT_STRING;
    case FieldKind::bytes: return FT_BYTES;
  }
  return FT_NONE;
}

void make_value_strings(Registry& all) {
  std::size_t tables = 0;
  for (const ValueInfo& row : values()) tables = std::max(tables, static_cast<std::size_t>(row.table) + 1);
  all.values.resize(tables);
  all.wide_values.resize(tables);
  for (const ValueInfo& row : values()) {
    const char* text = lasting(std::string(text_of(row)));
    const auto table = static_cast<std::size_t>(row.table);
    all.values[table].push_back({static_cast<guint32>(row.number), text});
    all.wide_values[table].push_back({row.number, text});
  }
  for (auto& table : all.values) table.push_back({0, nullptr});
  for (auto& table : all.wide_values) table.push_back({0, nullptr});
}

ftenum_t type_of(FieldId id) {
  switch (display_of(id)) {
    case FieldDisplay::address: return FT_IPv4;
    case FieldDisplay::relative_time: return FT_RELATIVE_TIME;
    case FieldDisplay::date: return FT_ABSOLUTE_TIME;
    case FieldDisplay::frame: return FT_FRAMENUM;
    case FieldDisplay::no_value: return FT_NONE;
    default: return type_of(info(id).kind);
  }
}

/// How a number of the type is drawn; the names or unit of `field.strings` go with it.
void set_number_display(header_field_info& field, FieldId id, ValueTable values, Registry& all) {
  const FieldDisplay display = display_of(id);
  field.display = BASE_DEC;
  if (display == FieldDisplay::tcp_port) field.display = BASE_PT_TCP;
  if (display == FieldDisplay::udp_port) field.display = BASE_PT_UDP;
  if (display == FieldDisplay::hexadecimal) field.display = BASE_HEX;
  if (values != ValueTable::none) {
    const auto table = static_cast<std::size_t>(values);
    if (info(id).kind == FieldKind::u64 || info(id).kind == FieldKind::s64) {
      field.display |= BASE_VAL64_STRING;
      field.strings = all.wide_values[table].data();
    } else {
      field.strings = all.values[table].data();
    }
  } else if (const unit_name_string* unit = unit_of(id)) {
    field.display |= BASE_UNIT_STRING;
    field.strings = unit;
  }
}

hf_register_info field_info(FieldId field_id, ValueTable values, int* id, Registry& all) {
  const FieldInfo& info = rtmpscope::info(field_id);
  hf_register_info row{};
  row.p_id = id;
  header_field_info& field = row.hfinfo;
  field.name = lasting(std::string(info.title));
  field.abbrev = lasting(filter_name(field_id));
  field.type = type_of(field_id);
  field.display = BASE_NONE;
  field.blurb = lasting(description_of(field_id));
  if (field.type == FT_ABSOLUTE_TIME) {
    field.display = ABSOLUTE_TIME_UTC;
  } else if (field_id == FieldId::message_request_frame) {
    field.strings = FRAMENUM_TYPE(FT_FRAMENUM_REQUEST);
  } else if (is_integer(info.kind) && field.type != FT_FRAMENUM) {
    set_number_display(field, field_id, values, all);
  }
  HFILL_INIT(row);
  return row;
}

/// Whether a packet can have the field or event: not what the analyzer says of the whole capture or of a
/// connection's end, nor of TLS and HTTP, which are Wireshark's. `name` is a field's path or an event's name.
bool may_appear(std::string_view name) {
  constexpr std::array<std::string_view, 23> others = {
      "capture",          "capture_start",  "capture_drops", "capture_end",
      "connection_close", "tcp_sample",     "icmp",          "sample",
      "stream_totals",    "fingerprint",    "score",         "verdict",
      "capture_verdict",  "document",       "tls",           "tls_alert",
      "tls_alerts",       "tls_key_update", "tls_end",       "tunnel_open",
      "tunnel_exchange",  "tunnel_close",   "stats"};
  const std::string_view first = name.substr(0, name.find('.'));
  if (first == "event") return name == info(FieldId::event_direction).filter;  // the packet says the others
  return std::ranges::find(others, first) == others.end();
}

/// What the SYN says, which is TCP's packet.
bool is_of_syn(std::string_view name) {
  constexpr std::array<std::string_view, 4> options = {".mss", ".sack", ".timestamps", ".window_scale"};
  return name.starts_with("connection_open.") &&
         std::ranges::any_of(options, [&](std::string_view option) { return name.ends_with(option); });
}

/// What only the judge says of a finding is in no packet.
bool may_appear(FieldId id) {
  const bool is_judged = id >= FieldId::finding_priority && id <= FieldId::finding_evidence_value;
  return !is_judged && !is_of_syn(info(id).filter) && may_appear(info(id).filter);
}

/// The judge's findings are the last of the table.
bool may_appear(FindingId id) {
  return id < FindingId::reconnecting;
}

hf_register_info plain_field(const char* abbreviation, const char* name, const char* blurb, ftenum_t type,
                             int* id) {
  hf_register_info row{};
  row.p_id = id;
  row.hfinfo.name = name;
  row.hfinfo.abbrev = abbreviation;
  row.hfinfo.type = type;
  row.hfinfo.display = type == FT_UINT32 || type == FT_UINT8 ? BASE_DEC : BASE_NONE;
  row.hfinfo.blurb = blurb;
  HFILL_INIT(row);
  return row;
}

void add_address_of_ipv6(FieldId field_id, int* id, Registry& all) {
  hf_register_info row = field_info(field_id, ValueTable::none, id, all);
  row.hfinfo.abbrev = lasting(filter_name(field_id) + "_ipv6");
  row.hfinfo.type = FT_IPv6;
  all.field_infos.push_back(row);
}

/// The field's bits, and the mask that it has in Wireshark: one field of each name, since taps such as
/// io,stat look at one alone. It has room for the values of all.
void set_bits(FieldForm& form, FieldId field_id, Registry& all) {
  const std::size_t begin = all.bits.size();
  for (const Bits& bits : bit_fields()) {
    if (bits.id == field_id) all.bits.push_back(bits);
  }
  form.bits = std::span(all.bits).subspan(begin);
  if (has_wider_values(field_id)) return;
  for (const Bits& bits : form.bits) {
    if (std::popcount(bits.mask) > std::popcount(form.mask)) form.mask = bits.mask;
  }
}

void add_table_fields(Registry& all) {
  all.fields.resize(fields().size());
  all.bits.reserve(bit_fields().size());
  for (std::size_t i = 0; i < fields().size(); ++i) {
    FieldForm& form = all.fields[i];
    const auto id = static_cast<FieldId>(i);
    if (!may_appear(id)) continue;
    form.display = display_of(id);
    form.values = values_of(id);
    form.unit = unit_of(id);
    form.type = type_of(id);
    form.label = lasting(std::string(fields()[i].title) + (form.type == FT_NONE ? "" : ": "));
    form.names_another = fields()[i].key.ends_with("_name") && form.type == FT_STRING;
    form.is_amf = has_amf_head(id);
    set_bits(form, id, all);
    hf_register_info row = field_info(id, form.values, &form.id, all);
    row.hfinfo.bitmask = form.mask;
    if (form.mask != 0 && form.type == FT_BOOLEAN) row.hfinfo.display = 8;  // bits of the byte
    all.field_infos.push_back(row);
    if (form.display == FieldDisplay::address) add_address_of_ipv6(id, &form.ipv6, all);
  }
  all.events.assign(events().size(), -1);
  for (std::size_t i = 0; i < events().size(); ++i) {
    const std::string name(events()[i].name);
    if (!may_appear(name)) continue;
    all.field_infos.push_back(plain_field(lasting("rtmpscope." + name), lasting("RTMP " + name),
                                          lasting(std::string(events()[i].description)), FT_NONE,
                                          &all.events[i]));
  }
}

/// Fields that are not in the tables.
struct Extra {
  ExtraField id;
  const char* abbreviation;
  const char* name;
  const char* blurb;
  ftenum_t type;
  const void* strings = nullptr;
  std::uint8_t mask = 0;
};

// long: one table
void add_extra_fields(Registry& all) {
  const auto names_of = [&](FieldId id) {
    return all.values[static_cast<std::size_t>(values_of(id))].data();
  };
  const void* const request = FRAMENUM_TYPE(FT_FRAMENUM_REQUEST);
  const void* const response = FRAMENUM_TYPE(FT_FRAMENUM_RESPONSE);
  constexpr std::uint8_t packet_type = 0x0F;
  using enum ExtraField;
  const Extra extras[] = {
      {stream, "stream", "Connection index", "RTMP connections of the capture, counted from 0", FT_UINT32},
      {app, "app", "Application", "Application that the client connected to", FT_STRING},
      {key, "amf.key", "Property", "Name of the property whose value follows", FT_STRING},
      {response_frame, "message.response_frame", "Response frame",
       "Packet that completed the response to this request", FT_FRAMENUM, response},
      {opening_frame, "message.opening_frame", "Request frame",
       "Packet that completed the publish or play which this onStatus answers", FT_FRAMENUM, request},
      {opening_time, "message.opening_response_time", "Response time", "Since that publish or play",
       FT_RELATIVE_TIME},
      {segments, "message.segments", "Came in",
       "The packets that the message came in, with its bytes in each", FT_NONE},
      {segment, "message.segment", "Segment", "Packet that has a part of the message", FT_FRAMENUM},
      {segment_count, "message.segment_count", "Segment count", "Packets that have a part of the message",
       FT_UINT32},
      {completed_in, "reassembled_in", "Reassembled in",
       "Packet that completes the message which this one has a part of", FT_FRAMENUM},
      {amf0_marker, "amf.marker", "AMF0 marker", "AMF0 2.1", FT_UINT8, amf0_markers},
      {amf3_marker, "amf3.marker", "AMF3 marker", "AMF3 3.1", FT_UINT8, amf3_markers},
      {string_length, "amf.length", "Length", "Bytes of a string, XML document or byte array", FT_UINT32},
      {key_length, "amf.key_length", "Property name's length", "Bytes of the name of a property", FT_UINT32},
      {amf_count, "amf.count", "Count", "Members of an ECMA array or elements of another one, as announced",
       FT_UINT32},
      {trait_count, "amf3.trait_count", "Traits", "Sealed members of an AMF3 object (AMF3 3.12)", FT_UINT32},
      {object_end, "amf.object_end", "End of members",
       "Empty name and end marker of an object or ECMA array (AMF0 2.11)", FT_NONE},
      {date_number, "amf.date_number", "Date",
       "Milliseconds since 1970, of a date beyond the years that have four digits", FT_DOUBLE},
      {property, "amf.property", "Property",
       "Name and value of a property, which are below it with their places", FT_STRING},
      {video_first_type, "video.first_packet_type", "First byte's packet type",
       "Packet type in the first byte: behind Multitrack and ModEx another follows", FT_UINT8,
       names_of(FieldId::video_packet_type), packet_type},
      {audio_first_type, "audio.first_packet_type", "First byte's packet type",
       "Packet type in the first byte: behind Multitrack and ModEx another follows", FT_UINT8,
       names_of(FieldId::audio_packet_type), packet_type},
      {redacted, "redacted", "Redacted", "Stands for a value that may be secret", FT_STRING},
      {tunnel_command, "rtmpt.command", "RTMPT command", "From the path of the request", FT_STRING},
      {tunnel_session, "rtmpt.session_id", "RTMPT session", "Id that the server gave out", FT_STRING},
      {tunnel_interval, "rtmpt.interval", "Polling interval",
       "How long the client is to wait before it polls again; the unit is not documented", FT_UINT8},
  };
  static_assert(std::size(extras) == static_cast<std::size_t>(count));
  all.extras.assign(std::size(extras), -1);
  for (const Extra& extra : extras) {
    hf_register_info row =
        plain_field(lasting("rtmpscope." + std::string(extra.abbreviation)), extra.name, extra.blurb,
                    extra.type, &all.extras[static_cast<std::size_t>(extra.id)]);
    row.hfinfo.strings = extra.strings;
    row.hfinfo.bitmask = extra.mask;
    all.field_infos.push_back(row);
  }
}

/// A finding's text with dots for the numbers that each occurrence fills in; a sign goes with its number.
std::string summary_of(const FindingInfo& finding) {
  constexpr std::pair<std::string_view, std::string_view> places[] = {
      {"{minus}", ""}, {"{a}", "\u2026"}, {"{b}", "\u2026"}};
  std::string text(finding.text);
  for (const auto& [place, instead] : places) {
    for (std::size_t at = text.find(place); at != std::string::npos; at = text.find(place))
      text.replace(at, place.size(), instead);
  }
  return text;
}

int expert_severity(Severity severity) {
  switch (severity) {
    case Severity::note: return PI_NOTE;
    case Severity::warning: return PI_WARN;
    case Severity::error: return PI_ERROR;
  }
  return PI_NOTE;
}

ei_register_info expert_info(expert_field* id, const char* name, int group, int severity,
                             const char* summary) {
  ei_register_info row{};
  row.ids = id;
  row.eiinfo.name = name;
  row.eiinfo.group = group;
  row.eiinfo.severity = severity;
  row.eiinfo.summary = summary;
  row.eiinfo.id = -1;
  row.eiinfo.protocol = nullptr;
  row.eiinfo.orig_severity = 0;
  const hf_register_info hidden = {nullptr,
                                   {nullptr, nullptr, FT_NONE, BASE_NONE, nullptr, 0, nullptr, HFILL}};
  row.eiinfo.hf_info = hidden;
  return row;
}

void add_experts(Registry& all) {
  all.findings.assign(findings().size(), EI_INIT);
  all.expert_extras.assign(static_cast<std::size_t>(ExtraExpert::count), EI_INIT);
  for (std::size_t i = 0; i < findings().size(); ++i) {
    if (!may_appear(static_cast<FindingId>(i))) continue;
    const FindingInfo& finding = findings()[i];
    const int group = finding.severity == Severity::error ? PI_MALFORMED : PI_PROTOCOL;
    all.expert_infos.push_back(expert_info(&all.findings[i],
                                           lasting("rtmpscope.finding." + std::string(finding.id)), group,
                                           expert_severity(finding.severity), lasting(summary_of(finding))));
  }
  struct ExtraItem {
    ExtraExpert id;
    const char* name;
    int group, severity;
    const char* summary;
  };
  const ExtraItem extras[] = {
      {ExtraExpert::missing_segment, "rtmpscope.missing_segment", PI_SEQUENCE, PI_WARN,
       "Segments are missing before this one; if they come later in the capture, the preference "
       "tcp.reassemble_out_of_order puts them into place"},
      {ExtraExpert::stray_segment, "rtmpscope.stray_segment", PI_SEQUENCE, PI_WARN,
       "The sequence number lies outside of the stream"},
      {ExtraExpert::tree_limit, "rtmpscope.tree_limit", PI_UNDECODED, PI_NOTE,
       "Too many fields for one packet: the rest is not shown"},
      {ExtraExpert::nal_unit_undecoded, "rtmpscope.nal_unit_undecoded", PI_UNDECODED, PI_NOTE,
       "Wireshark's dissector of the codec gave up here"},
      {ExtraExpert::gap, "rtmpscope.bytes_missing", PI_SEQUENCE, PI_WARN, "Bytes of the stream are missing"},
      {ExtraExpert::sync_lost, "rtmpscope.chunk_borders_lost", PI_SEQUENCE, PI_WARN,
       "It is not known where chunks begin"},
      {ExtraExpert::sync_found, "rtmpscope.chunk_borders_found", PI_SEQUENCE, PI_NOTE,
       "It is known again where chunks begin"},
      {ExtraExpert::message_incomplete, "rtmpscope.message_incomplete", PI_REASSEMBLE, PI_WARN,
       "The message is incomplete"},
      {ExtraExpert::message_unfinished, "rtmpscope.message_unfinished", PI_REASSEMBLE, PI_NOTE,
       "The connection ends within the message"},
      {ExtraExpert::error_response, "rtmpscope.error_response", PI_RESPONSE_CODE, PI_WARN,
       "The response says that something has failed"},
      {ExtraExpert::call_refused, "rtmpscope.call_refused", PI_RESPONSE_CODE, PI_NOTE,
       "The peer does not know the procedure; many programs call some that servers do not have"},
  };
  for (const ExtraItem& extra : extras)
    all.expert_infos.push_back(expert_info(&all.expert_extras[static_cast<std::size_t>(extra.id)], extra.name,
                                           extra.group, extra.severity, extra.summary));
}

}  // namespace

const FieldForm* field_forms = nullptr;

void register_fields(int protocol) {
  Registry& all = registry();
  make_value_strings(all);
  add_table_fields(all);
  field_forms = all.fields.data();
  add_extra_fields(all);
  add_experts(all);
  proto_register_field_array(protocol, all.field_infos.data(), static_cast<int>(all.field_infos.size()));
  static int* subtrees[] = {&all.subtree};
  proto_register_subtree_array(subtrees, 1);
  expert_module_t* module = expert_register_protocol(protocol);
  expert_register_field_array(module, all.expert_infos.data(), static_cast<int>(all.expert_infos.size()));
}

int field(FieldId id) {
  return form(id).id;
}
int field(EventKind kind) {
  return registry().events[static_cast<std::size_t>(kind)];
}
int field(ExtraField id) {
  return registry().extras[static_cast<std::size_t>(id)];
}
int subtree() {
  return registry().subtree;
}
expert_field* expert(FindingId id) {
  return &registry().findings[static_cast<std::size_t>(id)];
}
expert_field* expert(ExtraExpert id) {
  return &registry().expert_extras[static_cast<std::size_t>(id)];
}

}  // namespace rtmpscope::plugin
