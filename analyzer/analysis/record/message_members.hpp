// What the judge reads of most messages, found in one pass over their members.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "analysis/record/value.hpp"

namespace rtmpscope::analysis {

/// Members of an event `message` (docs/events.md). What is absent in the event is 0, false or absent.
struct MessageMembers {
  std::uint64_t type_id = 0;
  std::uint64_t stream_offset = 0;
  std::optional<std::uint64_t> length;
  std::optional<std::uint64_t> header_type;
  std::optional<std::uint64_t> request_frame;
  std::optional<double> response_time_ms;
  std::uint32_t message_stream_id = 0;
  std::uint32_t chunk_stream_id = 0;
  bool complete = false;
  Value command, data, control, user_control, audio, video, aggregate;

  // Of the command, or else of the data message.
  std::string_view name;
  Value arguments;
  // Of the command alone.
  std::string_view command_name;
  std::optional<double> transaction_id;
  // Of User Control (RTMP 7.1.7).
  std::string_view control_event;

  explicit MessageMembers(Value members);
};

}  // namespace rtmpscope::analysis
