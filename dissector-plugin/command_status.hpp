// What a response or onStatus says of how a request went (RTMP 7.2).
#pragma once

#include <string_view>

#include "schema/tape.hpp"

namespace rtmpscope::plugin {

/// Views into the tape.
struct CommandStatus {
  std::string_view name;  ///< of the command that says it
  std::string_view code;  ///< "NetStream.Play.Start"; empty: it has none
  bool is_error = false;  ///< `_error`, or a status of level "error"
};

/// `fields`: of a described command.
[[nodiscard]] CommandStatus status_of(const Tape& fields);

}  // namespace rtmpscope::plugin
