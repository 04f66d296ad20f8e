// Addresses and ports as text, as keys of what belongs together.
#pragma once

#include <string>
#include <string_view>

#include "analysis/history/history.hpp"

namespace rtmpscope::analysis {

/// "192.0.2.1:1935"
[[nodiscard]] std::string client_of(const History& history);
[[nodiscard]] std::string server_of(const History& history);

/// "192.0.2.1" of "192.0.2.1:1935", "2001:db8::1" of "[2001:db8::1]:1935"
[[nodiscard]] std::string_view address_of(std::string_view endpoint);

}  // namespace rtmpscope::analysis
