// How Wireshark shows a field of the tables, where the kind of its value does not say it.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "schema/schema.hpp"
#include "ws_compat.h"

namespace rtmpscope::plugin {

[[nodiscard]] bool is_integer(FieldKind kind);

enum class FieldDisplay : std::uint8_t {
  plain,
  address,  ///< text of an IPv4 or IPv6 address
  tcp_port,
  udp_port,
  relative_time,  ///< milliseconds, whose name ends so in JSON
  hexadecimal,
  date,     ///< milliseconds since 1970
  frame,    ///< number of a packet
  no_value  ///< a flag in the tables that says that there is no value
};
[[nodiscard]] FieldDisplay display_of(FieldId id);

/// What names the field's numbers: more than in JSON, where the name of a number is a field of its own.
[[nodiscard]] ValueTable values_of(FieldId id);

/// Name for filters. A relative time has its own unit, so its name says none.
[[nodiscard]] std::string filter_name(FieldId id);

/// What the field says; of a relative time without the unit that it has elsewhere.
[[nodiscard]] std::string description_of(FieldId id);

/// Unit behind the number, null for none. Lasts.
[[nodiscard]] const unit_name_string* unit_of(FieldId id);

/// When a field lies in such bits of its byte.
enum class BitsWhen : std::uint8_t {
  always,
  first_bit_clear,  ///< the byte's own
  first_bit_set,
  enhanced,  ///< the message has the header of Enhanced RTMP
  avc,
  hevc,
  vvc,
  av1,
  vp9
};
struct Bits {
  FieldId id;
  std::uint8_t mask;
  BitsWhen when;
};
/// All such fields.
[[nodiscard]] std::span<const Bits> bit_fields();
/// The field has values that none of its masks has room for: of other codecs, or made of several bytes.
[[nodiscard]] bool has_wider_values(FieldId id);

}  // namespace rtmpscope::plugin
