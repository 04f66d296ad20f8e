// Which recording a message belongs to.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.hpp"

namespace rtmpscope::flv {

/// A message stream of one direction of a connection.
struct StreamKey {
  Direction direction{};
  std::optional<std::uint32_t> message_stream_id;  ///< none: the header that has it was not captured
  std::string_view name;                           ///< as given to publish or play; empty: not known
};

/// Some servers send on message stream 0 what belongs to another one.
[[nodiscard]] inline bool is_same_stream(const StreamKey& a, const StreamKey& b) {
  if (a.direction != b.direction) return false;
  if (!a.message_stream_id || !b.message_stream_id || a.message_stream_id == b.message_stream_id) return true;
  return (a.message_stream_id == 0U || b.message_stream_id == 0U) && a.name == b.name && !a.name.empty();
}

}  // namespace rtmpscope::flv
