// Every name of the tables as a Wireshark field, and every finding as an expert item.
#pragma once

#include "field_display.hpp"

namespace rtmpscope::plugin {

/// Fields that only the plugin has: what JSON says with its structure, or Wireshark alone can say.
enum class ExtraField : std::uint8_t {
  stream,            ///< number of the connection
  app,               ///< application that the client connected to
  key,               ///< name of an AMF property
  response_frame,    ///< packet with the response
  opening_frame,     ///< packet with the publish or play that an onStatus answers
  opening_time,      ///< since that
  segments,          ///< what a message came in
  segment,           ///< one packet of these
  segment_count,     ///< of these
  completed_in,      ///< packet that completed the message at hand
  amf0_marker,       ///< in front of a value
  amf3_marker,       ///< in front of a value
  string_length,     ///< of a text or byte array of AMF
  key_length,        ///< of a property's name
  amf_count,         ///< of members or elements, as announced
  trait_count,       ///< of the members that an AMF3 object's class has
  object_end,        ///< marker
  date_number,       ///< a date beyond those that Wireshark can show, in milliseconds
  property,          ///< name and value of a property of AMF, with what it is made of
  video_first_type,  ///< packet type in the first byte of an enhanced header
  audio_first_type,  ///< likewise
  redacted,          ///< stands for a number that must not be shown
  tunnel_command,    ///< RTMPT: open, send, idle, close
  tunnel_session,    ///< RTMPT: id that the server gave out
  tunnel_interval,   ///< RTMPT: polling interval in front of the server's bytes
  count
};

/// Expert items that no finding of the decoder stands for.
enum class ExtraExpert : std::uint8_t {
  missing_segment,
  stray_segment,
  tree_limit,
  nal_unit_undecoded,
  gap,
  sync_lost,
  sync_found,
  message_incomplete,
  message_unfinished,
  error_response,
  call_refused,
  count
};

/// Registers everything under `protocol`. To be called once, from the protocol's registration.
void register_fields(int protocol);

/// A field of the tables as Wireshark has it.
struct FieldForm {
  int id = -1;
  int ipv6 = -1;  ///< of an address; `id` is the one for IPv4
  ftenum_t type = FT_NONE;
  FieldDisplay display = FieldDisplay::plain;
  ValueTable values = ValueTable::none;
  std::string_view label;  ///< what its items begin with: the title, with ": " if a value follows
  const unit_name_string* unit = nullptr;
  std::span<const Bits> bits;  ///< of its byte, as the message has it
  std::uint8_t mask = 0;       ///< that Wireshark knows of: it takes values shifted by that; 0: none
  bool is_amf = false;         ///< see add_amf_head
  bool names_another = false;  ///< a text that names the number in another field
};
extern const FieldForm* field_forms;  ///< by FieldId
[[nodiscard]] inline const FieldForm& form(FieldId id) {
  return field_forms[static_cast<std::size_t>(id)];
}
[[nodiscard]] int field(FieldId id);
[[nodiscard]] int field(EventKind kind);  ///< the subtree of an event
[[nodiscard]] int field(ExtraField id);
[[nodiscard]] int subtree();
[[nodiscard]] expert_field* expert(FindingId id);
[[nodiscard]] expert_field* expert(ExtraExpert id);

}  // namespace rtmpscope::plugin
