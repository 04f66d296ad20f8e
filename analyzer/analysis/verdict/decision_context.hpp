// What a verdict takes besides the connection's own history.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "analysis/record/record.hpp"

namespace rtmpscope::analysis {

/// How long and how much the software of one side bears. 0: not known, or no limit.
struct SideLimits {
  std::string id;                   ///< of the software, as in the table of fingerprints; empty: not known
  std::string name;                 ///< "nginx-rtmp"
  std::uint32_t idle_s = 0;         ///< it ends a peer that sends nothing for so long
  std::uint32_t ping_s = 0;         ///< it ends a peer that does not answer its ping for so long
  std::uint32_t handshake_s = 0;    ///< it ends a peer that does not finish the handshake
  std::uint32_t command_s = 0;      ///< it gives up a command that is not answered
  std::uint32_t send_s = 0;         ///< it gives up when nothing could be sent for so long
  std::uint64_t message_bytes = 0;  ///< the longest message that it takes
};

/// Of the platform that was matched or chosen.
struct PlatformFacts {
  std::string name;                         ///< "Twitch"; empty: none
  bool wants_tls = false;                   ///< takes RTMPS only
  std::uint32_t longest_session_hours = 0;  ///< 0: not known
};

struct DecisionContext {
  std::array<SideLimits, 2> software;  ///< by index_of(Direction) of what the side sends
  PlatformFacts platform;
  /// Neither the connection nor the capture has ended: the last that was heard of the connection.
  std::optional<Moment> goes_on_behind;
  Moment capture_last;  ///< of the capture's last packet so far; time 0: not known
};

}  // namespace rtmpscope::analysis
