// What an RTMPT client asks for, as the target of its HTTP request says. There is no specification: what
// librtmp, FFmpeg, crtmpserver and Red5 do.
#pragma once

#include <optional>
#include <string_view>

#include "base/bytes.hpp"

namespace rtmpscope::carrier {

/// Numbers as in values.def, table tunnel_command.
enum class TunnelCommand : std::uint8_t { ident, open, send, idle, close };

/// Whether its target names a session; nothing: the request is not RTMPT's.
[[nodiscard]] constexpr bool is_in_session(std::optional<TunnelCommand> command) {
  return command && *command != TunnelCommand::ident && *command != TunnelCommand::open;
}

/// Longest session id that is believed; servers send 8 to 20 characters.
inline constexpr std::size_t longest_session_id = 64;

/// A view into the target.
struct TunnelRequest {
  TunnelCommand command{};
  std::string_view session;    ///< of send, idle and close
  std::uint64_t sequence = 0;  ///< the same
};

/// Reads "/fcs/ident2", "/open/1", "/send/<id>/<number>", "/idle/…" or "/close/…", also in the form that goes
/// to a proxy ("http://host/…"). Nothing if it is another target.
[[nodiscard]] std::optional<TunnelRequest> read_tunnel_target(std::string_view target);

/// Whether the text can be a session id: one to `longest_session_id` printable characters, no blank, no
/// slash.
[[nodiscard]] bool is_session_id(std::string_view text);

}  // namespace rtmpscope::carrier
