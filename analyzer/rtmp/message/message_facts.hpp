// What a message is about, as typed values: what state, statistics, selection and rules need of it.
#pragma once

#include <variant>

#include "media/media.hpp"
#include "rtmp/message/command_facts.hpp"

namespace rtmpscope::rtmp {

/// The number of a control message (types 1, 2, 3, 5 and 6), as sent: a chunk size, a chunk stream id, a
/// sequence number or a window size.
struct ControlFacts {
  std::uint32_t value = 0;
};

/// By message type: 17, 20 (commands), 15 and 18 (data) have CommandFacts; 9 VideoFacts; 8 AudioFacts; 1, 2,
/// 3, 5 and 6 ControlFacts, if the number is there; all others none.
using MessageFacts =
    std::variant<std::monostate, CommandFacts, media::VideoFacts, media::AudioFacts, ControlFacts>;

/// Reads them from the body, of which the first bytes are enough for media (media::bytes_wanted). Of a
/// message that is not complete they say less.
[[nodiscard]] MessageFacts read_message_facts(const Message& message);

/// The same of a message of type 1, 2, 3, 5 or 6 alone.
[[nodiscard]] MessageFacts read_control_facts(const Message& message);

[[nodiscard]] constexpr bool is_command(std::uint8_t type) {
  return type == MessageType::command_amf0 || type == MessageType::command_amf3;
}
[[nodiscard]] constexpr bool is_data_message(std::uint8_t type) {
  return type == MessageType::data_amf0 || type == MessageType::data_amf3;
}

}  // namespace rtmpscope::rtmp
