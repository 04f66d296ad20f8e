// Times that a connection itself says.
#pragma once

#include <optional>

#include "analysis/history/history.hpp"

namespace rtmpscope::analysis {

/// When the publisher's key expires, by the usual parameters of its name or application: expire, expires,
/// txTime and wsTime (seconds since 1970; txTime and wsTime in hexadecimal), auth_key (seconds before "-").
/// Nothing: it does not say.
[[nodiscard]] std::optional<Timestamp> key_expiry(const History& history);

}  // namespace rtmpscope::analysis
