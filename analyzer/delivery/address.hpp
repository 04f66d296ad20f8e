// Names of destinations, as -o has them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "base/error.hpp"

namespace rtmpscope::delivery {

enum class Kind : std::uint8_t { standard_output, file, unix_stream, unix_datagram, tcp };

struct Address {
  Kind kind = Kind::standard_output;
  std::string text;  ///< as it was given
  std::string path;  ///< of the file or socket
  std::string host;  ///< of tcp
  std::uint16_t port = 0;
};

/// "" or "-", unix:PATH, unix-datagram:PATH, tcp:HOST:PORT (tcp:[::1]:PORT), or a file. Errors: usage.
[[nodiscard]] Expected<Address> parse_address(const std::string& text);

/// HOST:PORT, or [::1]:PORT; nothing if it is none, or the port is 0.
[[nodiscard]] std::optional<std::pair<std::string, std::uint16_t>> parse_host_and_port(
    const std::string& text);

}  // namespace rtmpscope::delivery
