// What is told of connections, so that their packets are kept or written.
#pragma once

#include <string>

#include "base/connection_uid.hpp"

namespace rtmpscope::evidence {

struct ConnectionNews {
  enum class Kind : std::uint8_t {
    opened,  ///< it is of the RTMP family
    found,
    closed,
  };

  Kind kind = Kind::opened;
  Endpoint client;
  Endpoint server;
  ConnectionUid uid{};
  PacketRef packet;    ///< that shows it
  std::string id{};    ///< of what was found
  std::string text{};  ///< the same for a person, with its severity
};

}  // namespace rtmpscope::evidence
