// What software bears: how long it waits, how much it takes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/fingerprint/fingerprint.hpp"
#include "analysis/fingerprint/version.hpp"

namespace rtmpscope::analysis {

class FingerprintTable;

enum class LimitKind : std::uint8_t {
  // Of servers.
  client_silent,  ///< it ends a client that sends nothing, a publisher mostly
  first_packet,   ///< it ends a publisher that has not sent its first media
  handshake,      ///< it ends a client that does not finish the handshake
  write,          ///< it ends a peer that takes nothing of what it is sent
  ping_idle,      ///< it sends a Ping Request after so long a silence
  ping_answer,    ///< it ends a client that does not answer a Ping Request
  callback,       ///< it waits so long for whoever decides about a connect or publish
  message_bytes,  ///< the longest message that it takes
  // Of clients.
  send,            ///< it gives up when nothing could be sent
  receive,         ///< it gives up when nothing is received
  connect_answer,  ///< it gives up when connect is not answered
  command_answer,  ///< it gives up when another command is not answered
  reconnect,       ///< its pause before it connects again
};

/// The name in files: "client_silent_s"; "_s" means seconds, "_bytes" bytes.
[[nodiscard]] std::string_view name(LimitKind kind);
[[nodiscard]] std::optional<LimitKind> limit_kind(std::string_view name);

/// Defaults: whoever runs the software may have set another value.
struct Limit {
  LimitKind kind{};
  std::uint64_t value = 0;           ///< milliseconds; bytes of message_bytes
  VersionRange versions;             ///< where it holds; unknown: everywhere
  std::string note;                  ///< name of the setting, or under what conditions; may be empty
  std::vector<std::string> sources;  ///< ids of the table's sources
};

/// The limits of that kind of a program, in the order of the table; only those that a version of the range
/// can have. An id that the table does not have has none.
[[nodiscard]] std::vector<Limit> limits_of(const FingerprintTable& table, std::string_view id, LimitKind kind,
                                           const VersionRange& versions = {});
/// The same of a fingerprint: of the program, or of every candidate where only the family is known.
[[nodiscard]] std::vector<Limit> limits_of(const FingerprintTable& table, const Fingerprint& fingerprint,
                                           LimitKind kind);

}  // namespace rtmpscope::analysis
