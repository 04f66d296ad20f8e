// Which connections ended at the same time for what may be one reason.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "base/bytes.hpp"

namespace rtmpscope::analysis {

/// Ends by group: a server that ended them, or a way that broke.
class SimultaneousEnds {
 public:
  void add(const std::string& group, std::uint32_t connection, Timestamp at);
  /// The other connections of the group that ended within a second before or after, at most 100.
  [[nodiscard]] std::vector<std::uint32_t> others(const std::string& group, std::uint32_t connection,
                                                  Timestamp at) const;
  void forget(Timestamp before);

 private:
  struct End {
    std::uint32_t connection;
    Timestamp at;
  };
  std::map<std::string, std::deque<End>> groups_;  ///< in the order of the calls; the last 1024 of each
};

}  // namespace rtmpscope::analysis
