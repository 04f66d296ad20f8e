// What the HTTP requests of an RTMPT session say about it. Times are nanoseconds.
#pragma once

#include <algorithm>
#include <optional>
#include <string>

#include "base/bytes.hpp"

namespace rtmpscope {

/// How a session began.
struct TunnelOpening {
  std::string session;                        ///< its id, up to 64 characters
  bool captured = false;                      ///< the request that opened it was seen
  PacketRef request;                          ///< the first one: that which opened it, if that was seen
  std::optional<std::int64_t> response_time;  ///< of the request that opened it
  std::string redirect;  ///< the server's address as it answers the request "ident2"; may be empty
};

/// One request with its response, or without if none came.
struct TunnelExchange {
  std::uint8_t command = 0;  ///< values.def: tunnel_command
  std::uint64_t sequence = 0;
  bool repeated = false;             ///< a request with this number came before
  PacketRef request;                 ///< its last byte
  std::uint64_t request_offset = 0;  ///< of its head, in the stream of the TCP connection
  std::uint64_t request_bytes = 0;   ///< of RTMP
  std::uint32_t status = 0;          ///< of the response; 0: there is none
  std::uint64_t response_offset = 0;
  std::uint64_t response_bytes = 0;  ///< of RTMP
  std::optional<std::uint8_t> polling;
  std::optional<std::int64_t> response_time;  ///< from the request's last byte to the response's head
};

/// All requests of a session.
struct TunnelTotals {
  std::optional<PacketRef> close_asked;  ///< head of the client's request to end the session
  std::uint64_t sends = 0;
  std::uint64_t idles = 0;
  std::uint64_t repeated = 0;           ///< of these, with a number that came before
  std::uint64_t missing = 0;            ///< numbers that never came
  std::uint64_t unanswered = 0;         ///< requests of which the connection saw no response
  std::uint64_t connections = 0;        ///< of TCP, that carried the session
  std::optional<std::uint8_t> polling;  ///< the last one
  std::uint64_t timed = 0;              ///< requests whose response time is known; of these:
  std::int64_t least_time = 0;
  std::int64_t most_time = 0;
  std::int64_t all_time = 0;

  void add_time(std::int64_t time) {
    least_time = timed == 0 ? time : std::min(least_time, time);
    most_time = timed == 0 ? time : std::max(most_time, time);
    all_time += time;
    ++timed;
  }
};

}  // namespace rtmpscope
