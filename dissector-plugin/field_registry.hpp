// Every name of the tables as a Wireshark field, and every finding as an expert item.
#pragma once

#include "schema/schema.hpp"
#include "ws_compat.h"

namespace rtmpscope::plugin {

/// Fields that only the plugin has: what JSON says with its structure, or Wireshark alone can say.
enum class ExtraField : std::uint8_t {
  stream,           ///< number of the connection
  app,              ///< application that the client connected to
  key,              ///< name of an AMF property
  response_frame,   ///< packet with the response
  completed_in,     ///< packet that completed the message at hand
  redacted,         ///< stands for a number that must not be shown
  tunnel_command,   ///< RTMPT: open, send, idle, close
  tunnel_session,   ///< RTMPT: id that the server gave out
  tunnel_interval,  ///< RTMPT: polling interval in front of the server's bytes
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
  error_response,
  call_refused,
  count
};

/// Registers everything under `protocol`. To be called once, from the protocol's registration.
void register_fields(int protocol);

/// A field of the tables as Wireshark has it.
struct FieldForm {
  int id = -1;
  ftenum_t type = FT_NONE;
  ValueTable values = ValueTable::none;
  std::string_view label;  ///< what its items begin with: the title, with ": " if a value follows
};
[[nodiscard]] const FieldForm& form(FieldId id);
[[nodiscard]] int field(FieldId id);
[[nodiscard]] int field(EventKind kind);  ///< the subtree of an event
[[nodiscard]] int field(ExtraField id);
[[nodiscard]] int subtree();
[[nodiscard]] expert_field* expert(FindingId id);
[[nodiscard]] expert_field* expert(ExtraExpert id);

/// Fields that hold a packet's number: Wireshark jumps there.
[[nodiscard]] bool is_frame_number(FieldId id);

}  // namespace rtmpscope::plugin
