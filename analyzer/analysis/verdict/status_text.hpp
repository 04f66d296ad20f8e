// How answers of a server, and waiting for them, are told.
#pragma once

#include <string>
#include <string_view>

#include "analysis/verdict/case.hpp"

namespace rtmpscope::analysis {

/// Who leaves sooner has not waited for an answer.
inline constexpr Timestamp shortest_wait = nanoseconds_per_second;

/// An end so soon after something was sent may be for that.
inline constexpr Timestamp soon = 2 * nanoseconds_per_second;

[[nodiscard]] bool contains(std::string_view text, std::string_view part);

/// Code and description of a status: "NetStream.Publish.BadName, Already publishing".
[[nodiscard]] std::string status_text(const CommandNote& status);

/// ", as OBS Studio does after 5 s", where the time is that limit; else empty.
[[nodiscard]] std::string limit_of_client(const Case& from, Timestamp waited);

}  // namespace rtmpscope::analysis
