// Which software a side of a connection is.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/fingerprint/version.hpp"
#include "analysis/record/record.hpp"

namespace rtmpscope::analysis {

/// What is known of one side.
struct Fingerprint {
  Direction side{};     ///< by what it sends: to_server is the client
  std::string id;       ///< of the table: "nginx_rtmp"; empty: only a family is known
  std::string name;     ///< "nginx-rtmp", or the family's members: "nginx-rtmp, lal or Node-Media-Server"
  std::string version;  ///< version, or range of versions, for people; empty: not known
  VersionRange versions;
  std::vector<std::string> candidates;  ///< ids: of the family, best first; the id alone where it is known
  int score = 0;                        ///< sum of the weights, of the best candidate
  std::vector<std::string> matched;     ///< features that fit, as "feature = value"
  std::vector<std::string> against;     ///< features that contradict
};

}  // namespace rtmpscope::analysis
