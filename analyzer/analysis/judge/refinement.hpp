// What other connections say of a connection's end.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "analysis/judge/publishers.hpp"
#include "analysis/judge/sessions.hpp"
#include "analysis/judge/simultaneous_ends.hpp"

namespace rtmpscope::analysis {

/// What is remembered of the capture's other connections.
struct CaptureKnowledge {
  Publishers publishers;
  Sessions sessions;
  SimultaneousEnds ends;
  std::map<std::string, Timestamp> tls_servers, plain_servers;  ///< address and port: when it last spoke so
};

/// What may have ended it together with others: a server's plain end, or a way that broke. Empty: nothing.
[[nodiscard]] std::string group_of_end(const ConnectionReport& report);

/// Whether the verdict may change with what comes within two seconds.
[[nodiscard]] bool may_change(const ConnectionReport& report);

/// Replaces the verdict where other connections say more, and returns those that are told in the same
/// sentence.
[[nodiscard]] std::vector<std::uint32_t> refine(ConnectionReport& report, const CaptureKnowledge& knowledge);

}  // namespace rtmpscope::analysis
