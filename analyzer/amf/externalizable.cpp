// Classes that write their own bytes (AMF3 3.12, "externalizable"). The layouts are those of BlazeDS and
// Red5.
#include <algorithm>
#include <array>
#include <span>

#include "amf/walk.hpp"

namespace rtmpscope::amf {
namespace {

constexpr std::string_view one_value_classes[] = {
    "flex.messaging.io.ArrayCollection",    "flex.messaging.io.ArrayList",
    "flex.messaging.io.ObjectProxy",        "flex.messaging.io.ManagedObjectProxy",
    "flex.messaging.io.SerializationProxy",
};

/// Names of the members that the bits of one flag byte announce, from bit 0. Bit 7 says that another byte
/// follows.
using FlagNames = std::array<std::string_view, 7>;

constexpr FlagNames abstract_message[] = {
    {"body", "clientId", "destination", "headers", "messageId", "timestamp", "timeToLive"},
    {"clientIdBytes", "messageIdBytes"},
};
constexpr FlagNames async_message[] = {{"correlationId", "correlationIdBytes"}};
constexpr FlagNames command_message[] = {{"operation"}};

/// Flag bytes, then one value for each bit that is set.
bool walk_flagged_members(Walk& walk, std::span<const FlagNames> names) {
  ByteReader& reader = walk.reader;
  const std::uint32_t start = reader.position();
  const Bytes rest = reader.rest();
  const auto last = std::find_if(rest.begin(), rest.end(), [](std::uint8_t flags) { return flags < 0x80; });
  if (last == rest.end()) return walk.stop_truncated(start, rest.size() + 1);
  const Bytes flag_bytes = reader.take(static_cast<std::size_t>(last - rest.begin()) + 1);

  for (std::size_t i = 0; i < flag_bytes.size(); ++i) {
    for (std::size_t bit = 0; bit < 7; ++bit) {
      if ((flag_bytes[i] >> bit & 1U) == 0) continue;
      std::string_view name = i < names.size() ? names[i][bit] : std::string_view{};
      if (name.empty()) name = "unknown";  // a later version's member: it is one value all the same
      const Name member{.text = as_bytes(name), .range = {reader.position(), 0}};
      if (!walk_amf3_member(walk, member)) return false;
    }
  }
  return true;
}

}  // namespace

bool walk_externalizable(Walk& walk, Bytes class_name) {
  const std::string_view name = as_text(class_name);
  if (std::find(std::begin(one_value_classes), std::end(one_value_classes), name) !=
      std::end(one_value_classes)) {
    const std::uint32_t start = walk.reader.position();
    return walk.container(FieldId::amf3_externalizable, start, [&] { return walk_amf3(walk, start); });
  }
  const bool asynchronous = name == "DSA" || name == "flex.messaging.messages.AsyncMessageExt";
  const bool acknowledge = name == "DSK" || name == "flex.messaging.messages.AcknowledgeMessageExt";
  const bool command = name == "DSC" || name == "flex.messaging.messages.CommandMessageExt";
  if (asynchronous || acknowledge || command) {
    if (!walk_flagged_members(walk, abstract_message) || !walk_flagged_members(walk, async_message))
      return false;
    if (acknowledge) return walk_flagged_members(walk, {});
    return !command || walk_flagged_members(walk, command_message);
  }
  return walk.stop(FindingId::amf3_externalizable_unknown, walk.reader.position(), walk.reader.remaining());
}

}  // namespace rtmpscope::amf
