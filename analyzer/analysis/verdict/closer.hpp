// Who ended a connection, and how: the facts that every verdict begins with.
#pragma once

#include <optional>

#include "analysis/history/history.hpp"

namespace rtmpscope::analysis {

inline constexpr Timestamp nanoseconds_per_second = 1'000 * nanoseconds_per_millisecond;

struct EndFacts {
  std::optional<Direction> closer;  ///< the side by what it sends; absent: no FIN, no RST
  Moment at;                        ///< the closer's FIN or RST; else the last packet
  bool by_reset = false;
  /// False: the FIN and RST themselves are not known (timelines of older versions, tunnels), only who is said
  /// to have ended it.
  bool is_exact = true;
  std::optional<CommandNote> farewell;  ///< the closing command that makes the end a clean one
};

/// The closer is the side of the first FIN or RST that is not a RST that answers data behind the peer's FIN.
/// A client of RTMPT closes with its request to do so. A RST outside the window ends nothing. A client's end
/// is clean if it said FCUnpublish, deleteStream or closeStream within two seconds before, a server's if it
/// said "close".
[[nodiscard]] EndFacts end_of(const History& history);

/// The last closing command of `side` in the two seconds up to `end`.
[[nodiscard]] std::optional<CommandNote> farewell_before(const History& history, Direction side,
                                                         const Moment& end);

/// The last data that `side` sent before the end, or the last message, if more came a second or later behind
/// the end. Nothing: it sent nothing, or all the time.
[[nodiscard]] std::optional<Moment> last_before_end(const History& history, const EndFacts& end,
                                                    Direction side);

/// From there to the end.
[[nodiscard]] std::optional<Timestamp> idle_before_end(const History& history, const EndFacts& end,
                                                       Direction side);

/// Whether a reset's time to live is not that of its sender's other packets: another device sent it.
[[nodiscard]] bool has_other_hop_limit(const EndMark& reset);

/// Whether an idle time is that of a limit: within 0.6 s, or 3 % of it.
[[nodiscard]] bool matches_limit(Timestamp idle, std::uint32_t limit_s);

}  // namespace rtmpscope::analysis
